#include "render/text_search.hpp"

#include "base/text.hpp"
#include "render/fold_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <tuple>

namespace signet::render {
namespace {

/// What makes two runs one line: the same direction, and baselines that differ by less than this part of the font size.
constexpr double kSameBaseline = 0.35;
constexpr double kSameDirection = 0.999;
/// A gap of more than this part of the font size between two runs of a line reads as a blank.
constexpr double kBlankGap = 0.2;
/// Two hits that share more than this part of the smaller one are one text, drawn twice to look bold.
constexpr double kSameText = 0.5;
/// Hits whose bottoms differ by less than this part of their height stand on one line.
constexpr double kSameRow = 0.5;

/// A line of text to look through: its characters, and for each the box it has on the page (none for a blank put in).
struct Line {
    std::u32string characters;
    std::vector<std::optional<Box>> boxes;

    void add(char32_t character, const std::optional<Box>& box) {
        characters.push_back(character);
        boxes.push_back(box);
    }
};

/// Where a run lies along its direction, and how far its baseline is from the origin across it.
struct Extent {
    double from = 0;
    double to = 0;
    double across = 0;
};

Extent extent_of(const TextRun& run) {
    Extent extent{1e9, -1e9, run.baseline_y * run.direction_x - run.baseline_x * run.direction_y};
    for (const Glyph& glyph : run.glyphs) {
        for (const double x : {glyph.box.left, glyph.box.right}) {
            for (const double y : {glyph.box.bottom, glyph.box.top}) {
                const double along = x * run.direction_x + y * run.direction_y;
                extent.from = std::min(extent.from, along);
                extent.to = std::max(extent.to, along);
            }
        }
    }
    return extent;
}

struct Placed {
    const TextRun* run;
    Extent extent;
};

bool on_one_line(const Placed& a, const Placed& b) {
    const double turn = a.run->direction_x * b.run->direction_x + a.run->direction_y * b.run->direction_y;
    if (turn < kSameDirection) return false;
    return std::abs(a.extent.across - b.extent.across) < kSameBaseline * std::max(a.run->size, b.run->size);
}

Line joined(std::vector<Placed> row) {
    std::ranges::stable_sort(row, {}, [](const Placed& placed) { return placed.extent.from; });
    Line line;
    const Placed* before = nullptr;
    for (const Placed& next : row) {
        if (before != nullptr && next.extent.from - before->extent.to > kBlankGap * next.run->size) {
            line.add(U' ', std::nullopt);
        }
        for (const Glyph& glyph : next.run->glyphs)
            line.add(glyph.character, glyph.box);
        before = &next;
    }
    return line;
}

/// The lines as a reader sees them, whatever the order in which their runs were drawn.
std::vector<Line> visual_lines(const PageText& text) {
    std::vector<Placed> runs;
    for (const TextRun& run : text.runs) {
        if (!run.glyphs.empty()) runs.push_back({&run, extent_of(run)});
    }
    std::ranges::stable_sort(runs, {}, [](const Placed& placed) { return -placed.extent.across; });
    std::vector<std::vector<Placed>> rows;
    for (const Placed& run : runs) {
        // Sorted across, so only the last few rows (one per direction) can be the run's own.
        constexpr std::ptrdiff_t kRowsBack = 8;
        const auto first = rows.end() - std::min<std::ptrdiff_t>(kRowsBack, std::ssize(rows));
        const auto own =
            std::find_if(first, rows.end(), [&](const auto& row) { return on_one_line(row.front(), run); });
        if (own != rows.end()) {
            own->push_back(run);
        } else {
            rows.push_back({run});
        }
    }
    std::vector<Line> lines;
    for (auto& row : rows)
        lines.push_back(joined(std::move(row)));
    return lines;
}

Line loose(const Line& line) {
    Line result;
    for (std::size_t i = 0; i < line.characters.size(); ++i) {
        if (!is_passed_over(line.characters[i])) result.add(folded(line.characters[i]), line.boxes[i]);
    }
    return result;
}

std::u32string loose(const std::u32string& text) {
    std::u32string result;
    for (const char32_t character : text) {
        if (!is_passed_over(character)) result.push_back(folded(character));
    }
    return result;
}

TextHit hit_on(int page, const Box& box) {
    return {page, box.left, box.bottom, box.right - box.left, box.top - box.bottom};
}

Box box_of(const TextHit& hit) {
    return {hit.x, hit.y, hit.x + hit.width, hit.y + hit.height};
}

/// The box around characters [from, to) of the line.
std::optional<Box> box_around(const Line& line, std::size_t from, std::size_t to) {
    std::optional<Box> around;
    for (std::size_t i = from; i < to; ++i) {
        if (!line.boxes[i]) continue;
        if (around) {
            around->include(*line.boxes[i]);
        } else {
            around = line.boxes[i];
        }
    }
    return around;
}

/// Where the keyword stands in the characters, from left to right without overlap.
std::vector<std::size_t> positions(std::u32string_view characters, std::u32string_view keyword) {
    std::vector<std::size_t> found;
    if (keyword.empty()) return found;
    for (std::size_t at = characters.find(keyword); at != std::u32string_view::npos;
         at = characters.find(keyword, at + keyword.size())) {
        found.push_back(at);
    }
    return found;
}

void find_within(const std::vector<Line>& lines, std::u32string_view keyword, int page, std::vector<TextHit>& hits) {
    for (const Line& line : lines) {
        for (const std::size_t at : positions(line.characters, keyword)) {
            if (const auto box = box_around(line, at, at + keyword.size())) hits.push_back(hit_on(page, *box));
        }
    }
}

/// All lines one after the other, to look over their ends.
struct Paragraph {
    Line text;
    std::vector<std::size_t> ends;  // of each line, in `text`
};

Paragraph paragraph(const std::vector<Line>& lines) {
    Paragraph whole;
    for (const Line& line : lines) {
        for (std::size_t i = 0; i < line.characters.size(); ++i)
            whole.text.add(line.characters[i], line.boxes[i]);
        whole.ends.push_back(whole.text.characters.size());
    }
    return whole;
}

void find_over_ends(const Paragraph& whole, std::u32string_view keyword, int page, std::vector<TextHit>& hits) {
    for (const std::size_t at : positions(whole.text.characters, keyword)) {
        const std::size_t line_end = *std::ranges::upper_bound(whole.ends, at);
        const auto box = box_around(whole.text, at, std::min(at + keyword.size(), line_end));
        if (box) hits.push_back(hit_on(page, *box));
    }
}

bool is_same_text(const TextHit& a, const TextHit& b) {
    if (a.page != b.page) return false;
    const Box one = box_of(a);
    const Box other = box_of(b);
    const double width = std::min(one.right, other.right) - std::max(one.left, other.left);
    const double height = std::min(one.top, other.top) - std::max(one.bottom, other.bottom);
    if (width <= 0 || height <= 0) return false;
    return width * height > kSameText * std::min(a.width * a.height, b.width * b.height);
}

/// By page, then from top to bottom, then from left to right. Hits on one row differ a little in height when their
/// fonts do, so rows are made first.
std::vector<TextHit> in_reading_order(std::vector<TextHit> hits) {
    std::ranges::stable_sort(hits, {}, [](const TextHit& hit) { return std::tuple(hit.page, -hit.y); });
    for (auto row = hits.begin(); row != hits.end();) {
        const auto in_row = [first = *row](const TextHit& hit) {
            return hit.page == first.page && first.y - hit.y < kSameRow * std::min(first.height, hit.height);
        };
        const auto end = std::find_if_not(row, hits.end(), in_row);
        std::stable_sort(row, end, [](const TextHit& a, const TextHit& b) { return a.x < b.x; });
        row = end;
    }
    return hits;
}

/// How far back in reading order a text drawn twice is looked for.
constexpr std::ptrdiff_t kTwinsBack = 16;

std::vector<TextHit> without_twins(const std::vector<TextHit>& hits) {
    std::vector<TextHit> single;
    for (const TextHit& hit : hits) {
        const auto first = single.end() - std::min<std::ptrdiff_t>(kTwinsBack, std::ssize(single));
        if (std::none_of(first, single.end(), [&](const TextHit& other) { return is_same_text(other, hit); })) {
            single.push_back(hit);
        }
    }
    return single;
}

}  // namespace

void Box::include(const Box& other) {
    left = std::min(left, other.left);
    bottom = std::min(bottom, other.bottom);
    right = std::max(right, other.right);
    top = std::max(top, other.top);
}

char32_t folded(char32_t character) {
    const auto found = std::ranges::lower_bound(kFoldings, character, {}, &Folding::from);
    return found != kFoldings.end() && found->from == character ? found->to : character;
}

bool is_passed_over(char32_t character) {
    if (character <= 0x20 || character == 0x7F) return true;
    if (character >= 0x2000 && character <= 0x200F) return true;  // blanks of many widths, joiners, direction marks
    switch (character) {
        case 0x00A0:  // no-break space
        case 0x00AD:  // soft hyphen
        case 0x2028:
        case 0x2029:
        case 0x202F:
        case 0x205F:
        case 0x2060:
        case 0x3000:  // ideographic space
        case 0xFEFF:
            return true;
        default:
            return false;
    }
}

TextSearch::TextSearch(const std::vector<std::string>& keywords) {
    for (const std::string& keyword : keywords) {
        Keyword sought;
        sought.exact = to_utf32(trim(keyword));
        sought.loose = loose(sought.exact);
        if (sought.loose.empty()) sought.exact.clear();
        keywords_.push_back(std::move(sought));
    }
}

void TextSearch::add_page(int page, const PageText& text) {
    const std::vector<Line> lines = visual_lines(text);
    std::vector<Line> loose_lines;
    for (const Line& line : lines)
        loose_lines.push_back(loose(line));
    std::vector<Line> drawn;
    for (const TextRun& run : text.runs) {
        Line line;
        for (const Glyph& glyph : run.glyphs)
            line.add(glyph.character, glyph.box);
        drawn.push_back(loose(line));
    }
    const Paragraph as_drawn = paragraph(drawn);
    const Paragraph as_seen = paragraph(loose_lines);

    for (Keyword& keyword : keywords_) {
        if (keyword.loose.empty()) continue;
        find_within(lines, keyword.exact, page, keyword.found_exactly);
        if (!keyword.found_exactly.empty()) continue;
        find_within(loose_lines, keyword.loose, page, keyword.found_loosely);
        if (!keyword.found_loosely.empty()) continue;
        find_over_ends(as_drawn, keyword.loose, page, keyword.found_over_lines);
        find_over_ends(as_seen, keyword.loose, page, keyword.found_over_lines);
    }
}

std::size_t TextSearch::kept() const {
    std::size_t count = 0;
    for (const Keyword& keyword : keywords_) {
        count += keyword.found_exactly.size() + keyword.found_loosely.size() + keyword.found_over_lines.size();
    }
    return count;
}

std::vector<std::vector<TextHit>> TextSearch::hits() const {
    std::vector<std::vector<TextHit>> all;
    for (const Keyword& keyword : keywords_) {
        const auto* found = &keyword.found_exactly;
        if (found->empty()) found = &keyword.found_loosely;
        if (found->empty()) found = &keyword.found_over_lines;
        all.push_back(without_twins(in_reading_order(*found)));
    }
    return all;
}

}  // namespace signet::render
