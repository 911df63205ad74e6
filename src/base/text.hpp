#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet {

/// Without blanks, tabs and line breaks at the ends.
std::string_view trim(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);
/// ASCII letters only; everything else stays.
std::string to_lower(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);

/// Whether the bytes are UTF-8 as RFC 3629 wants it: no overlong forms, no surrogates.
bool is_utf8(std::string_view text);
/// The characters of UTF-8 text; a broken byte counts as U+FFFD.
std::u32string to_utf32(std::string_view text);
std::string to_utf8(std::u32string_view text);
/// How many characters (code points) the text has: the unit of every length limit of the API.
std::size_t character_count(std::string_view text);

/// The number a decimal text spells out completely, a sign and blanks around it allowed; nothing otherwise.
std::optional<std::int64_t> parse_integer(std::string_view text);
std::optional<double> parse_decimal(std::string_view text);

/// `138****0002`, `l***@example.com`: a contact as others may see it.
std::string mask_contact(std::string_view contact);

}  // namespace signet
