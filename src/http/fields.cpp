#include "http/fields.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace signet::http {
namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Takes the text up to `separator`, or all of it, off the front.
std::string_view take_until(std::string_view& text, char separator) {
    const std::size_t at = text.find(separator);
    const std::string_view taken = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    return taken;
}

/// Takes a quoted string (RFC 9110 §5.6.4), whose opening quote stands in front, off the front.
std::string take_quoted(std::string_view& text) {
    std::string value;
    std::size_t i = 1;
    for (; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) ++i;
        value.push_back(text[i]);
    }
    text.remove_prefix(std::min(text.size(), i + 1));
    return value;
}

}  // namespace

std::optional<std::string_view> Headers::get(std::string_view name) const {
    for (const auto& [key, value] : fields_) {
        if (equal_ignoring_case(key, name)) return value;
    }
    return std::nullopt;
}

std::vector<std::string_view> Headers::all(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const auto& [key, value] : fields_) {
        if (equal_ignoring_case(key, name)) values.emplace_back(value);
    }
    return values;
}

void Headers::set(std::string_view name, std::string value) {
    remove(name);
    add(name, std::move(value));
}

void Headers::remove(std::string_view name) {
    std::erase_if(fields_, [&](const Field& field) { return equal_ignoring_case(field.first, name); });
}

bool lists_token(const Headers& headers, std::string_view name, std::string_view token) {
    for (const auto& [key, value] : headers) {
        if (!equal_ignoring_case(key, name)) continue;
        std::string_view rest = value;
        while (!rest.empty()) {
            std::string_view element = take_until(rest, ',');
            if (equal_ignoring_case(trim(take_until(element, ';')), token)) return true;
        }
    }
    return false;
}

std::optional<std::string_view> cookie(const Headers& headers, std::string_view name) {
    for (const auto& [key, field] : headers) {
        if (!equal_ignoring_case(key, "cookie")) continue;
        std::string_view rest = field;
        while (!rest.empty()) {
            std::string_view value = take_until(rest, ';');
            if (trim(take_until(value, '=')) != name) continue;
            value = trim(value);
            const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
            return quoted ? value.substr(1, value.size() - 2) : value;
        }
    }
    return std::nullopt;
}

std::optional<std::string_view> Parameters::get(std::string_view name) const {
    for (const auto& [key, value] : parameters_) {
        if (key == name && !value.empty()) return value;
    }
    return std::nullopt;
}

std::vector<std::string_view> Parameters::all(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const auto& [key, value] : parameters_) {
        if (key == name && !value.empty()) values.emplace_back(value);
    }
    return values;
}

void Parameters::add(std::string_view name, std::string value) {
    parameters_.emplace_back(trim(name), std::move(value));
}

Parameters parse_parameters(std::string_view text) {
    Parameters parameters;
    while (!text.empty() && parameters.size() < kMostParameters) {
        std::string_view value = take_until(text, '&');
        if (value.empty()) continue;
        const std::string name = percent_decode(take_until(value, '='), true);
        parameters.add(name, percent_decode(value, true));
    }
    return parameters;
}

std::string percent_decode(std::string_view text, bool plus_is_blank) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
            result.push_back(static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2])));
            i += 2;
        } else {
            result.push_back(plus_is_blank && text[i] == '+' ? ' ' : text[i]);
        }
    }
    return result;
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (letter || c == '-' || c == '.' || c == '_' || c == '~') {
            result.push_back(c);
        } else {
            result.push_back('%');
            result.push_back(kDigits[byte >> 4]);
            result.push_back(kDigits[byte & 15U]);
        }
    }
    return result;
}

std::optional<std::string_view> ValueWithParameters::get(std::string_view name) const {
    for (const auto& [key, parameter] : parameters) {
        if (key == name) return parameter;
    }
    return std::nullopt;
}

ValueWithParameters parse_value_with_parameters(std::string_view text) {
    ValueWithParameters result;
    result.value = to_lower(trim(take_until(text, ';')));
    while (!text.empty()) {
        text = trim(text);
        const std::size_t name_end = text.find_first_of("=;");
        const std::string name = to_lower(trim(text.substr(0, name_end)));
        const bool has_value = name_end != std::string_view::npos && text[name_end] == '=';
        text.remove_prefix(name_end == std::string_view::npos ? text.size() : name_end + 1);
        if (!has_value) continue;
        text = trim(text);
        if (!text.empty() && text.front() == '"') {
            result.parameters.emplace_back(name, take_quoted(text));
            take_until(text, ';');
        } else {
            result.parameters.emplace_back(name, trim(take_until(text, ';')));
        }
    }
    return result;
}

}  // namespace signet::http
