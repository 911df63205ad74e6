#pragma once

#include "render/mupdf_document.hpp"

#include <vector>

namespace signet::render {

/// A rectangle of pixels from the top left corner; right and bottom lie outside.
struct PixelBox {
    int left = 0;
    int top = 0;
    int right = 0;
    int bottom = 0;
    friend bool operator==(const PixelBox&, const PixelBox&) = default;
};

/// Where two pictures of the same size differ outside of `allowed`: boxes around what lies together, at most 12, from
/// the top. Differences that no eye sees do not count. Pictures of different sizes differ as a whole.
std::vector<PixelBox> differences(const Picture& before, const Picture& after, const std::vector<PixelBox>& allowed);

}  // namespace signet::render
