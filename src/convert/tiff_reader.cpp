#include "convert/image.hpp"
#include "convert/wire.hpp"

#include <algorithm>
#include <cstdarg>
#include <cstring>
#include <memory>
#include <tiffio.h>

namespace signet::convert {
namespace {

constexpr double kCentimetresPerInch = 2.54;
constexpr int kJpegQuality = 90;
constexpr tmsize_t kLongestNumber = 8;
/// Bits of NewSubfileType (TIFF 6.0 §8): not a page of its own.
constexpr std::uint32_t kNoPage = FILETYPE_REDUCEDIMAGE | FILETYPE_MASK;
/// One allocation of the library: the samples of the largest picture, four bytes each.
constexpr tmsize_t kMostMemory = static_cast<tmsize_t>(kMostPixelsDecoded * 4 + (1U << 20));

Error damaged() {
    return fail(ErrorCode::InvalidFile, "the TIFF is damaged or cut short");
}

/// A file in memory, as the library wants to see one.
struct MemoryFile {
    ByteView input;
    Bytes output;
    std::uint64_t at = 0;
    bool is_written = false;
    /// The file ended within a number. The library takes a cut address of the next page for "none".
    bool is_cut = false;

    std::uint64_t size() const { return is_written ? output.size() : input.size(); }
};

MemoryFile& file_of(thandle_t handle) {
    return *static_cast<MemoryFile*>(handle);
}

tmsize_t read_some(thandle_t handle, void* into, tmsize_t size) {
    MemoryFile& file = file_of(handle);
    const ByteView all = file.is_written ? ByteView(file.output) : file.input;
    if (size <= 0) return 0;
    const std::uint64_t left = all.size() - std::min<std::uint64_t>(file.at, all.size());
    const std::size_t count = std::min(static_cast<std::uint64_t>(size), left);
    if (count < static_cast<std::uint64_t>(size) && size <= kLongestNumber) file.is_cut = true;
    if (count > 0) std::memcpy(into, all.data() + file.at, count);
    file.at += count;
    return static_cast<tmsize_t>(count);
}

tmsize_t write_some(thandle_t handle, void* from, tmsize_t size) {
    MemoryFile& file = file_of(handle);
    if (!file.is_written || size < 0 || file.at > kMostUnpackedBytes) return 0;
    const auto count = static_cast<std::size_t>(size);
    if (file.output.size() < file.at + count) file.output.resize(file.at + count);
    std::memcpy(file.output.data() + file.at, from, count);
    file.at += count;
    return size;
}

toff_t seek(thandle_t handle, toff_t offset, int whence) {
    MemoryFile& file = file_of(handle);
    if (whence == SEEK_SET) file.at = offset;
    if (whence == SEEK_CUR) file.at += offset;
    if (whence == SEEK_END) file.at = file.size() + offset;
    return file.at;
}

int close_nothing(thandle_t) {
    return 0;
}
toff_t size_of(thandle_t handle) {
    return file_of(handle).size();
}
int say_nothing(TIFF*, void*, const char*, const char*, va_list) {
    return 1;
}

using Tiff = std::unique_ptr<TIFF, void (*)(TIFF*)>;

Tiff open_tiff(MemoryFile& file, const char* mode) {
    const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options(TIFFOpenOptionsAlloc(),
                                                                               &TIFFOpenOptionsFree);
    TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), kMostMemory);
    TIFFOpenOptionsSetErrorHandlerExtR(options.get(), &say_nothing, nullptr);
    TIFFOpenOptionsSetWarningHandlerExtR(options.get(), &say_nothing, nullptr);
    TIFF* tiff = TIFFClientOpenExt("memory", mode, &file, &read_some, &write_some, &seek, &close_nothing, &size_of,
                                   nullptr, nullptr, options.get());
    return {tiff, [](TIFF* open) {
                if (open != nullptr) TIFFClose(open);
            }};
}

template <typename T>
T tag(TIFF* tiff, std::uint32_t number, T otherwise) {
    T value{};
    return TIFFGetFieldDefaulted(tiff, number, &value) == 1 ? value : otherwise;
}

struct Page {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint16_t bits = 1;
    std::uint16_t samples = 1;
    std::uint16_t photometric = PHOTOMETRIC_RGB;
    std::uint16_t compression = COMPRESSION_NONE;

    bool is_bilevel() const { return bits == 1 && samples == 1 && is_grey(); }
    bool is_grey() const { return photometric == PHOTOMETRIC_MINISWHITE || photometric == PHOTOMETRIC_MINISBLACK; }
    bool was_jpeg() const { return compression == COMPRESSION_JPEG || compression == COMPRESSION_OJPEG; }
};

Page describe_page(TIFF* tiff) {
    Page page;
    page.width = tag<std::uint32_t>(tiff, TIFFTAG_IMAGEWIDTH, 0);
    page.height = tag<std::uint32_t>(tiff, TIFFTAG_IMAGELENGTH, 0);
    page.bits = tag<std::uint16_t>(tiff, TIFFTAG_BITSPERSAMPLE, 1);
    page.samples = tag<std::uint16_t>(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
    page.photometric = tag<std::uint16_t>(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
    page.compression = tag<std::uint16_t>(tiff, TIFFTAG_COMPRESSION, COMPRESSION_NONE);
    return page;
}

std::optional<Resolution> resolution_of(TIFF* tiff) {
    const auto unit = tag<std::uint16_t>(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
    const double factor = unit == RESUNIT_CENTIMETER ? kCentimetresPerInch : 1;
    const double x = tag<float>(tiff, TIFFTAG_XRESOLUTION, 0) * factor;
    const double y = tag<float>(tiff, TIFFTAG_YRESOLUTION, 0) * factor;
    if (unit == RESUNIT_NONE || !(x > 0) || !(y > 0)) return std::nullopt;
    return Resolution{x, y};
}

/// The picture's data as the library packs it, without a file around it.
Result<Bytes> packed(const Page& page, std::uint16_t compression, int components, ByteView rows) {
    MemoryFile file;
    file.is_written = true;
    const Tiff tiff = open_tiff(file, "w");
    if (!tiff) return damaged();
    const bool is_jpeg = compression == COMPRESSION_JPEG;
    const int photometric = components == 3 ? PHOTOMETRIC_YCBCR : is_jpeg ? PHOTOMETRIC_MINISBLACK : page.photometric;
    TIFFSetField(tiff.get(), TIFFTAG_IMAGEWIDTH, page.width);
    TIFFSetField(tiff.get(), TIFFTAG_IMAGELENGTH, page.height);
    TIFFSetField(tiff.get(), TIFFTAG_ROWSPERSTRIP, page.height);
    TIFFSetField(tiff.get(), TIFFTAG_BITSPERSAMPLE, is_jpeg ? 8 : 1);
    TIFFSetField(tiff.get(), TIFFTAG_SAMPLESPERPIXEL, components);
    TIFFSetField(tiff.get(), TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tiff.get(), TIFFTAG_COMPRESSION, compression);
    TIFFSetField(tiff.get(), TIFFTAG_PHOTOMETRIC, photometric);
    if (is_jpeg) {
        TIFFSetField(tiff.get(), TIFFTAG_JPEGQUALITY, kJpegQuality);
        TIFFSetField(tiff.get(), TIFFTAG_JPEGCOLORMODE, components == 3 ? JPEGCOLORMODE_RGB : JPEGCOLORMODE_RAW);
        TIFFSetField(tiff.get(), TIFFTAG_JPEGTABLESMODE, 0);  // the data is a whole JPEG then
    }
    Bytes copy(rows.begin(), rows.end());  // the library may turn the bits around in place
    const auto size = static_cast<tmsize_t>(copy.size());
    if (TIFFWriteEncodedStrip(tiff.get(), 0, copy.data(), size) != size || TIFFFlushData(tiff.get()) != 1) {
        return damaged();
    }
    const std::uint64_t start = TIFFGetStrileOffset(tiff.get(), 0);
    const std::uint64_t length = TIFFGetStrileByteCount(tiff.get(), 0);
    if (start > file.output.size() || file.output.size() - start < length) return damaged();
    const auto first = file.output.begin() + static_cast<std::ptrdiff_t>(start);
    return Bytes(first, first + static_cast<std::ptrdiff_t>(length));
}

Result<Bytes> bilevel_rows(TIFF* tiff, const Page& page) {
    const std::size_t row = (std::size_t{page.width} + 7) / 8;
    if (TIFFIsTiled(tiff) != 0 || TIFFScanlineSize64(tiff) != row) return damaged();
    Bytes rows(row * page.height);
    for (std::uint32_t y = 0; y < page.height; ++y) {
        if (TIFFReadScanline(tiff, rows.data() + y * row, y, 0) != 1) return damaged();
    }
    return rows;
}

Status read_bilevel(TIFF* tiff, const Page& page, Image& image) {
    const auto rows = bilevel_rows(tiff, page);
    if (!rows) return rows.error();
    auto data = packed(page, COMPRESSION_CCITTFAX4, 1, *rows);
    if (!data) return data.error();
    image.components = 1;
    image.coding = Coding::Fax;
    image.is_inverted = page.photometric == PHOTOMETRIC_MINISBLACK;
    image.samples = std::move(*data);
    return {};
}

/// On white paper: the library hands colours out multiplied with their opacity.
std::uint8_t on_white(std::uint32_t colour, std::uint32_t opacity) {
    return static_cast<std::uint8_t>(std::min(255U, colour + 255U - opacity));
}

Status read_colours(TIFF* tiff, const Page& page, Image& image) {
    const std::size_t pixels = std::size_t{page.width} * page.height;
    std::vector<std::uint32_t> raster(pixels);
    // The rows as they are stored: the page turns them.
    TIFFSetField(tiff, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
    if (TIFFReadRGBAImageOriented(tiff, page.width, page.height, raster.data(), ORIENTATION_TOPLEFT, 1) != 1) {
        return damaged();
    }
    image.components = page.is_grey() ? 1 : 3;
    image.samples.resize(pixels * static_cast<std::size_t>(image.components));
    std::uint8_t* sample = image.samples.data();
    for (const std::uint32_t pixel : raster) {
        const std::uint32_t opacity = TIFFGetA(pixel);
        *sample++ = on_white(TIFFGetR(pixel), opacity);
        if (image.components == 1) continue;
        *sample++ = on_white(TIFFGetG(pixel), opacity);
        *sample++ = on_white(TIFFGetB(pixel), opacity);
    }
    if (!page.was_jpeg()) return {};
    auto data = packed(page, COMPRESSION_JPEG, image.components, image.samples);
    if (!data) return data.error();
    image.samples = std::move(*data);
    image.coding = Coding::Jpeg;
    return {};
}

Result<Image> read_page(TIFF* tiff, const Page& page) {
    Image image;
    image.width = page.width;
    image.height = page.height;
    image.resolution = resolution_of(tiff);
    const auto orientation = tag<std::uint16_t>(tiff, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
    image.orientation = orientation >= 1 && orientation <= 8 ? orientation : 1;
    const bool as_fax = page.is_bilevel() && TIFFIsTiled(tiff) == 0;
    const Status read = as_fax ? read_bilevel(tiff, page, image) : read_colours(tiff, page, image);
    if (!read) return read.error();
    return image;
}

/// What was read of a file so far.
struct Progress {
    std::uint64_t pixels = 0;
    int directories = 0;
    int pages = 0;
};

/// The directory at which the library stands.
Status read_directory(TIFF* tiff, Progress& progress, const std::function<Status(Image)>& take) {
    if (++progress.directories > kMostTiffPages) {
        return fail(ErrorCode::DocumentTooLarge, "the TIFF has too many pages");
    }
    if ((tag<std::uint32_t>(tiff, TIFFTAG_SUBFILETYPE, 0) & kNoPage) != 0) return {};
    const Page page = describe_page(tiff);
    if (auto fits = check_size(page.width, page.height, kMostPixelsDecoded); !fits) return fits;
    progress.pixels += std::uint64_t{page.width} * page.height;
    if (progress.pixels > kMostTiffPixels) {
        return fail(ErrorCode::DocumentTooLarge, "the pages of the TIFF have too many pixels");
    }
    auto image = read_page(tiff, page);
    if (!image) return image.error();
    ++progress.pages;
    return take(std::move(*image));
}

}  // namespace

Status read_tiff(ByteView content, const std::function<Status(Image)>& take) {
    MemoryFile file;
    file.input = content;
    const Tiff tiff = open_tiff(file, "rm");
    if (!tiff) return damaged();
    Progress progress;
    for (;;) {
        if (auto read = read_directory(tiff.get(), progress, take); !read) return read;
        if (TIFFLastDirectory(tiff.get()) != 0) break;
        // A chain that breaks off is not the end of the file.
        if (TIFFReadDirectory(tiff.get()) != 1) return damaged();
    }
    if (progress.pages == 0 || file.is_cut) return damaged();
    return {};
}

}  // namespace signet::convert
