#include "seal/image.hpp"

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>
#include <memory>
#include <vector>

// libjpeg's header needs stdio's before it.
#include "seal/compression.hpp"
#include "seal/content_writer.hpp"

#include <jpeglib.h>
#include <png.h>

namespace signet::seal {
namespace {

constexpr double kPixelsPerPoint = 300.0 / 72.0;
constexpr double kSmallestMm = 0.1;
constexpr double kLargestMm = 1000;
/// 600 to the inch on the usual round seal; more would only make every signed file larger.
constexpr unsigned kFinestSide = 1000;
/// Fainter than this is the paper's own shade, not ink.
constexpr unsigned kPaperShade = 16;

/// RGBA, eight bits each, row by row from the top.
struct Pixels {
    unsigned width = 0;
    unsigned height = 0;
    std::vector<std::uint8_t> rgba;
};

Error unreadable(std::string_view why) {
    return fail(ErrorCode::InvalidFile, fmt::format("image: {}", why));
}

Status check_side(unsigned width, unsigned height) {
    if (width == 0 || height == 0) return unreadable("it has no pixels");
    if (width <= kMaxImageSide && height <= kMaxImageSide) return {};
    return fail(ErrorCode::UploadTooLarge,
                fmt::format("image: {} × {} pixels, at most {} each way", width, height, kMaxImageSide));
}

struct FreePng {
    void operator()(png_image* image) const { png_image_free(image); }
};

Result<Pixels> read_png(ByteView file) {
    png_image image;
    std::memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    const std::unique_ptr<png_image, FreePng> freed(&image);
    if (png_image_begin_read_from_memory(&image, file.data(), file.size()) == 0) return unreadable("damaged PNG");
    if (const auto checked = check_side(image.width, image.height); !checked) return checked.error();
    image.format = PNG_FORMAT_RGBA;
    Pixels pixels{image.width, image.height, std::vector<std::uint8_t>(PNG_IMAGE_SIZE(image))};
    if (png_image_finish_read(&image, nullptr, pixels.rgba.data(), 0, nullptr) == 0) return unreadable("damaged PNG");
    return pixels;
}

struct JpegErrors {
    jpeg_error_mgr manager;
    std::jmp_buf back;
};

void leave_jpeg(j_common_ptr info) {
    std::longjmp(reinterpret_cast<JpegErrors*>(info->err)->back, 1);  // manager is the first member
}

void say_nothing(j_common_ptr) {}

/// A progressive file comes in at most ten scans or so; each costs the time of a whole picture, however short it is.
constexpr int kMostScans = 64;

void watch_scans(j_common_ptr info) {
    if (reinterpret_cast<jpeg_decompress_struct*>(info)->input_scan_number > kMostScans) leave_jpeg(info);
}

enum class JpegStep { Header, Pixels };

/// The part of reading a JPEG that libjpeg may leave by longjmp: nothing in here has a destructor.
bool decode_jpeg(jpeg_decompress_struct& info, JpegErrors& errors, JpegStep step, std::uint8_t* rgb) {
    if (setjmp(errors.back) != 0) return false;
    if (step == JpegStep::Header) {
        if (jpeg_read_header(&info, TRUE) != JPEG_HEADER_OK) return false;
        info.out_color_space = JCS_RGB;
        return true;
    }
    jpeg_start_decompress(&info);
    if (info.output_components != 3) return false;
    while (info.output_scanline < info.output_height) {
        JSAMPROW row = rgb + std::size_t{info.output_scanline} * info.output_width * 3;
        if (jpeg_read_scanlines(&info, &row, 1) != 1) return false;
    }
    return errors.manager.num_warnings == 0;
}

struct DestroyJpeg {
    void operator()(jpeg_decompress_struct* info) const { jpeg_destroy_decompress(info); }
};

Result<Pixels> read_jpeg(ByteView file) {
    JpegErrors errors{};
    jpeg_decompress_struct info{};
    info.err = jpeg_std_error(&errors.manager);
    errors.manager.error_exit = leave_jpeg;
    errors.manager.output_message = say_nothing;
    jpeg_create_decompress(&info);
    jpeg_progress_mgr progress{};
    progress.progress_monitor = watch_scans;
    info.progress = &progress;
    const std::unique_ptr<jpeg_decompress_struct, DestroyJpeg> destroyed(&info);
    jpeg_mem_src(&info, file.data(), file.size());
    if (!decode_jpeg(info, errors, JpegStep::Header, nullptr)) return unreadable("damaged JPEG");
    if (const auto checked = check_side(info.image_width, info.image_height); !checked) return checked.error();

    Pixels pixels{info.image_width, info.image_height, {}};
    const std::size_t count = std::size_t{pixels.width} * pixels.height;
    std::vector<std::uint8_t> rgb(count * 3);
    if (!decode_jpeg(info, errors, JpegStep::Pixels, rgb.data())) return unreadable("damaged JPEG");
    pixels.rgba.resize(count * 4);
    for (std::size_t i = 0; i < count; ++i) {
        std::copy_n(&rgb[i * 3], 3, &pixels.rgba[i * 4]);
        pixels.rgba[i * 4 + 3] = 255;
    }
    return pixels;
}

Result<Pixels> read_image(ByteView file) {
    constexpr std::string_view kPng = "\x89PNG\r\n\x1a\n";
    constexpr std::string_view kJpeg = "\xFF\xD8\xFF";
    if (file.size() > kMaxImageBytes) {
        return fail(ErrorCode::UploadTooLarge, fmt::format("image: {} bytes, at most {}", file.size(), kMaxImageBytes));
    }
    if (as_text(file).starts_with(kPng)) return read_png(file);
    if (as_text(file).starts_with(kJpeg)) return read_jpeg(file);
    return unreadable("neither PNG nor JPEG");
}

bool is_opaque(const Pixels& pixels) {
    for (std::size_t i = 3; i < pixels.rgba.size(); i += 4) {
        if (pixels.rgba[i] != 255) return false;
    }
    return true;
}

/// Takes an opaque picture for ink on white paper and takes the paper away: on white it looks as before, and what it is
/// stamped on shows through.
void remove_paper(Pixels& pixels) {
    for (std::size_t i = 0; i < pixels.rgba.size(); i += 4) {
        std::uint8_t* pixel = &pixels.rgba[i];
        const unsigned paper = *std::min_element(pixel, pixel + 3);
        const unsigned ink = 255 - paper;
        if (ink < kPaperShade) {
            std::fill_n(pixel, 4, std::uint8_t{0});
            continue;
        }
        for (int channel = 0; channel < 3; ++channel) {
            pixel[channel] = static_cast<std::uint8_t>((pixel[channel] - paper) * 255 / ink);
        }
        pixel[3] = static_cast<std::uint8_t>(ink);
    }
}

/// Averages squares of pixels, each weighed by how much it covers.
Pixels coarser(const Pixels& fine) {
    const unsigned factor = (std::max(fine.width, fine.height) + kFinestSide - 1) / kFinestSide;
    Pixels out{(fine.width + factor - 1) / factor, (fine.height + factor - 1) / factor, {}};
    out.rgba.resize(std::size_t{out.width} * out.height * 4);
    for (unsigned y = 0; y < out.height; ++y) {
        for (unsigned x = 0; x < out.width; ++x) {
            std::array<unsigned, 4> sums{};
            unsigned count = 0;
            for (unsigned fine_y = y * factor; fine_y < std::min((y + 1) * factor, fine.height); ++fine_y) {
                for (unsigned fine_x = x * factor; fine_x < std::min((x + 1) * factor, fine.width); ++fine_x) {
                    const std::uint8_t* pixel = &fine.rgba[(std::size_t{fine_y} * fine.width + fine_x) * 4];
                    for (std::size_t channel = 0; channel < 3; ++channel)
                        sums[channel] += pixel[channel] * pixel[3];
                    sums[3] += pixel[3];
                    ++count;
                }
            }
            std::uint8_t* pixel = &out.rgba[(std::size_t{y} * out.width + x) * 4];
            for (std::size_t channel = 0; channel < 3; ++channel) {
                pixel[channel] = static_cast<std::uint8_t>(sums[3] == 0 ? 0 : sums[channel] / sums[3]);
            }
            pixel[3] = static_cast<std::uint8_t>(sums[3] / count);
        }
    }
    return out;
}

Drawing::Part image_part(const Pixels& pixels, std::string_view colour_space, std::string_view more,
                         const std::string& samples) {
    return {fmt::format("<</Type/XObject/Subtype/Image/Width {}/Height {}/ColorSpace/{}/BitsPerComponent 8"
                        "/Filter/FlateDecode{}>>",
                        pixels.width, pixels.height, colour_space, more),
            deflated(samples), true};
}

/// The picture over the whole drawing: part 0 its colours, part 1 its transparency.
Drawing as_drawing(const Pixels& pixels, double width, double height) {
    std::string colours;
    std::string opacity;
    colours.reserve(pixels.rgba.size() / 4 * 3);
    opacity.reserve(pixels.rgba.size() / 4);
    for (std::size_t i = 0; i < pixels.rgba.size(); i += 4) {
        colours.append(reinterpret_cast<const char*>(&pixels.rgba[i]), 3);
        opacity += static_cast<char>(pixels.rgba[i + 3]);
    }
    Drawing drawing;
    drawing.width = width;
    drawing.height = height;
    drawing.content = fmt::format("q {} cm /Im0 Do Q\n", matrix_operands({width, 0, 0, height, 0, 0}));
    drawing.resources = "<</XObject<</Im0 @0@>>>>";
    drawing.parts = {image_part(pixels, "DeviceRGB", "/SMask @1@", colours),
                     image_part(pixels, "DeviceGray", "", opacity)};
    return drawing;
}

Result<Pixels> prepared(ByteView file) {
    auto pixels = read_image(file);
    if (!pixels) return pixels.error();
    if (is_opaque(*pixels)) remove_paper(*pixels);
    if (std::max(pixels->width, pixels->height) > kFinestSide) return coarser(*pixels);
    return pixels;
}

Status check_size(std::string_view field, std::optional<double> size_mm) {
    if (!size_mm || (*size_mm >= kSmallestMm && *size_mm <= kLargestMm)) return {};
    return invalid_parameter(fmt::format("{}: 0.1 to 1000 mm", field));
}

Drawing scaled(Drawing drawing, double factor_x, double factor_y) {
    drawing.content = fmt::format("q {} cm\n{}Q\n", matrix_operands({factor_x, 0, 0, factor_y, 0, 0}), drawing.content);
    drawing.width *= factor_x;
    drawing.height *= factor_y;
    return drawing;
}

}  // namespace

Result<Drawing> draw_image(ByteView file, std::optional<double> width_mm, std::optional<double> height_mm) {
    const auto pixels = prepared(file);
    if (!pixels) return pixels.error();
    return fit(as_drawing(*pixels, pixels->width / kPixelsPerPoint, pixels->height / kPixelsPerPoint), width_mm,
               height_mm);
}

Result<Drawing> draw_image_exactly(ByteView file, double width_mm, double height_mm) {
    for (const Status& status : {check_size("width", width_mm), check_size("height", height_mm)}) {
        if (!status) return status.error();
    }
    const auto pixels = prepared(file);
    if (!pixels) return pixels.error();
    return as_drawing(*pixels, width_mm * kPointsPerMillimetre, height_mm * kPointsPerMillimetre);
}

Result<Drawing> fit(Drawing drawing, std::optional<double> width_mm, std::optional<double> height_mm) {
    for (const Status& status : {check_size("width", width_mm), check_size("height", height_mm)}) {
        if (!status) return status.error();
    }
    if (!(drawing.width > 0 && drawing.height > 0)) return invalid_parameter("drawing: it has no size");
    double factor = 1;
    if (width_mm) {
        factor = *width_mm * kPointsPerMillimetre / drawing.width;
    } else if (height_mm) {
        factor = *height_mm * kPointsPerMillimetre / drawing.height;
    }
    if (factor == 1) return drawing;
    return scaled(std::move(drawing), factor, factor);
}

Result<Drawing> fit_into(Drawing drawing, double width_mm, double height_mm) {
    const bool wide = drawing.width * height_mm > drawing.height * width_mm;
    return wide ? fit(std::move(drawing), width_mm, {}) : fit(std::move(drawing), {}, height_mm);
}

}  // namespace signet::seal
