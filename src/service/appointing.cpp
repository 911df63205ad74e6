#include "service/appointing.hpp"

#include "base/text.hpp"
#include "model/filling.hpp"
#include "model/transitions.hpp"
#include "service/links.hpp"
#include "service/operation_log.hpp"
#include "store/audit.hpp"
#include "store/database.hpp"
#include "store/links.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace signet::service {

using model::Action;
using model::Contract;
using model::Signatory;
using model::Stamper;
using model::StamperType;
using store::links::Link;
using store::links::LinkKind;

namespace {

constexpr std::chrono::minutes kSessionGrace{30};
constexpr std::size_t kMostBoxes = 500;
constexpr std::size_t kLongestSubject = 100;
constexpr std::size_t kLongestDescription = 300;

/// Puts the boxes onto their nodes in place of what was there. `field` names the list in errors.
Status put_boxes(Contract& contract, const std::vector<AppointBox>& boxes, const std::string& field) {
    if (boxes.size() > kMostBoxes) return invalid_parameter(field + ": too many");
    std::map<model::ActionId, std::vector<Stamper>> earlier;
    for (Signatory& party : contract.signatories) {
        for (Action& action : party.actions)
            earlier[action.id] = std::exchange(action.stampers, {});
    }
    int index = 0;
    for (const AppointBox& box : boxes) {
        const std::string path = field + "[" + std::to_string(index++) + "]";
        Action* action = contract.find(box.action);
        if (action == nullptr) return invalid_parameter(path + ".actionId: the contract has no such node");
        if (box.kept) {
            const std::vector<Stamper>& had = earlier[box.action];
            if (*box.kept >= had.size()) return invalid_parameter(path + ".kept: the node has no such place");
            action->stampers.push_back(had[*box.kept]);
            continue;
        }
        if (!model::stamper_suits(box.type, action->type)) return fail(ErrorCode::InvalidStamperType, path + ".type");
        const model::Document* document = contract.find(box.document);
        if (document == nullptr) return invalid_parameter(path + ".documentId: the contract has no such document");
        Stamper stamper;
        stamper.type = box.type;
        stamper.documents = {box.document};
        stamper.offset_y = box.y;
        if (!model::is_across_page(box.type)) {
            if (box.page < 1 || box.page > document->page_count()) return fail(ErrorCode::SignPageBeyond, path);
            stamper.page = box.page;
            stamper.offset_x = box.x;
        }
        const auto inside = [](double value) { return value >= 0 && value < 1; };
        if (!inside(box.x) || !inside(box.y)) return invalid_parameter(path + ".x: x and y must lie in [0, 1)");
        action->stampers.push_back(std::move(stamper));
    }
    return {};
}

Status check_text(const std::string& text, std::size_t longest, std::string_view field) {
    if (character_count(text) > longest)
        return fail(ErrorCode::ParameterTooLong, std::string(field) + ": at most " + std::to_string(longest));
    return {};
}

/// Whether a link's page shows the initiator's parameters.
bool shows_parameters(const Link& link) {
    return link.page_type == "FILL_PARAMETERS" || link.shows_parameters;
}

/// The initiator's parameter of that name; null when there is none, or a party fills it in.
const model::DocumentParam* own_param(const Contract& contract, const std::string& name) {
    for (const model::Document& document : contract.documents) {
        for (const model::DocumentParam& one : document.params) {
            if (one.param.name == name && model::filler(contract, one) == nullptr) return &one;
        }
    }
    return nullptr;
}

}  // namespace

struct Appointing::OpenLink {
    std::string token_hash;
    Link link;
};

Result<AppointView> Appointing::open(std::string_view token, std::string_view client) {
    OpenLink opened{token_hash(token), {}};
    auto found = platform_.database.read(
        [&](store::Connection& connection) { return store::links::find(connection, opened.token_hash); });
    if (!found) return found.error();
    if (!*found || (*found)->kind != LinkKind::Appoint) return fail(ErrorCode::LinkNotFound);
    opened.link = std::move(**found);
    const UtcTime now = platform_.clock.now();
    if (opened.link.expire_time < now) return fail(ErrorCode::LinkExpired);
    const store::links::Session session{opened.token_hash, now, opened.link.expire_time + kSessionGrace};
    const Status kept = platform_.database.write([&](store::Transaction& transaction) -> Status {
        const Status put = store::links::put_session(transaction, token_hash(client), session);
        if (!put) return put;
        const auto logged = store::append_audit(transaction, {now, "application:" + opened.link.application,
                                                              opened.link.contract, std::string(kPageOpened), "{}"});
        if (!logged) return logged.error();
        return {};
    });
    if (!kept) return kept.error();
    return view_of(opened);
}

Result<Appointing::OpenLink> Appointing::open_link(std::string_view client, std::string_view key) const {
    return platform_.database.read([&](store::Connection& connection) -> Result<OpenLink> {
        const auto sessions = store::links::sessions(connection, token_hash(client), platform_.clock.now());
        if (!sessions) return sessions.error();
        for (const store::links::Session& session : *sessions) {
            if (!equal_in_constant_time(session.token_hash, key)) continue;
            auto link = store::links::find(connection, session.token_hash);
            if (!link) return link.error();
            if (*link && (*link)->kind == LinkKind::Appoint) return OpenLink{session.token_hash, std::move(**link)};
        }
        return fail(ErrorCode::LinkNotFound);
    });
}

std::vector<AppointOffer> Appointing::offers_of(const Contract& contract, const Signatory& party,
                                                const Action& action) const {
    std::vector<AppointOffer> offers;
    for (const StamperType type : {StamperType::Company, StamperType::Lp, StamperType::Personal, StamperType::Timestamp,
                                   StamperType::AcrossPage}) {
        if (!model::stamper_suits(type, action.type)) continue;
        Stamper stamper;
        stamper.type = type;
        const auto size = places_.image_size(contract, stamper, action, party);
        // Whatever the seal turns out to be: the usual one is shown.
        offers.push_back({type, size ? *size : Artist::named_company_seal_size()});
    }
    return offers;
}

Result<AppointView> Appointing::view_of(const OpenLink& link) {
    auto contract = book_.find(link.link.contract);
    if (!contract) return contract.error();
    AppointView view;
    view.contract = std::move(*contract);
    view.key = link.token_hash;
    view.options = {link.link.page_type,     link.link.can_send,         link.link.can_save,
                    link.link.shows_places,  link.link.shows_parameters, link.link.hide_return,
                    link.link.callback_page, link.link.language,         link.link.theme_color};
    view.fills = shows_parameters(link.link);
    for (const Signatory& party : view.contract->signatories) {
        for (const Action& action : party.actions) {
            auto offers = offers_of(*view.contract, party, action);
            if (!offers.empty()) view.nodes.push_back({&party, &action, std::move(offers)});
        }
    }
    return view;
}

Status Appointing::fill(Contract& contract, const std::vector<model::ParamValue>& values) const {
    for (const model::ParamValue& value : values) {
        const model::DocumentParam* own = own_param(contract, value.name);
        if (own == nullptr) return invalid_parameter(value.name + ": is not the initiator's to fill in");
        if (own->param.read_only && own->value != value.value)
            return invalid_parameter(value.name + ": cannot be changed");
        if (const Status sound = check_value(own->param, value.value, value.name); !sound) return sound;
    }
    for (model::Document& document : contract.documents) {
        bool changed = false;
        for (model::DocumentParam& one : document.params) {
            if (model::filler(contract, one) != nullptr) continue;
            const auto given = std::find_if(values.begin(), values.end(), [&](const model::ParamValue& value) {
                return value.name == one.param.name;
            });
            if (given == values.end() || given->value == one.value) continue;
            one.value = given->value;
            changed = true;
        }
        if (!changed) continue;
        if (const Status made = templates_.render(document); !made) return made;
    }
    return {};
}

Result<AppointView> Appointing::save(std::string_view client, std::string_view key, const AppointChange& wish) {
    const auto link = open_link(client, key);
    if (!link) return link.error();
    if (!link->link.can_save && !link->link.can_send)
        return fail(ErrorCode::NoOperationPermission, "this page does not save");
    const ContractLock held = book_.lock(link->link.contract);
    const auto found = book_.find(held);
    if (!found) return found.error();
    Contract contract = **found;
    if (const Status allowed = model::check(model::Call::AppointUrl, contract.status); !allowed) return allowed.error();
    if (contract.version != wish.version) return fail(ErrorCode::Conflict, "the draft changed meanwhile");
    if (wish.subject) {
        const std::string subject(trim(*wish.subject));
        if (subject.empty()) return invalid_parameter("subject: is required");
        if (const Status fits = check_text(subject, kLongestSubject, "subject"); !fits) return fits.error();
        contract.subject = subject;
    }
    if (wish.description) {
        if (const Status fits = check_text(*wish.description, kLongestDescription, "description"); !fits)
            return fits.error();
        contract.description = *wish.description;
    }
    if (wish.expire_time) {
        const UtcTime end = platform_.zone.end_of_day(*wish.expire_time);
        if (end < platform_.clock.now()) return invalid_parameter("expireTime: lies in the past");
        contract.expire_time = end;
    }
    if (wish.boxes) {
        if (const Status put = put_boxes(contract, *wish.boxes, "boxes"); !put) return put.error();
    }
    if (!wish.values.empty()) {
        if (!shows_parameters(link->link)) return fail(ErrorCode::NoOperationPermission, "this page does not fill in");
        if (const Status filled = fill(contract, wish.values); !filled) return filled.error();
    }
    Change change;
    change.event = wish.boxes ? "stampers.placed" : "contract.modified";
    change.actor = "application:" + link->link.application;
    const auto committed = book_.commit(std::move(contract), change);
    if (!committed) return committed.error();
    return view_of(*link);
}

Result<AppointView> Appointing::send(std::string_view client, std::string_view key) {
    const auto link = open_link(client, key);
    if (!link) return link.error();
    if (!link->link.can_send) return fail(ErrorCode::NoOperationPermission, "this page does not publish");
    const auto caller = directory_.caller(link->link.application);
    if (!caller) return fail(ErrorCode::PermissionDenied, "the application that asked for the page is gone");
    SendCommand command;
    command.locator.contract = link->link.contract;
    if (const auto sent = sending_.send(*caller, command); !sent) return sent.error();
    return view_of(*link);
}

}  // namespace signet::service
