#pragma once

#include "base/drawing.hpp"
#include "base/result.hpp"
#include "seal/fonts.hpp"

#include <string_view>

namespace signet::seal {

/// Below this a text is not made smaller to fit, in points.
inline constexpr double kSmallestFieldText = 5;

/// The box of a form's field that a text is set into, in points.
struct FieldBox {
    double width = 0;
    double height = 0;
    /// What the text has when there is room; down to kSmallestFieldText when there is less.
    double font_size = 10.5;
};

/// Sets a text into a box as black running text in a face whose used characters are embedded: '\n' parts lines, a line
/// too long is broken at a blank or, in Chinese, anywhere. One line stands in the middle of the box's height, several
/// begin at its top. The drawing is as large as the box; an empty text draws nothing.
///
/// Errors: InvalidParameter for a text that does not fit at the smallest size, and for characters that no single face
/// has.
Result<Drawing> draw_field_text(const FontLibrary& fonts, std::string_view text, const FieldBox& box);

}  // namespace signet::seal
