#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace signet::pages {

/// How often one address may do something that costs a lot: at most so many times within any `span`. What it knows of
/// addresses is bounded; when there are too many, the one heard of longest ago is forgotten. Thread-safe.
class RateLimit {
  public:
    using Moment = std::chrono::steady_clock::time_point;

    RateLimit(std::size_t times, std::chrono::seconds span) : times_(times), span_(span) {}

    /// Counts one more, or answers false. IPv6 addresses count by their network of 64 bits, which one client has whole.
    bool take(std::string_view address, Moment now = std::chrono::steady_clock::now());

  private:
    void forget(Moment now);

    const std::size_t times_;
    const std::chrono::seconds span_;
    std::mutex mutex_;
    std::unordered_map<std::string, std::deque<Moment>> taken_;  // guarded by mutex_
};

}  // namespace signet::pages
