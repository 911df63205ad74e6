#include "store/outbox.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_set>

namespace signet::store {
namespace {

constexpr std::size_t kLongestPayload = 1024 * 1024;
constexpr std::size_t kLongestName = 500;
constexpr std::size_t kLongestError = 1'000;
constexpr std::size_t kLargestPage = 1'000;

const std::string kColumns =
    "id, kind, family, unseal(payload, 'outbox'), destination, contract, dedupe_key, state, attempts, created, "
    "next_attempt, "
    "lease_owner, lease_until, last_error";

/// An earlier entry of the same contract that `o` must wait for: under way, or not yet failed twice.
const std::string kUnblocked =
    "NOT EXISTS (SELECT 1 FROM outbox e WHERE e.contract = o.contract AND e.kind = o.kind AND e.id < o.id "
    "AND e.contract <> 0 AND e.state < 2 AND (e.state = 1 OR e.attempts < 2))";

const std::string kDestinations =
    "WITH RECURSIVE receiver(name) AS (SELECT min(destination) FROM outbox WHERE state = 0 UNION ALL "
    "SELECT (SELECT min(o.destination) FROM outbox o WHERE o.state = 0 AND o.destination > receiver.name) "
    "FROM receiver WHERE receiver.name IS NOT NULL) SELECT name FROM receiver WHERE name IS NOT NULL";

const std::string kDueAtDestination =
    "SELECT o.id, o.next_attempt FROM outbox o WHERE o.state = 0 AND o.destination = $1 AND o.next_attempt <= $2 AND " +
    kUnblocked + " ORDER BY o.next_attempt, o.id LIMIT $3";

const std::string kLeaseExpired =
    "SELECT o.id, o.lease_until, o.destination FROM outbox o WHERE o.state = 1 AND o.lease_until <= $1 "
    "ORDER BY o.lease_until, o.id LIMIT $2";

const std::string kLease =
    "UPDATE outbox AS o SET state = 1, attempts = attempts + 1, lease_owner = $2, lease_until = $3 "
    "WHERE id = $1 AND ((state = 0 AND next_attempt <= $4) OR (state = 1 AND lease_until <= $4)) AND " +
    kUnblocked + " RETURNING " + kColumns;

OutboxEntry entry_of(const Row& row) {
    OutboxEntry entry;
    entry.id = row.get<OutboxId>(0);
    entry.message.kind = row.get<OutboxKind>(1);
    entry.message.family = row.get<std::string>(2);
    entry.message.payload = row.get<std::string>(3);
    entry.message.destination = row.get<std::string>(4);
    entry.message.contract = row.get<model::ContractId>(5);
    entry.message.dedupe_key = row.get<std::string>(6);
    entry.state = row.get<OutboxState>(7);
    entry.attempts = row.get<int>(8);
    entry.created = row.get<UtcTime>(9);
    entry.next_attempt = row.get<UtcTime>(10);
    entry.lease_owner = row.get<std::string>(11);
    entry.lease_until = row.get<UtcTime>(12);
    entry.last_error = row.get<std::string>(13);
    return entry;
}

Status check(const OutboxMessage& message) {
    if (message.payload.size() > kLongestPayload) return fail(ErrorCode::ParameterTooLong, "outbox payload");
    const std::size_t longest =
        std::max({message.family.size(), message.destination.size(), message.dedupe_key.size()});
    if (longest > kLongestName) return fail(ErrorCode::ParameterTooLong, "outbox family, destination or dedupe key");
    return {};
}

/// No sooner than the earlier entries it has to wait for.
Result<UtcTime> first_attempt(Transaction& transaction, const OutboxMessage& message, UtcTime now) {
    const UtcTime wanted = std::max(message.not_before, now);
    if (!message.contract) return wanted;
    const auto blocker = transaction.value<UtcTime>(
        "SELECT max(next_attempt) FROM outbox WHERE contract = $1 AND contract <> 0 AND kind = $2 AND state < 2 "
        "AND attempts < 2",
        {message.contract, message.kind});
    if (!blocker) return blocker.error();
    return std::max(wanted, blocker->value_or(UtcTime{}));
}

struct Candidate {
    UtcTime due;
    OutboxId id;
    friend auto operator<=>(const Candidate&, const Candidate&) = default;
};

using Names = std::unordered_set<std::string_view>;

/// Destination by destination, so that what waits for a slow one is not looked at again and again.
Result<std::vector<Candidate>> find_due(Connection& connection, const Outbox::Claim& claim, UtcTime now) {
    const auto limit = static_cast<std::int64_t>(std::min(claim.limit, kLargestPage));
    const Names busy(claim.busy_destinations.begin(), claim.busy_destinations.end());
    std::vector<Candidate> found;
    const auto expired = connection.each(kLeaseExpired, {now, limit}, [&](const Row& row) {
        if (!busy.contains(row.text(2))) found.push_back({row.get<UtcTime>(1), row.get<OutboxId>(0)});
        return true;
    });
    if (!expired) return expired.error();
    const auto destinations = connection.all(kDestinations, {}, [](const Row& row) { return row.get<std::string>(0); });
    if (!destinations) return destinations.error();
    for (const auto& destination : *destinations) {
        if (busy.contains(destination)) continue;
        const auto most = static_cast<std::int64_t>(std::min({claim.limit, claim.per_destination, kLargestPage}));
        const auto due = connection.each(kDueAtDestination, {destination, now, most}, [&](const Row& row) {
            found.push_back({row.get<UtcTime>(1), row.get<OutboxId>(0)});
            return true;
        });
        if (!due) return due.error();
    }
    std::ranges::sort(found);
    if (found.size() > claim.limit) found.resize(claim.limit);
    return found;
}

/// Those that have to wait for a postponed entry need not be looked at before.
Status postpone_followers(Transaction& transaction, const OutboxEntry& entry) {
    if (entry.state != OutboxState::Waiting || entry.attempts >= 2 || !entry.message.contract) return {};
    const auto moved = transaction.execute(
        "UPDATE outbox SET next_attempt = $4 WHERE contract = $1 AND contract <> 0 AND kind = $2 AND id > $3 AND "
        "state = 0 AND next_attempt < $4",
        {entry.message.contract, entry.message.kind, entry.id, entry.next_attempt});
    if (!moved) return moved.error();
    return {};
}

std::string shortened(std::string_view why) {
    // Kept as text: a cut inside a character or bytes of a foreign answer must not make it unreadable.
    std::string text(why.substr(0, kLongestError));
    return is_utf8(text) ? text : to_utf8(to_utf32(text));
}

}  // namespace

Result<OutboxId> Outbox::enqueue(Transaction& transaction, const OutboxMessage& message) {
    if (const Status checked = check(message); !checked) return checked.error();
    const UtcTime now = clock_.now();
    const auto due = first_attempt(transaction, message, now);
    if (!due) return due.error();
    const Value key = message.dedupe_key.empty() ? Value(nullptr) : Value(message.dedupe_key);
    const auto id_of = [](const Row& row) { return row.get<OutboxId>(0); };
    const auto inserted = transaction.first(
        "INSERT INTO outbox (kind, family, payload, destination, contract, dedupe_key, state, attempts, created, "
        "next_attempt, lease_owner, lease_until, last_error) VALUES ($1, $2, seal($3, 'outbox'), $4, $5, $6, 0, 0, $7, "
        "$8, '', 0, '') "
        "ON CONFLICT (dedupe_key) WHERE dedupe_key IS NOT NULL DO NOTHING RETURNING id",
        {message.kind, message.family, message.payload, message.destination, message.contract, key, now, *due}, id_of);
    if (!inserted) return inserted.error();
    if (*inserted) return **inserted;
    const auto earlier = transaction.first("SELECT id FROM outbox WHERE dedupe_key = $1", {key}, id_of);
    if (!earlier) return earlier.error();
    if (!*earlier) return fail(ErrorCode::Internal, "an outbox entry was neither made nor found");
    return **earlier;
}

Result<std::vector<OutboxEntry>> Outbox::claim(const Claim& claim) {
    const UtcTime now = clock_.now();
    auto due = database_.read([&](Connection& connection) { return find_due(connection, claim, now); });
    if (!due) return due.error();
    if (due->empty()) return std::vector<OutboxEntry>{};
    return database_.write([&](Transaction& transaction) -> Result<std::vector<OutboxEntry>> {
        std::vector<OutboxEntry> leased;
        for (const Candidate& candidate : *due) {
            auto entry = transaction.first(kLease, {candidate.id, claim.owner, now + claim.lease, now}, entry_of);
            if (!entry) return entry.error();
            if (*entry) leased.push_back(std::move(**entry));
        }
        return leased;
    });
}

Result<std::optional<UtcTime>> Outbox::next_due() {
    return database_.read([](Connection& connection) {
        return connection.first(
            "SELECT min(due) FROM (SELECT min(next_attempt) AS due FROM outbox WHERE state = 0 UNION ALL "
            "SELECT min(lease_until) FROM outbox WHERE state = 1) AS times HAVING min(due) IS NOT NULL",
            {}, [](const Row& row) { return row.get<UtcTime>(0); });
    });
}

Status Outbox::settle(OutboxId id, std::string_view owner, const Settled& settled) {
    const std::string why = shortened(settled.why);
    return database_.write([&](Transaction& transaction) -> Status {
        const auto entry = transaction.first(
            "UPDATE outbox SET state = $3, next_attempt = $4, last_error = $5, attempts = attempts - $6, "
            "lease_owner = '', lease_until = 0 WHERE id = $1 AND state = 1 AND lease_owner = $2 RETURNING " +
                kColumns,
            {id, owner, settled.state, settled.when, why, settled.uncounted}, entry_of);
        if (!entry) return entry.error();
        if (!*entry) {
            return fail(ErrorCode::Conflict, "outbox entry " + to_string(id) + " is not leased to this owner");
        }
        if (witness_ && settled.state >= OutboxState::Done) {
            if (const Status witnessed = witness_(transaction, **entry); !witnessed) return witnessed;
        }
        return postpone_followers(transaction, **entry);
    });
}

Status Outbox::done(OutboxId id, std::string_view owner) {
    return settle(id, owner, {OutboxState::Done, clock_.now(), {}});
}

Status Outbox::retry_at(OutboxId id, std::string_view owner, UtcTime when, std::string_view why) {
    return settle(id, owner, {OutboxState::Waiting, when, why});
}

Status Outbox::dead(OutboxId id, std::string_view owner, std::string_view why) {
    return settle(id, owner, {OutboxState::Dead, clock_.now(), why});
}

Status Outbox::release(OutboxId id, std::string_view owner) {
    return settle(id, owner, {OutboxState::Waiting, clock_.now(), {}, 1});
}

Result<std::vector<OutboxEntry>> Outbox::list(const Filter& filter) {
    std::string sql = "SELECT " + kColumns + " FROM outbox WHERE id > $1";
    std::vector<Value> values{filter.after};
    const auto add = [&](std::string_view column, Value value) {
        values.push_back(std::move(value));
        sql += fmt::format(" AND {} = ${}", column, values.size());
    };
    if (filter.state) add("state", *filter.state);
    if (filter.kind) add("kind", *filter.kind);
    if (filter.contract) add("contract", filter.contract);
    values.emplace_back(static_cast<std::int64_t>(std::min(filter.limit, kLargestPage)));
    sql += fmt::format(" ORDER BY id LIMIT ${}", values.size());
    return database_.read([&](Connection& connection) { return connection.all(sql, values, entry_of); });
}

Status Outbox::replay(OutboxId id) {
    const UtcTime now = clock_.now();
    return database_.write([&](Transaction& transaction) -> Status {
        const auto changed = transaction.execute(
            "UPDATE outbox SET state = 0, attempts = 0, next_attempt = $2, last_error = '' WHERE id = $1 AND state >= "
            "2",
            {id, now});
        if (!changed) return changed.error();
        if (*changed == 0) return fail(ErrorCode::Conflict, "outbox entry " + to_string(id) + " is not settled");
        return {};
    });
}

Result<std::int64_t> Outbox::purge_done(UtcTime before, std::size_t limit) {
    return database_.write([&](Transaction& transaction) {
        return transaction.execute(
            "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE state = 2 AND next_attempt < $1 LIMIT $2)",
            {before, static_cast<std::int64_t>(std::min(limit, kLargestPage))});
    });
}

Result<Outbox::Depth> Outbox::depth() {
    return database_.read([](Connection& connection) -> Result<Depth> {
        Depth depth;
        const auto counted = connection.each(
            "SELECT (SELECT count(*) FROM outbox WHERE state = 0), (SELECT count(*) FROM outbox WHERE state = 1), "
            "(SELECT count(*) FROM outbox WHERE state = 3)",
            {}, [&](const Row& row) {
                depth = {row.integer(0), row.integer(1), row.integer(2)};
                return true;
            });
        if (!counted) return counted.error();
        return depth;
    });
}

}  // namespace signet::store
