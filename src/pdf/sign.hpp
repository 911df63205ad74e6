#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/digest.hpp"
#include "crypto/signer.hpp"
#include "pdf/appended_revision.hpp"
#include "pdf/compiled_drawing.hpp"
#include "pdf/document.hpp"
#include "pdf/prepare.hpp"
#include "pdf/revision.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace signet::pdf {

/// What is drawn at one place: a vertical strip of a drawing (the whole one by default), turned, as large as fits the
/// place.
struct PlaceAppearance {
    /// Must outlive the call. Null leaves the place empty. The same pointer at several places is written once.
    const CompiledDrawing* drawing = nullptr;
    /// Left edge of the strip within the drawing, in points.
    double clip_x = 0;
    /// Width of the strip in points; 0 means up to the drawing's right edge.
    double clip_width = 0;
    /// Clockwise, about the strip's centre.
    double rotation_degrees = 0;
};

/// What stands in /Contents (/Filter, /SubFilter).
enum class SignatureFormat {
    /// PAdES (ETSI EN 319 142-1): a CMS.
    Pades,
    /// A signature with an electronic seal (GB/T 38540-2020), as vendors of the national algorithms write it:
    /// `/GM.sm2seal`. Validators that do not know it pass it over or say so, and judge the others in the file all the
    /// same.
    NationalSeal,
};

/// What a signature dictionary says besides its value (ISO 32000-1 §12.8.1, table 252). Empty texts are left out.
struct SignatureDetails {
    UtcTime time;
    /// Of /M: minutes east of Greenwich.
    int zone_offset_minutes = 0;
    std::string signer_name;
    std::string reason;
    std::string location;
    std::string contact_info;
    /// Bytes to reserve for the CMS at least; what the signer may need is reserved in any case. At most
    /// kMaxContentsReserve. 8 KiB suffice for B-B; `size_with_time_stamp` says what a time-stamp adds.
    std::size_t contents_reserve = 8192;
    /// Certify (DocMDP with P=2: form filling and signing stay allowed). Only for the first signature of a document
    /// prepared with PrepareOptions::certifiable; InvalidParameter otherwise.
    bool certify = false;
    SignatureFormat format = SignatureFormat::Pades;
    /// For NationalSeal alone: /Cert, the certificates between the two in the signature and the roots, in DER.
    std::vector<Bytes> certificates;
};

struct SignatureRequest {
    const PreparedSignature& field;
    /// One for each place, in their order; empty for an invisible signature.
    std::vector<PlaceAppearance> appearances;
    SignatureDetails details;
};

/// A revision that carries one signature.
using SignedRevision = AppendedRevision;

/// Whoever makes a signature's CMS when it is not a signer alone: one that asks a time-stamp authority too, a remote
/// service. `make` is called once for each signature, on the caller's thread.
struct CmsMaker {
    /// No CMS it makes is longer, in bytes.
    std::size_t max_size = 0;
    ValueMaker make;
};
/// B-B by a signer, who must outlive the answer.
CmsMaker cms_maker(const crypto::Signer& signer);

/// Appends one PAdES B-B signature (ETSI EN 319 142-1) to a file that ends as `before` says. Its cost does not depend
/// on the size of the file: `hash_so_far` is the running hash of exactly the bytes before, and only the increment is
/// hashed. Writes new objects (the signature, the appearances, each drawing once) and the prepared field and its
/// further places with /V, /AP and /F; no page, no form, no catalog. Thread-safe: no shared state. Errors:
/// InvalidParameter (appearances do not match the places, a hash of another length, certify), those of the signer.
Result<SignedRevision> sign(const RevisionState& before, const crypto::Sha256& hash_so_far,
                            const SignatureRequest& request, const crypto::Signer& signer);

/// With a CMS that somebody else makes; a CMS longer than promised is InvalidParameter.
Result<SignedRevision> sign(const RevisionState& before, const crypto::Sha256& hash_so_far,
                            const SignatureRequest& request, const CmsMaker& cms);
/// The same in two steps, for a value that comes later: first everything but the CMS, with room for `max_cms_size`
/// bytes or `contents_reserve`, whichever is more; then `complete`.
Result<UnsignedRevision> build_unsigned(const RevisionState& before, const crypto::Sha256& hash_so_far,
                                        const SignatureRequest& request, std::size_t max_cms_size);

/// A place that no prepared field has: for parties who join after the first signature.
struct NewPlace {
    PlannedPlace place;
    PlaceAppearance appearance;
};

/// Signs with fields of its own, created in the signing revision itself: one new visible signature field per place
/// (`name`, `name_p1`, …), all with the same /V. Validators accept it beside approval signatures, not after a
/// certification. Needs the file read as a Document; `hash_so_far` as for `sign`. Without places one invisible field is
/// made. Errors: as `prepare` and `sign`; CertifiedNoChanges and SigningForbidden when an earlier signature forbids new
/// fields.
Result<SignedRevision> sign_with_new_fields(const Document& document, const crypto::Sha256& hash_so_far,
                                            const std::string& name, std::span<const NewPlace> places,
                                            const SignatureDetails& details, const crypto::Signer& signer);
Result<SignedRevision> sign_with_new_fields(const Document& document, const crypto::Sha256& hash_so_far,
                                            const std::string& name, std::span<const NewPlace> places,
                                            const SignatureDetails& details, const CmsMaker& cms);
Result<UnsignedRevision> build_with_new_fields(const Document& document, const crypto::Sha256& hash_so_far,
                                               const std::string& name, std::span<const NewPlace> places,
                                               const SignatureDetails& details, std::size_t max_cms_size);

/// Signs an empty signature field that the document brought along, by its full name. `appearance` fills its widget; a
/// field without a visible rectangle takes none. A /Lock it has is repeated as FieldMDP. Errors: InvalidParameter (no
/// such field, or already signed), FieldLocked when an earlier signature locks it, and as above.
Result<SignedRevision> sign_existing_field(const Document& document, const crypto::Sha256& hash_so_far,
                                           const std::string& full_name, const PlaceAppearance& appearance,
                                           const SignatureDetails& details, const crypto::Signer& signer);
Result<SignedRevision> sign_existing_field(const Document& document, const crypto::Sha256& hash_so_far,
                                           const std::string& full_name, const PlaceAppearance& appearance,
                                           const SignatureDetails& details, const CmsMaker& cms);
Result<UnsignedRevision> build_existing_field(const Document& document, const crypto::Sha256& hash_so_far,
                                              const std::string& full_name, const PlaceAppearance& appearance,
                                              const SignatureDetails& details, std::size_t max_cms_size);

/// Everything in one call, for the command line: the file with one more signature. A document without signatures is
/// prepared (layout as `prepare`) and signed in two revisions; one that already has some gets new fields in one
/// revision. An empty name chooses a free one.
Result<Bytes> sign_document(ByteView file, const std::string& name, std::span<const NewPlace> places,
                            const SignatureDetails& details, const crypto::Signer& signer,
                            const SigningPolicy& policy = {});
Result<Bytes> sign_document(ByteView file, const std::string& name, std::span<const NewPlace> places,
                            const SignatureDetails& details, const CmsMaker& cms, const SigningPolicy& policy = {});

}  // namespace signet::pdf
