#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/contract.hpp"
#include "store/database.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The files of contracts that are complete, with both digests; and what was found damaged when files were read back.
namespace signet::store::final_files {

struct FinalFile {
    model::DocumentId document;
    model::ContractId contract;
    std::uint64_t length = 0;
    std::string sha256;
    /// GB/T 32905; empty until it was computed.
    std::string sm3;
    /// When it was.
    UtcTime time;
};

/// Notes what a completed contract's documents are now; those that grew lose their SM3 until it is computed anew.
Status note(Transaction& transaction, const model::Contract& contract);
Result<std::vector<FinalFile>> without_sm3(Connection& connection, std::size_t limit);
/// Nothing happens when the file has grown meanwhile.
Status put_sm3(Transaction& transaction, const FinalFile& file);
Result<std::optional<FinalFile>> find(Connection& connection, model::DocumentId document);
Status forget(Transaction& transaction, model::ContractId contract);

struct Damage {
    model::DocumentId document;
    UtcTime time;
    std::string fault;
};
/// True when it was not known before.
Result<bool> note_damage(Transaction& transaction, const Damage& damage);
Status strike_damage(Transaction& transaction, model::DocumentId document);
Result<std::vector<Damage>> damages(Connection& connection);

/// Documents in the order of their ids, those after `after`; for reading all back, some at a time.
struct StoredDocument {
    model::DocumentId document;
    model::ContractId contract;
};
Result<std::vector<StoredDocument>> documents_after(Connection& connection, model::DocumentId after, std::size_t limit);

}  // namespace signet::store::final_files
