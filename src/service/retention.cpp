#include "service/retention.hpp"

#include "base/text.hpp"
#include "store/audit.hpp"
#include "store/blobs.hpp"
#include "store/contracts.hpp"
#include "store/database.hpp"
#include "store/retention.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <boost/json.hpp>

namespace signet::service {

namespace json = boost::json;
using model::Contract;
using model::ContractId;
using model::ContractStatus;

namespace {

constexpr std::size_t kAtOnce = 200;
constexpr std::size_t kLongestReason = 500;
/// A year of any kind, leap day and all.
constexpr std::chrono::hours kYear{24 * 366};
/// The longest life of a certificate that was issued for one act of signing: what older contracts were signed with,
/// which do not say when it ended.
constexpr std::chrono::hours kCertificateLife{24};

UtcTime after_years(UtcTime begin, int years) {
    return begin + kYear * years;
}

bool is_over(ContractStatus status) {
    using enum ContractStatus;
    return status == Rejected || status == Recalled || status == Expired || status == Invalided || status == ForceEnd ||
           status == Complete;
}

/// The last thing that happened to it, as far as the contract tells.
UtcTime end_of(const Contract& contract) {
    UtcTime end = contract.create_time;
    const auto take = [&](const std::optional<UtcTime>& time) {
        if (time) end = std::max(end, *time);
    };
    take(contract.publish_time);
    take(contract.end_time);
    take(contract.complete_time);
    for (const model::Signatory& party : contract.signatories)
        take(party.complete_time);
    if (contract.cancellation) {
        end = std::max(end, contract.cancellation->start_time);
        for (const model::Signatory& party : contract.cancellation->parties)
            take(party.complete_time);
    }
    if (contract.status == ContractStatus::Expired) take(contract.expire_time);
    return end;
}

std::vector<std::string> uploads_of(const Contract& contract) {
    std::set<std::string> uploads;
    const auto take = [&](std::string_view names) {
        for (const std::string_view name : split(names, ',')) {
            if (!name.empty()) uploads.emplace(name);
        }
    };
    for (const model::Document& document : contract.documents)
        take(document.original_blob);
    for (const model::ContractFile& file : contract.attachments)
        take(file.blob);
    for (const model::Attachment& file : contract.end_attachments)
        take(file.blob);
    for (const model::Signatory& party : contract.signatories) {
        for (const model::Attachment& file : party.attachments)
            take(file.blob);
    }
    return {uploads.begin(), uploads.end()};
}

}  // namespace

std::optional<RetentionClock> retention_clock(const Contract& contract, int years) {
    if (!is_over(contract.status)) return std::nullopt;
    RetentionClock clock;
    clock.contract = contract.id;
    clock.subject = contract.subject;
    clock.ended = end_of(contract);
    clock.kept_by_law = after_years(clock.ended, kTransactionYears);
    const bool has_signatures = std::ranges::any_of(
        contract.documents, [](const model::Document& document) { return document.signatures > 0; });
    if (has_signatures) {
        const UtcTime identity =
            after_years(contract.certificates_end.value_or(clock.ended + kCertificateLife), kIdentityYears);
        clock.kept_by_law = std::max(clock.kept_by_law, identity);
    }
    if (years > 0) clock.due = std::max(clock.kept_by_law, after_years(clock.ended, years));
    return clock;
}

Result<std::optional<RetentionClock>> Retention::clock_of(const Contract& contract) const {
    const auto category = directory_.category(contract.category);
    auto clock = retention_clock(contract, category ? category->policy.retention_years : 0);
    if (!clock) return std::optional<RetentionClock>();
    const auto hold = platform_.database.read(
        [&](store::Connection& connection) { return store::holds::find(connection, contract.id); });
    if (!hold) return hold.error();
    clock->held = hold->has_value();
    return clock;
}

Result<RetentionClock> Retention::clock(ContractId id) {
    const auto contract = book_.find(id);
    if (!contract) return contract.error();
    auto clock = clock_of(**contract);
    if (!clock) return clock.error();
    if (!*clock) return fail(ErrorCode::InvalidContractStatus, "contract " + to_string(id) + " is not over");
    return std::move(**clock);
}

Result<std::vector<RetentionClock>> Retention::due(std::size_t limit) {
    std::vector<RetentionClock> found;
    const UtcTime now = platform_.clock.now();
    ContractId after;
    while (found.size() < limit) {
        // Nothing that is younger than the law's shortest term can be due.
        const auto old = platform_.database.read([&](store::Connection& connection) {
            return store::retention::created_before(connection, now - kYear * kTransactionYears, after, kAtOnce);
        });
        if (!old) return old.error();
        for (const ContractId id : *old) {
            after = id;
            const auto contract = platform_.database.read(
                [&](store::Connection& connection) { return store::contracts::find(connection, id); });
            if (!contract) return contract.error();
            if (!*contract) continue;
            auto clock = clock_of(**contract);
            if (!clock) return clock.error();
            if (!*clock || !(*clock)->due || *(*clock)->due > now) continue;
            found.push_back(std::move(**clock));
            if (found.size() == limit) break;
        }
        if (old->size() < kAtOnce) break;
    }
    return found;
}

Status Retention::remove(const RetentionClock& clock, const std::string& actor, std::vector<std::string>& uploads) {
    const ContractLock held = book_.lock(clock.contract);
    const auto contract = book_.find(held);
    if (!contract) return contract.error();
    const auto now = clock_of(**contract);
    if (!now) return now.error();
    // Somebody was quicker: a hold, another term.
    if (!*now || !(*now)->due || *(*now)->due > platform_.clock.now()) return fail(ErrorCode::Conflict, "not due");
    const auto named = uploads_of(**contract);
    uploads.insert(uploads.end(), named.begin(), named.end());
    Change change;
    change.event = "contract.expunged";
    change.actor = actor;
    json::object documents;
    for (const model::Document& document : (*contract)->documents)
        documents[to_string(document.id)] = document.sha256;
    change.detail = json::serialize(json::object{
        {"ended", clock.ended.milliseconds}, {"due", clock.due->milliseconds}, {"documents", std::move(documents)}});
    change.also = [&](store::Transaction& transaction) { return store::retention::forget(transaction, **contract); };
    return book_.remove(**contract, change);
}

/// Uploads are stored once whoever brings them: only those go that nothing else names, and none that came within the
/// last hour, which somebody may be about to name.
Result<std::size_t> Retention::remove_uploads(std::vector<std::string> uploads) const {
    if (uploads.empty()) return std::size_t{0};
    const auto free = platform_.database.read(
        [&](store::Connection& connection) { return store::retention::named_nowhere(connection, std::move(uploads)); });
    if (!free) return free.error();
    const std::set<std::string> going(free->begin(), free->end());
    if (going.empty()) return std::size_t{0};
    const auto report = platform_.blobs.sweep([&](const store::BlobId& id) { return !going.contains(id.hex()); });
    if (!report) return report.error();
    return static_cast<std::size_t>(report->removed);
}

Result<Retention::Swept> Retention::sweep(bool dry_run, std::size_t limit, const std::string& actor) {
    auto due_now = due(limit);
    if (!due_now) return due_now.error();
    Swept swept;
    std::vector<std::string> uploads;
    for (RetentionClock& clock : *due_now) {
        if (clock.held) {
            swept.held.push_back(std::move(clock));
            continue;
        }
        if (!dry_run) {
            const Status removed = remove(clock, actor, uploads);
            const bool meanwhile = !removed && (removed.error().code == ErrorCode::LegalHold ||
                                                removed.error().code == ErrorCode::Conflict);
            if (meanwhile) continue;
            if (!removed) return removed.error();
        }
        swept.deleted.push_back(std::move(clock));
    }
    const auto gone = remove_uploads(std::move(uploads));
    if (!gone) return gone.error();
    swept.uploads = *gone;
    return swept;
}

Status Retention::hold(ContractId id, const std::string& reason, const std::string& actor) {
    const std::string why(trim(reason));
    if (why.empty()) return invalid_parameter("reason: is required");
    if (character_count(why) > kLongestReason)
        return fail(ErrorCode::ParameterTooLong, "reason: at most 500 characters");
    const ContractLock held = book_.lock(id);
    if (const auto contract = book_.find(held); !contract) return contract.error();
    const UtcTime now = platform_.clock.now();
    return platform_.database.write([&](store::Transaction& transaction) -> Status {
        const Status put = store::holds::put(transaction, {id, why, actor, now});
        if (!put) return put;
        const auto logged = store::append_audit(
            transaction, {now, actor, id, "hold.placed", json::serialize(json::object{{"reason", why}})});
        return logged ? Status() : Status(logged.error());
    });
}

Status Retention::release(ContractId id, const std::string& actor) {
    const ContractLock held = book_.lock(id);
    const auto contract = book_.find(held);
    if (!contract) return contract.error();
    const UtcTime now = platform_.clock.now();
    return platform_.database.write([&](store::Transaction& transaction) -> Status {
        const auto lifted = store::holds::lift(transaction, id);
        if (!lifted) return lifted.error();
        if (!*lifted) return invalid_parameter("contract " + to_string(id) + ": there is no hold");
        const auto logged = store::append_audit(transaction, {now, actor, id, "hold.released", "{}"});
        if (!logged) return logged.error();
        const auto waiting = files_to_go(**contract);
        return waiting.empty() ? Status() : store::contracts::note_removals(transaction, waiting);
    });
}

Result<std::vector<store::holds::Hold>> Retention::holds() const {
    return platform_.database.read([](store::Connection& connection) { return store::holds::all(connection); });
}

}  // namespace signet::service
