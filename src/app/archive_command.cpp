#include "app/archive_desk.hpp"
#include "app/commands.hpp"

#include <iostream>

namespace signet::app {
namespace {

/// The archive's file belongs to the data folder; the operator gets it where he wants it.
int take(const std::filesystem::path& made, const std::filesystem::path& target) {
    std::error_code error;
    std::filesystem::copy_file(made, target, error);
    const bool copied = !error;
    std::filesystem::remove(made, error);
    return copied ? 0 : refuse("--to: cannot write " + target.string());
}

}  // namespace

int archive(const ArchiveOptions& options) {
    if (std::filesystem::exists(options.to)) return refuse("--to: " + options.to.string() + " exists already");
    std::string request;
    for (const std::string& contract : options.contracts)
        request += contract + "\n";
    Settings settings;
    settings.data = options.data;
    settings.archive_checker = shared_file("share/archive");
    const auto made = run_errand(kArchiving, settings, request);
    return made ? take(options.data / "archives" / *made, options.to) : refuse(made.error().detail);
}

}  // namespace signet::app
