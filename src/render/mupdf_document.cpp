#include "render/mupdf_document.hpp"

#include "render/wire.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>
#include <optional>
#include <span>

#include <mupdf/fitz.h>
#include <mupdf/pdf.h>

namespace signet::render {
namespace {

/// What MuPDF may keep of decoded fonts and images.
constexpr std::size_t kStoreBytes = 96ULL << 20;
constexpr std::size_t kHeaderWithin = 1024;
constexpr double kMostPixels = 40e6;
constexpr int kMostAnnotations = 20'000;

void ignore_message(void*, const char*) {}

/// Runs `body`, which calls MuPDF, and turns MuPDF's long jump into an error. Nothing in `body` may need a destructor:
/// a long jump runs none.
template <typename Body>
[[gnu::noinline]] Status guarded(fz_context* context, const Body& body) {
    volatile int caught = FZ_ERROR_NONE;
    fz_try(context) {
        body();
    }
    fz_catch(context) {
        caught = fz_caught(context);
    }
    if (caught == FZ_ERROR_NONE) return {};
    if (caught == FZ_ERROR_MEMORY) throw std::bad_alloc();
    return fail(ErrorCode::DamagedDocument, "the document could not be read");
}

/// Something MuPDF counts references of.
template <typename T>
class Held {
  public:
    using Drop = void (*)(fz_context*, T*);
    Held(fz_context* context, Drop drop) : context_(context), drop_(drop) {}
    ~Held() { drop_(context_, object_); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

    T*& slot() { return object_; }
    T* get() const { return object_; }

  private:
    fz_context* context_;
    Drop drop_;
    T* object_ = nullptr;
};

void drop_page(fz_context* context, pdf_page* page) {
    if (page != nullptr) fz_drop_page(context, &page->super);
}

bool is_unsigned_signature(fz_context* context, pdf_obj* widget) {
    if (!pdf_name_eq(context, pdf_dict_get(context, widget, PDF_NAME(Subtype)), PDF_NAME(Widget))) return false;
    if (!pdf_name_eq(context, pdf_dict_get_inheritable(context, widget, PDF_NAME(FT)), PDF_NAME(Sig))) return false;
    return pdf_dict_get_inheritable(context, widget, PDF_NAME(V)) == nullptr;
}

/// MuPDF draws an orange "SIGN" flag over every unsigned signature field, even over one with an appearance of its own.
/// Its own copy of the field is therefore told that it is a button, or hidden when it has no appearance.
void disguise_unsigned_signatures(fz_context* context, pdf_obj* page) {
    pdf_obj* annotations = pdf_dict_get(context, page, PDF_NAME(Annots));
    const int count = std::min(pdf_array_len(context, annotations), kMostAnnotations);
    for (int i = 0; i < count; ++i) {
        pdf_obj* widget = pdf_array_get(context, annotations, i);
        if (!is_unsigned_signature(context, widget)) continue;
        if (pdf_dict_getl(context, widget, PDF_NAME(AP), PDF_NAME(N), nullptr) == nullptr) {
            pdf_dict_put_int(context, widget, PDF_NAME(F), PDF_ANNOT_IS_HIDDEN);
        } else {
            pdf_dict_put(context, widget, PDF_NAME(FT), PDF_NAME(Btn));
            pdf_dict_put_int(context, widget, PDF_NAME(Ff), PDF_BTN_FIELD_IS_PUSHBUTTON);
        }
    }
}

int quarter_turns(int degrees) {
    return ((degrees % 360 + 360) % 360) / 90 * 90;
}

/// Turns MuPDF's page coordinates (from the top left corner) into ours.
struct Frame {
    fz_rect bounds;

    Box box(const fz_quad& quad) const {
        const fz_rect rect = fz_rect_from_quad(quad);
        return {rect.x0 - bounds.x0, bounds.y1 - rect.y1, rect.x1 - bounds.x0, bounds.y1 - rect.y0};
    }
};

TextRun run_of(const fz_stext_line& line, const Frame& frame) {
    TextRun run;
    run.direction_x = line.dir.x;
    run.direction_y = -line.dir.y;
    if (line.first_char != nullptr) {
        run.baseline_x = line.first_char->origin.x - frame.bounds.x0;
        run.baseline_y = frame.bounds.y1 - line.first_char->origin.y;
    }
    for (const fz_stext_char* next = line.first_char; next != nullptr; next = next->next) {
        run.glyphs.push_back({static_cast<char32_t>(next->c), frame.box(next->quad)});
        run.size = std::max(run.size, static_cast<double>(next->size));
    }
    return run;
}

PageText text_of(const fz_stext_page& page, const Frame& frame) {
    PageText text;
    for (const fz_stext_block* block = page.first_block; block != nullptr; block = block->next) {
        if (block->type != FZ_STEXT_BLOCK_TEXT) continue;
        for (const fz_stext_line* line = block->u.t.first_line; line != nullptr; line = line->next) {
            text.runs.push_back(run_of(*line, frame));
        }
    }
    return text;
}

}  // namespace

struct MupdfDocument::Impl {
    fz_context* context = nullptr;
    pdf_document* document = nullptr;

    Impl() : context(fz_new_context(nullptr, nullptr, kStoreBytes)) {
        if (context == nullptr) throw std::bad_alloc();
        fz_set_error_callback(context, &ignore_message, nullptr);
        fz_set_warning_callback(context, &ignore_message, nullptr);
    }
    ~Impl() {
        // MuPDF 1.21 forgets the list of the pages when it drops the document.
        if (document != nullptr) pdf_drop_page_tree(context, document);
        pdf_drop_document(context, document);
        fz_drop_context(context);
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    /// MuPDF 1.21 looks for a page by a walk down the tree and takes a tree of more than eight levels for one that
    /// bites its own tail, depending on what memory held before. A list of the pages, made once, spares it the walk. It
    /// holds the numbers of objects: a tree of which it cannot tell them all is walked as ever.
    void list_pages() {
        const auto listed = guarded(context, [&] { pdf_load_page_tree(context, document); });
        if (!listed) return;
        const std::span<const int> objects(document->fwd_page_map, static_cast<std::size_t>(document->map_page_count));
        if (std::ranges::count(objects, 0) != 0) pdf_drop_page_tree(context, document);
    }

    Status load(int number, Held<pdf_page>& page, fz_rect& bounds) {
        const auto loaded = guarded(context, [&] {
            // From a list of the pages their objects come with a reference of their own, which MuPDF 1.21 forgets to
            // drop when it loads a page itself.
            const bool is_listed = document->fwd_page_map != nullptr;
            pdf_obj* const object = pdf_lookup_page_obj(context, document, number);
            disguise_unsigned_signatures(context, object);
            const int held = pdf_obj_refs(context, object);
            page.slot() = pdf_load_page(context, document, number);
            const bool is_forgotten = is_listed && pdf_obj_refs(context, object) == held + 2;
            if (is_forgotten) pdf_drop_obj(context, object);
            if (is_listed) pdf_drop_obj(context, object);
            bounds = pdf_bound_page(context, page.slot());
        });
        if (!loaded) return loaded;
        const float width = bounds.x1 - bounds.x0;
        const float height = bounds.y1 - bounds.y0;
        if (!std::isfinite(width) || !std::isfinite(height) || width <= 0 || height <= 0) {
            return fail(ErrorCode::DamagedDocument, "page " + std::to_string(number + 1) + " has no area");
        }
        return {};
    }

    Status check_page(int number, int count) const {
        if (number >= 0 && number < count) return {};
        return fail(ErrorCode::SignPageBeyond,
                    "page " + std::to_string(number + 1) + " of " + std::to_string(count) + " pages");
    }
};

MupdfDocument::MupdfDocument(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MupdfDocument::~MupdfDocument() = default;

Result<std::unique_ptr<MupdfDocument>> MupdfDocument::open(ByteView file) {
    if (as_text(file.first(std::min(file.size(), kHeaderWithin))).find("%PDF-") == std::string_view::npos) {
        return fail(ErrorCode::NotAPdf, "the file does not begin like a PDF");
    }
    auto impl = std::make_unique<Impl>();
    fz_context* const context = impl->context;
    int count = 0;
    bool needs_password = false;
    {
        Held<fz_stream> stream(context, &fz_drop_stream);
        const auto opened = guarded(context, [&] {
            stream.slot() = fz_open_memory(context, file.data(), file.size());
            impl->document = pdf_open_document_with_stream(context, stream.slot());
            pdf_disable_js(context, impl->document);
            needs_password = pdf_needs_password(context, impl->document) != 0;
            if (!needs_password) count = pdf_count_pages(context, impl->document);
        });
        if (!opened) return opened.error();
    }
    if (needs_password) return fail(ErrorCode::PasswordProtected, "the document is protected with a password");
    if (count <= 0) return fail(ErrorCode::DamagedDocument, "the document has no pages");
    if (count > kMostPages) return fail(ErrorCode::DocumentTooLarge, "the document has more than 5000 pages");
    impl->list_pages();
    std::unique_ptr<MupdfDocument> document(new MupdfDocument(std::move(impl)));
    document->page_count_ = count;
    return document;
}

Result<PageSize> MupdfDocument::page_size(int number) {
    if (auto checked = impl_->check_page(number, page_count_); !checked) return checked.error();
    fz_context* const context = impl_->context;
    Held<pdf_page> page(context, &drop_page);
    fz_rect bounds{};
    if (auto loaded = impl_->load(number, page, bounds); !loaded) return loaded.error();
    int rotate = 0;
    const auto read = guarded(context, [&] {
        rotate = pdf_to_int(context, pdf_dict_get_inheritable(context, page.get()->obj, PDF_NAME(Rotate)));
    });
    if (!read) return read.error();
    return PageSize{bounds.x1 - bounds.x0, bounds.y1 - bounds.y0, quarter_turns(rotate)};
}

namespace {

/// The first widget of a field with this full name on a page; null when there is none. Within `guarded` only.
pdf_annot* widget_named(fz_context* context, pdf_page* page, const char* name) {
    for (pdf_annot* widget = pdf_first_widget(context, page); widget != nullptr;
         widget = pdf_next_widget(context, widget)) {
        char* const found = pdf_field_name(context, pdf_annot_obj(context, widget));
        const bool same = found != nullptr && std::strcmp(found, name) == 0;
        fz_free(context, found);
        if (same) return widget;
    }
    return nullptr;
}

Picture picture_of(fz_context* context, fz_pixmap* pixels) {
    Picture picture{fz_pixmap_width(context, pixels), fz_pixmap_height(context, pixels), {}};
    const std::size_t row = static_cast<std::size_t>(picture.width) * 3;
    picture.samples.reserve(row * static_cast<std::size_t>(picture.height));
    const unsigned char* const samples = fz_pixmap_samples(context, pixels);
    const std::ptrdiff_t stride = fz_pixmap_stride(context, pixels);
    for (int y = 0; y < picture.height; ++y)
        append(picture.samples, ByteView(samples + y * stride, row));
    return picture;
}

}  // namespace

Result<Picture> MupdfDocument::draw_field(const std::string& name, int pixel_width) {
    constexpr double kHighest = 4096;
    fz_context* const context = impl_->context;
    for (int number = 0; number < page_count_; ++number) {
        Held<pdf_page> page(context, &drop_page);
        fz_rect bounds{};
        if (auto loaded = impl_->load(number, page, bounds); !loaded) return loaded.error();
        pdf_annot* widget = nullptr;
        fz_rect box{};
        const auto sought = guarded(context, [&] {
            widget = widget_named(context, page.get(), name.c_str());
            if (widget != nullptr) box = fz_intersect_rect(pdf_bound_widget(context, widget), bounds);
        });
        if (!sought) return sought.error();
        if (widget == nullptr) continue;
        if (!(box.x1 - box.x0 >= 1) || !(box.y1 - box.y0 >= 1)) break;  // it is not to be seen
        const auto factor = static_cast<float>(pixel_width / static_cast<double>(box.x1 - box.x0));
        const double height = std::round(static_cast<double>(box.y1 - box.y0) * static_cast<double>(factor));
        if (height > kHighest) return invalid_parameter("the picture of the field would be too large");
        const fz_irect area{0, 0, pixel_width, static_cast<int>(std::max(1.0, height))};
        Held<fz_pixmap> pixels(context, &fz_drop_pixmap);
        Held<fz_device> device(context, &fz_drop_device);
        const auto drawn = guarded(context, [&] {
            pixels.slot() = fz_new_pixmap_with_bbox(context, fz_device_rgb(context), area, nullptr, 0);
            fz_clear_pixmap_with_value(context, pixels.get(), 0xFF);
            device.slot() = fz_new_draw_device(context, fz_identity, pixels.get());
            const fz_matrix to_pixels = fz_concat(fz_translate(-box.x0, -box.y0), fz_scale(factor, factor));
            pdf_run_annot(context, widget, device.get(), to_pixels, nullptr);
            fz_close_device(context, device.get());
        });
        if (!drawn) return drawn.error();
        return picture_of(context, pixels.get());
    }
    return fail(ErrorCode::KeywordNotFound, "no field of this name shows anything");
}

Result<Picture> MupdfDocument::draw(int number, int pixel_width) {
    if (auto checked = impl_->check_page(number, page_count_); !checked) return checked.error();
    fz_context* const context = impl_->context;
    Held<pdf_page> page(context, &drop_page);
    fz_rect bounds{};
    if (auto loaded = impl_->load(number, page, bounds); !loaded) return loaded.error();

    const double scale = pixel_width / static_cast<double>(bounds.x1 - bounds.x0);
    const double pixel_height = std::max(1.0, std::round((bounds.y1 - bounds.y0) * scale));
    if (pixel_height * pixel_width > kMostPixels)
        return invalid_parameter("the picture of the page would be too large");
    const auto factor = static_cast<float>(scale);
    const fz_matrix to_pixels = fz_concat(fz_translate(-bounds.x0, -bounds.y0), fz_scale(factor, factor));
    const fz_irect area{0, 0, pixel_width, static_cast<int>(pixel_height)};

    Held<fz_pixmap> pixels(context, &fz_drop_pixmap);
    Held<fz_device> device(context, &fz_drop_device);
    const auto drawn = guarded(context, [&] {
        pixels.slot() = fz_new_pixmap_with_bbox(context, fz_device_rgb(context), area, nullptr, 0);
        fz_clear_pixmap_with_value(context, pixels.get(), 0xFF);
        device.slot() = fz_new_draw_device(context, fz_identity, pixels.get());
        pdf_run_page_contents(context, page.get(), device.get(), to_pixels, nullptr);
        pdf_run_page_annots(context, page.get(), device.get(), to_pixels, nullptr);
        pdf_run_page_widgets(context, page.get(), device.get(), to_pixels, nullptr);
        fz_close_device(context, device.get());
    });
    if (!drawn) return drawn.error();

    return picture_of(context, pixels.get());
}

Result<PageText> MupdfDocument::text(int number) {
    if (auto checked = impl_->check_page(number, page_count_); !checked) return checked.error();
    fz_context* const context = impl_->context;
    Held<pdf_page> page(context, &drop_page);
    fz_rect bounds{};
    if (auto loaded = impl_->load(number, page, bounds); !loaded) return loaded.error();

    Held<fz_stext_page> text(context, &fz_drop_stext_page);
    Held<fz_device> device(context, &fz_drop_device);
    const auto read = guarded(context, [&] {
        const fz_stext_options options{FZ_STEXT_MEDIABOX_CLIP, 1};
        text.slot() = fz_new_stext_page(context, bounds);
        device.slot() = fz_new_stext_device(context, text.get(), &options);
        pdf_run_page_contents(context, page.get(), device.get(), fz_identity, nullptr);
        fz_close_device(context, device.get());
    });
    if (!read) return read.error();
    return text_of(*text.get(), Frame{bounds});
}

Bytes encode_png(const Picture& picture) {
    struct Context {
        fz_context* context = fz_new_context(nullptr, nullptr, FZ_STORE_UNLIMITED);
        ~Context() { fz_drop_context(context); }
    } own;
    if (own.context == nullptr) throw std::bad_alloc();
    Held<fz_pixmap> pixels(own.context, &fz_drop_pixmap);
    Held<fz_buffer> buffer(own.context, &fz_drop_buffer);
    unsigned char* content = nullptr;
    std::size_t size = 0;
    const auto encoded = guarded(own.context, [&] {
        pixels.slot() =
            fz_new_pixmap_with_data(own.context, fz_device_rgb(own.context), picture.width, picture.height, nullptr, 0,
                                    picture.width * 3, const_cast<unsigned char*>(picture.samples.data()));
        buffer.slot() = fz_new_buffer_from_pixmap_as_png(own.context, pixels.get(), fz_default_color_params);
        size = fz_buffer_storage(own.context, buffer.get(), &content);
    });
    if (!encoded) throw std::bad_alloc();
    return Bytes(content, content + size);
}

}  // namespace signet::render
