#pragma once

#include "base/result.hpp"
#include "service/organisation.hpp"
#include "service/signing_keys.hpp"

#include <filesystem>
#include <string>

namespace signet::app {

/// Reads a description of companies, people, seals, categories and applications (TOML; `share/organisation.toml` is an
/// example). Errors: InvalidParameter with the line or the field; words that nobody knows are refused. The files of
/// templates are named from the folder `templates`, when it is empty from the one the description lies in.
Result<service::OrganisationPlan> read_organisation(const std::filesystem::path& file,
                                                    const std::filesystem::path& templates = {});

/// What was applied, as JSON: names and ids, and the secrets of applications that are new.
std::string organisation_json(const service::AppliedOrganisation& applied, const service::Directory& directory);

/// How a description reaches a running server: a file put into `<data>/organisation` is applied within a second, and
/// the answer lies beside it as `<name>.json`, readable by the owner alone. Applies what waits there.
void apply_waiting(const std::filesystem::path& data, service::Platform& platform, service::Directory& directory,
                   service::SigningKeys& keys);

}  // namespace signet::app
