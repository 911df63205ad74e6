#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <string_view>
#include <utility>

namespace signet::convert {

struct Kit;

/// LibreOffice in this process, driven through LibreOfficeKit, its C interface. One per process, used by one thread; it
/// starts threads of its own and cannot be ended but with the process.
///
/// A document is printed by a macro of ours that LibreOffice runs, and not by LibreOfficeKit's own calls: those open a
/// window for it, which a workbook refuses where Debian's packages without a desktop leave out what it consists of;
/// and a macro can say that no macro of the document's runs, no link is followed and by which filter it is read.
class OfficeKit {
  public:
    /// Loads and starts it. `profile` is the folder of its user profile; the documents come into the folder `job`.
    /// Unavailable when it is not installed or does not start.
    static Result<OfficeKit> start(const std::filesystem::path& profile, const std::filesystem::path& job);

    /// Prints `document.<suffix>` in the job's folder into `document.pdf` beside it. InvalidFile when that cannot be
    /// done. Pages beyond kMostOfficePages + 1 are left out.
    Status print(std::string_view suffix);

  private:
    OfficeKit(Kit* kit, std::filesystem::path job) : kit_(kit), job_(std::move(job)) {}

    Kit* kit_;
    std::filesystem::path job_;
};

/// Where LibreOffice's programs lie; empty when it is not installed.
std::filesystem::path office_program_folder();

}  // namespace signet::convert
