#include "store/automatic_signings.hpp"

namespace signet::store::automatic_signings {
namespace {

Status done(const Result<std::int64_t>& result) {
    if (!result) return result.error();
    return {};
}

}  // namespace

Status note(Transaction& transaction, model::ContractId contract, UtcTime due) {
    return done(transaction.execute(
        "INSERT INTO automatic_signing (contract, due, tries) VALUES ($1, $2, 0) ON CONFLICT (contract) DO NOTHING",
        {contract, due}));
}

Status forget(Transaction& transaction, model::ContractId contract) {
    return done(transaction.execute("DELETE FROM automatic_signing WHERE contract = $1", {contract}));
}

Result<int> count_failure(Transaction& transaction, model::ContractId contract) {
    const auto tries = transaction.value<int>(
        "UPDATE automatic_signing SET tries = tries + 1 WHERE contract = $1 RETURNING tries", {contract});
    if (!tries) return tries.error();
    return tries->value_or(0);
}

Status put_off(Transaction& transaction, model::ContractId contract, UtcTime due) {
    return done(transaction.execute("UPDATE automatic_signing SET due = $2 WHERE contract = $1", {contract, due}));
}

Result<std::vector<model::ContractId>> due(Connection& connection, UtcTime now, std::size_t limit) {
    return connection.all("SELECT contract FROM automatic_signing WHERE due <= $1 ORDER BY due LIMIT $2",
                          {now, static_cast<std::int64_t>(limit)},
                          [](const Row& row) { return row.get<model::ContractId>(0); });
}

}  // namespace signet::store::automatic_signings
