#include "pdf/form_editor.hpp"
#include "pdf/sign.hpp"
#include "pdf/signature_writer.hpp"
#include "pdf/signatures.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <unordered_set>

namespace signet::pdf {

namespace {

constexpr std::size_t kMaxPlaces = 1000;
constexpr int kHidden = 2;
constexpr int kPrintAndLocked = 132;

/// What earlier signatures of a document allow.
struct Earlier {
    bool any = false;
    std::vector<SignatureField> fields;

    static Result<Earlier> of(const Document& document) {
        Result<std::vector<SignatureField>> fields = list_signature_fields(document);
        if (!fields) return fields.error();
        Earlier earlier{false, std::move(*fields)};
        earlier.any = std::any_of(earlier.fields.begin(), earlier.fields.end(),
                                  [](const SignatureField& field) { return field.value.has_value(); });
        return earlier;
    }

    bool certified() const {
        return std::any_of(fields.begin(), fields.end(), [](const SignatureField& field) {
            return field.value && field.value->certification_level > 0;
        });
    }

    Status check_unlocked(const std::string& name) const {
        for (const SignatureField& field : fields) {
            if (field.value && field.value->locked && field.value->locked->locks(name)) {
                return fail(ErrorCode::FieldLocked, fmt::format("signature {} locks field {}", field.name, name));
            }
        }
        return {};
    }
};

Status check_hash(const Document& document, const crypto::Sha256& hash_so_far) {
    if (hash_so_far.length() == document.file().size()) return {};
    return invalid_parameter("the running hash does not belong to the document's last revision");
}

Status check_details(const SignatureDetails& details, std::size_t max_cms_size) {
    Status room = check_reserve(std::max(details.contents_reserve, max_cms_size));
    if (!room || !details.certify) return room;
    return invalid_parameter("only the first signature of a document prepared for it can certify");
}

std::string name_of_place(const std::string& name, std::size_t index) {
    return index == 0 ? name : fmt::format("{}_p{}", name, index);
}

Result<std::unordered_set<std::string>> root_names(const Document& document) {
    Result<std::vector<FormField>> fields = list_form_fields(document);
    if (!fields) return fields.error();
    std::unordered_set<std::string> names;
    for (const FormField& field : *fields)
        names.insert(field.name.substr(0, field.name.find('.')));
    return names;
}

Status check_new_names(const Document& document, const Earlier& earlier, const std::string& name, std::size_t count) {
    if (!is_field_name(name)) return invalid_parameter("a field name is not allowed: " + name);
    Result<std::unordered_set<std::string>> taken = root_names(document);
    if (!taken) return taken.error();
    for (std::size_t i = 0; i < count; ++i) {
        const std::string own = name_of_place(name, i);
        if (taken->contains(own)) return invalid_parameter("a field name is taken: " + own);
        Status unlocked = earlier.check_unlocked(own);
        if (!unlocked) return unlocked;
    }
    return {};
}

Status check_new_places(const Document& document, std::span<const NewPlace> places) {
    Result<std::span<const Page>> pages = document.pages();
    if (!pages) return pages.error();
    std::vector<PlaceAppearance> appearances;
    for (const NewPlace& place : places) {
        const ImagePlacement& image = place.place.image;
        if (place.place.page >= pages->size()) {
            return fail(ErrorCode::SignPageBeyond, fmt::format("page {} of {}", place.place.page + 1, pages->size()));
        }
        const bool sane = std::isfinite(image.x) && std::isfinite(image.y) && std::isfinite(image.clockwise_degrees) &&
                          image.width > 0 && image.width < 1e5 && image.height > 0 && image.height < 1e5;
        if (!sane) return invalid_parameter("a place has no size");
        if (place.appearance.drawing == nullptr) return invalid_parameter("a new place needs a drawing");
        appearances.push_back(place.appearance);
    }
    return check_appearances(appearances);
}

/// Writes one new signature field that shows `signature`, and its widget.
void write_new_field(const Page& page, const std::string& name, const NewPlace* place, std::uint32_t signature,
                     RevisionWriter& writer, AppearanceWriter& appearances, FormEditor& form) {
    PreparedPlace prepared;
    prepared.page_rotation = page.geometry.rotation;
    prepared.user_unit = page.geometry.user_unit;
    std::string appearance;
    if (place != nullptr) {
        prepared.rectangle = rounded(annotation_rectangle(place->place.image, page.geometry));
        appearance = fmt::format("/AP<</N {} 0 R>>", appearances.write(place->appearance, prepared));
    }
    const std::uint32_t number = writer.allocate();
    writer.write(number, fmt::format("<</Type/Annot/Subtype/Widget/FT/Sig/T{}/Rect{}/P {}/F {}/V {} 0 R{}>>",
                                     text_string(name), rectangle_text(prepared.rectangle), to_string(page.reference),
                                     kPrintAndLocked, signature, appearance));
    form.add_field(number, place != nullptr ? place->place.page : 0);
}

/// The page a widget lies on: where an /Annots array names it.
Result<const Page*> page_of(const Document& document, Reference widget) {
    Result<std::span<const Page>> pages = document.pages();
    if (!pages) return pages.error();
    for (const Page& page : *pages) {
        Result<Object> annotations = document.get(*page.dictionary, "Annots");
        if (!annotations) return annotations.error();
        if (annotations->as_array() == nullptr) continue;
        for (const Object& annotation : *annotations->as_array()) {
            if (annotation.as_reference() != nullptr && *annotation.as_reference() == widget) return &page;
        }
    }
    return nullptr;
}

Result<Rectangle> widget_rectangle(const Document& document, const Dictionary& widget) {
    Result<Object> array = document.get(widget, "Rect");
    if (!array) return array.error();
    if (array->as_array() == nullptr || array->as_array()->size() != 4) return Rectangle{};
    std::array<double, 4> edges{};
    for (std::size_t i = 0; i < 4; ++i) {
        Result<Object> edge = document.resolve((*array->as_array())[i]);
        if (!edge) return edge.error();
        edges[i] = edge->number();
    }
    return Rectangle{std::min(edges[0], edges[2]), std::min(edges[1], edges[3]), std::max(edges[0], edges[2]),
                     std::max(edges[1], edges[3])};
}

/// The empty field `full_name` with its only widget.
Result<SignatureField> find_empty_field(const Earlier& earlier, const std::string& full_name) {
    const auto found = std::find_if(earlier.fields.begin(), earlier.fields.end(),
                                    [&](const SignatureField& field) { return field.name == full_name; });
    if (found == earlier.fields.end()) return invalid_parameter("the document has no signature field " + full_name);
    if (found->value) return invalid_parameter("the signature field is already signed: " + full_name);
    if (found->widgets.size() != 1)
        return invalid_parameter("the signature field shows at several places: " + full_name);
    Status unlocked = earlier.check_unlocked(full_name);
    if (!unlocked) return unlocked.error();
    return *found;
}

/// A field the document brought along, filled in.
class ExistingField {
  public:
    ExistingField(const Document& document, const SignatureField& field, RevisionWriter& writer)
        : document_(document), field_(field), writer_(writer) {}

    Status write(std::uint32_t signature, const PlaceAppearance& appearance) {
        Result<Object> field = document_.read(field_.field);
        Result<Object> widget = document_.read(field_.widgets[0]);
        if (!field) return field.error();
        if (!widget) return widget.error();
        if (field->as_dictionary() == nullptr || widget->as_dictionary() == nullptr) {
            return fail(ErrorCode::DamagedDocument, "a signature field is no dictionary");
        }
        const bool merged = field_.field == field_.widgets[0];
        Dictionary changed = *widget->as_dictionary();
        Status shown = show(changed, appearance);
        if (!shown) return shown;
        Dictionary own = merged ? changed : *field->as_dictionary();
        own.set("V", Reference{signature, 0});
        writer_.write(field_.field.number, serialise(own), field_.field.generation);
        if (!merged) writer_.write(field_.widgets[0].number, serialise(changed), field_.widgets[0].generation);
        return {};
    }

  private:
    Status show(Dictionary& widget, const PlaceAppearance& appearance) {
        Result<Rectangle> rectangle = widget_rectangle(document_, widget);
        if (!rectangle) return rectangle.error();
        if (appearance.drawing == nullptr || rectangle->width() <= 0 || rectangle->height() <= 0) return {};
        Result<const Page*> page = page_of(document_, field_.widgets[0]);
        if (!page) return page.error();
        if (*page == nullptr) return fail(ErrorCode::DamagedDocument, "the signature field stands on no page");
        PreparedPlace place;
        place.rectangle = *rectangle;
        place.page_rotation = (*page)->geometry.rotation;
        place.user_unit = (*page)->geometry.user_unit;
        Dictionary appearances;
        appearances.set("N", Reference{AppearanceWriter(writer_).write(appearance, place), 0});
        widget.set("AP", std::move(appearances));
        Result<Object> flags = document_.get(widget, "F");
        if (!flags) return flags.error();
        const std::int64_t old = flags->as_integer() != nullptr ? *flags->as_integer() : 0;
        widget.set("F", Object((old & ~std::int64_t{kHidden}) | kPrintAndLocked));
        return {};
    }

    const Document& document_;
    const SignatureField& field_;
    RevisionWriter& writer_;
};

/// Whether the form needs no more than a new field value.
Result<bool> form_is_ready(const Document& document) {
    Result<std::shared_ptr<const Dictionary>> catalog = document.catalog();
    if (!catalog) return catalog.error();
    Result<Object> form = document.get(**catalog, "AcroForm");
    if (!form) return form.error();
    if (form->as_dictionary() == nullptr) return fail(ErrorCode::DamagedDocument, "the document has no form");
    Result<Object> flags = document.get(*form->as_dictionary(), "SigFlags");
    if (!flags) return flags.error();
    return flags->as_integer() != nullptr && (*flags->as_integer() & 3) == 3 &&
           !form->as_dictionary()->has("NeedAppearances");
}

Result<std::string> free_name(const Document& document) {
    Result<std::unordered_set<std::string>> taken = root_names(document);
    if (!taken) return taken.error();
    std::size_t number = 1;
    while (taken->contains(fmt::format("Signature{}", number)))
        ++number;
    return fmt::format("Signature{}", number);
}

Result<Bytes> prepare_and_sign(const Document& document, const std::string& name, std::span<const NewPlace> places,
                               const SignatureDetails& details, const CmsMaker& cms, const SigningPolicy& policy) {
    PlannedSignature plan{name, {}};
    std::vector<PlaceAppearance> appearances;
    for (const NewPlace& place : places) {
        plan.places.push_back(place.place);
        appearances.push_back(place.appearance);
    }
    Result<PreparedRevision> prepared =
        prepare(document, std::span<const PlannedSignature>(&plan, 1), {details.certify, policy});
    if (!prepared) return prepared.error();
    crypto::Sha256 hash;
    hash.update(document.file());
    hash.update(prepared->increment);
    Result<SignedRevision> revision =
        sign(prepared->state, hash, {prepared->signatures[0], std::move(appearances), details}, cms);
    if (!revision) return revision.error();
    Bytes result(document.file().begin(), document.file().end());
    append(result, prepared->increment);
    append(result, revision->increment);
    return result;
}

}  // namespace

Result<UnsignedRevision> build_with_new_fields(const Document& document, const crypto::Sha256& hash_so_far,
                                               const std::string& name, std::span<const NewPlace> places,
                                               const SignatureDetails& details, std::size_t max_cms_size) {
    if (places.size() > kMaxPlaces) return invalid_parameter("there are too many places to sign at");
    Result<Earlier> earlier = Earlier::of(document);
    if (!earlier) return earlier.error();
    for (const Status& check : {check_hash(document, hash_so_far), check_details(details, max_cms_size),
                                check_signable(document), check_new_places(document, places),
                                check_new_names(document, *earlier, name, std::max<std::size_t>(places.size(), 1))}) {
        if (!check) return check.error();
    }
    if (earlier->certified() && !places.empty()) {
        return fail(ErrorCode::SigningForbidden, "the document is certified: no visible field may be added");
    }

    const Result<RevisionState> before = state_for_new_objects(document);
    if (!before) return before.error();
    RevisionWriter writer(*before);
    FormEditor form(document, writer);
    if (!earlier->any) form.tidy();
    AppearanceWriter appearances(writer);
    const std::span<const Page> pages = *document.pages();
    const std::uint32_t signature = writer.allocate();
    for (std::size_t i = 0; i < places.size(); ++i) {
        write_new_field(pages[places[i].place.page], name_of_place(name, i), &places[i], signature, writer, appearances,
                        form);
    }
    if (places.empty()) write_new_field(pages[0], name, nullptr, signature, writer, appearances, form);
    Status written = form.write();
    if (!written) return written.error();
    const SignatureSlot slot = write_signature(writer, signature, before->catalog, details, nullptr, max_cms_size);
    return seal_revision(std::move(writer), *before, slot, hash_so_far);
}

Result<SignedRevision> sign_with_new_fields(const Document& document, const crypto::Sha256& hash_so_far,
                                            const std::string& name, std::span<const NewPlace> places,
                                            const SignatureDetails& details, const crypto::Signer& signer) {
    return sign_with_new_fields(document, hash_so_far, name, places, details, cms_maker(signer));
}

Result<SignedRevision> sign_with_new_fields(const Document& document, const crypto::Sha256& hash_so_far,
                                            const std::string& name, std::span<const NewPlace> places,
                                            const SignatureDetails& details, const CmsMaker& cms) {
    return complete_with(build_with_new_fields(document, hash_so_far, name, places, details, cms.max_size), cms.make);
}

Result<UnsignedRevision> build_existing_field(const Document& document, const crypto::Sha256& hash_so_far,
                                              const std::string& full_name, const PlaceAppearance& appearance,
                                              const SignatureDetails& details, std::size_t max_cms_size) {
    Result<Earlier> earlier = Earlier::of(document);
    if (!earlier) return earlier.error();
    for (const Status& check : {check_hash(document, hash_so_far), check_details(details, max_cms_size),
                                check_signable(document), check_appearances(std::span(&appearance, 1))}) {
        if (!check) return check.error();
    }
    Result<SignatureField> field = find_empty_field(*earlier, full_name);
    if (!field) return field.error();
    Result<bool> ready = form_is_ready(document);
    if (!ready) return ready.error();

    const Result<RevisionState> before = state_for_new_objects(document);
    if (!before) return before.error();
    RevisionWriter writer(*before);
    const std::uint32_t signature = writer.allocate();
    Status filled = ExistingField(document, *field, writer).write(signature, appearance);
    if (!filled) return filled.error();
    if (!*ready && !earlier->any) {
        FormEditor form(document, writer);
        form.tidy();
        Status written = form.write();
        if (!written) return written.error();
    }
    const SignatureSlot slot = write_signature(writer, signature, before->catalog, details,
                                               field->lock ? &*field->lock : nullptr, max_cms_size);
    return seal_revision(std::move(writer), *before, slot, hash_so_far);
}

Result<SignedRevision> sign_existing_field(const Document& document, const crypto::Sha256& hash_so_far,
                                           const std::string& full_name, const PlaceAppearance& appearance,
                                           const SignatureDetails& details, const crypto::Signer& signer) {
    return sign_existing_field(document, hash_so_far, full_name, appearance, details, cms_maker(signer));
}

Result<SignedRevision> sign_existing_field(const Document& document, const crypto::Sha256& hash_so_far,
                                           const std::string& full_name, const PlaceAppearance& appearance,
                                           const SignatureDetails& details, const CmsMaker& cms) {
    return complete_with(build_existing_field(document, hash_so_far, full_name, appearance, details, cms.max_size),
                         cms.make);
}

Result<Bytes> sign_document(ByteView file, const std::string& name, std::span<const NewPlace> places,
                            const SignatureDetails& details, const crypto::Signer& signer,
                            const SigningPolicy& policy) {
    return sign_document(file, name, places, details, cms_maker(signer), policy);
}

Result<Bytes> sign_document(ByteView file, const std::string& name, std::span<const NewPlace> places,
                            const SignatureDetails& details, const CmsMaker& cms, const SigningPolicy& policy) {
    Result<Document> document = Document::open(file);
    if (!document) return document.error();
    Status signable = check_signable(*document, policy);
    if (!signable) return signable.error();
    Result<std::string> chosen = name.empty() ? free_name(*document) : Result<std::string>(name);
    if (!chosen) return chosen.error();
    Result<Earlier> earlier = Earlier::of(*document);
    if (!earlier) return earlier.error();
    if (!earlier->any) return prepare_and_sign(*document, *chosen, places, details, cms, policy);

    crypto::Sha256 hash;
    hash.update(file);
    Result<SignedRevision> revision = sign_with_new_fields(*document, hash, *chosen, places, details, cms);
    if (!revision) return revision.error();
    Bytes result(file.begin(), file.end());
    append(result, revision->increment);
    return result;
}

}  // namespace signet::pdf
