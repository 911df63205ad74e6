#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "pdf/document.hpp"
#include "pdf/geometry.hpp"
#include "pdf/revision.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace signet::pdf {

/// Where one seal, signature, date or slice of a cross-page seal will stand.
struct PlannedPlace {
    /// Counted from 0.
    std::size_t page = 0;
    /// On the displayed page, in points; turned as it will be drawn. Moved inside the page when it would leave it.
    ImagePlacement image;
};

/// One signing act: one person or company signing once, at any number of places, or at none (an invisible signature).
struct PlannedSignature {
    /// The signature field's name, unique in the file: 1 to 64 of `[A-Za-z0-9_-]`. Its further places are called
    /// `name_p1`, `name_p2`, …
    std::string name;
    std::vector<PlannedPlace> places;
};

/// A place that exists as an empty widget: its object and what a signature needs to fill it.
struct PreparedPlace {
    std::uint32_t object = 0;
    std::string field_name;
    /// Everything of the widget's dictionary but /F, /AP and /V, without `<<` and `>>`. Goes back byte for byte.
    std::string constant_entries;
    /// /Rect, in user space.
    Rectangle rectangle;
    /// The page: its position counted from 0, its rotation (0, 90, 180, 270), and points per unit of its user space.
    std::size_t page = 0;
    int page_rotation = 0;
    double user_unit = 1;
    /// False for the widget of an invisible signature.
    bool visible = true;
};

/// An empty signature field with its places, ready to be signed with `sign` at any time and in any order.
struct PreparedSignature {
    std::string name;
    /// The signature field's own widget.
    PreparedPlace field;
    /// The read-only text fields of the further places, whose value will be the time of sealing.
    std::vector<PreparedPlace> further_places;
    /// The field names its /Lock protects: those of the further places. Repeated in the signature's FieldMDP reference.
    std::vector<std::string> locked_fields;
    /// The empty appearance every unsigned widget shows.
    std::uint32_t empty_form = 0;

    /// How many places can be drawn at: none when invisible, else the field's widget and the further places.
    std::size_t place_count() const { return (field.visible ? 1 : 0) + further_places.size(); }
    /// Place 0 is the field's own widget.
    const PreparedPlace& place(std::size_t index) const { return index == 0 ? field : further_places[index - 1]; }
};

/// Text for a database, and back; see `to_text(const RevisionState&)`.
std::string to_text(const PreparedSignature& signature);
Result<PreparedSignature> prepared_signature_from_text(std::string_view text);

struct PrepareOptions {
    /// Make room for a certification signature (DocMDP, §12.8.2.2) as the first one; see SignatureDetails::certify.
    bool certifiable = false;
    SigningPolicy policy;
};

/// The frozen revision R0 of a contract: the upload plus `increment`.
struct PreparedRevision {
    Bytes increment;
    RevisionState state;
    /// In the order they were planned.
    std::vector<PreparedSignature> signatures;
};

/// Brings a document to R0: one incremental update that creates, empty and hidden, every field that any known signing
/// act will need. Per act one signature field (merged with the widget of its first place, or with an empty rectangle)
/// and one read-only text field per further place, so that no signature field has more than one widget (ISO 32000-2
/// §12.7.5.5) and yet a seal can stand at many places; a /Lock (SigFieldLock, §12.7.4.5) names those fields, so that
/// nobody can swap a seal once it is signed. Signing later changes /V, /AP and /F of these objects and nothing else,
/// which is why earlier signatures stay valid. Existing fields stay; /NeedAppearances goes. In a tagged document the
/// widgets get no structure elements: they are artifacts until they are signed, and every object of the structure tree
/// stays as the author made it. Errors: InvalidParameter (a name taken or not allowed, a size that is not positive),
/// SignPageBeyond, those of check_signable and of reading.
Result<PreparedRevision> prepare(const Document& document, std::span<const PlannedSignature> signatures,
                                 const PrepareOptions& options = {});

}  // namespace signet::pdf
