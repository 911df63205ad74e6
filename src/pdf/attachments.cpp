#include "pdf/attachments.hpp"

namespace signet::pdf {
namespace {

constexpr int kDeepest = 8;
constexpr std::size_t kMostNames = 1'000;

/// The file behind one file specification, when that has the name.
Result<std::optional<Bytes>> file_of(const Document& document, const Object& specification, std::string_view name) {
    const auto resolved = document.resolve(specification);
    if (!resolved) return resolved.error();
    const Dictionary* dictionary = resolved->as_dictionary();
    if (dictionary == nullptr) return std::optional<Bytes>();
    for (const std::string_view key : {"UF", "F"}) {
        const auto spelled = document.get(*dictionary, key);
        if (!spelled) return spelled.error();
        const String* text = spelled->as_string();
        if (text == nullptr || from_text_string(text->bytes) != name) continue;
        const auto files = document.get(*dictionary, "EF");
        if (!files) return files.error();
        if (files->as_dictionary() == nullptr) break;
        const auto file = document.get(*files->as_dictionary(), "F");
        if (!file) return file.error();
        if (file->as_stream() == nullptr) break;
        auto content = document.decode(*file->as_stream());
        if (!content) return content.error();
        return std::optional(std::move(*content));
    }
    return std::optional<Bytes>();
}

Result<std::optional<Bytes>> find_in(const Document& document, const Object& node, std::string_view name, int depth) {
    const auto resolved = document.resolve(node);
    if (!resolved) return resolved.error();
    const Dictionary* tree = resolved->as_dictionary();
    if (tree == nullptr || depth > kDeepest) return std::optional<Bytes>();
    const auto names = document.get(*tree, "Names");
    if (!names) return names.error();
    if (const Array* pairs = names->as_array()) {
        for (std::size_t i = 1; i < pairs->size() && i < 2 * kMostNames; i += 2) {
            auto found = file_of(document, (*pairs)[i], name);
            if (!found || *found) return found;
        }
    }
    const auto kids = document.get(*tree, "Kids");
    if (!kids) return kids.error();
    if (const Array* list = kids->as_array()) {
        for (std::size_t i = 0; i < list->size() && i < kMostNames; ++i) {
            auto found = find_in(document, (*list)[i], name, depth + 1);
            if (!found || *found) return found;
        }
    }
    return std::optional<Bytes>();
}

}  // namespace

Result<std::optional<Bytes>> attachment(const Document& document, std::string_view name) {
    const auto catalog = document.catalog();
    if (!catalog) return catalog.error();
    const auto names = document.get(**catalog, "Names");
    if (!names) return names.error();
    if (names->as_dictionary() == nullptr) return std::optional<Bytes>();
    return find_in(document, names->as_dictionary()->get("EmbeddedFiles"), name, 0);
}

}  // namespace signet::pdf
