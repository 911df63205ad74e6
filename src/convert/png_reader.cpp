#include "convert/image.hpp"
#include "convert/wire.hpp"

#include <algorithm>
#include <optional>
#include <png.h>

namespace signet::convert {
namespace {

constexpr double kMetresPerInch = 0.0254;

/// libpng's state, freed at the end.
struct Reader {
    png_image state{};

    Reader() { state.version = PNG_IMAGE_VERSION; }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    ~Reader() { png_image_free(&state); }
};

Error damaged() {
    return fail(ErrorCode::InvalidFile, "the PNG is damaged or cut short");
}

std::uint32_t big_endian(ByteView bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
        value = value << 8 | bytes[at + i];
    return value;
}

/// The pHYs chunk (PNG §11.3.5.3), which stands before the picture's data.
std::optional<Resolution> resolution_of(ByteView file) {
    constexpr std::size_t kSignature = 8, kOverhead = 12, kPhysicalSize = 9;
    constexpr std::uint8_t kMetre = 1;
    for (std::size_t at = kSignature; at + kOverhead <= file.size();) {
        const std::size_t length = big_endian(file, at);
        const std::string_view name = as_text(file.subspan(at + 4, 4));
        if (length > file.size() - at - kOverhead || name == "IDAT") return std::nullopt;
        const ByteView content = file.subspan(at + 8, length);
        if (name == "pHYs" && length == kPhysicalSize && content[8] == kMetre) {
            return Resolution{big_endian(content, 0) * kMetresPerInch, big_endian(content, 4) * kMetresPerInch};
        }
        at += kOverhead + length;
    }
    return std::nullopt;
}

/// Takes the last of `components` + 1 interleaved samples of each pixel out into the mask.
void split_alpha(Image& image) {
    const auto colours = static_cast<std::size_t>(image.components);
    const std::size_t pixels = image.samples.size() / (colours + 1);
    image.alpha.resize(pixels);
    for (std::size_t i = 0; i < pixels; ++i) {
        const std::uint8_t* from = image.samples.data() + i * (colours + 1);
        image.alpha[i] = from[colours];
        std::copy_n(from, colours, image.samples.data() + i * colours);
    }
    image.samples.resize(pixels * colours);
    if (std::ranges::all_of(image.alpha, [](std::uint8_t value) { return value == 255; })) image.alpha.clear();
}

}  // namespace

Result<Image> read_png(ByteView file) {
    Reader reader;
    if (png_image_begin_read_from_memory(&reader.state, file.data(), file.size()) == 0) return damaged();
    Image image;
    image.width = reader.state.width;
    image.height = reader.state.height;
    if (auto fits = check_size(image.width, image.height, kMostPixelsDecoded); !fits) return fits.error();
    const bool has_colour = (reader.state.format & PNG_FORMAT_FLAG_COLOR) != 0;
    const bool has_alpha = (reader.state.format & PNG_FORMAT_FLAG_ALPHA) != 0;
    reader.state.format = (has_colour ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY) | (has_alpha ? PNG_FORMAT_FLAG_ALPHA : 0U);
    image.components = has_colour ? 3 : 1;
    image.samples.resize(PNG_IMAGE_SIZE(reader.state));
    if (png_image_finish_read(&reader.state, nullptr, image.samples.data(), 0, nullptr) == 0) return damaged();
    if (has_alpha) split_alpha(image);
    image.resolution = resolution_of(file);
    return image;
}

}  // namespace signet::convert
