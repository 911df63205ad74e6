#include "crypto/algorithms.hpp"

#include "crypto/oids.hpp"

#include <algorithm>
#include <array>

namespace signet::crypto {
namespace {

constexpr int kMaxSaltLength = 512;

struct NamedDigest {
    std::string_view dotted;
    DigestAlgorithm digest;
};

constexpr std::array kDigests{
    NamedDigest{oid::kMd5, DigestAlgorithm::Md5},           NamedDigest{oid::kSha1, DigestAlgorithm::Sha1},
    NamedDigest{oid::kSha224, DigestAlgorithm::Sha224},     NamedDigest{oid::kSha256, DigestAlgorithm::Sha256},
    NamedDigest{oid::kSha384, DigestAlgorithm::Sha384},     NamedDigest{oid::kSha512, DigestAlgorithm::Sha512},
    NamedDigest{oid::kSha3_256, DigestAlgorithm::Sha3_256}, NamedDigest{oid::kSha3_384, DigestAlgorithm::Sha3_384},
    NamedDigest{oid::kSha3_512, DigestAlgorithm::Sha3_512}, NamedDigest{oid::kSm3, DigestAlgorithm::Sm3},
};

struct NamedMethod {
    std::string_view dotted;
    SignatureScheme scheme;
    DigestAlgorithm digest;
};

constexpr std::array kMethods{
    NamedMethod{oid::kMd5WithRsa, SignatureScheme::RsaPkcs1, DigestAlgorithm::Md5},
    NamedMethod{oid::kSha1WithRsa, SignatureScheme::RsaPkcs1, DigestAlgorithm::Sha1},
    NamedMethod{oid::kSha224WithRsa, SignatureScheme::RsaPkcs1, DigestAlgorithm::Sha224},
    NamedMethod{oid::kSha256WithRsa, SignatureScheme::RsaPkcs1, DigestAlgorithm::Sha256},
    NamedMethod{oid::kSha384WithRsa, SignatureScheme::RsaPkcs1, DigestAlgorithm::Sha384},
    NamedMethod{oid::kSha512WithRsa, SignatureScheme::RsaPkcs1, DigestAlgorithm::Sha512},
    NamedMethod{oid::kEcdsaWithSha1, SignatureScheme::Ecdsa, DigestAlgorithm::Sha1},
    NamedMethod{oid::kEcdsaWithSha224, SignatureScheme::Ecdsa, DigestAlgorithm::Sha224},
    NamedMethod{oid::kEcdsaWithSha256, SignatureScheme::Ecdsa, DigestAlgorithm::Sha256},
    NamedMethod{oid::kEcdsaWithSha384, SignatureScheme::Ecdsa, DigestAlgorithm::Sha384},
    NamedMethod{oid::kEcdsaWithSha512, SignatureScheme::Ecdsa, DigestAlgorithm::Sha512},
    NamedMethod{oid::kEd25519, SignatureScheme::Eddsa, DigestAlgorithm::Sha512},
    NamedMethod{oid::kEd448, SignatureScheme::Eddsa, DigestAlgorithm::Sha512},
    NamedMethod{oid::kSm2WithSm3, SignatureScheme::Sm2, DigestAlgorithm::Sm3},
    NamedMethod{oid::kSm2Signature, SignatureScheme::Sm2, DigestAlgorithm::Sm3},
    NamedMethod{oid::kSm2, SignatureScheme::Sm2, DigestAlgorithm::Sm3},
};

/// Reads an explicitly tagged digest of RSASSA-PSS-params; its DEFAULT is SHA-1.
std::optional<DigestAlgorithm> read_pss_digest(const std::optional<der::Element>& tagged) {
    if (!tagged) return DigestAlgorithm::Sha1;
    der::Reader inside(*tagged);
    const auto algorithm = read_algorithm(inside);
    if (!algorithm || !inside.finished()) return std::nullopt;
    return digest_of_oid(algorithm->oid);
}

std::optional<DigestAlgorithm> read_mask_digest(const std::optional<der::Element>& tagged) {
    if (!tagged) return DigestAlgorithm::Sha1;
    der::Reader inside(*tagged);
    const auto mask = read_algorithm(inside);
    if (!mask || !inside.finished() || mask->oid != oid::kMgf1) return std::nullopt;
    der::Reader parameters(mask->parameters);
    const auto digest = read_algorithm(parameters);
    if (!digest || !parameters.finished()) return std::nullopt;
    return digest_of_oid(digest->oid);
}

/// RFC 4055 §3.1: RSASSA-PSS-params.
std::optional<SignatureMethod> read_pss(ByteView parameters) {
    der::Reader outer(parameters);
    der::Reader fields(outer.take(der::kSequence));
    const auto digest = read_pss_digest(fields.take_if(der::context(0)));
    const auto mask_digest = read_mask_digest(fields.take_if(der::context(1)));
    std::uint64_t salt_length = 20;  // DEFAULT
    if (const auto tagged = fields.take_if(der::context(2))) {
        const auto read = der::read_small_integer(der::Reader(*tagged).take(der::kInteger));
        if (!read || *read > kMaxSaltLength) return std::nullopt;
        salt_length = *read;
    }
    fields.take_if(der::context(3));  // trailerField: only 1 exists
    if (!outer.finished() || !fields.finished() || !digest || !mask_digest) return std::nullopt;
    return SignatureMethod{SignatureScheme::RsaPss, *digest, *mask_digest, static_cast<int>(salt_length)};
}

}  // namespace

std::optional<DigestAlgorithm> digest_of_oid(std::string_view dotted) {
    const auto found = std::ranges::find(kDigests, dotted, &NamedDigest::dotted);
    if (found == kDigests.end()) return std::nullopt;
    return found->digest;
}

std::optional<DigestAlgorithm> digest_of_rsa_signature(std::string_view dotted) {
    const auto found = std::ranges::find(kMethods, dotted, &NamedMethod::dotted);
    if (found == kMethods.end() || found->scheme != SignatureScheme::RsaPkcs1) return std::nullopt;
    return found->digest;
}

std::string_view oid_of(DigestAlgorithm algorithm) {
    return std::ranges::find(kDigests, algorithm, &NamedDigest::digest)->dotted;
}

Bytes encode_algorithm(SignatureAlgorithm algorithm) {
    if (algorithm == SignatureAlgorithm::RsaPkcs1Sha256) {
        return der::sequence({der::object_identifier(oid::kSha256WithRsa), der::null()});
    }
    const bool is_sm2 = algorithm == SignatureAlgorithm::Sm2Sm3;
    return der::sequence({der::object_identifier(is_sm2 ? oid::kSm2WithSm3 : oid::kEcdsaWithSha256)});
}

Bytes encode_algorithm(DigestAlgorithm algorithm) {
    return der::sequence({der::object_identifier(oid_of(algorithm))});
}

Bytes encode_algorithm_with_null(DigestAlgorithm algorithm) {
    return der::sequence({der::object_identifier(oid_of(algorithm)), der::null()});
}

std::optional<AlgorithmIdentifier> read_algorithm_fields(der::Reader fields) {
    AlgorithmIdentifier algorithm;
    algorithm.oid = der::oid_text(fields.take(der::kObjectIdentifier).content);
    if (!fields.at_end()) {
        const ByteView parameters = fields.take_any().encoding;
        algorithm.parameters.assign(parameters.begin(), parameters.end());
    }
    if (!fields.finished() || algorithm.oid.empty()) return std::nullopt;
    return algorithm;
}

std::optional<AlgorithmIdentifier> read_algorithm(der::Reader& reader) {
    return read_algorithm_fields(der::Reader(reader.take(der::kSequence)));
}

std::optional<SignatureMethod> signature_method(const AlgorithmIdentifier& signature,
                                                std::optional<DigestAlgorithm> content_digest) {
    if (signature.oid == oid::kRsaPss) return read_pss(signature.parameters);
    const auto found = std::ranges::find(kMethods, std::string_view(signature.oid), &NamedMethod::dotted);
    if (found != kMethods.end()) return SignatureMethod{found->scheme, found->digest, found->digest, 0};
    if (!content_digest) return std::nullopt;
    if (signature.oid == oid::kRsaEncryption) {
        return SignatureMethod{SignatureScheme::RsaPkcs1, *content_digest, *content_digest, 0};
    }
    if (signature.oid == oid::kEcPublicKey) {
        return SignatureMethod{SignatureScheme::Ecdsa, *content_digest, *content_digest, 0};
    }
    return std::nullopt;
}

}  // namespace signet::crypto
