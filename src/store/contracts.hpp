#pragma once

#include "base/result.hpp"
#include "model/contract.hpp"
#include "model/contract_filter.hpp"
#include "store/database.hpp"

#include <optional>
#include <string_view>
#include <vector>

/// Contracts in the database. A contract is one row, changed as a whole; what is searched for stands in columns of its
/// own.
namespace signet::store::contracts {

Result<std::optional<model::Contract>> find(Connection& connection, model::ContractId id);
Result<std::optional<model::Contract>> find_by_biz_id(Connection& connection, model::CompanyId company,
                                                      std::string_view biz_id);
/// The contract that a document belongs to.
Result<std::optional<model::ContractId>> of_document(Connection& connection, model::DocumentId document);
/// Documents of sent contracts whose file was once exactly the one with this hash (hexadecimal, lower case), the newest
/// first, at most `limit`.
Result<std::vector<model::DocumentId>> with_hash(Connection& connection, std::string_view sha256, std::size_t limit);
/// How many bytes of a document's file count; nothing for a document that is not known.
Result<std::optional<std::uint64_t>> committed_length(Connection& connection, model::DocumentId document);

/// Puts a new contract in. Errors: Conflict on the constraint `contract_biz_id` when the company has that bizId
/// already.
Status insert(Transaction& transaction, const model::Contract& contract);
/// Replaces the contract that has `contract.version`, which grows by one. Errors: Conflict when somebody changed it
/// since.
Status update(Transaction& transaction, model::Contract& contract);
/// Takes a draft out, with its documents' rows.
Status remove(Transaction& transaction, model::ContractId id);

/// Contracts that run and whose deadline lies before `now`, at most `limit`.
Result<std::vector<model::ContractId>> overdue(Connection& connection, UtcTime now, std::size_t limit);

/// Drafts made before, oldest first, at most `limit`.
Result<std::vector<model::ContractId>> drafts_before(Connection& connection, UtcTime created_before, std::size_t limit);

/// Makes the parties of a sent contract known by their ids alone.
Status put_signatories(Transaction& transaction, const model::Contract& contract);
Result<std::optional<model::ContractId>> of_signatory(Connection& connection, model::SignatoryId signatory);

/// Replaces the list of companies on record that receive a contract; for whenever its parties change.
Status put_parties(Transaction& transaction, const model::Contract& contract);

struct ListPage {
    std::size_t total = 0;
    std::vector<model::ContractId> ids;
};
/// Errors only of the database itself.
Result<ListPage> list(Connection& connection, const model::ContractFilter& filter);

/// Replaces the list of people who may act in a contract now.
Status put_turns(Transaction& transaction, model::ContractId id, const std::vector<std::string>& people);
/// The contracts in which a person may act, oldest first.
Result<std::vector<model::ContractId>> waiting_for(Connection& connection, std::string_view person, std::size_t limit);

/// Documents whose files shall go from the disk: noted together with the change that makes them unreadable, struck off
/// when they are gone.
Status note_removals(Transaction& transaction, const std::vector<model::DocumentId>& documents);
Status strike_removal(Transaction& transaction, model::DocumentId document);
Result<std::vector<model::DocumentId>> noted_removals(Connection& connection, std::size_t limit);

/// The intent to sign, durable before a key is used, and settled together with the signature. What is found unsettled
/// at start was never committed.
struct SignIntent {
    model::ActionId action;
    model::ContractId contract;
    UtcTime time;
};
Status begin_signing(Transaction& transaction, const SignIntent& intent);
Status settle_signing(Transaction& transaction, model::ActionId action);
Result<std::vector<SignIntent>> unsettled_signings(Connection& connection);

}  // namespace signet::store::contracts
