#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace signet::convert {

/// The user settings of an office worker (registrymodifications.xcu): no macro, no active content, no link followed, no
/// autosave, Chinese as the language of what does not say its own. The sandbox holds without them.
std::string office_settings();

/// A configuration for fontconfig: `rules`, the operator's fonts, and a cache in the worker's own folder.
std::string office_font_rules(const std::filesystem::path& rules, const std::filesystem::path& fonts,
                              const std::filesystem::path& own);

/// A file of the profile's Basic libraries.
struct OfficeFile {
    std::string name;
    std::string content;
};
/// The library with the macro that prints `document.<suffix>` in the folder `job`.
std::vector<OfficeFile> office_macro(const std::filesystem::path& job);
/// The address that runs it.
std::string office_macro_call(std::string_view suffix);

/// The file: URL of an absolute path.
std::string file_url(const std::filesystem::path& path);

}  // namespace signet::convert
