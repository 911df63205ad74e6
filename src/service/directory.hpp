#pragma once

#include "base/result.hpp"
#include "model/directory.hpp"
#include "service/platform.hpp"

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace signet::service {

/// Who calls the API: an application and the platform company it belongs to.
struct Caller {
    model::Application application;
    model::Company company;
};

/// Which category a request means: by id, else by name; both empty = the company's default one.
struct CategoryReference {
    model::CategoryId id;
    std::string name;
    bool empty() const { return !id && name.empty(); }
};

/// What the wrapped secret of an application is bound to in the key vault.
std::string application_secret_context(model::ApplicationId id);

/// One page of a list.
struct Paging {
    std::size_t offset = 0;
    std::size_t limit = 1000;
};

template <typename T>
struct Page {
    std::size_t total = 0;
    std::vector<T> items;
};

/// Applications, companies, categories and seals. All of them are held in memory as one unchanging picture that is
/// replaced as a whole, so that looking something up never waits. Thread-safe.
class Directory {
  public:
    explicit Directory(Platform& platform) : platform_(platform) {}

    /// Reads everything from the database; call after whatever changed it.
    Status reload();

    /// Null for an unknown or disabled token.
    std::shared_ptr<const Caller> caller(std::string_view token) const;

    /// The company of ours that `tenant_name` names; the platform company when it is empty. CompanyNotFound for a name
    /// that nobody has here.
    Result<model::Company> company(const Caller& caller, std::string_view tenant_name) const;
    /// The company of ours with this name, if it is one.
    std::optional<model::Company> internal_company(std::string_view name) const;
    std::optional<model::Company> company(model::CompanyId id) const;

    /// The employee a reference means. EmployeeNotFound, EmployeeDismissed.
    Result<model::Employee> employee(model::CompanyId company, const model::User& user) const;

    /// InvalidParameter when there is no such category in the company, or the name is not unique.
    Result<model::Category> category(model::CompanyId company, const CategoryReference& reference) const;
    Result<model::Category> category(model::CategoryId id) const;
    std::vector<model::Category> categories(model::CompanyId company) const;

    /// SealNotFound.
    Result<model::Seal> seal(model::SealId id) const;
    /// All seals of a company in the order of their creation.
    std::vector<model::Seal> seals(model::CompanyId company) const;
    /// A seal that the company may use now: its own and in normal state. SealNotFound, InvalidSealStatus.
    Result<model::Seal> usable_seal(model::CompanyId company, model::SealId id) const;
    /// The company's earliest normal seal of a type. SealNotFound.
    Result<model::Seal> default_seal(model::CompanyId company, model::SealType type) const;

  private:
    struct Picture {
        std::unordered_map<std::string, std::shared_ptr<const Caller>> callers;
        std::vector<model::Company> companies;
        std::vector<model::Category> categories;
        std::map<model::SealId, model::Seal> seals;
    };
    std::shared_ptr<const Picture> picture() const { return picture_.load(); }

    Platform& platform_;
    std::atomic<std::shared_ptr<const Picture>> picture_{std::make_shared<const Picture>()};
};

}  // namespace signet::service
