#include "seal/watermark.hpp"

#include "base/text.hpp"
#include "seal/compression.hpp"
#include "seal/content_writer.hpp"
#include "seal/font_store.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <qrencode.h>

namespace signet::seal {
namespace {

// The em box of Chinese faces, from the baseline.
constexpr double kEmTop = 0.88;
constexpr double kEmBottom = -0.12;
constexpr std::size_t kLongestCode = 500;
constexpr int kQuietZone = 4;  // modules, ISO/IEC 18004 §9.1
constexpr double kLinePitch = 0.5 * kPointsPerMillimetre;
constexpr double kLetterHeight = 0.7;  // of the grating's side

/// Where a drawing's own text begins: everything after it is as transparent as it shall be.
std::string with_opacity(Drawing& drawing, Opacity opacity, std::string_view other_resources) {
    if (opacity >= 1) {
        drawing.resources = fmt::format("<<{}>>", other_resources);
        return {};
    }
    std::string value;
    append_number(value, opacity, 3);
    drawing.resources =
        fmt::format("<</ExtGState<</G0<</Type/ExtGState/ca {0}/CA {0}>>>>{1}>>", value, other_resources);
    return "/G0 gs\n";
}

/// The first face that has all characters and can be cut down for embedding.
std::optional<DateFont> embedded_font(const FontLibrary::Store& store, std::u32string_view characters) {
    for (const FaceRole role : {FaceRole::Fallback, FaceRole::SongText}) {
        if (auto font = make_date_font(store.face(role), characters)) return std::move(*font);
    }
    return std::nullopt;
}

void write_codes(Drawing& drawing, const DateFont& font, std::u32string_view characters, double size,
                 std::string_view colour, Opacity opacity) {
    std::string codes;
    double advance = 0;
    for (const char32_t character : characters) {
        const DateFont::Character* found = font.find(character);
        codes += fmt::format("{:04X}", found->code);
        advance += found->advance;
    }
    const double bottom = std::min(kEmBottom, font.bottom);
    drawing.width = advance * size;
    drawing.height = (std::max(kEmTop, font.top) - bottom) * size;
    ContentWriter content;
    content.append(with_opacity(drawing, opacity, "/Font<</F0 @0@>>"));
    content.append("BT\n");
    content.fill_colour(colour);
    std::string place = "/F0 ";
    append_number(place, size, 3);
    place += " Tf\n0 ";
    append_number(place, -bottom * size, 2);
    content.append(place + " Td\n<" + codes + "> Tj\nET\n");
    drawing.content = content.take();
    drawing.parts = font.parts;
}

/// For characters that no embeddable face has: their outlines.
void write_outlines(Drawing& drawing, const Line& line, double size, std::string_view colour, Opacity opacity) {
    const double bottom = std::min(kEmBottom, line.bottom);
    drawing.width = line.advance * size;
    drawing.height = (std::max(kEmTop, line.top) - bottom) * size;
    ContentWriter content;
    content.append(with_opacity(drawing, opacity, ""));
    content.fill_colour(colour);
    double x = 0;
    for (const Glyph& glyph : line.glyphs) {
        const double scale = size / glyph.face->units_per_em;
        content.fill_transformed({scale, 0, 0, scale, x, -bottom * size}, glyph.path());
        x += glyph.advance * size;
    }
    drawing.content = content.take();
}

struct FreeCode {
    void operator()(QRcode* code) const { QRcode_free(code); }
};

/// The horizontal lines of a screen within a square, the first one `shift` above its foot.
void write_lines(ContentWriter& content, double side, double shift) {
    for (double y = shift - kLinePitch; y < side; y += kLinePitch) {
        const double low = std::max(0.0, y);
        const double high = std::min(side, y + kLinePitch / 2);
        if (high > low) content.rectangle({0, low, side, high - low});
    }
    content.fill();
}

std::string_view colour_space(int components) {
    return components == 1 ? "/DeviceGray" : components == 3 ? "/DeviceRGB" : "/DeviceCMYK";
}

/// Maps the unit square of an image so that the picture stands as TIFF's Orientation says.
Matrix upright(int orientation, double width, double height) {
    constexpr std::array<Matrix, 8> kTurns{{{1, 0, 0, 1, 0, 0},
                                            {-1, 0, 0, 1, 1, 0},
                                            {-1, 0, 0, -1, 1, 1},
                                            {1, 0, 0, -1, 0, 1},
                                            {0, -1, -1, 0, 1, 1},
                                            {0, -1, 1, 0, 0, 1},
                                            {0, 1, 1, 0, 0, 0},
                                            {0, 1, -1, 0, 1, 0}}};
    const Matrix& turn = kTurns.at(static_cast<std::size_t>(std::clamp(orientation, 1, 8) - 1));
    return {turn.a * width, turn.b * height, turn.c * width, turn.d * height, turn.e * width, turn.f * height};
}

Drawing::Part image_part(const MarkPicture& picture, std::string_view space, const Bytes& data, bool is_jpeg,
                         std::string_view more) {
    const std::string dictionary =
        fmt::format("<</Type/XObject/Subtype/Image/Width {}/Height {}/BitsPerComponent 8/ColorSpace{}/Filter/{}{}>>",
                    picture.width, picture.height, space, is_jpeg ? "DCTDecode" : "FlateDecode", more);
    return {dictionary, is_jpeg ? std::string(as_text(data)) : deflated(as_text(data)), true};
}

}  // namespace

Result<Drawing> draw_mark_text(const FontLibrary& fonts, std::string_view text, double font_size,
                               std::string_view colour, Opacity opacity, std::size_t longest) {
    const auto characters = checked_characters(fonts.store(), text, {"content", longest, true});
    if (!characters) return invalid_parameter(characters.error().detail);
    Drawing drawing;
    if (const auto font = embedded_font(fonts.store(), *characters)) {
        write_codes(drawing, *font, *characters, font_size, colour, opacity);
        return drawing;
    }
    const Line line = set_characters(fonts.store(), FaceRole::Fallback, *characters);
    write_outlines(drawing, line, font_size, colour, opacity);
    return drawing;
}

Result<Drawing> draw_code(std::string_view text, double side_mm, Opacity opacity) {
    if (text.empty() || text.size() > kLongestCode) return invalid_parameter("content: 1 to 500 bytes for a QR code");
    const std::unique_ptr<QRcode, FreeCode> code(QRcode_encodeData(
        static_cast<int>(text.size()), reinterpret_cast<const unsigned char*>(text.data()), 0, QR_ECLEVEL_M));
    if (!code) return fail(ErrorCode::Unavailable, "a QR code cannot be made");
    const int modules = code->width;
    Drawing drawing;
    drawing.width = drawing.height = side_mm * kPointsPerMillimetre;
    ContentWriter content;
    content.append(with_opacity(drawing, opacity, ""));
    content.fill_colour("#FFFFFF");
    content.rectangle({0, 0, drawing.width, drawing.height});
    content.fill();
    content.fill_colour("#000000");
    // In modules, so that neighbours share their edge exactly.
    const double module = drawing.width / (modules + 2 * kQuietZone);
    content.append("q " + matrix_operands({module, 0, 0, module, kQuietZone * module, kQuietZone * module}) + " cm\n");
    for (int row = 0; row < modules; ++row) {
        const unsigned char* line = code->data + static_cast<std::ptrdiff_t>(row) * modules;
        for (int from = 0; from < modules;) {
            int to = from;
            while (to < modules && (line[to] & 1U) != 0)
                ++to;
            if (to > from) content.append(fmt::format("{} {} {} 1 re\n", from, modules - 1 - row, to - from));
            from = to + 1;
        }
    }
    content.fill();
    content.append("Q\n");
    drawing.content = content.take();
    return drawing;
}

Result<Drawing> draw_mark_picture(const MarkPicture& picture, double side_mm, Opacity opacity) {
    const std::uint64_t pixels = std::uint64_t{picture.width} * picture.height;
    const bool sized = pixels > 0 && (picture.components == 1 || picture.components == 3 || picture.components == 4);
    const bool fits = picture.is_jpeg || picture.samples.size() == pixels * static_cast<unsigned>(picture.components);
    if (!sized || !fits || (!picture.alpha.empty() && picture.alpha.size() != pixels))
        return invalid_parameter("content: the picture has another size than it says");
    const bool is_sideways = picture.orientation >= 5;
    const double wide = is_sideways ? picture.height : picture.width;
    const double high = is_sideways ? picture.width : picture.height;
    const double scale = side_mm * kPointsPerMillimetre / std::max(wide, high);
    Drawing drawing;
    drawing.width = wide * scale;
    drawing.height = high * scale;
    ContentWriter content;
    content.append(with_opacity(drawing, opacity, "/XObject<</I0 @0@>>"));
    content.append("q " + matrix_operands(upright(picture.orientation, drawing.width, drawing.height)) +
                   " cm /I0 Do Q\n");
    drawing.content = content.take();
    std::string more = picture.is_inverted ? "/Decode[1 0 1 0 1 0 1 0]" : "";
    if (!picture.alpha.empty()) more += "/SMask @1@";
    drawing.parts.push_back(
        image_part(picture, colour_space(picture.components), picture.samples, picture.is_jpeg, more));
    if (!picture.alpha.empty()) drawing.parts.push_back(image_part(picture, "/DeviceGray", picture.alpha, false, ""));
    return drawing;
}

Result<Drawing> draw_grating(const FontLibrary& fonts, char letter, double side_mm, std::string_view colour,
                             Opacity opacity) {
    const bool is_allowed =
        (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
    if (!is_allowed) return invalid_parameter("content: a grating hides one letter or digit");
    const auto glyph = fonts.store().find(FaceRole::Fallback, static_cast<char32_t>(letter));
    if (!glyph) return fail(ErrorCode::Unavailable, "no face has the letter of a grating");
    Drawing drawing;
    drawing.width = drawing.height = side_mm * kPointsPerMillimetre;
    const double side = drawing.width;
    const double em = std::min(kLetterHeight * side / glyph->ink.height, 0.9 * side / glyph->ink.width);
    const double unit = em / glyph->face->units_per_em;
    const Matrix centred{unit,
                         0,
                         0,
                         unit,
                         side / 2 - (glyph->ink.x + glyph->ink.width / 2) * em,
                         side / 2 - (glyph->ink.y + glyph->ink.height / 2) * em};
    const std::string outline = glyph->path_at(centred);
    ContentWriter content;
    content.append(with_opacity(drawing, opacity, ""));
    content.fill_colour(colour);
    content.append("q\n");
    content.rectangle({0, 0, side, side});
    content.append(outline + "W* n\n");
    write_lines(content, side, 0);
    content.append("Q q\n" + outline + "W n\n");
    write_lines(content, side, kLinePitch / 2);
    content.append("Q\n");
    drawing.content = content.take();
    return drawing;
}

}  // namespace signet::seal
