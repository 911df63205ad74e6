#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/contract.hpp"
#include "store/database.hpp"

#include <optional>
#include <string>
#include <vector>

/// Legal holds: contracts of which nothing may be deleted, whatever term has run out and whoever asks for it.
namespace signet::store::holds {

struct Hold {
    model::ContractId contract;
    std::string reason;
    /// Who ordered it, as the log names people.
    std::string actor;
    UtcTime time;
};

/// Conflict when there is one already.
Status put(Transaction& transaction, const Hold& hold);
/// Whether there was one.
Result<bool> lift(Transaction& transaction, model::ContractId contract);
Result<std::optional<Hold>> find(Connection& connection, model::ContractId contract);
/// The oldest first.
Result<std::vector<Hold>> all(Connection& connection);

/// LegalHold when the contract is held: asked inside every transaction that takes something of it away.
Status permit_deletion(Connection& connection, model::ContractId contract);

}  // namespace signet::store::holds
