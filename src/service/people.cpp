#include "service/people.hpp"

#include <algorithm>
#include <utility>

namespace signet::service {

using model::Action;
using model::ActionType;
using model::CompanyId;
using model::ContactType;
using model::Contract;
using model::Seal;
using model::SealStatus;
using model::SealType;
using model::Signatory;
using model::SignatoryStatus;
using model::User;

namespace {

/// The companies whose employees a reference within this party may mean.
std::vector<CompanyId> companies_of(const Contract& contract, const Signatory& party) {
    std::vector<CompanyId> companies;
    if (party.company) companies.push_back(party.company);
    if (contract.company != party.company) companies.push_back(contract.company);
    return companies;
}

bool is_direct(const User& user) {
    return user.contact_type == ContactType::Mobile || user.contact_type == ContactType::Email;
}

}  // namespace

bool is_sealing(ActionType type) {
    return type == ActionType::Company || type == ActionType::Practice || type == ActionType::Lp;
}

SealType seal_type_of(ActionType type) {
    if (type == ActionType::Lp) return SealType::Lp;
    return type == ActionType::Practice ? SealType::PractisingSeal : SealType::Enterprise;
}

bool People::same(const Contract& contract, const Signatory& party, const User& a, const User& b) const {
    return directory_.same_person(companies_of(contract, party), a, b);
}

bool People::is_handler(const Contract& contract, const Signatory& party, const User& user) const {
    if (same(contract, party, party.receiver, user)) return true;
    return party.sponsor && contract.creator && same(contract, party, *contract.creator, user);
}

std::vector<Seal> People::node_seals(const Signatory& party, const Action& action) const {
    std::vector<Seal> seals;
    if (!party.company || !is_sealing(action.type)) return seals;
    const bool named = !action.seals.empty() && action.type != ActionType::Lp;
    const SealType wanted = seal_type_of(action.type);
    for (Seal& seal : directory_.seals(party.company)) {
        const bool listed = std::find(action.seals.begin(), action.seals.end(), seal.id) != action.seals.end();
        if (seal.status == SealStatus::Normal && (named ? listed : seal.type == wanted)) {
            seals.push_back(std::move(seal));
        }
    }
    return seals;
}

std::vector<Seal> People::offered_seals(const Contract& contract, const Signatory& party, const Action& action,
                                        const User& user) const {
    std::vector<Seal> seals = node_seals(party, action);
    if (seals.empty()) return seals;
    const bool appointed = !action.seals.empty() &&
                           std::any_of(action.operators.begin(), action.operators.end(),
                                       [&](const User& candidate) { return same(contract, party, candidate, user); });
    if (appointed) return seals;
    const auto employee = directory_.employee(party.company, user);
    std::erase_if(seals, [&](const Seal& seal) { return !employee || !seal.may_be_used_by(*employee); });
    return seals;
}

bool People::may_do(const Contract& contract, const Signatory& party, const Action& action, const User& user) const {
    const bool own_seal = party.company && is_sealing(action.type);
    if (!action.operators.empty()) {
        const bool named = std::any_of(action.operators.begin(), action.operators.end(),
                                       [&](const User& candidate) { return same(contract, party, candidate, user); });
        return named && (!own_seal || !offered_seals(contract, party, action, user).empty());
    }
    if (own_seal) return !offered_seals(contract, party, action, user).empty();
    return is_handler(contract, party, user);
}

std::vector<User> People::doers(const Contract& contract, const Signatory& party, const Action& action) const {
    if (!action.operators.empty()) return action.operators;
    std::vector<User> handlers;
    if (!party.receiver.empty()) {
        handlers.push_back(party.receiver);
    } else if (party.sponsor && contract.creator) {
        handlers.push_back(*contract.creator);
    }
    const bool handler_can = !handlers.empty() && may_do(contract, party, action, handlers.front());
    if (handler_can || !party.company || !is_sealing(action.type)) return handlers;
    std::vector<User> keepers;
    for (const model::Employee& employee : directory_.users_of(node_seals(party, action))) {
        const bool by_mobile = !employee.mobile.empty();
        keepers.push_back({employee.name, by_mobile ? employee.mobile : employee.email,
                           by_mobile ? ContactType::Mobile : ContactType::Email});
    }
    return keepers;
}

bool People::acts_for(const Contract& contract, const Signatory& party, const User& user) const {
    if (is_handler(contract, party, user)) return true;
    return std::any_of(party.actions.begin(), party.actions.end(), [&](const Action& action) {
        const bool named = std::any_of(action.operators.begin(), action.operators.end(),
                                       [&](const User& candidate) { return same(contract, party, candidate, user); });
        return named || may_do(contract, party, action, user);
    });
}

const Signatory* People::party_of(const Contract& contract, const User& user) const {
    const Signatory* any = nullptr;
    for (const Signatory& party : contract.acting_parties()) {
        if (!acts_for(contract, party, user)) continue;
        if (party.status == SignatoryStatus::Signing && !party.sponsor) return &party;
        // Whoever still has to act comes before whoever has acted.
        if (any == nullptr || (!any->open() && party.open()) ||
            (any->sponsor && party.open() && any->status != SignatoryStatus::Signing)) {
            any = &party;
        }
    }
    if (any != nullptr || contract.running_cancellation() == nullptr) return any;
    // Who has nothing to sign in a cancellation still sees the contract of his party.
    for (const Signatory& party : contract.signatories) {
        if (acts_for(contract, party, user)) return &party;
    }
    return nullptr;
}

const model::CopySendReceiver* People::copy_of(const Contract& contract, const User& user) const {
    const auto& copies = contract.copy_send_receivers;
    const auto found = std::find_if(copies.begin(), copies.end(), [&](const model::CopySendReceiver& copy) {
        return directory_.same_person({contract.company}, copy.receiver, user);
    });
    return found == copies.end() ? nullptr : &*found;
}

const Signatory* People::viewed_party(const Contract& contract, const User& user) const {
    const auto is_viewer = [&](const Signatory& party, const model::Category& category) {
        return std::any_of(category.policy.viewers.begin(), category.policy.viewers.end(),
                           [&](const User& viewer) { return same(contract, party, viewer, user); });
    };
    if (const auto* copy = copy_of(contract, user); copy != nullptr) {
        const auto own = std::find_if(contract.signatories.begin(), contract.signatories.end(),
                                      [](const Signatory& party) { return party.sponsor; });
        if (own != contract.signatories.end()) return &*own;
        if (!contract.signatories.empty()) return &contract.signatories.front();
    }
    for (const Signatory& party : contract.signatories) {
        if (party.sponsor) {
            const auto category = directory_.category(contract.category);
            if (category && is_viewer(party, *category)) return &party;
            continue;
        }
        if (!party.category && party.default_category_accepted != true) continue;
        const auto category = governing_category(contract.company, party);
        if (category && is_viewer(party, *category)) return &party;
    }
    return nullptr;
}

std::optional<model::Category> People::governing_category(CompanyId initiator, const Signatory& party) const {
    const bool receives_inside = !party.sponsor && directory_.same_group(initiator, party.company);
    if (!receives_inside) return std::nullopt;
    const auto found = party.category ? directory_.category(party.category) : directory_.category(party.company, {});
    if (!found) return std::nullopt;
    return *found;
}

User People::reachable(const Contract& contract, const Signatory& party, const User& user) const {
    if (is_direct(user)) return user;
    for (const CompanyId company : companies_of(contract, party)) {
        const auto employee = directory_.employee(company, user);
        if (!employee) continue;
        const bool by_mobile = !employee->mobile.empty();
        return {employee->name, by_mobile ? employee->mobile : employee->email,
                by_mobile ? ContactType::Mobile : ContactType::Email};
    }
    return {};
}

}  // namespace signet::service
