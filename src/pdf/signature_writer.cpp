#include "pdf/signature_writer.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace signet::pdf {

namespace {

/// `0 a b c` with up to 20 digits each, and blanks.
constexpr std::size_t kByteRangeRoom = 64;

void append_matrix(std::string& to, const Matrix& m) {
    // Six digits: a picture of a metre must not drift by a point.
    fmt::format_to(std::back_inserter(to), "{:.6f} {:.6f} {:.6f} {:.6f} {} {}", m.a, m.b, m.c, m.d, spelled_number(m.e),
                   spelled_number(m.f));
}

bool is_plain(const Matrix& matrix) {
    return matrix.a == 1 && matrix.b == 0 && matrix.c == 0 && matrix.d == 1;
}

void append_text_entry(std::string& to, std::string_view key, const std::string& value) {
    if (value.empty()) return;
    to += key;
    to += text_string(value);
}

std::string_view action_name(FieldLock::Action action) {
    switch (action) {
        case FieldLock::Action::Include:
            return "Include";
        case FieldLock::Action::Exclude:
            return "Exclude";
        case FieldLock::Action::All:
            break;
    }
    return "All";
}

void append_references(std::string& to, Reference catalog, bool certify, const FieldLock* lock) {
    if (!certify && lock == nullptr) return;
    to += "/Reference[";
    if (certify) {
        to += fmt::format(
            "<</Type/SigRef/TransformMethod/DocMDP/Data {}/TransformParams<</Type/TransformParams/V/1.2/P 2>>>>",
            to_string(catalog));
    }
    if (lock != nullptr) {
        to += fmt::format(
            "<</Type/SigRef/TransformMethod/FieldMDP/Data {}/TransformParams<</Type/TransformParams/V/1.2/Action/{}",
            to_string(catalog), action_name(lock->action));
        if (lock->action != FieldLock::Action::All) {
            to += "/Fields[";
            for (const std::string& name : lock->fields)
                to += text_string(name);
            to += ']';
        }
        to += ">>>>";
    }
    to += ']';
}

/// Room for the byte range and `reserve` bytes of value behind `head`, which is all else the dictionary says.
SignatureSlot write_with_room(RevisionWriter& writer, std::uint32_t number, std::string_view head,
                              std::size_t reserve) {
    SignatureSlot slot;
    Bytes& to = writer.bytes();
    writer.begin(number);
    append(to, head);
    append(to, "/ByteRange[");
    slot.byte_range = to.size();
    to.insert(to.end(), kByteRangeRoom, ' ');
    append(to, "]/Contents<");
    slot.contents_begin = to.size();
    slot.contents_digits = 2 * reserve;
    to.insert(to.end(), slot.contents_digits, '0');
    append(to, ">>>");
    writer.end();
    return slot;
}

}  // namespace

Status check_appearances(std::span<const PlaceAppearance> appearances) {
    for (const PlaceAppearance& appearance : appearances) {
        if (appearance.drawing == nullptr) continue;
        const double width = appearance.drawing->width();
        const bool sane = std::isfinite(appearance.rotation_degrees) && appearance.clip_x >= 0 &&
                          appearance.clip_x < width && appearance.clip_width >= 0 &&
                          appearance.clip_x + appearance.clip_width <= width * 1.0001;
        if (!sane) return invalid_parameter("a place shows a strip its drawing does not have");
    }
    return {};
}

std::uint32_t AppearanceWriter::drawing(const CompiledDrawing& drawing) {
    for (const auto& [known, number] : written_) {
        if (known == &drawing) return number;
    }
    const std::uint32_t number = drawing.write(writer_);
    written_.emplace_back(&drawing, number);
    return number;
}

PlaceBox place_box(const PreparedPlace& place) {
    const bool sideways = place.page_rotation % 180 != 0;
    PlaceBox box;
    box.width = (sideways ? place.rectangle.height() : place.rectangle.width()) * place.user_unit;
    box.height = (sideways ? place.rectangle.width() : place.rectangle.height()) * place.user_unit;
    box.entries = fmt::format("/Type/XObject/Subtype/Form/BBox[0 0 {} {}]", spelled_number(box.width),
                              spelled_number(box.height));
    if (place.page_rotation != 0) {
        const Matrix turn = appearance_matrix(place.page_rotation);
        box.entries += fmt::format("/Matrix[{} {} {} {} 0 0]", spelled_number(turn.a), spelled_number(turn.b),
                                   spelled_number(turn.c), spelled_number(turn.d));
    }
    return box;
}

std::uint32_t AppearanceWriter::write(const PlaceAppearance& appearance, const PreparedPlace& place) {
    const CompiledDrawing& picture = *appearance.drawing;
    const std::uint32_t form = drawing(picture);
    const PlaceBox box = place_box(place);
    const bool whole =
        appearance.clip_x == 0 && (appearance.clip_width == 0 || appearance.clip_width >= picture.width());
    const double strip = appearance.clip_width > 0 ? appearance.clip_width : picture.width() - appearance.clip_x;
    const Matrix matrix =
        fitted(appearance.clip_x, strip, picture.height(), appearance.rotation_degrees, box.width, box.height);

    std::string content = "q ";
    if (is_plain(matrix)) {
        content += fmt::format("1 0 0 1 {} {}", spelled_number(matrix.e), spelled_number(matrix.f));
    } else {
        append_matrix(content, matrix);
    }
    content += " cm ";
    if (!whole) {
        content += fmt::format("{} 0 {} {} re W n ", spelled_number(appearance.clip_x), spelled_number(strip),
                               spelled_number(picture.height()));
    }
    content += "/S Do Q";

    const std::string dictionary = fmt::format("{}/Resources<</XObject<</S {} 0 R>>>>", box.entries, form);
    const std::uint32_t number = writer_.allocate();
    writer_.write_stream(number, dictionary, content);
    return number;
}

namespace {

std::string head_of(SignatureFormat format) {
    if (format == SignatureFormat::Pades) return "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M";
    return fmt::format("<</Type/Sig/Filter/GM.PKILite/SubFilter/{}/M", kNationalSealSubFilter);
}

void append_certificates(std::string& head, const SignatureDetails& details) {
    if (details.format != SignatureFormat::NationalSeal || details.certificates.empty()) return;
    head += "/Cert[";
    for (const Bytes& certificate : details.certificates)
        head += "<" + hex(certificate) + ">";
    head += "]";
}

}  // namespace

SignatureSlot write_signature(RevisionWriter& writer, std::uint32_t number, Reference catalog,
                              const SignatureDetails& details, const FieldLock* lock, std::size_t max_cms_size) {
    std::string head = head_of(details.format);
    head += date_text(details.time, details.zone_offset_minutes);
    append_text_entry(head, "/Name", details.signer_name);
    append_text_entry(head, "/Reason", details.reason);
    append_text_entry(head, "/Location", details.location);
    append_text_entry(head, "/ContactInfo", details.contact_info);
    append_certificates(head, details);
    append_references(head, catalog, details.certify, lock);
    return write_with_room(writer, number, head, std::max(max_cms_size, details.contents_reserve));
}

SignatureSlot write_document_time_stamp(RevisionWriter& writer, std::uint32_t number, std::size_t token_reserve) {
    return write_with_room(writer, number, "<</Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161",
                           token_reserve);
}

Status check_continues(const Document& document, const RevisionState& before, const crypto::Sha256& hash_so_far) {
    const bool same = hash_so_far.length() == before.length && before.length == document.file().size() &&
                      before.startxref == document.startxref() && before.kind == document.sections().front().kind &&
                      before.catalog == document.catalog_reference() &&
                      before.next_object >= document.next_object_number();
    if (same) return {};
    return invalid_parameter("the state or the running hash does not belong to the document's last revision");
}

Status check_reserve(std::size_t bytes) {
    if (bytes <= kMaxContentsReserve) return {};
    return invalid_parameter(fmt::format("{} bytes are more than a signature may take", bytes));
}

UnsignedRevision seal_revision(RevisionWriter writer, const RevisionState& before, const SignatureSlot& slot,
                               const crypto::Sha256& hash_so_far) {
    UnsignedRevision revision;
    revision.state = writer.finish();
    revision.state.permissions = 0;  // only the first signature may certify
    revision.increment = std::move(writer.bytes());
    revision.contents_begin = slot.contents_begin;
    revision.contents_digits = slot.contents_digits;

    const std::size_t gap_begin = slot.contents_begin - 1;
    const std::size_t gap_end = slot.contents_begin + slot.contents_digits + 1;
    const std::string range = fmt::format("0 {} {} {}", before.length + gap_begin, before.length + gap_end,
                                          revision.increment.size() - gap_end);
    std::copy(range.begin(), range.end(), revision.increment.begin() + static_cast<std::ptrdiff_t>(slot.byte_range));

    const ByteView increment(revision.increment);
    crypto::Sha256 hash = hash_so_far;
    hash.update(increment.subspan(0, gap_begin));
    revision.hash_before_contents = hash;
    hash.update(increment.subspan(gap_end));
    revision.digest = hash.digest();
    return revision;
}

Result<AppendedRevision> complete(UnsignedRevision revision, ByteView value) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    if (value.size() * 2 > revision.contents_digits) {
        return invalid_parameter(fmt::format("a signature value of {} bytes does not fit the {} reserved for it",
                                             value.size(), revision.contents_digits / 2));
    }
    std::uint8_t* digit = revision.increment.data() + revision.contents_begin;
    for (const std::uint8_t byte : value) {
        *digit++ = static_cast<std::uint8_t>(kDigits[byte >> 4]);
        *digit++ = static_cast<std::uint8_t>(kDigits[byte & 15U]);
    }
    AppendedRevision result{std::move(revision.increment), std::move(revision.state),
                            std::move(revision.hash_before_contents)};
    result.hash.update(ByteView(result.increment).subspan(revision.contents_begin - 1));
    return result;
}

Result<AppendedRevision> complete_with(Result<UnsignedRevision> revision, const ValueMaker& make) {
    if (!revision) return revision.error();
    Result<Bytes> value = make(revision->digest);
    if (!value) return value.error();
    return complete(std::move(*revision), *value);
}

std::size_t size_with_time_stamp(std::size_t cms_size, std::size_t token_size) {
    // The headers of [1], Attribute and SET and the OID take 29 bytes; the lengths of the five elements around grow by
    // at most three bytes each.
    constexpr std::size_t kHeaders = 29 + 5 * 3;
    return cms_size + kHeaders + token_size;
}

std::string date_text(UtcTime time, int zone_offset_minutes) {
    const CivilTime civil = TimeZone::fixed(zone_offset_minutes).to_civil(time);
    const int distance = std::abs(zone_offset_minutes);
    return fmt::format("(D:{:04}{:02}{:02}{:02}{:02}{:02}{}{:02}'{:02}')", civil.year, civil.month, civil.day,
                       civil.hour, civil.minute, civil.second, zone_offset_minutes < 0 ? '-' : '+', distance / 60,
                       distance % 60);
}

}  // namespace signet::pdf
