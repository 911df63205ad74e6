#include "notify/demo_inbox.hpp"

#include <fmt/format.h>

namespace signet::notify {

const std::string& InboxMessage::recipient() const {
    if (const auto* sms = std::get_if<SmsMessage>(&message)) return sms->number;
    return std::get<MailMessage>(message).to;
}

const std::string& InboxMessage::text() const {
    if (const auto* sms = std::get_if<SmsMessage>(&message)) return sms->text;
    return std::get<MailMessage>(message).text;
}

DemoInbox::DemoInbox(const Clock& clock, std::size_t capacity, OnMessage on_message)
    : clock_(clock), capacity_(capacity), on_message_(std::move(on_message)) {}

Result<Receipt> DemoInbox::send(const SmsMessage& message) {
    return keep({clock_.now(), message});
}

Result<Receipt> DemoInbox::send(const MailMessage& message) {
    return keep({clock_.now(), message});
}

Result<Receipt> DemoInbox::keep(InboxMessage message) {
    if (on_message_) on_message_(message);
    const std::lock_guard lock(mutex_);
    messages_.push_front(std::move(message));
    if (messages_.size() > capacity_) messages_.pop_back();
    return Receipt{fmt::format("demo-{}", ++count_)};
}

std::vector<InboxMessage> DemoInbox::messages(const std::string& recipient) const {
    const std::lock_guard lock(mutex_);
    std::vector<InboxMessage> found;
    for (const auto& message : messages_) {
        if (recipient.empty() || message.recipient() == recipient) found.push_back(message);
    }
    return found;
}

}  // namespace signet::notify
