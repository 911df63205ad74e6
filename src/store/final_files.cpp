#include "store/final_files.hpp"

namespace signet::store::final_files {
namespace {

constexpr std::string_view kWithoutSm3 =
    "SELECT document, contract, length, sha256, sm3, time FROM final_file WHERE sm3 = '' LIMIT $1";
constexpr std::string_view kOne =
    "SELECT document, contract, length, sha256, sm3, time FROM final_file WHERE document = $1";

FinalFile file_of(const Row& row) {
    return {row.get<model::DocumentId>(0), row.get<model::ContractId>(1), static_cast<std::uint64_t>(row.integer(2)),
            row.get<std::string>(3),       row.get<std::string>(4),       row.get<UtcTime>(5)};
}

Status done(const Result<std::int64_t>& result) {
    if (!result) return result.error();
    return {};
}

}  // namespace

Status note(Transaction& transaction, const model::Contract& contract) {
    for (const model::Document& document : contract.documents) {
        const auto noted = transaction.execute(
            "INSERT INTO final_file (document, contract, length, sha256, sm3, time) VALUES ($1, $2, $3, $4, '', 0) "
            "ON CONFLICT (document) DO UPDATE SET length = excluded.length, sha256 = excluded.sha256, sm3 = '', "
            "time = 0 WHERE final_file.sha256 <> excluded.sha256",
            {document.id, contract.id, static_cast<std::int64_t>(document.length), document.sha256});
        if (!noted) return noted.error();
    }
    return {};
}

Result<std::vector<FinalFile>> without_sm3(Connection& connection, std::size_t limit) {
    return connection.all(kWithoutSm3, {static_cast<std::int64_t>(limit)}, file_of);
}

Status put_sm3(Transaction& transaction, const FinalFile& file) {
    return done(transaction.execute("UPDATE final_file SET sm3 = $3, time = $4 WHERE document = $1 AND sha256 = $2",
                                    {file.document, file.sha256, file.sm3, file.time}));
}

Result<std::optional<FinalFile>> find(Connection& connection, model::DocumentId document) {
    return connection.first(kOne, {document}, file_of);
}

Status forget(Transaction& transaction, model::ContractId contract) {
    return done(transaction.execute(
        "DELETE FROM final_file WHERE document IN (SELECT id FROM document WHERE contract = $1)", {contract}));
}

Result<bool> note_damage(Transaction& transaction, const Damage& damage) {
    const auto noted = transaction.execute(
        "INSERT INTO damaged_file (document, time, fault) VALUES ($1, $2, $3) ON CONFLICT (document) DO NOTHING",
        {damage.document, damage.time, damage.fault});
    if (!noted) return noted.error();
    return *noted == 1;
}

Status strike_damage(Transaction& transaction, model::DocumentId document) {
    return done(transaction.execute("DELETE FROM damaged_file WHERE document = $1", {document}));
}

Result<std::vector<Damage>> damages(Connection& connection) {
    return connection.all(
        "SELECT document, time, fault FROM damaged_file ORDER BY time, document", {}, [](const Row& row) {
            return Damage{row.get<model::DocumentId>(0), row.get<UtcTime>(1), row.get<std::string>(2)};
        });
}

Result<std::vector<StoredDocument>> documents_after(Connection& connection, model::DocumentId after,
                                                    std::size_t limit) {
    return connection.all("SELECT id, contract FROM document WHERE id > $1 ORDER BY id LIMIT $2",
                          {after, static_cast<std::int64_t>(limit)}, [](const Row& row) {
                              return StoredDocument{row.get<model::DocumentId>(0), row.get<model::ContractId>(1)};
                          });
}

}  // namespace signet::store::final_files
