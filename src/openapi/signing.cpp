#include "openapi/api.hpp"
#include "openapi/contract_json.hpp"
#include "openapi/detail_extras.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

// Silent signing and parties added later.
namespace signet::openapi {

namespace json = boost::json;
using service::Caller;

namespace {

/// `tenantName` of a signing call is the company that signs; by bizId the contract is the draftsman's, without one the
/// platform company's (spec §4.19). Who names no draftsman for a subsidiary's own contract means the subsidiary.
Status find_by_draftsman(service::ContractBook& book, const Caller& caller, const std::string& draftsman,
                         service::Locator& locator) {
    if (!draftsman.empty()) locator.tenant_name = draftsman;
    const bool is_found = locator.contract || !draftsman.empty() || locator.tenant_name.empty();
    if (is_found || locator.biz_id.empty()) return {};
    const auto found = book.locate(caller, {{}, locator.biz_id, {}}, service::Access::Party);
    if (found) locator.contract = (*found)->id;
    if (!found && found.error().code != ErrorCode::ContractNotFound) return found.error();
    return {};
}

}  // namespace

void Api::add_signing(http::Router& router) {
    const auto seal_with = [this](model::ActionType node) -> Work {
        return [this, node](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
            service::SealSignCommand sealing;
            sealing.locator = read_locator(fields);
            sealing.tenant_name = sealing.locator.tenant_name;
            const std::string draftsman = fields.text("draftsmanName");
            sealing.seal = fields.id<model::SealId>("sealId");
            sealing.stampers = read_stampers(fields, "stampers");
            sealing.locate_all = fields.boolean("locateAllStamperKeywords", true);
            if (fields.error()) return *fields.error();
            const Status located = find_by_draftsman(services_.book, caller, draftsman, sealing.locator);
            if (!located) return located.error();
            const Status done = services_.signing.company_sign(caller, sealing, node);
            if (!done) return done.error();
            return json::object();
        };
    };
    command(router, "/v2/contract/companysign", seal_with(model::ActionType::Company));
    command(router, "/v2/contract/legalpersonsign", seal_with(model::ActionType::Lp));

    command(router, "/v2/contract/employeeaudit",
            [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
                service::AuditCommand audit;
                audit.locator = read_locator(fields);
                audit.tenant_name = audit.locator.tenant_name;
                const auto pass = fields.boolean("pass");
                if (!pass) fields.refuse("pass", "is required");
                audit.pass = pass.value_or(false);
                audit.comment = fields.text("comment");
                if (const auto employee = fields.object("employee")) audit.employee = read_user(*employee);
                if (fields.error()) return *fields.error();
                const Status located = find_by_draftsman(services_.book, caller, {}, audit.locator);
                if (!located) return located.error();
                const Status done = services_.lifecycle.audit(caller, audit);
                if (!done) return done.error();
                return json::object();
            });

    const Work add_party = [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
        const service::Locator locator = read_locator(fields);
        const bool locate_all = fields.boolean("locateAllStamperKeywords", true);
        const auto party = fields.object("signatory");
        if (!party) fields.refuse("signatory", "is required");
        if (fields.error()) return *fields.error();
        model::Signatory signatory = read_signatory(*party);
        if (fields.error()) return *fields.error();
        const auto added = services_.sending.add_signatory(caller, locator, std::move(signatory), locate_all);
        if (!added) return added.error();
        DetailOptions everything;
        everything.places = true;
        const model::Contract& contract = *added->contract;
        const model::Signatory& made = *contract.find(added->signatory);
        json::object object = write_signatory(made, contract, services_.zone, everything, fields.memory());
        add_named_operators(object, made);
        // The C# SDK looks for the party one level further down.
        object.emplace("signatory", json::object(object, object.storage()));
        return object;
    };
    command(router, "/v2/signatory/add", add_party);
    // The path of the documentation's own example.
    command(router, "/v2/signatory/modify", add_party);
}

}  // namespace signet::openapi
