#include "pdf/form_editor.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <unordered_map>

namespace signet::pdf {

namespace {

Array with_references(Array array, const std::vector<std::uint32_t>& objects) {
    for (const std::uint32_t number : objects)
        array.emplace_back(Reference{number, 0});
    return array;
}

/// How many pages name each indirect /Annots array: one that several share must not grow for one of them.
std::unordered_map<std::uint32_t, int> annotation_array_uses(std::span<const Page> pages) {
    std::unordered_map<std::uint32_t, int> uses;
    for (const Page& page : pages) {
        if (const Reference* reference = page.dictionary->get("Annots").as_reference()) ++uses[reference->number];
    }
    return uses;
}

}  // namespace

void FormEditor::add_field(std::uint32_t object, std::size_t page) {
    fields_.push_back(object);
    widgets_[page].push_back(object);
}

Status FormEditor::write() {
    Status form = write_form();
    if (!form) return form;
    return write_annotations();
}

Result<Dictionary> FormEditor::extended_form() const {
    Result<std::shared_ptr<const Dictionary>> catalog = document_.catalog();
    if (!catalog) return catalog.error();
    Result<Object> existing = document_.get(**catalog, "AcroForm");
    if (!existing) return existing.error();
    Dictionary form = existing->as_dictionary() != nullptr ? *existing->as_dictionary() : Dictionary();
    Result<Object> fields = document_.get(form, "Fields");
    if (!fields) return fields.error();
    form.set("Fields", with_references(fields->as_array() != nullptr ? *fields->as_array() : Array(), fields_));
    form.set("SigFlags", 3);
    if (tidy_) {
        form.erase("NeedAppearances");
        form.erase("XFA");
    }
    return form;
}

Status FormEditor::write_form() {
    Result<Dictionary> form = extended_form();
    if (!form) return form.error();
    Result<std::shared_ptr<const Dictionary>> catalog = document_.catalog();
    if (!catalog) return catalog.error();
    const Reference* existing = (*catalog)->get("AcroForm").as_reference();
    const Reference target = existing != nullptr ? *existing : Reference{writer_.allocate(), 0};
    writer_.write(target.number, serialise(*form), target.generation);
    if (existing != nullptr && !add_permissions_) return {};
    return write_catalog(existing != nullptr ? 0 : target.number);
}

Status FormEditor::write_catalog(std::uint32_t form) {
    Result<std::shared_ptr<const Dictionary>> existing = document_.catalog();
    if (!existing) return existing.error();
    Dictionary catalog = **existing;
    if (form != 0) catalog.set("AcroForm", Reference{form, 0});
    if (add_permissions_) {
        if (catalog.has("Perms")) {
            return fail(ErrorCode::InvalidParameter, "the document has permissions of its own and cannot be certified");
        }
        permissions_ = writer_.allocate();
        writer_.write(permissions_, "<<>>");
        catalog.set("Perms", Reference{permissions_, 0});
    }
    const Reference reference = document_.catalog_reference();
    writer_.write(reference.number, serialise(catalog), reference.generation);
    return {};
}

Status FormEditor::write_annotations() {
    Result<std::span<const Page>> pages = document_.pages();
    if (!pages) return pages.error();
    std::unordered_map<std::uint32_t, int> uses = annotation_array_uses(*pages);
    for (std::size_t index = 0; index < pages->size(); ++index) {
        const auto widgets = widgets_.find(index);
        if (widgets == widgets_.end() && !tidy_) continue;
        const Page& page = (*pages)[index];
        const Reference* array = page.dictionary->get("Annots").as_reference();
        const bool shared = array != nullptr && uses[array->number] > 1;
        Status written = write_page_annotations(
            page, widgets != widgets_.end() ? widgets->second : std::vector<std::uint32_t>{}, shared);
        if (!written) return written;
    }
    return {};
}

Status FormEditor::write_page_annotations(const Page& page, const std::vector<std::uint32_t>& widgets, bool shared) {
    Result<Object> annotations = document_.get(*page.dictionary, "Annots");
    if (!annotations) return annotations.error();
    const Array* old = annotations->as_array();
    const bool has_direct = old != nullptr && std::any_of(old->begin(), old->end(), [](const Object& annotation) {
                                return annotation.as_dictionary() != nullptr;
                            });
    if (widgets.empty() && !has_direct) return {};
    Array kept = old != nullptr ? *old : Array();
    if (tidy_ && has_direct) kept = with_objects_of_their_own(kept);
    const Array extended = with_references(std::move(kept), widgets);
    const Reference* reference = page.dictionary->get("Annots").as_reference();
    if (old != nullptr && reference != nullptr && !shared) {
        writer_.write(reference->number, serialise(Object(extended)), reference->generation);
        return {};
    }
    Dictionary changed = *page.dictionary;
    changed.set("Annots", extended);
    writer_.write(page.reference.number, serialise(changed), page.reference.generation);
    return {};
}

Array FormEditor::with_objects_of_their_own(const Array& annotations) {
    Array result;
    for (const Object& annotation : annotations) {
        if (annotation.as_dictionary() == nullptr) {
            result.push_back(annotation);
            continue;
        }
        const std::uint32_t number = writer_.allocate();
        writer_.write(number, serialise(annotation));
        result.emplace_back(Reference{number, 0});
    }
    return result;
}

Result<RevisionState> state_for_new_objects(const Document& document) {
    // Numbers beyond are out of reach: a reader with the default limits takes no file that uses them.
    constexpr std::uint32_t kHighest = 900'000;
    std::uint32_t highest = document.next_object_number() - 1;
    std::vector<Reference> references;
    Result<bool> read = document.any_object(
        [&](Reference, const Object& object) {
            references.clear();
            collect_references(object, references);
            for (const Reference& reference : references) {
                if (reference.number <= kHighest) highest = std::max(highest, reference.number);
            }
            return false;
        },
        Document::Unreadable::IsNull);
    if (!read) return read.error();
    if (highest > kHighest) return fail(ErrorCode::DocumentTooLarge, "the document has too many objects");
    RevisionState state = document.revision_state();
    state.next_object = highest + 1;
    return state;
}

std::string rectangle_text(const Rectangle& rectangle) {
    return fmt::format("[{} {} {} {}]", spelled_number(rectangle.left), spelled_number(rectangle.bottom),
                       spelled_number(rectangle.right), spelled_number(rectangle.top));
}

Rectangle rounded(const Rectangle& rectangle) {
    const auto round = [](double value) { return std::round(value * 1e4) / 1e4; };
    return {round(rectangle.left), round(rectangle.bottom), round(rectangle.right), round(rectangle.top)};
}

bool is_field_name(std::string_view name) {
    return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

}  // namespace signet::pdf
