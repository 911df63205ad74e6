#pragma once

#include "base/bytes.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>
#include <zlib.h>

#include <gtest/gtest.h>

/// The documents made to do harm, beside which every floor that reads documents has to stay alive.
namespace signet::hostile {

inline constexpr std::size_t kUploadLimit = 64 << 20;

inline const std::filesystem::path& corpus() {
    static const std::filesystem::path folder = std::filesystem::path(SIGNET_SOURCE_DIR) / "../shared/corpus";
    return folder;
}

/// What somebody would upload: the file, of a packed one what is in it up to the limit of uploads.
inline Bytes upload_of(const std::filesystem::path& path) {
    if (path.extension() != ".gz") {
        std::ifstream file(path, std::ios::binary);
        return Bytes(std::istreambuf_iterator<char>(file), {});
    }
    Bytes content(kUploadLimit);
    const gzFile file = ::gzopen(path.c_str(), "rb");
    const int got = ::gzread(file, content.data(), static_cast<unsigned>(kUploadLimit));
    ::gzclose(file);
    content.resize(static_cast<std::size_t>(std::max(got, 0)));
    return content;
}

inline std::vector<std::filesystem::path> documents() {
    std::vector<std::filesystem::path> all;
    std::error_code missing;
    for (const auto& entry : std::filesystem::directory_iterator(corpus() / "hostile", missing))
        all.push_back(entry.path());
    std::ranges::sort(all);
    return all;
}

inline std::string name_of(const testing::TestParamInfo<std::filesystem::path>& info) {
    std::string name = info.param.filename().string();
    std::ranges::replace_if(
        name, [](unsigned char c) { return !std::isalnum(c); }, '_');
    return name;
}

}  // namespace signet::hostile
