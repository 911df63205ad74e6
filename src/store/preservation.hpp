#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/contract.hpp"
#include "store/database.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Which contracts want validation data and document time-stamps, and when.
namespace signet::store::preservation {

struct Task {
    model::ContractId contract;
    UtcTime due;
    /// How often it failed since it last succeeded.
    int attempts = 0;
    /// Why it failed last; empty when it did not.
    std::string problem;
};

/// From `due` on; what was noted for the contract before is forgotten, failures included.
Status put(Transaction& transaction, model::ContractId contract, UtcTime due);
/// Once more at `due`, after one more failure.
Status put_off(Transaction& transaction, model::ContractId contract, UtcTime due, std::string_view problem);
Status forget(Transaction& transaction, model::ContractId contract);

/// What is due, the longest due first.
Result<std::vector<Task>> due(Connection& connection, UtcTime now, std::size_t limit);
Result<std::optional<Task>> find(Connection& connection, model::ContractId contract);

struct Depth {
    /// Due and not done, failed ones included.
    std::int64_t waiting = 0;
    /// Those that failed at least once.
    std::int64_t failing = 0;
    /// Why one of them failed, for whoever looks; empty when none did.
    std::string problem;
};
Result<Depth> depth(Connection& connection, UtcTime now);

}  // namespace signet::store::preservation
