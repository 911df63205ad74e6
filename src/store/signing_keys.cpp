#include "store/signing_keys.hpp"

namespace signet::store::signing_keys {

Status put(Transaction& transaction, const SigningKey& key) {
    if (const auto removed = remove(transaction, key.company, key.employee); !removed) return removed.error();
    const auto added = transaction.execute(
        "INSERT INTO signing_key (company, employee, place, reference, wrapped_key, chain, create_time, checked, "
        "revoked) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        {key.company, key.employee, key.place, key.reference, key.wrapped_key, key.chain, key.create_time, key.checked,
         key.revoked});
    return added ? Status() : added.error();
}

Result<bool> remove(Transaction& transaction, model::CompanyId company, model::EmployeeId employee) {
    const auto removed =
        transaction.execute("DELETE FROM signing_key WHERE company = $1 AND employee = $2", {company, employee});
    if (!removed) return removed.error();
    return *removed > 0;
}

Result<std::vector<SigningKey>> all(Connection& connection) {
    return connection.all(
        "SELECT company, employee, place, reference, wrapped_key, chain, create_time, checked, revoked FROM "
        "signing_key ORDER BY company, employee",
        {}, [](const Row& row) {
            SigningKey key;
            key.company = row.get<model::CompanyId>(0);
            key.employee = row.get<model::EmployeeId>(1);
            key.place = row.get<Place>(2);
            key.reference = row.get<std::string>(3);
            key.wrapped_key = row.get<Bytes>(4);
            key.chain = row.get<Bytes>(5);
            key.create_time = row.get<UtcTime>(6);
            key.checked = row.get<std::optional<UtcTime>>(7);
            key.revoked = row.get<std::string>(8);
            return key;
        });
}

Status set_checked(Transaction& transaction, const SigningKey& key) {
    const auto changed = transaction.execute(
        "UPDATE signing_key SET checked = $1, revoked = $2 WHERE company = $3 AND employee = $4 AND chain = $5",
        {key.checked, key.revoked, key.company, key.employee, key.chain});
    return changed ? Status() : changed.error();
}

}  // namespace signet::store::signing_keys
