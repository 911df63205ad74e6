#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace signet {

using Bytes = std::vector<std::uint8_t>;
/// A view of somebody else's bytes; valid as long as they are.
using ByteView = std::span<const std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes to_bytes(std::string_view text) {
    return Bytes(text.begin(), text.end());
}
inline void append(Bytes& to, ByteView from) {
    to.insert(to.end(), from.begin(), from.end());
}
inline void append(Bytes& to, std::string_view from) {
    to.insert(to.end(), from.begin(), from.end());
}

/// Lower-case hexadecimal.
std::string hex(ByteView bytes);
/// Reads hexadecimal of either case; nothing for an odd length or a foreign character.
std::optional<Bytes> from_hex(std::string_view text);

/// RFC 4648 §4, with padding.
std::string base64(ByteView bytes);
/// Reads RFC 4648 §4 or §5 (URL-safe), with or without padding, ignoring line breaks; nothing when malformed.
std::optional<Bytes> from_base64(std::string_view text);

/// Compares two secrets in a time that depends on their lengths alone.
bool equal_in_constant_time(std::string_view a, std::string_view b);

/// `count` bytes from the kernel's random generator. Throws when the kernel has none: nothing can go on then.
Bytes random_bytes(std::size_t count);
/// Random text of `[A-Za-z0-9]`, each character drawn evenly (5.95 bits each).
std::string random_token(std::size_t length);

}  // namespace signet
