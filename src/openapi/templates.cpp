#include "model/filling.hpp"
#include "openapi/api.hpp"
#include "openapi/contract_json.hpp"
#include "openapi/template_json.hpp"

#include <utility>

#include <boost/json.hpp>

// Templates, their parameters and what becomes of them: /v2/template, /v2/document/addbytemplate,
// /v2/contract/contractModify, /v2/contract/required/detail.
namespace signet::openapi {

namespace json = boost::json;
using service::Caller;

namespace {

constexpr std::size_t kMostValues = 1000;
/// A picture of 500 KB as base64.
constexpr std::size_t kLongestValue = 720'000;

json::object write_param(const model::TemplateParam& param, bool all) {
    json::object object{{"name", json::string(param.name)},
                        {"required", param.required},
                        {"type", json::string(model::to_wire(param.type))}};
    if (!all) return object;
    object["readOnly"] = param.read_only;
    if (!param.default_value.empty()) object["defaultValue"] = json::string(param.default_value);
    if (!param.description.empty()) object["description"] = json::string(param.description);
    if (!param.options.empty()) {
        json::array options;
        for (const std::string& option : param.options)
            options.push_back(json::string(option));
        object["options"] = std::move(options);
    }
    return object;
}

json::object write_template(const model::Template& one, const model::Company& company, const TimeZone& zone, bool all) {
    json::array params;
    for (const model::TemplateParam& param : one.params)
        params.push_back(write_param(param, all));
    // The PHP SDK reads `params`, the others `parameters`.
    return {{"id", to_string(one.id)},
            {"name", json::string(one.title)},
            {"state", one.enabled},
            {"createTime", zone.format(one.create_time)},
            {"companyId", to_string(company.id)},
            {"companyName", json::string(company.name)},
            {"parameters", params},
            {"params", params}};
}

}  // namespace

std::vector<model::ParamValue> read_param_values(const Fields& fields) {
    std::vector<model::ParamValue> values;
    for (const Fields& item : fields.list("templateParams", kMostValues)) {
        model::ParamValue& value = values.emplace_back();
        value.name = item.required_text("name", 100);
        value.value = item.text("value", kLongestValue);
        value.signatory = item.id<model::SignatoryId>("signatoryId");
        value.read_only = item.boolean("readOnly");
    }
    return values;
}

json::object write_required(const model::Contract& contract) {
    json::array documents;
    for (const model::Document& document : contract.documents) {
        if (!document.template_id) continue;
        json::array params;
        for (const model::DocumentParam& one : document.params) {
            json::object object = write_param(one.param, false);
            object["readOnly"] = one.param.read_only;
            object["value"] = json::string(one.value);
            const model::Signatory* who = model::filler(contract, one);
            object["belongToSponsor"] = who == nullptr;
            if (who != nullptr) object["signatoryId"] = to_string(who->id);
            params.push_back(std::move(object));
        }
        documents.push_back(
            {{"id", to_string(document.id)}, {"title", json::string(document.title)}, {"params", std::move(params)}});
    }
    return {{"sponsorComplete", model::missing_of_initiator(contract).empty()}, {"documents", std::move(documents)}};
}

void Api::add_templates(http::Router& router) {
    command(router, "/v2/document/addbytemplate",
            [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
                service::AddTemplateCommand adding;
                adding.locator = read_locator(fields);
                adding.title = fields.required_text("title", 100);
                adding.template_id = fields.id<model::TemplateId>("templateId");
                if (!adding.template_id) fields.refuse("templateId", "is required");
                adding.values = read_param_values(fields);
                adding.sort = fields.integer("documentSort", -1'000'000, 1'000'000);
                adding.stampers = read_bound_stampers(fields, "stampers");
                adding.stamper_rule = fields.choice<model::StamperRule>("stamperRule");
                if (fields.error()) return *fields.error();
                const auto document = services_.filling.add_template(caller, adding);
                if (!document) return document.error();
                return json::object{{"documentId", to_string(*document)}};
            });

    command(router, "/v2/contract/contractModify",
            [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
                service::ModifyCommand change;
                change.locator = read_locator(fields);
                if (const auto id = fields.id<model::ContractId>("id")) change.locator.contract = id;
                change.subject = fields.text("subject", 100);
                const auto read_time = [&](std::string_view name) -> std::optional<UtcTime> {
                    const std::string text = fields.text(name, 40);
                    if (text.empty()) return std::nullopt;
                    const auto time = services_.zone.parse(text);
                    if (!time) fields.refuse(name, "must be yyyy-MM-dd HH:mm:ss");
                    return time;
                };
                change.expire_time = read_time("expireTime");
                change.end_time = read_time("endTime");
                change.documents = fields.ids<model::DocumentId>("documents", 100);
                change.values = read_param_values(fields);
                if (fields.error()) return *fields.error();
                const auto contract = services_.filling.modify(caller, change);
                if (!contract) return contract.error();
                return json::object();
            });

    command(router, "/v2/contract/required/detail",
            [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
                const service::Locator locator = read_locator(fields);
                if (fields.error()) return *fields.error();
                const auto contract = services_.book.locate(caller, locator, service::Access::Initiator);
                if (!contract) return contract.error();
                return write_required(**contract);
            });

    query(
        router, "/v2/template/list",
        [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
            const std::string tenant = fields.text("tenantName", 100);
            const auto offset = static_cast<std::size_t>(fields.integer("selectOffset", 0, 1'000'000'000).value_or(0));
            const auto limit = static_cast<std::size_t>(fields.integer("selectLimit", 0, 10'000).value_or(1000));
            const auto read_time = [&](std::string_view name) -> std::optional<UtcTime> {
                const std::string text = fields.text(name, 40);
                if (text.empty()) return std::nullopt;
                const auto time = services_.zone.parse(text);
                if (!time) fields.refuse(name, "must be yyyy-MM-dd HH:mm:ss");
                return time;
            };
            const auto from = read_time("modifyTimeStart");
            const auto to = read_time("modifyTimeEnd");
            if (fields.error()) return *fields.error();
            const auto company = services_.directory.company(caller, tenant);
            if (!company) return company.error();
            auto templates = services_.templates.of(company->id);
            if (!templates) return templates.error();
            std::erase_if(*templates, [&](const model::Template& one) {
                return (from && one.modify_time < *from) || (to && *to < one.modify_time);
            });
            json::array list;
            for (std::size_t i = offset; i < templates->size() && i < offset + limit; ++i)
                list.push_back(write_template((*templates)[i], *company, services_.zone, false));
            return json::object{{"totalCount", templates->size()}, {"list", std::move(list)}};
        },
        http::Execution::Pool);

    query(
        router, "/v2/template/detail",
        [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
            const auto id = fields.id<model::TemplateId>("templateId");
            if (!id) fields.refuse("templateId", "is required");
            if (fields.error()) return *fields.error();
            const auto one = services_.templates.find(caller.company.id, id);
            if (!one) return one.error();
            const auto company = services_.directory.company(one->company);
            if (!company) return fail(ErrorCode::CompanyNotFound, "templateId: its company is not on record");
            return write_template(*one, *company, services_.zone, true);
        },
        http::Execution::Pool);
}

}  // namespace signet::openapi
