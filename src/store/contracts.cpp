#include "store/contracts.hpp"

#include "store/contract_text.hpp"
#include "store/final_files.hpp"
#include "store/holds.hpp"

#include <utility>

namespace signet::store::contracts {
namespace {

using model::Contract;
using model::ContractId;
using model::DocumentId;

Result<std::optional<Contract>> read_text(Result<std::optional<std::string>> text) {
    if (!text) return text.error();
    if (!*text) return std::optional<Contract>();
    auto contract = contract_from_text(**text);
    if (!contract) return contract.error();
    return std::optional<Contract>(std::move(*contract));
}

/// NULL for an empty bizId, so that many contracts may have none.
std::optional<std::string> biz_id_column(const Contract& contract) {
    if (contract.biz_id.empty()) return std::nullopt;
    return contract.biz_id;
}

/// Documents that the contract has no more leave the table; their files, and those of documents that were made anew,
/// are noted to go.
Status drop_documents(Transaction& transaction, const Contract& contract) {
    const auto rows =
        transaction.all("SELECT id, file FROM document WHERE contract = $1", {contract.id},
                        [](const Row& row) { return std::pair(row.get<DocumentId>(0), row.get<DocumentId>(1)); });
    if (!rows) return rows.error();
    std::vector<DocumentId> gone;
    for (const auto& [id, file] : *rows) {
        const model::Document* kept = contract.find(id);
        const DocumentId stored = file ? file : id;
        if (kept == nullptr || kept->stored() != stored) gone.push_back(stored);
        if (kept != nullptr) continue;
        const auto forgotten = transaction.execute("DELETE FROM document_hash WHERE document = $1", {id});
        if (!forgotten) return forgotten.error();
        const auto dropped = transaction.execute("DELETE FROM document WHERE id = $1", {id});
        if (!dropped) return dropped.error();
    }
    if (gone.empty()) return {};
    if (const Status permitted = holds::permit_deletion(transaction, contract.id); !permitted) return permitted;
    return note_removals(transaction, gone);
}

Status write_documents(Transaction& transaction, const Contract& contract) {
    for (const model::Document& document : contract.documents) {
        const auto written = transaction.execute(
            "INSERT INTO document (id, contract, length, revision, file) VALUES ($1, $2, $3, $4, $5) "
            "ON CONFLICT (id) DO UPDATE SET length = excluded.length, revision = excluded.revision, "
            "file = excluded.file",
            {document.id, contract.id, static_cast<std::int64_t>(document.length), document.revision, document.file});
        if (!written) return written.error();
        if (contract.status == model::ContractStatus::Draft || document.sha256.empty()) continue;
        const auto known = transaction.execute(
            "INSERT INTO document_hash (hash, document) VALUES ($1, $2) ON CONFLICT (hash, document) DO NOTHING",
            {document.sha256, document.id});
        if (!known) return known.error();
    }
    return {};
}

}  // namespace

Result<std::optional<Contract>> find(Connection& connection, ContractId id) {
    return read_text(
        connection.value<std::string>("SELECT unseal(body, 'contract/' || id) FROM contract WHERE id = $1", {id}));
}

Result<std::optional<Contract>> find_by_biz_id(Connection& connection, model::CompanyId company,
                                               std::string_view biz_id) {
    return read_text(connection.value<std::string>(
        "SELECT unseal(body, 'contract/' || id) FROM contract WHERE company = $1 AND biz_id = $2", {company, biz_id}));
}

Result<std::optional<ContractId>> of_document(Connection& connection, DocumentId document) {
    return connection.value<ContractId>("SELECT contract FROM document WHERE id = $1", {document});
}

Result<std::vector<DocumentId>> with_hash(Connection& connection, std::string_view sha256, std::size_t limit) {
    return connection.all("SELECT document FROM document_hash WHERE hash = $1 ORDER BY document DESC LIMIT $2",
                          {sha256, static_cast<std::int64_t>(limit)},
                          [](const Row& row) { return row.get<DocumentId>(0); });
}

Result<std::optional<std::uint64_t>> committed_length(Connection& connection, DocumentId document) {
    const auto length = connection.value<std::int64_t>(
        "SELECT length FROM document WHERE (id = $1 AND file = 0) OR (file = $1 AND file <> 0)", {document});
    if (!length) return length.error();
    if (!*length) return std::optional<std::uint64_t>();
    return std::optional<std::uint64_t>(static_cast<std::uint64_t>(**length));
}

Status insert(Transaction& transaction, const Contract& contract) {
    const std::string body = to_text(contract);
    const auto biz_id = biz_id_column(contract);
    const auto inserted = transaction.execute(
        "INSERT INTO contract (id, company, biz_id, status, category, create_time, publish_time, deadline, version, "
        "body) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, seal($10, 'contract/' || $1))",
        {contract.id, contract.company, biz_id, static_cast<int>(contract.status), contract.category,
         contract.create_time, contract.publish_time, contract.deadline(), contract.version, body});
    if (!inserted) return inserted.error();
    return write_documents(transaction, contract);
}

Status update(Transaction& transaction, Contract& contract) {
    const std::int64_t old_version = contract.version;
    ++contract.version;
    const std::string body = to_text(contract);
    const auto biz_id = biz_id_column(contract);
    const auto updated = transaction.execute(
        "UPDATE contract SET biz_id = $2, status = $3, category = $4, publish_time = $5, deadline = $6, version = $7, "
        "body = seal($8, 'contract/' || $1) WHERE id = $1 AND version = $9",
        {contract.id, biz_id, static_cast<int>(contract.status), contract.category, contract.publish_time,
         contract.deadline(), contract.version, body, old_version});
    if (!updated) return updated.error();
    if (*updated != 1) return fail(ErrorCode::Conflict, "contract " + to_string(contract.id) + " changed meanwhile");
    if (const Status dropped = drop_documents(transaction, contract); !dropped) return dropped;
    if (const Status written = write_documents(transaction, contract); !written) return written;
    const bool final =
        contract.status == model::ContractStatus::Complete || contract.status == model::ContractStatus::Invalided;
    return final ? final_files::note(transaction, contract) : Status();
}

Status remove(Transaction& transaction, ContractId id) {
    if (const Status permitted = holds::permit_deletion(transaction, id); !permitted) return permitted;
    if (const Status forgotten = final_files::forget(transaction, id); !forgotten) return forgotten;
    if (const auto turns = transaction.execute("DELETE FROM turn WHERE contract = $1", {id}); !turns) {
        return turns.error();
    }
    if (const auto parties = transaction.execute("DELETE FROM party WHERE contract = $1", {id}); !parties) {
        return parties.error();
    }
    const auto hashes = transaction.execute(
        "DELETE FROM document_hash WHERE document IN (SELECT id FROM document WHERE contract = $1)", {id});
    if (!hashes) return hashes.error();
    if (const auto documents = transaction.execute("DELETE FROM document WHERE contract = $1", {id}); !documents) {
        return documents.error();
    }
    if (const auto ids = transaction.execute("DELETE FROM signatory WHERE contract = $1", {id}); !ids) {
        return ids.error();
    }
    const auto removed = transaction.execute("DELETE FROM contract WHERE id = $1", {id});
    if (!removed) return removed.error();
    return {};
}

Result<std::vector<ContractId>> overdue(Connection& connection, UtcTime now, std::size_t limit) {
    return connection.all("SELECT id FROM contract WHERE deadline < $1 ORDER BY deadline LIMIT $2",
                          {now, static_cast<std::int64_t>(limit)},
                          [](const Row& row) { return row.get<ContractId>(0); });
}

Result<std::vector<ContractId>> drafts_before(Connection& connection, UtcTime created_before, std::size_t limit) {
    return connection.all("SELECT id FROM contract WHERE status = 0 AND create_time < $1 ORDER BY create_time LIMIT $2",
                          {created_before, static_cast<std::int64_t>(limit)},
                          [](const Row& row) { return row.get<ContractId>(0); });
}

Status put_signatories(Transaction& transaction, const Contract& contract) {
    for (const model::Signatory& signatory : contract.signatories) {
        const auto put =
            transaction.execute("INSERT INTO signatory (id, contract) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
                                {signatory.id, contract.id});
        if (!put) return put.error();
    }
    return {};
}

Result<std::optional<ContractId>> of_signatory(Connection& connection, model::SignatoryId signatory) {
    return connection.value<ContractId>("SELECT contract FROM signatory WHERE id = $1", {signatory});
}

Status put_parties(Transaction& transaction, const Contract& contract) {
    const auto gone = transaction.execute("DELETE FROM party WHERE contract = $1", {contract.id});
    if (!gone) return gone.error();
    for (const model::Signatory& signatory : contract.signatories) {
        if (!signatory.company || signatory.sponsor) continue;
        const auto put = transaction.execute(
            "INSERT INTO party (company, contract) VALUES ($1, $2) ON CONFLICT (company, contract) DO NOTHING",
            {signatory.company, contract.id});
        if (!put) return put.error();
    }
    return {};
}

Result<ListPage> list(Connection& connection, const model::ContractFilter& filter) {
    // One statement for every combination: what is not asked for compares with itself. Nobody has received a draft.
    const std::string draft = std::to_string(static_cast<int>(model::ContractStatus::Draft));
    const std::string chosen =
        "FROM contract WHERE (($2 AND company = $1) OR "
        "($3 AND status <> " +
        draft +
        " AND id IN (SELECT contract FROM party WHERE party.company = $1))) "
        "AND ($4 < 0 OR status = $4) AND ($5 = 0 OR category = $5) "
        "AND COALESCE(publish_time, create_time) BETWEEN $6 AND $7";
    const int status = filter.status ? static_cast<int>(*filter.status) : -1;
    const auto total = connection.value<std::int64_t>(
        "SELECT COUNT(*) " + chosen,
        {filter.company, filter.initiated, filter.received, status, filter.category, filter.from, filter.to});
    if (!total) return total.error();
    const std::string order = filter.oldest_first ? "ASC" : "DESC";
    auto ids = connection.all(
        "SELECT id " + chosen + " ORDER BY create_time " + order + ", id " + order + " LIMIT $8 OFFSET $9",
        {filter.company, filter.initiated, filter.received, status, filter.category, filter.from, filter.to,
         static_cast<std::int64_t>(filter.limit), static_cast<std::int64_t>(filter.offset)},
        [](const Row& row) { return row.get<ContractId>(0); });
    if (!ids) return ids.error();
    return ListPage{static_cast<std::size_t>(total->value_or(0)), std::move(*ids)};
}

Status put_turns(Transaction& transaction, model::ContractId id, const std::vector<std::string>& people) {
    const auto gone = transaction.execute("DELETE FROM turn WHERE contract = $1", {id});
    if (!gone) return gone.error();
    for (const std::string& person : people) {
        const auto put = transaction.execute("INSERT INTO turn (person, contract) VALUES ($1, $2)", {person, id});
        if (!put) return put.error();
    }
    return {};
}

Result<std::vector<model::ContractId>> waiting_for(Connection& connection, std::string_view person, std::size_t limit) {
    return connection.all("SELECT contract FROM turn WHERE person = $1 ORDER BY contract LIMIT $2",
                          {person, static_cast<std::int64_t>(limit)},
                          [](const Row& row) { return row.get<model::ContractId>(0); });
}

Status note_removals(Transaction& transaction, const std::vector<DocumentId>& documents) {
    for (const DocumentId document : documents) {
        const auto noted = transaction.execute(
            "INSERT INTO file_removal (document) VALUES ($1) ON CONFLICT (document) DO NOTHING", {document});
        if (!noted) return noted.error();
    }
    return {};
}

Status strike_removal(Transaction& transaction, DocumentId document) {
    const auto struck = transaction.execute("DELETE FROM file_removal WHERE document = $1", {document});
    if (!struck) return struck.error();
    return {};
}

Result<std::vector<DocumentId>> noted_removals(Connection& connection, std::size_t limit) {
    return connection.all("SELECT document FROM file_removal LIMIT $1", {static_cast<std::int64_t>(limit)},
                          [](const Row& row) { return row.get<DocumentId>(0); });
}

Status begin_signing(Transaction& transaction, const SignIntent& intent) {
    const auto written = transaction.execute(
        "INSERT INTO sign_intent (action, contract, time) VALUES ($1, $2, $3) "
        "ON CONFLICT (action) DO UPDATE SET time = excluded.time",
        {intent.action, intent.contract, intent.time});
    if (!written) return written.error();
    return {};
}

Status settle_signing(Transaction& transaction, model::ActionId action) {
    const auto removed = transaction.execute("DELETE FROM sign_intent WHERE action = $1", {action});
    if (!removed) return removed.error();
    return {};
}

Result<std::vector<SignIntent>> unsettled_signings(Connection& connection) {
    return connection.all("SELECT action, contract, time FROM sign_intent ORDER BY time", {}, [](const Row& row) {
        return SignIntent{row.get<model::ActionId>(0), row.get<ContractId>(1), row.get<UtcTime>(2)};
    });
}

}  // namespace signet::store::contracts
