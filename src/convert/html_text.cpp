#include "convert/html_text.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace signet::convert {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kLookedAt = 4096;
constexpr std::array kFirstTags{"!doctype html"sv,
                                "html"sv,
                                "head"sv,
                                "body"sv,
                                "title"sv,
                                "meta"sv,
                                "link"sv,
                                "style"sv,
                                "script"sv,
                                "table"sv,
                                "div"sv,
                                "p"sv,
                                "span"sv,
                                "h1"sv,
                                "h2"sv,
                                "h3"sv,
                                "br"sv,
                                "a"sv,
                                "b"sv,
                                "font"sv,
                                "ul"sv,
                                "center"sv,
                                "iframe"sv};

std::string_view without_mark(std::string_view text) {
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    return text;
}

std::string_view skip_blanks(std::string_view text) {
    return text.substr(std::min(text.find_first_not_of(" \t\r\n\f"), text.size()));
}

/// Behind blanks, comments and the declaration of XHTML.
std::string_view at_first_tag(std::string_view text) {
    for (;;) {
        text = skip_blanks(text);
        std::string_view end;
        if (text.starts_with("<!--"sv)) end = "-->"sv;
        if (text.starts_with("<?xml"sv)) end = "?>"sv;
        if (end.empty()) return text;
        const std::size_t at = text.find(end);
        if (at == std::string_view::npos) return {};
        text.remove_prefix(at + end.size());
    }
}

}  // namespace

bool looks_like_html(ByteView content) {
    const std::string_view text = without_mark(as_text(content));
    if (text.find('\0') != std::string_view::npos) return false;
    const std::string_view first = at_first_tag(text);
    if (!first.starts_with('<')) return false;
    const std::string name = to_lower(first.substr(1, 16));
    return std::ranges::any_of(kFirstTags, [&](std::string_view tag) {
        if (!name.starts_with(tag)) return false;
        return name.size() == tag.size() || " \t\r\n\f/>"sv.find(name[tag.size()]) != std::string_view::npos;
    });
}

std::string encoding_mark(ByteView content) {
    const std::string_view text = as_text(content);
    if (text.starts_with(kByteOrderMark)) return {};
    if (is_utf8(text)) return std::string(kByteOrderMark);
    const std::string head = to_lower(text.substr(0, kLookedAt));
    if (head.find("charset") != std::string::npos || head.find("encoding=") != std::string::npos) return {};
    return "<meta charset=\"gb18030\">";
}

}  // namespace signet::convert
