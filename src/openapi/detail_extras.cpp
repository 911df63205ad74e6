#include "openapi/detail_extras.hpp"

#include "openapi/contract_json.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>

namespace signet::openapi {

namespace json = boost::json;
using model::Action;
using model::Contract;
using model::Signatory;

namespace {

std::string words_of(const json::value* value) {
    if (value == nullptr || !value->is_string()) return {};
    const json::string& held = value->get_string();
    return {held.data(), held.size()};
}

json::value text(std::string_view word, const json::storage_ptr& memory) {
    return json::string(json::string_view(word.data(), word.size()), memory);
}

/// How many nodes each seal finished; whoever only receives a contract is told of his own companies' seals.
json::array write_seal_stats(const Contract& contract, const service::Caller& caller,
                             const service::Directory& directory, const json::storage_ptr& memory) {
    const bool all = directory.same_group(caller.company.id, contract.company);
    std::map<model::SealId, int> counts;
    for (const Signatory& party : contract.signatories) {
        if (!all && !directory.same_group(caller.company.id, party.company)) continue;
        for (const Action& action : party.actions) {
            if (action.used_seal && action.status == model::ActionStatus::Finish) ++counts[action.used_seal];
        }
    }
    json::array stats(memory);
    for (const auto& [id, count] : counts) {
        json::object line(memory);
        line.emplace("sealId", text(to_string(id), memory));
        if (const auto seal = directory.seal(id)) line.emplace("sealName", text(seal->name, memory));
        line.emplace("count", count);
        stats.push_back(std::move(line));
    }
    return stats;
}

json::array write_related(const Contract& contract, const service::Caller& caller, service::ContractBook& book,
                          const json::storage_ptr& memory) {
    json::array related(memory);
    for (const model::ContractId id : contract.related_contracts) {
        // What is gone, or was never this caller's business, is only a number to him.
        const auto found = book.locate(caller, {id, {}, {}}, service::Access::Party);
        if (!found) continue;
        json::object line(memory);
        line.emplace("id", text(to_string(id), memory));
        line.emplace("subject", text((*found)->subject, memory));
        line.emplace("status", text(model::to_wire((*found)->status), memory));
        related.push_back(std::move(line));
    }
    return related;
}

/// Names from the company's own records. The id card is the one that the party's handler had to show; it is kept
/// masked.
void add_real_info(json::object& node, const Contract& contract, const Signatory& party, const ExtraSources& sources) {
    for (const std::string_view list : {"operators", "corpOperators"}) {
        json::value* operators = node.if_contains(list);
        if (operators == nullptr) continue;
        for (json::value& value : operators->get_array()) {
            json::object& user = value.get_object();
            model::User reference;
            reference.contact = words_of(user.if_contains("contact"));
            reference.contact_type = model::from_wire<model::ContactType>(words_of(user.if_contains("contactType")))
                                         .value_or(model::ContactType::Mobile);
            const auto employee = sources.directory.employee(party.company, reference);
            std::string name = employee ? employee->name : std::string();
            if (name.empty()) name = words_of(user.if_contains("name"));
            json::object info(user.storage());
            if (!name.empty()) info.emplace("name", text(name, user.storage()));
            const bool shows_card = party.auth_info && !party.auth_info->id_card_no_masked.empty() &&
                                    sources.people.is_handler(contract, party, reference);
            if (shows_card) info.emplace("idCardNo", text(party.auth_info->id_card_no_masked, user.storage()));
            user.emplace("realInfo", std::move(info));
        }
    }
}

void put_users(json::object& object, std::string_view name, const std::vector<model::User>& users) {
    if (users.empty()) return;
    json::array list(object.storage());
    for (const model::User& user : users)
        list.push_back(write_user(user, object.storage()));
    object.emplace(name, std::move(list));
}

/// Who may do a node, or who did it.
std::vector<model::User> operators_of(const Contract& contract, const Signatory& party, const Action& action,
                                      const service::People& people) {
    if (action.status == model::ActionStatus::Finish && action.completed_by) return {*action.completed_by};
    if (action.status == model::ActionStatus::Start) return people.doers(contract, party, action);
    return action.operators;
}

}  // namespace

void add_operators(json::object& object, const Contract& contract, const Signatory& party,
                   const service::Caller& caller, const service::People& people, const service::Directory& directory) {
    json::value* nodes = object.if_contains("actions");
    if (nodes == nullptr || !directory.same_group(caller.company.id, party.company)) return;
    json::array& actions = nodes->get_array();
    for (std::size_t n = 0; n < actions.size() && n < party.actions.size(); ++n) {
        const Action& action = party.actions[n];
        put_users(actions[n].get_object(), "operators", operators_of(contract, party, action, people));
        put_users(actions[n].get_object(), "corpOperators", action.operators);
    }
}

void add_named_operators(json::object& object, const Signatory& party) {
    json::value* nodes = object.if_contains("actions");
    if (nodes == nullptr) return;
    json::array& actions = nodes->get_array();
    for (std::size_t n = 0; n < actions.size() && n < party.actions.size(); ++n) {
        for (const std::string_view name : {"operators", "corpOperators"})
            put_users(actions[n].get_object(), name, party.actions[n].operators);
    }
}

void add_named_operators(json::object& object, const Contract& contract) {
    json::value* list = object.if_contains("signatories");
    if (list == nullptr) return;
    json::array& signatories = list->get_array();
    for (std::size_t i = 0; i < signatories.size() && i < contract.signatories.size(); ++i)
        add_named_operators(signatories[i].get_object(), contract.signatories[i]);
}

void add_extras(json::object& object, const Contract& contract, const service::Caller& caller,
                const ExtraDetails& wanted, const ExtraSources& sources) {
    const json::storage_ptr& memory = object.storage();
    if (wanted.seal_stats) object.emplace("sealStats", write_seal_stats(contract, caller, sources.directory, memory));
    if (wanted.related) object.emplace("relatedContracts", write_related(contract, caller, sources.book, memory));
    json::value* list = object.if_contains("signatories");
    if (list == nullptr || !wanted.operators) return;
    json::array& signatories = list->get_array();
    for (std::size_t i = 0; i < signatories.size() && i < contract.signatories.size(); ++i) {
        const Signatory& party = contract.signatories[i];
        json::object& written = signatories[i].get_object();
        add_operators(written, contract, party, caller, sources.people, sources.directory);
        json::value* nodes = written.if_contains("actions");
        if (nodes == nullptr || !wanted.real_info) continue;
        for (json::value& node : nodes->get_array())
            add_real_info(node.get_object(), contract, party, sources);
    }
}

}  // namespace signet::openapi
