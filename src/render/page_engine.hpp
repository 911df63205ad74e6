#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "sandbox/worker_pool.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace signet::render {

/// A PDF as an open file. Only the first `length` bytes are the document: the stored file may have grown further since.
/// The descriptor stays the caller's and should be read-only. `sandbox::memory_file` makes one of bytes.
struct DocumentInput {
    int fd = -1;
    std::uint64_t length = 0;
};

/// One page as a reader sees it: its CropBox after /Rotate (ISO 32000-1 §7.7.3.3).
struct PageSize {
    double width = 0;   // points
    double height = 0;  // points
    int rotate = 0;     // the page's /Rotate: 0, 90, 180 or 270
    friend bool operator==(const PageSize&, const PageSize&) = default;
};

/// The box around one occurrence of a text, in points of the page as displayed, from its bottom left corner, y upwards.
struct TextHit {
    int page = 0;  // counted from 0
    double x = 0;
    double y = 0;
    double width = 0;
    double height = 0;
    friend bool operator==(const TextHit&, const TextHit&) = default;
};

/// A part of a page, in points of the page as displayed, from its bottom left corner, y upwards.
struct PagePlace {
    int page = 0;  // counted from 0
    double left = 0;
    double bottom = 0;
    double right = 0;
    double top = 0;
};

/// A page that two states of a document show differently.
struct PageChange {
    int page = 0;  // counted from 0
    /// Fractions of the page: from the left, from the top, width and height.
    std::vector<std::array<double, 4>> places;
    /// JPEGs of both states; empty for a page that is not there, and beyond the first six pages.
    Bytes before;
    Bytes after;
};

struct PageComparison {
    std::vector<PageChange> changes;
    /// How many pages were looked at, and how many there are in the longer state.
    int compared = 0;
    int pages = 0;
};

/// Pictures of pages and positions of text. The PDF is read by a worker process only (MuPDF, see render_worker.hpp).
/// Thread-safe; calls block until the worker has answered. The pool must outlive the engine and run render workers.
///
/// Errors of all calls: PasswordProtected, DamagedDocument, NotAPdf, DocumentTooLarge, TimeLimit, Unavailable.
class PageEngine {
  public:
    explicit PageEngine(sandbox::WorkerPool& workers) : workers_(workers) {}

    Result<std::vector<PageSize>> page_sizes(const DocumentInput& document) const;

    /// The page (counted from 0) with its annotations, form fields and signature appearances, on white, as an 8-bit
    /// JPEG `pixel_width` wide (16…4096). A signature field without an appearance draws nothing. `quality` 1…100.
    /// SignPageBeyond when there is no such page; InvalidParameter when the picture would be too large.
    Result<Bytes> picture(const DocumentInput& document, int page, int pixel_width, int quality = 85) const;
    /// The same as a lossless PNG.
    Result<Bytes> picture_png(const DocumentInput& document, int page, int pixel_width) const;

    /// What the form field of this full name (ISO 32000-1 §12.7.3.2) shows at its first place, alone and on white, as a
    /// PNG `pixel_width` wide (16…4096): the seal or the signature of a signature field. KeywordNotFound when no page
    /// shows such a field.
    Result<Bytes> field_png(const DocumentInput& document, const std::string& name, int pixel_width) const;

    /// Draws the state that ends at `before_length` and the whole document at 72 dpi, page by page, and tells where
    /// they differ outside of `open`. Stops early, at the page told, when it takes long or there are more than
    /// `most_pages`.
    Result<PageComparison> compare(const DocumentInput& document, std::uint64_t before_length,
                                   const std::vector<PagePlace>& open, int most_pages, int pixel_width) const;

    /// Every occurrence of the keyword in reading order: by page, then from top to bottom, then from left to right.
    /// Occurrences do not overlap. Empty when there is none, and for a blank keyword.
    ///
    /// A keyword is sought first as it is within one line, whatever fonts, sizes and text operators its characters
    /// are drawn with; if the document has it nowhere, then without blanks and with full- and half-width forms
    /// alike; and at last over the end of a line (the box is then that of the part on the first line).
    Result<std::vector<TextHit>> find_text(const DocumentInput& document, std::string_view keyword) const;
    /// The same for several keywords (at most 100, each up to 200 characters) with one pass over the document: the hits
    /// of keywords[i] at [i].
    Result<std::vector<std::vector<TextHit>>> find_text(const DocumentInput& document,
                                                        const std::vector<std::string>& keywords) const;

  private:
    sandbox::WorkerPool& workers_;
};

}  // namespace signet::render
