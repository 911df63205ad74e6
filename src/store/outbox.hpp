#pragma once

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "model/contract.hpp"
#include "store/database.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace signet::store {

using OutboxId = Id<struct OutboxTag>;

/// Stored by number; never renumber.
enum class OutboxKind : std::uint8_t { Callback = 0, Sms = 1, Mail = 2 };
enum class OutboxState : std::uint8_t { Waiting = 0, Leased = 1, Done = 2, Dead = 3 };

/// A side effect to be carried out after the commit.
struct OutboxMessage {
    OutboxKind kind = OutboxKind::Callback;
    /// Which rules of delivery it follows, e.g. `contract`, `companyauth`; the dispatcher's schedule goes by it.
    std::string family = {};
    /// What is to be sent, in the caller's own form; at most 1 MiB.
    std::string payload = {};
    /// Where it goes, coarse enough to count how much is under way there: scheme, host and port, or a gateway's name.
    std::string destination = {};
    /// Messages of the same kind and contract leave in the order in which they were enqueued. Zero: in no order.
    model::ContractId contract = {};
    /// A message whose key was enqueued before, and not yet purged, is not enqueued again. Empty: no check.
    std::string dedupe_key = {};
    /// Not before this time; zero is at once.
    UtcTime not_before = {};
};

/// A message in the outbox.
struct OutboxEntry {
    OutboxId id;
    OutboxMessage message;
    OutboxState state = OutboxState::Waiting;
    /// How often it has been claimed, this time included. 1 in the first attempt.
    int attempts = 0;
    UtcTime created;
    UtcTime next_attempt;
    std::string lease_owner;
    UtcTime lease_until;
    std::string last_error;
};

/// The side effects that were decided together with a change of state. Delivery is at least once: a message whose
/// carrier died, or did not report before its lease ended, is handed out again. Thread-safe.
class Outbox {
  public:
    /// Called in the transaction that notes that an entry went out (`Done`) or never will (`Dead`), with its state
    /// after that. Its error undoes the note, and the entry is carried again when its lease has run out.
    using Witness = std::function<Status(Transaction&, const OutboxEntry&)>;

    /// Database and clock must outlive the outbox.
    Outbox(Database& database, const Clock& clock, Witness witness = {})
        : database_(database), clock_(clock), witness_(std::move(witness)) {}

    /// Enqueues inside the caller's transaction. The id, or the one that has the same dedupe key already.
    Result<OutboxId> enqueue(Transaction& transaction, const OutboxMessage& message);

    struct Claim {
        std::string owner = {};
        std::size_t limit = 16;
        std::chrono::milliseconds lease{120'000};
        /// At most so many for one destination.
        std::size_t per_destination = 4;
        /// Destinations that have enough under way.
        std::vector<std::string> busy_destinations = {};
    };
    /// Leases what is due, the longest due first. An entry waits for the earlier ones of its kind and contract as long
    /// as they are under way or have not failed twice (spec/platform.md §10.5).
    Result<std::vector<OutboxEntry>> claim(const Claim& claim);
    /// Whether and when there will be something to claim, leases that run out included.
    Result<std::optional<UtcTime>> next_due();

    // What became of a claimed entry. Conflict when `owner` does not hold its lease any more: somebody else has it.
    Status done(OutboxId id, std::string_view owner);
    Status retry_at(OutboxId id, std::string_view owner, UtcTime when, std::string_view why);
    Status dead(OutboxId id, std::string_view owner, std::string_view why);
    /// Gives it back untried: the attempt does not count.
    Status release(OutboxId id, std::string_view owner);

    struct Filter {
        std::optional<OutboxState> state = {};
        std::optional<OutboxKind> kind = {};
        model::ContractId contract = {};  // zero: any
        OutboxId after = {};              // keyset paging: the last id of the page before
        std::size_t limit = 100;          // at most 1,000
    };
    Result<std::vector<OutboxEntry>> list(const Filter& filter);
    /// Sends a dead or delivered message again, from its first attempt. Conflict when it is waiting or under way.
    Status replay(OutboxId id);
    /// Forgets what was delivered before `before`, dedupe keys included; returns how many.
    Result<std::int64_t> purge_done(UtcTime before, std::size_t limit = 1'000);

    struct Depth {
        std::int64_t waiting = 0;
        std::int64_t leased = 0;
        std::int64_t dead = 0;
    };
    Result<Depth> depth();

  private:
    struct Settled {
        OutboxState state = OutboxState::Done;
        UtcTime when;
        std::string_view why = {};
        int uncounted = 0;  // attempts to forget
    };
    Status settle(OutboxId id, std::string_view owner, const Settled& settled);

    Database& database_;
    const Clock& clock_;
    Witness witness_;
};

}  // namespace signet::store
