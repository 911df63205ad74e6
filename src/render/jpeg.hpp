#pragma once

#include "base/bytes.hpp"
#include "render/mupdf_document.hpp"

namespace signet::render {

/// The picture as a baseline JPEG (ITU-T T.81), 8 bits, in grey when it has no colour, else without chroma subsampling,
/// which would smear the red of a seal. `quality` 1…100. Throws std::bad_alloc when memory is used up.
Bytes encode_jpeg(const Picture& picture, int quality);

}  // namespace signet::render
