#pragma once

#include "base/bytes.hpp"
#include "convert/image.hpp"

namespace signet::convert {

/// A PDF of one page that shows the picture, upright as its orientation says. The page has the picture's own size when
/// its resolution gives a plausible one (2.5 cm to A3); else it is A4, upright or across, with the picture as large as
/// fits, in the middle.
Bytes page_of(Image image);

}  // namespace signet::convert
