#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/contract.hpp"
#include "model/flow.hpp"

#include <string>

/// How a completed contract becomes void (spec §3.1, §4.23): all parties sign a cancellation file, in any order.
namespace signet::model {

/// The deadline of a cancellation lies at most this far ahead.
inline constexpr int kLongestCancellationYears = 3;

/// COMPLETE → INVALIDING: whoever signed the contract is INVALIDING, and all nodes of the cancellation have their turn.
/// `cancellation` comes with its document and its parties. Errors: InvalidContractStatus; InvalidParameter without a
/// party that signs.
Result<Events> start_cancellation(Contract& contract, Cancellation cancellation, UtcTime now);

/// One party signed the file and is INVALIDED; after the last one the contract is. Errors: InvalidContractStatus,
/// NotSignStep.
Result<Events> finish_cancellation(Contract& contract, ActionId action, const User& by, UtcTime now);

/// A party refuses: the contract is COMPLETE again and all its parties SIGNED. Errors: InvalidContractStatus,
/// NotSignStep.
Result<Events> refuse_cancellation(Contract& contract, ActionId action, std::string reason);

/// Whether this party is the one whose refusal ended the last cancellation; the contract's comments say why.
bool refused_cancellation(const Contract& contract, SignatoryId party);

/// The deadline of the running cancellation passed; the same, with another cause. No events when none runs.
Events expire_cancellation(Contract& contract);

}  // namespace signet::model
