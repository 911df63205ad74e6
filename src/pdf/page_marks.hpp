#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "pdf/compiled_drawing.hpp"
#include "pdf/document.hpp"
#include "pdf/geometry.hpp"
#include "pdf/revision.hpp"

#include <functional>
#include <span>
#include <vector>

namespace signet::pdf {

/// A drawing that becomes part of the pages' content, above what is there.
struct PageMark {
    /// Where it stands on a displayed page of this width and height, in points; once for each placement.
    using Layout = std::function<std::vector<ImagePlacement>(double width, double height)>;
    /// Must outlive the call.
    const CompiledDrawing* drawing = nullptr;
    Layout layout;
    /// The one page it stands on, from 1; 0: all of them.
    int page = 0;
};

struct MarkedRevision {
    Bytes increment;
    RevisionState state;
};

/// Draws the marks on their pages, in one incremental update; the last mark lies on top. Upright for the reader
/// whatever the page's rotation, boxes and units; the page's own content cannot move, colour or clip them, and in a
/// tagged document those of all pages are artifacts. Errors: InvalidParameter without marks, SigningForbidden for a
/// document that is signed, those of check_signable and of reading.
Result<MarkedRevision> mark_pages(const Document& document, std::span<const PageMark> marks);

/// How a page's content leaves the graphics state (ISO 32000-1 §8.4.2): `missing` is how many more `Q` than `q` it has
/// at its lowest point, `open` how many `q` are not closed at its end. Text in strings and the bytes of inline images
/// do not count.
struct StateBalance {
    int missing = 0;
    int open = 0;
    friend bool operator==(const StateBalance&, const StateBalance&) = default;
};
StateBalance state_balance(ByteView content);

}  // namespace signet::pdf
