#include "seal/name_seal.hpp"

#include "seal/company_seal.hpp"
#include "seal/lettering.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace signet::seal {
namespace {

constexpr std::size_t kLongestName = 20;
constexpr std::size_t kLongestProfession = 20;
constexpr std::size_t kLongestNumber = 30;

// Parts of the seal's smaller side.
constexpr double kFrame = 0.05;
constexpr double kFrameGap = 0.05;
constexpr double kCellGap = 0.035;
constexpr double kWhiteMargin = 0.09;
constexpr double kRowGap = 0.06;

bool is_chinese(const Glyph& glyph) {
    return glyph.advance >= 0.95;
}

/// 张三 becomes 张三之印 and 王小明 becomes 王小明印, so that four cells are filled.
void complete(std::u32string& name) {
    if (name.size() == 2) name += U"之印";
    if (name.size() == 3) name += U"印";
}

/// Characters in columns from the right, each column from the top.
void write_columns(ContentWriter& content, const Line& line, const Rectangle& field, double gap) {
    const std::size_t count = line.glyphs.size();
    const auto columns = static_cast<std::size_t>(std::ceil(std::sqrt(static_cast<double>(count))));
    const std::size_t rows = (count + columns - 1) / columns;
    const double width = (field.width - gap * static_cast<double>(columns - 1)) / static_cast<double>(columns);
    for (std::size_t column = 0; column < columns; ++column) {
        const std::size_t first = column * rows;
        if (first >= count) break;
        const std::size_t in_column = std::min(rows, count - first);
        const double height =
            (field.height - gap * static_cast<double>(in_column - 1)) / static_cast<double>(in_column);
        const double x = field.x + field.width - width - static_cast<double>(column) * (width + gap);
        for (std::size_t row = 0; row < in_column; ++row) {
            const double y = field.y + field.height - height - static_cast<double>(row) * (height + gap);
            write_cell(content, line.glyphs[first + row], {x, y, width, height});
        }
    }
}

/// A name in letters, one row a word.
void write_words(ContentWriter& content, const FontLibrary::Store& store, std::u32string_view characters,
                 const Rectangle& field) {
    std::vector<Line> words;
    while (!characters.empty()) {
        const auto end = std::min(characters.find(U' '), characters.size());
        if (end > 0) words.push_back(set_characters(store, FaceRole::Song, characters.substr(0, end)));
        characters.remove_prefix(std::min(end + 1, characters.size()));
    }
    const double height = field.height / static_cast<double>(words.size());
    double bottom = field.y + field.height;
    for (const Line& word : words) {
        bottom -= height;
        write_row(content, word, {field.x, bottom + height * 0.1, field.width, height * 0.8});
    }
}

Rectangle inset(const Rectangle& box, double by) {
    return {box.x + by, box.y + by, box.width - 2 * by, box.height - 2 * by};
}

void write_frame(ContentWriter& content, const Rectangle& outer, double thickness) {
    content.rectangle(outer);
    content.rectangle(inset(outer, thickness));
    content.fill_even_odd();
}

struct Row {
    const Line& line;
    double share;  // of the height
};

void write_rows(ContentWriter& content, const std::vector<Row>& rows, const Rectangle& field, double gap) {
    double shares = 0;
    for (const Row& row : rows)
        shares += row.share;
    const double room = field.height - gap * static_cast<double>(rows.size() - 1);
    double top = field.y + field.height;
    for (const Row& row : rows) {
        const double height = room * row.share / shares;
        write_row(content, row.line, {field.x, top - height, field.width, height});
        top -= height + gap;
    }
}

Drawing at_true_size(const Specification& specification, std::string content) {
    Drawing drawing;
    drawing.width = specification.width_points();
    drawing.height = specification.height_points();
    drawing.content = std::move(content);
    return drawing;
}

}  // namespace

Result<Drawing> draw_name_seal(const FontLibrary& fonts, const NameSealDesign& design) {
    const Shape shape = design.specification.shape;
    if (shape == Shape::Circular || shape == Shape::Oval) {
        return invalid_parameter(fmt::format("spec: a name seal has corners, not {}", design.specification.key));
    }
    auto characters = checked_characters(fonts.store(), design.name, {"name", kLongestName, true});
    if (!characters) return characters.error();
    // The dot in 阿里木·买买提 gets a cell of its own.
    std::ranges::replace(*characters, U'·', U'・');
    Line line = set_characters(fonts.store(), FaceRole::Song, *characters);
    const bool chinese = std::ranges::all_of(line.glyphs, is_chinese);
    if (chinese && design.complete_with_yin) {
        complete(*characters);
        line = set_characters(fonts.store(), FaceRole::Song, *characters);
    }

    const Rectangle outer{0, 0, design.specification.width_points(), design.specification.height_points()};
    const double side = std::min(outer.width, outer.height);
    const bool white = design.lettering == Lettering::White;
    const Rectangle field = inset(outer, side * (white ? kWhiteMargin : kFrame + kFrameGap));
    ContentWriter content;
    content.fill_colour(kSealRed);
    if (!white) write_frame(content, outer, side * kFrame);
    if (white) {
        content.rectangle(outer);
        content.cut_letters(true);
    }
    if (shape == Shape::Rectangle) {
        write_row(content, line, field);
    } else if (chinese) {
        write_columns(content, line, field, side * kCellGap);
    } else {
        write_words(content, fonts.store(), *characters, field);
    }
    if (white) content.fill_even_odd();
    return at_true_size(design.specification, content.take());
}

Result<Drawing> draw_practising_seal(const FontLibrary& fonts, const PractisingSealDesign& design) {
    const Shape shape = design.specification.shape;
    if (shape == Shape::Circular || shape == Shape::Oval) {
        return invalid_parameter(fmt::format("spec: a practising seal has corners, not {}", design.specification.key));
    }
    const auto set = [&](std::string_view text, const TextRule& rule) {
        return set_line(fonts.store(), FaceRole::Song, text, rule);
    };
    const auto profession = set(design.profession, {"profession", kLongestProfession, false});
    if (!profession) return profession.error();
    const auto name = set(design.name, {"name", kLongestName, true});
    if (!name) return name.error();
    const auto number = set(design.registration_number, {"registrationNumber", kLongestNumber, false});
    if (!number) return number.error();

    std::vector<Row> rows;
    if (!profession->empty()) rows.push_back({*profession, 0.9});
    rows.push_back({*name, 1.3});
    if (!number->empty()) rows.push_back({*number, 0.65});
    const Rectangle outer{0, 0, design.specification.width_points(), design.specification.height_points()};
    const double side = std::min(outer.width, outer.height);
    ContentWriter content;
    content.fill_colour(kSealRed);
    write_frame(content, outer, side * kFrame * 0.8);
    write_rows(content, rows, inset(outer, side * (kFrame + kFrameGap * 1.4)), side * kRowGap);
    return at_true_size(design.specification, content.take());
}

}  // namespace signet::seal
