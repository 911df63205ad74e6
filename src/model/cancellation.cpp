#include "model/cancellation.hpp"

#include "model/transitions.hpp"

#include <algorithm>
#include <utility>

namespace signet::model {
namespace {

using Kind = Event::Kind;

Error wrong_status(const Contract& contract) {
    return fail(ErrorCode::InvalidContractStatus,
                "contract " + to_string(contract.id) + " is " + std::string(to_wire(contract.status)));
}

/// The node whose turn it is; null when the action is no such node of the running cancellation.
Action* open_node(Contract& contract, ActionId id) {
    for (Signatory& party : contract.cancellation->parties) {
        for (Action& action : party.actions) {
            if (action.id == id && action.status == ActionStatus::Start) return &action;
        }
    }
    return nullptr;
}

void move_parties(Contract& contract, SignatoryStatus from, SignatoryStatus to) {
    for (Signatory& signatory : contract.signatories) {
        if (signatory.status == from) signatory.status = to;
    }
}

void come_to_nothing(Contract& contract, InvalidFailType why) {
    for (Signatory& party : contract.cancellation->parties) {
        for (Action& action : party.actions) {
            if (action.status == ActionStatus::Start) action.status = ActionStatus::Stop;
        }
        if (party.status == SignatoryStatus::Signing) party.status = SignatoryStatus::Closed;
    }
    contract.cancellation->fail_type = why;
    contract.status = ContractStatus::Complete;
    move_parties(contract, SignatoryStatus::Invaliding, SignatoryStatus::Signed);
    move_parties(contract, SignatoryStatus::Invalided, SignatoryStatus::Signed);
}

}  // namespace

Result<Events> start_cancellation(Contract& contract, Cancellation cancellation, UtcTime now) {
    if (permission(Call::Invalid, contract.status) != Permission::StartCancellation) return wrong_status(contract);
    if (cancellation.parties.empty()) return invalid_parameter("contractId: nobody is left to sign the cancellation");
    Events events{{Kind::CancellationStarted, {}, {}}};
    for (Signatory& party : cancellation.parties) {
        party.status = SignatoryStatus::Signing;
        for (Action& action : party.actions) {
            action.status = ActionStatus::Start;
            events.push_back({Kind::CancellationTurn, party.id, action.id});
        }
    }
    cancellation.start_time = now;
    if (!cancellation.reason.empty()) contract.remarks.push_back({cancellation.document.value, cancellation.reason});
    contract.cancellation = std::move(cancellation);
    contract.status = ContractStatus::Invaliding;
    move_parties(contract, SignatoryStatus::Signed, SignatoryStatus::Invaliding);
    return events;
}

Result<Events> finish_cancellation(Contract& contract, ActionId id, const User& by, UtcTime now) {
    if (contract.running_cancellation() == nullptr) return wrong_status(contract);
    Action* action = open_node(contract, id);
    if (action == nullptr) return fail(ErrorCode::NotSignStep, "action " + to_string(id));
    action->status = ActionStatus::Finish;
    action->complete_time = now;
    action->completed_by = by;
    Signatory& copy = *contract.owner(id);
    copy.status = SignatoryStatus::Signed;
    copy.complete_time = now;
    Signatory& party = *contract.find(copy.id);
    if (party.status == SignatoryStatus::Invaliding) party.status = SignatoryStatus::Invalided;
    Events events{{Kind::CancellationSigned, copy.id, id}};
    const auto& parties = contract.cancellation->parties;
    const bool all = std::all_of(parties.begin(), parties.end(), [](const Signatory& one) { return one.finished(); });
    if (!all) return events;
    contract.status = ContractStatus::Invalided;
    move_parties(contract, SignatoryStatus::Invaliding, SignatoryStatus::Invalided);
    contract.files_deleted = contract.files_deleted || contract.cancellation->delete_files;
    events.push_back({Kind::Cancelled, {}, {}});
    return events;
}

Result<Events> refuse_cancellation(Contract& contract, ActionId id, std::string reason) {
    if (contract.running_cancellation() == nullptr) return wrong_status(contract);
    if (open_node(contract, id) == nullptr) return fail(ErrorCode::NotSignStep, "action " + to_string(id));
    Signatory& refusing = *contract.owner(id);
    refusing.status = SignatoryStatus::Rejected;
    const SignatoryId who = refusing.id;
    come_to_nothing(contract, InvalidFailType::InvalidRejected);
    if (!reason.empty()) contract.remarks.push_back({id.value, reason});
    contract.comments = std::move(reason);
    return Events{{Kind::CancellationRefused, who, id}};
}

bool refused_cancellation(const Contract& contract, SignatoryId party) {
    if (!contract.cancellation || contract.cancellation->fail_type != InvalidFailType::InvalidRejected) return false;
    const auto& parties = contract.cancellation->parties;
    return std::any_of(parties.begin(), parties.end(), [&](const Signatory& one) {
        return one.id == party && one.status == SignatoryStatus::Rejected;
    });
}

Events expire_cancellation(Contract& contract) {
    if (contract.running_cancellation() == nullptr) return {};
    come_to_nothing(contract, InvalidFailType::InvalidCancel);
    return {{Kind::CancellationExpired, {}, {}}};
}

}  // namespace signet::model
