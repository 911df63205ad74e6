#include "pdf/open_areas.hpp"

#include "pdf/signatures.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace signet::pdf {
namespace {

constexpr std::size_t kMostAreas = 10'000;
constexpr std::size_t kMostAnnotations = 100'000;

/// On which page each widget stands.
Result<std::unordered_map<std::uint32_t, std::size_t>> pages_of_annotations(const Document& document) {
    std::unordered_map<std::uint32_t, std::size_t> found;
    Result<std::span<const Page>> pages = document.pages();
    if (!pages) return pages.error();
    for (std::size_t page = 0; page < pages->size(); ++page) {
        Result<Object> list = document.get(*(*pages)[page].dictionary, "Annots");
        if (!list) return list.error();
        if (list->as_array() == nullptr) continue;
        for (const Object& item : *list->as_array()) {
            if (item.as_reference() != nullptr) found.emplace(item.as_reference()->number, page);
            if (found.size() > kMostAnnotations)
                return fail(ErrorCode::DocumentTooLarge, "the document has too many annotations");
        }
    }
    return found;
}

Result<std::optional<Rectangle>> rectangle_of(const Document& document, Reference widget) {
    Result<Object> object = document.read(widget);
    if (!object) return object.error();
    if (object->as_dictionary() == nullptr) return std::optional<Rectangle>();
    Result<Object> value = document.get(*object->as_dictionary(), "Rect");
    if (!value) return value.error();
    const Array* edges = value->as_array();
    if (edges == nullptr || edges->size() != 4) return std::optional<Rectangle>();
    std::array<double, 4> number{};
    for (std::size_t i = 0; i < 4; ++i) {
        const double edge = (*edges)[i].number();
        if (!(*edges)[i].is_number() || !std::isfinite(edge)) return std::optional<Rectangle>();
        number[i] = edge;
    }
    return std::optional<Rectangle>({std::min(number[0], number[2]), std::min(number[1], number[3]),
                                     std::max(number[0], number[2]), std::max(number[1], number[3])});
}

}  // namespace

Result<std::vector<FieldPlaces>> places_of_fields(const Document& document) {
    Result<std::vector<FormField>> fields = list_form_fields(document);
    if (!fields) return fields.error();
    Result<std::unordered_map<std::uint32_t, std::size_t>> page_of = pages_of_annotations(document);
    if (!page_of) return page_of.error();
    Result<std::span<const Page>> pages = document.pages();
    if (!pages) return pages.error();
    std::vector<FieldPlaces> all;
    std::size_t count = 0;
    for (FormField& field : *fields) {
        FieldPlaces& places = all.emplace_back(FieldPlaces{std::move(field.name), {}});
        for (const Reference widget : field.widgets) {
            const auto page = page_of->find(widget.number);
            if (page == page_of->end() || count == kMostAreas) continue;
            Result<std::optional<Rectangle>> rectangle = rectangle_of(document, widget);
            if (!rectangle) return rectangle.error();
            if (!*rectangle) continue;
            ++count;
            places.areas.push_back({page->second, (*pages)[page->second].geometry.to_displayed(**rectangle)});
        }
    }
    return all;
}

std::vector<PageArea> open_areas(const std::vector<SignatureField>& before, const std::vector<FieldPlaces>& after) {
    std::unordered_set<std::string> signed_fields;
    std::vector<FieldLock> locks;
    for (const SignatureField& field : before) {
        if (!field.value) continue;
        if (field.value->locked) locks.push_back(*field.value->locked);
        signed_fields.insert(field.name);
    }
    const auto is_open = [&](const std::string& name) {
        return !signed_fields.contains(name) &&
               std::none_of(locks.begin(), locks.end(), [&](const FieldLock& lock) { return lock.locks(name); });
    };
    std::vector<PageArea> areas;
    for (const FieldPlaces& field : after) {
        if (is_open(field.name)) areas.insert(areas.end(), field.areas.begin(), field.areas.end());
    }
    return areas;
}

}  // namespace signet::pdf
