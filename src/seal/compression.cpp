#include "seal/compression.hpp"

#include <algorithm>
#include <stdexcept>
#include <zlib.h>

namespace signet::seal {

std::string deflated(std::string_view data) {
    auto size = compressBound(data.size());
    std::string out(size, '\0');
    const auto status = compress2(reinterpret_cast<Bytef*>(out.data()), &size,
                                  reinterpret_cast<const Bytef*>(data.data()), data.size(), Z_DEFAULT_COMPRESSION);
    if (status != Z_OK) throw std::runtime_error("zlib cannot compress");
    out.resize(size);
    return out;
}

std::optional<std::string> inflated(std::string_view data, std::size_t most) {
    constexpr std::size_t kFirstGuess = 64 * 1024;
    for (std::size_t room = std::min(most, kFirstGuess);; room = std::min(most, room * 4)) {
        std::string out(room, '\0');
        auto produced = static_cast<uLongf>(room);
        const auto status = uncompress(reinterpret_cast<Bytef*>(out.data()), &produced,
                                       reinterpret_cast<const Bytef*>(data.data()), data.size());
        if (status == Z_OK) {
            out.resize(produced);
            return out;
        }
        if (status != Z_BUF_ERROR || room == most) return std::nullopt;
    }
}

}  // namespace signet::seal
