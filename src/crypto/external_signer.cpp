#include "crypto/external_signer.hpp"

#include "crypto/certificate_view.hpp"
#include "crypto/openssl.hpp"
#include "crypto/signature_value.hpp"
#include "crypto/sm2.hpp"

#include <utility>

#include <openssl/err.h>

namespace signet::crypto {

ExternalSigner::~ExternalSigner() = default;

Result<ExternalSigner::Parts> ExternalSigner::parts_of(std::vector<Bytes> chain) {
    const auto own = chain.empty() ? std::nullopt : view_certificate(chain.front());
    if (!own) return fail(ErrorCode::CertificateInvalid, "the certificate cannot be read");
    EvpKey key = public_key_of(*own);
    if (!key || !is_signing_key(key.get()) || is_sm2_key(key.get())) {
        return fail(ErrorCode::KeyUnusable,
                    "only P-256 keys, and RSA keys of 2048 to 8192 bits, can sign from outside");
    }
    const auto algorithm =
        EVP_PKEY_is_a(key.get(), "RSA") == 1 ? SignatureAlgorithm::RsaPkcs1Sha256 : SignatureAlgorithm::EcdsaP256Sha256;
    return Parts{std::move(chain), std::shared_ptr<evp_pkey_st>(std::move(key)), algorithm};
}

ExternalSigner::ExternalSigner(Parts parts)
    : chain_(std::move(parts.chain)),
      public_key_(std::move(parts.public_key)),
      algorithm_(parts.algorithm),
      max_signature_size_(static_cast<std::size_t>(EVP_PKEY_get_size(public_key_.get()))) {}

Result<Bytes> ExternalSigner::sign(ByteView message) const {
    const Sha256Digest digest = Sha256::of(message);
    auto value = sign_digest(digest);
    if (!value) return value;
    if (const Status right = check(digest, *value); !right) return right.error();
    return value;
}

Status ExternalSigner::check(const Sha256Digest& digest, ByteView signature_value) const {
    const auto scheme =
        algorithm_ == SignatureAlgorithm::RsaPkcs1Sha256 ? SignatureScheme::RsaPkcs1 : SignatureScheme::Ecdsa;
    const SignatureMethod method{scheme, DigestAlgorithm::Sha256, DigestAlgorithm::Sha256, 0};
    const bool right = signature_value.size() <= max_signature_size_ &&
                       verify_digest(public_key_.get(), method, signature_value, digest);
    ERR_clear_error();
    if (right) return {};
    return fail(ErrorCode::KeyUnusable, "the signature value does not belong to the certificate");
}

}  // namespace signet::crypto
