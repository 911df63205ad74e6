#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/revocation_reason.hpp"

#include <optional>
#include <string>
#include <vector>

namespace signet::crypto {

/// A certificate revocation list (RFC 5280 §5) as read. Nothing in it is true before `judge_revocation` or
/// `is_signed_by` has checked who signed it.
struct RevocationList {
    Bytes der;
    /// The encoded Name.
    Bytes issuer;
    /// Empty when the list does not say.
    Bytes authority_key_identifier;
    UtcTime this_update;
    std::optional<UtcTime> next_update;
    /// cRLNumber in lower-case hexadecimal; empty when there is none.
    std::string number;
    /// expiredCertsOnCRL (Rec. ITU-T X.509 §9.5.2.7): certificates that ended at this time or later stay on the list.
    /// Nothing: an entry may be gone when its certificate has ended.
    std::optional<UtcTime> keeps_ended_since;

    struct Entry {
        /// Big-endian, without leading zeros.
        Bytes serial_number;
        UtcTime revoked_at;
        std::optional<RevocationReason> reason;
    };
    /// Ascending by serial number.
    std::vector<Entry> entries;

    /// False for a list that does not speak for every certificate of its issuer by itself: a delta or indirect list,
    /// one about some reasons or attribute certificates only, or with a critical extension that is not known.
    bool is_complete = true;
    /// The issuing distribution point's restrictions (§5.2.5).
    bool only_user_certificates = false;
    bool only_authority_certificates = false;
    bool has_distribution_point = false;
    std::vector<std::string> distribution_points;

    /// `serial_number`: big-endian. Null when the certificate is not on the list.
    const Entry* find(ByteView serial_number) const;
};

/// RevocationDataInvalid when `der` is not exactly one list of at most 16 MB and 200,000 entries.
Result<RevocationList> parse_revocation_list(ByteView der);

/// Whether the list was made by this CA: its name, its key, and the right to sign lists (cRLSign).
/// RevocationDataInvalid with the reason otherwise, also for MD5 and SHA-1.
Status is_signed_by(const RevocationList& list, ByteView issuer_certificate);

}  // namespace signet::crypto
