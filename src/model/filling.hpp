#pragma once

#include "model/contract.hpp"
#include "model/flow.hpp"

#include <string>
#include <vector>

/// Template parameters that a contract's parties fill in before anybody signs (拟定, spec §3.1).
namespace signet::model {

/// Who fills a parameter in: the party a request named, else by the template's count of receiving parties in the order
/// of signing. Null: the initiator, who does it while the contract is a draft.
const Signatory* filler(const Contract& contract, const DocumentParam& param);

/// The names of the initiator's required parameters that have no value, each once; among them those of others that
/// cannot be changed on the page.
std::vector<std::string> missing_of_initiator(const Contract& contract);
/// The same for a receiving party.
std::vector<std::string> missing_of(const Contract& contract, const Signatory& party);
/// Whether any receiving party has something left that it must fill in.
bool must_be_filled(const Contract& contract);

/// Whether a party is still at it; then nobody signs, whoever joins.
bool being_filled(const Contract& contract);

/// DRAFT → FILLING: every party that must fill something in is FILLING, the others wait. Errors as `publish`.
Result<Events> publish_for_filling(Contract& contract, UtcTime now);

/// A party has filled in what it had to; when it was the last, FILLING → SIGNING: the events end with Published and the
/// first turns. It stays FILLING while those of the first turn have yet to join. Errors: InvalidContractStatus,
/// NotSignStep when it is not the party's to fill, InvalidParameter naming what is missing.
Result<Events> finish_filling(Contract& contract, SignatoryId party, UtcTime now);

/// For when the initiator has given values while others fill in: every party that has nothing left to fill in is done
/// with it, as if it had finished by itself. No events when there is none.
Events settle_filling(Contract& contract, UtcTime now);

/// A party that is FILLING refuses: it and the contract become REJECTED. Errors as above.
Result<Events> refuse_filling(Contract& contract, SignatoryId party, std::string reason, UtcTime now);

}  // namespace signet::model
