#include "pdf/sign.hpp"

#include "pdf/signature_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace signet::pdf {

namespace {

/// Drawn and printed, not to be moved (§12.5.3): Print, Locked.
constexpr std::string_view kSignedFlags = "/F 132";

Status check_request(const RevisionState& before, const crypto::Sha256& hash_so_far, const SignatureRequest& request) {
    if (hash_so_far.length() != before.length) {
        return invalid_parameter("the running hash does not belong to the document's last revision");
    }
    if (request.appearances.size() != request.field.place_count()) {
        return invalid_parameter(fmt::format("signature {} has {} places, not {}", request.field.name,
                                             request.field.place_count(), request.appearances.size()));
    }
    const bool known = request.field.field.object != 0 && request.field.field.object < before.next_object &&
                       std::all_of(request.field.further_places.begin(), request.field.further_places.end(),
                                   [&](const PreparedPlace& place) { return place.object < before.next_object; });
    if (!known) return invalid_parameter("the signature field does not belong to this document");
    if (request.details.certify && before.permissions == 0) {
        return invalid_parameter("only the first signature of a document prepared for it can certify");
    }
    Status room = check_reserve(request.details.contents_reserve);
    if (!room) return room;
    return check_appearances(request.appearances);
}

void write_place(RevisionWriter& writer, const PreparedPlace& place, std::string_view signature,
                 std::uint32_t appearance) {
    Bytes& to = writer.bytes();
    writer.begin(place.object);
    append(to, "<<");
    append(to, place.constant_entries);
    append(to, kSignedFlags);
    append(to, signature);
    append(to, "/AP<</N ");
    append(to, std::to_string(appearance));
    append(to, " 0 R>>>>");
    writer.end();
}

/// What the further places say when asked for their value: when they were sealed.
std::uint32_t write_sealing_time(RevisionWriter& writer, const SignatureDetails& details) {
    const std::uint32_t number = writer.allocate();
    writer.write(number, "(" + TimeZone::fixed(details.zone_offset_minutes).format(details.time) + ")");
    return number;
}

/// The seals, the field and its further places. A further place without a drawing stays as it is.
void write_places(RevisionWriter& writer, const SignatureRequest& request, std::uint32_t signature) {
    const PreparedSignature& field = request.field;
    const std::string value = fmt::format("/V {} 0 R", signature);
    AppearanceWriter appearances(writer);
    const std::string sealed =
        field.further_places.empty() ? "" : fmt::format("/V {} 0 R", write_sealing_time(writer, request.details));
    if (field.place_count() == 0) write_place(writer, field.field, value, field.empty_form);
    for (std::size_t i = 0; i < field.place_count(); ++i) {
        const bool drawn = request.appearances[i].drawing != nullptr;
        if (!drawn && i > 0) continue;
        const std::uint32_t form = drawn ? appearances.write(request.appearances[i], field.place(i)) : field.empty_form;
        write_place(writer, field.place(i), i == 0 ? value : sealed, form);
    }
}

std::size_t expected_size(const SignatureRequest& request) {
    std::size_t size = 4096 + 2 * request.details.contents_reserve;
    const CompiledDrawing* last = nullptr;
    for (const PlaceAppearance& appearance : request.appearances) {
        size += 1024;
        if (appearance.drawing != nullptr && appearance.drawing != last) size += appearance.drawing->size();
        last = appearance.drawing;
    }
    return size;
}

}  // namespace

Result<UnsignedRevision> build_unsigned(const RevisionState& before, const crypto::Sha256& hash_so_far,
                                        const SignatureRequest& request, std::size_t max_cms_size) {
    Status sound = check_request(before, hash_so_far, request);
    if (!sound) return sound.error();
    Status room = check_reserve(max_cms_size);
    if (!room) return room.error();

    RevisionWriter writer(before, expected_size(request));
    const std::uint32_t signature = writer.allocate();
    write_places(writer, request, signature);
    if (request.details.certify) {
        writer.write(before.permissions, fmt::format("<</DocMDP {} 0 R>>", signature));
    }
    FieldLock lock{FieldLock::Action::Include, request.field.locked_fields};
    const SignatureSlot slot = write_signature(writer, signature, before.catalog, request.details,
                                               lock.fields.empty() ? nullptr : &lock, max_cms_size);
    return seal_revision(std::move(writer), before, slot, hash_so_far);
}

Result<SignedRevision> sign(const RevisionState& before, const crypto::Sha256& hash_so_far,
                            const SignatureRequest& request, const crypto::Signer& signer) {
    return sign(before, hash_so_far, request, cms_maker(signer));
}

Result<SignedRevision> sign(const RevisionState& before, const crypto::Sha256& hash_so_far,
                            const SignatureRequest& request, const CmsMaker& cms) {
    return complete_with(build_unsigned(before, hash_so_far, request, cms.max_size), cms.make);
}

CmsMaker cms_maker(const crypto::Signer& signer) {
    return {crypto::max_pades_cms_size(signer),
            [&signer](const crypto::Sha256Digest& digest) { return crypto::make_pades_cms(signer, digest); }};
}

}  // namespace signet::pdf
