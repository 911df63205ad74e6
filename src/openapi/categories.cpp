#include "openapi/api.hpp"
#include "openapi/contract_json.hpp"

#include <utility>

#include <boost/json.hpp>

// What a category prescribes, as its detail tells it (platform spec §6.1).
namespace signet::openapi {

namespace json = boost::json;
using service::Caller;

namespace {

json::array write_nodes(const std::vector<model::FlowNode>& nodes) {
    json::array list;
    for (const model::FlowNode& node : nodes) {
        json::object item{{"type", json::string(model::to_wire(node.type))},
                          {"serialNo", static_cast<int>(list.size()) + 1}};
        if (!node.name.empty()) item["name"] = node.name;
        json::array seals;
        for (const model::SealId seal : node.seals)
            seals.push_back(json::string(to_string(seal)));
        if (!seals.empty()) item["sealId"] = seals.front();
        if (!seals.empty()) item["sealIds"] = std::move(seals);
        json::array operators;
        for (const model::User& user : node.operators)
            operators.push_back(write_user(user, {}));
        if (!operators.empty()) item["operators"] = std::move(operators);
        list.push_back(std::move(item));
    }
    return list;
}

json::object write_party(const model::PresetSignatory& party, const std::vector<model::FlowNode>& nodes, int serial) {
    json::object item{{"tenantType", json::string(model::to_wire(party.tenant_type))},
                      {"serialNo", serial},
                      {"sponsor", party.sponsor}};
    if (!party.tenant_name.empty()) item["tenantName"] = party.tenant_name;
    if (party.tenant_type == model::TenantType::Company) item["actions"] = write_nodes(nodes);
    return item;
}

/// The preset parties; the initiator's own with its flow where only that is preset.
json::array write_parties(const model::CategoryPolicy& policy) {
    json::array list;
    for (const model::PresetSignatory& party : policy.signatories) {
        const bool own_flow = party.sponsor && !policy.sponsor.empty();
        list.push_back(write_party(party, own_flow ? policy.sponsor : party.nodes, static_cast<int>(list.size()) + 1));
    }
    if (list.empty() && !policy.sponsor.empty()) {
        model::PresetSignatory own;
        own.sponsor = true;
        list.push_back(write_party(own, policy.sponsor, 1));
    }
    return list;
}

/// As the template's own detail has it, and under both names that readers expect.
json::object write_template(const model::Template& one) {
    json::array params;
    for (const model::TemplateParam& param : one.params) {
        params.push_back({{"name", json::string(param.name)},
                          {"required", param.required},
                          {"type", json::string(model::to_wire(param.type))}});
    }
    return {{"id", to_string(one.id)},
            {"title", json::string(one.title)},
            {"name", json::string(one.title)},
            {"parameters", std::move(params)}};
}

}  // namespace

void Api::add_categories(http::Router& router) {
    query(
        router, "/v2/category/detail",
        [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
            service::CategoryReference reference;
            reference.id = fields.id<model::CategoryId>("categoryId");
            reference.name = fields.text("categoryName", 100);
            const std::string tenant = fields.text("tenantName", 100);
            if (reference.empty()) fields.refuse("categoryId", "categoryId or categoryName is required");
            if (fields.error()) return *fields.error();
            const auto company = services_.directory.company(caller, tenant);
            if (!company) return company.error();
            const auto category = services_.directory.category(company->id, reference);
            if (!category) return category.error();
            json::array templates;
            for (const model::TemplateId id : category->policy.templates) {
                const auto one = services_.templates.find(category->company, id);
                if (one) templates.push_back(write_template(*one));
            }
            return json::object{{"id", to_string(category->id)},
                                {"name", category->name},
                                {"createTime", services_.zone.format(category->create_time)},
                                {"state", 0},
                                {"templates", std::move(templates)},
                                {"defineSignatories", !category->policy.signatories.empty()},
                                {"defineSponsor", !category->policy.sponsor.empty()},
                                {"signatories", write_parties(category->policy)}};
        },
        http::Execution::Pool);
}

}  // namespace signet::openapi
