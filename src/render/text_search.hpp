#pragma once

#include "render/page_engine.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace signet::render {

/// A rectangle in points of the displayed page, from its bottom left corner.
struct Box {
    double left = 0;
    double bottom = 0;
    double right = 0;
    double top = 0;

    void include(const Box& other);
    friend bool operator==(const Box&, const Box&) = default;
};

struct Glyph {
    char32_t character = 0;
    Box box;
};

/// Glyphs with one baseline, one after the other as they were drawn without a wide gap.
struct TextRun {
    std::vector<Glyph> glyphs;
    /// Direction of reading as a unit vector on the displayed page; (1, 0) for upright horizontal text.
    double direction_x = 1;
    double direction_y = 0;
    /// A point on the baseline.
    double baseline_x = 0;
    double baseline_y = 0;
    /// The font size in points, the largest of the run.
    double size = 0;
};

/// The text of one page, its runs in the order they were drawn.
struct PageText {
    std::vector<TextRun> runs;
};

/// The character as it counts when forms are compared loosely: U+FF1A full-width colon as `:`, a Kangxi radical as its
/// ideograph, …
char32_t folded(char32_t character);
/// Whether a loose comparison passes over it: blanks of every width and characters without width.
bool is_passed_over(char32_t character);

/// Sought keywords and what of them has been found so far, page by page.
///
/// Three ways of looking are kept apart, as PageEngine::find_text says: exactly within a line, loosely within a line,
/// and loosely over the end of a line. A keyword's hits are those of the first way that found it anywhere.
class TextSearch {
  public:
    explicit TextSearch(const std::vector<std::string>& keywords);

    /// Looks through one page; pages come in ascending order.
    void add_page(int page, const PageText& text);
    /// How many places are kept so far, of all keywords.
    std::size_t kept() const;
    /// The hits of each keyword in reading order.
    std::vector<std::vector<TextHit>> hits() const;

  private:
    struct Keyword {
        std::u32string exact;
        std::u32string loose;
        std::vector<TextHit> found_exactly;
        std::vector<TextHit> found_loosely;
        std::vector<TextHit> found_over_lines;
    };

    std::vector<Keyword> keywords_;
};

}  // namespace signet::render
