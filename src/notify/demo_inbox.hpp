#pragma once

#include "base/clock.hpp"
#include "notify/gateway.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

namespace signet::notify {

struct InboxMessage {
    UtcTime time;
    std::variant<SmsMessage, MailMessage> message;

    /// The number or address it went to, and its text.
    const std::string& recipient() const;
    const std::string& text() const;
};

/// Takes every message and sends none: for demonstrations and tests, where a page shows what a phone would. Keeps the
/// last `capacity` messages in memory and hands each to `on_message`, which may keep them elsewhere. Thread-safe.
class DemoInbox final : public SmsGateway, public MailGateway {
  public:
    using OnMessage = std::function<void(const InboxMessage&)>;
    /// `clock` must outlive the inbox.
    explicit DemoInbox(const Clock& clock, std::size_t capacity = 200, OnMessage on_message = {});

    Result<Receipt> send(const SmsMessage& message) override;
    Result<Receipt> send(const MailMessage& message) override;

    /// The newest first; only those to `recipient` when it is not empty.
    std::vector<InboxMessage> messages(const std::string& recipient = {}) const;

  private:
    Result<Receipt> keep(InboxMessage message);

    const Clock& clock_;
    const std::size_t capacity_;
    const OnMessage on_message_;
    mutable std::mutex mutex_;
    std::deque<InboxMessage> messages_;  // the newest at the front
    std::uint64_t count_ = 0;
};

}  // namespace signet::notify
