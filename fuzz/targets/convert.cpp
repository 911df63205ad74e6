#include "convert/compound_file.hpp"
#include "convert/file_type.hpp"
#include "convert/html_text.hpp"
#include "convert/image.hpp"
#include "convert/image_page.hpp"
#include "convert/office_package.hpp"
#include "convert/pdf_template.hpp"
#include "convert/template_filler.hpp"
#include "convert/template_text.hpp"
#include "convert/wire.hpp"
#include "fuzz/targets.hpp"

#include <algorithm>
#include <array>

namespace signet::fuzz {
namespace {

using namespace convert;

/// What every reader of pictures promises about one.
void require_sound(const Image& image) {
    const std::uint64_t pixels = std::uint64_t{image.width} * image.height;
    require(image.width > 0 && image.height > 0 && image.width <= kLongestSide && image.height <= kLongestSide,
            "sides are within the bounds");
    require(image.components == 1 || image.components == 3 || image.components == 4, "grey, RGB or CMYK");
    require(image.orientation >= 1 && image.orientation <= 8, "one of eight orientations");
    require(image.alpha.empty() || image.alpha.size() == pixels, "one opacity a pixel");
    if (image.coding == Coding::Samples)
        require(image.samples.size() == pixels * static_cast<unsigned>(image.components), "all samples are there");
}

Status to_page(Image image) {
    require_sound(image);
    if (std::uint64_t{image.width} * image.height > 1'000'000) return {};
    ImagePages pages;
    pages.add(std::move(image));
    require(pages.count() == 1 && !pages.take().empty(), "a picture becomes a page");
    return {};
}

void look_at(Result<Image> image) {
    if (image) (void)to_page(std::move(*image));
}

void jpeg(ByteView input) {
    look_at(read_jpeg(input));
}

void png(ByteView input) {
    look_at(read_png(input));
}

void gif(ByteView input) {
    look_at(read_gif(input));
}

void tiff(ByteView input) {
    (void)read_tiff(input, to_page);
}

/// One black pixel.
const Bytes& pixel() {
    static const Bytes png = *from_hex(
        "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a494441"
        "54789c636000000002000148afa4710000000049454e44ae426082");
    return png;
}

std::vector<FillField> fields() {
    return {{"name", "张三\n<b>&", false, {}, {}},
            {"items", "", true, {{{"a", "1"}, {"b", "{{name}}"}}, {{"a", "2"}}}, {}},
            {"bare", "", true, {{{"", "x"}, {"", "y"}}}, {}},
            {"seal", "", false, {}, pixel()}};
}

void office(ByteView input) {
    for (const std::string_view suffix : {"", "docx", "html"})
        (void)file_type(input, suffix);
    (void)read_compound_file(input);
    if (read_office_package(input)) (void)fill_word(input, fields());
    if (looks_like_html(input)) (void)encoding_mark(input);
}

void templates(ByteView input) {
    const std::string_view text = as_text(input);
    for (const Markup markup : {Markup::Word, Markup::Html}) {
        const auto blanks = blanks_of(markup, text);
        for (std::size_t i = 0; i < blanks.size(); ++i)
            require(std::find(blanks.begin(), blanks.begin() + static_cast<std::ptrdiff_t>(i), blanks[i]) ==
                        blanks.begin() + static_cast<std::ptrdiff_t>(i),
                    "each name comes once");
        const auto nothing = [](const std::string&) -> std::optional<std::string> { return std::nullopt; };
        require(replace_blanks(markup, text, nothing) == text, "what nobody fills stays as it is");
        const auto value = [](const std::string&) -> std::optional<std::string> { return "value"; };
        (void)blanks_of(markup, replace_blanks(markup, text, value));
        (void)replace_blanks(markup, repeat_rows(markup, text, fields()), value);
    }
    (void)fill_html(input, fields());
}

void form(ByteView input) {
    const auto lifted = lift_form(input);
    if (!lifted) return;
    for (const FieldPlace& place : lifted->places)
        require(place.page >= 1 && place.width == place.width && place.height == place.height, "a field has a place");
}

}  // namespace

std::span<const Target> convert_targets() {
    static constexpr std::array<Target, 7> targets{{{"jpeg", jpeg},
                                                    {"png", png},
                                                    {"gif", gif},
                                                    {"tiff", tiff},
                                                    {"office", office, 32 * 1024},
                                                    {"templates", templates, 2048},
                                                    {"pdf_form", form, 32 * 1024}}};
    return targets;
}

}  // namespace signet::fuzz
