#include "service/intake.hpp"

#include <algorithm>
#include <utility>

namespace signet::service {

using model::Action;
using model::ActionType;
using model::Company;
using model::Signatory;
using model::TenantType;
using model::User;

namespace {

/// The nodes of a receiving company that has no flow of its own, in the order in which they are done (spec §3.4).
std::vector<model::FlowNode> default_flow() {
    std::vector<model::FlowNode> nodes(3);
    nodes[0].type = ActionType::Operator;
    nodes[1].type = ActionType::Lp;
    nodes[2].type = ActionType::Company;
    return nodes;
}

}  // namespace

Status Intake::settle(const Company& initiator, Signatory& party, bool gives_default_flow,
                      const std::string& field) const {
    if (party.tenant_type != TenantType::Company || party.sponsor) {
        party.category = {};
        party.category_name.clear();
        party.default_category_accepted.reset();
        return {};
    }
    if (const Status settled = settle_category(initiator, party, field); !settled) return settled;
    const bool internal = directory_.same_group(initiator.id, party.company);
    const auto category = people_.governing_category(initiator.id, party);
    const bool has_intake = category && !category->policy.intake.empty();
    const bool accepted = party.default_category_accepted == true;
    if (!internal) {
        drop_for_external(initiator, party);
    } else {
        const bool named_another = party.category && category && !category->primary;
        const bool effective = !has_intake && (!accepted || named_another);
        for (Action& action : party.actions) {
            if (effective) break;
            action.seals.clear();
            action.operators.clear();
        }
    }
    const bool both_flows = has_intake && (accepted || party.category);
    if (both_flows || (has_intake && party.actions.empty())) append_nodes(party, category->policy.intake);
    if (party.actions.empty() && gives_default_flow) append_nodes(party, default_flow());
    if (party.actions.empty()) return fail(ErrorCode::ActionRequired, field + ".actions");
    return {};
}

Status Intake::settle_category(const Company& initiator, Signatory& party, const std::string& field) const {
    const CategoryReference reference{party.category, party.category_name};
    party.category = {};
    party.category_name.clear();
    if (!directory_.same_group(initiator.id, party.company)) {
        party.default_category_accepted.reset();
        return {};
    }
    if (reference.empty()) return {};
    const auto category = directory_.category(party.company, reference);
    if (!category) return fail(category.error().code, field + "." + category.error().detail);
    party.category = category->id;
    party.category_name = category->name;
    // The flag speaks only where no category is named.
    party.default_category_accepted.reset();
    return {};
}

/// A company outside the group decides about its seals itself; an operator counts only when he is the handler, and
/// never for approvals.
void Intake::drop_for_external(const Company& initiator, Signatory& party) const {
    for (Action& action : party.actions) {
        action.seals.clear();
        const bool approves = action.type == ActionType::Audit || action.type == ActionType::Personal;
        std::erase_if(action.operators, [&](const User& user) {
            return approves || !directory_.same_person({party.company, initiator.id}, party.receiver, user);
        });
    }
}

void Intake::append_nodes(Signatory& party, const std::vector<model::FlowNode>& nodes) {
    int last = -1;
    for (const Action& action : party.actions)
        last = std::max({last, action.serial_no, static_cast<int>(&action - party.actions.data())});
    for (const model::FlowNode& node : nodes) {
        Action& action = party.actions.emplace_back();
        action.type = node.type;
        action.name = node.name;
        action.seals = node.seals;
        action.operators = node.operators;
        action.serial_no = ++last;
    }
}

}  // namespace signet::service
