#include "service/personal_signing.hpp"

#include "model/transitions.hpp"
#include "service/drafting.hpp"

#include <algorithm>
#include <utility>

namespace signet::service {

using model::Action;
using model::ActionStatus;
using model::ActionType;
using model::Company;
using model::Contract;
using model::Signatory;
using model::TenantType;
using model::User;

Result<std::optional<Company>> PersonalSigning::company(const Caller& caller, const CompanyReference& reference) const {
    if (reference.empty()) return std::optional<Company>();
    const Directory& directory = tools_.directory;
    auto found = reference.id             ? directory.company(reference.id)
                 : reference.name.empty() ? directory.company_registered(reference.register_no)
                                          : directory.company_on_record(reference.name);
    if (!found) return fail(ErrorCode::CompanyNotFound, "companySignatory: no such company");
    if (!directory.same_group(found->id, caller.company.id)) {
        return fail(ErrorCode::CompanyNotPermitted,
                    "companySignatory: not the platform company or one of its sub-companies");
    }
    return found;
}

Result<PersonalSigning::Node> PersonalSigning::node(const Contract& contract, const std::optional<Company>& company,
                                                    const User& user) const {
    for (const Signatory& party : contract.signatories) {
        const bool wanted = company ? party.tenant_type == TenantType::Company && party.company == company->id
                                    : party.tenant_type == TenantType::Personal;
        if (!wanted) continue;
        for (const Action& action : party.actions) {
            const bool open = action.type == ActionType::Personal && action.status == ActionStatus::Start;
            if (open && tools_.people.may_do(contract, party, action, user)) return Node{&party, &action};
        }
    }
    return fail(ErrorCode::NotSignStep, "this contract is not turn to sign or has bean signed");
}

Result<std::vector<model::Place>> PersonalSigning::more_places(const Contract& contract, const Node& node,
                                                               const PersonalSignCommand& command) const {
    const bool forbidden = contract.stamper_rule == model::StamperRule::MustForbid && !node.action->places.empty();
    std::vector<StamperOfAction> stampers;
    for (std::size_t i = 0; i < command.stampers.size(); ++i) {
        stampers.push_back({command.stampers[i], node.action, node.party, "stampers[" + std::to_string(i) + "]"});
        stampers.back().stamper.seal = {};  // there is one signature for all of them
    }
    auto places = tools_.places.find(contract, stampers, command.locate_all);
    if (!places) return places.error();
    if (forbidden) return std::vector<model::Place>();
    return std::move((*places)[node.action->id]);
}

/// What the initiator stated about the person's identity must have been proven on the page before.
Status PersonalSigning::check_identity(const Contract& contract, const Node& node, const User& user) const {
    Signer signer;
    signer.recipient = tools_.people.reachable(contract, *node.party, user);
    const auto demand = tools_.proof.identity_demand(contract, *node.party, user, signer);
    if (!demand) return demand.error();
    if (!*demand || (*demand)->proven) return {};
    return fail(ErrorCode::PermissionDenied, "user: has not proven the identity that userAuthInfo asks for");
}

Status PersonalSigning::sign(const Caller& caller, const PersonalSignCommand& command) {
    if (command.user.empty()) return invalid_parameter("user.contact: is required");
    const auto inside = company(caller, command.company);
    if (!inside) return inside.error();
    const auto found = tools_.book.locate(caller, command.locator, Access::Party);
    if (!found) return found.error();
    const ContractLock held = tools_.book.lock((*found)->id);
    const auto contract = tools_.book.find(held);
    if (!contract) return contract.error();
    if (const Status allowed = model::check(model::Call::Sign, (*contract)->status); !allowed) return allowed;
    const auto node = this->node(**contract, *inside, command.user);
    if (!node) return node.error();

    // Inside a company its own right counts; for a party of his own that of the initiator or the platform company.
    std::vector<model::CompanyId> companies;
    if (*inside) {
        companies = {(*inside)->id};
    } else {
        companies = {caller.company.id};
        if (tools_.directory.same_group((*contract)->company, caller.company.id))
            companies.push_back((*contract)->company);
    }
    const auto grant = tools_.grants.effective(caller, companies, command.user, !*inside);
    if (!grant) return grant.error();
    if (const Status known = check_identity(**contract, *node, command.user); !known) return known;
    const auto names_another = [&](model::SealId seal) { return seal && seal.value != grant->id.value; };
    const bool foreign = names_another(command.seal) ||
                         std::any_of(command.stampers.begin(), command.stampers.end(), [&](const model::Stamper& one) {
                             return one.type == model::StamperType::Personal && names_another(one.seal);
                         });
    if (foreign) return fail(ErrorCode::SealNotFound, "sealId: is not the person's signature");
    auto places = more_places(**contract, *node, command);
    if (!places) return places.error();
    auto signature = tools_.grants.signature(*grant);
    if (!signature) return signature.error();

    SigningAct act;
    act.action = node->action->id;
    act.by = grant->terms.user;
    act.actor = actor_of(caller);
    act.factor = "authorisation";
    act.intent.factor_id = to_string(grant->id);
    act.intent.consent = &signer_consent();
    act.signature = std::move(*signature);
    act.more_places = std::move(*places);
    act.also = [&](store::Transaction& transaction) {
        return tools_.grants.check_still_effective(transaction, grant->id);
    };
    if (const auto done = tools_.signing.sign(held, act); !done) return done.error();
    return tools_.signing.sign_automatically(held);
}

}  // namespace signet::service
