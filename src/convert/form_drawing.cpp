#include "convert/form_drawing.hpp"

#include <algorithm>
#include <new>
#include <string>

#include <qpdf/QPDFAcroFormDocumentHelper.hh>
#include <qpdf/QPDFAnnotationObjectHelper.hh>
#include <qpdf/QPDFFormFieldObjectHelper.hh>
#include <qpdf/QPDFPageDocumentHelper.hh>
#include <qpdf/QUtil.hh>

namespace signet::convert {
namespace {

std::string content_of(QPDFObjectHandle picture) {
    if (!picture.isStream()) return {};
    const auto data = picture.getStreamData(qpdf_dl_generalized);
    return {reinterpret_cast<const char*>(data->getBuffer()), data->getSize()};
}

bool shows_text(const std::string& content) {
    return content.find("Tj") != std::string::npos || content.find("TJ") != std::string::npos;
}

/// qpdf knows the letters of WinAnsi: what is beyond them must not take the place of a picture that may be right.
bool can_be_drawn(const std::string& value, const std::string& content) {
    const bool plain = std::ranges::all_of(value, [](char letter) { return letter >= ' ' && letter <= '~'; });
    std::string encoded;
    return plain || (!shows_text(content) && QUtil::utf8_to_win_ansi(value, encoded));
}

void draw_text(QPDFFormFieldObjectHelper& field, QPDFAnnotationObjectHelper& widget) {
    const std::string value = field.getValueAsString();
    const std::string before = content_of(widget.getAppearanceStream("/N"));
    if (!can_be_drawn(value, before)) return;
    const bool had_picture = widget.getAppearanceStream("/N").isStream();
    field.generateAppearance(widget);
    QPDFObjectHandle picture = widget.getAppearanceStream("/N");
    if (!picture.isStream()) return;
    // qpdf would put the text in while it writes, and does not where streams are written as they are.
    std::string content = content_of(picture);
    // A question mark is what it writes for a letter that this font does not have.
    const bool lost = value.find('?') == std::string::npos && content.find('?') != std::string::npos;
    if (lost && !had_picture) return widget.getObjectHandle().removeKey("/AP");
    picture.replaceStreamData(lost ? before : content, QPDFObjectHandle::newNull(), QPDFObjectHandle::newNull());
}

void draw(QPDFAcroFormDocumentHelper& form, QPDFAnnotationObjectHelper& widget) {
    QPDFFormFieldObjectHelper field = form.getFieldForAnnotation(widget);
    const std::string type = field.getFieldType();
    if (type == "/Btn" && (field.isRadioButton() || field.isCheckbox())) {
        field.setV(field.getValue(), false);  // its pictures are there; the right one must be on top
    } else if (type == "/Tx" || type == "/Ch") {
        draw_text(field, widget);
    }
}

}  // namespace

void draw_form(QPDF& pdf) {
    QPDFAcroFormDocumentHelper form(pdf);
    if (!form.hasAcroForm() || !form.getNeedAppearances()) return;
    for (QPDFPageObjectHelper& page : QPDFPageDocumentHelper(pdf).getAllPages()) {
        for (QPDFAnnotationObjectHelper& widget : form.getWidgetAnnotationsForPage(page)) {
            try {
                draw(form, widget);
            } catch (const std::bad_alloc&) {
                throw;
            } catch (const std::exception&) {
                continue;  // a broken field is no reason to refuse the others' document
            }
        }
    }
    form.setNeedAppearances(false);
}

}  // namespace signet::convert
