#include "store/audit.hpp"

#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "store/audit_rows.hpp"
#include "store/audit_tree.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace signet::store {
namespace {

using Hash = std::array<std::uint8_t, 32>;

constexpr std::size_t kLongestActor = 300;
constexpr std::size_t kLongestEvent = 100;
constexpr std::size_t kLongestDetail = 64 * 1024;
constexpr std::size_t kLargestPage = 1'000;

bool is_word(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
               c == '-';
    });
}

Status check(const AuditRecord& record) {
    if (record.actor.size() > kLongestActor || !is_utf8(record.actor)) return fail(ErrorCode::Internal, "audit actor");
    if (record.event.size() > kLongestEvent || !is_word(record.event)) return fail(ErrorCode::Internal, "audit event");
    if (record.detail.size() > kLongestDetail || !is_utf8(record.detail)) {
        return fail(ErrorCode::Internal, "audit detail of " + record.event);
    }
    return {};
}

void add_number(crypto::Sha256& hash, std::uint64_t number) {
    std::array<std::uint8_t, 8> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
    hash.update(bytes);
}

/// With its length before it, so that no two entries read the same.
void add_text(crypto::Sha256& hash, std::string_view text) {
    add_number(hash, text.size());
    hash.update(as_bytes(text));
}

/// Walks the chain and stops at the first entry that breaks it.
class Verifier {
  public:
    Verifier(const AuditHead& from, std::vector<AuditHead> anchors) : anchors_(std::move(anchors)) {
        verdict_.head = from;
        std::ranges::sort(anchors_, {}, &AuditHead::sequence);
        next_anchor_ = static_cast<std::size_t>(
            std::ranges::upper_bound(anchors_, from.sequence, {}, &AuditHead::sequence) - anchors_.begin());
    }

    bool take(const AuditEntry& entry) {
        const std::int64_t expected = verdict_.head.sequence + 1;
        if (entry.sequence != expected) return stop(AuditFault::Missing, expected);
        if (audit_hash(verdict_.head.hash, entry.sequence, entry.record) != entry.hash) {
            return stop(AuditFault::Altered, entry.sequence);
        }
        for (; next_anchor_ < anchors_.size() && anchors_[next_anchor_].sequence == entry.sequence; ++next_anchor_) {
            if (anchors_[next_anchor_].hash != entry.hash) return stop(AuditFault::Altered, entry.sequence);
        }
        verdict_.head = {entry.sequence, entry.hash};
        ++verdict_.checked;
        return true;
    }

    AuditVerdict finish() {
        if (verdict_ && next_anchor_ < anchors_.size()) stop(AuditFault::Truncated, verdict_.head.sequence + 1);
        return verdict_;
    }

  private:
    bool stop(AuditFault fault, std::int64_t at) {
        verdict_.fault = fault;
        verdict_.first_bad = at;
        return false;
    }

    std::vector<AuditHead> anchors_;
    std::size_t next_anchor_ = 0;
    AuditVerdict verdict_;
};

/// Whether the entry the walk begins behind is still what it was.
Result<AuditFault> check_start(Connection& connection, const AuditHead& from) {
    if (from.sequence == 0) return from == AuditHead{} ? AuditFault::None : AuditFault::Altered;
    const auto hash = connection.first("SELECT hash FROM audit WHERE sequence = $1", {from.sequence},
                                       [](const Row& row) { return audit_hash_of(row.blob(0)); });
    if (!hash) return hash.error();
    if (!*hash) return AuditFault::Missing;
    return **hash == from.hash ? AuditFault::None : AuditFault::Altered;
}

}  // namespace

Hash audit_hash(const Hash& previous, std::int64_t sequence, const AuditRecord& record) {
    crypto::Sha256 hash;
    hash.update(as_bytes("signet audit 1\n"));
    hash.update(previous);
    add_number(hash, static_cast<std::uint64_t>(sequence));
    add_number(hash, static_cast<std::uint64_t>(record.time.milliseconds));
    add_text(hash, record.actor);
    add_number(hash, static_cast<std::uint64_t>(record.contract.value));
    add_text(hash, record.event);
    add_text(hash, record.detail);
    return hash.digest();
}

Result<AuditHead> audit_head(Connection& connection) {
    const auto last =
        connection.first("SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1", {}, [](const Row& row) {
            return AuditHead{row.integer(0), audit_hash_of(row.blob(1))};
        });
    if (!last) return last.error();
    return last->value_or(AuditHead{});
}

Result<AuditEntry> append_audit(Transaction& transaction, const AuditRecord& record) {
    if (const Status checked = check(record); !checked) return checked.error();
    auto tree = AuditTree::load(transaction);
    if (!tree) return tree.error();
    AuditEntry entry{tree->head().sequence + 1, record, {}};
    entry.hash = audit_hash(tree->head().hash, entry.sequence, record);
    const auto written = transaction.execute(
        "INSERT INTO audit (sequence, time, actor, contract, event, detail, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        {entry.sequence, record.time, record.actor, record.contract, record.event, record.detail,
         ByteView(entry.hash)});
    if (!written) return written.error();
    tree->add(entry);
    if (const Status kept = tree->store(transaction); !kept) return kept.error();
    return entry;
}

Result<std::vector<AuditEntry>> list_audit(Connection& connection, model::ContractId contract, std::int64_t after,
                                           std::size_t limit) {
    const auto most = static_cast<std::int64_t>(std::min(limit, kLargestPage));
    static const std::string all =
        fmt::format("SELECT {} FROM audit WHERE sequence > $1 ORDER BY sequence LIMIT $2", kAuditColumns);
    static const std::string of_contract = fmt::format(
        "SELECT {} FROM audit WHERE contract = $3 AND sequence > $1 ORDER BY sequence LIMIT $2", kAuditColumns);
    if (!contract) return connection.all(all, {after, most}, audit_entry_of);
    return connection.all(of_contract, {after, most, contract}, audit_entry_of);
}

Result<AuditPage> latest_audit(Connection& connection, model::ContractId contract, const AuditChoice& choice) {
    std::string words;
    for (const std::string& event : choice.events) {
        if (!is_word(event)) return fail(ErrorCode::Internal, "audit event");
        words += (words.empty() ? "'" : ",'") + event + "'";
    }
    const std::string chosen =
        fmt::format("FROM audit WHERE contract = $1 AND event {} ({})", choice.all_but_these ? "NOT IN" : "IN", words);
    const auto total = connection.value<std::int64_t>("SELECT COUNT(*) " + chosen, {contract});
    if (!total) return total.error();
    const auto most = static_cast<std::int64_t>(std::min(choice.limit, kLargestPage));
    auto entries =
        connection.all(fmt::format("SELECT {} {} ORDER BY sequence DESC LIMIT $2 OFFSET $3", kAuditColumns, chosen),
                       {contract, most, static_cast<std::int64_t>(choice.offset)}, audit_entry_of);
    if (!entries) return entries.error();
    return AuditPage{static_cast<std::size_t>(total->value_or(0)), std::move(*entries)};
}

Result<AuditVerdict> verify_chain(Connection& connection, const std::vector<AuditHead>& anchors,
                                  const AuditHead& from) {
    const auto start = check_start(connection, from);
    if (!start) return start.error();
    if (*start != AuditFault::None) return AuditVerdict{*start, from.sequence, 0, {}};
    Verifier verifier(from, anchors);
    const Status walked =
        connection.each(fmt::format("SELECT {} FROM audit WHERE sequence > $1 ORDER BY sequence", kAuditColumns),
                        {from.sequence}, [&](const Row& row) { return verifier.take(audit_entry_of(row)); });
    if (!walked) return walked.error();
    return verifier.finish();
}

}  // namespace signet::store
