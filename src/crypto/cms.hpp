#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/digest.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Reading and checking CMS signatures (RFC 5652) that anybody made.
namespace signet::crypto {

struct AlgorithmIdentifier {
    /// Dotted.
    std::string oid;
    /// The parameters' whole encoding; empty when absent.
    Bytes parameters;

    friend bool operator==(const AlgorithmIdentifier&, const AlgorithmIdentifier&) = default;
};

struct Attribute {
    /// Dotted.
    std::string type;
    /// Each value's whole encoding.
    std::vector<Bytes> values;
};

struct SignerInfo {
    /// CMSVersion (§5.3); nothing when it is no small number. Not signed, and of no effect.
    std::optional<std::uint64_t> version;
    /// Either issuer (an encoded Name) and serial number (big-endian) …
    Bytes issuer;
    Bytes serial_number;
    /// … or this.
    Bytes subject_key_identifier;
    AlgorithmIdentifier digest_algorithm;
    AlgorithmIdentifier signature_algorithm;
    /// The signed attributes as a SET OF, as signed (§5.4); empty when there are none.
    Bytes signed_attributes_encoding;
    std::vector<Attribute> signed_attributes;
    std::vector<Attribute> unsigned_attributes;
    Bytes signature_value;
};

/// A CMS SignedData, of RFC 5652 or GB/T 35275, with exactly one SignerInfo.
struct SignedData {
    /// How many bytes of the input it took; what follows (a PDF's padding) is the caller's to look at.
    std::size_t encoded_size = 0;
    /// False when lengths were indefinite: read all the same, but no DER.
    bool is_definite = true;
    /// CMSVersion (§5.1); nothing when it is no small number. Not signed, and of no effect.
    std::optional<std::uint64_t> version;
    /// digestAlgorithms, dotted; empty when malformed. Not signed, and repeated in the SignerInfo.
    std::vector<std::string> digest_algorithms;
    /// eContentType, dotted: id-data in PDFs, in the arc of either standard.
    std::string content_type;
    /// eContent; absent in a detached signature.
    std::optional<Bytes> content;
    /// X.509 certificates in DER, in the order found.
    std::vector<Bytes> certificates;
    SignerInfo signer;

    /// With what the content must be hashed for verify_cms; nothing when the algorithm is unknown.
    std::optional<DigestAlgorithm> digest_algorithm() const;
};

/// Reads the SignedData at the start of `bytes`, DER or BER with indefinite lengths, of at most 4 MB. SignatureInvalid
/// when it is malformed, has none or several SignerInfos, or more than 200 certificates or attributes.
Result<SignedData> parse_cms(ByteView bytes);
/// How many SignerInfos the SignedData at the start of `bytes` has, for saying why parse_cms refused it; nothing when
/// it cannot even be counted.
std::optional<std::size_t> count_signer_infos(ByteView bytes);

/// What is wrong, or worth knowing, about a signature that was read. Which of them a profile forbids (PAdES forbids a
/// signing-time, demands a signing-certificate) is for the caller to say.
enum class CmsFinding {
    // These make a signature invalid.
    SignerCertificateMissing,  // nothing in `certificates` fits the SignerInfo
    UnknownAlgorithm,          // or a key that does not go with it
    SignatureValueWrong,
    ContentDigestWrong,
    MessageDigestMissing,      // signed attributes without (exactly) one message-digest
    ContentTypeWrong,          // missing, or not that of the content
    SigningCertificateWrong,   // signing-certificate names another certificate (RFC 5035)
    AlgorithmProtectionWrong,  // RFC 6211
    AttributeRepeated,
    // These do not by themselves.
    WeakDigest,  // MD5 or SHA-1
    WeakKey,     // RSA below 2048 bits, a curve below 224
    NoSignedAttributes,
    SigningCertificateMissing,     // neither signing-certificate nor -v2
    SigningCertificateOfVersion1,  // with SHA-1 (RFC 2634)
    IssuerSerialDiffers,           // in signing-certificate, while the digest fits
    SigningTimePresent,
    EncapsulatedContent,
    IndefiniteLengths,
    AttributesNotSorted,  // signed attributes that are no DER SET OF
};
std::string_view to_string(CmsFinding finding);
bool is_fatal(CmsFinding finding);

struct CmsReport {
    /// Empty when missing.
    Bytes signer_certificate;
    /// The other certificates, for building the chain.
    std::vector<Bytes> other_certificates;
    bool signature_value_ok = false;
    bool content_digest_ok = false;
    std::vector<CmsFinding> findings;
    /// `ECDSA P-256 with SHA-256`, …
    std::string algorithm;
    /// What the signer claims (signing-time); nothing proves it.
    std::optional<UtcTime> claimed_signing_time;
    /// A signature-time-stamp attribute (RFC 3161 token over the signature value), whole; empty when there is none.
    Bytes signature_time_stamp;

    bool has(CmsFinding finding) const;
    /// Signature value and content digest are right and nothing fatal was found. Says nothing about trust.
    bool valid() const;
};

/// Checks the signature over content whose digest, made with `signed_data.digest_algorithm()`, is `content_digest`. An
/// SM2 signature without signed attributes needs the content itself: UnknownAlgorithm here.
CmsReport verify_cms(const SignedData& signed_data, ByteView content_digest);
/// Checks a detached signature over the content itself.
CmsReport verify_cms_of(const SignedData& signed_data, ByteView content);
/// Checks a signature over the content it carries itself (time-stamp tokens, `adbe.pkcs7.sha1`).
CmsReport verify_encapsulated_cms(const SignedData& signed_data);

}  // namespace signet::crypto
