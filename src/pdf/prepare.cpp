#include "pdf/prepare.hpp"

#include "pdf/form_editor.hpp"
#include "pdf/lexer.hpp"
#include "pdf/packed_text.hpp"
#include "pdf/signature_writer.hpp"
#include "pdf/signatures.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <unordered_set>

namespace signet::pdf {

namespace {

constexpr std::string_view kSignatureTag = "prepared1";
constexpr std::size_t kMaxPlaces = 10'000;
/// Hidden until signed (§12.5.3): Hidden, Print, Locked.
constexpr int kPendingFlags = 134;
/// /Ff of a field that nobody can edit (§12.7.3.1).
constexpr int kReadOnly = 1;

Status check_place(const PlannedPlace& place, std::span<const Page> pages, const std::string& name) {
    if (place.page >= pages.size()) {
        return fail(ErrorCode::SignPageBeyond,
                    fmt::format("signature {} wants page {} of {}", name, place.page + 1, pages.size()));
    }
    const ImagePlacement& image = place.image;
    const bool sane = std::isfinite(image.x) && std::isfinite(image.y) && std::isfinite(image.clockwise_degrees) &&
                      image.width > 0 && image.width < 1e5 && image.height > 0 && image.height < 1e5;
    if (!sane) return invalid_parameter(fmt::format("signature {} has a place without a size", name));
    return {};
}

/// Names no field of the document has yet, none twice; pages and sizes that exist.
Status check_plan(const Document& document, std::span<const PlannedSignature> signatures, std::span<const Page> pages) {
    Result<std::vector<FormField>> fields = list_form_fields(document);
    if (!fields) return fields.error();
    std::unordered_set<std::string> taken;
    for (const FormField& field : *fields)
        taken.insert(field.name.substr(0, field.name.find('.')));
    std::size_t places = 0;
    for (const PlannedSignature& signature : signatures) {
        if (!is_field_name(signature.name)) return invalid_parameter("a field name is not allowed: " + signature.name);
        const std::size_t count = std::max<std::size_t>(signature.places.size(), 1);
        for (std::size_t i = 0; i < count; ++i) {
            const std::string name = i == 0 ? signature.name : fmt::format("{}_p{}", signature.name, i);
            if (!taken.insert(name).second) return invalid_parameter("a field name is taken: " + name);
        }
        for (const PlannedPlace& place : signature.places) {
            Status sound = check_place(place, pages, signature.name);
            if (!sound) return sound;
        }
        places += count;
        if (places > kMaxPlaces) return invalid_parameter("there are too many places to sign at");
    }
    return {};
}

Status check_unsigned(const Document& document) {
    Result<std::vector<SignatureField>> fields = list_signature_fields(document);
    if (!fields) return fields.error();
    for (const SignatureField& field : *fields) {
        if (field.value)
            return fail(ErrorCode::SigningForbidden, "the document is already signed in field " + field.name);
    }
    return {};
}

/// Writes the fields of one signing act after the other.
class FieldMaker {
  public:
    FieldMaker(std::span<const Page> pages, RevisionWriter& writer, FormEditor& form)
        : pages_(pages), writer_(writer), form_(form) {}

    PreparedSignature make(const PlannedSignature& plan) {
        PreparedSignature signature;
        signature.name = plan.name;
        for (std::size_t i = 1; i < plan.places.size(); ++i) {
            signature.locked_fields.push_back(fmt::format("{}_p{}", plan.name, i));
        }
        std::string entries = "/FT/Sig";
        if (!signature.locked_fields.empty())
            entries += fmt::format("/Lock {} 0 R", write_lock(signature.locked_fields));
        if (plan.places.empty()) {
            signature.field = make_widget(plan.name, entries, 0, Rectangle{}, false);
            signature.empty_form = empty_form(signature.field);
            return signature;
        }
        signature.field = make_place(plan.name, entries, plan.places[0]);
        signature.empty_form = empty_form(signature.field);
        for (std::size_t i = 1; i < plan.places.size(); ++i) {
            signature.further_places.push_back(make_place(signature.locked_fields[i - 1],
                                                          fmt::format("/FT/Tx/Ff {}/DA(/Helv 0 Tf 0 g)", kReadOnly),
                                                          plan.places[i]));
        }
        return signature;
    }

  private:
    /// An appearance that draws nothing, shared by all places of the same size.
    std::uint32_t empty_form(const PreparedPlace& place) {
        const std::string entries = place_box(place).entries;
        const auto [known, is_new] = empty_forms_.try_emplace(entries, 0);
        if (is_new) {
            known->second = writer_.allocate();
            writer_.write_stream(known->second, entries + "/Resources<<>>", "");
        }
        return known->second;
    }

    std::uint32_t write_lock(const std::vector<std::string>& names) {
        std::string text = "<</Type/SigFieldLock/Action/Include/Fields[";
        for (const std::string& name : names)
            text += text_string(name);
        const std::uint32_t number = writer_.allocate();
        writer_.write(number, text + "]>>");
        return number;
    }

    PreparedPlace make_place(const std::string& name, const std::string& entries, const PlannedPlace& place) {
        return make_widget(name, entries, place.page, annotation_rectangle(place.image, pages_[place.page].geometry),
                           true);
    }

    PreparedPlace make_widget(const std::string& name, const std::string& entries, std::size_t page,
                              const Rectangle& rectangle, bool visible) {
        PreparedPlace place;
        place.object = writer_.allocate();
        place.field_name = name;
        place.rectangle = rounded(rectangle);
        place.page = page;
        place.page_rotation = pages_[page].geometry.rotation;
        place.user_unit = pages_[page].geometry.user_unit;
        place.visible = visible;
        place.constant_entries = fmt::format("/Type/Annot/Subtype/Widget{}/T{}/Rect{}/P {}", entries, text_string(name),
                                             rectangle_text(place.rectangle), to_string(pages_[page].reference));
        const std::uint32_t appearance = empty_form(place);
        writer_.write(place.object,
                      fmt::format("<<{}/F {}/AP<</N {} 0 R>>>>", place.constant_entries, kPendingFlags, appearance));
        form_.add_field(place.object, page);
        return place;
    }

    std::span<const Page> pages_;
    RevisionWriter& writer_;
    FormEditor& form_;
    std::map<std::string, std::uint32_t> empty_forms_;
};

void add(PackedTextWriter& writer, const PreparedPlace& place) {
    writer.add(place.object);
    writer.add(place.field_name);
    writer.add(place.constant_entries);
    for (const double edge :
         {place.rectangle.left, place.rectangle.bottom, place.rectangle.right, place.rectangle.top}) {
        writer.add_real(edge);
    }
    writer.add(static_cast<std::uint64_t>(place.page));
    writer.add(place.page_rotation);
    writer.add_real(place.user_unit);
    writer.add(place.visible ? 1 : 0);
}

/// Nothing when something does not fit.
std::optional<PreparedPlace> read_place(PackedTextReader& reader) {
    PreparedPlace place;
    place.object = static_cast<std::uint32_t>(reader.number(kMaxObjectNumber));
    place.field_name = reader.text(80);
    place.constant_entries = reader.text(2048);
    place.rectangle.left = reader.real();
    place.rectangle.bottom = reader.real();
    place.rectangle.right = reader.real();
    place.rectangle.top = reader.real();
    place.page = reader.number(1'000'000);
    place.page_rotation = static_cast<int>(reader.number(270));
    place.user_unit = reader.real();
    place.visible = reader.number(1) == 1;
    const bool sound = reader.sound() && place.object != 0 && is_dictionary_content(place.constant_entries) &&
                       place.page_rotation % 90 == 0 && place.user_unit > 0 && place.rectangle.width() >= 0 &&
                       place.rectangle.height() >= 0;
    if (!sound) return std::nullopt;
    return place;
}

}  // namespace

std::string to_text(const PreparedSignature& signature) {
    PackedTextWriter writer(kSignatureTag);
    writer.add(signature.name);
    writer.add(signature.empty_form);
    writer.add(static_cast<std::uint64_t>(signature.further_places.size()));
    add(writer, signature.field);
    for (const PreparedPlace& place : signature.further_places)
        add(writer, place);
    writer.add(static_cast<std::uint64_t>(signature.locked_fields.size()));
    for (const std::string& name : signature.locked_fields)
        writer.add(name);
    return writer.take();
}

Result<PreparedSignature> prepared_signature_from_text(std::string_view text) {
    const Error broken = fail(ErrorCode::StorageFailed, "a stored signature field is not readable");
    PackedTextReader reader(kSignatureTag, text);
    PreparedSignature signature;
    signature.name = reader.text(64);
    signature.empty_form = static_cast<std::uint32_t>(reader.number(kMaxObjectNumber));
    const std::uint64_t further = reader.number(kMaxPlaces);
    std::optional<PreparedPlace> field = read_place(reader);
    if (!field || !is_field_name(signature.name) || signature.empty_form == 0) return broken;
    signature.field = std::move(*field);
    for (std::uint64_t i = 0; i < further; ++i) {
        std::optional<PreparedPlace> place = read_place(reader);
        if (!place) return broken;
        signature.further_places.push_back(std::move(*place));
    }
    const std::uint64_t locked = reader.number(kMaxPlaces);
    for (std::uint64_t i = 0; i < locked && reader.sound(); ++i)
        signature.locked_fields.push_back(reader.text(80));
    if (!reader.finished()) return broken;
    return signature;
}

Result<PreparedRevision> prepare(const Document& document, std::span<const PlannedSignature> signatures,
                                 const PrepareOptions& options) {
    if (signatures.empty()) return invalid_parameter("no signature is planned");
    Status signable = check_signable(document, options.policy);
    if (!signable) return signable.error();
    Status unsigned_yet = check_unsigned(document);
    if (!unsigned_yet) return unsigned_yet.error();
    Result<std::span<const Page>> pages = document.pages();
    if (!pages) return pages.error();
    Status plan = check_plan(document, signatures, *pages);
    if (!plan) return plan.error();

    const Result<RevisionState> before = state_for_new_objects(document);
    if (!before) return before.error();
    RevisionWriter writer(*before);
    FormEditor form(document, writer);
    form.tidy();
    if (options.certifiable) form.add_permissions();
    FieldMaker maker(*pages, writer, form);
    PreparedRevision revision;
    for (const PlannedSignature& signature : signatures)
        revision.signatures.push_back(maker.make(signature));
    Status written = form.write();
    if (!written) return written.error();
    revision.state = writer.finish();
    revision.state.permissions = form.permissions();
    revision.increment = std::move(writer.bytes());
    return revision;
}

}  // namespace signet::pdf
