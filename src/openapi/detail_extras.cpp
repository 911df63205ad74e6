#include "openapi/detail_extras.hpp"

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

/// How many nodes each seal finished.
json::array write_seal_stats(const Contract& contract, const service::Directory& directory,
                             const json::storage_ptr& memory) {
    std::map<model::SealId, int> counts;
    for (const Signatory& party : contract.signatories) {
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

/// Names from the company's own records; numbers of cards are not kept in clear, so there is none to mask.
void add_real_info(json::object& node, const Signatory& party, const service::Directory& directory) {
    for (const std::string_view list : {"operators", "corpOperators"}) {
        json::value* operators = node.if_contains(list);
        if (operators == nullptr) continue;
        for (json::value& value : operators->get_array()) {
            json::object& user = value.get_object();
            model::User reference;
            reference.contact = words_of(user.if_contains("contact"));
            reference.contact_type = model::from_wire<model::ContactType>(words_of(user.if_contains("contactType")))
                                         .value_or(model::ContactType::Mobile);
            const auto employee = directory.employee(party.company, reference);
            std::string name = employee ? employee->name : std::string();
            if (name.empty()) name = words_of(user.if_contains("name"));
            json::object info(user.storage());
            if (!name.empty()) info.emplace("name", text(name, user.storage()));
            user.emplace("realInfo", std::move(info));
        }
    }
}

void name_owner(json::object& holder, std::string_view field, const std::string& id) {
    json::value* stampers = holder.if_contains("stampers");
    if (stampers == nullptr) return;
    for (json::value& stamper : stampers->get_array())
        stamper.get_object().emplace(field, text(id, holder.storage()));
}

}  // namespace

void add_extras(json::object& object, const Contract& contract, const service::Caller& caller,
                const ExtraDetails& wanted, service::ContractBook& book, const service::Directory& directory) {
    const json::storage_ptr& memory = object.storage();
    if (wanted.seal_stats) object.emplace("sealStats", write_seal_stats(contract, directory, memory));
    if (wanted.related) object.emplace("relatedContracts", write_related(contract, caller, book, memory));
    json::value* list = object.if_contains("signatories");
    if (list == nullptr || (!wanted.places && !wanted.real_info)) return;
    json::array& signatories = list->get_array();
    for (std::size_t i = 0; i < signatories.size() && i < contract.signatories.size(); ++i) {
        const Signatory& party = contract.signatories[i];
        json::object& written = signatories[i].get_object();
        if (wanted.places) name_owner(written, "signatoryId", to_string(party.id));
        json::value* nodes = written.if_contains("actions");
        if (nodes == nullptr) continue;
        const bool own = directory.same_group(caller.company.id, party.company);
        json::array& actions = nodes->get_array();
        for (std::size_t n = 0; n < actions.size() && n < party.actions.size(); ++n) {
            json::object& node = actions[n].get_object();
            if (wanted.places) name_owner(node, "actionId", to_string(party.actions[n].id));
            if (wanted.real_info && own) add_real_info(node, party, directory);
        }
    }
}

}  // namespace signet::openapi
