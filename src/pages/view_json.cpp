#include "pages/view_json.hpp"

#include "base/drawing.hpp"
#include "base/text.hpp"
#include "model/filling.hpp"
#include "pages/page_requests.hpp"
#include "service/artist.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include <boost/json.hpp>

namespace signet::pages {

namespace json = boost::json;
using model::Action;
using model::Contract;
using model::Signatory;
using service::PageView;

namespace {

json::string wire(std::string_view text) {
    return json::string(text);
}

/// Whether a document is for this reader: the originals, and of the attachments those of his own party.
bool concerns(const PageView& view, const model::Document& document) {
    if (!view.contract->shows(document)) return false;
    if (!document.is_attachment()) return true;
    if (view.party == nullptr) return false;
    const auto& own = view.party->attachments;
    return std::any_of(own.begin(), own.end(),
                       [&](const model::Attachment& attachment) { return attachment.document == document.id; });
}

json::array write_documents(const PageView& view) {
    json::array documents;
    // What is to be signed comes first: a cancellation file stands before what it cancels.
    std::vector<const model::Document*> shown;
    for (const model::Document& document : view.contract->documents) {
        if (concerns(view, document)) shown.push_back(&document);
    }
    std::stable_partition(shown.begin(), shown.end(),
                          [](const model::Document* document) { return document->is_cancellation(); });
    for (const model::Document* one : shown) {
        const model::Document& document = *one;
        json::array pages;
        for (const model::PageSize& page : document.pages)
            pages.push_back({{"width", page.width}, {"height", page.height}});
        documents.push_back({{"id", wire(to_string(document.id))},
                             {"title", wire(document.title)},
                             {"pageCount", document.page_count()},
                             {"edition", edition_of(*view.contract, document)},
                             {"pages", std::move(pages)}});
    }
    return documents;
}

/// Why and until when the contract shall be void, and how far that is; nothing when nobody ever wished it.
std::optional<json::object> write_cancellation(const Contract& contract, const TimeZone& zone) {
    if (!contract.cancellation) return std::nullopt;
    const model::Cancellation& cancellation = *contract.cancellation;
    json::object object{{"reason", wire(cancellation.reason)},
                        {"documentId", wire(to_string(cancellation.document))},
                        {"startTime", wire(zone.format(cancellation.start_time))}};
    if (cancellation.expire_time) object["expireTime"] = wire(zone.format(*cancellation.expire_time));
    if (cancellation.fail_type) object["failType"] = wire(model::to_wire(*cancellation.fail_type));
    return object;
}

json::array write_parties(const PageView& view, const TimeZone& zone) {
    json::array parties;
    for (const Signatory& signatory : view.contract->acting_parties()) {
        json::object party{{"name", wire(signatory.tenant_name)},
                           {"tenantType", wire(model::to_wire(signatory.tenant_type))},
                           {"status", wire(model::to_wire(signatory.status))},
                           {"serialNo", signatory.serial_no},
                           {"me", view.party != nullptr && signatory.id == view.party->id}};
        if (!signatory.receiver.contact.empty()) party["contact"] = wire(mask_contact(signatory.receiver.contact));
        if (signatory.complete_time) party["completeTime"] = wire(zone.format(*signatory.complete_time));
        parties.push_back(std::move(party));
    }
    return parties;
}

json::array write_places(const PageView& view, const Action& action) {
    json::array places;
    int number = 0;
    for (const model::Place& place : action.places) {
        const model::Document* document = view.contract->find(place.document);
        if (document == nullptr || place.page >= document->page_count()) continue;
        const model::PageSize page = document->pages[static_cast<std::size_t>(place.page)];
        places.push_back({{"id", wire(std::to_string(++number))},
                          {"documentId", wire(to_string(place.document))},
                          {"page", place.page + 1},
                          {"type", wire(model::to_wire(place.type))},
                          {"x", place.x / page.width},
                          {"y", place.y / page.height},
                          {"width", place.width / page.width},
                          {"height", place.height / page.height}});
    }
    return places;
}

/// A picture's address carries no header, so the page it belongs to stands in the query.
std::string seal_address(const PageView& view, const std::string& seal) {
    return "/pages/seals/" + seal + ".png?page=" + view.key;
}

json::object write_task(const PageView& view) {
    const Action& action = *view.action;
    const bool seals = action.type == model::ActionType::Company || action.type == model::ActionType::Practice;
    const model::ImageSize size = seals ? service::Artist::named_company_seal_size() : service::Artist::signature_box();
    json::object task{{"actionId", wire(to_string(action.id))},
                      {"kind", wire(model::to_wire(action.type))},
                      {"title", wire(action.name)},
                      {"places", write_places(view, action)},
                      {"freePlacement", action.places.empty() && action.type != model::ActionType::Audit},
                      {"placeSize",
                       {{"width", std::round(size.width / kPointsPerMillimetre)},
                        {"height", std::round(size.height / kPointsPerMillimetre)}}}};
    json::array list;
    for (const model::Seal& seal : view.seals) {
        const auto seal_size = service::Artist::seal_size(seal);
        if (!seal_size) continue;
        list.push_back({{"id", wire(to_string(seal.id))},
                        {"name", wire(seal.name)},
                        {"image", wire(seal_address(view, to_string(seal.id)))},
                        {"widthMm", std::round(seal_size->width / kPointsPerMillimetre)},
                        {"heightMm", std::round(seal_size->height / kPointsPerMillimetre)}});
    }
    if (seals && list.empty() && !view.party->company) {
        const model::ImageSize named = service::Artist::named_company_seal_size();
        list.push_back({{"id", "0"},
                        {"name", wire(view.party->tenant_name)},
                        {"image", wire(seal_address(view, "named"))},
                        {"widthMm", std::round(named.width / kPointsPerMillimetre)},
                        {"heightMm", std::round(named.height / kPointsPerMillimetre)}});
    }
    task["seals"] = std::move(list);
    json::array attachments;
    for (const model::Attachment& attachment : view.party->attachments) {
        attachments.push_back({{"id", wire(to_string(attachment.id))},
                               {"title", wire(attachment.title)},
                               {"required", attachment.required},
                               {"needSign", attachment.need_sign},
                               {"uploaded", !attachment.blob.empty()},
                               {"fileName", wire(attachment.file_name)}});
    }
    task["attachments"] = std::move(attachments);
    return task;
}

json::value write_identity(const PageView& view) {
    if (!view.identity) return nullptr;
    json::array fields;
    if (view.identity->id_card) fields.push_back("IDCARDNO");
    if (view.identity->bank_card) fields.push_back("BANKNO");
    if (view.identity->bank_mobile) fields.push_back("BANKMOBILE");
    json::array correctable;
    for (const model::ModifyField field : view.identity->correctable)
        correctable.push_back(wire(model::to_wire(field)));
    return json::object{{"fields", std::move(fields)},
                        {"correctable", std::move(correctable)},
                        {"name", wire(view.identity->name)},
                        {"proven", view.identity->proven},
                        {"triesLeft", view.identity->tries_left}};
}

/// The party's nodes in their order, so that a page can say which step this is.
json::array write_steps(const PageView& view) {
    std::vector<const Action*> nodes;
    if (view.party == nullptr) return {};
    for (const Action& action : view.party->actions)
        nodes.push_back(&action);
    std::stable_sort(nodes.begin(), nodes.end(),
                     [](const Action* a, const Action* b) { return a->serial_no < b->serial_no; });
    json::array steps;
    for (const Action* node : nodes) {
        steps.push_back({{"kind", wire(model::to_wire(node->type))},
                         {"title", wire(node->name)},
                         {"status", wire(model::to_wire(node->status))},
                         {"mine", node == view.action}});
    }
    return steps;
}

/// Which pages are left to be seen; of very many only the first.
json::object write_reading(const service::Reading& reading) {
    constexpr std::size_t kMostListed = 1000;
    json::array unseen;
    std::size_t listed = 0;
    for (const service::Reading::Document& document : reading.documents) {
        json::array pages;
        for (const int page : document.unseen) {
            if (listed++ < kMostListed) pages.emplace_back(page);
        }
        if (!pages.empty()) {
            unseen.push_back(json::object{{"documentId", wire(to_string(document.id))}, {"pages", std::move(pages)}});
        }
    }
    return {{"rule", wire(model::to_wire(reading.rule))},
            {"pages", reading.pages()},
            {"left", reading.unseen()},
            {"unseen", std::move(unseen)}};
}

}  // namespace

Result<service::PersonalSignature> read_signature(const json::object& object) {
    constexpr std::size_t kMostPoints = 20'000;
    service::PersonalSignature signature;
    if (text(object, "kind") == "TYPED") {
        signature.typed = std::string(trim(text(object, "text")));
        if (signature.typed.empty()) return fail(ErrorCode::ParametersMissing, "signature.text");
        return signature;
    }
    signature.canvas_width = number(object, "width").value_or(0);
    signature.canvas_height = number(object, "height").value_or(0);
    const json::value* strokes = object.if_contains("strokes");
    if (strokes == nullptr || !strokes->is_array()) return fail(ErrorCode::ParametersMissing, "signature.strokes");
    std::size_t count = 0;
    for (const json::value& stroke : strokes->get_array()) {
        if (!stroke.is_array()) return invalid_parameter("signature.strokes: a stroke must be a list of points");
        service::InkStroke line;
        for (const json::value& point : stroke.get_array()) {
            const auto x = point.is_object() ? number(point.get_object(), "x") : std::nullopt;
            const auto y = point.is_object() ? number(point.get_object(), "y") : std::nullopt;
            if (!x || !y || ++count > kMostPoints)
                return invalid_parameter("signature.strokes: bad points or too many");
            line.points.push_back({*x, *y, number(point.get_object(), "t")});
        }
        if (!line.points.empty()) signature.strokes.push_back(std::move(line));
    }
    if (signature.strokes.empty()) return fail(ErrorCode::ParametersMissing, "signature.strokes");
    return signature;
}

std::string state_of(const PageView& view) {
    if (view.party == nullptr || view.options.page_type == "PRINT") return "VIEW_ONLY";
    switch (view.contract->status) {
        case model::ContractStatus::Signing:
            break;
        case model::ContractStatus::Invaliding:
            if (view.action != nullptr) return "CAN_SIGN";
            return "INVALIDING";
        case model::ContractStatus::Complete:
            return "COMPLETE";
        case model::ContractStatus::Filling:
            if (view.may_fill) return "CAN_FILL";
            return view.viewing ? "VIEWING" : "WAITING";
        default:
            return std::string(model::to_wire(view.contract->status));
    }
    if (view.viewing) return "VIEWING";
    if (view.action != nullptr) return "CAN_SIGN";
    if (view.party->status == model::SignatoryStatus::Signed) return "SIGNED";
    return "WAITING";
}

std::int64_t edition_of(const model::Contract& contract, const model::Document& document) {
    const bool settled =
        contract.status != model::ContractStatus::Draft && contract.status != model::ContractStatus::Filling;
    // Until it is sent, blanks and watermarks change; below zero these meet no number of what follows.
    return settled ? document.revision : -contract.version;
}

json::array write_params(const model::Contract& contract, const Signatory* party) {
    json::array list;
    std::set<std::string> seen;
    for (const model::Document& document : contract.documents) {
        for (const model::DocumentParam& one : document.params) {
            if (model::filler(contract, one) != party || !seen.insert(one.param.name).second) continue;
            json::array options;
            for (const std::string& option : one.param.options)
                options.push_back(wire(option));
            list.push_back({{"name", wire(one.param.name)},
                            {"type", wire(model::to_wire(one.param.type))},
                            {"required", one.param.required},
                            {"readOnly", one.param.read_only},
                            {"description", wire(one.param.description)},
                            {"options", std::move(options)},
                            {"value", wire(one.value)}});
        }
    }
    return list;
}

std::string next_party(const PageView& view) {
    for (const Signatory& signatory : view.contract->acting_parties()) {
        const bool mine = view.party != nullptr && signatory.id == view.party->id;
        if (signatory.status == model::SignatoryStatus::Signing && !mine) {
            return signatory.tenant_name;
        }
    }
    return {};
}

json::object write_view(const PageView& view, const TimeZone& zone) {
    const Contract& contract = *view.contract;
    json::object summary{{"id", wire(to_string(contract.id))},
                         {"subject", wire(contract.subject)},
                         {"sn", wire(contract.sn)},
                         {"sponsorName", wire(contract.tenant_name)},
                         {"status", wire(model::to_wire(contract.status))},
                         {"ordinal", contract.ordinal && contract.running_cancellation() == nullptr}};
    if (contract.expire_time) summary["expireTime"] = wire(zone.format(*contract.expire_time));

    json::object me{{"name", wire(view.user.name)},
                    {"contact", wire(view.masked_contact)},
                    {"contactChannel", view.by_mail ? "MAIL" : "SMS"},
                    {"hasPassword", view.has_password}};
    const bool for_company = view.party != nullptr && view.party->tenant_type == model::TenantType::Company;
    if (for_company) me["companyName"] = wire(view.party->tenant_name);

    json::array waiting;
    for (const Signatory& signatory : contract.acting_parties()) {
        const bool mine = view.party != nullptr && signatory.id == view.party->id;
        if (signatory.status == model::SignatoryStatus::Signing && !mine) {
            waiting.push_back(wire(signatory.tenant_name));
        }
    }
    json::object options{{"canReject", view.options.can_reject},
                         {"allowPassword", view.options.allow_password},
                         {"passwordUsable", view.options.password_usable},
                         {"offerPassword", view.options.offer_password},
                         {"hidePasswordSettings", view.options.hide_password_settings},
                         {"mode", view.options.is_mini_program ? "MINIAPP" : "H5"},
                         {"hideReturn", view.options.hide_return},
                         {"hideState", view.options.hide_state},
                         {"validateWay", std::string(model::to_wire(view.options.validate_way))},
                         {"hasPassword", view.has_password},
                         {"hideDownload", !view.options.can_download},
                         {"pageType", wire(view.options.page_type)},
                         {"canDownload", view.options.can_download},
                         {"canPrint", view.options.can_print},
                         {"canRecall", view.options.can_recall},
                         {"canEnd", view.options.can_end},
                         {"canResend", view.options.can_resend}};
    if (view.options.document) options["documentId"] = wire(to_string(view.options.document));
    if (!view.options.callback_page.empty()) options["callbackPage"] = wire(view.options.callback_page);
    if (!view.options.language.empty()) options["lang"] = wire(view.options.language);
    if (!view.options.theme_color.empty()) options["themeColor"] = wire(view.options.theme_color);

    json::object result;
    result["page"] = wire(view.key);
    result["contract"] = std::move(summary);
    if (const auto cancellation = write_cancellation(contract, zone)) result["cancellation"] = *cancellation;
    result["documents"] = write_documents(view);
    result["parties"] = write_parties(view, zone);
    if (view.party != nullptr) {
        result["me"] = std::move(me);
    } else {
        result["me"] = nullptr;
    }
    if (view.action != nullptr) {
        result["task"] = write_task(view);
    } else {
        result["task"] = nullptr;
    }
    result["state"] = wire(state_of(view));
    result["identity"] = write_identity(view);
    if (view.may_fill) result["params"] = write_params(*view.contract, view.party);
    result["steps"] = write_steps(view);
    json::array others;
    for (const std::string& name : view.others)
        others.push_back(wire(name));
    result["others"] = std::move(others);
    result["waitingFor"] = std::move(waiting);
    result["options"] = std::move(options);
    result["consentRequired"] = true;
    const service::ConsentText& consent = service::signer_consent();
    result["consent"] = json::object{{"version", wire(consent.version)},
                                     {"sha256", wire(consent.sha256)},
                                     {"text", wire(consent.text)},
                                     {"textEn", wire(consent.text_en)}};
    if (view.party != nullptr) result["reading"] = write_reading(view.reading);
    if (view.excluded_matter != model::ExcludedMatter::None) {
        result["warning"] = wire(service::warning_of(view.excluded_matter));
        result["warningEn"] = wire(service::warning_of_en(view.excluded_matter));
    }
    result["certificateNotice"] = "签署时会为你签发一张只用于本次签署的数字证书，它与签名一起保存在合同里。";
    result["certificateNoticeEn"] =
        "A certificate for this signature alone is issued to you as you sign. It is kept in the contract.";
    return result;
}

json::object write_waiting(const service::WaitingContract& waiting) {
    json::object object{{"id", wire(to_string(waiting.contract->id))},
                        {"subject", wire(waiting.contract->subject)},
                        {"sponsorName", wire(waiting.contract->tenant_name)},
                        {"kind", wire(model::to_wire(waiting.action->type))},
                        {"batch", waiting.obstacle == service::BatchObstacle::None}};
    if (waiting.party->tenant_type == model::TenantType::Company) {
        object["companyName"] = wire(waiting.party->tenant_name);
    }
    object["reason"] = nullptr;
    if (waiting.obstacle != service::BatchObstacle::None) object["reason"] = wire(to_wire(waiting.obstacle));
    return object;
}

Result<service::BatchCommand> read_batch_command(std::string_view body) {
    json::error_code error;
    const json::value parsed = json::parse(body, error);
    if (error || !parsed.is_object()) return invalid_parameter("body: not a JSON object");
    const json::object& object = parsed.get_object();
    service::BatchCommand command;
    command.code = text(object, "code");
    const json::value* consent = object.if_contains("consent");
    command.consent = consent != nullptr && consent->is_bool() && consent->get_bool();
    const json::value* contracts = object.if_contains("contracts");
    if (contracts == nullptr || !contracts->is_array()) return invalid_parameter("contracts: is required");
    for (const json::value& item : contracts->get_array()) {
        const auto id = item.is_string() ? parse_id(item.get_string()) : std::nullopt;
        if (!id) return invalid_parameter("contracts: must be ids");
        command.contracts.push_back({*id});
    }
    if (const json::value* signature = object.if_contains("signature");
        signature != nullptr && signature->is_object()) {
        auto read = read_signature(signature->get_object());
        if (!read) return read.error();
        command.signature = std::move(*read);
    }
    return command;
}

Result<service::PageSignCommand> read_sign_command(std::string_view body) {
    json::error_code error;
    const json::value parsed = json::parse(body, error);
    if (error || !parsed.is_object()) return invalid_parameter("body: not a JSON object");
    const json::object& object = parsed.get_object();
    service::PageSignCommand command;
    command.code = text(object, "code");
    command.password = text(object, "password");
    const json::value* consent = object.if_contains("consent");
    command.consent = consent != nullptr && consent->is_bool() && consent->get_bool();
    command.language = text(object, "language");
    if (const std::string seal = text(object, "sealId"); !seal.empty() && seal != "0") {
        const auto id = parse_id(seal);
        if (!id) return invalid_parameter("sealId: is not an id");
        command.seal = {*id};
    }
    if (const json::value* signature = object.if_contains("signature");
        signature != nullptr && signature->is_object()) {
        auto read = read_signature(signature->get_object());
        if (!read) return read.error();
        command.signature = std::move(*read);
    }
    if (const json::value* places = object.if_contains("places"); places != nullptr && places->is_array()) {
        for (const json::value& item : places->get_array()) {
            if (!item.is_object()) return invalid_parameter("places: a place must be an object");
            const json::object& place = item.get_object();
            const auto id = parse_id(text(place, "documentId"));
            const auto page = number(place, "page");
            const auto x = number(place, "x");
            const auto y = number(place, "y");
            if (!id || !page || !x || !y || *page < 1 || *page > 5000) return invalid_parameter("places: incomplete");
            command.places.push_back({{*id}, static_cast<int>(*page), *x, *y});
        }
    }
    return command;
}

}  // namespace signet::pages
