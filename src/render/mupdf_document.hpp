#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "render/page_engine.hpp"
#include "render/text_search.hpp"

#include <memory>
#include <vector>

namespace signet::render {

/// Eight bits each of red, green and blue, row by row from the top, without gaps.
struct Picture {
    int width = 0;
    int height = 0;
    Bytes samples;
};

/// A PDF opened with MuPDF. Inside a worker only: MuPDF sees bytes from outside. Not thread-safe.
/// Throws std::bad_alloc when the worker's memory is used up.
class MupdfDocument {
  public:
    /// `file` must outlive the document.
    static Result<std::unique_ptr<MupdfDocument>> open(ByteView file);
    ~MupdfDocument();
    MupdfDocument(const MupdfDocument&) = delete;
    MupdfDocument& operator=(const MupdfDocument&) = delete;

    int page_count() const { return page_count_; }
    Result<PageSize> page_size(int page);
    Result<Picture> draw(int page, int pixel_width);
    /// What the form field of this full name shows at its first place, on white. KeywordNotFound when no page has one
    /// that shows anything.
    Result<Picture> draw_field(const std::string& name, int pixel_width);
    /// The text of the page's content; annotations and form fields do not count, so that signing moves no hit.
    Result<PageText> text(int page);

  private:
    struct Impl;
    explicit MupdfDocument(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> impl_;
    int page_count_ = 0;
};

/// A PNG of the picture, for tests and for what must not lose a bit.
Bytes encode_png(const Picture& picture);

}  // namespace signet::render
