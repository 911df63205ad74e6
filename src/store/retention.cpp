#include "store/retention.hpp"

#include <array>
#include <string_view>

namespace signet::store::retention {
namespace {

// Wherever the name of an upload may stand.
constexpr std::array<std::string_view, 5> kNaming{
    "SELECT unseal(body, 'contract/' || id) FROM contract", "SELECT blob FROM template", "SELECT blob FROM chain_proof",
    "SELECT design FROM seal", "SELECT unseal(policy, 'category/' || id) FROM category"};

constexpr std::array<std::string_view, 6> kOfContract{
    "DELETE FROM session WHERE token_hash IN (SELECT token_hash FROM link WHERE contract = $1)",
    "DELETE FROM code WHERE key IN (SELECT token_hash FROM link WHERE contract = $1)",
    "DELETE FROM link WHERE contract = $1",
    "DELETE FROM outbox WHERE contract = $1",
    "DELETE FROM preservation WHERE contract = $1",
    "DELETE FROM automatic_signing WHERE contract = $1"};

}  // namespace

Result<std::vector<model::ContractId>> created_before(Connection& connection, UtcTime before, model::ContractId after,
                                                      std::size_t limit) {
    return connection.all(
        "SELECT id FROM contract WHERE id > $1 AND create_time < $2 AND status <> 0 ORDER BY id LIMIT $3",
        {after, before, static_cast<std::int64_t>(limit)},
        [](const Row& row) { return row.get<model::ContractId>(0); });
}

Status forget(Transaction& transaction, const model::Contract& contract) {
    for (const std::string_view sql : kOfContract) {
        if (const auto gone = transaction.execute(sql, {contract.id}); !gone) return gone.error();
    }
    for (const model::Signatory& party : contract.signatories) {
        const auto gone = transaction.execute("DELETE FROM identity_proof WHERE signatory = $1", {party.id});
        if (!gone) return gone.error();
    }
    for (const model::Document& document : contract.documents) {
        const auto views = transaction.execute("DELETE FROM page_view WHERE document = $1", {document.stored()});
        if (!views) return views.error();
        const auto damage = transaction.execute("DELETE FROM damaged_file WHERE document = $1", {document.id});
        if (!damage) return damage.error();
    }
    return {};
}

Result<std::vector<std::string>> named_nowhere(Connection& connection, std::vector<std::string> uploads) {
    for (const std::string_view sql : kNaming) {
        const Status read = connection.each(sql, {}, [&](const Row& row) {
            const std::string_view text = row.text(0);
            std::erase_if(uploads, [&](const std::string& upload) { return text.find(upload) != text.npos; });
            return !uploads.empty();
        });
        if (!read) return read.error();
    }
    return uploads;
}

}  // namespace signet::store::retention
