#include "convert/converter.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <tiffio.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <qpdf/Buffer.hh>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFObjectHandle.hh>

namespace signet::convert {
namespace {

namespace fs = std::filesystem;

Result<ConvertedPdf> convert(const Bytes& content, std::string_view suffix = "tiff") {
    static sandbox::WorkerPool workers({"/proc/self/exe", "worker"});
    return Converter(workers).to_pdf(content, suffix);
}

/// What one page of a TIFF is made of.
struct Given {
    std::uint32_t width = 16;
    std::uint32_t height = 8;
    int bits = 8;
    int samples = 3;
    int photometric = PHOTOMETRIC_RGB;
    int compression = COMPRESSION_NONE;
    Bytes row;  // each row of the picture
    double dots_per_inch = 0;
    int unit = RESUNIT_INCH;
    int orientation = ORIENTATION_TOPLEFT;
    int kind = 0;
    bool has_alpha = false;
};

void write_page(TIFF* tiff, const Given& page) {
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, page.width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, page.height);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, page.bits);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, page.samples);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, page.photometric);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, page.compression);
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, page.height);
    TIFFSetField(tiff, TIFFTAG_ORIENTATION, page.orientation);
    if (page.compression == COMPRESSION_JPEG) TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    if (page.kind != 0) TIFFSetField(tiff, TIFFTAG_SUBFILETYPE, page.kind);
    if (page.has_alpha) {
        const std::uint16_t kinds[] = {EXTRASAMPLE_UNASSALPHA};
        TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, kinds);
    }
    if (page.dots_per_inch > 0) {
        TIFFSetField(tiff, TIFFTAG_XRESOLUTION, page.dots_per_inch);
        TIFFSetField(tiff, TIFFTAG_YRESOLUTION, page.dots_per_inch);
        TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, page.unit);
    }
    for (std::uint32_t y = 0; y < page.height; ++y) {
        Bytes row = page.row;
        row.resize(static_cast<std::size_t>(TIFFScanlineSize(tiff)), row.empty() ? std::uint8_t{0} : row.back());
        TIFFWriteScanline(tiff, row.data(), y, 0);
    }
    TIFFWriteDirectory(tiff);
}

/// `mode` is libtiff's: "wl" little endian, "wb" big endian, "w8" BigTIFF.
Bytes tiff_of(const std::vector<Given>& pages, const char* mode = "wl") {
    std::string name = (fs::temp_directory_path() / "signet-tiff-XXXXXX").string();
    ::close(::mkstemp(name.data()));
    TIFF* tiff = TIFFOpen(name.c_str(), mode);
    for (const Given& page : pages)
        write_page(tiff, page);
    TIFFClose(tiff);
    std::ifstream file(name, std::ios::binary);
    Bytes content(std::istreambuf_iterator<char>(file), {});
    fs::remove(name);
    return content;
}

Given fax(int compression, int photometric = PHOTOMETRIC_MINISWHITE) {
    Given page;
    page.bits = 1;
    page.samples = 1;
    page.photometric = photometric;
    page.compression = compression;
    page.row = {0xF0, 0x01};
    return page;
}

struct Opened {
    explicit Opened(Bytes content) : pdf(std::move(content)) {
        file.processMemoryFile("result", reinterpret_cast<const char*>(pdf.data()), pdf.size());
    }
    QPDFObjectHandle page(std::size_t number) { return file.getAllPages().at(number); }
    QPDFObjectHandle image(std::size_t number) {
        return page(number).getKey("/Resources").getKey("/XObject").getKey("/Im0");
    }
    QPDFObjectHandle entry(std::size_t number, const char* key) { return image(number).getDict().getKey(key); }
    Bytes samples(std::size_t number) {
        const auto data = image(number).getStreamData(qpdf_dl_all);
        return Bytes(data->getBuffer(), data->getBuffer() + data->getSize());
    }
    double width(std::size_t number) { return page(number).getKey("/MediaBox").getArrayItem(2).getNumericValue(); }
    double height(std::size_t number) { return page(number).getKey("/MediaBox").getArrayItem(3).getNumericValue(); }

    Bytes pdf;
    QPDF file;
};

/// The bits of a fax as a reader of the PDF sees them (1: white), told by libtiff, which reads the same data.
Bytes unfaxed(Opened& opened, std::size_t number) {
    const auto raw = opened.image(number).getRawStreamData();
    std::string name = (fs::temp_directory_path() / "signet-tiff-XXXXXX").string();
    ::close(::mkstemp(name.data()));
    const auto width = static_cast<std::uint32_t>(opened.entry(number, "/Width").getIntValue());
    const auto height = static_cast<std::uint32_t>(opened.entry(number, "/Height").getIntValue());
    TIFF* out = TIFFOpen(name.c_str(), "w");
    TIFFSetField(out, TIFFTAG_IMAGEWIDTH, width);
    TIFFSetField(out, TIFFTAG_IMAGELENGTH, height);
    TIFFSetField(out, TIFFTAG_BITSPERSAMPLE, 1);
    TIFFSetField(out, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(out, TIFFTAG_ROWSPERSTRIP, height);
    TIFFSetField(out, TIFFTAG_COMPRESSION, COMPRESSION_CCITTFAX4);
    TIFFSetField(out, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISWHITE);
    TIFFWriteRawStrip(out, 0, raw->getBuffer(), static_cast<tmsize_t>(raw->getSize()));
    TIFFClose(out);
    TIFF* in = TIFFOpen(name.c_str(), "r");
    Bytes bits(static_cast<std::size_t>(TIFFScanlineSize(in)));
    for (std::uint32_t y = 0; y < height; ++y)
        EXPECT_EQ(TIFFReadScanline(in, bits.data(), y, 0), 1);
    TIFFClose(in);
    fs::remove(name);
    // Black runs are 1 here; in the PDF they are 0, unless BlackIs1.
    const bool black_is_1 = opened.entry(number, "/DecodeParms").getKey("/BlackIs1").getBoolValue();
    for (std::uint8_t& byte : bits)
        byte = black_is_1 ? byte : static_cast<std::uint8_t>(~byte);
    return bits;
}

TEST(Tiff, of_several_pages_becomes_several_pages) {
    Given red;
    red.row = {255, 0, 0};
    Given grey;
    grey.samples = 1;
    grey.photometric = PHOTOMETRIC_MINISBLACK;
    grey.row = {7};
    const auto result = convert(tiff_of({red, fax(COMPRESSION_CCITTFAX4), grey}));
    ASSERT_TRUE(result) << describe(result.error());
    EXPECT_EQ(result->page_count, 3);
    Opened opened(result->pdf);
    EXPECT_EQ(opened.entry(0, "/ColorSpace").getName(), "/DeviceRGB");
    EXPECT_EQ(opened.samples(0).at(0), 255);
    EXPECT_EQ(opened.samples(0).at(1), 0);
    EXPECT_EQ(opened.entry(1, "/BitsPerComponent").getIntValue(), 1);
    EXPECT_EQ(opened.entry(2, "/ColorSpace").getName(), "/DeviceGray");
    EXPECT_EQ(opened.samples(2), Bytes(16 * 8, 7));
}

TEST(Tiff, is_taken_in_either_byte_order_and_as_bigtiff) {
    for (const char* mode : {"wl", "wb", "w8"}) {
        const auto result = convert(tiff_of({fax(COMPRESSION_NONE)}, mode), "TIF");
        EXPECT_TRUE(result) << mode << ": " << describe(result.error());
    }
}

TEST(Tiff, of_one_bit_stays_one_bit_and_black_stays_black) {
    for (const int compression : {COMPRESSION_NONE, COMPRESSION_CCITTRLE, COMPRESSION_CCITTFAX3, COMPRESSION_CCITTFAX4,
                                  COMPRESSION_LZW, COMPRESSION_PACKBITS}) {
        const auto dark = convert(tiff_of({fax(compression)}));
        const auto light = convert(tiff_of({fax(compression, PHOTOMETRIC_MINISBLACK)}));
        ASSERT_TRUE(dark) << compression << describe(dark.error());
        ASSERT_TRUE(light) << compression << describe(light.error());
        Opened first(dark->pdf);
        Opened second(light->pdf);
        EXPECT_EQ(first.entry(0, "/Filter").getName(), "/CCITTFaxDecode");
        EXPECT_EQ(unfaxed(first, 0), (Bytes{0x0F, 0xFE})) << compression;
        EXPECT_EQ(unfaxed(second, 0), (Bytes{0xF0, 0x01})) << compression;
    }
}

TEST(Tiff, that_was_jpeg_is_jpeg_again) {
    Given photo;
    photo.width = photo.height = 64;
    photo.compression = COMPRESSION_JPEG;
    photo.photometric = PHOTOMETRIC_YCBCR;
    photo.row = Bytes(64UL * 3, 120);
    const auto result = convert(tiff_of({photo}));
    ASSERT_TRUE(result) << describe(result.error());
    Opened opened(result->pdf);
    EXPECT_EQ(opened.entry(0, "/Filter").getName(), "/DCTDecode");
    EXPECT_NEAR(opened.samples(0).at(3000), 120, 3);
}

TEST(Tiff, transparent_parts_are_white_paper) {
    Given page;
    page.samples = 4;
    page.has_alpha = true;
    page.row = {10, 20, 30, 0, 10, 20, 30, 255, 0, 0, 0, 0};
    page.row.resize(16 * 4, 0);
    const auto result = convert(tiff_of({page}));
    ASSERT_TRUE(result) << describe(result.error());
    const Bytes samples = Opened(result->pdf).samples(0);
    EXPECT_EQ(Bytes(samples.begin(), samples.begin() + 6), (Bytes{255, 255, 255, 10, 20, 30}));
}

TEST(Tiff, page_has_the_size_that_its_resolution_gives) {
    Given inches = fax(COMPRESSION_CCITTFAX4);
    inches.width = 1654;
    inches.height = 2339;
    inches.dots_per_inch = 200;
    Given centimetres = inches;
    centimetres.dots_per_inch = 200 / 2.54;
    centimetres.unit = RESUNIT_CENTIMETER;
    Given without = fax(COMPRESSION_CCITTFAX4);
    const auto result = convert(tiff_of({inches, centimetres, without}));
    ASSERT_TRUE(result) << describe(result.error());
    Opened opened(result->pdf);
    for (const std::size_t page : {0, 1}) {
        EXPECT_NEAR(opened.width(page), 595.4, 0.2) << page;
        EXPECT_NEAR(opened.height(page), 842.0, 0.2) << page;
    }
    EXPECT_NEAR(opened.width(2), 841.89, 0.1);  // A4 across: the picture is wider than high
}

TEST(Tiff, lying_on_its_side_is_turned) {
    Given page;
    page.width = 200;
    page.height = 400;
    page.dots_per_inch = 72;
    page.orientation = ORIENTATION_RIGHTTOP;
    page.row = {1, 2, 3};
    const auto result = convert(tiff_of({page}));
    ASSERT_TRUE(result) << describe(result.error());
    EXPECT_NEAR(Opened(result->pdf).width(0), 400, 0.1);
}

TEST(Tiff, previews_and_masks_are_no_pages) {
    Given page = fax(COMPRESSION_CCITTFAX4);
    Given preview = page;
    preview.kind = FILETYPE_REDUCEDIMAGE;
    Given mask = page;
    mask.kind = FILETYPE_MASK;
    const auto result = convert(tiff_of({page, preview, mask, page}));
    ASSERT_TRUE(result) << describe(result.error());
    EXPECT_EQ(result->page_count, 2);
}

TEST(Tiff, cut_short_at_any_place_is_refused) {
    const Bytes whole = tiff_of({fax(COMPRESSION_LZW), fax(COMPRESSION_CCITTFAX4)});
    for (std::size_t length = 8; length < whole.size(); ++length) {
        const auto result = convert(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
        ASSERT_FALSE(result) << length;
        EXPECT_EQ(result.error().code, ErrorCode::InvalidFile) << length;
    }
}

TEST(Tiff, whose_sides_are_a_lie_is_refused) {
    Bytes content = tiff_of({fax(COMPRESSION_NONE)});
    // The first entry of the directory is ImageWidth (256); it becomes a LONG of 65535.
    const std::size_t entry = (content[4] | static_cast<std::size_t>(content[5]) << 8) + 2;
    ASSERT_EQ(content[entry + 1], 1);
    content[entry + 2] = 4;
    content[entry + 8] = content[entry + 9] = 0xFF;
    const auto result = convert(content);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::DocumentTooLarge);
}

TEST(Tiff, with_too_many_pages_is_refused) {
    Given small = fax(COMPRESSION_NONE);
    EXPECT_EQ(convert(tiff_of(std::vector<Given>(1001, small))).error().code, ErrorCode::DocumentTooLarge);
}

TEST(Tiff, whose_pages_go_in_a_circle_is_refused_or_read_once) {
    Bytes content = tiff_of({fax(COMPRESSION_NONE)});
    // The last four bytes of the directory say where the next one is; the directory ends the file.
    const std::size_t directory = content[4] | static_cast<std::size_t>(content[5]) << 8;
    const std::size_t count = content[directory];
    std::copy_n(content.begin() + 4, 4, content.begin() + static_cast<std::ptrdiff_t>(directory + 2 + count * 12));
    const auto result = convert(content);
    if (result) {
        EXPECT_EQ(result->page_count, 1);
    } else {
        EXPECT_EQ(result.error().code, ErrorCode::InvalidFile);
    }
}

TEST(Tiff, called_something_else_is_refused) {
    EXPECT_EQ(convert(tiff_of({fax(COMPRESSION_NONE)}), "jpg").error().code, ErrorCode::UnsupportedFileType);
    EXPECT_EQ(convert(to_bytes("%PDF-1.4"), "tiff").error().code, ErrorCode::UnsupportedFileType);
}

}  // namespace
}  // namespace signet::convert
