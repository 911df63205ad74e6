#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace signet::notify {

/// How long to wait after each failed attempt, and when to give up.
struct RetrySchedule {
    std::vector<std::chrono::milliseconds> waits;  // after the first attempt, the second …
    /// Each wait is lengthened by up to this fraction of itself, so that what failed together does not come back
    /// together.
    double jitter = 0.1;

    /// The wait after attempt number `attempt` (from 1); nothing when that was the last. `random` is 0…1.
    std::optional<std::chrono::milliseconds> after(int attempt, double random) const;
};

/// The schedules of spec/platform.md §10.1.
RetrySchedule contract_schedule();        // 5 min, 2 h four times, 12 h, 24 h
RetrySchedule authentication_schedule();  // at once, 1 min, 1 min
RetrySchedule review_schedule();          // 5 min, 2 h, 12 h, 24 h
/// For short messages and mail: a code that arrives late is worth nothing.
RetrySchedule message_schedule();  // 5 s, 30 s, 2 min, 10 min
/// By the family's name: contract, saas; companyauth, personalauth, subcompany, sso; sealreview, personalsign; message.
/// The contract's for any other.
RetrySchedule schedule_of(std::string_view family);

}  // namespace signet::notify
