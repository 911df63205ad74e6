#include "pdf/document.hpp"
#include "pdf/signatures.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace signet::pdf {

namespace {

/// Actions that do more than show another place of the document (§12.6.4).
bool is_active_action(const Dictionary& dictionary) {
    constexpr std::array kActive = {"JavaScript", "Launch",    "ImportData",
                                    "SubmitForm", "Rendition", "RichMediaExecute"};
    const Object& kind = dictionary.get("S");
    return dictionary.has("JS") ||
           std::any_of(kActive.begin(), kActive.end(), [&](const char* name) { return kind.is_name(name); });
}

bool has_active_action(Reference, const Object& root) {
    std::vector<Object> stack{root};
    while (!stack.empty()) {
        const Object object = std::move(stack.back());
        stack.pop_back();
        if (const Dictionary* dictionary = object.as_dictionary()) {
            if (is_active_action(*dictionary)) return true;
            for (const Dictionary::Entry& entry : dictionary->entries())
                stack.push_back(entry.value);
        } else if (const Array* array = object.as_array()) {
            stack.insert(stack.end(), array->begin(), array->end());
        }
    }
    return false;
}

/// A form that only an XFA processor can show (XFA 3.3, "dynamic forms").
Result<bool> is_dynamic_xfa(const Document& document, const Dictionary& catalog) {
    Result<Object> form = document.get(catalog, "AcroForm");
    if (!form) return form.error();
    if (form->as_dictionary() == nullptr || !form->as_dictionary()->has("XFA")) return false;
    Result<Object> needs_rendering = document.get(catalog, "NeedsRendering");
    if (!needs_rendering) return needs_rendering.error();
    if (needs_rendering->as_bool() != nullptr && *needs_rendering->as_bool()) return true;
    Result<Object> fields = document.get(*form->as_dictionary(), "Fields");
    if (!fields) return fields.error();
    return fields->as_array() == nullptr || fields->as_array()->empty();
}

Status check_certification(const Document& document) {
    Result<std::vector<SignatureField>> fields = list_signature_fields(document);
    if (!fields) return fields.error();
    for (const SignatureField& field : *fields) {
        if (field.value && field.value->certification_level == 1) {
            return fail(ErrorCode::CertifiedNoChanges, "field " + field.name + " certifies that nothing may change");
        }
    }
    return {};
}

}  // namespace

Status check_signable(const Document& document, const SigningPolicy& policy) {
    if (document.leading_junk() > 0) return fail(ErrorCode::DamagedDocument, "there are bytes before %PDF-");
    if (policy.refuse_hybrid && document.is_hybrid()) {
        return fail(ErrorCode::HybridReference, "the document has cross-references of both kinds at once");
    }
    Result<std::shared_ptr<const Dictionary>> catalog = document.catalog();
    if (!catalog) return catalog.error();
    Result<std::span<const Page>> pages = document.pages();
    if (!pages) return pages.error();
    if (pages->empty()) return fail(ErrorCode::DamagedDocument, "the document has no page");
    Result<bool> dynamic = is_dynamic_xfa(document, **catalog);
    if (!dynamic) return dynamic.error();
    if (*dynamic) return fail(ErrorCode::DynamicXfa, "the document is a dynamic XFA form");
    if (policy.refuse_active_content) {
        Result<bool> active = document.any_object(has_active_action);
        if (!active) return active.error();
        if (*active) return fail(ErrorCode::ActiveContent, "the document holds JavaScript or starts programs");
    }
    return check_certification(document);
}

}  // namespace signet::pdf
