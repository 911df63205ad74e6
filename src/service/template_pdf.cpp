#include "service/template_pdf.hpp"

#include "convert/converter.hpp"
#include "pdf/document.hpp"
#include "pdf/page_marks.hpp"
#include "seal/field_text.hpp"
#include "seal/watermark.hpp"
#include "service/mark_picture.hpp"
#include "service/templates.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace signet::service {

using convert::FieldPlace;
using model::DocumentParam;
using model::ParamType;
using model::TemplateParam;

namespace {

constexpr double kSmallestText = 4;
constexpr double kLargestText = 72;

std::vector<FieldPlace> places_of(const TemplateParam& param, const std::vector<FieldPlace>& fields) {
    std::vector<FieldPlace> places;
    for (const FieldPlace& field : fields) {
        if (field.name == param.name) places.push_back(field);
    }
    if (param.page > 0)
        places.push_back({param.name, param.page, param.x, param.y, param.width, param.height, param.font_size});
    return places;
}

Result<Drawing> picture_in(const Platform& platform, const Bytes& file, double width, double height) {
    auto image = platform.converter.read_picture(file);
    if (!image) return image.error();
    const bool is_sideways = image->orientation >= 5;
    const double wide = is_sideways ? image->height : image->width;
    const double high = is_sideways ? image->width : image->height;
    const double scale = std::min(width / wide, height / high);
    return seal::draw_mark_picture(mark_picture(std::move(*image)), std::max(wide, high) * scale / kPointsPerMillimetre,
                                   1);
}

Error named(const std::string& name, const Error& error) {
    const bool is_of_value = error.code == ErrorCode::InvalidParameter || error.code == ErrorCode::InvalidFile ||
                             error.code == ErrorCode::UnsupportedFileType || error.code == ErrorCode::DocumentTooLarge;
    return is_of_value ? invalid_parameter(name + ": " + error.detail) : error;
}

/// A value and where it stands; its drawing is smaller than the box only when it is a picture.
struct Drawn {
    std::unique_ptr<pdf::CompiledDrawing> drawing;
    FieldPlace place;
};

Result<Drawn> draw(const Platform& platform, const DocumentParam& one, const FieldPlace& place,
                   const model::PageSize& page) {
    const double width = place.width * page.width;
    const double height = place.height * page.height;
    const Result<Drawing> drawing =
        one.param.type == ParamType::Image
            ? picture_in(platform, picture_bytes(one.value), width, height)
            : seal::draw_field_text(platform.fonts, value_text(one), {width, height, place.font_size});
    if (!drawing) return named(one.param.name, drawing.error());
    auto compiled = pdf::CompiledDrawing::compile(*drawing);
    if (!compiled) return compiled.error();
    return Drawn{std::make_unique<pdf::CompiledDrawing>(std::move(*compiled)), place};
}

pdf::PageMark mark_of(const Drawn& drawn) {
    const pdf::CompiledDrawing* drawing = drawn.drawing.get();
    const FieldPlace& place = drawn.place;
    const auto layout = [drawing, place](double width, double height) {
        const double box_width = place.width * width;
        const double box_height = place.height * height;
        const double scale = std::min(box_width / drawing->width(), box_height / drawing->height());
        const double drawn_width = drawing->width() * scale;
        const double drawn_height = drawing->height() * scale;
        const double x = place.x * width + (box_width - drawn_width) / 2;
        const double y = place.y * height + (box_height - drawn_height) / 2;
        return std::vector<pdf::ImagePlacement>{{x, y, drawn_width, drawn_height, 0}};
    };
    return {drawing, layout, place.page};
}

}  // namespace

Result<Bytes> draw_values(const Platform& platform, Bytes pdf, const std::vector<model::PageSize>& pages,
                          const std::vector<DocumentParam>& params, const std::vector<FieldPlace>& fields) {
    std::vector<Drawn> drawn;
    for (const DocumentParam& one : params) {
        // What is still open is open on paper, too: a box is a blank by itself.
        const bool chooses = one.param.type == ParamType::Single || one.param.type == ParamType::Multiple;
        if (one.value.empty() && !chooses) continue;
        for (const FieldPlace& place : places_of(one.param, fields)) {
            if (place.page > static_cast<int>(pages.size()))
                return invalid_parameter(one.param.name + ": the document has no page " + std::to_string(place.page));
            auto made = draw(platform, one, place, pages[static_cast<std::size_t>(place.page - 1)]);
            if (!made) return made.error();
            drawn.push_back(std::move(*made));
        }
    }
    if (drawn.empty()) return pdf;
    std::vector<pdf::PageMark> marks;
    for (const Drawn& one : drawn)
        marks.push_back(mark_of(one));
    const auto opened = pdf::Document::open(pdf);
    if (!opened) return opened.error();
    auto marked = pdf::mark_pages(*opened, marks);
    if (!marked) return marked.error();
    append(pdf, marked->increment);
    return pdf;
}

Status check_place(const TemplateParam& param, bool has_field, int page_count, const std::string& field) {
    if (param.type == ParamType::Table) return invalid_parameter(field + ".type: a PDF has no tables to fill in");
    if (param.page == 0 && has_field) return {};
    if (param.page == 0) {
        return invalid_parameter(field + ": the file has no text field of this name, so page, x, y, width and height " +
                                 "are required");
    }
    if (param.page < 0 || param.page > page_count)
        return invalid_parameter(field + ".page: must be 1 to " + std::to_string(page_count));
    const bool is_within = param.x >= 0 && param.y >= 0 && param.width > 0 && param.height > 0 &&
                           param.x + param.width <= 1 && param.y + param.height <= 1;
    if (!is_within) return invalid_parameter(field + ": its box must lie within the page, in fractions of it");
    if (!(param.font_size >= kSmallestText && param.font_size <= kLargestText))
        return invalid_parameter(field + ".font_size: must be 4 to 72 points");
    return {};
}

}  // namespace signet::service
