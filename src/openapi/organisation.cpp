#include "openapi/api.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

// Companies, seals and categories.
namespace signet::openapi {

namespace json = boost::json;
using service::Caller;

namespace {

service::Paging read_paging(const Fields& fields) {
    service::Paging paging;
    paging.offset = static_cast<std::size_t>(fields.whole("selectOffset").value_or(0));
    paging.limit = static_cast<std::size_t>(fields.whole("selectLimit").value_or(1000));
    return paging;
}

/// The span of modification times a list is narrowed to.
struct TimeSpan {
    std::optional<UtcTime> from;
    std::optional<UtcTime> to;
    bool holds(UtcTime time) const { return (!from || time >= *from) && (!to || time <= *to); }
};

TimeSpan read_modify_time(const Fields& fields, const TimeZone& zone) {
    const auto read = [&](std::string_view name) -> std::optional<UtcTime> {
        const std::string text = fields.text(name);
        if (text.empty()) return std::nullopt;
        const auto time = zone.parse(text);
        if (!time) fields.refuse(name, "must be yyyy-MM-dd HH:mm:ss");
        return time;
    };
    return {read("modifyTimeStart"), read("modifyTimeEnd")};
}

template <typename T, typename Write>
json::object write_page(const std::vector<T>& items, const service::Paging& paging, Write write) {
    json::array list;
    for (std::size_t i = paging.offset; i < items.size() && i < paging.offset + paging.limit; ++i) {
        list.push_back(write(items[i]));
    }
    json::object result;
    result["totalCount"] = items.size();
    result["list"] = std::move(list);
    return result;
}

}  // namespace

void Api::add_organisation(http::Router& router) {
    query(
        router, "/company/platforminfo",
        [](const Caller& caller, const Fields&, http::Request&) -> Result<json::object> {
            json::object result;
            result["id"] = to_string(caller.company.id);
            result["name"] = caller.company.name;
            if (!caller.company.register_no.empty()) result["registerNo"] = caller.company.register_no;
            result["status"] = "AUTH_SUCCESS";
            return result;
        },
        http::Execution::Inline);

    query(
        router, "/v2/seal/list",
        [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
            const std::string tenant = fields.text("tenantName");
            const std::string status = fields.text("status");
            const service::Paging paging = read_paging(fields);
            const TimeSpan span = read_modify_time(fields, services_.zone);
            if (fields.error()) return *fields.error();
            const auto company = services_.directory.company(caller, tenant);
            if (!company) return company.error();
            std::vector<model::Seal> seals = services_.directory.seals(company->id);
            const std::string wanted = status.empty() ? "NORMAL" : status;
            std::erase_if(seals, [&](const model::Seal& seal) {
                return (wanted != "ALL" && model::to_wire(seal.status) != wanted) || !span.holds(seal.modify_time);
            });
            return write_page(seals, paging, [&](const model::Seal& seal) {
                return json::object{{"id", to_string(seal.id)},
                                    {"name", seal.name},
                                    {"sealType", json::string(model::to_wire(seal.type))},
                                    {"spec", seal.specification},
                                    {"status", json::string(model::to_wire(seal.status))},
                                    {"createTime", services_.zone.format(seal.create_time)}};
            });
        },
        http::Execution::Inline);

    query(
        router, "/v2/category/list",
        [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
            const std::string tenant = fields.text("tenantName");
            const auto id = fields.id<model::CategoryId>("categoryId");
            const service::Paging paging = read_paging(fields);
            const TimeSpan span = read_modify_time(fields, services_.zone);
            if (fields.error()) return *fields.error();
            const auto company = services_.directory.company(caller, tenant);
            if (!company) return company.error();
            std::vector<model::Category> categories = services_.directory.categories(company->id);
            std::erase_if(categories, [&](const model::Category& category) {
                return (id && category.id != id) || !span.holds(category.modify_time);
            });
            return write_page(categories, paging, [&](const model::Category& category) {
                return json::object{{"id", to_string(category.id)},
                                    {"name", category.name},
                                    {"createTime", services_.zone.format(category.create_time)}};
            });
        },
        http::Execution::Inline);
}

}  // namespace signet::openapi
