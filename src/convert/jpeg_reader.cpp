#include "convert/image.hpp"
#include "convert/wire.hpp"

#include <csetjmp>
#include <cstdio>
#include <jpeglib.h>
#include <optional>

namespace signet::convert {
namespace {

// Markers of ITU-T T.81, Table B.1.
constexpr std::uint8_t kStartOfImage = 0xD8;
constexpr std::uint8_t kEndOfImage = 0xD9;
constexpr std::uint8_t kStartOfScan = 0xDA;
constexpr std::uint8_t kApp0 = 0xE0;
constexpr std::uint8_t kApp1 = 0xE1;
constexpr std::uint8_t kApp14 = 0xEE;
constexpr std::uint8_t kApp15 = 0xEF;
constexpr std::uint8_t kComment = 0xFE;

constexpr double kCentimetresPerInch = 2.54;

Error damaged() {
    return fail(ErrorCode::InvalidFile, "the JPEG is damaged or cut short");
}

bool stands_alone(std::uint8_t marker) {
    return marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7);
}
bool is_description(std::uint8_t marker) {
    return marker == kComment || (marker > kApp0 && marker <= kApp15 && marker != kApp14);
}

std::size_t big_endian(ByteView bytes, std::size_t at) {
    return static_cast<std::size_t>(bytes[at]) << 8 | bytes[at + 1];
}

/// Exif (TIFF 6.0 §2) as far as it is needed: numbers in either byte order, nothing outside the bytes.
class Tiff {
  public:
    explicit Tiff(ByteView bytes) : bytes_(bytes), is_big_(as_text(bytes).starts_with("MM")) {}

    std::uint32_t number(std::size_t at, std::size_t size) const {
        if (at > bytes_.size() || bytes_.size() - at < size) return 0;
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < size; ++i) {
            value = value << 8 | bytes_[is_big_ ? at + i : at + size - 1 - i];
        }
        return value;
    }
    /// Where the value of the tag stands in the first directory.
    std::optional<std::size_t> find(std::uint32_t tag) const {
        constexpr std::size_t kEntrySize = 12;
        const std::size_t directory = number(4, 4);
        const std::size_t count = number(directory, 2);
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t entry = directory + 2 + i * kEntrySize;
            if (number(entry, 2) == tag) return entry + 8;
        }
        return std::nullopt;
    }
    double rational(std::uint32_t tag) const {
        const auto at = find(tag);
        if (!at) return 0;
        const std::size_t value = number(*at, 4);
        const std::uint32_t denominator = number(value + 4, 4);
        return denominator == 0 ? 0 : static_cast<double>(number(value, 4)) / denominator;
    }
    int small(std::uint32_t tag, int otherwise) const {
        const auto at = find(tag);
        return at ? static_cast<int>(number(*at, 2)) : otherwise;
    }

  private:
    ByteView bytes_;
    bool is_big_;
};

void read_exif(ByteView segment, Image& image) {
    constexpr std::string_view kName("Exif\0\0", 6);
    constexpr std::uint32_t kOrientation = 0x0112, kXResolution = 0x011A, kYResolution = 0x011B, kUnit = 0x0128;
    constexpr int kCentimetre = 3;
    if (!as_text(segment).starts_with(kName)) return;
    const Tiff exif(segment.subspan(kName.size()));
    const int orientation = exif.small(kOrientation, 1);
    image.orientation = orientation >= 1 && orientation <= 8 ? orientation : 1;
    const double factor = exif.small(kUnit, 2) == kCentimetre ? kCentimetresPerInch : 1;
    const Resolution resolution{exif.rational(kXResolution) * factor, exif.rational(kYResolution) * factor};
    if (!image.resolution && resolution.x > 0 && resolution.y > 0) image.resolution = resolution;
}

void read_jfif(ByteView segment, Image& image) {
    constexpr std::string_view kName("JFIF\0", 5);
    constexpr std::size_t kLeast = 12;
    if (!as_text(segment).starts_with(kName) || segment.size() < kLeast) return;
    const std::uint8_t unit = segment[7];
    if (unit != 1 && unit != 2) return;
    const double factor = unit == 2 ? kCentimetresPerInch : 1;
    image.resolution = Resolution{static_cast<double>(big_endian(segment, 8)) * factor,
                                  static_cast<double>(big_endian(segment, 10)) * factor};
}

/// The end of the entropy-coded data that begins at `at`: the next marker that is neither stuffing nor a restart.
std::size_t end_of_scan(ByteView file, std::size_t at) {
    while (at + 1 < file.size()) {
        if (file[at] == 0xFF && file[at + 1] != 0x00 && file[at + 1] != 0xFF && !stands_alone(file[at + 1])) return at;
        ++at;
    }
    return file.size();
}

/// Walks the segments (T.81 §B.1): notes what Exif and JFIF say, and copies all but the descriptions up to the end of
/// the image.
Status copy_segments(ByteView file, Image& image) {
    image.samples.assign({0xFF, kStartOfImage});
    std::size_t at = 2;
    while (at + 4 <= file.size()) {
        if (file[at] != 0xFF) return damaged();
        const std::uint8_t marker = file[at + 1];
        if (marker == 0xFF) {  // fill
            ++at;
            continue;
        }
        if (marker == kEndOfImage) break;
        const std::size_t length = stands_alone(marker) ? 0 : big_endian(file, at + 2);
        if (!stands_alone(marker) && (length < 2 || length > file.size() - at - 2)) return damaged();
        const std::size_t end = at + 2 + length;
        if (length >= 2) {
            const ByteView content = file.subspan(at + 4, length - 2);
            if (marker == kApp0) read_jfif(content, image);
            if (marker == kApp1) read_exif(content, image);
        }
        const std::size_t next = marker == kStartOfScan ? end_of_scan(file, end) : end;
        if (!is_description(marker)) append(image.samples, file.subspan(at, next - at));
        at = next;
    }
    image.samples.insert(image.samples.end(), {0xFF, kEndOfImage});
    return {};
}

/// libjpeg leaves by long jump; everything it needs lies here, outside the function that is jumped out of.
struct Decoder {
    jpeg_decompress_struct state{};
    jpeg_error_mgr errors{};
    std::jmp_buf escape{};
    Bytes row;

    Decoder() = default;
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;
    ~Decoder() { jpeg_destroy_decompress(&state); }
};

void leave(j_common_ptr state) {
    std::longjmp(static_cast<Decoder*>(state->client_data)->escape, 1);
}
void say_nothing(j_common_ptr) {}

[[gnu::noinline]] bool read_header(Decoder& decoder, ByteView file) {
    jpeg_decompress_struct& state = decoder.state;
    state.err = jpeg_std_error(&decoder.errors);
    decoder.errors.error_exit = &leave;
    decoder.errors.output_message = &say_nothing;
    if (setjmp(decoder.escape) != 0) return false;
    jpeg_create_decompress(&state);
    state.client_data = &decoder;
    jpeg_mem_src(&state, file.data(), static_cast<unsigned long>(file.size()));
    return jpeg_read_header(&state, TRUE) == JPEG_HEADER_OK;
}

/// Decodes all of it, at an eighth of its size, to see that it is whole.
[[gnu::noinline]] bool decodes(Decoder& decoder) {
    jpeg_decompress_struct& state = decoder.state;
    if (setjmp(decoder.escape) != 0) return false;
    state.scale_num = 1;
    state.scale_denom = 8;
    state.do_fancy_upsampling = FALSE;
    jpeg_start_decompress(&state);
    decoder.row.resize(static_cast<std::size_t>(state.output_width) *
                       static_cast<std::size_t>(state.output_components));
    while (state.output_scanline < state.output_height) {
        JSAMPROW row = decoder.row.data();
        jpeg_read_scanlines(&state, &row, 1);
    }
    jpeg_finish_decompress(&state);
    return decoder.errors.num_warnings == 0;
}

}  // namespace

Result<Image> read_jpeg(ByteView file) {
    Image image;
    if (auto copied = copy_segments(file, image); !copied) return copied.error();
    Decoder decoder;
    if (!read_header(decoder, image.samples)) return damaged();
    image.coding = Coding::Jpeg;
    image.width = decoder.state.image_width;
    image.height = decoder.state.image_height;
    image.components = decoder.state.num_components;
    image.is_inverted = image.components == 4 && decoder.state.saw_Adobe_marker != 0;
    if (auto fits = check_size(image.width, image.height, kMostPixels); !fits) return fits.error();
    // DCTDecode (ISO 32000-1 §7.4.8) knows the baseline and progressive processes with 8 bits.
    const bool is_known = decoder.state.data_precision == 8 && decoder.state.arith_code == 0 &&
                          (image.components == 1 || image.components == 3 || image.components == 4);
    if (!is_known) return fail(ErrorCode::InvalidFile, "the JPEG is of a kind that PDF does not know");
    if (!decodes(decoder)) return damaged();
    return image;
}

}  // namespace signet::convert
