#pragma once

#include "base/result.hpp"
#include "store/database.hpp"

#include <cstdint>

/// The greatest id that was minted before the last commit, so that the next run of the program gives none of them
/// again, even when the clock went back.
namespace signet::store::id_mark {

/// Zero when nothing was ever minted.
Result<std::int64_t> find(Connection& connection);
/// Moves the mark up; a smaller id leaves it where it is.
Status raise(Transaction& transaction, std::int64_t greatest);

}  // namespace signet::store::id_mark
