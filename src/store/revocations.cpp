#include "store/revocations.hpp"

namespace signet::store::revocations {

Result<bool> add(Transaction& transaction, const Revocation& revocation) {
    const auto added = transaction.execute(
        "INSERT INTO revocation (serial_number, time, reason) VALUES ($1, $2, $3) ON CONFLICT (serial_number) DO "
        "NOTHING",
        {revocation.serial_number, revocation.time, revocation.reason});
    if (!added) return added.error();
    return *added == 1;
}

Result<std::vector<Revocation>> all(Connection& connection) {
    return connection.all("SELECT serial_number, time, reason FROM revocation ORDER BY time, serial_number", {},
                          [](const Row& row) {
                              return Revocation{row.get<std::string>(0), row.get<UtcTime>(1), row.get<int>(2)};
                          });
}

}  // namespace signet::store::revocations
