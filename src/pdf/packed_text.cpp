#include "pdf/packed_text.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace signet::pdf {

void PackedTextWriter::add(std::string_view text) {
    out_ += std::to_string(text.size());
    out_ += ':';
    out_ += text;
    out_ += ',';
}

void PackedTextWriter::add_real(double number) {
    std::array<char, 64> buffer{};
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
    add(std::string_view(buffer.data(), static_cast<std::size_t>(result.ptr - buffer.data())));
}

PackedTextReader::PackedTextReader(std::string_view tag, std::string_view text) : rest_(text) {
    if (next(tag.size()) != tag) sound_ = false;
}

std::string_view PackedTextReader::next(std::size_t max_length) {
    if (!sound_) return {};
    std::size_t length = 0;
    const auto parsed = std::from_chars(rest_.data(), rest_.data() + rest_.size(), length);
    const auto digits = static_cast<std::size_t>(parsed.ptr - rest_.data());
    sound_ = parsed.ec == std::errc() && length <= max_length && rest_.size() - digits >= 2 && rest_[digits] == ':' &&
             rest_.size() - digits - 2 >= length && rest_[digits + 1 + length] == ',';
    if (!sound_) return {};
    const std::string_view text = rest_.substr(digits + 1, length);
    rest_.remove_prefix(digits + 2 + length);
    return text;
}

std::string PackedTextReader::text(std::size_t max_length) {
    return std::string(next(max_length));
}

std::uint64_t PackedTextReader::number(std::uint64_t max) {
    const std::string_view text = next(20);
    std::uint64_t value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    sound_ = sound_ && parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() && value <= max &&
             text == std::to_string(value);
    return sound_ ? value : 0;
}

double PackedTextReader::real() {
    const std::string_view text = next(64);
    double value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    sound_ = sound_ && parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() && std::isfinite(value);
    return sound_ ? value : 0;
}

}  // namespace signet::pdf
