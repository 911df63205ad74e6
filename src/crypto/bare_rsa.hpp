#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/cms.hpp"

#include <vector>

namespace signet::crypto {

/// Reads what `adbe.x509.rsa_sha1` has in place of a SignedData (ISO 32000-1 §12.8.3.2): an OCTET STRING at the start
/// of `bytes` with the PKCS #1 signature value of the content's SHA-1 digest, and beside it certificates, the signer's
/// first. What comes out is for verify_cms, as a SignedData without signed attributes. SignatureInvalid when there is
/// no such string or no certificate.
Result<SignedData> parse_bare_rsa(ByteView bytes, const std::vector<Bytes>& certificates);

}  // namespace signet::crypto
