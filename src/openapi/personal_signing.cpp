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

service::IdentityInput read_identity(const Fields& fields) {
    service::IdentityInput identity;
    const auto info = fields.object("authInfo");
    if (!info) return identity;
    identity.name = info->text("username", 100);
    identity.id_card_no = std::string(trim(info->text("idCardNo", 30)));
    identity.bank_no = info->text("bankNo", 40);
    identity.bank_mobile = info->text("bankMobile", 30);
    const std::string mode = info->text("mode", 20);
    // There is nobody here to compare faces with: what can be asked for are numbers.
    if (mode == "FACE" || mode == "IVS" || mode == "ALIPAY")
        info->refuse("mode", "this server compares numbers only: BANK or DEFAULT");
    if (!mode.empty() && mode != "BANK" && mode != "DEFAULT")
        info->refuse("mode", "\"" + mode + "\" is not one of its values");
    if (mode == "BANK" && identity.bank_no.empty()) info->refuse("bankNo", "is required for mode BANK");
    return identity;
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
    command.identity = read_identity(fields);
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
