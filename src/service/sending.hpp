#pragma once

#include "base/result.hpp"
#include "service/contract_book.hpp"
#include "service/directory.hpp"
#include "service/drafting.hpp"
#include "service/places.hpp"
#include "service/platform.hpp"
#include "service/signing.hpp"

#include <optional>
#include <vector>

namespace signet::service {

struct SendCommand {
    Locator locator;
    std::vector<BoundStamper> stampers;
    bool locate_all = true;
    std::optional<model::StamperRule> stamper_rule;
};

/// Publishing drafts and adding parties to what is published (spec §4.5, §4.35). Thread-safe.
class Sending {
  public:
    Sending(Platform& platform, const Directory& directory, ContractBook& book, const Drafting& drafting,
            const PlaceFinder& places, Signing& signing)
        : platform_(platform),
          directory_(directory),
          book_(book),
          drafting_(drafting),
          places_(places),
          signing_(signing) {}

    /// Finds all places and freezes the documents with every field: what sending does, for a contract that was filled
    /// in after it was sent. Errors: those of placing and freezing.
    Status freeze(model::Contract& contract) const;

    /// DRAFT → SIGNING, or FILLING when a receiving party has something to fill in: finds all places, freezes the
    /// documents with every field, gives the first party its turn, and signs what signs itself. Errors as in spec §4.5;
    /// nothing changes then.
    Result<ContractPointer> send(const Caller& caller, const SendCommand& command);

    /// Adds a party to a contract that is SIGNING or COMPLETE, when its category allows. The party as it now stands in
    /// the contract is the last of its signatories with the returned id.
    struct Added {
        ContractPointer contract;
        model::SignatoryId signatory;
    };
    Result<Added> add_signatory(const Caller& caller, const Locator& locator, model::Signatory signatory,
                                bool locate_all);

  private:
    Status place_all(model::Contract& contract, bool locate_all) const;

    Platform& platform_;
    const Directory& directory_;
    ContractBook& book_;
    const Drafting& drafting_;
    const PlaceFinder& places_;
    Signing& signing_;
};

}  // namespace signet::service
