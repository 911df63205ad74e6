#include "pages/page_errors.hpp"
#include "pages/page_requests.hpp"
#include "pages/pages.hpp"

#include <string>
#include <string_view>

#include <boost/json.hpp>

// The page behind a join link. Whoever has the link has no session: it says its token with every call.
namespace signet::pages {

namespace json = boost::json;

namespace {

std::string_view word(service::JoinView::State state) {
    switch (state) {
        case service::JoinView::State::Open:
            return "OPEN";
        case service::JoinView::State::Joined:
            return "JOINED";
        case service::JoinView::State::Over:
            return "OVER";
    }
    return "";
}

json::object write_view(const service::JoinView& view, const TimeZone& zone) {
    json::object object{
        {"state", json::string(word(view.state))},      {"subject", json::string(view.subject)},
        {"initiator", json::string(view.initiator)},    {"type", json::string(model::to_wire(view.type))},
        {"tenantName", json::string(view.tenant_name)}, {"contact", json::string(view.masked_contact)}};
    if (view.deadline) object["deadline"] = json::string(zone.format(*view.deadline));
    return object;
}

}  // namespace

void Pages::add_join_routes(http::Router& router) {
    add(router, "POST", "/pages/join/open", [this](http::Request& request) {
        const auto body = body_of(request);
        if (!body) return page_failure(body.error());
        const auto view = joining_.open(text(*body, "token"));
        if (!view) return page_failure(view.error());
        return json_response(write_view(*view, settings_.zone));
    });
    add(router, "POST", "/pages/join/code", [this](http::Request& request) {
        const auto body = body_of(request);
        if (!body) return page_failure(body.error());
        const auto sent = joining_.send_code(text(*body, "token"), text(*body, "contact"));
        if (!sent) return page_failure(sent.error());
        return json_response(
            json::object{{"contact", json::string(sent->masked_contact)}, {"resendAfter", sent->resend_after_seconds}});
    });
    add(router, "POST", "/pages/join", [this](http::Request& request) {
        const auto body = body_of(request);
        if (!body) return page_failure(body.error());
        service::JoinCommand command;
        command.name = text(*body, "name");
        command.company_name = text(*body, "companyName");
        command.contact = text(*body, "contact");
        command.code = text(*body, "code");
        const auto page = joining_.join(text(*body, "token"), command);
        if (!page) return page_failure(page.error());
        return json_response(json::object{{"pageUrl", json::string(*page)}});
    });
}

}  // namespace signet::pages
