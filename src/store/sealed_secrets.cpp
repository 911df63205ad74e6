#include "store/sealed_secrets.hpp"

#include <fmt/format.h>
#include <stdexcept>

namespace signet::store::sealed_secrets {
namespace {

struct Column {
    std::string_view table;
    std::string_view id;
    std::string_view second_id;
    std::string_view name;
    std::string_view what;
};

Column column_of(Place place) {
    switch (place) {
        case Place::ApplicationSecret:
            return {"application", "id", "0", "wrapped_secret", "secrets of applications"};
        case Place::GrantSignature:
            return {"personal_grant", "id", "0", "signature", "signatures that people left"};
        case Place::SigningKey:
            return {"signing_key", "company", "employee", "wrapped_key", "signing keys"};
        case Place::CallbackSecret:
            return {"callback_secret", "kind", "id", "wrapped_secret", "secrets of callbacks"};
    }
    throw std::logic_error("a place without a column");
}

}  // namespace

std::string_view to_string(Place place) {
    return column_of(place).what;
}

Result<std::vector<Secret>> after(Connection& connection, Place place, std::int64_t id, std::int64_t second_id,
                                  std::size_t limit) {
    const Column column = column_of(place);
    const std::string sql = fmt::format(
        "SELECT {0} AS first, {1} AS second, {2} FROM {3} WHERE length({2}) > 0 AND ({0} > $1 OR ({0} = $1 AND {1} > "
        "$2)) ORDER BY first, second LIMIT $3",
        column.id, column.second_id, column.name, column.table);
    return connection.all(sql, {id, second_id, static_cast<std::int64_t>(limit)}, [](const Row& row) {
        return Secret{row.get<std::int64_t>(0), row.get<std::int64_t>(1), row.get<Bytes>(2)};
    });
}

Result<bool> replace(Transaction& transaction, Place place, const Secret& read, ByteView resealed) {
    const Column column = column_of(place);
    const std::string sql = fmt::format("UPDATE {0} SET {1} = $1 WHERE {2} = $2 AND {3} = $3 AND {1} = $4",
                                        column.table, column.name, column.id, column.second_id);
    const auto changed = transaction.execute(sql, {resealed, read.id, read.second_id, read.sealed});
    if (!changed) return changed.error();
    return *changed == 1;
}

}  // namespace signet::store::sealed_secrets
