#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace signet::seal {

/// RFC 1950, as a PDF's FlateDecode wants it.
std::string deflated(std::string_view data);

/// The other way; nothing when the data is damaged or becomes more than `most` bytes.
std::optional<std::string> inflated(std::string_view data, std::size_t most);

}  // namespace signet::seal
