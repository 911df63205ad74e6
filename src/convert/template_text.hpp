#pragma once

#include "base/bytes.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet::convert {

/// What goes into a blank of a template.
struct FillField {
    std::string name;
    /// Lines are parted by '\n'.
    std::string text;
    /// A table's rows: its cells with the names of their columns; without names the cells come in the order in which
    /// the template names the columns.
    bool is_table = false;
    struct Cell {
        std::string column;
        std::string text;
    };
    std::vector<std::vector<Cell>> rows;
    /// A picture (PNG or JPEG) instead of a text.
    Bytes picture;
};

/// The marks of a template that is text with tags: the main part of a Word document (ECMA-376 Part 1 §17), or a page of
/// HTML. A blank is `{{name}}` with half-width braces. Programs cut a line of text into many runs, so a blank may lie
/// in several of them, as long as they belong to one paragraph.
enum class Markup { Word, Html };

/// Text as the markup writes it, line breaks as its own.
std::string escaped(Markup markup, std::string_view text);

/// What a blank becomes, as markup that stands where text stood; nothing: the blank stays.
using Replacement = std::function<std::optional<std::string>(const std::string& name)>;

/// The text with its blanks replaced. The text is well-formed enough that tags can be told from text; anything else
/// comes out as it went in.
std::string replace_blanks(Markup markup, std::string_view text, const Replacement& replacement);
/// The names of the blanks in the order of their first appearance.
std::vector<std::string> blanks_of(Markup markup, std::string_view text);

/// Repeats each row of a table that has blanks `{{table.column}}` once for every row of that field. No rows leave one
/// row of empty cells.
std::string repeat_rows(Markup markup, std::string_view text, const std::vector<FillField>& fields);

}  // namespace signet::convert
