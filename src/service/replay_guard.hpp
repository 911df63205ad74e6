#pragma once

#include "base/result.hpp"
#include "model/directory.hpp"
#include "service/platform.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace signet::service {

/// Remembers the nonces of signed requests, so that each serves once (spec/platform §1.3). Answers from memory; what it
/// has seen is written behind, in the order of the database's writer: a change that a request made is never durable
/// before its nonce is. So a restart forgets nothing that could be repeated with effect. Thread-safe.
class ReplayGuard {
  public:
    explicit ReplayGuard(Platform& platform);
    ~ReplayGuard();

    /// Reads what was remembered before a restart.
    Status load();

    /// True the first time; false as long as the nonce is remembered, that is until `expires`.
    bool first_use(model::ApplicationId application, std::string_view nonce, UtcTime expires);

    /// Forgets what has expired, in memory and in the database. Call now and then.
    void forget_expired();

  private:
    struct Unwritten;
    Status write_behind();

    Platform& platform_;
    std::mutex mutex_;
    std::unordered_map<std::string, UtcTime> seen_;
    /// Shared with the work in the writer's queue, which takes whatever stands here when its turn comes.
    std::shared_ptr<Unwritten> unwritten_;
};

}  // namespace signet::service
