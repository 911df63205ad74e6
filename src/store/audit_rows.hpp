#pragma once

#include "store/audit.hpp"
#include "store/database.hpp"

#include <algorithm>
#include <array>
#include <string_view>

/// How entries of the log are read from its table; for the two that read it, `audit.cpp` and `audit_tree.cpp`.
namespace signet::store {

/// What `audit_entry_of` reads, in its order.
inline constexpr std::string_view kAuditColumns = "sequence, time, actor, contract, event, detail, hash";

/// All zeros for what has another length: no hash of ours.
inline std::array<std::uint8_t, 32> audit_hash_of(ByteView bytes) {
    std::array<std::uint8_t, 32> hash{};
    if (bytes.size() == hash.size()) std::ranges::copy(bytes, hash.begin());
    return hash;
}

inline AuditEntry audit_entry_of(const Row& row) {
    AuditEntry entry;
    entry.sequence = row.integer(0);
    entry.record.time = row.get<UtcTime>(1);
    entry.record.actor = row.get<std::string>(2);
    entry.record.contract = row.get<model::ContractId>(3);
    entry.record.event = row.get<std::string>(4);
    entry.record.detail = row.get<std::string>(5);
    entry.hash = audit_hash_of(row.blob(6));
    return entry;
}

}  // namespace signet::store
