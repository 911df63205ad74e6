#include "pdf/lexer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>

namespace signet::pdf {

namespace {

constexpr std::array<std::int8_t, 256> kHexDigits = [] {
    std::array<std::int8_t, 256> digits{};
    digits.fill(-1);
    for (std::int8_t i = 0; i < 10; ++i)
        digits[static_cast<std::size_t>('0' + i)] = i;
    for (std::int8_t i = 0; i < 6; ++i) {
        digits[static_cast<std::size_t>('a' + i)] = static_cast<std::int8_t>(10 + i);
        digits[static_cast<std::size_t>('A' + i)] = static_cast<std::int8_t>(10 + i);
    }
    return digits;
}();

/// -1 for what is none. Signatures of a file are read several times, thousands of digits each.
int hex_digit(std::uint8_t c) {
    return kHexDigits[c];
}

bool is_digit(std::uint8_t c) {
    return c >= '0' && c <= '9';
}

}  // namespace

bool is_pdf_space(std::uint8_t byte) {
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t' || byte == '\f' || byte == 0;
}

bool is_pdf_delimiter(std::uint8_t byte) {
    return byte != 0 && std::string_view("()<>[]{}/%").find(static_cast<char>(byte)) != std::string_view::npos;
}

Error Parser::damaged(std::string_view what) const {
    return fail(ErrorCode::DamagedDocument, fmt::format("{} at byte {}", what, position_));
}

std::string_view Parser::spelled_from(std::size_t start) const {
    return as_text(bytes_.subspan(start, position_ - start));
}

void Parser::skip_space() {
    const std::size_t start = position_;
    while (position_ < bytes_.size()) {
        if (bytes_[position_] == '%') {
            while (position_ < bytes_.size() && bytes_[position_] != '\n' && bytes_[position_] != '\r')
                ++position_;
        } else if (is_pdf_space(bytes_[position_])) {
            ++position_;
        } else {
            break;
        }
    }
    budget_->spend(position_ - start);
}

bool Parser::take_keyword(std::string_view keyword) {
    skip_space();
    if (!as_text(bytes_.subspan(position_)).starts_with(keyword)) return false;
    const std::size_t end = position_ + keyword.size();
    if (end < bytes_.size() && !is_pdf_space(bytes_[end]) && !is_pdf_delimiter(bytes_[end])) return false;
    position_ = end;
    return true;
}

std::optional<std::uint64_t> Parser::take_unsigned() {
    const std::size_t start = position_;
    skip_space();
    std::uint64_t value = 0;
    const std::string_view text = as_text(bytes_.subspan(position_));
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    const auto digits = static_cast<std::size_t>(parsed.ptr - text.data());
    const bool whole = parsed.ec == std::errc() && digits > 0 &&
                       (digits == text.size() || is_pdf_space(static_cast<std::uint8_t>(text[digits])) ||
                        is_pdf_delimiter(static_cast<std::uint8_t>(text[digits])));
    if (!whole) {
        position_ = start;
        return std::nullopt;
    }
    budget_->spend(digits);
    position_ += digits;
    return value;
}

Result<Object> Parser::object_at_depth(std::size_t depth) {
    skip_space();
    if (budget_->bytes == 0) return fail(ErrorCode::TimeLimit, "the document takes too long to read");
    if (budget_->values == 0) return fail(ErrorCode::DocumentTooLarge, "the document has too many values");
    --budget_->values;
    if (depth > budget_->depth)
        return fail(ErrorCode::DocumentTooDeep, "arrays and dictionaries are nested too deeply");
    if (at_end()) return damaged("an object is missing");

    const std::size_t start = position_;
    const std::uint8_t c = bytes_[position_];
    Result<Object> result = [&]() -> Result<Object> {
        if (c == '/') {
            Result<Name> read = name();
            if (!read) return read.error();
            return Object(std::move(*read));
        }
        if (c == '(') return literal_string();
        if (c == '[') return array(depth);
        if (c == '<') {
            return position_ + 1 < bytes_.size() && bytes_[position_ + 1] == '<' ? dictionary(depth) : hex_string();
        }
        if (is_digit(c) || c == '+' || c == '-' || c == '.') return number_or_reference();
        return word();
    }();
    // What is inside an array or dictionary has been paid for already.
    if (c != '[' && (c != '<' || (result && result->as_string() != nullptr))) budget_->spend(position_ - start);
    return result;
}

Result<Object> Parser::dictionary(std::size_t depth) {
    position_ += 2;
    Dictionary dictionary;
    while (true) {
        skip_space();
        if (at_end()) return damaged("a dictionary does not end");
        if (as_text(bytes_.subspan(position_)).starts_with(">>")) break;
        if (bytes_[position_] != '/') return damaged("a dictionary key is no name");
        Result<Name> key = name();
        if (!key) return key.error();
        Result<Object> value = object_at_depth(depth + 1);
        if (!value) return value.error();
        dictionary.add_from_file(std::move(*key), std::move(*value));
        if (dictionary.entries().size() > 256 && dictionary.entries().size() % 256 == 0) {
            // Looking a key up is linear: a dictionary of a hundred thousand keys must cost its square.
            if (!budget_->spend(dictionary.entries().size() * 64)) {
                return fail(ErrorCode::TimeLimit, "the document takes too long to read");
            }
        }
    }
    position_ += 2;
    return Object(std::move(dictionary));
}

Result<Object> Parser::array(std::size_t depth) {
    ++position_;
    Array array;
    while (true) {
        skip_space();
        if (at_end()) return damaged("an array does not end");
        if (bytes_[position_] == ']') break;
        Result<Object> value = object_at_depth(depth + 1);
        if (!value) return value.error();
        array.push_back(std::move(*value));
    }
    ++position_;
    return Object(std::move(array));
}

bool Parser::read_escape(std::string& to) {
    if (at_end()) return false;
    const std::uint8_t c = bytes_[position_++];
    switch (c) {
        case 'n':
            to += '\n';
            return true;
        case 'r':
            to += '\r';
            return true;
        case 't':
            to += '\t';
            return true;
        case 'b':
            to += '\b';
            return true;
        case 'f':
            to += '\f';
            return true;
        case '\r':
            if (!at_end() && bytes_[position_] == '\n') ++position_;
            return true;
        case '\n':
            return true;
        default:
            break;
    }
    if (c < '0' || c > '7') {
        to += static_cast<char>(c);
        return true;
    }
    unsigned value = c - '0';
    for (int i = 0; i < 2 && !at_end() && bytes_[position_] >= '0' && bytes_[position_] <= '7'; ++i) {
        value = value * 8 + (bytes_[position_++] - '0');
    }
    to += static_cast<char>(value & 0xffU);
    return true;
}

Result<Object> Parser::literal_string() {
    const std::size_t start = position_++;
    std::string value;
    for (std::size_t open = 1; open > 0;) {
        if (at_end()) return damaged("a string does not end");
        const std::uint8_t c = bytes_[position_++];
        if (c == '\\') {
            if (!read_escape(value)) return damaged("a string does not end");
            continue;
        }
        if (c == '(') ++open;
        if (c == ')' && --open == 0) break;
        if (c == '\r') {  // any line break within a string is one line feed
            if (!at_end() && bytes_[position_] == '\n') ++position_;
            value += '\n';
            continue;
        }
        value += static_cast<char>(c);
    }
    return Object(String{std::move(value), std::string(spelled_from(start))});
}

Result<Object> Parser::hex_string() {
    const std::size_t start = position_++;
    std::string value;
    int high = -1;
    while (true) {
        if (at_end()) return damaged("a hexadecimal string does not end");
        const std::uint8_t c = bytes_[position_++];
        const int digit = hex_digit(c);
        if (digit < 0) {
            if (c == '>') break;
            if (is_pdf_space(c)) continue;
            return damaged("a hexadecimal string holds a foreign character");
        }
        if (high < 0) {
            high = digit;
        } else {
            value += static_cast<char>(high * 16 + digit);
            high = -1;
        }
    }
    if (high >= 0) value += static_cast<char>(high * 16);
    return Object(String{std::move(value), std::string(spelled_from(start))});
}

Result<Name> Parser::name() {
    const std::size_t start = position_++;
    std::string text;
    while (!at_end() && !is_pdf_space(bytes_[position_]) && !is_pdf_delimiter(bytes_[position_])) {
        const std::uint8_t c = bytes_[position_++];
        const bool escaped = c == '#' && position_ + 1 < bytes_.size() && hex_digit(bytes_[position_]) >= 0 &&
                             hex_digit(bytes_[position_ + 1]) >= 0;
        if (escaped) {
            text += static_cast<char>(hex_digit(bytes_[position_]) * 16 + hex_digit(bytes_[position_ + 1]));
            position_ += 2;
        } else {
            text += static_cast<char>(c);
        }
    }
    return Name{std::move(text), std::string(spelled_from(start))};
}

Result<Object> Parser::number_or_reference() {
    const std::size_t start = position_;
    while (!at_end() && !is_pdf_space(bytes_[position_]) && !is_pdf_delimiter(bytes_[position_]))
        ++position_;
    std::string_view text = spelled_from(start);
    const std::string_view spelling = text;
    if (text.starts_with('+')) text.remove_prefix(1);
    const char* const end = text.data() + text.size();

    std::int64_t integer = 0;
    const auto whole = std::from_chars(text.data(), end, integer);
    if (whole.ec == std::errc() && whole.ptr == end) {
        if (!is_digit(bytes_[start]) || integer <= 0 || integer > kMaxObjectNumber) return Object(integer);
        const std::size_t after = position_;
        const std::optional<std::uint64_t> generation = take_unsigned();
        if (generation && *generation <= 65535 && take_keyword("R")) {
            return Object(Reference{static_cast<std::uint32_t>(integer), static_cast<std::uint32_t>(*generation)});
        }
        position_ = after;
        return Object(integer);
    }
    double real = 0;
    const auto parsed = std::from_chars(text.data(), end, real, std::chars_format::fixed);
    const bool plain =
        std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || c == '.' || c == '-'; });
    if (parsed.ec != std::errc() || parsed.ptr != end || !plain) return damaged("a number cannot be read");
    return Object(Real{real, std::string(spelling)});
}

Result<Object> Parser::word() {
    if (take_keyword("null")) return Object();
    if (take_keyword("true")) return Object(true);
    if (take_keyword("false")) return Object(false);
    return damaged("there is no object");
}

bool is_dictionary_content(std::string_view text) {
    const std::string whole = "<<" + std::string(text) + ">>";
    WorkBudget budget{whole.size() * 8 + 64, whole.size() + 1, 16};
    Parser parser(as_bytes(whole), 0, budget);
    const Result<Object> object = parser.object();
    return object && object->as_dictionary() != nullptr && parser.at_end() && text.find('%') == std::string_view::npos;
}

}  // namespace signet::pdf
