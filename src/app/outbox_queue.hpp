#pragma once

#include "notify/dispatcher.hpp"
#include "store/outbox.hpp"

namespace signet::app {

/// The store's outbox as the dispatcher of `notify` sees it. Thread-safe, as both are.
class OutboxQueue final : public notify::TaskQueue {
  public:
    explicit OutboxQueue(store::Outbox& outbox) : outbox_(outbox) {}

    Result<std::vector<notify::Task>> claim(const Claim& claim) override;
    Status done(std::int64_t id, std::string_view owner) override;
    Status retry_at(std::int64_t id, std::string_view owner, UtcTime when, std::string_view why) override;
    Status dead(std::int64_t id, std::string_view owner, std::string_view why) override;
    Status release(std::int64_t id, std::string_view owner) override;

  private:
    store::Outbox& outbox_;
};

}  // namespace signet::app
