#include "store/directory.hpp"

#include "base/text.hpp"
#include "store/contract_text.hpp"

#include <utility>

#include <boost/json.hpp>

namespace signet::store::directory {
namespace {

namespace json = boost::json;
using namespace model;

Status done(const Result<std::int64_t>& result) {
    if (!result) return result.error();
    return {};
}

std::string joined(const std::vector<std::string>& items) {
    std::string text;
    for (const std::string& item : items)
        text.append(text.empty() ? "" : ",").append(item);
    return text;
}

std::vector<std::string> separated(std::string_view text) {
    std::vector<std::string> items;
    for (const std::string_view item : split(text, ',')) {
        if (!item.empty()) items.emplace_back(item);
    }
    return items;
}

std::string users_text(const std::vector<User>& users) {
    json::array array;
    for (const User& user : users) {
        array.push_back(
            {{"name", user.name}, {"contact", user.contact}, {"type", std::string(to_wire(user.contact_type))}});
    }
    return json::serialize(array);
}

std::vector<User> users_from_text(std::string_view text) {
    std::vector<User> users;
    const json::value parsed = json::parse(text.empty() ? std::string_view("[]") : text);
    for (const json::value& item : parsed.as_array()) {
        const json::object& object = item.as_object();
        User user;
        user.name = std::string(object.at("name").as_string());
        user.contact = std::string(object.at("contact").as_string());
        user.contact_type =
            from_wire<ContactType>(std::string(object.at("type").as_string())).value_or(ContactType::Mobile);
        users.push_back(std::move(user));
    }
    return users;
}

Company read_company(const Row& row) {
    return {row.get<CompanyId>(0), row.get<std::string>(1), row.get<std::string>(2), row.get<bool>(3),
            row.get<CompanyId>(4), row.get<UtcTime>(5),     row.get<bool>(6)};
}
constexpr std::string_view kCompanyById =
    "SELECT id, name, register_no, platform, parent, create_time, national_seals FROM company WHERE id = $1";
constexpr std::string_view kCompanyByName =
    "SELECT id, name, register_no, platform, parent, create_time, national_seals FROM company WHERE name = $1";
constexpr std::string_view kEveryEmployee =
    "SELECT id, company, unseal(name, 'employee/' || id), unseal(mobile, 'employee/' || id), "
    "unseal(email, 'employee/' || id), number, roles, dismissed, create_time FROM employee ORDER BY id";

Employee read_employee(const Row& row) {
    Employee employee;
    employee.id = row.get<EmployeeId>(0);
    employee.company = row.get<CompanyId>(1);
    employee.name = row.get<std::string>(2);
    employee.mobile = row.get<std::string>(3);
    employee.email = row.get<std::string>(4);
    employee.number = row.get<std::string>(5);
    employee.roles = separated(row.text(6));
    employee.dismissed = row.get<bool>(7);
    employee.create_time = row.get<UtcTime>(8);
    return employee;
}

}  // namespace

Status insert(Transaction& transaction, const Company& company) {
    return done(transaction.execute(
        "INSERT INTO company (id, name, register_no, platform, parent, create_time, national_seals) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        {company.id, company.name, company.register_no, company.platform, company.parent, company.create_time,
         company.national_seals}));
}

Status update(Transaction& transaction, const Company& company) {
    return done(transaction.execute(
        "UPDATE company SET register_no = $2, platform = $3, parent = $4, national_seals = $5 WHERE id = $1",
        {company.id, company.register_no, company.platform, company.parent, company.national_seals}));
}

Result<std::optional<Company>> find_company(Connection& connection, CompanyId id) {
    return connection.first(kCompanyById, {id}, read_company);
}

Result<std::optional<Company>> find_company(Connection& connection, std::string_view name) {
    return connection.first(kCompanyByName, {name}, read_company);
}

Result<std::vector<Company>> companies(Connection& connection) {
    return connection.all(
        "SELECT id, name, register_no, platform, parent, create_time, national_seals FROM company ORDER BY id", {},
        read_company);
}

Status insert(Transaction& transaction, const Employee& employee) {
    return done(transaction.execute(
        "INSERT INTO employee (id, company, name, mobile, email, number, roles, dismissed, create_time) "
        "VALUES ($1, $2, seal($3, 'employee/' || $1), seal($4, 'employee/' || $1), seal($5, 'employee/' || $1), $6, "
        "$7, "
        "$8, $9)",
        {employee.id, employee.company, employee.name, employee.mobile, employee.email, employee.number,
         joined(employee.roles), employee.dismissed, employee.create_time}));
}

Status update(Transaction& transaction, const Employee& employee) {
    return done(transaction.execute(
        "UPDATE employee SET name = seal($2, 'employee/' || $1), mobile = seal($3, 'employee/' || $1), "
        "email = seal($4, 'employee/' || $1), number = $5, roles = $6, dismissed = $7 WHERE id = $1",
        {employee.id, employee.name, employee.mobile, employee.email, employee.number, joined(employee.roles),
         employee.dismissed}));
}

Result<std::vector<Employee>> employees(Connection& connection) {
    return connection.all(kEveryEmployee, {}, read_employee);
}

Status insert(Transaction& transaction, const StoredApplication& stored) {
    const Application& application = stored.application;
    return done(transaction.execute(
        "INSERT INTO application (id, company, name, token, wrapped_secret, enabled, require_nonce, window_with_nonce, "
        "window_without_nonce, allowed_addresses, create_time, callback_url) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        {application.id, application.company, application.name, application.token, stored.wrapped_secret,
         application.enabled, application.require_nonce, application.window_with_nonce_minutes,
         application.window_without_nonce_minutes, joined(application.allowed_addresses), application.create_time,
         application.callback_url}));
}

Status update(Transaction& transaction, const StoredApplication& stored) {
    return done(transaction.execute(
        "UPDATE application SET token = $2, wrapped_secret = $3, callback_url = $4 WHERE id = $1",
        {stored.application.id, stored.application.token, stored.wrapped_secret, stored.application.callback_url}));
}

Result<std::vector<StoredApplication>> applications(Connection& connection) {
    return connection.all(
        "SELECT id, company, name, token, wrapped_secret, enabled, require_nonce, window_with_nonce, "
        "window_without_nonce, allowed_addresses, create_time, callback_url FROM application ORDER BY id",
        {}, [](const Row& row) {
            StoredApplication stored;
            Application& application = stored.application;
            application.id = row.get<ApplicationId>(0);
            application.company = row.get<CompanyId>(1);
            application.name = row.get<std::string>(2);
            application.token = row.get<std::string>(3);
            stored.wrapped_secret = row.get<Bytes>(4);
            application.enabled = row.get<bool>(5);
            application.require_nonce = row.get<bool>(6);
            application.window_with_nonce_minutes = row.get<int>(7);
            application.window_without_nonce_minutes = row.get<int>(8);
            application.allowed_addresses = separated(row.text(9));
            application.create_time = row.get<UtcTime>(10);
            application.callback_url = row.get<std::string>(11);
            return stored;
        });
}

Status insert(Transaction& transaction, const Category& category) {
    return done(
        transaction.execute("INSERT INTO category (id, company, name, is_primary, add_after_sending, stamper_rule, "
                            "expire_days, policy, create_time, modify_time) "
                            "VALUES ($1, $2, $3, $4, $5, $6, $7, seal($8, 'category/' || $1), $9, $10)",
                            {category.id, category.company, category.name, category.primary, category.add_after_sending,
                             std::string(to_wire(category.stamper_rule)), category.expire_days,
                             to_text(category.policy), category.create_time, category.modify_time}));
}

Status update(Transaction& transaction, const Category& category) {
    return done(transaction.execute(
        "UPDATE category SET is_primary = $2, add_after_sending = $3, stamper_rule = $4, expire_days = $5, "
        "policy = seal($6, 'category/' || $1), modify_time = $7 WHERE id = $1",
        {category.id, category.primary, category.add_after_sending, std::string(to_wire(category.stamper_rule)),
         category.expire_days, to_text(category.policy), category.modify_time}));
}

Result<std::vector<Category>> categories(Connection& connection) {
    std::optional<Error> unreadable;
    auto found = connection.all(
        "SELECT id, company, name, is_primary, add_after_sending, stamper_rule, expire_days, "
        "unseal(policy, 'category/' || id), create_time, "
        "modify_time FROM category ORDER BY id",
        {}, [&](const Row& row) {
            Category category;
            category.id = row.get<CategoryId>(0);
            category.company = row.get<CompanyId>(1);
            category.name = row.get<std::string>(2);
            category.primary = row.get<bool>(3);
            category.add_after_sending = row.get<bool>(4);
            category.stamper_rule = from_wire<StamperRule>(row.text(5)).value_or(StamperRule::MustAllow);
            category.expire_days = row.get<int>(6);
            auto policy = category_policy_from_text(row.text(7));
            if (policy) {
                category.policy = std::move(*policy);
            } else {
                unreadable = policy.error();
            }
            category.create_time = row.get<UtcTime>(8);
            category.modify_time = row.get<UtcTime>(9);
            return category;
        });
    if (unreadable) return *unreadable;
    return found;
}

Status insert(Transaction& transaction, const Seal& seal) {
    return done(transaction.execute(
        "INSERT INTO seal (id, company, name, type, status, specification, design, users, create_time, modify_time) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, seal($8, 'seal/' || $1), $9, $10)",
        {seal.id, seal.company, seal.name, std::string(to_wire(seal.type)), std::string(to_wire(seal.status)),
         seal.specification, seal.design, users_text(seal.users), seal.create_time, seal.modify_time}));
}

Status update(Transaction& transaction, const Seal& seal) {
    return done(
        transaction.execute("UPDATE seal SET name = $2, status = $3, specification = $4, design = $5, users = seal($6, "
                            "'seal/' || $1), modify_time = $7 "
                            "WHERE id = $1",
                            {seal.id, seal.name, std::string(to_wire(seal.status)), seal.specification, seal.design,
                             users_text(seal.users), seal.modify_time}));
}

Result<std::vector<Seal>> seals(Connection& connection) {
    return connection.all(
        "SELECT id, company, name, type, status, specification, design, unseal(users, 'seal/' || id), create_time, "
        "modify_time FROM seal "
        "ORDER BY id",
        {}, [](const Row& row) {
            Seal seal;
            seal.id = row.get<SealId>(0);
            seal.company = row.get<CompanyId>(1);
            seal.name = row.get<std::string>(2);
            seal.type = from_wire<SealType>(row.text(3)).value_or(SealType::Enterprise);
            seal.status = from_wire<SealStatus>(row.text(4)).value_or(SealStatus::Freeze);
            seal.specification = row.get<std::string>(5);
            seal.design = row.get<std::string>(6);
            seal.users = users_from_text(row.text(7));
            seal.create_time = row.get<UtcTime>(8);
            seal.modify_time = row.get<UtcTime>(9);
            return seal;
        });
}

Status remember_nonces(Transaction& transaction, const std::vector<RememberedNonce>& nonces) {
    for (const RememberedNonce& nonce : nonces) {
        const auto inserted = transaction.execute("INSERT INTO nonce (application, nonce, expires) VALUES ($1, $2, $3)",
                                                  {nonce.application, nonce.nonce, nonce.expires});
        if (!inserted) return inserted.error();
    }
    return {};
}

Result<std::vector<RememberedNonce>> nonces(Connection& connection, UtcTime now) {
    return connection.all(
        "SELECT application, nonce, expires FROM nonce WHERE expires >= $1 ORDER BY id", {now}, [](const Row& row) {
            return RememberedNonce{row.get<ApplicationId>(0), row.get<std::string>(1), row.get<UtcTime>(2)};
        });
}

Status forget_nonces(Transaction& transaction, UtcTime expired_before) {
    const auto first_alive = transaction.value<std::int64_t>(
        "SELECT id FROM nonce WHERE expires >= $1 ORDER BY id LIMIT 1", {expired_before});
    if (!first_alive) return first_alive.error();
    if (!*first_alive) return done(transaction.execute("DELETE FROM nonce"));
    return done(transaction.execute("DELETE FROM nonce WHERE id < $1", {**first_alive}));
}

Result<std::optional<Bytes>> setting(Connection& connection, std::string_view name) {
    return connection.value<Bytes>("SELECT value FROM setting WHERE name = $1", {name});
}

Status put_setting(Transaction& transaction, std::string_view name, ByteView value) {
    return done(transaction.execute(
        "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        {name, value}));
}

}  // namespace signet::store::directory
