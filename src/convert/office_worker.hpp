#pragma once

#include <filesystem>

namespace signet::convert {

struct OfficeFolders {
    /// Where the workers keep their profiles and the document they are at. Theirs alone; readable by nobody else.
    std::filesystem::path work;
    /// The rules that find a Chinese face for every name (`share/office-fonts.conf`).
    std::filesystem::path font_rules;
    /// The operator's own fonts; may be empty or not exist.
    std::filesystem::path fonts;
};

/// The main of an office worker (`signet worker office`): LibreOffice, locked in, prints what Converter sends until the
/// pool hangs up. Ends the process.
[[noreturn]] void office_worker_main(const OfficeFolders& folders);

/// Removes what workers that were killed left behind. Safe beside living ones.
void remove_office_leftovers(const std::filesystem::path& work);

}  // namespace signet::convert
