#include "app/commands.hpp"
#include "app/organisation_file.hpp"

#include <iostream>

namespace signet::app {

int organisation(const OrganisationOptions& options) {
    const auto request = organisation_request(options.file);
    if (!request) return refuse(options.file.string() + ": " + request.error().detail);
    Settings settings;
    settings.data = options.data;
    const auto applied = run_errand(kOrganisation, settings, *request);
    if (!applied) return refuse(applied.error().detail);
    std::cout << *applied << '\n';
    return 0;
}

}  // namespace signet::app
