#include "convert/active_content.hpp"

#include "base/text.hpp"
#include "convert/document_limits.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>

#include <qpdf/QPDFEmbeddedFileDocumentHelper.hh>
#include <qpdf/QPDFObjectHandle.hh>

namespace signet::convert {
namespace {

using Kinds = std::set<std::string>;

/// What an action may do (its /S): nothing but move the reader.
constexpr std::array<std::string_view, 5> kHarmlessActions{"/GoTo", "/URI", "/Named", "/Thread", "/Trans"};
constexpr std::array<std::string_view, 5> kHarmlessSchemes{"http", "https", "mailto", "tel", "ftp"};
constexpr std::array<std::string_view, 5> kRichMedia{"/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"};
constexpr std::array<std::string_view, 14> kExecutables{".exe", ".com", ".bat", ".cmd", ".scr", ".msi", ".js",
                                                        ".jse", ".vbs", ".vbe", ".wsf", ".ps1", ".jar", ".lnk"};
/// The keys under which an action hangs: of an annotation or outline item (§12.5.2, §12.3.3), of the document, of
/// another action.
constexpr std::array<const char*, 4> kActionKeys{"/A", "/PA", "/OpenAction", "/Next"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& all, std::string_view one) {
    return std::ranges::find(all, one) != all.end();
}

/// A web address, a mail address or a telephone number, or one relative to the document's base; not `javascript:`,
/// `file:` and their like.
bool is_harmless_address(QPDFObjectHandle address) {
    if (!address.isString()) return true;
    const std::string text = to_lower(trim(address.getStringValue()));
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos || text.find_first_of("/?#") < colon) return true;
    return contains(kHarmlessSchemes, std::string_view(text).substr(0, colon));
}

/// What a harmful action is called in the report; nothing for a harmless one and for what is no action.
std::optional<std::string> harm_of(QPDFObjectHandle action) {
    if (!action.isDictionary()) return std::nullopt;
    QPDFObjectHandle type = action.getKey("/S");
    if (!type.isName()) {
        return action.hasKey("/JS") ? std::optional<std::string>("JavaScript") : std::nullopt;
    }
    const std::string name = type.getName();
    if (name == "/JavaScript") return "JavaScript";
    if (name == "/URI" && !is_harmless_address(action.getKey("/URI"))) return "link to a program or file";
    if (contains(kHarmlessActions, name)) return std::nullopt;
    return name.substr(1, 32) + " action";
}

void clean_action_key(QPDFObjectHandle& dictionary, const std::string& key, Kinds& removed) {
    QPDFObjectHandle value = dictionary.getKey(key);
    if (const auto harm = harm_of(value)) {
        removed.insert(*harm);
        dictionary.removeKey(key);
        return;
    }
    if (!value.isArray()) return;
    for (int i = value.getArrayNItems() - 1; i >= 0; --i) {
        if (const auto harm = harm_of(value.getArrayItem(i))) {
            removed.insert(*harm);
            value.eraseItem(i);
        }
    }
}

/// Additional actions (§12.6.3) start by themselves: when a page opens, a field changes, a document prints.
void clean_additional_actions(QPDFObjectHandle& dictionary, Kinds& removed) {
    QPDFObjectHandle actions = dictionary.getKey("/AA");
    if (!actions.isDictionary()) return;
    for (const std::string& key : actions.getKeys())
        clean_action_key(actions, key, removed);
    if (actions.getKeys().empty()) dictionary.removeKey("/AA");
}

void clean_annotations(QPDFObjectHandle& page, Kinds& removed) {
    QPDFObjectHandle annotations = page.getKey("/Annots");
    if (!annotations.isArray()) return;
    for (int i = annotations.getArrayNItems() - 1; i >= 0; --i) {
        QPDFObjectHandle annotation = annotations.getArrayItem(i);
        if (!annotation.isDictionary()) continue;
        QPDFObjectHandle subtype = annotation.getKey("/Subtype");
        if (!subtype.isName() || !contains(kRichMedia, subtype.getName())) continue;
        removed.insert("rich media");
        annotations.eraseItem(i);
    }
}

void clean_dictionary(QPDFObjectHandle& dictionary, Kinds& removed) {
    for (const char* key : kActionKeys)
        clean_action_key(dictionary, key, removed);
    clean_additional_actions(dictionary, removed);
    clean_annotations(dictionary, removed);
}

void clean(QPDFObjectHandle object, int depth, Kinds& removed) {
    if (depth > kDeepestNesting) return;  // documents that deep have been refused before
    if (object.isArray()) {
        for (QPDFObjectHandle item : object.getArrayAsVector()) {
            if (!item.isIndirect()) clean(item, depth + 1, removed);
        }
        return;
    }
    QPDFObjectHandle dictionary = object.isStream() ? object.getDict() : object;
    if (!dictionary.isDictionary()) return;
    clean_dictionary(dictionary, removed);
    for (const std::string& key : dictionary.getKeys()) {
        QPDFObjectHandle value = dictionary.getKey(key);
        if (!value.isIndirect()) clean(value, depth + 1, removed);
    }
}

void remove_entry(QPDFObjectHandle dictionary, const std::string& key, const char* kind, Kinds& removed) {
    if (!dictionary.isDictionary() || !dictionary.hasKey(key)) return;
    removed.insert(kind);
    dictionary.removeKey(key);
}

void clean_catalog(QPDFObjectHandle root, Kinds& removed) {
    remove_entry(root.getKey("/Names"), "/JavaScript", "JavaScript", removed);
    remove_entry(root.getKey("/Names"), "/Renditions", "rich media", removed);
    remove_entry(root.getKey("/AcroForm"), "/XFA", "XFA form", removed);
    remove_entry(root.getKey("/Perms"), "/UR3", "usage rights", removed);
    remove_entry(root.getKey("/Perms"), "/UR", "usage rights", removed);
    remove_entry(root, "/Collection", "portfolio view", removed);
    root.removeKey("/Requirements");
    root.removeKey("/NeedsRendering");
}

bool is_executable(std::string_view file_name) {
    const std::string name = to_lower(file_name);
    return std::ranges::any_of(kExecutables, [&](std::string_view suffix) { return name.ends_with(suffix); });
}

void remove_executable_attachments(QPDF& pdf, Kinds& removed) {
    QPDFEmbeddedFileDocumentHelper attachments(pdf);
    std::vector<std::string> executable;
    for (const auto& [name, file] : attachments.getEmbeddedFiles()) {
        const bool is_file = file->getObjectHandle().isDictionary();
        if (is_executable(name) || (is_file && is_executable(file->getFilename()))) executable.push_back(name);
    }
    for (const std::string& name : executable) {
        attachments.removeEmbeddedFile(name);
        removed.insert("executable attachment");
    }
}

}  // namespace

std::vector<std::string> remove_active_content(QPDF& pdf) {
    Kinds removed;
    clean_catalog(pdf.getRoot(), removed);
    for (const QPDFObjectHandle& object : pdf.getAllObjects())
        clean(object, 0, removed);
    remove_executable_attachments(pdf, removed);
    return {removed.begin(), removed.end()};
}

}  // namespace signet::convert
