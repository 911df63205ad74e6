#pragma once

#include "base/bytes.hpp"
#include "base/drawing.hpp"
#include "base/result.hpp"
#include "seal/fonts.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace signet::seal {

/// How strongly a watermark covers what is below it: 0 not at all, 1 completely. Everything here wants it within that.
using Opacity = double;

/// A line of text in a face whose used characters are embedded; `font_size` in points, `colour` as `#RRGGBB`. Its box
/// is the line's em box. Errors name the field `content`: InvalidParameter for a character that no face has, for an
/// empty text and for one longer than `longest` characters.
Result<Drawing> draw_mark_text(const FontLibrary& fonts, std::string_view text, double font_size,
                               std::string_view colour, Opacity opacity, std::size_t longest = 200);

/// A QR code (ISO/IEC 18004, error correction M) of a text up to 500 bytes, black on white, its quiet zone within the
/// square of `side_mm`.
Result<Drawing> draw_code(std::string_view text, double side_mm, Opacity opacity);

/// A picture whose pixels are decoded already, or a JPEG as it came.
struct MarkPicture {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    int components = 3;  // 1 grey, 3 RGB, 4 CMYK
    bool is_jpeg = false;
    bool is_inverted = false;  // CMYK with 0 for full ink
    int orientation = 1;       // how it is turned for the reader, as TIFF 6.0 counts
    Bytes samples;             // eight bits each, or the JPEG
    Bytes alpha;               // one byte a pixel, 255 opaque; empty: all is
};
/// The picture with its longer side `side_mm` long. InvalidParameter when its samples do not fit its size.
Result<Drawing> draw_mark_picture(const MarkPicture& picture, double side_mm, Opacity opacity);

/// A square screen of fine lines, shifted by half their distance within the outline of one ASCII letter or digit: grey
/// to the eye, the letter appears under a screen of the same pitch. InvalidParameter for another character.
Result<Drawing> draw_grating(const FontLibrary& fonts, char letter, double side_mm, std::string_view colour,
                             Opacity opacity);

}  // namespace signet::seal
