#include "fuzz/targets.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include <gtest/gtest.h>

namespace signet::fuzz {
namespace {

namespace fs = std::filesystem;

std::vector<Target> all_targets() {
    std::vector<Target> all;
    for (const auto targets : {pdf_targets(), crypto_targets(), convert_targets(), http_targets(), wire_targets()})
        all.insert(all.end(), targets.begin(), targets.end());
    return all;
}

std::vector<fs::path> files_for(std::string_view target) {
    std::vector<fs::path> files;
    for (const char* kind : {"seeds", "findings"}) {
        const fs::path folder = fs::path(SIGNET_SOURCE_DIR) / "fuzz" / kind / target;
        if (!fs::exists(folder)) continue;
        for (const auto& entry : fs::directory_iterator(folder))
            files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

Bytes read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(file), {});
}

class Replay : public ::testing::TestWithParam<Target> {};

/// What was once found stays fixed, and what a target promises holds for its seeds.
TEST_P(Replay, every_seed_and_finding_keeps_the_promises) {
    const auto files = files_for(GetParam().name);
    ASSERT_FALSE(files.empty()) << "no seeds in fuzz/seeds/" << GetParam().name;
    for (const fs::path& file : files) {
        try {
            GetParam().run(read_file(file));
        } catch (const std::logic_error& error) {
            ADD_FAILURE() << file << ": " << error.what();
        }
    }
}

/// Nothing, and one byte of each kind, are inputs as well.
TEST_P(Replay, the_smallest_inputs_keep_the_promises) {
    GetParam().run({});
    for (int byte = 0; byte < 256; ++byte)
        GetParam().run(Bytes{static_cast<std::uint8_t>(byte)});
}

INSTANTIATE_TEST_SUITE_P(Fuzz, Replay, ::testing::ValuesIn(all_targets()),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(Folders, belong_to_a_target) {
    for (const char* kind : {"seeds", "findings"}) {
        for (const auto& entry : fs::directory_iterator(fs::path(SIGNET_SOURCE_DIR) / "fuzz" / kind)) {
            EXPECT_NE(find_target(entry.path().filename().string()), nullptr) << entry.path();
        }
    }
}

}  // namespace
}  // namespace signet::fuzz
