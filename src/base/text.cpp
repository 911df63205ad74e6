#include "base/text.hpp"

#include <charconv>
#include <cmath>

namespace signet {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

/// Takes one character off the front; `valid` tells whether its bytes were UTF-8.
char32_t take_character(std::string_view& text, bool& valid) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    std::size_t length = 1;
    char32_t character = first;
    if (first >= 0xF0 && first <= 0xF4) {
        length = 4;
        character = first & 0x07U;
    } else if (first >= 0xE0) {
        length = 3;
        character = first & 0x0FU;
    } else if (first >= 0xC2) {
        length = 2;
        character = first & 0x1FU;
    }
    valid = first < 0x80 || (first >= 0xC2 && first <= 0xF4 && text.size() >= length);
    for (std::size_t i = 1; valid && i < length; ++i) {
        valid = (byte(i) & 0xC0U) == 0x80;
        character = (character << 6) | (byte(i) & 0x3FU);
    }
    if (length == 3) valid = valid && character >= 0x800 && (character < 0xD800 || character > 0xDFFF);
    if (length == 4) valid = valid && character >= 0x10000 && character <= 0x10FFFF;
    text.remove_prefix(valid ? length : 1);
    return valid ? character : kReplacement;
}

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::string_view trim(std::string_view text) {
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

std::string to_lower(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        c = lower(c);
    return result;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (lower(a[i]) != lower(b[i])) return false;
    }
    return true;
}

bool is_utf8(std::string_view text) {
    bool valid = true;
    while (!text.empty() && valid)
        take_character(text, valid);
    return valid;
}

std::u32string to_utf32(std::string_view text) {
    std::u32string result;
    result.reserve(text.size());
    bool valid = true;
    while (!text.empty())
        result.push_back(take_character(text, valid));
    return result;
}

std::string to_utf8(std::u32string_view text) {
    std::string result;
    for (const char32_t c : text) {
        const auto put = [&](unsigned byte) { result.push_back(static_cast<char>(byte)); };
        if (c < 0x80) {
            put(c);
        } else if (c < 0x800) {
            put(0xC0U | (c >> 6));
            put(0x80U | (c & 0x3FU));
        } else if (c < 0x10000) {
            put(0xE0U | (c >> 12));
            put(0x80U | ((c >> 6) & 0x3FU));
            put(0x80U | (c & 0x3FU));
        } else {
            put(0xF0U | (c >> 18));
            put(0x80U | ((c >> 12) & 0x3FU));
            put(0x80U | ((c >> 6) & 0x3FU));
            put(0x80U | (c & 0x3FU));
        }
    }
    return result;
}

std::size_t character_count(std::string_view text) {
    std::size_t count = 0;
    bool valid = true;
    while (!text.empty()) {
        take_character(text, valid);
        ++count;
    }
    return count;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
    text = trim(text);
    if (!text.empty() && text.front() == '+') text.remove_prefix(1);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<double> parse_decimal(std::string_view text) {
    text = trim(text);
    if (!text.empty() && text.front() == '+') text.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
        return std::nullopt;
    }
    return value;
}

std::string mask_contact(std::string_view contact) {
    const std::size_t at = contact.find('@');
    if (at != std::string_view::npos) {
        return std::string(contact.substr(0, std::min<std::size_t>(1, at))) + "***" + std::string(contact.substr(at));
    }
    if (contact.size() < 8) return std::string(contact.size(), '*');
    return std::string(contact.substr(0, 3)) + "****" + std::string(contact.substr(contact.size() - 4));
}

}  // namespace signet
