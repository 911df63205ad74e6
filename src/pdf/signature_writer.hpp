#pragma once

#include "pdf/sign.hpp"
#include "pdf/signatures.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace signet::pdf {

/// Drawings and strips that can be drawn: strips within their drawing, finite angles.
Status check_appearances(std::span<const PlaceAppearance> appearances);

/// The form XObject's own coordinate system at a place: as the reader sees it, in points. The empty appearance a place
/// is prepared with and the one it is signed with have the same, so that filling it changes nothing but its content: a
/// changed /BBox counts as an undefined change of the document in EU DSS.
struct PlaceBox {
    double width = 0;
    double height = 0;
    /// /Type, /Subtype, /BBox and, on a rotated page, /Matrix.
    std::string entries;
};
PlaceBox place_box(const PreparedPlace& place);

/// Writes appearance streams (§12.5.5) of one signature; a drawing it has seen is not written again.
class AppearanceWriter {
  public:
    explicit AppearanceWriter(RevisionWriter& writer) : writer_(writer) {}

    /// The object number of the form XObject that shows `appearance`, which has a drawing, in the place's rectangle.
    std::uint32_t write(const PlaceAppearance& appearance, const PreparedPlace& place);

  private:
    std::uint32_t drawing(const CompiledDrawing& drawing);

    RevisionWriter& writer_;
    std::vector<std::pair<const CompiledDrawing*, std::uint32_t>> written_;
};

/// Where a signature dictionary left room, as offsets within the increment.
struct SignatureSlot {
    std::size_t byte_range = 0;
    std::size_t contents_begin = 0;
    std::size_t contents_digits = 0;
};

/// Writes the signature dictionary as object `number`, with room for its value. `lock`, when not null, becomes its
/// FieldMDP reference.
SignatureSlot write_signature(RevisionWriter& writer, std::uint32_t number, Reference catalog,
                              const SignatureDetails& details, const FieldLock* lock, std::size_t max_cms_size);

/// Writes the dictionary of a document time-stamp (ETSI EN 319 142-1 §5.4.3) as object `number`, with room for its
/// token.
SignatureSlot write_document_time_stamp(RevisionWriter& writer, std::uint32_t number, std::size_t token_reserve);

/// InvalidParameter unless state and running hash belong to the document's last revision.
Status check_continues(const Document& document, const RevisionState& before, const crypto::Sha256& hash_so_far);

/// InvalidParameter for more room than kMaxContentsReserve.
Status check_reserve(std::size_t bytes);

/// Ends the revision, fills in /ByteRange and hashes what is new.
UnsignedRevision seal_revision(RevisionWriter writer, const RevisionState& before, const SignatureSlot& slot,
                               const crypto::Sha256& hash_so_far);

/// The whole way from a revision to a finished one; an error on the way is answered.
Result<AppendedRevision> complete_with(Result<UnsignedRevision> revision, const ValueMaker& make);

/// `D:20261122093000+08'00'` with its brackets (§7.9.4).
std::string date_text(UtcTime time, int zone_offset_minutes);

}  // namespace signet::pdf
