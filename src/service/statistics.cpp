#include "service/statistics.hpp"

#include "store/database.hpp"
#include "store/statistics.hpp"

namespace signet::service {
namespace {

constexpr std::size_t kMonth = 7;  // of `2026-11-22 …`

}  // namespace

Result<Statistics> statistics_of(Platform& platform, UtcTime from, UtcTime to) {
    return platform.database.read([&](store::Connection& connection) -> Result<Statistics> {
        Statistics statistics;
        const auto states = store::statistics::contracts_by_status(connection, from, to);
        if (!states) return states.error();
        for (const auto& [status, count] : *states) {
            statistics.contracts += count;
            statistics.by_status[std::string(model::to_wire(status))] = count;
        }
        const auto categories = store::statistics::contracts_by_category(connection, from, to);
        if (!categories) return categories.error();
        for (const auto& one : *categories)
            statistics.by_category.push_back({one.company, one.category, one.contracts, one.completed});
        const Status sent = store::statistics::each_sending(connection, from, to, [&](UtcTime time) {
            ++statistics.by_month[platform.zone.format(time).substr(0, kMonth)];
        });
        if (!sent) return sent.error();
        auto events = store::statistics::events(connection, from, to);
        if (!events) return events.error();
        statistics.events = std::move(*events);
        auto totals = store::statistics::totals(connection);
        if (!totals) return totals.error();
        statistics.totals = std::move(*totals);
        return statistics;
    });
}

}  // namespace signet::service
