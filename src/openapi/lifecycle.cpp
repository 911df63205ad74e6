#include "openapi/api.hpp"
#include "openapi/contract_json.hpp"

#include <utility>

#include <boost/json.hpp>

// /v2/contract after sending: invalid, forceend, delay, notice.
namespace signet::openapi {

namespace json = boost::json;
using service::Caller;

namespace {

/// The answer of a call that has no result of its own.
Result<json::object> nothing_after(const Status& done) {
    if (!done) return done.error();
    return json::object();
}

}  // namespace

void Api::add_lifecycle(http::Router& router) {
    command(router, "/v2/contract/invalid",
            [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
                const service::Locator locator = read_locator(fields);
                const std::string reason = fields.text("reason", 200);
                if (fields.error()) return *fields.error();
                return nothing_after(services_.lifecycle.invalid(caller, locator, reason));
            });

    command(router, "/v2/contract/forceend",
            [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
                const service::Locator locator = read_locator(fields);
                const std::string reason = fields.required_text("reason", 200);
                if (fields.error()) return *fields.error();
                return nothing_after(services_.lifecycle.force_end(caller, locator, reason));
            });

    command(router, "/v2/contract/delay",
            [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
                constexpr int kMostDays = 731;
                service::DelayCommand delay;
                delay.locator = read_locator(fields);
                delay.days = fields.integer("days", 1, kMostDays);
                if (const std::string day = fields.text("expireDate", 30); !day.empty()) {
                    const auto time = services_.zone.parse(day);
                    if (time) delay.day = *time;
                    if (!time) fields.refuse("expireDate", "must be yyyy-MM-dd");
                }
                if (fields.error()) return *fields.error();
                return nothing_after(services_.lifecycle.delay(caller, delay));
            });

    command(router, "/v2/contract/notice",
            [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
                service::NoticeCommand notice;
                notice.locator = read_locator(fields);
                notice.signatory = fields.id<model::SignatoryId>("signatoryId");
                notice.only_signing = fields.boolean("onlySigning", true);
                if (fields.error()) return *fields.error();
                return nothing_after(services_.lifecycle.remind(caller, notice));
            });
}

}  // namespace signet::openapi
