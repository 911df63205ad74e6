#include "service/lifecycle.hpp"

#include "model/flow.hpp"
#include "model/transitions.hpp"
#include "service/drafting.hpp"
#include "store/audit.hpp"
#include "store/database.hpp"

#include <algorithm>
#include <utility>

namespace signet::service {

using model::Action;
using model::ActionStatus;
using model::ActionType;
using model::Call;
using model::Contract;
using model::Permission;
using model::Signatory;

namespace {

constexpr std::chrono::hours kDay{24};

Error wrong_status(const Contract& contract) {
    return fail(ErrorCode::InvalidContractStatus,
                "contract " + to_string(contract.id) + " is " + std::string(to_wire(contract.status)));
}

}  // namespace

Status Lifecycle::change(const Caller& caller, const Locator& locator, const Work& work) {
    const auto found = book_.locate(caller, locator, Access::Initiator);
    if (!found) return found.error();
    const ContractLock held = book_.lock((*found)->id);
    const auto fresh = book_.find(held);
    if (!fresh) return fresh.error();
    Contract contract = **fresh;
    Change change;
    change.actor = actor_of(caller);
    if (const Status worked = work(contract, change); !worked) return worked;
    const auto committed = book_.commit(std::move(contract), change);
    if (!committed) return committed.error();
    return {};
}

Status Lifecycle::force_end(const Caller& caller, const Locator& locator, const std::string& reason) {
    if (reason.empty()) return invalid_parameter("reason: is required");
    return change(caller, locator, [&](Contract& contract, Change& told) -> Status {
        auto events = model::force_end(contract, reason, platform_.clock.now());
        if (!events) return events.error();
        told.event = "contract.force_ended";
        told.events = std::move(*events);
        return {};
    });
}

Status Lifecycle::delay(const Caller& caller, const DelayCommand& command) {
    if (!command.days && !command.day) return invalid_parameter("days: days or expireDate is required");
    return change(caller, command.locator, [&](Contract& contract, Change& told) -> Status {
        const UtcTime now = platform_.clock.now();
        const UtcTime present = contract.expire_time.value_or(now);
        const UtcTime wished = command.days ? present + kDay * *command.days : platform_.zone.end_of_day(*command.day);
        if (wished < present) return invalid_parameter("expireDate: lies before the present deadline");
        const UtcTime last = model::latest_deadline(contract.publish_time.value_or(now));
        auto events = model::delay(contract, std::min(wished, last), now);
        if (!events) return events.error();
        told.event = "contract.delayed";
        told.detail = R"({"deadline":")" + platform_.zone.format(*contract.expire_time) + "\"}";
        told.events = std::move(*events);
        return {};
    });
}

Status Lifecycle::remind(const Caller& caller, const NoticeCommand& command) {
    const auto found = book_.locate(caller, command.locator, Access::Initiator);
    if (!found) return found.error();
    const Contract& contract = **found;
    const Permission permission = model::permission(Call::Notice, contract.status);
    const bool allowed =
        permission == Permission::Yes || (permission == Permission::UnlessOnlySigning && !command.only_signing);
    if (!allowed) return wrong_status(contract);
    if (command.signatory) {
        const Signatory* party = contract.find(command.signatory);
        if (party == nullptr) return invalid_parameter("signatoryId: the contract has no such party");
        if (!notices_.can_remind(contract, *party)) {
            return invalid_parameter("signatoryId: it is not its turn, or no message reaches anybody of it");
        }
    }
    return platform_.database.write([&](store::Transaction& transaction) -> Status {
        const auto logged = store::append_audit(
            transaction, {platform_.clock.now(), actor_of(caller), contract.id, "contract.reminded", "{}"});
        if (!logged) return logged.error();
        return notices_.remind(transaction, contract, command.signatory);
    });
}

Status Lifecycle::audit(const Caller& caller, const AuditCommand& command) {
    const auto company = directory_.company(caller, command.tenant_name);
    if (!company) return company.error();
    const auto found = book_.locate(caller, command.locator, Access::Party);
    if (!found) return found.error();
    const ContractLock held = book_.lock((*found)->id);
    const auto fresh = book_.find(held);
    if (!fresh) return fresh.error();
    if (const Status allowed = model::check(Call::Sign, (*fresh)->status); !allowed) return allowed;
    const Signatory* party = nullptr;
    const Action* node = nullptr;
    for (const Signatory& candidate : (*fresh)->signatories) {
        if (candidate.company != company->id) continue;
        for (const Action& action : candidate.actions) {
            const bool mine = action.type == ActionType::Audit && action.status == ActionStatus::Start;
            if (!mine || node != nullptr) continue;
            party = &candidate;
            node = &action;
        }
    }
    if (node == nullptr) return fail(ErrorCode::NotSignStep, "the company has no approval to give now");
    Decision decision;
    decision.pass = command.pass;
    decision.comment = command.comment;
    const auto doers = people_.doers(**fresh, *party, *node);
    if (command.employee) {
        if (!people_.may_do(**fresh, *party, *node, *command.employee)) {
            return fail(ErrorCode::NoOperationPermission, "employee: is not an operator of the approval");
        }
        decision.by = *command.employee;
    } else if (!doers.empty()) {
        decision.by = doers.front();
    } else {
        decision.by.name = company->name;
    }
    if (const auto done = signing_.audit(held, node->id, decision); !done) return done.error();
    return signing_.sign_automatically(held);
}

}  // namespace signet::service
