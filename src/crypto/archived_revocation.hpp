#pragma once

#include "crypto/cms.hpp"
#include "crypto/revocation.hpp"

namespace signet::crypto {

/// What a signer put into his signature about revocation: the attribute RevocationInfoArchival (ISO
/// 32000-2, 12.8.3.3.2), as signatures from before the document security store have it. It counts among the unsigned
/// attributes too: every list and answer is signed by who made it. Nothing is checked here; what is malformed is left
/// out as a whole, and of lists and answers only the first 100 each are taken.
RevocationData archived_revocation(const SignedData& signed_data);

}  // namespace signet::crypto
