#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/revocation.hpp"

#include <vector>

namespace signet::service {

/// Asks whoever the certificates of a chain name (the signer's first, the root last) whether they were revoked, and
/// adds to `data` what they answered and what checks out: a revocation list, else an answer of a responder. A
/// certificate that names nobody is passed over. Waits at most some seconds for each. Errors: Unavailable when nobody
/// that a certificate names gives a usable answer.
Status fetch_revocation_data(const std::vector<Bytes>& chain, UtcTime now, crypto::RevocationData& data);

}  // namespace signet::service
