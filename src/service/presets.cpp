#include "service/presets.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace signet::service {

using model::Action;
using model::ActionType;
using model::Category;
using model::Company;
using model::FlowNode;
using model::PresetSignatory;
using model::Signatory;
using model::TenantType;
using model::User;

namespace {

constexpr std::size_t kLongestSubject = 100;

bool is_own(const Company& initiator, const Signatory& party) {
    return party.tenant_type == TenantType::Company && party.tenant_name == initiator.name;
}

void take_nodes(Signatory& party, const std::vector<FlowNode>& nodes) {
    party.actions.clear();
    for (const FlowNode& node : nodes) {
        Action& action = party.actions.emplace_back();
        action.type = node.type;
        action.name = node.name;
        action.seals = node.seals;
        action.operators = node.operators;
        action.stampers = node.stampers;
        action.serial_no = static_cast<int>(party.actions.size());
    }
}

/// A person has one node, which carries the party's places.
void take_places(Signatory& party, const std::vector<model::Stamper>& stampers) {
    if (stampers.empty()) return;
    if (party.actions.empty()) party.actions.emplace_back().type = ActionType::Personal;
    party.actions.front().stampers = stampers;
}

/// The order in which the request wants its parties: by serialNo, those without one at their place in the list.
std::vector<std::size_t> order_of(const std::vector<Signatory>& parties) {
    std::vector<std::size_t> order(parties.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    const auto serial = [&](std::size_t i) {
        return parties[i].serial_no == 0 ? static_cast<int>(i) + 1 : parties[i].serial_no;
    };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return serial(a) < serial(b); });
    return order;
}

std::string text_of(const model::FlowNode& node) {
    return node.name.empty() ? std::string(to_wire(node.type)) : node.name;
}

}  // namespace

Status Presets::check_initiator(const Category& category, const std::optional<User>& creator) const {
    const std::vector<User>& allowed = category.policy.initiators;
    if (allowed.empty() || !creator || creator->empty()) return {};
    const bool is_one = std::any_of(allowed.begin(), allowed.end(), [&](const User& user) {
        return directory_.same_person({category.company}, user, *creator);
    });
    if (is_one) return {};
    return fail(ErrorCode::NoSendPermission, "creator: may not initiate under the category " + category.name);
}

/// `owner` is the company whose seals and people the nodes name; null when it is not on record here.
Status Presets::check_nodes(const Company* owner, const std::vector<FlowNode>& nodes) const {
    const auto broken = [](const FlowNode& node, const std::string& why) {
        return fail(ErrorCode::CategoryBroken, "the category's node " + text_of(node) + ": " + why);
    };
    if (owner == nullptr) return {};
    for (const FlowNode& node : nodes) {
        for (const model::SealId seal : node.seals) {
            if (!directory_.usable_seal(owner->id, seal))
                return broken(node, "seal " + to_string(seal) + " cannot be used");
        }
        for (const model::Stamper& stamper : node.stampers) {
            if (stamper.seal && !directory_.usable_seal(owner->id, stamper.seal))
                return broken(node, "seal " + to_string(stamper.seal) + " cannot be used");
        }
        for (const User& user : node.operators) {
            if (!directory_.employee(owner->id, user)) return broken(node, "an operator is no longer an employee");
        }
    }
    return {};
}

Status Presets::apply(const Category& category, const Company& initiator, std::vector<Signatory>& parties) const {
    const model::CategoryPolicy& policy = category.policy;
    const auto own_flow = [&](Signatory& party) -> Status {
        if (policy.sponsor.empty() || party.fixed_flow) return {};
        if (const Status sound = check_nodes(&initiator, policy.sponsor); !sound) return sound;
        take_nodes(party, policy.sponsor);
        return {};
    };
    if (policy.signatories.empty()) {
        for (Signatory& party : parties) {
            if (!is_own(initiator, party)) continue;
            if (const Status taken = own_flow(party); !taken) return taken;
        }
        return {};
    }
    if (parties.size() != policy.signatories.size()) {
        return fail(ErrorCode::CategoryNotMatched, "signatories: the category has " +
                                                       std::to_string(policy.signatories.size()) + ", the request " +
                                                       std::to_string(parties.size()));
    }
    const std::vector<std::size_t> order = order_of(parties);
    for (std::size_t i = 0; i < order.size(); ++i) {
        Signatory& party = parties[order[i]];
        const PresetSignatory& preset = policy.signatories[i];
        const std::string field = "signatories[" + std::to_string(order[i]) + "]";
        if (party.tenant_type != preset.tenant_type) {
            return fail(ErrorCode::CategoryNotMatched,
                        field + ".tenantType: the category wants " + std::string(to_wire(preset.tenant_type)));
        }
        const bool right_company =
            is_own(initiator, party) == preset.sponsor &&
            (preset.tenant_name.empty() || preset.tenant_name == party.tenant_name || party.delay_set);
        if (!right_company) return fail(ErrorCode::CategoryNotMatched, field + ".tenantName: is not the preset one");
        // Under preset parties no node signs itself (spec §2.3).
        for (Action& action : party.actions)
            action.auto_sign = false;
        if (party.fixed_flow) continue;
        if (party.tenant_type == TenantType::Personal) {
            take_places(party, preset.stampers);
            continue;
        }
        const auto owner = directory_.company_on_record(party.tenant_name);
        if (const Status sound = check_nodes(owner ? &*owner : nullptr, preset.nodes); !sound) return sound;
        if (!preset.nodes.empty()) take_nodes(party, preset.nodes);
        if (!preset.sponsor) continue;
        if (const Status taken = own_flow(party); !taken) return taken;
    }
    return {};
}

std::string Presets::subject(const Category& category, const model::Contract& contract, const TimeZone& zone,
                             UtcTime now) {
    const auto receiver = std::find_if(contract.signatories.begin(), contract.signatories.end(),
                                       [](const Signatory& party) { return !party.sponsor; });
    const CivilTime day = zone.to_civil(now);
    const int number = day.year * 10'000 + day.month * 100 + day.day;
    const std::vector<std::pair<std::string_view, std::string>> words{
        {"{category}", category.name},
        {"{company}", contract.tenant_name},
        {"{receiver}", receiver == contract.signatories.end() ? std::string() : receiver->tenant_name},
        {"{date}", std::to_string(number)},
        {"{sn}", contract.sn}};
    const std::string& rule = category.policy.subject_rule;
    std::string made;
    for (std::size_t at = 0; at < rule.size();) {
        const auto word = std::find_if(words.begin(), words.end(), [&](const auto& one) {
            return std::string_view(rule).substr(at).starts_with(one.first);
        });
        made += word == words.end() ? std::string(1, rule[at]) : word->second;
        at += word == words.end() ? 1 : word->first.size();
    }
    std::u32string wide = to_utf32(trim(made));
    if (wide.size() > kLongestSubject) wide.resize(kLongestSubject);
    return to_utf8(wide);
}

}  // namespace signet::service
