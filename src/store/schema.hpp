#pragma once

#include "store/migrations.hpp"

#include <vector>

namespace signet::store {

/// Every migration of the product, those of the layer included, in order: what `Database::open` wants.
std::vector<Migration> schema();

}  // namespace signet::store
