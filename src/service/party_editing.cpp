#include "service/party_editing.hpp"

#include "model/transitions.hpp"
#include "service/drafting.hpp"
#include "service/handler_names.hpp"
#include "store/audit.hpp"
#include "store/database.hpp"

#include <algorithm>
#include <utility>

namespace signet::service {

using model::Action;
using model::ActionStatus;
using model::ActionType;
using model::Contract;
using model::ContractStatus;
using model::Event;
using model::Place;
using model::Signatory;
using model::TenantType;
using model::User;

namespace {

bool is_running(const Contract& contract) {
    return contract.status == ContractStatus::Signing || contract.status == ContractStatus::Filling;
}

bool has_begun(const Signatory& party) {
    return std::any_of(party.actions.begin(), party.actions.end(),
                       [](const Action& action) { return action.status == ActionStatus::Finish; });
}

bool same_box(const Place& a, const Place& b) {
    return a.document == b.document && a.page == b.page && a.x == b.x && a.y == b.y && a.width == b.width &&
           a.height == b.height;
}

Error wrong_status(const Contract& contract) {
    return fail(ErrorCode::InvalidContractStatus,
                "contract " + to_string(contract.id) + " is " + std::string(to_wire(contract.status)));
}

}  // namespace

Result<std::string> PartyEditing::actor(const Caller& caller, const Contract& contract,
                                        const std::optional<User>& by) const {
    if (!by) return actor_of(caller);
    const auto employee = tools_.directory.employee(contract.company, *by);
    if (!employee) return fail(employee.error().code, "operator: " + employee.error().detail);
    return actor_of(*by);
}

Status PartyEditing::rename(const Contract& contract, Signatory& party, const std::string& name,
                            const std::string& field) const {
    const std::string before = std::exchange(party.tenant_name, name);
    if (party.tenant_type == TenantType::Personal) {
        if (party.receiver.name.empty() || party.receiver.name == before) party.receiver.name = name;
        // What was asked about the person before says nothing about this one.
        if (!before.empty() && before != name) party.auth_info.reset();
        return {};
    }
    const auto own = tools_.directory.company_on_record(name);
    const model::CompanyId company = own ? own->id : model::CompanyId{};
    if (company == contract.company) {
        return invalid_parameter(field + ".tenantName: the initiator cannot take another party's place");
    }
    if (company == party.company) return {};
    party.company = company;
    party.category = {};
    party.category_name.clear();
    const auto initiator = tools_.directory.company(contract.company);
    if (!initiator) return fail(ErrorCode::CompanyNotFound, "company " + to_string(contract.company));
    if (const Status settled = tools_.intake.settle(*initiator, party, false, field); !settled) return settled;
    tools_.drafting.number_nodes(party);
    return {};
}

/// A company on record may have a seal of another size than the one that was reckoned with. Its places are found anew
/// then; what a keyword no longer tells stays where it was. The documents in which they changed.
std::set<model::DocumentId> PartyEditing::place_anew(Contract& contract, Signatory& party) const {
    std::set<model::DocumentId> changed;
    std::vector<StamperOfAction> stampers;
    for (const Action& action : party.actions) {
        for (const model::Stamper& stamper : action.stampers)
            stampers.push_back({stamper, &action, &party, "stampers[" + std::to_string(stampers.size()) + "]"});
    }
    const auto places = tools_.places.find(contract, stampers, false);
    if (!places) return changed;
    for (Action& action : party.actions) {
        const auto found = places->find(action.id);
        if (found == places->end()) continue;
        const std::vector<Place>& fresh = found->second;
        const bool same = std::equal(fresh.begin(), fresh.end(), action.places.begin(), action.places.end(), same_box);
        if (same) continue;
        for (const Place& place : fresh)
            changed.insert(place.document);
        for (const Place& place : action.places)
            changed.insert(place.document);
        action.places = fresh;
        std::erase_if(contract.prepared_fields,
                      [&](const model::PreparedField& field) { return field.action == action.id; });
    }
    return changed;
}

Result<model::Events> PartyEditing::apply(Contract& contract, model::SignatoryId id, const PartyChange& change,
                                          const std::string& field) const {
    const auto initiator = tools_.directory.company(contract.company);
    if (!initiator) return fail(ErrorCode::CompanyNotFound, "company " + to_string(contract.company));
    const Signatory before = *contract.find(id);
    Signatory party = before;
    if (!change.tenant_name.empty() && change.tenant_name != before.tenant_name) {
        if (party.sponsor) return invalid_parameter(field + ".tenantName: the initiator's own party keeps its name");
        if (const Status renamed = rename(contract, party, change.tenant_name, field); !renamed) return renamed.error();
    }
    if (!change.receiver.empty()) {
        auto receiver = tools_.drafting.resolved_receiver(tools_.directory.company(party.company).value_or(*initiator),
                                                          change.receiver, field + ".receiver");
        if (!receiver) return receiver.error();
        party.receiver = std::move(*receiver);
        const bool is_person = party.tenant_type == TenantType::Personal;
        if (party.receiver.name.empty() && is_person) party.receiver.name = party.tenant_name;
        if (is_person && party.tenant_name.empty()) party.tenant_name = party.receiver.name;
        const bool another = !is_person && !before.receiver.name.empty() && party.receiver.name != before.receiver.name;
        if (another) party.auth_info.reset();
    }
    if (change.way) party.sign_validate_way = *change.way;
    const bool twice =
        std::any_of(contract.signatories.begin(), contract.signatories.end(), [&](const Signatory& other) {
            return other.id != party.id && tools_.drafting.same_party(*initiator, other, party);
        });
    if (twice) return fail(ErrorCode::DuplicateSignatory, field + ": " + party.tenant_name);
    if (const Status drawable = tools_.places.check_named_seal(party, field); !drawable) return drawable.error();
    const Status named = check_handler_name(tools_.directory, contract.company, party, field);
    if (!named) return named.error();
    std::set<model::DocumentId> moved;
    if (party.company != before.company) moved = place_anew(contract, party);

    *contract.find(id) = party;
    // As long as nobody has signed, the fields are made anew, too; later the one made for it before stays, empty.
    for (const model::DocumentId document : moved) {
        if (const Status frozen = tools_.signing.freeze_anew(contract, document); !frozen) return frozen.error();
    }
    auto events = model::change_signatory(contract, id, tools_.platform.clock.now());
    if (!events) return events;
    // Whoever has taken the place of another hears of nodes whose turn had come before.
    const bool same_person =
        before.receiver.empty() || tools_.people.same(contract, party, before.receiver, party.receiver);
    for (const Action& action : party.actions) {
        const Event told{Event::Kind::ActionTurn, id, action.id};
        const bool known = std::find(events->begin(), events->end(), told) != events->end();
        if (!same_person && !known && action.status == ActionStatus::Start) events->push_back(told);
    }
    return events;
}

Status PartyEditing::edit(const Caller& caller, const EditCommand& command) {
    const auto found = tools_.book.of_signatory(command.signatory);
    if (!found) return found.error();
    if (!tools_.book.permits(caller, **found, Access::Initiator)) {
        return fail(ErrorCode::PermissionDenied, "signatoryId: " + to_string(command.signatory));
    }
    const ContractLock held = tools_.book.lock((*found)->id);
    const auto fresh = tools_.book.find(held);
    if (!fresh) return fresh.error();
    Contract contract = **fresh;
    if (!is_running(contract)) return wrong_status(contract);
    const Signatory* party = contract.find(command.signatory);
    if (party == nullptr) return invalid_parameter("signatoryId: the contract has no such party");
    if (!party->open() || has_begun(*party)) {
        return fail(ErrorCode::InvalidContractStatus, "signatoryId: the party has signed or accepted already");
    }
    Change change;
    const auto who = actor(caller, contract, command.by);
    if (!who) return who.error();
    auto events = apply(contract, command.signatory, command.change, "signatory");
    if (!events) return events.error();
    change.event = "signatory.edited";
    change.actor = *who;
    change.detail = R"({"signatory":")" + to_string(command.signatory) + "\"}";
    change.events = std::move(*events);
    const auto committed = tools_.book.commit(std::move(contract), change);
    if (!committed) return committed.error();
    return {};
}

Status PartyEditing::edit_operators(const Caller& caller, const OperatorsCommand& command) {
    const auto found = tools_.book.locate(caller, command.locator, Access::Party);
    if (!found) return found.error();
    const ContractLock held = tools_.book.lock((*found)->id);
    const auto fresh = tools_.book.find(held);
    if (!fresh) return fresh.error();
    Contract contract = **fresh;
    if (!is_running(contract) && contract.status != ContractStatus::Draft) return wrong_status(contract);
    Action* action = contract.find(command.action);
    if (action == nullptr) return invalid_parameter("actionId: the contract has no such node");
    const Signatory& party = *contract.owner(command.action);
    if (!tools_.directory.same_group(caller.company.id, party.company)) {
        return fail(ErrorCode::PermissionDenied, "actionId: belongs to a company that is not the caller's");
    }
    if (action->status != ActionStatus::Init && action->status != ActionStatus::Start) {
        return fail(ErrorCode::NotSignStep, "actionId: the node is " + std::string(to_wire(action->status)));
    }
    if (action->type == ActionType::Operator) {
        return invalid_parameter("actionId: the handler's own node has no operators, edit the party's receiver");
    }
    const auto who = actor(caller, contract, command.by);
    if (!who) return who.error();
    const auto is_listed = [&](const std::vector<User>& list, const User& user) {
        return std::any_of(list.begin(), list.end(),
                           [&](const User& one) { return tools_.people.same(contract, party, one, user); });
    };
    const std::vector<User> before = action->operators;
    std::vector<User> after = command.edit == OperatorsEdit::Cover ? std::vector<User>() : before;
    std::vector<User> added;
    for (std::size_t i = 0; i < command.operators.size(); ++i) {
        const User& user = command.operators[i];
        const auto employee = tools_.directory.employee(party.company, user);
        const bool leaves = command.edit == OperatorsEdit::Remove;
        // Who has left the company can still be taken out.
        if (!employee && !leaves) {
            return fail(employee.error().code,
                        "actionOperators[" + std::to_string(i) + "]: " + employee.error().detail);
        }
        if (leaves) {
            std::erase_if(after, [&](const User& one) { return tools_.people.same(contract, party, one, user); });
            continue;
        }
        if (is_listed(after, user)) continue;
        User named = user;
        if (named.name.empty()) named.name = employee->name;
        if (!is_listed(before, user)) added.push_back(named);
        after.push_back(std::move(named));
    }
    if (after.empty() && action->type == ActionType::Audit) {
        return fail(ErrorCode::ActionOperatorsRequired, "actionOperators: an approval needs somebody");
    }
    action->operators = std::move(after);
    const bool now = action->status == ActionStatus::Start;

    Change change;
    change.event = "operators.edited";
    change.actor = *who;
    change.detail = R"({"action":")" + to_string(command.action) + "\"}";
    const model::SignatoryId owner = party.id;
    const Contract told = contract;
    if (now && !added.empty()) {
        change.also = [&](store::Transaction& transaction) {
            return tools_.notices.invite(transaction, told, *told.find(owner), added);
        };
    }
    const auto committed = tools_.book.commit(std::move(contract), change);
    if (!committed) return committed.error();
    return {};
}

Result<PartyIdentity> PartyEditing::identity(const Caller& caller, const Locator& locator, const User& user) {
    const auto found = tools_.book.locate(caller, locator, Access::Initiator);
    if (!found) return found.error();
    const Contract& contract = **found;
    for (const Signatory& party : contract.signatories) {
        if (!tools_.people.is_handler(contract, party, user)) continue;
        PartyIdentity identity;
        identity.type = party.tenant_type;
        identity.name = party.tenant_type == TenantType::Personal ? party.tenant_name : party.receiver.name;
        if (identity.name.empty() && party.sponsor && contract.creator) identity.name = contract.creator->name;
        if (const auto company = tools_.directory.company(party.company)) identity.register_no = company->register_no;
        identity.contact = user.contact;
        if (party.auth_info) {
            identity.id_card_no = party.auth_info->id_card_no_masked;
            identity.bank_no = party.auth_info->bank_no_masked;
            identity.bank_mobile = party.auth_info->bank_mobile_masked;
            // Who looks at card numbers, masked as they are, leaves a trace or sees nothing.
            const store::AuditRecord viewed{tools_.platform.clock.now(), actor_of(caller), contract.id,
                                            "identity.viewed", R"({"signatory":")" + to_string(party.id) + "\"}"};
            const Status logged = tools_.platform.database.write([&](store::Transaction& transaction) -> Status {
                const auto entry = store::append_audit(transaction, viewed);
                return entry ? Status() : Status(entry.error());
            });
            if (!logged) return logged.error();
        }
        return identity;
    }
    return invalid_parameter("contact: nobody with this contact signs for a party");
}

}  // namespace signet::service
