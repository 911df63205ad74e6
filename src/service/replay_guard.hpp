#pragma once

#include "base/result.hpp"
#include "model/directory.hpp"
#include "service/platform.hpp"

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
    explicit ReplayGuard(Platform& platform) : platform_(platform) {}

    /// Reads what was remembered before a restart.
    Status load();

    /// True the first time; false as long as the nonce is remembered, that is until `expires`.
    bool first_use(model::ApplicationId application, std::string_view nonce, UtcTime expires);

    /// Forgets what has expired, in memory and in the database. Call now and then.
    void forget_expired();

  private:
    Platform& platform_;
    std::mutex mutex_;
    std::unordered_map<std::string, UtcTime> seen_;
};

}  // namespace signet::service
