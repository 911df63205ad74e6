#include "store/statement.hpp"

#include <fmt/format.h>
#include <stdexcept>

namespace signet::store {

void Row::throw_out_of_range(std::int64_t number, int column) {
    throw std::out_of_range(fmt::format("column {} holds {}, which its reader cannot hold", column, number));
}

}  // namespace signet::store
