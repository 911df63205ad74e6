#pragma once

#include "app/errand.hpp"
#include "base/result.hpp"
#include "service/organisation.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace signet::app {

/// Reads a description of companies, people, seals, categories and applications (TOML; `share/organisation.toml` is an
/// example). Errors: InvalidParameter with the line or the field; words that nobody knows are refused. The files of
/// templates and keys are named from `folder`, where the description lies.
Result<service::OrganisationPlan> read_organisation(std::string_view description, const std::filesystem::path& folder);

/// `signet organisation apply`: the request is the folder, a line feed and the description; the answer says as JSON
/// what was applied: names and ids, and the secrets of applications that are new.
extern const Errand kOrganisation;
/// The request for a file. Errors: those of read_organisation, InvalidParameter when there is no such file.
Result<std::string> organisation_request(const std::filesystem::path& file);

}  // namespace signet::app
