#include "base/text.hpp"
#include "openapi/api.hpp"
#include "openapi/contract_json.hpp"
#include "openapi/detail_extras.hpp"
#include "openapi/envelope.hpp"

#include <utility>

#include <boost/json.hpp>

// /v2/contract: draft, send, detail, pageurl, miniappexchange.
namespace signet::openapi {

namespace json = boost::json;
using service::Caller;

namespace {

Result<service::PageCommand> read_page(const Fields& fields) {
    service::PageCommand command;
    command.locator = read_locator(fields);
    if (const auto user = fields.object("user")) {
        command.user = read_user(*user);
    } else {
        fields.refuse("user", "is required");
    }
    command.allow_password = fields.boolean("allowPasswordSign", false);
    command.hide_password_settings = fields.boolean("hidePasswordSettings", false);
    command.hide_reject = fields.boolean("hideRejectButton", true);
    command.hide_return = fields.boolean("hideReturnButton", false);
    command.hide_state = fields.boolean("hideStateButton", false);
    command.hide_recall = fields.boolean("hideRecallButton", false);
    command.hide_end = fields.boolean("hideEndButton", false);
    command.show_resend = fields.boolean("showResendButton", false);
    command.callback_page = fields.text("callbackPage");
    const bool is_page = command.callback_page.empty() || command.callback_page.starts_with("https://") ||
                         command.callback_page.starts_with("http://");
    if (!is_page) fields.refuse("callbackPage", "must be an http or https address");
    command.language = to_lower(fields.text("lang"));
    if (command.language != "cn" && command.language != "en") command.language.clear();
    command.theme_color = read_page_style(fields);
    command.page_type = fields.text("pageType");
    command.lifetime = read_lifetime(fields);
    if (fields.error()) return *fields.error();
    return command;
}

}  // namespace

void Api::add_contracts(http::Router& router) {
    command(router, "/v2/contract/draft",
            [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
                service::DraftCommand draft = read_draft(fields, services_.zone);
                const bool send = fields.boolean("send", false);
                if (fields.error()) return *fields.error();
                // A node signs itself only where places are given when the contract is sent by its own call.
                for (model::Signatory& party : draft.contract.signatories) {
                    for (model::Action& action : party.actions)
                        action.auto_sign = action.auto_sign && !send;
                }
                auto contract = services_.drafting.draft(caller, std::move(draft));
                if (contract && send) {
                    service::SendCommand sending;
                    sending.locator.contract = (*contract)->id;
                    contract = services_.sending.send(caller, sending);
                }
                if (!contract) return contract.error();
                json::object object = write_contract(**contract, services_.zone, {}, fields.memory());
                add_named_operators(object, **contract);
                return object;
            });

    command(router, "/v2/contract/send",
            [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
                service::SendCommand sending;
                sending.locator = read_locator(fields);
                sending.stampers = read_bound_stampers(fields, "stampers");
                sending.locate_all = fields.boolean("locateAllStamperKeywords", true);
                sending.stamper_rule = fields.choice<model::StamperRule>("stamperRule");
                if (fields.error()) return *fields.error();
                const auto contract = services_.sending.send(caller, sending);
                if (!contract) return contract.error();
                return json::object();
            });

    query(
        router, "/v2/contract/detail",
        [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
            const service::Locator locator = read_locator(fields);
            DetailOptions options;
            options.places = fields.boolean("queryLocation", false);
            options.related = fields.boolean("queryRelatedContract", false);
            ExtraDetails extras;
            extras.operators =
                fields.boolean("queryActionOperator", false) || fields.boolean("queryActionOperate", false);
            extras.seal_stats = fields.boolean("querySealStats", false);
            extras.real_info = fields.boolean("queryOperatorRealInfo", false);
            extras.related = options.related;
            extras.operators = extras.operators || extras.real_info;
            if (fields.error()) return *fields.error();
            const auto contract = services_.book.locate(caller, locator, service::Access::Party);
            if (!contract) return contract.error();
            options.strangers = options_for(caller, **contract, services_.directory).strangers;
            extras.related = extras.related && !options.strangers;
            json::object object = write_contract(**contract, services_.zone, options, fields.memory());
            add_extras(object, **contract, caller, extras, {services_.book, services_.directory, services_.people});
            return object;
        },
        http::Execution::Inline);

    command(router, "/v2/contract/pageurl",
            [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
                const auto page = read_page(fields);
                if (!page) return page.error();
                const auto url = services_.links.page_url(caller, *page);
                if (!url) return url.error();
                return json::object{{"pageUrl", *url}};
            });

    command(router, "/v2/contract/miniappexchange",
            [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
                const auto page = read_page(fields);
                if (!page) return page.error();
                const auto ticket = services_.links.ticket(caller, *page);
                if (!ticket) return ticket.error();
                return json::object{{"ticket", *ticket}};
            });
}

}  // namespace signet::openapi
