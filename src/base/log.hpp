#pragma once

#include <string>
#include <string_view>

#include <spdlog/spdlog.h>

namespace signet {

/// Makes outside text harmless in a log line: control characters (line breaks and terminal escapes among them) become
/// `\xNN`, and more than `limit` bytes are cut with an ellipsis.
std::string for_log(std::string_view text, std::size_t limit = 200);

}  // namespace signet
