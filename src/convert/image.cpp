#include "convert/image.hpp"

#include "convert/wire.hpp"

namespace signet::convert {

Status check_size(std::uint64_t width, std::uint64_t height, std::uint64_t most_pixels) {
    if (width == 0 || height == 0) return fail(ErrorCode::InvalidFile, "the picture is empty");
    if (width > kLongestSide || height > kLongestSide || width * height > most_pixels) {
        return fail(ErrorCode::DocumentTooLarge, "the picture has too many pixels");
    }
    return {};
}

}  // namespace signet::convert
