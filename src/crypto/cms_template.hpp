#pragma once

#include "base/result.hpp"
#include "crypto/signer.hpp"

namespace signet::crypto {

/// What is the same in every CMS of one signer, encoded once: making a CMS then costs little more than the signature.
/// Immutable, so any number of threads may use one. Reached through `make_pades_cms`.
class CmsTemplate {
  public:
    explicit CmsTemplate(const Signer& signer);

    /// The signer's template, made on first use.
    static const CmsTemplate& of(const Signer& signer);

    /// Why the signer cannot be used; nothing wrong when the code below may run.
    const Status& usable() const { return usable_; }
    /// The signed attributes as a DER SET OF: what the signature value is made over (RFC 5652 §5.4).
    Bytes signed_attributes(const Sha256Digest& content_digest) const;
    Bytes assemble(ByteView signed_attributes, ByteView signature_value) const;
    /// The size of what `assemble` makes from a signature value of this size.
    std::size_t size_with(std::size_t signature_size) const;

  private:
    struct Lengths {
        std::size_t signer_info = 0;
        std::size_t signer_infos = 0;
        std::size_t signed_data = 0;
        std::size_t explicit_content = 0;
        std::size_t content_info = 0;
    };
    Lengths lengths_with(std::size_t signature_size) const;
    void make_attributes(ByteView certificate, ByteView issuer, ByteView serial_number);

    Status usable_;
    Bytes content_type_;         // id-signedData
    Bytes before_signer_infos_;  // version … certificates
    Bytes before_attributes_;    // version, issuerAndSerialNumber, digestAlgorithm
    Bytes attributes_;           // SET OF, with zeros for the digest
    std::size_t digest_at_ = 0;  // where the digest goes in attributes_
    Bytes signature_algorithm_;
};

}  // namespace signet::crypto
