#include "render/jpeg.hpp"

#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <jpeglib.h>
#include <new>

namespace signet::render {
namespace {

bool is_grey(const Picture& picture) {
    for (std::size_t i = 0; i + 2 < picture.samples.size(); i += 3) {
        const std::uint8_t* pixel = picture.samples.data() + i;
        if (pixel[0] != pixel[1] || pixel[1] != pixel[2]) return false;
    }
    return true;
}

Bytes green_of(const Picture& picture) {
    Bytes grey(picture.samples.size() / 3);
    for (std::size_t i = 0; i < grey.size(); ++i)
        grey[i] = picture.samples[3 * i + 1];
    return grey;
}

/// libjpeg leaves by long jump; everything it needs lies here, outside the function that is jumped out of.
struct Encoder {
    jpeg_compress_struct state{};
    jpeg_error_mgr errors{};
    std::jmp_buf escape{};
    unsigned char* output = nullptr;
    unsigned long size = 0;

    Encoder() = default;
    Encoder(const Encoder&) = delete;
    Encoder& operator=(const Encoder&) = delete;
    ~Encoder() {
        jpeg_destroy_compress(&state);
        std::free(output);
    }
};

void leave(j_common_ptr state) {
    std::longjmp(static_cast<Encoder*>(state->client_data)->escape, 1);
}

struct Raster {
    const std::uint8_t* samples;
    int width;
    int height;
    int components;
};

[[gnu::noinline]] bool encode(Encoder& encoder, const Raster& raster, int quality) {
    jpeg_compress_struct& state = encoder.state;
    state.err = jpeg_std_error(&encoder.errors);
    encoder.errors.error_exit = &leave;
    if (setjmp(encoder.escape) != 0) return false;
    jpeg_create_compress(&state);
    state.client_data = &encoder;
    jpeg_mem_dest(&state, &encoder.output, &encoder.size);
    state.image_width = static_cast<JDIMENSION>(raster.width);
    state.image_height = static_cast<JDIMENSION>(raster.height);
    state.input_components = raster.components;
    state.in_color_space = raster.components == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&state);
    jpeg_set_quality(&state, quality, TRUE);
    state.comp_info[0].h_samp_factor = 1;
    state.comp_info[0].v_samp_factor = 1;
    jpeg_start_compress(&state, TRUE);
    while (state.next_scanline < state.image_height) {
        const std::size_t row = static_cast<std::size_t>(raster.width) * static_cast<std::size_t>(raster.components);
        auto* line = const_cast<JSAMPROW>(raster.samples + state.next_scanline * row);
        jpeg_write_scanlines(&state, &line, 1);
    }
    jpeg_finish_compress(&state);
    return true;
}

}  // namespace

Bytes encode_jpeg(const Picture& picture, int quality) {
    const Bytes grey = is_grey(picture) ? green_of(picture) : Bytes{};
    const Raster raster = grey.empty() ? Raster{picture.samples.data(), picture.width, picture.height, 3}
                                       : Raster{grey.data(), picture.width, picture.height, 1};
    Encoder encoder;
    if (!encode(encoder, raster, quality)) throw std::bad_alloc();
    return Bytes(encoder.output, encoder.output + encoder.size);
}

}  // namespace signet::render
