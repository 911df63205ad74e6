#pragma once

#include "crypto/cms.hpp"
#include "crypto/der.hpp"
#include "crypto/signer.hpp"

#include <optional>
#include <string_view>

/// From algorithm identifiers to what libcrypto calls them; for the sources of this floor alone.
namespace signet::crypto {

std::optional<DigestAlgorithm> digest_of_oid(std::string_view dotted);
/// The digest that an RSA PKCS #1 signature algorithm's name contains; nothing for any other identifier.
std::optional<DigestAlgorithm> digest_of_rsa_signature(std::string_view dotted);
std::string_view oid_of(DigestAlgorithm algorithm);

/// The AlgorithmIdentifier of our own signature values.
Bytes encode_algorithm(SignatureAlgorithm algorithm);
/// The AlgorithmIdentifier of a digest: without parameters, as CMS prefers (RFC 5754 §2), or with the NULL that
/// time-stamp and OCSP servers of every age understand.
Bytes encode_algorithm(DigestAlgorithm algorithm);
Bytes encode_algorithm_with_null(DigestAlgorithm algorithm);

/// AlgorithmIdentifier ::= SEQUENCE { algorithm, parameters OPTIONAL }; nothing when malformed.
std::optional<AlgorithmIdentifier> read_algorithm(der::Reader& reader);
/// The same for the inside of a SEQUENCE that has another tag (IMPLICIT).
std::optional<AlgorithmIdentifier> read_algorithm_fields(der::Reader fields);

enum class SignatureScheme { RsaPkcs1, RsaPss, Ecdsa, Eddsa, Sm2 };

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
