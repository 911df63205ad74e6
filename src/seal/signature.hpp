#pragma once

#include "base/drawing.hpp"
#include "base/result.hpp"
#include "seal/fonts.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace signet::seal {

/// The colour of handwriting and dates, sRGB #1D1F23.
inline constexpr std::string_view kInk = "#1D1F23";

/// The box a signature is fitted into when nothing else is said.
inline constexpr double kSignatureWidthMm = 40;
inline constexpr double kSignatureHeightMm = 16;

/// Where the pen was, in the units of the canvas it was drawn on: x to the right, y downwards, as browsers report it.
struct PenPoint {
    double x = 0;
    double y = 0;
    /// 0…1, from a pen that knows it.
    std::optional<double> pressure = {};
    /// Milliseconds from any start, growing within a stroke. Gives the line its swell when there is no pressure.
    std::optional<double> time = {};
};

/// From pen down to pen up.
using Stroke = std::vector<PenPoint>;

/// A handwritten signature.
struct Handwriting {
    std::vector<Stroke> strokes;
    double canvas_width = 0;
    double canvas_height = 0;
};

inline constexpr std::size_t kMaxStrokes = 200;
inline constexpr std::size_t kMaxPenPoints = 20'000;

/// Turns strokes into smooth ink of varying width: filled outlines without the empty margin, fitted into 40 × 16 mm
/// with their ratio kept.
///
/// ParametersMissing when there is no ink; InvalidParameter when a number is not finite, the canvas is not 1…20000 wide
/// and high, or a point lies more than one canvas away from it; ParameterTooLong beyond kMaxStrokes or kMaxPenPoints.
Result<Drawing> draw_handwriting(const Handwriting& handwriting);

/// Writes a name (1 to 30 characters) in a Kai face, as outlines, fitted into 40 × 16 mm.
Result<Drawing> draw_typed_signature(const FontLibrary& fonts, std::string_view name);

}  // namespace signet::seal
