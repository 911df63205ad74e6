#include "store/statistics.hpp"

#include <array>
#include <string_view>

namespace signet::store::statistics {
namespace {

constexpr std::string_view kByCategory =
    "SELECT company.name, category.name, COUNT(*), SUM(CASE WHEN contract.status = $3 THEN 1 ELSE 0 END) FROM contract "
    "JOIN category ON category.id = contract.category JOIN company ON company.id = category.company "
    "WHERE contract.create_time >= $1 AND contract.create_time < $2 GROUP BY category.id ORDER BY category.id";

struct Total {
    std::string_view name;
    std::string_view sql;
};
constexpr std::array kTotals{Total{"documents", "SELECT COUNT(*) FROM document"},
                             Total{"documentBytes", "SELECT SUM(length) FROM document"},
                             Total{"companies", "SELECT COUNT(*) FROM company"},
                             Total{"employees", "SELECT COUNT(*) FROM employee WHERE NOT dismissed"},
                             Total{"seals", "SELECT COUNT(*) FROM seal"},
                             Total{"held", "SELECT COUNT(*) FROM legal_hold"},
                             Total{"damaged", "SELECT COUNT(*) FROM damaged_file"}};

std::uint64_t count_of(const Row& row, int column) {
    return static_cast<std::uint64_t>(row.integer(column));
}

}  // namespace

Result<std::map<model::ContractStatus, std::uint64_t>> contracts_by_status(Connection& connection, UtcTime from,
                                                                           UtcTime to) {
    std::map<model::ContractStatus, std::uint64_t> counts;
    const Status read = connection.each(
        "SELECT status, COUNT(*) FROM contract WHERE create_time >= $1 AND create_time < $2 GROUP BY status",
        {from, to}, [&](const Row& row) {
            counts[row.get<model::ContractStatus>(0)] = count_of(row, 1);
            return true;
        });
    if (!read) return read.error();
    return counts;
}

Result<std::vector<OfCategory>> contracts_by_category(Connection& connection, UtcTime from, UtcTime to) {
    return connection.all(
        kByCategory, {from, to, static_cast<int>(model::ContractStatus::Complete)}, [](const Row& row) {
            return OfCategory{row.get<std::string>(0), row.get<std::string>(1), count_of(row, 2), count_of(row, 3)};
        });
}

Status each_sending(Connection& connection, UtcTime from, UtcTime to, const std::function<void(UtcTime)>& visit) {
    return connection.each(
        "SELECT publish_time FROM contract WHERE publish_time IS NOT NULL AND create_time >= $1 AND create_time < $2",
        {from, to}, [&](const Row& row) {
            visit(row.get<UtcTime>(0));
            return true;
        });
}

Result<Counts> events(Connection& connection, UtcTime from, UtcTime to) {
    Counts counts;
    const Status read =
        connection.each("SELECT event, COUNT(*) FROM audit WHERE time >= $1 AND time < $2 GROUP BY event", {from, to},
                        [&](const Row& row) {
                            counts[row.get<std::string>(0)] = count_of(row, 1);
                            return true;
                        });
    if (!read) return read.error();
    return counts;
}

Result<Counts> totals(Connection& connection) {
    Counts counts;
    for (const Total& total : kTotals) {
        const auto found = connection.first(total.sql, {}, [](const Row& row) { return count_of(row, 0); });
        if (!found) return found.error();
        counts[std::string(total.name)] = found->value_or(0);
    }
    return counts;
}

}  // namespace signet::store::statistics
