#pragma once

#include "base/result.hpp"
#include "service/artist.hpp"
#include "service/directory.hpp"
#include "service/drafting.hpp"
#include "service/links.hpp"
#include "service/platform.hpp"
#include "service/sending.hpp"
#include "service/signing.hpp"

#include <filesystem>
#include <string>

namespace signet::service {

/// What a first start makes and prints.
struct Demonstration {
    std::string app_token;
    std::string app_secret;
    std::string callback_secret;
    std::string company_name;
    std::string sub_company_name;
    model::SealId seal;
    model::CategoryId category;
    std::string sign_url;
};

/// What the use cases need to play the demo through.
struct DemoTools {
    Directory& directory;
    Drafting& drafting;
    Sending& sending;
    Signing& signing;
    Links& links;
};

/// True as long as there is no company.
Result<bool> is_empty(Platform& platform);

/// Makes the demo company with seals, people, a default category and one that allows adding parties after sending, an
/// application, a sub-company with a receiving flow of its own, and a real contract that the company has sealed and
/// that waits for a person. `contract_pdf` is its document; a `template-lease.html` beside it becomes a template with a
/// category of its own.
Result<Demonstration> make_demonstration(Platform& platform, DemoTools tools,
                                         const std::filesystem::path& contract_pdf);

}  // namespace signet::service
