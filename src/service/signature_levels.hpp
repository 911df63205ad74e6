#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "model/vocabulary.hpp"
#include "pdf/verify.hpp"

#include <optional>
#include <string>
#include <vector>

namespace signet::service {

/// How long a signature can be relied upon by what the file itself holds.
struct SignatureStanding {
    /// Nothing for a document time-stamp or a seal by GB/T 38540. A level counts only when everything it needs was
    /// checked and holds.
    std::optional<model::SignatureLevel> level;
    /// The earliest moment that a trusted time-stamp proves; of a document time-stamp its own.
    std::optional<UtcTime> proven_time;
    /// Revoked before that moment, or at all when no moment is proven.
    bool revoked = false;
    /// Why its time-stamp does not count; empty when it does or there is none. One line.
    std::string problem;
};

/// One for each signature of the report, in its order. `trusted_roots` in DER are those for time-stamp authorities; of
/// signers the report says whether they are trusted; `now` is the moment asked about where no time is proven.
/// Thread-safe.
std::vector<SignatureStanding> judge_standing(const pdf::VerificationReport& report,
                                              const std::vector<Bytes>& trusted_roots, UtcTime now);

}  // namespace signet::service
