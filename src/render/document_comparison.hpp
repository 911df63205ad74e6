#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "render/mupdf_document.hpp"
#include "render/page_engine.hpp"
#include "render/picture_difference.hpp"

#include <vector>

namespace signet::render {

/// Compares two states of a document page by page as they are drawn. Inside a worker only; both must outlive it.
class DocumentComparison {
  public:
    DocumentComparison(MupdfDocument& before, MupdfDocument& after, const std::vector<PagePlace>& open)
        : before_(before), after_(after), open_(open) {}

    /// The reply that PageEngine::compare reads. A page that cannot be drawn is an error.
    Result<Bytes> run(int most_pages, int pixel_width);

  private:
    Result<PageChange> compare(int page);
    Status show(PageChange& change, int pixel_width);
    std::vector<PixelBox> open_boxes(int page, double height, double scale) const;

    MupdfDocument& before_;
    MupdfDocument& after_;
    const std::vector<PagePlace>& open_;
};

}  // namespace signet::render
