#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace signet::convert {

/// Dots per inch, where the file says so.
struct Resolution {
    double x = 0;
    double y = 0;
};

/// How the stored picture is turned for the reader (TIFF 6.0, tag Orientation): 1 is as stored.
using Orientation = int;

/// How the data of a picture is written.
enum class Coding {
    Samples,  // as they are, 8 bits each
    Jpeg,     // ISO/IEC 10918-1
    Fax,      // ITU-T T.6 ("CCITT group 4"), one bit a pixel
};

/// A picture ready to become an image XObject (ISO 32000-1 §8.9.5).
struct Image {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    int components = 3;  // 1 grey, 3 RGB, 4 CMYK
    Bytes samples;
    Coding coding = Coding::Samples;
    /// CMYK written by Adobe programs is inverted; so is a fax whose black runs mean white.
    bool is_inverted = false;
    /// One byte a pixel, 255 opaque; empty when all is.
    Bytes alpha;
    std::optional<Resolution> resolution;
    Orientation orientation = 1;
};

/// All four: InvalidFile for damaged data, DocumentTooLarge beyond the bounds of wire.hpp.
/// A JPEG's compressed data is kept as it is; its descriptions (camera, place, preview) are dropped.
Result<Image> read_jpeg(ByteView file);
Result<Image> read_png(ByteView file);
/// The first picture of the file.
Result<Image> read_gif(ByteView file);

/// Hands over page by page; ends with the first error, also one of `take`. Previews and masks (NewSubfileType) are no
/// pages. One bit stays one bit; what came as JPEG is JPEG again; the rest becomes grey or RGB, on white where it is
/// transparent.
Status read_tiff(ByteView file, const std::function<Status(Image)>& take);

/// DocumentTooLarge or InvalidFile when the sides are beyond what a page takes.
Status check_size(std::uint64_t width, std::uint64_t height, std::uint64_t most_pixels);

}  // namespace signet::convert
