#pragma once

#include "base/bytes.hpp"
#include "base/drawing.hpp"
#include "seal/fonts.hpp"
#include "seal/picture.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <cairo.h>

namespace signet::seal::test {

/// The faces, opened once for all tests of this program.
inline const FontLibrary& fonts() {
    static const FontLibrary library = *FontLibrary::open();
    return library;
}

/// A PNG's pixels, the origin at the bottom left like a drawing's.
struct Picture {
    int width = 0;
    int height = 0;
    std::vector<std::uint32_t> rows;  // premultiplied ARGB, from the top

    std::uint32_t at(int x, int y) const {
        return rows.at(static_cast<std::size_t>(height - 1 - y) * static_cast<std::size_t>(width) +
                       static_cast<std::size_t>(x));
    }
    int opacity(int x, int y) const { return static_cast<int>(at(x, y) >> 24U); }
    bool inked(int x, int y) const { return opacity(x, y) > 100; }
    int red(int x, int y) const { return static_cast<int>(at(x, y) >> 16U & 0xFFU); }
    int green(int x, int y) const { return static_cast<int>(at(x, y) >> 8U & 0xFFU); }

    /// The part of the pixels within a circle's ring (radii as parts of half the width) that has ink.
    template <typename Inside>
    double coverage(Inside inside) const {
        int all = 0;
        int with_ink = 0;
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                const double dx = (x + 0.5 - width / 2.0) / (width / 2.0);
                const double dy = (y + 0.5 - height / 2.0) / (height / 2.0);
                if (!inside(dx, dy)) continue;
                ++all;
                if (inked(x, y)) ++with_ink;
            }
        }
        return all == 0 ? 0 : static_cast<double>(with_ink) / all;
    }
};

inline Picture decode(const Bytes& png) {
    struct Source {
        const Bytes& data;
        std::size_t at = 0;
    } source{png};
    const auto read = [](void* from, unsigned char* to, unsigned size) {
        auto& s = *static_cast<Source*>(from);
        if (s.at + size > s.data.size()) return CAIRO_STATUS_READ_ERROR;
        std::copy_n(s.data.begin() + static_cast<std::ptrdiff_t>(s.at), size, to);
        s.at += size;
        return CAIRO_STATUS_SUCCESS;
    };
    const std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)> surface(
        cairo_image_surface_create_from_png_stream(read, &source), cairo_surface_destroy);
    if (cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS) throw std::runtime_error("no PNG");
    Picture picture{cairo_image_surface_get_width(surface.get()), cairo_image_surface_get_height(surface.get()), {}};
    const auto stride = static_cast<std::size_t>(cairo_image_surface_get_stride(surface.get()));
    const bool has_alpha = cairo_image_surface_get_format(surface.get()) == CAIRO_FORMAT_ARGB32;
    for (int y = 0; y < picture.height; ++y) {
        const unsigned char* row = cairo_image_surface_get_data(surface.get()) + static_cast<std::size_t>(y) * stride;
        for (int x = 0; x < picture.width; ++x) {
            std::uint32_t pixel = 0;
            std::memcpy(&pixel, row + x * 4, 4);
            picture.rows.push_back(has_alpha ? pixel : pixel | 0xFF000000U);
        }
    }
    return picture;
}

inline Picture picture_of(const Drawing& drawing, unsigned width = 400) {
    return decode(*render_png(drawing, width));
}

/// A PNG file with one colour per pixel (premultiplied ARGB), as cairo writes it.
inline Bytes make_png(int width, int height, bool opaque, std::uint32_t (*pixel)(int x, int y)) {
    const std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)> surface(
        cairo_image_surface_create(opaque ? CAIRO_FORMAT_RGB24 : CAIRO_FORMAT_ARGB32, width, height),
        cairo_surface_destroy);
    const int stride = cairo_image_surface_get_stride(surface.get());
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            const std::uint32_t value = pixel(x, y);
            std::memcpy(cairo_image_surface_get_data(surface.get()) + y * stride + x * 4, &value, 4);
        }
    }
    cairo_surface_mark_dirty(surface.get());
    Bytes out;
    const auto write = [](void* to, const unsigned char* data, unsigned size) {
        append(*static_cast<Bytes*>(to), ByteView(data, size));
        return CAIRO_STATUS_SUCCESS;
    };
    cairo_surface_write_to_png_stream(surface.get(), write, &out);
    return out;
}

}  // namespace signet::seal::test
