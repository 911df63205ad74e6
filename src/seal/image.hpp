#pragma once

#include "base/bytes.hpp"
#include "base/drawing.hpp"
#include "base/result.hpp"

#include <optional>

namespace signet::seal {

inline constexpr std::size_t kMaxImageBytes = 4 * 1024 * 1024;
inline constexpr unsigned kMaxImageSide = 4096;

/// A picture of a seal or a signature in a PNG or JPEG file, as an image with its transparency. Without width and
/// height it is as large as its pixels at 300 to the inch; otherwise the rule of `fit` holds.
///
/// A picture without any transparency is taken as ink on white paper: the white goes, so that the text below shows
/// through, and on white it looks as before. More than 1000 pixels a side are averaged down.
///
/// InvalidFile when it is not such a file or is damaged; UploadTooLarge beyond kMaxImageBytes or kMaxImageSide.
Result<Drawing> draw_image(ByteView file, std::optional<double> width_mm = {}, std::optional<double> height_mm = {});

/// The same, stretched into exactly `width_mm` × `height_mm`: a seal of a given specification.
Result<Drawing> draw_image_exactly(ByteView file, double width_mm, double height_mm);

/// Gives a drawing another size with its ratio kept: the width decides; the height does when there is no width; neither
/// leaves the drawing as it is. InvalidParameter when a size is not within 0.1…1000 mm.
Result<Drawing> fit(Drawing drawing, std::optional<double> width_mm, std::optional<double> height_mm);

/// Gives a drawing the largest size within a box of `width_mm` × `height_mm` with its ratio kept.
Result<Drawing> fit_into(Drawing drawing, double width_mm, double height_mm);

}  // namespace signet::seal
