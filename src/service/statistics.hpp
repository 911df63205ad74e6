#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "service/platform.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace signet::service {

/// What GB/T 36320 (6.4) wants counted: contracts by state, by business category and by month, and what happened.
struct Statistics {
    using Counts = std::map<std::string, std::uint64_t>;
    std::uint64_t contracts = 0;
    /// By the wire's word: `COMPLETE`.
    Counts by_status;
    struct OfCategory {
        std::string company;
        std::string name;
        std::uint64_t contracts = 0;
        std::uint64_t completed = 0;
    };
    std::vector<OfCategory> by_category;
    /// By the month in which they were sent, `2026-11`, in the installation's zone.
    Counts by_month;
    /// How often each event stands in the audit log: `document.signed`, `contract.recalled`, …
    Counts events;
    /// Of now, whatever the time that is asked for: `documents`, `documentBytes`, `companies`, `employees`, `seals`,
    /// `held`, `damaged`.
    Counts totals;
};

/// The last second of the year 9999.
inline constexpr UtcTime kEndOfTime{253'402'300'799'000};

/// Of everything, or of contracts created in [from, to) and entries of that time alone. Reads the whole log.
Result<Statistics> statistics_of(Platform& platform, UtcTime from = {}, UtcTime to = kEndOfTime);

}  // namespace signet::service
