#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/contract.hpp"
#include "store/database.hpp"

#include <string>
#include <vector>

/// What has to be found and taken away when the time of a contract has run out.
namespace signet::store::retention {

/// Contracts that are no drafts, in the order of their ids, those after `after`.
Result<std::vector<model::ContractId>> created_before(Connection& connection, UtcTime before, model::ContractId after,
                                                      std::size_t limit);

/// Everything about a contract beside the contract itself: links and codes, who saw which page, proofs of identity,
/// messages and callbacks, what was still to be done with it.
Status forget(Transaction& transaction, const model::Contract& contract);

/// Of these uploads (SHA-256, hexadecimal) those that no contract, template, seal, category or paper names. Reads
/// everything.
Result<std::vector<std::string>> named_nowhere(Connection& connection, std::vector<std::string> uploads);

}  // namespace signet::store::retention
