#include "service/directory.hpp"

#include "crypto/key_vault.hpp"
#include "store/directory.hpp"

#include <algorithm>
#include <utility>

namespace signet::service {

using model::Category;
using model::Company;
using model::CompanyId;
using model::Seal;
using model::SealId;

Status Directory::reload() {
    auto next = std::make_shared<Picture>();
    std::vector<store::directory::StoredApplication> applications;
    const Status read = platform_.database.read([&](store::Connection& connection) -> Status {
        auto companies = store::directory::companies(connection);
        if (!companies) return companies.error();
        next->companies = std::move(*companies);
        auto employees = store::directory::employees(connection);
        if (!employees) return employees.error();
        next->employees = std::move(*employees);
        auto categories = store::directory::categories(connection);
        if (!categories) return categories.error();
        next->categories = std::move(*categories);
        auto seals = store::directory::seals(connection);
        if (!seals) return seals.error();
        for (Seal& seal : *seals)
            next->seals.emplace(seal.id, std::move(seal));
        auto stored = store::directory::applications(connection);
        if (!stored) return stored.error();
        applications = std::move(*stored);
        return {};
    });
    if (!read) return read.error();
    for (auto& [application, wrapped_secret] : applications) {
        const auto secret = platform_.vault.open(wrapped_secret, application_secret_context(application.id));
        if (!secret) return secret.error();
        application.secret = std::string(secret->text());
        const auto company =
            std::find_if(next->companies.begin(), next->companies.end(),
                         [&](const Company& candidate) { return candidate.id == application.company; });
        if (company == next->companies.end()) continue;
        next->callers.emplace(application.token, std::make_shared<const Caller>(Caller{application, *company}));
    }
    index(*next);
    picture_.store(std::move(next));
    return {};
}

void Directory::index(Picture& picture) {
    for (std::size_t i = 0; i < picture.employees.size(); ++i) {
        const model::Employee& employee = picture.employees[i];
        for (const std::string& contact : {employee.mobile, employee.email, employee.number, to_string(employee.id)}) {
            if (!contact.empty()) picture.by_contact.emplace(std::pair(employee.company, contact), i);
        }
    }
}

const model::Employee* Directory::find(const Picture& picture, CompanyId company, const model::User& user) {
    const model::Employee* match = nullptr;
    const auto [begin, end] = picture.by_contact.equal_range(std::pair(company, user.contact));
    for (auto entry = begin; entry != end; ++entry) {
        const model::Employee& employee = picture.employees[entry->second];
        if (employee.is(user) && (match == nullptr || match->dismissed)) match = &employee;
    }
    return match;
}

std::string application_secret_context(model::ApplicationId id) {
    return "application-secret/" + to_string(id);
}

std::shared_ptr<const Caller> Directory::caller(std::string_view token) const {
    const auto now = picture();
    const auto found = now->callers.find(std::string(token));
    if (found == now->callers.end() || !found->second->application.enabled) return nullptr;
    return found->second;
}

Result<Company> Directory::company(const Caller& caller, std::string_view tenant_name) const {
    if (tenant_name.empty()) return caller.company;
    const auto found = company_on_record(tenant_name);
    if (!found) return fail(ErrorCode::CompanyNotFound, "tenantName: no company of this name");
    if (found->group() != caller.company.group()) {
        return fail(ErrorCode::CompanyNotPermitted, "tenantName: not the platform company or one of its sub-companies");
    }
    return *found;
}

std::optional<Company> Directory::company_on_record(std::string_view name) const {
    const auto now = picture();
    for (const Company& company : now->companies) {
        if (company.name == name) return company;
    }
    return std::nullopt;
}

std::optional<Company> Directory::company(CompanyId id) const {
    const auto now = picture();
    for (const Company& company : now->companies) {
        if (company.id == id) return company;
    }
    return std::nullopt;
}

std::optional<Company> Directory::company_registered(std::string_view register_no) const {
    const auto now = picture();
    for (const Company& company : now->companies) {
        if (!register_no.empty() && company.register_no == register_no) return company;
    }
    return std::nullopt;
}

std::vector<Company> Directory::group_of(CompanyId id) const {
    const auto one = company(id);
    std::vector<Company> group;
    const auto now = picture();
    for (const Company& candidate : now->companies) {
        if (one && candidate.group() == one->group()) group.push_back(candidate);
    }
    return group;
}

std::optional<model::Application> Directory::application(model::ApplicationId id) const {
    const auto now = picture();
    for (const auto& [token, caller] : now->callers) {
        if (caller->application.id == id) return caller->application;
    }
    return std::nullopt;
}

bool Directory::same_group(CompanyId a, CompanyId b) const {
    if (!a || !b) return false;
    if (a == b) return true;
    const auto first = company(a);
    const auto second = company(b);
    return first && second && first->group() == second->group();
}

Result<model::Employee> Directory::employee(CompanyId company, const model::User& user) const {
    const auto now = picture();
    const model::Employee* found = find(*now, company, user);
    if (found == nullptr) return fail(ErrorCode::EmployeeNotFound, std::string(model::to_wire(user.contact_type)));
    if (found->dismissed) return fail(ErrorCode::EmployeeDismissed, "employee " + to_string(found->id));
    return *found;
}

bool Directory::same_person(const std::vector<CompanyId>& companies, const model::User& a, const model::User& b) const {
    if (a.empty() || b.empty()) return false;
    if (a.same_contact(b)) return true;
    const auto now = picture();
    return std::any_of(companies.begin(), companies.end(), [&](CompanyId company) {
        const model::Employee* first = find(*now, company, a);
        return first != nullptr && first == find(*now, company, b);
    });
}

std::vector<model::Employee> Directory::users_of(const std::vector<Seal>& seals) const {
    const auto now = picture();
    std::vector<model::Employee> users;
    for (const model::Employee& employee : now->employees) {
        const bool any =
            std::any_of(seals.begin(), seals.end(), [&](const Seal& seal) { return seal.may_be_used_by(employee); });
        if (any) users.push_back(employee);
    }
    return users;
}

Result<Category> Directory::category(CompanyId company, const CategoryReference& reference) const {
    const Category* match = nullptr;
    const auto now = picture();
    for (const Category& category : now->categories) {
        if (category.company != company) continue;
        const bool wanted = reference.id
                                ? category.id == reference.id
                                : (reference.name.empty() ? category.primary : category.name == reference.name);
        if (!wanted) continue;
        if (match != nullptr && !reference.name.empty()) return invalid_parameter("category: several have this name");
        match = &category;
    }
    if (match == nullptr) return invalid_parameter("category: there is none with this id or name");
    return *match;
}

Result<Category> Directory::category(model::CategoryId id) const {
    const auto now = picture();
    for (const Category& category : now->categories) {
        if (category.id == id) return category;
    }
    return fail(ErrorCode::CategoryBroken, "category " + to_string(id) + " is gone");
}

std::vector<Category> Directory::categories(CompanyId company) const {
    std::vector<Category> result;
    const auto now = picture();
    std::copy_if(now->categories.begin(), now->categories.end(), std::back_inserter(result),
                 [&](const Category& category) { return category.company == company; });
    return result;
}

Result<Seal> Directory::seal(SealId id) const {
    const auto now = picture();
    const auto found = now->seals.find(id);
    if (found == now->seals.end()) return fail(ErrorCode::SealNotFound, "seal " + to_string(id));
    return found->second;
}

std::vector<Seal> Directory::seals(CompanyId company) const {
    std::vector<Seal> result;
    const auto now = picture();
    for (const auto& [id, seal] : now->seals) {
        if (seal.company == company) result.push_back(seal);
    }
    return result;
}

Result<Seal> Directory::usable_seal(CompanyId company, SealId id) const {
    auto found = seal(id);
    // A seal of another company is answered like one that does not exist.
    if (!found || found->company != company) return fail(ErrorCode::SealNotFound, "seal " + to_string(id));
    if (found->status != model::SealStatus::Normal) return fail(ErrorCode::InvalidSealStatus, "seal " + to_string(id));
    return found;
}

Result<Seal> Directory::default_seal(CompanyId company, model::SealType type) const {
    const auto now = picture();
    for (const auto& [id, seal] : now->seals) {
        if (seal.company == company && seal.type == type && seal.status == model::SealStatus::Normal) return seal;
    }
    return fail(ErrorCode::SealNotFound, "the company has no usable seal of type " + std::string(model::to_wire(type)));
}

}  // namespace signet::service
