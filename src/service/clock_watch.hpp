#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "service/platform.hpp"
#include "service/time_stamps.hpp"

#include <atomic>
#include <chrono>
#include <map>
#include <string>

namespace signet::service {

/// Keeps the clock honest: compares it with the time-stamps of other authorities whenever one comes, and with the
/// monotonic clock in between. Every look that finds it more than a second off, and every return, stands in the audit
/// log; the figures always tell. Not thread-safe, but `off_by` is.
class ClockWatch {
  public:
    using Monotonic = std::chrono::steady_clock::time_point;

    ClockWatch(Platform& platform, const TimeStamps& time_stamps) : platform_(platform), time_stamps_(time_stamps) {}

    /// Call every few seconds; `monotonic` is now.
    Status look(Monotonic monotonic = std::chrono::steady_clock::now());

    /// How far the clock was ahead of an authority's at the last time-stamp, or how far it jumped since the look
    /// before, whichever is more. Negative: behind.
    std::chrono::milliseconds off_by() const { return std::chrono::milliseconds(off_by_.load()); }
    /// Beyond ± one second.
    bool is_off() const { return std::chrono::abs(off_by()) > kTolerance; }

    static constexpr std::chrono::seconds kTolerance{1};

  private:
    Status tell(const std::string& event, const std::string& source, std::chrono::milliseconds drift) const;

    Platform& platform_;
    const TimeStamps& time_stamps_;
    struct Look {
        UtcTime time;
        Monotonic monotonic;
    };
    std::optional<Look> last_;
    /// Whose time-stamps disagree with us now.
    std::map<std::string, bool> off_;
    std::atomic<std::int64_t> off_by_ = 0;
};

}  // namespace signet::service
