#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/vocabulary.hpp"
#include "store/database.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

/// Counting what is stored. Times are those of creation, from `from` up to and without `to`.
namespace signet::store::statistics {

using Counts = std::map<std::string, std::uint64_t>;

Result<std::map<model::ContractStatus, std::uint64_t>> contracts_by_status(Connection& connection, UtcTime from,
                                                                           UtcTime to);
struct OfCategory {
    std::string company;
    std::string category;
    std::uint64_t contracts = 0;
    std::uint64_t completed = 0;
};
Result<std::vector<OfCategory>> contracts_by_category(Connection& connection, UtcTime from, UtcTime to);
/// When each contract was sent.
Status each_sending(Connection& connection, UtcTime from, UtcTime to, const std::function<void(UtcTime)>& visit);
/// Entries of the audit log by event; times are theirs.
Result<Counts> events(Connection& connection, UtcTime from, UtcTime to);
/// Of now: `documents`, `documentBytes`, `companies`, `employees`, `seals`, `held`, `damaged`.
Result<Counts> totals(Connection& connection);

}  // namespace signet::store::statistics
