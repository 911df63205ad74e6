#pragma once

#include "crypto/digest.hpp"
#include "crypto/signer.hpp"
#include "model/contract.hpp"
#include "pdf/sign.hpp"

#include <map>
#include <optional>
#include <string>

/// What the log says about each use of a key (L5 of docs/law.md).
namespace signet::service {

/// The digests of the byte ranges that were signed, by document; one in which nothing was signed has none.
using SignedDigests = std::map<model::DocumentId, std::optional<crypto::Sha256Digest>>;

/// The same maker, which notes what it was given to sign. Both must outlive the answer.
pdf::CmsMaker noting(const pdf::CmsMaker& maker, std::optional<crypto::Sha256Digest>& digest);

/// Members of a JSON object: `"key"` (the SHA-256 of the SubjectPublicKeyInfo), `"algorithm"`, and `"digests"` by
/// document.
std::string key_use(const crypto::Signer& signer, const SignedDigests& digests);

}  // namespace signet::service
