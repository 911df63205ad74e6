#include "store/id_mark.hpp"

namespace signet::store::id_mark {

Result<std::int64_t> find(Connection& connection) {
    const auto mark = connection.value<std::int64_t>("SELECT greatest FROM id_mark");
    if (!mark) return mark.error();
    return mark->value_or(0);
}

Status raise(Transaction& transaction, std::int64_t greatest) {
    const auto raised =
        transaction.execute("UPDATE id_mark SET greatest = $1 WHERE only_one = 1 AND greatest < $1", {greatest});
    if (!raised) return raised.error();
    return {};
}

}  // namespace signet::store::id_mark
