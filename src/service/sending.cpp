#include "service/sending.hpp"

#include "model/filling.hpp"
#include "model/flow.hpp"
#include "model/transitions.hpp"
#include "service/handler_names.hpp"

#include <algorithm>
#include <utility>

namespace signet::service {

using model::Action;
using model::ActionType;
using model::Contract;
using model::Signatory;

namespace {

/// Every stamper of these parties with its node, and the path its errors go by.
std::vector<StamperOfAction> stampers_of(const std::vector<const Signatory*>& signatories) {
    std::vector<StamperOfAction> list;
    for (const Signatory* signatory : signatories) {
        for (const Action& action : signatory->actions) {
            for (const model::Stamper& stamper : action.stampers) {
                const std::string field = "stampers[" + std::to_string(list.size()) + "]";
                list.push_back({stamper, &action, signatory, field});
            }
        }
    }
    return list;
}

}  // namespace

Status Sending::place_all(Contract& contract, bool locate_all) const {
    std::vector<const Signatory*> parties;
    for (const Signatory& signatory : contract.signatories)
        parties.push_back(&signatory);
    const auto places = places_.find(contract, stampers_of(parties), locate_all);
    if (!places) return places.error();
    for (const auto& [action, found] : *places)
        contract.find(action)->places = found;
    return {};
}

Status Sending::freeze(Contract& contract) const {
    for (Signatory& signatory : contract.signatories) {
        for (Action& action : signatory.actions)
            action.places.clear();
    }
    if (const Status placed = place_all(contract, contract.locate_all_keywords); !placed) return placed;
    return signing_.freeze(contract);
}

Result<ContractPointer> Sending::send(const Caller& caller, const SendCommand& command) {
    const auto found = book_.locate(caller, command.locator, Access::Initiator);
    if (!found) return found;
    const ContractLock held = book_.lock((*found)->id);
    const auto fresh = book_.find(held);
    if (!fresh) return fresh;
    Contract contract = **fresh;
    if (const Status allowed = model::check(model::Call::Send, contract.status); !allowed) return allowed.error();
    if (contract.documents.empty()) return fail(ErrorCode::DocumentRequired, "contract " + to_string(contract.id));
    if (contract.signatories.empty()) return fail(ErrorCode::SignatoryRequired, "contract " + to_string(contract.id));
    if (const Status bound = bind_stampers(contract, command.stampers, "stampers", true); !bound) return bound.error();
    if (command.stamper_rule) contract.stamper_rule = command.stamper_rule;
    const auto category = directory_.category(contract.category);
    if (!category) return category.error();
    if (!contract.stamper_rule) contract.stamper_rule = category->stamper_rule;
    for (const Signatory& signatory : contract.signatories) {
        for (const Action& action : signatory.actions) {
            for (const model::SealId seal : action.seals) {
                const auto usable = directory_.usable_seal(signatory.company, seal);
                if (!usable) return usable.error();
            }
        }
    }
    for (std::size_t i = 0; i < contract.signatories.size(); ++i) {
        const std::string field = "signatories[" + std::to_string(i) + "]";
        const Status drawable = places_.check_named_seal(contract.signatories[i], field);
        if (!drawable) return drawable.error();
        const Status named = check_handler_name(directory_, contract.company, contract.signatories[i], field);
        if (!named) return named.error();
    }
    if (const auto missing = model::missing_of_initiator(contract); !missing.empty()) {
        std::string names;
        for (const std::string& name : missing)
            names += (names.empty() ? "" : ", ") + name;
        return fail(ErrorCode::ParametersMissing, "templateParams: " + names);
    }
    contract.locate_all_keywords = command.locate_all;
    const bool filled_first = model::must_be_filled(contract);
    if (const Status placed = place_all(contract, command.locate_all); !placed) return placed.error();

    const UtcTime now = platform_.clock.now();
    if (!contract.expire_time || *contract.expire_time <= now) {
        contract.expire_time = platform_.zone.end_of_day(now + std::chrono::hours(24) * category->expire_days);
    }
    contract.expire_time = std::min(*contract.expire_time, model::latest_deadline(now));
    auto events = filled_first ? model::publish_for_filling(contract, now) : model::publish(contract, now);
    if (!events) return events.error();
    // What is still to be filled in changes the pages; they are frozen when that is done.
    if (!filled_first) {
        if (const Status frozen = signing_.freeze(contract); !frozen) return frozen.error();
    }

    Change change;
    change.event = "contract.sent";
    change.actor = actor_of(caller);
    change.events = std::move(*events);
    const auto committed = book_.commit(std::move(contract), change);
    if (!committed || filled_first) return committed;
    if (const Status automatic = signing_.sign_automatically(held); !automatic) return automatic.error();
    return book_.find(held);
}

Result<Sending::Added> Sending::add_signatory(const Caller& caller, const Locator& locator, Signatory signatory,
                                              bool locate_all) {
    const auto found = book_.locate(caller, locator, Access::Initiator);
    if (!found) return found.error();
    const ContractLock held = book_.lock((*found)->id);
    const auto fresh = book_.find(held);
    if (!fresh) return fresh.error();
    Contract contract = **fresh;
    if (const Status allowed = model::check(model::Call::SignatoryAdd, contract.status); !allowed)
        return allowed.error();
    const auto category = directory_.category(contract.category);
    if (!category) return category.error();
    if (!category->add_after_sending) {
        return fail(ErrorCode::CategoryForbids, "the category does not allow parties after sending");
    }
    const auto initiator = directory_.company(contract.company);
    if (!initiator) return fail(ErrorCode::CompanyNotFound, "company " + to_string(contract.company));
    const int wished = signatory.serial_no;
    const Drafting::Setting setting{*initiator, contract.creator.has_value(),
                                    static_cast<int>(contract.signatories.size()), true};
    auto completed = drafting_.complete(setting, std::move(signatory), "signatory");
    if (!completed) return completed.error();
    completed->serial_no = wished;
    const bool twice =
        std::any_of(contract.signatories.begin(), contract.signatories.end(),
                    [&](const Signatory& other) { return drafting_.same_party(*initiator, other, *completed); });
    if (twice) return fail(ErrorCode::DuplicateSignatory, completed->tenant_name);
    if (const Status drawable = places_.check_named_seal(*completed, "signatory"); !drawable) return drawable.error();
    const Status named = check_handler_name(directory_, contract.company, *completed, "signatory");
    if (!named) return named.error();

    const auto places = places_.find(contract, stampers_of({&*completed}), locate_all);
    if (!places) return places.error();
    for (Action& action : completed->actions) {
        if (const auto mine = places->find(action.id); mine != places->end()) action.places = mine->second;
    }
    const model::SignatoryId id = completed->id;
    const UtcTime now = platform_.clock.now();
    auto events = model::add_signatory(contract, std::move(*completed), now);
    if (!events) return events.error();
    // A contract that was complete may have passed its deadline; the new party gets the category's time again.
    if (!contract.expire_time || *contract.expire_time <= now) {
        contract.expire_time = platform_.zone.end_of_day(now + std::chrono::hours(24) * category->expire_days);
    }

    Change change;
    change.event = "signatory.added";
    change.actor = actor_of(caller);
    change.detail = R"({"signatory":")" + to_string(id) + "\"}";
    change.events = std::move(*events);
    const auto committed = book_.commit(std::move(contract), change);
    if (!committed) return committed.error();
    return Added{*committed, id};
}

}  // namespace signet::service
