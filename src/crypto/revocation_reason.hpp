#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace signet::crypto {

/// CRLReason (RFC 5280 §5.3.1), with its numbers.
enum class RevocationReason {
    Unspecified = 0,
    KeyCompromise = 1,
    CaCompromise = 2,
    AffiliationChanged = 3,
    Superseded = 4,
    CessationOfOperation = 5,
    CertificateHold = 6,
    RemoveFromCrl = 8,
    PrivilegeWithdrawn = 9,
    AaCompromise = 10,
};

/// In the standard's own words: `keyCompromise`, …
std::string_view to_string(RevocationReason reason);
/// Nothing for a number that is no reason.
std::optional<RevocationReason> revocation_reason_of(std::uint64_t number);

}  // namespace signet::crypto
