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
    picture_.store(std::move(next));
    return {};
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
    if (const auto found = internal_company(tenant_name)) return *found;
    return fail(ErrorCode::CompanyNotFound, "tenantName: no company of this name");
}

std::optional<Company> Directory::internal_company(std::string_view name) const {
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

Result<model::Employee> Directory::employee(CompanyId company, const model::User& user) const {
    auto found = platform_.database.read(
        [&](store::Connection& connection) { return store::directory::find_employee(connection, company, user); });
    if (!found) return found.error();
    if (!*found) return fail(ErrorCode::EmployeeNotFound, std::string(model::to_wire(user.contact_type)));
    if ((*found)->dismissed) return fail(ErrorCode::EmployeeDismissed, "employee " + to_string((*found)->id));
    return std::move(**found);
}

Result<Category> Directory::category(CompanyId company, const CategoryReference& reference) const {
    const Category* match = nullptr;
    const auto now = picture();
    for (const Category& category : now->categories) {
        if (category.company != company) continue;
        const bool wanted = reference.id
                                ? category.id == reference.id
                                : (reference.name.empty() ? category.primary : category.name == reference.name);
        if (wanted) match = &category;
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
