#pragma once

#include "crypto/cms.hpp"
#include "crypto/der.hpp"

#include <optional>
#include <string_view>

/// From algorithm identifiers to what libcrypto calls them; for the sources of this floor alone.
namespace signet::crypto {

std::optional<DigestAlgorithm> digest_of_oid(std::string_view dotted);

/// AlgorithmIdentifier ::= SEQUENCE { algorithm, parameters OPTIONAL }; nothing when malformed.
std::optional<AlgorithmIdentifier> read_algorithm(der::Reader& reader);
/// The same for the inside of a SEQUENCE that has another tag (IMPLICIT).
std::optional<AlgorithmIdentifier> read_algorithm_fields(der::Reader fields);

enum class SignatureScheme { RsaPkcs1, RsaPss, Ecdsa, Eddsa };

struct SignatureMethod {
    SignatureScheme scheme = SignatureScheme::Ecdsa;
    DigestAlgorithm digest = DigestAlgorithm::Sha256;
    /// RSASSA-PSS only.
    DigestAlgorithm mask_digest = DigestAlgorithm::Sha256;
    int salt_length = 0;
};

/// How the signature value was made; nothing for an algorithm we do not know. `content_digest` is the SignerInfo's
/// digest algorithm, for identifiers that name none.
std::optional<SignatureMethod> signature_method(const AlgorithmIdentifier& signature,
                                                std::optional<DigestAlgorithm> content_digest);

}  // namespace signet::crypto
