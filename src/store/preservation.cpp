#include "store/preservation.hpp"

namespace signet::store::preservation {
namespace {

Task task_of(const Row& row) {
    return {row.get<model::ContractId>(0), row.get<UtcTime>(1), row.get<int>(2), row.get<std::string>(3)};
}

Status done(const Result<std::int64_t>& executed) {
    if (!executed) return executed.error();
    return {};
}

}  // namespace

Status put(Transaction& transaction, model::ContractId contract, UtcTime due) {
    return done(
        transaction.execute("INSERT INTO preservation (contract, due, attempts, problem) VALUES ($1, $2, 0, '') "
                            "ON CONFLICT (contract) DO UPDATE SET due = excluded.due, attempts = 0, problem = ''",
                            {contract, due}));
}

Status put_off(Transaction& transaction, model::ContractId contract, UtcTime due, std::string_view problem) {
    return done(transaction.execute(
        "UPDATE preservation SET due = $2, attempts = attempts + 1, problem = $3 WHERE contract = $1",
        {contract, due, std::string(problem)}));
}

Status forget(Transaction& transaction, model::ContractId contract) {
    return done(transaction.execute("DELETE FROM preservation WHERE contract = $1", {contract}));
}

Result<std::vector<Task>> due(Connection& connection, UtcTime now, std::size_t limit) {
    return connection.all(
        "SELECT contract, due, attempts, problem FROM preservation WHERE due <= $1 ORDER BY due LIMIT $2",
        {now, static_cast<std::int64_t>(limit)}, task_of);
}

Result<std::optional<Task>> find(Connection& connection, model::ContractId contract) {
    return connection.first("SELECT contract, due, attempts, problem FROM preservation WHERE contract = $1", {contract},
                            task_of);
}

Result<Depth> depth(Connection& connection, UtcTime now) {
    Depth depth;
    const auto waiting =
        connection.value<std::int64_t>("SELECT count(*) FROM preservation WHERE due <= $1 OR attempts > 0", {now});
    if (!waiting) return waiting.error();
    depth.waiting = waiting->value_or(0);
    const auto failing = connection.value<std::int64_t>("SELECT count(*) FROM preservation WHERE attempts > 0");
    if (!failing) return failing.error();
    depth.failing = failing->value_or(0);
    if (depth.failing == 0) return depth;
    const auto problem =
        connection.value<std::string>("SELECT problem FROM preservation WHERE attempts > 0 ORDER BY due LIMIT 1");
    if (!problem) return problem.error();
    depth.problem = problem->value_or("");
    return depth;
}

}  // namespace signet::store::preservation
