#pragma once

#include "base/bytes.hpp"
#include "convert/image.hpp"

#include <memory>

namespace signet::convert {

/// A PDF whose pages show one picture each, upright as its orientation says. A page has the picture's own size when its
/// resolution gives a plausible one (2.5 cm to A3); else it is A4, upright or across, with the picture as large as
/// fits, in the middle.
class ImagePages {
  public:
    ImagePages();
    ~ImagePages();
    ImagePages(const ImagePages&) = delete;
    ImagePages& operator=(const ImagePages&) = delete;

    void add(Image image);
    int count() const;
    /// The document, once all pages are there.
    Bytes take();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace signet::convert
