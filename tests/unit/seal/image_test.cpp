#include "seal/image.hpp"

#include "pdf_page.hpp"
#include "support.hpp"

#include <cstdio>
#include <jpeglib.h>

#include <gtest/gtest.h>

namespace signet::seal {
namespace {

using test::make_png;
using test::picture_of;

constexpr std::uint32_t kRedInk = 0xFFD7261E;

std::uint32_t red_left_half(int x, int) {
    return x < 150 ? kRedInk : 0;
}
std::uint32_t red_on_white(int x, int) {
    return x < 150 ? kRedInk : 0xFFFFFFFF;
}
std::uint32_t red_top_half(int, int y) {
    return y < 75 ? kRedInk : 0;
}

/// The most scans a progressive file can have without repeating itself: one for each coefficient of each colour.
std::vector<jpeg_scan_info> scan_by_scan() {
    std::vector<jpeg_scan_info> scans{{3, {0, 1, 2, 0}, 0, 0, 0, 0}};
    for (int colour = 0; colour < 3; ++colour) {
        for (int coefficient = 1; coefficient < 64; ++coefficient) {
            scans.push_back({1, {colour, 0, 0, 0}, coefficient, coefficient, 0, 0});
        }
    }
    return scans;
}

Bytes make_jpeg(unsigned width, unsigned height, const std::vector<jpeg_scan_info>& scans = {}) {
    jpeg_compress_struct info{};
    jpeg_error_mgr errors{};
    info.err = jpeg_std_error(&errors);
    jpeg_create_compress(&info);
    unsigned char* data = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&info, &data, &size);
    info.image_width = width;
    info.image_height = height;
    info.input_components = 3;
    info.in_color_space = JCS_RGB;
    jpeg_set_defaults(&info);
    if (!scans.empty()) {
        info.scan_info = scans.data();
        info.num_scans = static_cast<int>(scans.size());
    }
    jpeg_start_compress(&info, TRUE);
    std::vector<unsigned char> row(std::size_t{width} * 3);
    for (unsigned x = 0; x < width; ++x) {
        const bool ink = x < width / 2;
        row[std::size_t{x} * 3] = ink ? 0xD7 : 0xFF;
        row[std::size_t{x} * 3 + 1] = ink ? 0x26 : 0xFF;
        row[std::size_t{x} * 3 + 2] = ink ? 0x1E : 0xFF;
    }
    JSAMPROW pointer = row.data();
    while (info.next_scanline < info.image_height)
        jpeg_write_scanlines(&info, &pointer, 1);
    jpeg_finish_compress(&info);
    jpeg_destroy_compress(&info);
    Bytes out(data, data + size);
    std::free(data);
    return out;
}

ErrorCode refusal(ByteView file) {
    const auto drawing = draw_image(file);
    return drawing ? ErrorCode::Internal : drawing.error().code;
}

TEST(Image, is_as_large_as_its_pixels_at_300_to_the_inch_or_as_wide_as_asked) {
    const Bytes png = make_png(300, 150, false, red_left_half);
    EXPECT_NEAR(draw_image(png)->width, 72, 1e-9);
    EXPECT_NEAR(draw_image(png)->height, 36, 1e-9);
    EXPECT_NEAR(draw_image(png, 42)->width, 42 * kPointsPerMillimetre, 1e-9);
    EXPECT_NEAR(draw_image(png, 42)->height, 21 * kPointsPerMillimetre, 1e-9);
    EXPECT_NEAR(draw_image(png, 42, 5)->height, 21 * kPointsPerMillimetre, 1e-9) << "the width decides";
    EXPECT_NEAR(draw_image(png, {}, 21)->width, 42 * kPointsPerMillimetre, 1e-9);
    const auto exact = draw_image_exactly(png, 20, 20);
    EXPECT_NEAR(exact->width, 20 * kPointsPerMillimetre, 1e-9);
    EXPECT_NEAR(exact->height, 20 * kPointsPerMillimetre, 1e-9);
}

TEST(Image, keeps_its_colours_and_its_transparency) {
    const auto picture = picture_of(*draw_image(make_png(300, 150, false, red_left_half), 42), 200);
    EXPECT_EQ(picture.at(50, 50), kRedInk);
    EXPECT_EQ(picture.opacity(150, 50), 0);
}

TEST(Image, its_first_row_is_the_top) {
    const auto picture = picture_of(*draw_image(make_png(300, 150, false, red_top_half), 42), 200);
    EXPECT_TRUE(picture.inked(100, 80));
    EXPECT_FALSE(picture.inked(100, 20));
}

TEST(Image, white_paper_around_ink_becomes_transparent) {
    const auto picture = picture_of(*draw_image(make_png(300, 150, true, red_on_white), 42), 200);
    EXPECT_EQ(picture.opacity(150, 50), 0);
    // On white it looks as before: premultiplied colour plus what shows through.
    const int white = 255 - picture.opacity(50, 50);
    EXPECT_NEAR(picture.red(50, 50) + white, 0xD7, 2);
    EXPECT_NEAR(picture.green(50, 50) + white, 0x26, 2);
}

TEST(Image, a_jpeg_is_read_as_well) {
    const auto drawing = draw_image(make_jpeg(300, 150), 42);
    ASSERT_TRUE(drawing) << drawing.error().detail;
    const auto picture = picture_of(*drawing, 200);
    EXPECT_TRUE(picture.inked(50, 50));
    EXPECT_EQ(picture.opacity(150, 50), 0);
}

TEST(Image, more_pixels_than_print_can_show_are_averaged_away) {
    const auto drawing = draw_image(make_png(3000, 1500, false, [](int x, int) { return x < 1500 ? kRedInk : 0; }), 42);
    ASSERT_TRUE(drawing);
    EXPECT_NE(drawing->parts[0].dictionary.find("/Width 1000/Height 500"), std::string::npos);
    const auto picture = picture_of(*drawing, 200);
    EXPECT_EQ(picture.at(50, 50), kRedInk);
    EXPECT_EQ(picture.opacity(150, 50), 0);
}

TEST(Image, damaged_foreign_and_oversized_files_are_refused) {
    EXPECT_EQ(refusal({}), ErrorCode::InvalidFile);
    EXPECT_EQ(refusal(as_bytes("%PDF-1.7")), ErrorCode::InvalidFile);
    EXPECT_EQ(refusal(as_bytes("GIF89a")), ErrorCode::InvalidFile);
    Bytes png = make_png(300, 150, false, red_left_half);
    EXPECT_EQ(refusal(ByteView(png).first(png.size() / 2)), ErrorCode::InvalidFile);
    EXPECT_EQ(refusal(ByteView(png).first(8)), ErrorCode::InvalidFile);
    png[40] ^= 0xFFU;
    EXPECT_EQ(refusal(png), ErrorCode::InvalidFile);
    Bytes jpeg = make_jpeg(300, 150);
    EXPECT_EQ(refusal(ByteView(jpeg).first(jpeg.size() / 2)), ErrorCode::InvalidFile);
    EXPECT_EQ(refusal(ByteView(jpeg).first(4)), ErrorCode::InvalidFile);
    EXPECT_EQ(refusal(make_jpeg(5000, 8)), ErrorCode::UploadTooLarge);
    EXPECT_EQ(refusal(make_png(8, 5000, true, red_on_white)), ErrorCode::UploadTooLarge);
    EXPECT_EQ(refusal(Bytes(kMaxImageBytes + 1)), ErrorCode::UploadTooLarge);
}

TEST(Image, a_jpeg_of_many_scans_is_refused_before_it_costs_time) {
    std::vector<jpeg_scan_info> scans = scan_by_scan();
    EXPECT_EQ(refusal(make_jpeg(64, 64, scans)), ErrorCode::InvalidFile);
    scans.resize(30);
    EXPECT_TRUE(draw_image(make_jpeg(64, 64, scans)));
}

TEST(Image, every_damaged_byte_is_survived) {
    const Bytes png = make_png(40, 30, false, red_left_half);
    const Bytes jpeg = make_jpeg(40, 30);
    for (const Bytes& good : {png, jpeg}) {
        for (std::size_t i = 0; i < good.size(); ++i) {
            Bytes bad = good;
            bad[i] = static_cast<std::uint8_t>(bad[i] ^ 0x55U);
            const auto drawing = draw_image(bad);
            if (!drawing) continue;
            EXPECT_TRUE(render_png(*drawing, 16));
        }
    }
}

TEST(Image, stands_in_a_pdf_with_its_transparency) {
    const auto drawing = draw_image(make_png(300, 150, false, red_left_half), 42);
    const auto page = test::PdfOnDisk(*drawing, 100, 300).picture();
    ASSERT_EQ(page.width, 595U);
    EXPECT_TRUE(page.at(120, 330).is_seal_red());
    EXPECT_TRUE(page.at(200, 330).is_white());
    EXPECT_TRUE(page.at(95, 330).is_white());
}

TEST(Fit, keeps_the_ratio_and_the_picture) {
    Drawing drawing;
    drawing.width = 200;
    drawing.height = 50;
    drawing.content = "1 0 0 rg\n0 0 100 50 re\nf\n";
    const auto fitted = fit(drawing, 40, 40);
    EXPECT_NEAR(fitted->width, 40 * kPointsPerMillimetre, 1e-9);
    EXPECT_NEAR(fitted->height, 10 * kPointsPerMillimetre, 1e-9);
    EXPECT_TRUE(picture_of(*fitted, 100).inked(25, 12));
    EXPECT_FALSE(picture_of(*fitted, 100).inked(75, 12));
    EXPECT_NEAR(fit(drawing, {}, 10)->width, 40 * kPointsPerMillimetre, 1e-9);
    EXPECT_EQ(fit(drawing, {}, {})->content, drawing.content);
    EXPECT_NEAR(fit_into(drawing, 40, 16)->width, 40 * kPointsPerMillimetre, 1e-9);
    EXPECT_NEAR(fit_into(drawing, 400, 16)->height, 16 * kPointsPerMillimetre, 1e-9);
    EXPECT_FALSE(fit(drawing, 0, {}));
    EXPECT_FALSE(fit(drawing, {}, 1001));
    EXPECT_FALSE(fit(Drawing{}, 10, {}));
}

}  // namespace
}  // namespace signet::seal
