#include "convert/template_text.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace signet::convert {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kLongestBlank = 200;
constexpr std::size_t kDeepestParagraph = 16;
constexpr auto kNone = std::string_view::npos;

/// A tag, or the text between two tags.
struct Piece {
    bool is_tag = false;
    bool closes = false;
    bool is_empty = false;  // <name/>
    std::string_view name;  // of a tag
    std::string_view raw;
};

std::string_view tag_name(std::string_view raw) {
    std::size_t begin = 1;
    if (begin < raw.size() && raw[begin] == '/') ++begin;
    const std::size_t end = raw.find_first_of(" \t\r\n/>", begin);
    return raw.substr(begin, (end == kNone ? raw.size() : end) - begin);
}

/// Where the markup that begins at `at` with '<' ends.
std::size_t end_of_markup(std::string_view text, std::size_t at) {
    for (const auto& [begin, end] :
         {std::pair{"<!--"sv, "-->"sv}, std::pair{"<![CDATA["sv, "]]>"sv}, std::pair{"<?"sv, "?>"sv}}) {
        if (!text.substr(at).starts_with(begin)) continue;
        const std::size_t found = text.find(end, at);
        return found == kNone ? text.size() : found + end.size();
    }
    char quote = 0;
    for (std::size_t i = at; i < text.size(); ++i) {
        if (quote != 0) {
            if (text[i] == quote) quote = 0;
        } else if (text[i] == '"' || text[i] == '\'') {
            quote = text[i];
        } else if (text[i] == '>') {
            return i + 1;
        }
    }
    return text.size();
}

bool is_raw_text(std::string_view name) {
    return equal_ignoring_case(name, "script") || equal_ignoring_case(name, "style");
}

std::vector<Piece> pieces_of(Markup markup, std::string_view text) {
    std::vector<Piece> pieces;
    std::size_t at = 0;
    while (at < text.size()) {
        if (text[at] != '<') {
            const std::size_t next = std::min(text.find('<', at), text.size());
            pieces.push_back({false, false, false, {}, text.substr(at, next - at)});
            at = next;
            continue;
        }
        const std::size_t end = end_of_markup(text, at);
        Piece piece{true, false, false, {}, text.substr(at, end - at)};
        piece.closes = piece.raw.starts_with("</");
        piece.is_empty = piece.raw.ends_with("/>");
        piece.name = tag_name(piece.raw);
        pieces.push_back(piece);
        at = end;
        if (markup == Markup::Html && !piece.closes && is_raw_text(piece.name)) {
            // What a page's programs and styles say is not text.
            const std::string close = "</" + to_lower(piece.name);
            const std::size_t stop = std::min(to_lower(text.substr(at)).find(close), text.size() - at);
            pieces.push_back({true, false, false, {}, text.substr(at, stop)});
            at += stop;
        }
    }
    return pieces;
}

bool parts_paragraphs(std::string_view name) {
    constexpr std::array kBlocks{"p"sv,  "div"sv, "td"sv, "th"sv,   "tr"sv,      "li"sv,    "br"sv,    "h1"sv,
                                 "h2"sv, "h3"sv,  "h4"sv, "h5"sv,   "h6"sv,      "table"sv, "ul"sv,    "ol"sv,
                                 "dl"sv, "dt"sv,  "dd"sv, "body"sv, "section"sv, "hr"sv,    "title"sv, "head"sv};
    return std::ranges::any_of(kBlocks, [&](std::string_view block) { return equal_ignoring_case(name, block); });
}

/// The pieces of text that belong together, paragraph by paragraph.
std::vector<std::vector<std::size_t>> paragraphs_of(Markup markup, const std::vector<Piece>& pieces) {
    std::vector<std::vector<std::size_t>> done;
    std::vector<std::vector<std::size_t>> open(1);
    const auto close = [&] {
        if (!open.back().empty()) done.push_back(std::move(open.back()));
        open.back().clear();
    };
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        const Piece& piece = pieces[i];
        if (!piece.is_tag) {
            const bool is_text = markup == Markup::Html || (i > 0 && pieces[i - 1].name == "w:t");
            if (is_text) open.back().push_back(i);
        } else if (markup == Markup::Html) {
            if (parts_paragraphs(piece.name)) close();
        } else if (piece.name == "w:p" && !piece.is_empty) {
            // A paragraph of Word holds others where it anchors a text box.
            if (piece.closes) {
                close();
                if (open.size() > 1) open.pop_back();
            } else if (open.size() < kDeepestParagraph) {
                open.emplace_back();
            }
        } else if (piece.name == "w:br" || piece.name == "w:cr") {
            // Runs on: a blank does not contain a line break, but what follows belongs to the same paragraph.
            close();
        }
    }
    while (!open.empty()) {
        close();
        open.pop_back();
    }
    return done;
}

std::string unescaped(std::string_view text) {
    std::string result(text);
    for (const auto& [entity, plain] :
         {std::pair{"&lt;"sv, "<"sv}, std::pair{"&gt;"sv, ">"sv}, std::pair{"&quot;"sv, "\""sv},
          std::pair{"&nbsp;"sv, " "sv}, std::pair{"&amp;"sv, "&"sv}}) {
        for (std::size_t at = result.find(entity); at != kNone; at = result.find(entity, at + plain.size()))
            result.replace(at, entity.size(), plain);
    }
    return std::string(trim(result));
}

/// Keeps the blanks at the ends of a run (ECMA-376 Part 1 §17.3.3.31): without the attribute they are dropped.
constexpr std::string_view kKeptText = "<w:t xml:space=\"preserve\">";

/// Replaces the blanks of one paragraph in `texts`, which holds the pieces as they are to be written.
void replace_in(const std::vector<std::size_t>& paragraph, std::vector<std::string>& texts,
                const Replacement& replacement, const std::function<void(std::size_t)>& touched) {
    std::string joined;
    std::vector<std::size_t> starts;
    for (const std::size_t index : paragraph) {
        starts.push_back(joined.size());
        joined += texts[index];
    }
    struct Cut {
        std::size_t begin;
        std::size_t end;
        std::string with;
    };
    std::vector<Cut> cuts;
    for (std::size_t at = joined.find("{{"); at != kNone; at = joined.find("{{", at)) {
        const std::size_t end = joined.find("}}", at + 2);
        if (end == kNone) break;
        // Of "{{{{name}}" the inner pair counts.
        const std::size_t inner = joined.rfind("{{", end - 1);
        if (inner != kNone && inner > at) at = inner;
        auto with = end - at - 2 <= kLongestBlank
                        ? replacement(unescaped(std::string_view(joined).substr(at + 2, end - at - 2)))
                        : std::nullopt;
        if (with) cuts.push_back({at, end + 2, std::move(*with)});
        at = end + 2;
    }
    // From the back, so that what lies before stays where it is.
    for (auto cut = cuts.rbegin(); cut != cuts.rend(); ++cut) {
        for (std::size_t i = paragraph.size(); i-- > 0;) {
            const std::size_t begin = starts[i];
            const std::size_t end = i + 1 < starts.size() ? starts[i + 1] : joined.size();
            if (begin >= cut->end || end <= cut->begin) continue;
            std::string& text = texts[paragraph[i]];
            const std::size_t from = std::max(begin, cut->begin) - begin;
            const std::size_t to = std::min(end, cut->end) - begin;
            text.replace(from, to - from, begin <= cut->begin ? cut->with : std::string());
            touched(paragraph[i]);
        }
    }
}

std::string between(const std::vector<Piece>& pieces, std::size_t from, std::size_t to) {
    std::string text;
    for (std::size_t i = from; i < to; ++i)
        text += pieces[i].raw;
    return text;
}

std::optional<std::string> cell_of(const FillField& field, const std::vector<FillField::Cell>& row,
                                   const std::vector<std::string>& columns, const std::string& name) {
    const std::string column = name.substr(field.name.size() + 1);
    for (const FillField::Cell& cell : row) {
        if (cell.column == column) return cell.text;
    }
    const auto place = static_cast<std::size_t>(std::find(columns.begin(), columns.end(), name) - columns.begin());
    if (place < row.size() && row[place].column.empty()) return row[place].text;
    return std::string();
}

std::string repeated(Markup markup, const std::string& row, const std::vector<FillField>& fields) {
    for (const FillField& field : fields) {
        if (!field.is_table) continue;
        std::vector<std::string> columns = blanks_of(markup, row);
        std::erase_if(columns, [&](const std::string& name) { return !name.starts_with(field.name + "."); });
        if (columns.empty()) continue;
        const std::vector<std::vector<FillField::Cell>> none(1);
        std::string all;
        for (const auto& cells : field.rows.empty() ? none : field.rows) {
            all += replace_blanks(markup, row, [&](const std::string& name) -> std::optional<std::string> {
                if (!name.starts_with(field.name + ".")) return std::nullopt;
                const auto text = cell_of(field, cells, columns, name);
                return text ? std::optional(escaped(markup, *text)) : std::nullopt;
            });
        }
        return all;
    }
    return row;
}

}  // namespace

std::string escaped(Markup markup, std::string_view text) {
    std::string result;
    for (const char c : text) {
        switch (c) {
            case '&':
                result += "&amp;";
                break;
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            case '"':
                result += "&quot;";
                break;
            case '\n':
                result += markup == Markup::Html ? "<br/>" : "</w:t><w:br/>" + std::string(kKeptText);
                break;
            default:
                // XML 1.0 knows no other control characters than the tab.
                if (static_cast<unsigned char>(c) >= 0x20 || c == '\t') result += c;
        }
    }
    return result;
}

std::string replace_blanks(Markup markup, std::string_view text, const Replacement& replacement) {
    const std::vector<Piece> pieces = pieces_of(markup, text);
    std::vector<std::string> texts;
    texts.reserve(pieces.size());
    for (const Piece& piece : pieces)
        texts.emplace_back(piece.raw);
    const auto touched = [&](std::size_t index) {
        if (markup == Markup::Word && index > 0 && pieces[index - 1].raw == "<w:t>") texts[index - 1] = kKeptText;
    };
    for (const auto& paragraph : paragraphs_of(markup, pieces))
        replace_in(paragraph, texts, replacement, touched);
    std::string result;
    for (const std::string& piece : texts)
        result += piece;
    return result;
}

std::vector<std::string> blanks_of(Markup markup, std::string_view text) {
    std::vector<std::string> names;
    replace_blanks(markup, text, [&](const std::string& name) -> std::optional<std::string> {
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
        return std::nullopt;
    });
    return names;
}

std::string repeat_rows(Markup markup, std::string_view text, const std::vector<FillField>& fields) {
    if (std::ranges::none_of(fields, &FillField::is_table)) return std::string(text);
    const std::string_view row_tag = markup == Markup::Html ? "tr" : "w:tr";
    const std::vector<Piece> pieces = pieces_of(markup, text);
    std::string result;
    std::size_t written = 0;
    std::size_t begin = kNone;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        const Piece& piece = pieces[i];
        if (!piece.is_tag || !equal_ignoring_case(piece.name, row_tag) || piece.is_empty) continue;
        if (!piece.closes) {
            begin = i;  // of nested rows the innermost
            continue;
        }
        if (begin == kNone) continue;
        result += between(pieces, written, begin);
        result += repeated(markup, between(pieces, begin, i + 1), fields);
        written = i + 1;
        begin = kNone;
    }
    result += between(pieces, written, pieces.size());
    return result;
}

}  // namespace signet::convert
