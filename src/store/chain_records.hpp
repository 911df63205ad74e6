#pragma once

#include "base/result.hpp"
#include "model/chain_record.hpp"
#include "store/database.hpp"

#include <optional>
#include <string_view>

/// What business systems had recorded, and the papers made about it. An application sees its own alone.
namespace signet::store::chain_records {

/// Conflict when the application has a record of that data id.
Status insert(Transaction& transaction, const model::ChainRecord& record);
Result<std::optional<model::ChainRecord>> find(Connection& connection, model::ApplicationId application,
                                               model::ChainRecordId id);
Result<std::optional<model::ChainRecord>> find(Connection& connection, model::ApplicationId application,
                                               std::string_view data_id);

Status insert(Transaction& transaction, const model::Proof& proof);
Result<std::optional<model::Proof>> find(Connection& connection, model::ApplicationId application, model::ProofId id);

}  // namespace signet::store::chain_records
