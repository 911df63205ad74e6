#include "pages/grant_pages.hpp"

#include "pages/page_errors.hpp"
#include "pages/page_requests.hpp"
#include "pages/view_json.hpp"

#include <functional>
#include <utility>

#include <boost/json.hpp>

namespace signet::pages {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kBodyLimit = 2 << 20;

/// A link names a token, the mini-program a ticket.
std::string key_of(const json::object& body) {
    const std::string token = text(body, "token");
    return token.empty() ? text(body, "ticket") : token;
}

http::Response answer(const Result<json::object>& result) {
    http::Response response = result ? json_response(*result) : page_failure(result.error());
    response.headers.set("Cache-Control", "no-store");
    response.headers.set("X-Content-Type-Options", "nosniff");
    return response;
}

json::array fields_of(const service::GrantDemand& demand) {
    json::array fields;
    if (demand.id_card) fields.push_back("IDCARDNO");
    if (demand.bank_card) fields.push_back("BANKNO");
    if (demand.bank_mobile) fields.push_back("BANKMOBILE");
    return fields;
}

json::object write(const service::GrantView& view, const TimeZone& zone) {
    const model::GrantRequest& request = view.request;
    json::array ways;
    for (const service::GrantDemand& demand : view.demands)
        ways.push_back(json::object{{"mode", json::string(model::to_wire(demand.way))}, {"fields", fields_of(demand)}});
    json::array correctable;
    for (const model::ModifyField field : request.modify_fields)
        correctable.push_back(json::string(model::to_wire(field)));
    const std::string day = zone.format(request.terms.deadline).substr(0, 10);
    json::object object{{"company", view.company.name},
                        {"name", request.terms.user.name},
                        {"contact", view.masked_contact},
                        {"contactChannel", view.by_mail ? "MAIL" : "SMS"},
                        {"deadline", day},
                        {"deadlineModifiable", request.deadline_modifiable},
                        {"remark", request.terms.remark},
                        {"personalParties", request.terms.personal_parties},
                        {"identityFields", fields_of(view.demands.front())},
                        {"ways", std::move(ways)},
                        {"paperType", json::string(model::to_wire(request.paper_type))},
                        {"correctable", std::move(correctable)},
                        {"triesLeft", view.tries_left},
                        {"callbackPage", request.callback_page},
                        {"lang", request.language},
                        {"themeColor", request.theme_color}};
    object["state"] = view.granted ? json::string(service::to_wire(*view.granted)) : json::string("ASKED");
    return object;
}

Result<service::GrantInput> read_input(const json::object& body, const TimeZone& zone) {
    service::GrantInput input;
    input.code = text(body, "code");
    const json::value* consent = body.if_contains("consent");
    input.consent = consent != nullptr && consent->is_bool() && consent->get_bool();
    input.name = text(body, "name");
    if (const std::string way = text(body, "mode"); !way.empty()) {
        input.way = model::from_wire<model::IdentityWay>(way);
        if (!input.way) return invalid_parameter("mode: is not offered");
    }
    if (const std::string day = text(body, "deadline"); !day.empty()) {
        input.deadline = zone.parse(day);
        if (!input.deadline) return invalid_parameter("deadline: must be yyyy-MM-dd");
    }
    input.identity.id_card_no = text(body, "idCardNo");
    input.identity.bank_no = text(body, "bankNo");
    input.identity.bank_mobile = text(body, "bankMobile");
    const json::value* signature = body.if_contains("signature");
    if (signature == nullptr || !signature->is_object()) return input;
    auto read = read_signature(signature->get_object());
    if (!read) return read.error();
    input.signature = std::move(*read);
    return input;
}

}  // namespace

void GrantPages::add_routes(http::Router& router) {
    using Work = std::function<Result<json::object>(const json::object& body)>;
    const auto add = [&](std::string path, Work work) {
        http::Route route;
        route.method = "POST";
        route.path = std::move(path);
        route.body_limit = kBodyLimit;
        route.handler = [work = std::move(work)](http::Request& request) {
            const auto body = body_of(request);
            return answer(body ? work(*body) : Result<json::object>(body.error()));
        };
        router.add(std::move(route));
    };
    add("/pages/grant/open", [this](const json::object& body) -> Result<json::object> {
        const auto view = grants_.open(key_of(body));
        if (!view) return view.error();
        return write(*view, zone_);
    });
    add("/pages/grant/code", [this](const json::object& body) -> Result<json::object> {
        if (const Status sent = grants_.send_code(key_of(body)); !sent) return sent.error();
        const auto view = grants_.open(key_of(body));
        if (!view) return view.error();
        return json::object{{"contact", view->masked_contact}, {"resendAfter", service::kResendPause.count()}};
    });
    add("/pages/grant/give", [this](const json::object& body) -> Result<json::object> {
        const auto input = read_input(body, zone_);
        if (!input) return input.error();
        const auto view = grants_.grant(key_of(body), *input);
        if (!view) return view.error();
        return write(*view, zone_);
    });
    add("/pages/grant/withdraw", [this](const json::object& body) -> Result<json::object> {
        const auto view = grants_.withdraw(key_of(body), text(body, "code"));
        if (!view) return view.error();
        return write(*view, zone_);
    });
}

}  // namespace signet::pages
