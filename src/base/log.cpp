#include "base/log.hpp"

#include "base/text.hpp"

namespace signet {

std::string for_log(std::string_view text, std::size_t limit) {
    std::string safe;
    for (const char c : text.substr(0, limit)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F) {
            safe += fmt::format("\\x{:02x}", byte);
        } else {
            safe.push_back(c);
        }
    }
    if (text.size() > limit) safe += "…";
    return safe;
}

}  // namespace signet
