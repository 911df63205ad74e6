#include "store/holds.hpp"

namespace signet::store::holds {
namespace {

Hold hold_of(const Row& row) {
    return {row.get<model::ContractId>(0), row.get<std::string>(1), row.get<std::string>(2), row.get<UtcTime>(3)};
}

}  // namespace

Status put(Transaction& transaction, const Hold& hold) {
    const auto put =
        transaction.execute("INSERT INTO legal_hold (contract, reason, actor, time) VALUES ($1, $2, $3, $4)",
                            {hold.contract, hold.reason, hold.actor, hold.time});
    if (!put) return put.error();
    return {};
}

Result<bool> lift(Transaction& transaction, model::ContractId contract) {
    const auto lifted = transaction.execute("DELETE FROM legal_hold WHERE contract = $1", {contract});
    if (!lifted) return lifted.error();
    return *lifted == 1;
}

Result<std::optional<Hold>> find(Connection& connection, model::ContractId contract) {
    return connection.first("SELECT contract, reason, actor, time FROM legal_hold WHERE contract = $1", {contract},
                            hold_of);
}

Result<std::vector<Hold>> all(Connection& connection) {
    return connection.all("SELECT contract, reason, actor, time FROM legal_hold ORDER BY time, contract", {}, hold_of);
}

Status permit_deletion(Connection& connection, model::ContractId contract) {
    const auto held = find(connection, contract);
    if (!held) return held.error();
    if (*held) return fail(ErrorCode::LegalHold, "contract " + to_string(contract) + " is under a legal hold");
    return {};
}

}  // namespace signet::store::holds
