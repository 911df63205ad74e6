#include "openapi/api.hpp"
#include "openapi/contract_json.hpp"

#include <utility>

#include <boost/json.hpp>

// /v2/contract after sending: list, forceend, delay, notice.
namespace signet::openapi {

namespace json = boost::json;
using service::Caller;

namespace {

/// The span of publishing times: the last six months unless it is named.
void read_span(const Fields& fields, const TimeZone& zone, UtcTime now, model::ContractFilter& filter) {
    constexpr std::chrono::hours kHalfAYear{24 * 183};
    const auto read = [&](std::string_view name, UtcTime otherwise) {
        const std::string text = fields.text(name);
        if (text.empty()) return otherwise;
        const auto time = zone.parse(text);
        if (!time) fields.refuse(name, "must be yyyy-MM-dd HH:mm:ss");
        return time.value_or(otherwise);
    };
    filter.from = read("publishTimeStart", now - kHalfAYear);
    filter.to = read("publishTimeEnd", now);
}

void read_side(const Fields& fields, model::ContractFilter& filter) {
    const std::string side = fields.text("signatoryType");
    filter.initiated = side != "RECEIVER";
    filter.received = side == "RECEIVER" || side == "ALL";
}

json::object write_line(const model::Contract& contract, const TimeZone& zone) {
    json::object line{{"id", to_string(contract.id)}, {"subject", contract.subject}};
    if (!contract.biz_id.empty()) line["bizId"] = contract.biz_id;
    if (!contract.description.empty()) line["description"] = contract.description;
    line["sn"] = contract.sn;
    line["tenantName"] = contract.tenant_name;
    line["ordinal"] = contract.ordinal;
    line["category"] = {{"id", to_string(contract.category)}, {"name", contract.category_name}};
    line["status"] = std::string(model::to_wire(contract.status));
    line["createTime"] = zone.format(contract.create_time);
    if (contract.publish_time) line["publishTime"] = zone.format(*contract.publish_time);
    if (contract.expire_time) line["expireTime"] = zone.format(*contract.expire_time);
    if (!contract.comments.empty()) line["comments"] = contract.comments;
    if (!contract.cancellation) return line;
    const model::Cancellation& cancellation = *contract.cancellation;
    if (!cancellation.reason.empty()) line["invalidReason"] = cancellation.reason;
    if (cancellation.expire_time) line["invalidExpireTime"] = zone.format(*cancellation.expire_time);
    if (cancellation.fail_type) line["invalidFailType"] = std::string(model::to_wire(*cancellation.fail_type));
    return line;
}

}  // namespace

Result<json::object> Api::list_contracts(const Caller& caller, const Fields& fields) {
    model::ContractFilter filter;
    filter.status = fields.choice<model::ContractStatus>("status");
    filter.offset = static_cast<std::size_t>(fields.whole("selectOffset").value_or(0));
    filter.limit = static_cast<std::size_t>(fields.whole("selectLimit").value_or(1000));
    filter.oldest_first = fields.text("createTimeOrder") == "ASC";
    read_span(fields, services_.zone, services_.clock.now(), filter);
    read_side(fields, filter);
    const service::CategoryReference category{fields.id<model::CategoryId>("categoryId"), fields.text("categoryName")};
    const std::string tenant = fields.text("tenantName");
    if (fields.error()) return *fields.error();
    const auto company = services_.directory.company(caller, tenant);
    if (!company) return company.error();
    filter.company = company->id;
    if (!category.empty()) {
        const auto found = services_.directory.category(company->id, category);
        if (!found) return found.error();
        filter.category = found->id;
    }
    const auto found = services_.book.list(filter);
    if (!found) return found.error();
    json::array list;
    for (const service::ContractPointer& contract : found->contracts)
        list.push_back(write_line(*contract, services_.zone));
    return json::object{{"totalCount", found->total}, {"list", std::move(list)}};
}

void Api::add_lifecycle(http::Router& router) {
    query(
        router, "/v2/contract/list",
        [this](const Caller& caller, const Fields& fields, http::Request&) { return list_contracts(caller, fields); },
        http::Execution::Pool);

    command(router, "/v2/contract/forceend",
            [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
                const service::Locator locator = read_locator(fields);
                const std::string reason = fields.text("reason");
                if (fields.error()) return *fields.error();
                return nothing_after(services_.lifecycle.force_end(caller, locator, reason));
            });

    command(router, "/v2/contract/delay",
            [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
                service::DelayCommand delay;
                delay.locator = read_locator(fields);
                delay.days = fields.whole("days");
                if (const std::string day = fields.text("expireDate"); !day.empty()) {
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
