#pragma once

#include "base/bytes.hpp"
#include "base/drawing.hpp"
#include "base/result.hpp"

namespace signet::seal {

/// A PNG file of a drawing of this floor, `width` pixels wide (1 to 4096), the height by its ratio, transparent where
/// the drawing is. InvalidParameter for another width, a ratio beyond 4096 pixels high, or a drawing with operators
/// that this floor does not write.
Result<Bytes> render_png(const Drawing& drawing, unsigned width);

}  // namespace signet::seal
