#include "base/drawing.hpp"
#include "base/text.hpp"
#include "pages/page_errors.hpp"
#include "pages/page_requests.hpp"
#include "pages/pages.hpp"
#include "pages/view_json.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

// The initiator's page before sending.
namespace signet::pages {

namespace json = boost::json;
using service::AppointBox;
using service::AppointView;

namespace {

constexpr std::size_t kMostBoxes = 1'000;
constexpr std::size_t kMostValues = 1'000;

json::string wire(std::string_view text) {
    return json::string(text);
}

json::array write_nodes(const AppointView& view) {
    json::array nodes;
    for (const service::AppointNode& node : view.nodes) {
        json::array offers;
        for (const service::AppointOffer& offer : node.offers) {
            offers.push_back({{"type", wire(model::to_wire(offer.type))},
                              {"widthMm", offer.size.width / kPointsPerMillimetre},
                              {"heightMm", offer.size.height / kPointsPerMillimetre}});
        }
        json::string name = wire(node.party->tenant_name);
        if (name.empty()) name = wire(node.party->receiver.name);
        nodes.push_back({{"actionId", wire(to_string(node.action->id))},
                         {"partyId", wire(to_string(node.party->id))},
                         {"partyName", std::move(name)},
                         {"sponsor", node.party->sponsor},
                         {"kind", wire(model::to_wire(node.action->type))},
                         {"title", wire(node.action->name)},
                         {"offers", std::move(offers)}});
    }
    return nodes;
}

/// The one document a stamper stands on; none when it is meant for several or is not clear.
const model::Document* document_of(const model::Contract& contract, const model::Stamper& stamper) {
    if (stamper.documents.size() == 1) return contract.find(stamper.documents.front());
    if (stamper.documents.empty() && contract.documents.size() == 1) return &contract.documents.front();
    return nullptr;
}

json::array write_boxes(const AppointView& view) {
    json::array boxes;
    for (const service::AppointNode& node : view.nodes) {
        std::size_t index = 0;
        for (const model::Stamper& stamper : node.action->stampers) {
            const model::Document* document = document_of(*view.contract, stamper);
            json::object box{{"actionId", wire(to_string(node.action->id))},
                             {"kept", index++},
                             {"type", wire(model::to_wire(stamper.type))}};
            const bool across = stamper.type == model::StamperType::AcrossPage && stamper.offset_y;
            const bool on_page = stamper.keyword.empty() && stamper.page && *stamper.page >= 1 && stamper.offset_x &&
                                 stamper.offset_y && !model::is_across_page(stamper.type);
            if (document != nullptr && (across || on_page)) {
                box["documentId"] = wire(to_string(document->id));
                box["page"] = across ? 1 : *stamper.page;
                box["x"] = across ? 0 : *stamper.offset_x;
                box["y"] = *stamper.offset_y;
            }
            if (!stamper.keyword.empty()) box["keyword"] = wire(stamper.keyword);
            boxes.push_back(std::move(box));
        }
    }
    return boxes;
}

json::object write_appoint(const AppointView& view, const TimeZone& zone) {
    const model::Contract& contract = *view.contract;
    json::object summary{{"id", wire(to_string(contract.id))},
                         {"subject", wire(contract.subject)},
                         {"description", wire(contract.description)},
                         {"sn", wire(contract.sn)},
                         {"sponsorName", wire(contract.tenant_name)},
                         {"categoryName", wire(contract.category_name)},
                         {"status", wire(model::to_wire(contract.status))},
                         {"version", contract.version}};
    if (contract.expire_time) summary["expireTime"] = wire(zone.format(*contract.expire_time));
    json::array documents;
    for (const model::Document& document : contract.documents) {
        json::array pages;
        for (const model::PageSize& page : document.pages)
            pages.push_back({{"width", page.width}, {"height", page.height}});
        documents.push_back({{"id", wire(to_string(document.id))},
                             {"title", wire(document.title)},
                             {"pageCount", document.page_count()},
                             {"edition", edition_of(contract, document)},
                             {"pages", std::move(pages)}});
    }
    json::object options{{"pageType", wire(view.options.page_type)},
                         {"canSend", view.options.can_send},
                         {"canSave", view.options.can_save},
                         {"showsPlaces", view.options.shows_places},
                         {"showsParameters", view.options.shows_parameters},
                         {"hideReturn", view.options.hide_return}};
    if (!view.options.callback_page.empty()) options["callbackPage"] = wire(view.options.callback_page);
    if (!view.options.language.empty()) options["lang"] = wire(view.options.language);
    if (!view.options.theme_color.empty()) options["themeColor"] = wire(view.options.theme_color);
    json::object result;
    result["page"] = wire(view.key);
    result["contract"] = std::move(summary);
    result["documents"] = std::move(documents);
    result["nodes"] = write_nodes(view);
    result["boxes"] = write_boxes(view);
    if (view.fills) result["params"] = write_params(contract, nullptr);
    result["options"] = std::move(options);
    return result;
}

Result<AppointBox> read_box(const json::value& value) {
    if (!value.is_object()) return invalid_parameter("boxes: must be objects");
    const json::object& object = value.get_object();
    AppointBox box;
    const auto action = parse_id(text(object, "actionId"));
    if (!action) return invalid_parameter("boxes.actionId: is required");
    box.action = {*action};
    if (const auto kept = number(object, "kept")) {
        if (*kept < 0 || *kept > 1e6) return invalid_parameter("boxes.kept: the node has no such place");
        box.kept = static_cast<std::size_t>(*kept);
        return box;
    }
    const auto type = model::from_wire<model::StamperType>(text(object, "type"));
    const auto document = parse_id(text(object, "documentId"));
    const auto page = number(object, "page");
    const auto x = number(object, "x");
    const auto y = number(object, "y");
    if (!type || !document || !page || !x || !y) return invalid_parameter("boxes: incomplete");
    if (*page < 1 || *page > 1e6) return fail(ErrorCode::SignPageBeyond, "boxes.page");
    box.type = *type;
    box.document = {*document};
    box.page = static_cast<int>(*page);
    box.x = *x;
    box.y = *y;
    return box;
}

Status read_values(const json::object& body, std::vector<model::ParamValue>& values) {
    const json::value* given = body.if_contains("values");
    if (given == nullptr) return {};
    if (!given->is_object() || given->get_object().size() > kMostValues)
        return invalid_parameter("values: must be texts by name");
    for (const auto& [name, value] : given->get_object()) {
        if (!value.is_string()) return invalid_parameter(std::string(name) + ": must be a text");
        values.push_back({std::string(name), std::string(value.get_string()), {}, {}});
    }
    return {};
}

/// Which parameter does not fit is the page's own business; its name is before the last colon.
http::Response refusal_of_value(const Error& error, const std::vector<model::ParamValue>& values) {
    const std::string field = error.detail.substr(0, error.detail.rfind(": "));
    const bool named =
        std::any_of(values.begin(), values.end(), [&](const model::ParamValue& value) { return value.name == field; });
    http::Response response = refusal(error);
    if (!named) return response;
    json::object told = error_object(error);
    told["field"] = json::string(field);
    response.body = json::serialize(json::object{{"error", std::move(told)}});
    return response;
}

Result<service::AppointChange> read_change(const json::object& body, const TimeZone& zone) {
    service::AppointChange change;
    const auto version = number(body, "version");
    if (!version || std::abs(*version) > 9e15) return invalid_parameter("version: is required");
    change.version = static_cast<std::int64_t>(*version);
    if (body.contains("subject")) change.subject = text(body, "subject");
    if (body.contains("description")) change.description = text(body, "description");
    if (const std::string day = text(body, "expireTime"); !day.empty()) {
        change.expire_time = zone.parse(day);
        if (!change.expire_time) return invalid_parameter("expireTime: must be yyyy-MM-dd");
    }
    if (const Status read = read_values(body, change.values); !read) return read.error();
    const json::value* boxes = body.if_contains("boxes");
    if (boxes == nullptr) return change;
    if (!boxes->is_array() || boxes->get_array().size() > kMostBoxes) return invalid_parameter("boxes: too many");
    change.boxes.emplace();
    for (const json::value& value : boxes->get_array()) {
        auto box = read_box(value);
        if (!box) return box.error();
        change.boxes->push_back(std::move(*box));
    }
    return change;
}

}  // namespace

void Pages::add_appoint_routes(http::Router& router) {
    add(router, "POST", "/pages/appoint/open", [this](http::Request& request) {
        const auto body = body_of(request);
        if (!body) return page_failure(body.error());
        std::string client = client_of(request);
        const bool is_new = client.empty();
        if (is_new) client = random_token(kClientLength);
        const auto view = appointing_.open(text(*body, "token"), client);
        if (!view) return page_failure(view.error());
        http::Response response = json_response(write_appoint(*view, settings_.zone));
        if (is_new) give_client(response, client);
        return response;
    });
    add(
        router, "POST", "/pages/appoint/save",
        [this](http::Request& request) {
            const auto body = body_of(request);
            if (!body) return page_failure(body.error());
            const auto change = read_change(*body, settings_.zone);
            if (!change) return page_failure(change.error());
            const auto view = appointing_.save(client_of(request), page_key(request), *change);
            if (!view) return refusal_of_value(view.error(), change->values);
            return json_response(write_appoint(*view, settings_.zone));
        },
        4U << 20);
    add(router, "POST", "/pages/appoint/send", [this](http::Request& request) {
        const auto view = appointing_.send(client_of(request), page_key(request));
        if (!view) return refusal(view.error());
        return json_response(write_appoint(*view, settings_.zone));
    });
}

}  // namespace signet::pages
