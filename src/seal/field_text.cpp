#include "seal/field_text.hpp"

#include "base/text.hpp"
#include "seal/content_writer.hpp"
#include "seal/font_store.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <vector>

namespace signet::seal {
namespace {

// From one baseline to the next, and of a line's em box below its baseline; in ems.
constexpr double kLeading = 1.25;
constexpr double kDescent = 0.12;
constexpr double kStep = 0.5;

std::optional<DateFont> embedded_font(const FontLibrary::Store& store, std::u32string alphabet) {
    std::ranges::sort(alphabet);
    alphabet.erase(std::unique(alphabet.begin(), alphabet.end()), alphabet.end());
    for (const FaceRole role : {FaceRole::SongText, FaceRole::Fallback}) {
        auto font = make_date_font(store.face(role), alphabet);
        if (!font) continue;
        const bool has_all = std::ranges::all_of(alphabet, [&](char32_t c) { return font->find(c) != nullptr; });
        if (has_all) return std::move(*font);
    }
    return std::nullopt;
}

/// Where a line must end that begins at `from`, when it may be `room` ems long; at least one character.
std::size_t end_of_line(const DateFont& font, std::u32string_view text, std::size_t from, double room) {
    double length = 0;
    std::size_t blank = 0;
    for (std::size_t at = from; at < text.size(); ++at) {
        length += font.find(text[at])->advance;
        if (length > room) {
            const bool in_word = text[at] < 0x2E80 && at > from && text[at - 1] < 0x2E80;
            if (in_word && blank > from) return blank;
            return std::max(at, from + 1);
        }
        if (text[at] == U' ') blank = at + 1;
    }
    return text.size();
}

std::vector<std::u32string> broken(const DateFont& font, const std::vector<std::u32string>& paragraphs, double room) {
    std::vector<std::u32string> lines;
    for (const std::u32string& paragraph : paragraphs) {
        std::size_t from = 0;
        do {
            const std::size_t end = end_of_line(font, paragraph, from, room);
            lines.push_back(paragraph.substr(from, end - from));
            from = end;
        } while (from < paragraph.size());
    }
    return lines;
}

double length_of(const DateFont& font, std::u32string_view line) {
    double length = 0;
    for (const char32_t character : line)
        length += font.find(character)->advance;
    return length;
}

bool fits(const DateFont& font, const std::vector<std::u32string>& lines, const FieldBox& box, double size) {
    const double needed = (kLeading * static_cast<double>(lines.size() - 1) + 1) * size;
    if (needed > box.height) return false;
    return std::ranges::all_of(
        lines, [&](const std::u32string& line) { return length_of(font, line) * size <= box.width + 0.01; });
}

std::string set_lines(const DateFont& font, const std::vector<std::u32string>& lines, const FieldBox& box,
                      double size) {
    const double height = (kLeading * static_cast<double>(lines.size() - 1) + 1) * size;
    const double top = lines.size() == 1 ? (box.height + height) / 2 : box.height;
    std::string content = "BT\n/F0 ";
    append_number(content, size, 2);
    content += " Tf\n";
    double baseline = top - (1 - kDescent) * size;
    for (const std::u32string& line : lines) {
        content += "1 0 0 1 0 ";
        append_number(content, baseline, 2);
        content += " Tm\n<";
        for (const char32_t character : line)
            content += fmt::format("{:04X}", font.find(character)->code);
        content += "> Tj\n";
        baseline -= kLeading * size;
    }
    return content + "ET\n";
}

/// Its lines, without what cannot be seen.
std::vector<std::u32string> paragraphs_of(std::string_view text) {
    std::vector<std::u32string> list(1);
    for (const char32_t character : to_utf32(text)) {
        if (character == U'\n') {
            list.emplace_back();
        } else if (character == U'\t') {
            list.back() += U' ';
        } else if (character >= 0x20 && character != 0x7F) {
            list.back() += character;
        }
    }
    return list;
}

}  // namespace

Result<Drawing> draw_field_text(const FontLibrary& fonts, std::string_view text, const FieldBox& box) {
    Drawing drawing;
    drawing.width = box.width;
    drawing.height = box.height;
    if (!is_utf8(text)) return invalid_parameter("not UTF-8");
    const std::vector<std::u32string> paragraphs = paragraphs_of(text);
    std::u32string alphabet;
    for (const std::u32string& paragraph : paragraphs)
        alphabet += paragraph;
    if (alphabet.empty()) return drawing;
    const auto font = embedded_font(fonts.store(), alphabet);
    if (!font) return invalid_parameter("has characters that cannot be drawn");
    const double smallest = std::min(kSmallestFieldText, box.font_size);
    for (double size = box.font_size;; size = std::max(smallest, size - kStep)) {
        const auto lines = broken(*font, paragraphs, box.width / size);
        if (fits(*font, lines, box, size)) {
            drawing.content = "0 g\n" + set_lines(*font, lines, box, size);
            drawing.resources = "<</Font<</F0 @0@>>>>";
            drawing.parts = font->parts;
            return drawing;
        }
        if (size <= smallest) return invalid_parameter("is too long for its place on the page");
    }
}

}  // namespace signet::seal
