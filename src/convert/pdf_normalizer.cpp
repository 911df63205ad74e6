#include "convert/pdf_normalizer.hpp"

#include "convert/active_content.hpp"
#include "convert/document_limits.hpp"
#include "convert/form_drawing.hpp"
#include "convert/pdf_output.hpp"

#include <algorithm>
#include <memory>
#include <new>
#include <set>
#include <vector>

#include <qpdf/QPDF.hh>
#include <qpdf/QPDFExc.hh>
#include <qpdf/QPDFObjectHandle.hh>

namespace signet::convert {
namespace {

Error damaged() {
    return fail(ErrorCode::InvalidFile, "the PDF is damaged and cannot be repaired");
}

Error error_of(const QPDFExc& exception) {
    if (exception.getErrorCode() == qpdf_e_password) {
        return fail(ErrorCode::PasswordProtected, "the document is protected with a password");
    }
    if (exception.getErrorCode() == qpdf_e_unsupported) {
        return fail(ErrorCode::PasswordProtected, "the document is encrypted for certain readers only");
    }
    return damaged();
}

/// A signature dictionary (ISO 32000-1 §12.8.1), wherever it hangs: one that no field names may still be found by a
/// validator.
bool is_signature(QPDFObjectHandle object) {
    return object.isDictionary() && object.getKey("/ByteRange").isArray() && object.getKey("/Contents").isString();
}

/// Usage rights (§12.8.2.3) are Adobe's leave to save a form, nobody's signature on its content.
bool is_usage_rights(QPDF& pdf, QPDFObjectHandle object) {
    QPDFObjectHandle permissions = pdf.getRoot().getKey("/Perms");
    if (!permissions.isDictionary()) return false;
    for (const char* key : {"/UR3", "/UR"}) {
        QPDFObjectHandle rights = permissions.getKey(key);
        if (rights.isIndirect() && rights.getObjGen() == object.getObjGen()) return true;
    }
    return false;
}

bool has_signatures(QPDF& pdf) {
    for (const QPDFObjectHandle& object : pdf.getAllObjects()) {
        if (is_signature(object) && !is_usage_rights(pdf, object)) return true;
        if (!QPDFObjectHandle(object).isDictionary()) continue;
        if (is_signature(QPDFObjectHandle(object).getKey("/V"))) return true;
    }
    return false;
}

bool asks_for_dynamic_rendering(QPDFObjectHandle packet) {
    if (!packet.isStream()) return false;
    const auto data = packet.getStreamData(qpdf_dl_generalized);
    const std::string_view text(reinterpret_cast<const char*>(data->getBuffer()), data->getSize());
    const std::size_t at = text.find("dynamicRender");
    if (at == std::string_view::npos) return false;
    return text.substr(at, 64).find("required") != std::string_view::npos;
}

/// A form whose pages a viewer lays out anew when it opens it: there is nothing fixed that could be signed.
bool is_dynamic_xfa(QPDF& pdf) {
    QPDFObjectHandle form = pdf.getRoot().getKey("/AcroForm");
    if (!form.isDictionary() || !form.hasKey("/XFA")) return false;
    QPDFObjectHandle needs_rendering = pdf.getRoot().getKey("/NeedsRendering");
    if (needs_rendering.isBool() && needs_rendering.getBoolValue()) return true;
    QPDFObjectHandle xfa = form.getKey("/XFA");
    if (!xfa.isArray()) return asks_for_dynamic_rendering(xfa);
    return std::ranges::any_of(xfa.getArrayAsVector(), &asks_for_dynamic_rendering);
}

/// ISO 32000-1 Table 22: taking the encryption off and adding fields is modifying content (bit 4) and annotations (bit
/// 6).
bool may_modify(QPDF& pdf) {
    return pdf.ownerPasswordMatched() || (pdf.allowModifyOther() && pdf.allowModifyAnnotation());
}

/// Whether the page tree names more pages than we take, found out before qpdf makes an object of each, again and again
/// when one page is named many times.
bool has_too_many_pages(QPDF& pdf) {
    std::vector<QPDFObjectHandle> nodes{pdf.getRoot().getKey("/Pages")};
    std::set<QPDFObjGen> seen;
    int pages = 0;
    while (!nodes.empty() && pages <= kMostPages) {
        QPDFObjectHandle kids = nodes.back().getKeyIfDict("/Kids");
        nodes.pop_back();
        for (int i = 0; kids.isArray() && i < kids.getArrayNItems() && pages <= kMostPages; ++i) {
            QPDFObjectHandle kid = kids.getArrayItem(i);
            const bool is_node = kid.getKeyIfDict("/Kids").isArray();
            if (!is_node) ++pages;
            if (is_node && (!kid.isIndirect() || seen.insert(kid.getObjGen()).second)) nodes.push_back(kid);
        }
    }
    return pages > kMostPages;
}

Error too_many_pages() {
    return fail(ErrorCode::DocumentTooLarge, "the document has more than 5000 pages");
}

Status check(QPDF& pdf) {
    if (!pdf.getRoot().isDictionary()) return damaged();
    if (has_too_many_pages(pdf)) return too_many_pages();
    if (auto limits = check_limits(pdf); !limits) return limits;
    if (is_dynamic_xfa(pdf)) {
        return fail(ErrorCode::DynamicXfa,
                    "the document is a dynamic XFA form, its pages are made anew by each viewer");
    }
    return {};
}

Result<NormalizedPdf> normalize(QPDF& pdf) {
    if (auto checked = check(pdf); !checked) return checked.error();
    NormalizedPdf result;
    result.had_signatures = has_signatures(pdf);
    if (pdf.isEncrypted() && result.had_signatures) {
        return fail(ErrorCode::SigningForbidden, "the document is signed and encrypted, so nothing can be added to it");
    }
    if (pdf.isEncrypted() && !may_modify(pdf)) {
        return fail(ErrorCode::SigningForbidden, "the owner of the document does not permit changes");
    }
    const std::size_t pages = pdf.getAllPages().size();
    if (pages == 0) return fail(ErrorCode::InvalidFile, "the PDF has no pages");
    if (pages > kMostPages) return too_many_pages();
    result.page_count = static_cast<int>(pages);
    if (result.had_signatures) return result;
    result.removed = remove_active_content(pdf);
    draw_form(pdf);
    result.pdf = written(pdf, StreamData::AsItIs);
    return result;
}

}  // namespace

Result<NormalizedPdf> normalize_pdf(ByteView upload) {
    try {
        QPDF pdf;
        pdf.setSuppressWarnings(true);
        pdf.processMemoryFile("upload", reinterpret_cast<const char*>(upload.data()), upload.size());
        return normalize(pdf);
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const QPDFExc& exception) {
        return error_of(exception);
    } catch (const std::exception&) {
        return damaged();  // qpdf throws plain exceptions for some kinds of damage
    }
}

}  // namespace signet::convert
