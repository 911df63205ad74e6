#include "model/flow.hpp"

#include "model/cancellation.hpp"
#include "model/filling.hpp"
#include "model/transitions.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace signet::model {
namespace {

using Kind = Event::Kind;

Error wrong_status(const Contract& contract) {
    return fail(ErrorCode::InvalidContractStatus,
                "contract " + to_string(contract.id) + " is " + std::string(to_wire(contract.status)));
}

/// The smallest serialNo among parties that still have to act.
int current_step(const Contract& contract) {
    int step = std::numeric_limits<int>::max();
    for (const Signatory& signatory : contract.signatories) {
        if (signatory.open()) step = std::min(step, signatory.serial_no);
    }
    return step;
}

/// Starts the nodes of a party whose turn it is: all unfinished ones with the smallest serialNo.
void start_actions(Signatory& signatory, Events& events) {
    int step = std::numeric_limits<int>::max();
    for (const Action& action : signatory.actions) {
        if (action.status != ActionStatus::Finish) step = std::min(step, action.serial_no);
    }
    for (Action& action : signatory.actions) {
        if (action.status != ActionStatus::Init || action.serial_no != step) continue;
        action.status = ActionStatus::Start;
        events.push_back({Kind::ActionTurn, signatory.id, action.id});
    }
}

void start_signatories(Contract& contract, UtcTime now, Events& events) {
    const int step = current_step(contract);
    for (Signatory& signatory : contract.signatories) {
        if (!signatory.open()) continue;
        const bool turn = !contract.ordinal || signatory.serial_no == step;
        if (!turn || signatory.awaits_joining()) {
            signatory.status = SignatoryStatus::Waiting;
            continue;
        }
        if (signatory.status != SignatoryStatus::Signing) {
            signatory.status = SignatoryStatus::Signing;
            signatory.receive_time = now;
            events.push_back({Kind::SignatoryTurn, signatory.id, {}});
        }
        start_actions(signatory, events);
    }
}

/// A contract whose first step nobody can do yet, because its parties have not joined, is being drawn up (FILLING); it
/// is SIGNING from the first turn on.
void settle_beginning(Contract& contract) {
    const bool begun =
        std::any_of(contract.signatories.begin(), contract.signatories.end(), [](const Signatory& signatory) {
            return signatory.status == SignatoryStatus::Signing || signatory.status == SignatoryStatus::Signed;
        });
    contract.status = begun ? ContractStatus::Signing : ContractStatus::Filling;
}

bool any_receiver_signed(const Contract& contract) {
    return std::any_of(contract.signatories.begin(), contract.signatories.end(), [](const Signatory& signatory) {
        return !signatory.sponsor && signatory.status == SignatoryStatus::Signed;
    });
}

bool all_signed(const Contract& contract) {
    return std::none_of(contract.signatories.begin(), contract.signatories.end(),
                        [](const Signatory& signatory) { return signatory.open(); });
}

/// Completes the contract when its strategy says so; with ANY_SIGN_FINISH the open parties are closed.
bool complete_if_done(Contract& contract, UtcTime now, Events& events) {
    const bool any = contract.sign_flow_strategy == SignFlowStrategy::AnySignFinish && any_receiver_signed(contract);
    if (!any && !all_signed(contract)) return false;
    for (Signatory& signatory : contract.signatories) {
        if (!signatory.open()) continue;
        signatory.status = SignatoryStatus::Closed;
        for (Action& action : signatory.actions) {
            if (action.status != ActionStatus::Finish) action.status = ActionStatus::End;
        }
    }
    contract.status = ContractStatus::Complete;
    contract.complete_time = now;
    events.push_back({Kind::Completed, {}, {}});
    if (contract.copy_send_time.value_or(CopySendTime::Finish) == CopySendTime::Finish) mark_copies(contract, events);
    return true;
}

/// Ends everything that is still open.
void end_open_parts(Contract& contract, SignatoryStatus signatory_status, ActionStatus action_status) {
    for (Signatory& signatory : contract.signatories) {
        if (!signatory.open()) continue;
        signatory.status = signatory_status;
        for (Action& action : signatory.actions) {
            if (action.status == ActionStatus::Init || action.status == ActionStatus::Start)
                action.status = action_status;
        }
    }
}

}  // namespace

void mark_copies(Contract& contract, Events& events) {
    for (std::size_t i = 0; i < contract.copy_send_receivers.size(); ++i) {
        CopySendReceiver& receiver = contract.copy_send_receivers[i];
        if (receiver.sent || receiver.receiver.contact.empty()) continue;
        receiver.sent = true;
        events.push_back({Kind::CopyDue, {}, {}, i});
    }
}

bool same_party(const Signatory& a, const Signatory& b) {
    if (a.tenant_type != b.tenant_type || a.awaits_joining() || b.awaits_joining()) return false;
    if (a.tenant_type == TenantType::Company) return a.tenant_name == b.tenant_name;
    return a.tenant_name == b.tenant_name && a.receiver.same_contact(b.receiver);
}

UtcTime latest_deadline(UtcTime published) {
    using namespace std::chrono;
    const sys_time<milliseconds> then{milliseconds(published.milliseconds)};
    const sys_days midnight = floor<days>(then);
    year_month_day day = year_month_day(midnight) + years(2);
    if (!day.ok()) day = day.year() / day.month() / last;
    return {(sys_days(day) + (then - midnight)).time_since_epoch().count()};
}

Result<Events> publish(Contract& contract, UtcTime now) {
    if (const Status allowed = check(Call::Send, contract.status); !allowed) return wrong_status(contract);
    if (contract.documents.empty()) return fail(ErrorCode::DocumentRequired, "contract " + to_string(contract.id));
    if (contract.signatories.empty()) return fail(ErrorCode::SignatoryRequired, "contract " + to_string(contract.id));
    contract.status = ContractStatus::Signing;
    contract.publish_time = now;
    Events events{{Kind::Published, {}, {}}};
    start_signatories(contract, now, events);
    settle_beginning(contract);
    if (contract.copy_send_time == CopySendTime::Send) mark_copies(contract, events);
    return events;
}

Result<Events> change_signatory(Contract& contract, SignatoryId id, UtcTime now) {
    const bool running = contract.status == ContractStatus::Signing || contract.status == ContractStatus::Filling;
    if (!running) return wrong_status(contract);
    Events events{{Kind::SignatoryChanged, id, {}}};
    if (being_filled(contract)) {
        if (contract.find(id)->status == SignatoryStatus::Filling) events.push_back({Kind::FillingTurn, id, {}});
        return events;
    }
    start_signatories(contract, now, events);
    if (contract.status != ContractStatus::Filling) return events;
    settle_beginning(contract);
    // It was sent to be drawn up; now it is sent to be signed.
    if (contract.status == ContractStatus::Signing) events.insert(events.begin(), {Kind::Published, {}, {}});
    return events;
}

void begin_turns(Contract& contract, UtcTime now, Events& events) {
    Events turns;
    start_signatories(contract, now, turns);
    settle_beginning(contract);
    // Until somebody who has the turn has joined it counts as being drawn up.
    if (contract.status == ContractStatus::Signing) events.push_back({Kind::Published, {}, {}});
    events.insert(events.end(), turns.begin(), turns.end());
    // Whoever has no copy yet from the sending: an older version sent it.
    if (contract.copy_send_time == CopySendTime::Send) mark_copies(contract, events);
}

Result<Events> finish_action(Contract& contract, ActionId id, const User& by, UtcTime now) {
    if (contract.status == ContractStatus::Invaliding) return finish_cancellation(contract, id, by, now);
    if (contract.status != ContractStatus::Signing) return wrong_status(contract);
    Signatory* signatory = contract.owner(id);
    Action* action = contract.find(id);
    if (action == nullptr || action->status != ActionStatus::Start) {
        return fail(ErrorCode::NotSignStep, "action " + to_string(id));
    }
    action->status = ActionStatus::Finish;
    action->complete_time = now;
    action->completed_by = by;
    Events events{{Kind::ActionFinished, signatory->id, id}};
    if (!signatory->finished()) {
        start_actions(*signatory, events);
        return events;
    }
    signatory->status = SignatoryStatus::Signed;
    signatory->complete_time = now;
    events.push_back({Kind::SignatorySigned, signatory->id, {}});
    if (!complete_if_done(contract, now, events)) start_signatories(contract, now, events);
    return events;
}

Result<Events> reject(Contract& contract, ActionId id, std::string reason, UtcTime now) {
    if (contract.status == ContractStatus::Invaliding) return refuse_cancellation(contract, id, std::move(reason));
    if (contract.status != ContractStatus::Signing) return wrong_status(contract);
    Signatory* signatory = contract.owner(id);
    Action* action = contract.find(id);
    if (action == nullptr || action->status != ActionStatus::Start) {
        return fail(ErrorCode::NotSignStep, "action " + to_string(id));
    }
    end_open_parts(contract, SignatoryStatus::Rejected, ActionStatus::Stop);
    contract.status = ContractStatus::Rejected;
    contract.comments = std::move(reason);
    contract.complete_time = now;
    return Events{{Kind::Rejected, signatory->id, id}};
}

Result<Events> recall(Contract& contract, std::string reason, UtcTime now) {
    if (permission(Call::Invalid, contract.status) != Permission::Recall) return wrong_status(contract);
    end_open_parts(contract, SignatoryStatus::Recalled, ActionStatus::Stop);
    contract.status = ContractStatus::Recalled;
    contract.comments = std::move(reason);
    contract.complete_time = now;
    return Events{{Kind::Recalled, {}, {}}};
}

Events expire(Contract& contract, UtcTime now) {
    const auto deadline = contract.deadline();
    if (!deadline || now <= *deadline) return {};
    if (contract.status == ContractStatus::Invaliding) return expire_cancellation(contract);
    end_open_parts(contract, SignatoryStatus::Expired, ActionStatus::Stop);
    contract.status = ContractStatus::Expired;
    return {{Kind::Expired, {}, {}}};
}

Result<Events> delay(Contract& contract, UtcTime deadline, UtcTime now) {
    if (!check(Call::Delay, contract.status)) return wrong_status(contract);
    contract.expire_time = deadline;
    Events events;
    if (contract.status != ContractStatus::Expired || deadline < now) return events;
    // What was still being filled in when the time ran out is filled in again, not signed.
    const bool filling = must_be_filled(contract);
    contract.status = filling ? ContractStatus::Filling : ContractStatus::Signing;
    for (Signatory& signatory : contract.signatories) {
        if (signatory.status != SignatoryStatus::Expired) continue;
        const bool fills = filling && !missing_of(contract, signatory).empty();
        signatory.status = fills ? SignatoryStatus::Filling : SignatoryStatus::Waiting;
        if (fills) events.push_back({Kind::FillingTurn, signatory.id, {}});
        for (Action& action : signatory.actions) {
            if (action.status == ActionStatus::Stop) action.status = ActionStatus::Init;
        }
    }
    if (filling) return events;
    start_signatories(contract, now, events);
    settle_beginning(contract);
    return events;
}

Result<Events> force_end(Contract& contract, std::string reason, UtcTime now) {
    if (!check(Call::ForceEnd, contract.status)) return wrong_status(contract);
    end_open_parts(contract, SignatoryStatus::ForceEnd, ActionStatus::End);
    contract.status = ContractStatus::ForceEnd;
    contract.comments = std::move(reason);
    contract.complete_time = now;
    return Events{{Kind::ForceEnded, {}, {}}};
}

Result<Events> add_signatory(Contract& contract, Signatory signatory, UtcTime now) {
    if (!check(Call::SignatoryAdd, contract.status)) return wrong_status(contract);
    int last = 0;
    int busy = 0;
    for (const Signatory& other : contract.signatories) {
        if (same_party(other, signatory)) return fail(ErrorCode::DuplicateSignatory, signatory.tenant_name);
        last = std::max(last, other.serial_no);
        const bool acts = other.status == SignatoryStatus::Signing || other.status == SignatoryStatus::Signed;
        if (acts) busy = std::max(busy, other.serial_no);
    }
    if (signatory.serial_no <= busy) signatory.serial_no = last + 1;
    signatory.status = SignatoryStatus::Waiting;
    contract.status = ContractStatus::Signing;
    contract.complete_time.reset();
    Events events{{Kind::SignatoryAdded, signatory.id, {}}};
    contract.signatories.push_back(std::move(signatory));
    start_signatories(contract, now, events);
    return events;
}

}  // namespace signet::model
