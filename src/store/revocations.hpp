#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/database.hpp"

#include <string>
#include <vector>

/// The certificates of the own CA that were revoked.
namespace signet::store::revocations {

struct Revocation {
    /// Lower-case hexadecimal, without leading zeros.
    std::string serial_number;
    UtcTime time;
    /// CRLReason (RFC 5280 §5.3.1), by its number.
    int reason = 0;
};

/// Whether it is new; one that was revoked before keeps its time and reason.
Result<bool> add(Transaction& transaction, const Revocation& revocation);
/// The earliest first.
Result<std::vector<Revocation>> all(Connection& connection);

}  // namespace signet::store::revocations
