#pragma once

#include "base/result.hpp"
#include "model/template.hpp"
#include "store/database.hpp"

#include <vector>

/// Templates in the database. Within a company a title is one template's alone.
namespace signet::store::templates {

Status insert(Transaction& transaction, const model::Template& made);
/// All but company and title.
Status update(Transaction& transaction, const model::Template& changed);
Result<std::vector<model::Template>> all(Connection& connection);

}  // namespace signet::store::templates
