#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/contract.hpp"
#include "store/database.hpp"

#include <vector>

/// Contracts in which a node that signs itself has its turn. The row is written together with the turn, so that a
/// crash between the two cannot lose the signature.
namespace signet::store::automatic_signings {

/// Puts the contract down, unless it is down already.
Status note(Transaction& transaction, model::ContractId contract, UtcTime due);
Status forget(Transaction& transaction, model::ContractId contract);

/// Counts a try that failed; returns how many there were.
Result<int> count_failure(Transaction& transaction, model::ContractId contract);
Status put_off(Transaction& transaction, model::ContractId contract, UtcTime due);

/// What is due, the longest first.
Result<std::vector<model::ContractId>> due(Connection& connection, UtcTime now, std::size_t limit);

}  // namespace signet::store::automatic_signings
