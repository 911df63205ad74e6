#pragma once

#include "base/result.hpp"
#include "model/contract.hpp"
#include "model/flow.hpp"
#include "service/contract_book.hpp"
#include "service/directory.hpp"
#include "service/extender.hpp"
#include "service/platform.hpp"
#include "service/time_stamps.hpp"
#include "service/trust_services.hpp"
#include "store/preservation.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace signet::service {

class SigningKeys;

/// Makes signatures last (ETSI EN 319 142-1 §5.4): when a contract is complete, each signed document gets what is
/// needed to judge its signatures for decades, and a document time-stamp over all of it, which is renewed before it
/// ages. What cannot be done at once is noted together with the completion and done later, also after a restart;
/// nothing ever counts as more than it has. Thread-safe.
class Preservation {
  public:
    Preservation(Platform& platform, const Directory& directory, ContractBook& book, TrustServices& trust,
                 const TimeStamps& time_stamps, const SigningKeys& keys, model::SignatureLevel level);

    /// How long the signatures of a contract shall last: as its category says, else as the installation has it.
    model::SignatureLevel level_of(const model::Contract& contract) const;
    const TimeStamps& time_stamps() const { return time_stamps_; }

    const Extender& extender() const { return extender_; }

    /// Whether extending a file of this length is quick enough to be part of the signing itself.
    bool is_quick(std::uint64_t file_length) const;

    /// Part of the transaction that completes a contract: from then on `run_due` looks after it.
    Status note(store::Transaction& transaction, const model::Contract& contract, const model::Events& events) const;

    /// Carries out what is due, at most `limit` contracts; how many were looked at. A contract that cannot be helped
    /// now is put off, with the reason.
    Result<std::size_t> run_due(std::size_t limit);

    Result<store::preservation::Depth> depth() const;
    std::uint64_t extended() const { return extended_; }

  private:
    Status preserve(model::ContractId id);
    Status preserve_document(model::ContractId id, model::DocumentId document, model::SignatureLevel level);
    Status append_to(const ContractPointer& seen, model::DocumentId document, const Extender::Extension& extension);
    bool is_wanting(const model::Document& document, model::SignatureLevel level) const;
    UtcTime renewal_of(const model::Document& document) const;
    std::optional<UtcTime> next_due(const model::Contract& contract) const;

    Platform& platform_;
    const Directory& directory_;
    ContractBook& book_;
    const TimeStamps& time_stamps_;
    const Extender extender_;
    const model::SignatureLevel level_;
    std::atomic<std::uint64_t> extended_ = 0;
};

}  // namespace signet::service
