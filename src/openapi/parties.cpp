#include "base/text.hpp"
#include "openapi/api.hpp"
#include "openapi/contract_json.hpp"
#include "openapi/detail_extras.hpp"
#include "service/copies.hpp"
#include "service/joining.hpp"
#include "service/party_editing.hpp"
#include "service/resending.hpp"

#include <utility>

#include <boost/json.hpp>

// Who signs and who gets copies, after a contract was drafted: join links, editing parties and operators, copies, and
// starting an ended contract again.
namespace signet::openapi {

namespace json = boost::json;
using service::Caller;

namespace {

Result<json::object> write_join_urls(const Result<std::vector<service::JoinUrl>>& urls) {
    if (!urls) return urls.error();
    json::array list;
    for (const service::JoinUrl& url : *urls)
        list.push_back({{"serialNo", url.serial_no}, {"url", json::string(url.url)}});
    return json::object{{"joinUrls", std::move(list)}};
}

service::OperatorsEdit read_edit(const Fields& fields) {
    const std::string word = fields.text("editType");
    if (word == "ADD") return service::OperatorsEdit::Add;
    if (word == "REMOVE") return service::OperatorsEdit::Remove;
    if (!word.empty() && word != "COVER") fields.refuse("editType", "must be COVER, ADD or REMOVE");
    return service::OperatorsEdit::Cover;
}

service::EditCommand read_edit_command(const Fields& fields, bool newer) {
    service::EditCommand command;
    command.signatory = fields.id<model::SignatoryId>("signatoryId");
    if (!command.signatory) fields.refuse("signatoryId", "is required");
    command.change.tenant_name = std::string(trim(fields.text("tenantName")));
    if (const auto receiver = fields.object("receiver")) command.change.receiver = read_user(*receiver);
    if (newer) {
        command.change.way = read_validate_way(fields);
        if (const auto by = fields.object("operator")) command.by = read_user(*by);
        const bool empty = command.change.tenant_name.empty() && !command.change.way;
        if (empty) fields.refuse("tenantName", "tenantName or signValidateWay is required");
    } else if (command.change.tenant_name.empty() && command.change.receiver.empty()) {
        fields.refuse("tenantName", "tenantName or receiver is required");
    }
    return command;
}

/// Members that are there, whatever they say, stand in place of the old contract's.
service::ResendCommand read_resend(const Fields& fields, const TimeZone& zone) {
    service::ResendCommand command;
    command.locator = read_locator(fields);
    command.new_biz_id = fields.text("newBizId");
    command.send = fields.boolean("send", false);
    const service::DraftCommand draft = read_draft(fields, zone);
    const model::Contract& wanted = draft.contract;
    const auto given = [&](std::string_view name, auto& field, const auto& value) {
        if (fields.has(name)) field = value;
    };
    given("subject", command.subject, wanted.subject);
    given("description", command.description, wanted.description);
    command.sn = wanted.sn;
    command.expire_time = wanted.expire_time;
    command.end_time = wanted.end_time;
    given("ordinal", command.ordinal, wanted.ordinal);
    if (wanted.creator) command.creator = wanted.creator;
    given("signatories", command.signatories, wanted.signatories);
    given("signFlowStrategy", command.sign_flow_strategy, wanted.sign_flow_strategy);
    if (wanted.copy_send_time) command.copy_send_time = wanted.copy_send_time;
    given("copySendReceivers", command.copy_send_receivers, wanted.copy_send_receivers);
    given("tags", command.tags, wanted.tags);
    given("relatedContractIds", command.related_contracts, wanted.related_contracts);
    given("customFields", command.custom_fields, wanted.custom_fields);
    given("businessData", command.business_data, wanted.business_data);
    given("notifySponsor", command.notify_sponsor, wanted.notify_sponsor);
    command.template_params = wanted.template_params;
    return command;
}

json::object write_identity(const service::PartyIdentity& identity) {
    json::object object{{"type", json::string(model::to_wire(identity.type))}};
    const auto put = [&](std::string_view name, const std::string& text) {
        if (!text.empty()) object[name] = json::string(text);
    };
    put("name", identity.name);
    put("registerNo", identity.register_no);
    put("contact", identity.contact);
    put("idCardNo", identity.id_card_no);
    put("bankNo", identity.bank_no);
    put("bankMobile", identity.bank_mobile);
    return object;
}

}  // namespace

void Api::add_joining(http::Router& router) {
    query(
        router, "/v2/contract/joinurl",
        [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
            const service::Locator locator = read_locator(fields);
            const auto type = fields.required_choice<model::TenantType>("type");
            if (fields.error()) return *fields.error();
            return write_join_urls(services_.joining.urls(caller, locator, type));
        },
        http::Execution::Pool);

    query(
        router, "/v2/contract/personal/joinurl",
        [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
            const service::Locator locator = read_locator(fields);
            if (fields.error()) return *fields.error();
            return write_join_urls(services_.joining.personal_urls(caller, locator));
        },
        http::Execution::Pool);
}

void Api::add_party_editing(http::Router& router) {
    const auto edit = [this](bool newer) {
        return [this, newer](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
            const service::EditCommand command = read_edit_command(fields, newer);
            if (fields.error()) return *fields.error();
            return nothing_after(services_.party_editing.edit(caller, command));
        };
    };
    command(router, "/v2/signatory/edit", edit(false));
    command(router, "/v3/signatory/edit", edit(true));
    command(router, "/v3/signatory/modify", edit(true));

    command(router, "/v2/signatory/operators/edit",
            [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
                service::OperatorsCommand command;
                command.locator = {fields.id<model::ContractId>("contractId"), fields.text("bizId"),
                                   fields.text("tenantName")};
                command.action = fields.id<model::ActionId>("actionId");
                if (!command.action) fields.refuse("actionId", "is required");
                for (const Fields& user : fields.list("actionOperators"))
                    command.operators.push_back(read_user(user));
                if (command.operators.empty()) fields.refuse("actionOperators", "is required");
                command.edit = read_edit(fields);
                if (const auto by = fields.object("operator")) command.by = read_user(*by);
                if (fields.error()) return *fields.error();
                return nothing_after(services_.party_editing.edit_operators(caller, command));
            });

    query(
        router, "/v2/signatory/identity",
        [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
            const service::Locator locator = read_locator(fields);
            const model::User user = read_user(fields);
            if (fields.error()) return *fields.error();
            const auto identity = services_.party_editing.identity(caller, locator, user);
            if (!identity) return identity.error();
            return write_identity(*identity);
        },
        http::Execution::Pool);
}

void Api::add_copies(http::Router& router) {
    command(router, "/v2/contract/copysend",
            [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
                const service::Locator locator = read_locator(fields);
                const auto receivers = read_copy_receivers(fields, "receivers");
                if (fields.error()) return *fields.error();
                return nothing_after(services_.copies.send(caller, locator, receivers));
            });

    command(router, "/v2/contract/resend",
            [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
                const service::ResendCommand command = read_resend(fields, services_.zone);
                if (fields.error()) return *fields.error();
                const auto contract = services_.resending.resend(caller, command);
                if (!contract) return contract.error();
                json::object object = write_contract(**contract, services_.zone, {}, fields.memory());
                add_named_operators(object, **contract);
                return object;
            });
}

}  // namespace signet::openapi
