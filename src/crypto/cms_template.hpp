#pragma once

#include "base/result.hpp"
#include "crypto/algorithms.hpp"
#include "crypto/signer.hpp"

#include <string_view>

namespace signet::crypto {

/// What is the same in every CMS of one signer, encoded once: making a CMS then costs little more than the signature.
/// Immutable, so any number of threads may use one. Reached through `make_pades_cms` and `TimeStampAuthority`.
class CmsTemplate {
  public:
    /// `content_type`: what is signed, eContentType (RFC 5652 §5.2). A signer with an SM2 key makes the CMS of GB/T
    /// 35275, of id-data alone: with SM3 everywhere and the content types of its own.
    CmsTemplate(const Signer& signer, std::string_view content_type);

    /// The signer's template for detached signatures, made on first use.
    static const CmsTemplate& of(const Signer& signer);

    /// Why the signer cannot be used; nothing wrong when the code below may run.
    const Status& usable() const { return usable_; }
    /// The signed attributes as a DER SET OF: what the signature value is made over (RFC 5652 §5.4). The digest is an
    /// SM3 for an SM2 key.
    Bytes signed_attributes(const Sha256Digest& content_digest) const;

    /// What goes into one CMS.
    struct Parts {
        /// As `signed_attributes` made them.
        ByteView signed_attributes;
        ByteView signature_value;
        /// eContent; empty in a detached signature.
        ByteView content = {};
        /// Attributes side by side in the order of a DER SET OF; empty for none.
        ByteView unsigned_attributes = {};
        bool with_certificates = true;
    };
    Bytes assemble(const Parts& parts) const;

    /// What the size of a CMS depends on.
    struct Sizes {
        std::size_t signature_value = 0;
        std::size_t content = 0;
        std::size_t unsigned_attributes = 0;
        bool with_certificates = true;
    };
    /// The size of what `assemble` makes from parts of these sizes.
    std::size_t size_with(const Sizes& sizes) const;

  private:
    struct Lengths;
    Lengths lengths_with(const Sizes& sizes) const;
    Bytes digest_algorithm() const { return encode_algorithm(digest_); }
    Bytes signing_certificate_v2(ByteView certificate, ByteView issuer, ByteView serial_number) const;
    Bytes algorithm_protection() const;
    void make_attributes(ByteView certificate, ByteView issuer, ByteView serial_number);

    Status usable_;
    DigestAlgorithm digest_ = DigestAlgorithm::Sha256;
    Bytes signed_data_type_;     // id-signedData
    Bytes before_content_;       // version, digestAlgorithms
    Bytes content_type_;         // eContentType
    Bytes certificates_;         // [0]
    Bytes before_attributes_;    // version, issuerAndSerialNumber, digestAlgorithm
    Bytes attributes_;           // SET OF, with zeros for the digest
    std::size_t digest_at_ = 0;  // where the digest goes in attributes_
    Bytes signature_algorithm_;
};

/// Lets the signer sign the attributes. KeyUnusable when it cannot, or makes more than it announced.
Result<Bytes> sign_attributes(const Signer& signer, ByteView signed_attributes);

}  // namespace signet::crypto
