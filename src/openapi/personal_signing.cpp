#include "base/text.hpp"
#include "openapi/api.hpp"
#include "openapi/contract_json.hpp"

#include <utility>

#include <boost/json.hpp>

// Silent signing for persons, and the authorisations behind it.
namespace signet::openapi {

namespace json = boost::json;
using service::Caller;

namespace {

service::CompanyReference read_company(const Fields& fields, std::string_view name) {
    service::CompanyReference reference;
    if (const auto company = fields.object(name)) {
        reference.id = company->id<model::CompanyId>("id");
        reference.name = company->text("name", 100);
        reference.register_no = company->text("registerNo", 50);
        if (reference.empty()) fields.refuse(name, "id, name or registerNo is required");
    }
    return reference;
}

model::User read_person(const Fields& fields) {
    if (const auto user = fields.object("user")) return read_user(*user);
    fields.refuse("user", "is required");
    return {};
}

/// An address that is absent or can be opened.
std::string read_address(const Fields& fields, std::string_view name, std::size_t longest) {
    const std::string address = fields.text(name, longest);
    const bool sound = address.empty() || address.starts_with("https://") || address.starts_with("http://");
    if (!sound) fields.refuse(name, "must be an http or https address");
    return address;
}

/// There is nobody here to compare faces with, and nobody who looks papers through.
bool needs_more_than_numbers(std::string_view mode) {
    return mode == "FACE" || mode == "ALIPAY" || mode == "MANUAL";
}

/// The ways that can be gone here among the one that is asked for first and those that may stand in for it.
std::vector<model::IdentityWay> read_ways(const Fields& info) {
    std::vector<model::IdentityWay> ways;
    const auto take = [&](std::string_view field, const std::string& word, std::string_view never) {
        if (word != never && needs_more_than_numbers(word)) return;
        const auto way = model::from_wire<model::IdentityWay>(word);
        if (!way || word == never) return info.refuse(field, "\"" + word + "\" is not one of its values");
        ways.push_back(*way);
    };
    const std::string mode = info.text("mode", 20);
    take("mode", mode.empty() ? "DEFAULT" : mode, "MANUAL");
    for (const std::string& other : info.texts("otherModes", 10, 20))
        take("otherModes", other, "DEFAULT");
    if (ways.empty()) info.refuse("mode", "this server compares numbers only: IVS, BANK or DEFAULT must be allowed");
    return ways;
}

void read_auth_info(const Fields& fields, service::GrantCommand& command) {
    command.auth_method = fields.text("authMethod", 50);
    // Its values are not published; one that speaks of a face asks for what nobody here can do.
    if (to_lower(command.auth_method).find("face") != std::string::npos)
        fields.refuse("authMethod", "this server has nobody to compare faces with");
    const auto info = fields.object("authInfo");
    if (!info) return;
    command.identity.name = info->text("username", 100);
    command.identity.id_card_no = std::string(trim(info->text("idCardNo", 30)));
    command.identity.bank_no = info->text("bankNo", 40);
    command.identity.bank_mobile = info->text("bankMobile", 30);
    command.ways = read_ways(*info);
    if (const std::string paper = info->text("paperType", 50); !paper.empty()) {
        const auto type = model::from_wire<model::PaperType>(paper);
        if (!type) info->refuse("paperType", "must be IDCARD, PASSPORT, HKMP or MTPS");
        command.paper_type = type.value_or(command.paper_type);
    }
    for (const std::string& word : info->texts("modifyFields", 10, 40)) {
        const auto field = model::from_wire<model::ModifyField>(word);
        if (!field) info->refuse("modifyFields", "has a word that is not one of its values");
        if (field) command.modify_fields.push_back(*field);
    }
}

service::GrantCommand read_grant(const Fields& fields, const TimeZone& zone) {
    service::GrantCommand command;
    command.user = read_person(fields);
    command.tenant_name = fields.text("tenantName", 100);
    if (const std::string day = fields.text("authDeadline", 40); !day.empty()) {
        command.deadline = zone.parse(trim(day));
        if (!command.deadline) fields.refuse("authDeadline", "must be yyyy-MM-dd");
    }
    command.deadline_modifiable = fields.boolean("authTimeModifiable", false);
    command.remark = fields.text("remark", 200);
    command.callback_url = read_address(fields, "callbackUrl", 300);
    command.callback_page = read_address(fields, "callbackPage", 1000);
    command.personal_parties = fields.boolean("allowPersonalAuto", true);
    read_auth_info(fields, command);
    command.theme_color = read_page_style(fields);
    command.language = to_lower(fields.text("lang", 10));
    if (command.language != "cn" && command.language != "en") command.language.clear();
    return command;
}

json::object write_grant(const service::GrantRecord& record, const service::Directory& directory,
                         const TimeZone& zone) {
    const model::GrantTerms& terms = record.grant.terms;
    json::object object{{"user", write_user(terms.user, {})}, {"companyId", to_string(terms.company)}};
    if (const auto company = directory.company(terms.company)) object["companyName"] = company->name;
    object["authDeadline"] = zone.format(terms.deadline);
    object["authStatus"] = json::string(service::to_wire(record.status));
    object["remark"] = terms.remark;
    object["allowPersonalAuto"] = terms.personal_parties;
    if (!terms.auth_method.empty()) object["authMethod"] = terms.auth_method;
    object["sealId"] = to_string(record.grant.id);
    object["createTime"] = zone.format(record.grant.create_time);
    if (record.grant.cancel_time) object["deauthorizeDate"] = zone.format(*record.grant.cancel_time);
    return object;
}

std::optional<service::GrantStatus> read_status(const Fields& fields) {
    const std::string word = fields.text("authStatus", 20);
    for (const auto status :
         {service::GrantStatus::Effective, service::GrantStatus::Expired, service::GrantStatus::Cancelled}) {
        if (word == service::to_wire(status)) return status;
    }
    if (!word.empty()) fields.refuse("authStatus", "must be EFFECTIVE, EXPIRED or CANCELLED");
    return std::nullopt;
}

}  // namespace

void Api::add_personal_signing(http::Router& router) {
    command(router, "/v2/contract/personalsign",
            [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
                service::PersonalSignCommand signing;
                signing.locator = read_locator(fields);
                signing.user = read_person(fields);
                signing.company = read_company(fields, "companySignatory");
                signing.seal = fields.id<model::SealId>("sealId");
                signing.stampers = read_stampers(fields, "stampers");
                signing.locate_all = fields.boolean("locateAllStamperKeywords", true);
                if (fields.error()) return *fields.error();
                const Status done = services_.personal_signing.sign(caller, signing);
                if (!done) return done.error();
                return json::object();
            });

    command(router, "/v2/personalsign/authurl",
            [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
                const service::GrantCommand grant = read_grant(fields, services_.zone);
                if (fields.error()) return *fields.error();
                const auto url = services_.personal_grants.page_url(caller, grant);
                if (!url) return url.error();
                return json::object{{"pageUrl", *url}, {"authUrl", *url}};
            });

    command(router, "/v2/personalsign/authurl/miniappexchange",
            [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
                service::GrantCommand grant = read_grant(fields, services_.zone);
                if (fields.error()) return *fields.error();
                grant.callback_page.clear();  // the mini-program goes back by itself
                const auto ticket = services_.personal_grants.ticket(caller, grant);
                if (!ticket) return ticket.error();
                return json::object{{"ticket", *ticket}};
            });

    command(router, "/v2/personalsign/query",
            [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
                const model::User user = read_person(fields);
                const auto status = read_status(fields);
                if (fields.error()) return *fields.error();
                const auto records = services_.personal_grants.query(caller, user, status);
                if (!records) return records.error();
                json::array list;
                for (const service::GrantRecord& record : *records)
                    list.push_back(write_grant(record, services_.directory, services_.zone));
                return json::object{{"totalCount", list.size()}, {"list", std::move(list)}};
            });

    command(router, "/v2/personalsign/deauthorize",
            [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
                const model::User user = read_person(fields);
                const std::string tenant = fields.text("tenantName", 100);
                if (fields.error()) return *fields.error();
                const Status done = services_.personal_grants.deauthorize(caller, user, tenant);
                if (!done) return done.error();
                return json::object();
            });
}

}  // namespace signet::openapi
