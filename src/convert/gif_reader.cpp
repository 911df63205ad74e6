#include "convert/image.hpp"
#include "convert/wire.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace signet::convert {
namespace {

// GIF89a, numbers of its sections.
constexpr std::uint8_t kImageSeparator = 0x2C;
constexpr std::uint8_t kExtension = 0x21;
constexpr std::uint8_t kGraphicControl = 0xF9;
constexpr unsigned kMostCodes = 4096;
constexpr unsigned kLongestCode = 12;

Error damaged() {
    return fail(ErrorCode::InvalidFile, "the GIF is damaged or cut short");
}

/// Reads forward and never past the end.
class Cursor {
  public:
    explicit Cursor(ByteView bytes) : rest_(bytes) {}

    std::uint8_t byte() { return as_number(take(1)); }
    std::uint32_t two() {
        const std::uint32_t low = byte();
        return low | static_cast<std::uint32_t>(byte()) << 8;
    }
    ByteView take(std::size_t count) {
        if (count > rest_.size()) {
            failed_ = true;
            rest_ = {};
            return {};
        }
        const ByteView taken = rest_.first(count);
        rest_ = rest_.subspan(count);
        return taken;
    }
    bool failed() const { return failed_; }

  private:
    static std::uint8_t as_number(ByteView bytes) { return bytes.empty() ? std::uint8_t{0} : bytes.front(); }

    ByteView rest_;
    bool failed_ = false;
};

/// §15: data in blocks of up to 255 bytes, ended by an empty one.
Bytes sub_blocks(Cursor& cursor) {
    Bytes all;
    for (std::uint8_t size = cursor.byte(); size != 0; size = cursor.byte())
        append(all, cursor.take(size));
    return all;
}

/// Appendix F: codes of growing length, lowest bit first.
class Codes {
  public:
    explicit Codes(ByteView bytes) : bytes_(bytes) {}

    std::optional<unsigned> next(unsigned length) {
        while (bits_ < length) {
            if (at_ == bytes_.size()) return std::nullopt;
            buffer_ |= static_cast<unsigned>(bytes_[at_++]) << bits_;
            bits_ += 8;
        }
        const unsigned code = buffer_ & ((1U << length) - 1);
        buffer_ >>= length;
        bits_ -= length;
        return code;
    }

  private:
    ByteView bytes_;
    std::size_t at_ = 0;
    unsigned buffer_ = 0;
    unsigned bits_ = 0;
};

/// LZW as GIF has it. Each code is the text of an earlier code and one more byte.
class Decompressor {
  public:
    explicit Decompressor(unsigned least_length) : least_length_(least_length), clear_(1U << least_length) {
        restart();
    }

    /// Exactly `count` bytes, or nothing when the data ends before.
    std::optional<Bytes> unpack(ByteView packed, std::size_t count) {
        Codes codes(packed);
        Bytes unpacked;
        unpacked.reserve(count);
        while (unpacked.size() < count) {
            const auto code = codes.next(length_);
            if (!code || *code == clear_ + 1) return std::nullopt;
            if (*code == clear_) {
                restart();
            } else if (!add(*code, unpacked)) {
                return std::nullopt;
            }
        }
        unpacked.resize(count);
        return unpacked;
    }

  private:
    void restart() {
        next_ = clear_ + 2;
        length_ = least_length_ + 1;
        before_.reset();
    }

    bool add(unsigned code, Bytes& unpacked) {
        if (code > next_ || (code == next_ && !before_) || (!before_ && code >= clear_)) return false;
        const bool is_new = code == next_;
        write(is_new ? *before_ : code);
        if (is_new) text_.push_back(text_.front());
        if (before_ && next_ < kMostCodes) {
            prefix_[next_] = static_cast<std::uint16_t>(*before_);
            last_[next_] = text_.front();
            ++next_;
            if (next_ == 1U << length_ && length_ < kLongestCode) ++length_;
        }
        before_ = code;
        append(unpacked, text_);
        return true;
    }

    void write(unsigned code) {
        text_.clear();
        for (; code >= clear_ + 2; code = prefix_[code])
            text_.push_back(last_[code]);
        text_.push_back(static_cast<std::uint8_t>(code));
        std::ranges::reverse(text_);
    }

    unsigned least_length_;
    unsigned clear_;
    unsigned next_ = 0;
    unsigned length_ = 0;
    std::optional<unsigned> before_;
    std::array<std::uint16_t, kMostCodes> prefix_{};
    std::array<std::uint8_t, kMostCodes> last_{};
    Bytes text_;
};

/// Appendix E: every eighth row, then those in between.
std::vector<std::size_t> row_order(std::size_t height, bool is_interlaced) {
    constexpr std::array<std::array<std::size_t, 2>, 4> kPasses{{{0, 8}, {4, 8}, {2, 4}, {1, 2}}};
    std::vector<std::size_t> rows;
    if (!is_interlaced) {
        for (std::size_t row = 0; row < height; ++row)
            rows.push_back(row);
        return rows;
    }
    for (const auto& [first, step] : kPasses) {
        for (std::size_t row = first; row < height; row += step)
            rows.push_back(row);
    }
    return rows;
}

struct Screen {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    ByteView palette;
    std::optional<std::uint8_t> transparent;
};

std::size_t palette_size(std::uint8_t flags) {
    return (flags & 0x80) == 0 ? 0 : std::size_t{3} << ((flags & 7) + 1);
}

Screen read_screen(Cursor& cursor) {
    Screen screen;
    cursor.take(6);  // signature and version
    screen.width = cursor.two();
    screen.height = cursor.two();
    const std::uint8_t flags = cursor.byte();
    cursor.take(2);  // background, aspect ratio
    screen.palette = cursor.take(palette_size(flags));
    return screen;
}

void read_extension(Cursor& cursor, Screen& screen) {
    const std::uint8_t label = cursor.byte();
    const Bytes content = sub_blocks(cursor);
    if (label != kGraphicControl || content.size() < 4) return;
    screen.transparent.reset();
    if ((content[0] & 1) != 0) screen.transparent = content[3];
}

Result<Image> read_picture(Cursor& cursor, const Screen& screen) {
    cursor.take(4);  // its place on the screen: the page is as large as the picture
    Image image;
    image.width = cursor.two();
    image.height = cursor.two();
    const std::uint8_t flags = cursor.byte();
    const ByteView own_palette = cursor.take(palette_size(flags));
    const ByteView palette = own_palette.empty() ? screen.palette : own_palette;
    const unsigned least_length = cursor.byte();
    const Bytes packed = sub_blocks(cursor);
    if (cursor.failed() || least_length < 2 || least_length > 8 || palette.empty()) return damaged();
    if (auto fits = check_size(image.width, image.height, kMostPixelsDecoded); !fits) return fits.error();

    const std::size_t pixels = std::size_t{image.width} * image.height;
    const auto indices = Decompressor(least_length).unpack(packed, pixels);
    if (!indices) return damaged();
    image.samples.resize(pixels * 3);
    if (screen.transparent) image.alpha.assign(pixels, 255);
    const std::uint8_t* index = indices->data();
    for (const std::size_t row : row_order(image.height, (flags & 0x40) != 0)) {
        for (std::size_t at = row * image.width; at < (row + 1) * image.width; ++at, ++index) {
            if (std::size_t{*index} * 3 + 3 > palette.size()) return damaged();
            std::copy_n(palette.data() + std::size_t{*index} * 3, 3, image.samples.data() + at * 3);
            if (screen.transparent == *index) image.alpha[at] = 0;
        }
    }
    return image;
}

}  // namespace

Result<Image> read_gif(ByteView file) {
    Cursor cursor(file);
    Screen screen = read_screen(cursor);
    while (!cursor.failed()) {
        switch (cursor.byte()) {
            case kExtension:
                read_extension(cursor, screen);
                break;
            case kImageSeparator:
                return read_picture(cursor, screen);
            default:
                return damaged();
        }
    }
    return damaged();
}

}  // namespace signet::convert
