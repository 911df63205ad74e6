#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/contract.hpp"

namespace signet::store {
class Transaction;
}

namespace signet::service {

/// The node that can sign itself now: a COMPANY node of the initiator's own that was asked for it (`autoSign`, spec
/// §2.3), has its turn and knows its places. Null when there is none.
const model::Action* node_that_signs_itself(const model::Contract& contract);

/// Puts down, within the transaction of a change, that a node has to sign itself, or that none has to any more. The
/// server signs right after the change; what a crash or a fault prevented is made up for from what is put down.
Status note_automatic_signing(store::Transaction& transaction, const model::Contract& contract, UtcTime now);

}  // namespace signet::service
