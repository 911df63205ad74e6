#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/contract.hpp"
#include "store/database.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet::store {

/// Something that happened, as the caller tells it.
struct AuditRecord {
    UtcTime time = {};
    /// Who: `user:<id>`, `application:<token>`, `system`. At most 300 bytes.
    std::string actor = {};
    /// Zero when no contract is concerned.
    model::ContractId contract = {};
    /// What, in a fixed word: `contract.sent`, `document.signed`. Letters, digits, `.`, `_` and `-`; at most 100.
    std::string event = {};
    /// JSON with what else matters: addresses, hashes, ids. No secrets, no codes. UTF-8, at most 64 KiB.
    std::string detail = {};
};

/// The same as it stands in the log. `hash` is the SHA-256 of the entry before it and everything here, so that no entry
/// can be changed, added, moved or taken out without all later ones changing too.
struct AuditEntry {
    std::int64_t sequence = 0;  // from 1, without gaps
    AuditRecord record;
    std::array<std::uint8_t, 32> hash{};
};

/// The end of the log at some moment. Kept elsewhere (time-stamped, printed, sent to another machine) it proves later
/// that nothing before it was changed and nothing was cut off.
struct AuditHead {
    std::int64_t sequence = 0;
    std::array<std::uint8_t, 32> hash{};
    friend bool operator==(const AuditHead&, const AuditHead&) = default;
};

/// Adds an entry in the caller's transaction, to the log and to the tree over it (`audit_tree.hpp`). When this fails,
/// return the error: what cannot be logged must not happen. Where entries were cut off behind our back a gap stays,
/// which every check finds.
Result<AuditEntry> append_audit(Transaction& transaction, const AuditRecord& record);

/// The last entry; sequence 0 while there is none.
Result<AuditHead> audit_head(Connection& connection);

/// Entries in order, those after `after`; of one contract when `contract` is not zero. At most 1,000.
Result<std::vector<AuditEntry>> list_audit(Connection& connection, model::ContractId contract, std::int64_t after = 0,
                                           std::size_t limit = 100);

/// Which entries of a contract are asked for: those with one of these events, or with any other.
struct AuditChoice {
    std::vector<std::string> events;
    bool all_but_these = true;
    std::size_t offset = 0;
    std::size_t limit = 1'000;
};
struct AuditPage {
    std::size_t total = 0;
    std::vector<AuditEntry> entries;
};

/// The entries of one contract, the latest first; at most 1,000.
Result<AuditPage> latest_audit(Connection& connection, model::ContractId contract, const AuditChoice& choice);

enum class AuditFault { None, Altered, Missing, Truncated, Inserted };

struct AuditVerdict {
    AuditFault fault = AuditFault::None;
    /// The first entry that is not as it was written, or is not there.
    std::int64_t first_bad = 0;
    /// How many entries were found good.
    std::int64_t checked = 0;
    /// The last good one.
    AuditHead head;
    explicit operator bool() const { return fault == AuditFault::None; }
};

/// Recomputes the chain after `from` (from the beginning by default) to its end. `anchors` are heads known from
/// elsewhere; an anchor that the log does not reach is found as Truncated, one that it contradicts as Altered.
Result<AuditVerdict> verify_chain(Connection& connection, const std::vector<AuditHead>& anchors = {},
                                  const AuditHead& from = {});

/// The hash of an entry after one with the hash `previous`.
std::array<std::uint8_t, 32> audit_hash(const std::array<std::uint8_t, 32>& previous, std::int64_t sequence,
                                        const AuditRecord& record);

}  // namespace signet::store
