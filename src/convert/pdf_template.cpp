#include "convert/pdf_template.hpp"

#include "base/text.hpp"
#include "convert/form_drawing.hpp"
#include "convert/pdf_output.hpp"
#include "convert/wire.hpp"

#include <algorithm>
#include <cmath>
#include <new>
#include <optional>
#include <set>

#include <qpdf/QPDF.hh>
#include <qpdf/QPDFAcroFormDocumentHelper.hh>
#include <qpdf/QPDFPageDocumentHelper.hh>
#include <qpdf/QPDFPageObjectHelper.hh>

namespace signet::convert {
namespace {

constexpr double kUsualSize = 10.5;
constexpr double kLargestSize = 72;

/// The size in a default appearance such as `/Helv 12 Tf 0 g` (§12.7.3.3); 0 there means that the viewer chooses.
double font_size_of(const std::string& appearance) {
    const auto words = split(appearance, ' ');
    for (std::size_t i = 1; i < words.size(); ++i) {
        if (trim(words[i]) != "Tf") continue;
        const auto size = parse_decimal(words[i - 1]);
        if (size && *size > 0) return std::min(*size, kLargestSize);
    }
    return kUsualSize;
}

/// The box as fractions of the page as it is displayed; nothing for one that lies outside.
std::optional<FieldPlace> place_of(QPDFPageObjectHelper& page, const QPDFObjectHandle::Rectangle& rect) {
    QPDFObjectHandle box = page.getCropBox();
    if (!box.isRectangle()) return std::nullopt;
    const QPDFObjectHandle::Rectangle crop = box.getArrayAsRectangle();
    const double width = crop.urx - crop.llx;
    const double height = crop.ury - crop.lly;
    if (width <= 0 || height <= 0) return std::nullopt;
    const auto within = [](double value) { return std::clamp(value, 0.0, 1.0); };
    const double left = within((std::min(rect.llx, rect.urx) - crop.llx) / width);
    const double right = within((std::max(rect.llx, rect.urx) - crop.llx) / width);
    const double bottom = within((std::min(rect.lly, rect.ury) - crop.lly) / height);
    const double top = within((std::max(rect.lly, rect.ury) - crop.lly) / height);
    if (right <= left || top <= bottom) return std::nullopt;
    QPDFObjectHandle turned = page.getAttribute("/Rotate", false);
    const long long angle = turned.isInteger() ? ((turned.getIntValue() % 360) + 360) % 360 : 0;
    FieldPlace place;
    switch (angle) {
        case 90:
            place = {{}, 0, bottom, 1 - right, top - bottom, right - left, 0};
            break;
        case 180:
            place = {{}, 0, 1 - right, 1 - top, right - left, top - bottom, 0};
            break;
        case 270:
            place = {{}, 0, 1 - top, left, top - bottom, right - left, 0};
            break;
        default:
            place = {{}, 0, left, bottom, right - left, top - bottom, 0};
    }
    return place;
}

bool is_signed(QPDFAcroFormDocumentHelper& form) {
    for (QPDFFormFieldObjectHelper& field : form.getFormFields()) {
        if (field.getFieldType() == "/Sig" && field.getValue().isDictionary()) return true;
    }
    return false;
}

void lift_page(QPDFAcroFormDocumentHelper& form, QPDFPageObjectHelper& page, int number, FilledTemplate& lifted) {
    std::set<QPDFObjGen> gone;
    for (QPDFAnnotationObjectHelper& widget : form.getWidgetAnnotationsForPage(page)) {
        QPDFFormFieldObjectHelper field = form.getFieldForAnnotation(widget);
        if (!field.isText()) continue;
        const std::string name = field.getFullyQualifiedName();
        auto place = place_of(page, widget.getRect());
        if (name.empty() || !place || lifted.places.size() >= kMostFields) continue;
        place->name = name;
        place->page = number;
        place->font_size = font_size_of(field.getDefaultAppearance());
        lifted.places.push_back(std::move(*place));
        if (std::find(lifted.blanks.begin(), lifted.blanks.end(), name) == lifted.blanks.end())
            lifted.blanks.push_back(name);
        gone.insert(widget.getObjectHandle().getObjGen());
    }
    QPDFObjectHandle annotations = page.getObjectHandle().getKey("/Annots");
    if (gone.empty() || !annotations.isArray()) return;
    QPDFObjectHandle kept = QPDFObjectHandle::newArray();
    for (QPDFObjectHandle& one : annotations.getArrayAsVector()) {
        if (!gone.contains(one.getObjGen())) kept.appendItem(one);
    }
    page.getObjectHandle().replaceKey("/Annots", kept);
}

Result<FilledTemplate> lift(ByteView content) {
    QPDF pdf;
    pdf.setSuppressWarnings(true);
    pdf.processMemoryFile("template", reinterpret_cast<const char*>(content.data()), content.size());
    QPDFAcroFormDocumentHelper form(pdf);
    FilledTemplate lifted;
    if (!form.hasAcroForm()) {
        lifted.file.assign(content.begin(), content.end());
        return lifted;
    }
    if (is_signed(form)) return fail(ErrorCode::SigningForbidden, "a template must not be signed");
    int number = 0;
    for (QPDFPageObjectHelper& page : QPDFPageDocumentHelper(pdf).getAllPages())
        lift_page(form, page, ++number, lifted);
    draw_form(pdf);
    QPDFPageDocumentHelper(pdf).flattenAnnotations();
    pdf.getRoot().removeKey("/AcroForm");
    lifted.file = written(pdf, StreamData::AsItIs);
    return lifted;
}

}  // namespace

Result<FilledTemplate> lift_form(ByteView pdf) {
    try {
        return lift(pdf);
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception&) {
        return fail(ErrorCode::InvalidFile, "the template is damaged");
    }
}

}  // namespace signet::convert
