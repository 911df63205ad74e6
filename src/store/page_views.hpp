#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/contract.hpp"
#include "store/database.hpp"

#include <map>
#include <set>
#include <string_view>
#include <vector>

/// Which pages somebody has had on his screen. A person is known by a keyed digest of his contact alone, a document by
/// the id of its file, so that one whose text was made anew counts as unread.
namespace signet::store::page_views {

/// Pages from 1. What was noted before keeps its first time.
Status note(Transaction& transaction, std::string_view person, model::DocumentId file, const std::vector<int>& pages,
            UtcTime time);

using Seen = std::map<model::DocumentId, std::set<int>>;
Result<Seen> seen(Connection& connection, std::string_view person, const std::vector<model::DocumentId>& files);

/// Everybody's, of files that are gone.
Status forget(Transaction& transaction, const std::vector<model::DocumentId>& files);

}  // namespace signet::store::page_views
