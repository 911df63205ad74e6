#include "seal/picture.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <ft2build.h>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include FT_FREETYPE_H
#include FT_OUTLINE_H

#include "base/log.hpp"
#include "base/text.hpp"
#include "seal/compression.hpp"
#include "seal/font_store.hpp"
#include "seal/image.hpp"

#include <cairo.h>

namespace signet::seal {
namespace {

constexpr unsigned kWidestPicture = 4096;
constexpr std::size_t kMostOperands = 8;
constexpr std::size_t kMostFontBytes = 4 * 1024 * 1024;
constexpr int kDeepestState = 64;

using Surface = std::unique_ptr<cairo_surface_t, CallOnDelete<cairo_surface_destroy>>;
using Context = std::unique_ptr<cairo_t, CallOnDelete<cairo_destroy>>;
using FtLibrary = std::unique_ptr<FT_LibraryRec_, CallOnDelete<FT_Done_FreeType>>;
using FtFace = std::unique_ptr<FT_FaceRec_, CallOnDelete<FT_Done_Face>>;

Error foreign(std::string_view what) {
    return invalid_parameter(fmt::format("drawing: not of this floor's making: {}", for_log(what, 40)));
}

/// The whole number behind `key` in a dictionary of this floor, a reference `@n@` read as n.
std::optional<std::size_t> number_behind(std::string_view dictionary, std::string_view key) {
    const auto found = dictionary.find(key);
    if (found == std::string_view::npos) return std::nullopt;
    const auto digits = dictionary.find_first_not_of(" [@", found + key.size());
    if (digits == std::string_view::npos) return std::nullopt;
    std::size_t number = 0;
    const auto read = std::from_chars(dictionary.data() + digits, dictionary.data() + dictionary.size(), number);
    if (read.ec != std::errc()) return std::nullopt;
    return number;
}

/// Splits a content stream at blanks, keeping `<…>` together with its brackets.
class Tokens {
  public:
    explicit Tokens(std::string_view content) : rest_(content) {}

    std::optional<std::string_view> next() {
        const auto begin = rest_.find_first_not_of(" \n");
        if (begin == std::string_view::npos) return std::nullopt;
        rest_.remove_prefix(begin);
        auto end = std::min(rest_.find_first_of(" \n<", 1), rest_.size());
        if (rest_.front() == '<') end = std::min(rest_.find('>'), rest_.size() - 1) + 1;
        const std::string_view token = rest_.substr(0, end);
        rest_.remove_prefix(end);
        return token;
    }

  private:
    std::string_view rest_;
};

/// Carries out the few operators that this floor writes, on a cairo context whose units are the drawing's.
class Interpreter {
  public:
    Interpreter(const Drawing& drawing, cairo_t* cairo) : drawing_(drawing), cairo_(cairo) {}

    Status run() {
        Tokens tokens(drawing_.content);
        while (const auto token = tokens.next()) {
            if (const auto number = parse_decimal(*token)) {
                if (numbers_.size() == kMostOperands) return foreign("too many operands");
                numbers_.push_back(*number);
            } else if (token->front() == '/') {
                name_ = token->substr(1);
            } else if (token->front() == '<') {
                hexadecimal_ = token->substr(1, token->size() - 2);
            } else {
                if (const auto done = carry_out(*token); !done) return done.error();
                numbers_.clear();
            }
        }
        return {};
    }

  private:
    struct Operator {
        std::string_view name;
        std::size_t operands;
        Status (Interpreter::*action)();
    };

    Status carry_out(std::string_view name) {
        static constexpr std::array kOperators{
            Operator{"q", 0, &Interpreter::save},
            Operator{"Q", 0, &Interpreter::restore},
            Operator{"cm", 6, &Interpreter::transform},
            Operator{"rg", 3, &Interpreter::colour},
            Operator{"m", 2, &Interpreter::move},
            Operator{"l", 2, &Interpreter::line},
            Operator{"c", 6, &Interpreter::curve},
            Operator{"h", 0, &Interpreter::close},
            Operator{"re", 4, &Interpreter::rectangle},
            Operator{"f", 0, &Interpreter::fill},
            Operator{"f*", 0, &Interpreter::fill_by_parity},
            Operator{"Do", 0, &Interpreter::image},
            Operator{"BT", 0, &Interpreter::nothing},
            Operator{"ET", 0, &Interpreter::nothing},
            Operator{"Tf", 1, &Interpreter::font},
            Operator{"Td", 2, &Interpreter::place_text},
            Operator{"Tj", 0, &Interpreter::text},
        };
        const auto found = std::ranges::find(kOperators, name, &Operator::name);
        if (found == kOperators.end()) return foreign(name);
        if (numbers_.size() != found->operands) return foreign("operands missing");
        return (this->*found->action)();
    }

    Status nothing() { return {}; }

    Status save() {
        if (++depth_ > kDeepestState) return foreign("too deep");
        cairo_save(cairo_);
        return {};
    }

    Status restore() {
        if (--depth_ < 0) return foreign("Q without q");
        cairo_restore(cairo_);
        return {};
    }

    Status transform() {
        cairo_matrix_t matrix;
        cairo_matrix_init(&matrix, numbers_[0], numbers_[1], numbers_[2], numbers_[3], numbers_[4], numbers_[5]);
        cairo_transform(cairo_, &matrix);
        return checked();
    }

    Status colour() {
        cairo_set_source_rgb(cairo_, numbers_[0], numbers_[1], numbers_[2]);
        return {};
    }

    Status move() {
        cairo_move_to(cairo_, numbers_[0], numbers_[1]);
        return {};
    }

    Status line() {
        cairo_line_to(cairo_, numbers_[0], numbers_[1]);
        return {};
    }

    Status curve() {
        cairo_curve_to(cairo_, numbers_[0], numbers_[1], numbers_[2], numbers_[3], numbers_[4], numbers_[5]);
        return {};
    }

    Status close() {
        cairo_close_path(cairo_);
        return {};
    }

    Status rectangle() {
        cairo_rectangle(cairo_, numbers_[0], numbers_[1], numbers_[2], numbers_[3]);
        return {};
    }

    Status fill_by(cairo_fill_rule_t rule) {
        cairo_set_fill_rule(cairo_, rule);
        cairo_fill(cairo_);
        return checked();
    }
    Status fill() { return fill_by(CAIRO_FILL_RULE_WINDING); }
    Status fill_by_parity() { return fill_by(CAIRO_FILL_RULE_EVEN_ODD); }

    Status checked() const {
        if (cairo_status(cairo_) == CAIRO_STATUS_SUCCESS) return {};
        return foreign(cairo_status_to_string(cairo_status(cairo_)));
    }

    const Drawing::Part* part(std::string_view dictionary, std::string_view key) const {
        const auto number = number_behind(dictionary, key);
        return number && *number < drawing_.parts.size() ? &drawing_.parts[*number] : nullptr;
    }

    /// The samples of an image part, `channels` bytes a pixel.
    static std::optional<std::string> samples(const Drawing::Part& image, std::size_t width, std::size_t height,
                                              std::size_t channels) {
        const std::size_t size = width * height * channels;
        auto data = inflated(image.data, size);
        if (!data || data->size() != size) return std::nullopt;
        return data;
    }

    Status image() {
        const Drawing::Part* colours = part(drawing_.resources, fmt::format("/{}", name_));
        if (colours == nullptr) return foreign("an image that is not there");
        const auto width = number_behind(colours->dictionary, "/Width").value_or(0);
        const auto height = number_behind(colours->dictionary, "/Height").value_or(0);
        if (width == 0 || height == 0 || width > kMaxImageSide || height > kMaxImageSide) return foreign("image size");
        const Drawing::Part* mask = part(colours->dictionary, "/SMask");
        const auto rgb = samples(*colours, width, height, 3);
        const auto opacity = mask == nullptr ? std::string(width * height, '\xFF') : samples(*mask, width, height, 1);
        if (!rgb || !opacity) return foreign("image data");
        paint(*rgb, *opacity, width, height);
        return checked();
    }

    void paint(const std::string& rgb, const std::string& opacity, std::size_t width, std::size_t height) {
        const Surface surface(
            cairo_image_surface_create(CAIRO_FORMAT_ARGB32, static_cast<int>(width), static_cast<int>(height)));
        if (cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS) return;
        const auto stride = static_cast<std::size_t>(cairo_image_surface_get_stride(surface.get()));
        unsigned char* rows = cairo_image_surface_get_data(surface.get());
        const auto byte = [](char value) { return std::uint32_t{static_cast<std::uint8_t>(value)}; };
        for (std::size_t y = 0; y < height; ++y) {
            auto* row = reinterpret_cast<std::uint32_t*>(rows + y * stride);
            for (std::size_t x = 0; x < width; ++x) {
                const std::size_t at = y * width + x;
                const std::uint32_t alpha = byte(opacity[at]);
                const auto channel = [&](std::size_t i) { return (byte(rgb[at * 3 + i]) * alpha + 127) / 255; };
                row[x] = alpha << 24U | channel(0) << 16U | channel(1) << 8U | channel(2);
            }
        }
        cairo_surface_mark_dirty(surface.get());
        cairo_save(cairo_);
        // An image fills the unit square, its first row at the top.
        cairo_translate(cairo_, 0, 1);
        cairo_scale(cairo_, 1.0 / static_cast<double>(width), -1.0 / static_cast<double>(height));
        cairo_set_source_surface(cairo_, surface.get(), 0, 0);
        cairo_pattern_set_filter(cairo_get_source(cairo_), CAIRO_FILTER_GOOD);
        cairo_pattern_set_extend(cairo_get_source(cairo_), CAIRO_EXTEND_PAD);
        cairo_rectangle(cairo_, 0, 0, static_cast<double>(width), static_cast<double>(height));
        cairo_fill(cairo_);
        cairo_restore(cairo_);
    }

    Status font() {
        font_size_ = numbers_[0];
        const Drawing::Part* found = part(drawing_.resources, fmt::format("/{}", name_));
        for (const std::string_view key : {"/DescendantFonts", "/FontDescriptor", "/FontFile3"}) {
            if (found != nullptr) found = part(found->dictionary, key);
        }
        if (found == nullptr) return foreign("a font that is not there");
        auto data = inflated(found->data, kMostFontBytes);
        if (!data) return foreign("font data");
        face_.reset();
        font_data_ = std::move(*data);
        FT_Library library = nullptr;
        if (FT_Init_FreeType(&library) != 0) return fail(ErrorCode::Internal, "FreeType cannot be started");
        library_.reset(library);
        FT_Face face = nullptr;
        if (FT_New_Memory_Face(library, reinterpret_cast<const FT_Byte*>(font_data_.data()),
                               static_cast<FT_Long>(font_data_.size()), 0, &face) != 0) {
            return foreign("font data");
        }
        face_.reset(face);
        return {};
    }

    Status place_text() {
        text_at_ = {numbers_[0], numbers_[1]};
        return {};
    }

    Status text() {
        if (!face_) return foreign("text without a font");
        for (std::size_t i = 0; i + 4 <= hexadecimal_.size(); i += 4) {
            unsigned code = 0;
            std::from_chars(&hexadecimal_[i], &hexadecimal_[i] + 4, code, 16);
            // For a bare CID-keyed CFF, FreeType takes the CID where it takes a glyph's number otherwise.
            if (FT_Load_Glyph(face_.get(), code, FT_LOAD_NO_SCALE) != 0)
                return foreign("a character that is not there");
            const double scale = font_size_ / face_->units_per_EM;
            trace(face_->glyph->outline, scale);
            text_at_.x += static_cast<double>(face_->glyph->advance.x) * scale;
        }
        return fill();
    }

    struct Trace {
        cairo_t* cairo;
        Point origin;
        double scale;
        bool open = false;
        Point at(const FT_Vector* v) const {
            return origin + Point{static_cast<double>(v->x), static_cast<double>(v->y)} * scale;
        }
    };

    void trace(FT_Outline& outline, double scale) {
        static constexpr auto move = [](const FT_Vector* to, void* data) {
            const auto& trace = *static_cast<Trace*>(data);
            const Point p = trace.at(to);
            cairo_move_to(trace.cairo, p.x, p.y);
            return 0;
        };
        static constexpr auto line = [](const FT_Vector* to, void* data) {
            const auto& trace = *static_cast<Trace*>(data);
            const Point p = trace.at(to);
            cairo_line_to(trace.cairo, p.x, p.y);
            return 0;
        };
        static constexpr auto conic = [](const FT_Vector*, const FT_Vector*, void*) { return 1; };  // not in CFF
        static constexpr auto cubic = [](const FT_Vector* a, const FT_Vector* b, const FT_Vector* to, void* data) {
            const auto& trace = *static_cast<Trace*>(data);
            const Point p = trace.at(a);
            const Point q = trace.at(b);
            const Point r = trace.at(to);
            cairo_curve_to(trace.cairo, p.x, p.y, q.x, q.y, r.x, r.y);
            return 0;
        };
        const FT_Outline_Funcs functions{move, line, conic, cubic, 0, 0};
        Trace trace{cairo_, text_at_, scale};
        FT_Outline_Decompose(&outline, &functions, &trace);
    }

    const Drawing& drawing_;
    cairo_t* cairo_;
    int depth_ = 0;
    std::vector<double> numbers_;
    std::string_view name_;
    std::string_view hexadecimal_;
    // Destroyed from the bottom up: the face before its library and its data.
    std::string font_data_;
    FtLibrary library_;
    FtFace face_;
    double font_size_ = 0;
    Point text_at_;
};

cairo_status_t collect(void* to, const unsigned char* data, unsigned size) {
    append(*static_cast<Bytes*>(to), ByteView(data, size));
    return CAIRO_STATUS_SUCCESS;
}

}  // namespace

Result<Bytes> render_png(const Drawing& drawing, unsigned width) {
    if (width == 0 || width > kWidestPicture) return invalid_parameter("width: 1 to 4096 pixels");
    if (!(drawing.width > 0 && drawing.height > 0)) return invalid_parameter("drawing: it has no size");
    const double scale = width / drawing.width;
    const double height = std::max(1.0, std::round(drawing.height * scale));
    if (height > kWidestPicture) return invalid_parameter("width: the picture would be more than 4096 pixels high");
    const Surface surface(
        cairo_image_surface_create(CAIRO_FORMAT_ARGB32, static_cast<int>(width), static_cast<int>(height)));
    const Context cairo(cairo_create(surface.get()));
    cairo_set_antialias(cairo.get(), CAIRO_ANTIALIAS_GOOD);
    cairo_translate(cairo.get(), 0, height);
    cairo_scale(cairo.get(), scale, -height / drawing.height);
    if (const auto drawn = Interpreter(drawing, cairo.get()).run(); !drawn) return drawn.error();
    Bytes png;
    if (cairo_surface_write_to_png_stream(surface.get(), collect, &png) != CAIRO_STATUS_SUCCESS) {
        return fail(ErrorCode::Internal, "the picture cannot be written");
    }
    return png;
}

}  // namespace signet::seal
