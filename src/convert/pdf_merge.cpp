#include "convert/pdf_merge.hpp"

#include "convert/form_drawing.hpp"
#include "convert/pdf_output.hpp"
#include "convert/wire.hpp"

#include <memory>
#include <new>
#include <set>
#include <vector>

#include <qpdf/QPDF.hh>
#include <qpdf/QPDFAcroFormDocumentHelper.hh>
#include <qpdf/QPDFPageDocumentHelper.hh>
#include <qpdf/QPDFPageObjectHelper.hh>

namespace signet::convert {
namespace {

Error damaged() {
    return fail(ErrorCode::InvalidFile, "one of the files is damaged and cannot be merged");
}

std::unique_ptr<QPDF> open_pdf(ByteView content) {
    auto pdf = std::make_unique<QPDF>();
    pdf->setSuppressWarnings(true);
    pdf->processMemoryFile("part", reinterpret_cast<const char*>(content.data()), content.size());
    return pdf;
}

/// What is not a page and so does not come along.
void note_losses(QPDF& pdf, std::set<std::string>& removed) {
    QPDFObjectHandle root = pdf.getRoot();
    if (root.hasKey("/Outlines")) removed.insert("bookmarks");
    QPDFObjectHandle names = root.getKey("/Names");
    if (names.isDictionary() && names.hasKey("/EmbeddedFiles")) removed.insert("attachments");
}

/// ISO 32000-1 §12.7: the values are drawn upon the page, the fields go.
void flatten_form(QPDF& pdf, std::set<std::string>& removed) {
    QPDFAcroFormDocumentHelper form(pdf);
    if (!form.hasAcroForm()) return;
    draw_form(pdf);
    QPDFPageDocumentHelper(pdf).flattenAnnotations();
    pdf.getRoot().removeKey("/AcroForm");
    removed.insert("form fields");
}

Result<NormalizedPdf> merge(std::span<const ByteView> documents) {
    QPDF merged;
    merged.emptyPDF();
    // The pages refer to the documents they come from until they are written.
    std::vector<std::unique_ptr<QPDF>> sources;
    std::set<std::string> removed;
    NormalizedPdf result;
    for (const ByteView document : documents) {
        sources.push_back(open_pdf(document));
        QPDF& source = *sources.back();
        note_losses(source, removed);
        flatten_form(source, removed);
        QPDFPageDocumentHelper(source).pushInheritedAttributesToPage();
        for (QPDFPageObjectHelper& page : QPDFPageDocumentHelper(source).getAllPages()) {
            if (++result.page_count > kMostPages) {
                return fail(ErrorCode::DocumentTooLarge, "the merged document has more than 5000 pages");
            }
            QPDFPageDocumentHelper(merged).addPage(page, false);
        }
    }
    result.pdf = written(merged, StreamData::AsItIs);
    result.removed.assign(removed.begin(), removed.end());
    return result;
}

}  // namespace

Result<NormalizedPdf> merge_pdfs(std::span<const ByteView> documents) {
    try {
        return merge(documents);
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception&) {
        return damaged();
    }
}

}  // namespace signet::convert
