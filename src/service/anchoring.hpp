#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/flow.hpp"
#include "service/time_stamps.hpp"
#include "store/audit_tree.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>

namespace signet::service {

/// Has the head of the audit log time-stamped: soon after every contract that ends, and every ten minutes when there is
/// news. Each anchor is kept in the database and, where nobody who has only the database can reach it, as a line of a
/// file: with that file, or a copy of it elsewhere, whoever cuts the log or writes it anew is found out. Thread-safe.
class Anchoring {
  public:
    struct Settings {
        /// One anchor a line (`store::to_line`); it only grows.
        std::filesystem::path file;
        std::chrono::minutes interval{10};
    };
    Anchoring(const Clock& clock, store::Database& database, const TimeStamps& time_stamps, Settings settings)
        : clock_(clock), database_(database), time_stamps_(time_stamps), settings_(std::move(settings)) {}

    /// Part of the transaction of a change: what ends a contract presses for an anchor.
    Status note(store::Transaction& transaction, const model::Events& events) const;

    /// Makes the anchor that is due, and writes into the file what it does not have yet. Nothing when none is due.
    /// After a failure it waits a little, at most a minute.
    Result<std::optional<store::AuditAnchor>> run_due();

    /// The first anchor over at least `size` entries; made now when there is none.
    Result<store::AuditAnchor> covering(std::uint64_t size);

    std::uint64_t failures() const { return failures_; }
    /// The time of the last anchor.
    Result<std::optional<UtcTime>> last_time() const;
    const Settings& settings() const { return settings_; }

  private:
    Result<store::AuditAnchor> make(const store::TreeHead& head);
    Status write_file();

    const Clock& clock_;
    store::Database& database_;
    const TimeStamps& time_stamps_;
    const Settings settings_;
    std::mutex mutex_;
    std::optional<std::uint64_t> written_;  // guarded by mutex_: up to which size the file has them
    std::optional<UtcTime> next_try_;       // guarded by mutex_
    std::atomic<std::uint64_t> failures_ = 0;
};

}  // namespace signet::service
