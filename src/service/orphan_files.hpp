#pragma once

#include "base/result.hpp"
#include "service/platform.hpp"

#include <chrono>
#include <cstddef>

namespace signet::service {

/// How long a file may lie in the document store before it must have been committed.
inline constexpr std::chrono::hours kOrphanAge{24};

/// Removes from the document store what no document names and is older than `kOrphanAge`: the bytes of documents that
/// were made and never committed. How many went. Looks at every file, so once a day is often enough.
Result<std::size_t> remove_orphans(Platform& platform);

}  // namespace signet::service
