#pragma once

#include "base/result.hpp"
#include "model/contract.hpp"

#include <string>
#include <string_view>

namespace signet::store {

/// A contract as the text that its row holds: JSON whose member names are this file's own and never change their
/// meaning. What has its default value is left out; what a newer program wrote and this one does not know is ignored.
std::string to_text(const model::Contract& contract);

/// The inverse. Errors: StorageFailed when the text was not written by to_text.
Result<model::Contract> contract_from_text(std::string_view text);

/// The same for what a category says beyond its columns.
std::string to_text(const model::CategoryPolicy& policy);
Result<model::CategoryPolicy> category_policy_from_text(std::string_view text);

/// The same for the parameters of a template.
std::string to_text(const std::vector<model::TemplateParam>& params);
Result<std::vector<model::TemplateParam>> template_params_from_text(std::string_view text);

}  // namespace signet::store
