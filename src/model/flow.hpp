#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/contract.hpp"

#include <string>
#include <vector>

namespace signet::model {

/// Something that happened to a contract and that somebody must hear of: callbacks, notices and the log are made from
/// it.
struct Event {
    enum class Kind {
        Published,
        SignatoryTurn,  // a party may act from now on
        ActionTurn,     // a node may be done from now on
        ActionFinished,
        SignatorySigned,
        SignatoryAdded,
        SignatoryChanged,  // who it is changed, or somebody joined as it
        CopyDue,           // `copy` is to get his message
        Completed,
        Rejected,
        Recalled,
        Expired,
        ForceEnded,
        SentForFilling,
        FillingTurn,  // a party may fill its parameters in from now on
        Filled,       // a party has done so
        CancellationStarted,
        CancellationTurn,    // a party may sign the cancellation file from now on
        CancellationSigned,  // one party did
        Cancelled,
        CancellationRefused,
        CancellationExpired,
    };
    Kind kind = Kind::Published;
    SignatoryId signatory;
    ActionId action;
    /// The place in the list of those who get copies.
    std::size_t copy = 0;

    friend bool operator==(const Event&, const Event&) = default;
};
using Events = std::vector<Event>;

/// DRAFT → SIGNING: the first party (or all, when the order does not matter) gets its turn; FILLING when nobody of the
/// first step has joined yet. Errors: status, no document, no signatory.
Result<Events> publish(Contract& contract, UtcTime now);

/// Marks who gets his copy now, unless he has one; adds to `events`.
void mark_copies(Contract& contract, Events& events);

/// Gives everybody the turn whose turn it is in a contract that has just become SIGNING; adds to `events`.
void begin_turns(Contract& contract, UtcTime now, Events& events);

/// For when it was changed who a party is, or somebody joined as it: it gets its turn if that has come. A contract that
/// was FILLING only for want of parties is SIGNING from the first turn on. Errors: InvalidContractStatus.
Result<Events> change_signatory(Contract& contract, SignatoryId signatory, UtcTime now);

/// START → FINISH for one node and whatever follows from it: the next node, the next party, completion.
/// While a cancellation runs the nodes are its own (`finish_cancellation`). Errors: InvalidContractStatus when the
/// contract is neither SIGNING nor INVALIDING, NotSignStep when it is not the node's turn.
Result<Events> finish_action(Contract& contract, ActionId action, const User& by, UtcTime now);

/// A party refuses, or an approval fails: the node STOPs, its party and the contract become REJECTED; whoever refuses a
/// cancellation leaves the contract COMPLETE.
Result<Events> reject(Contract& contract, ActionId action, std::string reason, UtcTime now);

/// The initiator takes it back.
Result<Events> recall(Contract& contract, std::string reason, UtcTime now);

/// The clock passed the deadline of a contract that is FILLING or SIGNING, or of its cancellation; no events when it
/// did not.
Events expire(Contract& contract, UtcTime now);

/// Until when a contract that was published then may be signed at the latest: two years by the calendar (spec §1.6.3);
/// two years after 29 February end on the 28th.
UtcTime latest_deadline(UtcTime published);

/// Moves the deadline; what had expired runs again where it stood. Errors: InvalidContractStatus.
Result<Events> delay(Contract& contract, UtcTime deadline, UtcTime now);

Result<Events> force_end(Contract& contract, std::string reason, UtcTime now);

/// Adds a party to a contract that is SIGNING or COMPLETE. A completed contract is SIGNING again. The party's serialNo
/// is kept when it is greater than that of every party that signed or is signing, else it is put last. Errors:
/// InvalidContractStatus, DuplicateSignatory.
Result<Events> add_signatory(Contract& contract, Signatory signatory, UtcTime now);

/// Whether both are the same party: companies by name, persons by name and contact.
bool same_party(const Signatory& a, const Signatory& b);

}  // namespace signet::model
