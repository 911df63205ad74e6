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

void Api::add_signing(http::Router& router) {
    const auto seal_with = [this](model::ActionType node) -> Work {
        return [this, node](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
            service::SealSignCommand sealing;
            sealing.locator = read_locator(fields);
            sealing.tenant_name = sealing.locator.tenant_name;
            // The name is that of the signing company; by bizId the contract is the initiator's.
            if (const std::string draftsman = fields.text("draftsmanName"); !draftsman.empty()) {
                sealing.locator.tenant_name = draftsman;
            }
            sealing.seal = fields.id<model::SealId>("sealId");
            sealing.stampers = read_stampers(fields, "stampers");
            sealing.locate_all = fields.boolean("locateAllStamperKeywords", true);
            if (fields.error()) return *fields.error();
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
        return object;
    };
    command(router, "/v2/signatory/add", add_party);
    // The path of the documentation's own example.
    command(router, "/v2/signatory/modify", add_party);
}

}  // namespace signet::openapi
