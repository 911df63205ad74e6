#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/certificate.hpp"
#include "crypto/digest.hpp"
#include "crypto/electronic_seal.hpp"
#include "crypto/revocation.hpp"
#include "pdf/document.hpp"
#include "pdf/geometry.hpp"
#include "pdf/validation_data.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet::pdf {

/// What the bytes of a file say about its signatures as a whole.
enum class DocumentVerdict {
    /// Every signature is intact, and everything that was added later is what later signers may add.
    Intact,
    /// A signature is broken or incomplete, or something was changed that nobody may change.
    Tampered,
    NoSignature,
    /// It cannot be read, and no signature that can still be found in its bytes says that they are others than before.
    Unreadable,
};

/// How much of the file a signature's /ByteRange covers.
enum class Coverage {
    WholeFile,
    /// Everything up to the end of the revision it was made in.
    WholeRevision,
    Less,
};

/// What happened to the document after a signature.
enum class LaterChanges {
    None,
    /// Validation data and document time-stamps alone.
    Extension,
    /// Fields were filled in or signed.
    FormFilling,
    /// Something else.
    Suspicious,
};

/// Why something is wrong. The names of the attacks are those of the published research on signed PDFs.
enum class Finding {
    /// /ByteRange or /Contents is missing, empty or malformed (universal signature forgery).
    SignatureIncomplete,
    /// The gap of the byte range is not exactly the value of /Contents (signature wrapping).
    WrongGap,
    /// The signature does not cover its revision, or cross-references of the revision lie outside (wrapping).
    NotWholeRevision,
    /// Bytes behind a signed revision that no cross-reference accounts for (incremental saving).
    UnaccountedBytes,
    /// An update changed, removed or replaced something other than fields that may be filled (incremental saving,
    /// shadow replace).
    ForbiddenChange,
    /// Something that the signed revision only named was supplied later (shadow hide and replace).
    HiddenContent,
    /// A field was changed although a signature locks it.
    LockedFieldChanged,
    /// A certification signature allows less than what was done.
    CertificationViolated,
    /// The number or the order of pages changed.
    PagesChanged,
    /// A seal stands at a place that no valid signature vouches for.
    SealNotSigned,
    /// The bytes are not those that were signed.
    DigestMismatch,
    /// The signature value is not that of the signer's key.
    SignatureValueWrong,
    /// /Contents is no CMS this verifier accepts: not DER, not one signer, no certificate, wrong attributes.
    CmsMalformed,
    /// Broken or outdated algorithms: MD5, SHA-1, short RSA keys.
    WeakAlgorithm,
    /// A signature object is used by several signatures in different places, or came with duplicate keys.
    AmbiguousStructure,
    /// The electronic seal in a signature (GB/T 38540) may not be used so: not its maker's, expired, or another's.
    ElectronicSealInvalid,
    /// Something was put upon a page that is no field of the form (evil annotation).
    AnnotationAdded,
    /// The CMS has several SignerInfos, or none: what one reader checks another may pass over.
    SeveralSigners,
};
std::string_view to_string(DocumentVerdict verdict);
std::string_view to_string(Coverage coverage);
std::string_view to_string(LaterChanges changes);
std::string_view to_string(Finding finding);

/// A part of a page as it is displayed, in points from its bottom left corner.
struct PageArea {
    /// Counted from 0.
    std::size_t page = 0;
    Rectangle box;
};

struct FindingReport {
    Finding finding = Finding::ForbiddenChange;
    /// One English line: which object, which field, what.
    std::string detail;
};

/// One signature value and what can be said about it.
struct SignatureReport {
    /// All fields that show it, the first one first. One `?` in a file that cannot be read any more.
    std::vector<std::string> field_names;
    /// A document time-stamp (ETSI EN 319 142-1 §5.4.3): nobody's consent, but an authority's word that everything it
    /// covers existed. `intact` says that its token is for these bytes and signed by the key in it; whether that is an
    /// authority for time-stamps, and one to trust, is for the caller to find out from `cms`.
    bool is_document_time_stamp = false;
    std::string sub_filter;
    std::string signer_name;
    std::string reason;
    std::string location;
    std::string contact_info;
    /// The signer's own claim, as the file spells it: /M.
    std::string claimed_time;
    /// Counted from 1; the revision this signature made.
    std::size_t revision = 0;
    Coverage coverage = Coverage::Less;
    LaterChanges later_changes = LaterChanges::Suspicious;
    /// P of its DocMDP reference; 0 when it does not certify.
    int certification_level = 0;
    /// The fields its FieldMDP reference protects.
    std::vector<std::string> locked_fields;
    /// How many bytes its revision has, when later ones follow: what can be shown as it was signed. 0 otherwise.
    std::uint64_t signed_length = 0;
    /// Where pages may look different in the newest revision than in the signed one: the places of fields that were
    /// neither signed nor locked then. Empty when no later revision follows.
    std::vector<PageArea> open_areas;

    /// Its bytes are what was signed, by the key of `signer`, and its structure is sound.
    bool intact = false;
    std::optional<crypto::CertificateInfo> signer;
    /// DER, as far as the chain could be built: the signer's first.
    std::vector<Bytes> chain;
    crypto::ChainStatus trust = crypto::ChainStatus::Incomplete;
    /// `SHA-256`, …
    std::string digest_algorithm;
    /// A time-stamp token inside the signature.
    bool has_time_stamp = false;

    // For the caller who judges time and revocation.

    /// /ByteRange: what is covered. Zeros when it is malformed.
    std::array<std::uint64_t, 4> byte_range{};
    /// The value of /Contents without the zeros behind it: a CMS, or for a document time-stamp its token. Empty when it
    /// is neither.
    Bytes cms;
    /// The signature value, whose digest is the imprint of a time-stamp inside the signature.
    Bytes signature_value;
    /// That time-stamp's token (RFC 3161), DER; empty when there is none.
    Bytes signature_time_stamp;
    /// Of a document time-stamp: the algorithm its token names, the digest of the byte range with it, which is what the
    /// imprint must be, and the time the token tells.
    std::optional<crypto::DigestAlgorithm> imprint_algorithm;
    Bytes covered_digest;
    std::optional<UtcTime> time_stamp_time;
    /// What the signer himself put into the signature about revocation; nothing of it is checked.
    crypto::RevocationData archived_revocation;
    /// The name its /VRI entry has, or would have; see SecurityStore::Related.
    std::string related_key;

    /// A signature with an electronic seal (GB/T 38540), whatever came of it; nothing for a CMS.
    std::optional<crypto::SealSignatureReport> seal;

    std::vector<FindingReport> findings;

    bool trusted() const { return trust == crypto::ChainStatus::Trusted; }
};

/// One revision of the file: everything up to and including an end-of-file marker a cross-reference section belongs to.
struct RevisionReport {
    std::uint64_t startxref = 0;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    /// The fields signed by it, if any.
    std::vector<std::string> signed_fields;
};

struct VerificationReport {
    DocumentVerdict verdict = DocumentVerdict::Unreadable;
    /// In the order they were made.
    std::vector<SignatureReport> signatures;
    /// Oldest first.
    std::vector<RevisionReport> revisions;
    /// Signature fields that are still empty.
    std::vector<std::string> unsigned_fields;
    /// What concerns the document rather than one signature.
    std::vector<FindingReport> findings;
    std::size_t page_count = 0;
    /// The validation data of the newest revision; empty when there is none or too much.
    SecurityStore security_store;
    /// For Unreadable: why. Also set when a file is Tampered because what was signed cannot be read any more.
    std::optional<Error> error;

    /// Intact, and every signer's chain ends at a trusted root.
    bool all_trusted() const;
};

struct VerificationOptions {
    /// The moment at which certificates must be valid. Without a trusted time-stamp this should be the time the
    /// signature is known to have existed at; the service passes its own record, the command line the claimed time.
    std::optional<UtcTime> at;
    /// Judge each chain at the time the signer claims (/M), a document time-stamp's at the time it tells, when `at` is
    /// empty.
    bool trust_claimed_time = true;
    ReadLimits limits;
};

/// Judges every signature of a file. Never fails: what cannot be read is Unreadable with the reason. The file is hashed
/// once for all signatures. `trusted_roots` are DER certificates. Thread-safe.
VerificationReport verify(ByteView file, const std::vector<Bytes>& trusted_roots,
                          const VerificationOptions& options = {});

}  // namespace signet::pdf
