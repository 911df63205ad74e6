#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/digest.hpp"
#include "crypto/revocation.hpp"
#include "crypto/signer.hpp"
#include "crypto/time_stamp.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Electronic seals (安全电子签章密码技术规范, GB/T 38540-2020): the seal a maker signed, the signature that a
/// certificate on the seal's list makes over a document with it, and the check of both in the order the standard
/// prescribes. Names in brackets are the standard's own. Everything here is thread-safe.
namespace signet::crypto {

/// The version of seals and signatures that GB/T 38540-2020 defines; GM/T 0031-2014 had others.
inline constexpr std::uint64_t kSealVersion = 4;
/// No seal, and no signature with its seal, is longer, in bytes.
inline constexpr std::size_t kMaxSealSize = 2 * 1024 * 1024;
inline constexpr std::size_t kMaxSealSignatureSize = 3 * 1024 * 1024;

/// Whose seal it is (SES_ESPropertyInfo.type).
enum class SealOwner : std::uint8_t { Unit = 1, Person = 2 };

/// What the seal looks like (SES_ESPictureInfo).
struct SealPicture {
    /// `PNG`, `GIF`, `BMP`, `JPG`, `SVG`.
    std::string type;
    Bytes data;
    /// As it is to be shown, in millimetres.
    std::uint64_t width = 0;
    std::uint64_t height = 0;

    friend bool operator==(const SealPicture&, const SealPicture&) = default;
};

/// One digest of a list of certificates by digest (CertDigestObj).
struct CertificateDigest {
    /// With what it was made: `SM3`, or the algorithm's dotted OID.
    std::string type;
    Bytes value;

    friend bool operator==(const CertificateDigest&, const CertificateDigest&) = default;
};

/// Who may use a seal (certListType, certList): the certificates themselves (1), or their digests (2).
struct SealUsers {
    enum class Kind : std::uint8_t { Certificates = 1, Digests = 2 };
    Kind kind = Kind::Digests;
    std::vector<Bytes> certificates;
    std::vector<CertificateDigest> digests;

    /// With SM3.
    static SealUsers by_digest(const std::vector<Bytes>& certificates);
    static SealUsers by_certificate(std::vector<Bytes> certificates);

    /// Whether this certificate, whole and in DER, is on the list.
    bool include(ByteView certificate) const;

    friend bool operator==(const SealUsers&, const SealUsers&) = default;
};

/// What a maker puts into a seal (SES_SealInfo).
struct SealFields {
    /// The seal's own identifier (esID), ASCII, at most 128 characters.
    std::string id;
    /// Who made the software (SES_Header.vid), ASCII.
    std::string vendor = "Signet";
    SealOwner owner = SealOwner::Unit;
    /// UTF-8, at most 200 characters.
    std::string name;
    SealUsers users;
    /// Whole seconds.
    UtcTime created_at;
    UtcTime valid_from;
    UtcTime valid_until;
    SealPicture picture;

    friend bool operator==(const SealFields&, const SealFields&) = default;
};

/// A seal (SESeal) as it was read. Nothing is checked but its form.
struct ElectronicSeal {
    Bytes der;
    /// SES_Header.ID, `ES` in every true one, and its version.
    std::string header;
    std::uint64_t version = 0;
    /// The owner's number as it stands there; `fields.owner` is Unit when it is neither of the two.
    std::uint64_t owner_number = 0;
    SealFields fields;
    /// Extensions (extDatas) that must be understood, and are not: dotted.
    std::vector<std::string> unknown_critical_extensions;

    /// What the maker signed (SES_SealInfo), with what certificate and algorithm (dotted).
    Bytes to_be_signed;
    Bytes maker_certificate;
    std::string signature_algorithm;
    Bytes signature_value;
};

/// Makes a seal with the maker's SM2 key. InvalidParameter or ParameterTooLong naming the field when it cannot stand in
/// a seal; SealDataInvalid when the maker's certificate is not valid at `created_at`.
Result<Bytes> make_electronic_seal(const SealFields& fields, const Signer& maker);
/// SealDataInvalid when `der` is not exactly one seal in DER of at most kMaxSealSize.
Result<ElectronicSeal> parse_electronic_seal(ByteView der);

/// A document's signature with a seal (SES_Signature) as it was read. Nothing is checked but its form.
struct SealSignature {
    std::uint64_t version = 0;
    ElectronicSeal seal;
    /// When the signer says it was made (timeInfo).
    UtcTime time;
    Bytes data_hash;
    /// What of the document was hashed, and how (propertyInfo), in the words of the document's format.
    std::string property_info;
    std::vector<std::string> unknown_critical_extensions;

    /// What the signer signed (TBS_Sign), with what certificate and algorithm (dotted).
    Bytes to_be_signed;
    Bytes signer_certificate;
    std::string signature_algorithm;
    Bytes signature_value;
    /// An RFC 3161 token over the signature value; empty when there is none.
    Bytes time_stamp;
    /// How many bytes of the input it took; what follows (a PDF's padding) is the caller's to look at.
    std::size_t encoded_size = 0;
};

/// Reads the signature at the start of `bytes`. SealDataInvalid when there is none in DER of at most
/// kMaxSealSignatureSize.
Result<SealSignature> parse_seal_signature(ByteView bytes);

/// What is signed with a seal.
struct SealSignatureFields {
    /// Whole seconds.
    UtcTime time;
    /// SM3 over what `property_info` describes.
    Sm3Digest data_hash{};
    /// ASCII, at most 1024 characters.
    std::string property_info;
};

/// The first step of a signature with a seal: everything that needs the key. A value; it holds nothing secret.
struct UnfinishedSealSignature {
    Bytes to_be_signed;
    Bytes signature_value;

    /// What a time-stamp must be over: SHA-256 of the signature value.
    Sha256Digest time_stamp_imprint() const { return Sha256::of(signature_value); }
};
/// SealDataInvalid when the seal may not be used: damaged, not signed by its maker, without the signer's certificate on
/// its list, or not valid at `fields.time`. KeyUnusable when the signer's key is no SM2 key.
Result<UnfinishedSealSignature> sign_with_seal(const ElectronicSeal& seal, const SealSignatureFields& fields,
                                               const Signer& signer);
/// The second step, by the same signer. `time_stamp_token`: over `time_stamp_imprint()`, verified by the caller; empty
/// for none. InvalidParameter when it is longer than kMaxTimeStampTokenSize.
Result<Bytes> finish_seal_signature(const UnfinishedSealSignature& signature, const Signer& signer,
                                    ByteView time_stamp_token = {});
/// An upper bound of finish_seal_signature's size, in bytes, for property infos and tokens of at most these sizes.
std::size_t max_seal_signature_size(const ElectronicSeal& seal, const Signer& signer, std::size_t max_property_info,
                                    std::size_t max_token_size);

/// Why a signature with a seal does not count, in the order in which the standard has it found (GB/T 38540-2020 §7.3,
/// and §6.3 for the seal in it).
enum class SealFault : std::uint8_t {
    // 1. The signature's form.
    FormatWrong,
    VersionUnsupported,
    AlgorithmUnsupported,
    CriticalExtensionUnknown,
    // 2. The signature value.
    SignerCertificateUnreadable,
    SignatureValueWrong,
    // 3. The signer's certificate.
    SignerChainIncomplete,
    SignerChainUntrusted,
    SignerIssuerRevoked,
    SignerKeyUsageWrong,
    // 4. The time.
    TimeStampWrong,
    SigningTimeInFuture,
    SigningTimeBeforeCertificate,
    SigningTimeAfterCertificate,
    SigningTimeAfterRevocation,
    // 5. The document.
    PropertyInfoWrong,
    DocumentHashWrong,
    // 6. The seal.
    SealFormatWrong,
    SealVersionDiffers,
    SealAlgorithmUnsupported,
    SealCriticalExtensionUnknown,
    MakerCertificateUnreadable,
    SealSignatureValueWrong,
    MakerChainIncomplete,
    MakerChainUntrusted,
    MakerCertificateNotYetValid,
    MakerCertificateExpired,
    MakerRevoked,
    MakerKeyUsageWrong,
    SealNotYetValid,
    SealExpired,
    SignerNotOnSeal,
};
/// All of them, in order.
const std::vector<SealFault>& all_seal_faults();
/// The enumerator's own name: for programs.
std::string_view name_of(SealFault fault);
/// One line for people.
std::string_view to_string(SealFault fault);
std::string_view to_chinese(SealFault fault);

/// What a signature with a seal is checked against.
struct SealTrust {
    /// Roots in DER that are trusted for signers and for makers.
    std::vector<Bytes> roots;
    /// Certificates between them and the roots: a signature carries none but the two at the ends.
    std::vector<Bytes> others;
    RevocationData revocation;
    TimeStampTrust time_stamps;
};

/// The document's SM3 over what the property info describes; nothing when it describes nothing of this document.
using SealedDocument = std::function<std::optional<Bytes>(std::string_view property_info)>;

struct SealSignatureReport {
    /// The first fault; the standard ends the check there. None: the signature counts.
    std::optional<SealFault> fault;
    /// What was found, in English, for a log; may be empty.
    std::string detail;
    /// As far as it could be read.
    std::optional<SealSignature> signature;
    /// The signature value is the signer's, and the document's hash is as signed: what holds without any trust. Both
    /// are looked at whatever the fault is.
    bool signature_value_ok = false;
    bool data_hash_ok = false;
    /// The time-stamp's, when there is a good one; else what the signer says.
    UtcTime signing_time;
    bool has_time_stamp = false;
    /// The signer's certificate first; empty when it was not looked at.
    std::vector<Bytes> signer_chain;
    std::vector<Bytes> maker_chain;
    /// Whether data about the signer's revocation was at hand, or none is needed.
    bool revocation_known = false;

    bool valid() const { return !fault.has_value(); }
};

/// Checks the signature at the start of `bytes` as of `now`.
SealSignatureReport verify_seal_signature(ByteView bytes, const SealedDocument& document, const SealTrust& trust,
                                          UtcTime now);

/// Checks a seal alone, as it must be before somebody signs with it at `now` (§6.3): faults of the sixth group, but
/// SignerNotOnSeal.
std::optional<SealFault> verify_seal(const ElectronicSeal& seal, const SealTrust& trust, UtcTime now);

}  // namespace signet::crypto
