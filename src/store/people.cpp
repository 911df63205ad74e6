#include "store/people.hpp"

namespace signet::store::people {
namespace {

Status done(const Result<std::int64_t>& result) {
    if (!result) return result.error();
    return {};
}

}  // namespace

Result<std::optional<std::string>> password(Connection& connection, std::string_view person) {
    return connection.value<std::string>("SELECT hash FROM password WHERE person = $1", {person});
}

Status put_password(Transaction& transaction, std::string_view person, std::string_view encoded, UtcTime time) {
    return done(
        transaction.execute("INSERT INTO password (person, hash, time) VALUES ($1, $2, $3) "
                            "ON CONFLICT (person) DO UPDATE SET hash = excluded.hash, time = excluded.time",
                            {person, encoded, time}));
}

Result<std::optional<UtcTime>> window(Connection& connection, std::string_view key) {
    return connection.value<UtcTime>("SELECT until FROM password_window WHERE key = $1", {key});
}

Status put_window(Transaction& transaction, std::string_view key, UtcTime until) {
    return done(
        transaction.execute("INSERT INTO password_window (key, until, failures) VALUES ($1, $2, 0) "
                            "ON CONFLICT (key) DO UPDATE SET until = excluded.until, failures = 0",
                            {key, until}));
}

Status close_window(Transaction& transaction, std::string_view key) {
    return done(transaction.execute("DELETE FROM password_window WHERE key = $1", {key}));
}

Result<int> count_window_failure(Transaction& transaction, std::string_view key) {
    const auto failures = transaction.value<int>(
        "UPDATE password_window SET failures = failures + 1 WHERE key = $1 RETURNING failures", {key});
    if (!failures) return failures.error();
    return failures->value_or(0);
}

Result<int> window_failures(Connection& connection, std::string_view key, UtcTime now) {
    const auto failures =
        connection.value<int>("SELECT failures FROM password_window WHERE key = $1 AND until >= $2", {key, now});
    if (!failures) return failures.error();
    return failures->value_or(0);
}

Status forget_windows(Transaction& transaction, UtcTime ended_before) {
    return done(transaction.execute("DELETE FROM password_window WHERE until < $1", {ended_before}));
}

Result<std::optional<IdentityProof>> identity_proof(Connection& connection, model::SignatoryId signatory,
                                                    std::string_view person) {
    return connection.first("SELECT failures, proven_time FROM identity_proof WHERE signatory = $1 AND person = $2",
                            {signatory, person}, [](const Row& row) {
                                return IdentityProof{row.get<int>(0), row.get<std::optional<UtcTime>>(1)};
                            });
}

Result<int> count_identity_try(Transaction& transaction, model::SignatoryId signatory, std::string_view person,
                               std::optional<UtcTime> proven_time) {
    const int failed = proven_time ? 0 : 1;
    const auto failures = transaction.value<int>(
        "INSERT INTO identity_proof (signatory, person, failures, proven_time) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (signatory, person) DO UPDATE SET failures = identity_proof.failures + excluded.failures, "
        "proven_time = COALESCE(identity_proof.proven_time, excluded.proven_time) RETURNING failures",
        {signatory, person, failed, proven_time});
    if (!failures) return failures.error();
    return failures->value_or(0);
}

}  // namespace signet::store::people
