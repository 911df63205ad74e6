#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/digest.hpp"
#include "crypto/signer.hpp"

#include <memory>
#include <vector>

struct evp_pkey_st;

namespace signet::crypto {

/// A signer whose private key is somewhere else: in a token, with a remote service. What comes from there is checked
/// against the certificate's public key before anybody sees it, so a wrong signature value is an error here and never
/// stands in a document. P-256 or RSA.
class ExternalSigner : public Signer {
  public:
    ~ExternalSigner() override;

    SignatureAlgorithm algorithm() const override { return algorithm_; }
    const std::vector<Bytes>& certificate_chain() const override { return chain_; }
    /// Errors: those of `sign_digest`; KeyUnusable when the value does not belong to this message and certificate.
    Result<Bytes> sign(ByteView message) const override;
    std::size_t max_signature_size() const override { return max_signature_size_; }

    /// Whether `signature_value` is this signer's over a message with this SHA-256: the second of two steps, when the
    /// value was made in between. KeyUnusable otherwise.
    Status check(const Sha256Digest& digest, ByteView signature_value) const;

  protected:
    /// What every derived signer needs first, checked: the certificate's public key.
    struct Parts {
        std::vector<Bytes> chain;
        std::shared_ptr<evp_pkey_st> public_key;
        SignatureAlgorithm algorithm = SignatureAlgorithm::EcdsaP256Sha256;
    };
    /// `chain` in DER, the key's own certificate first. CertificateInvalid when that cannot be read, KeyUnusable when
    /// its key is neither P-256 nor RSA of 2048 to 8192 bits.
    static Result<Parts> parts_of(std::vector<Bytes> chain);
    explicit ExternalSigner(Parts parts);

    /// The signature value over a message with this SHA-256: DER ECDSA-Sig-Value or PKCS#1 v1.5.
    virtual Result<Bytes> sign_digest(const Sha256Digest& digest) const = 0;

  private:
    const std::vector<Bytes> chain_;
    const std::shared_ptr<evp_pkey_st> public_key_;
    const SignatureAlgorithm algorithm_;
    const std::size_t max_signature_size_;
};

}  // namespace signet::crypto
