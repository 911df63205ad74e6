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
#include <utility>
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

/// Applications, companies, people, categories and seals. All of them are held in memory as one unchanging picture that
/// is replaced as a whole, so that looking something up never waits. Thread-safe.
class Directory {
  public:
    explicit Directory(Platform& platform) : platform_(platform) {}

    /// Reads everything from the database; call after whatever changed it.
    Status reload();

    /// Null for an unknown or disabled token.
    std::shared_ptr<const Caller> caller(std::string_view token) const;

    /// The company of the caller's group that `tenant_name` names; the platform company when it is empty.
    /// CompanyNotFound for a name that nobody has here, CompanyNotPermitted for a company of another group.
    Result<model::Company> company(const Caller& caller, std::string_view tenant_name) const;
    /// The company on record here with this name, of whatever group.
    std::optional<model::Company> company_on_record(std::string_view name) const;
    std::optional<model::Company> company(model::CompanyId id) const;
    /// The company on record here with this registration number, of whatever group.
    std::optional<model::Company> company_registered(std::string_view register_no) const;
    /// The company, its platform company and all that one's sub-companies.
    std::vector<model::Company> group_of(model::CompanyId id) const;
    /// With its token and secret; nothing for an unknown one.
    std::optional<model::Application> application(model::ApplicationId id) const;
    /// Whether both are companies on record that belong to the same group.
    bool same_group(model::CompanyId a, model::CompanyId b) const;

    /// The employee a reference means; of several, one who is not dismissed. EmployeeNotFound, EmployeeDismissed.
    Result<model::Employee> employee(model::CompanyId company, const model::User& user) const;
    /// Whether two references mean the same person: the same contact, or the same employee of one of the companies.
    bool same_person(const std::vector<model::CompanyId>& companies, const model::User& a, const model::User& b) const;
    /// Everybody who may use at least one of the seals, in the order in which they were put on record.
    std::vector<model::Employee> users_of(const std::vector<model::Seal>& seals) const;

    /// InvalidParameter when the company has no such category. Within a company a name is one category's alone.
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
        std::vector<model::Employee> employees;
        /// Positions in `employees` by company and contact; several when a number was given anew.
        std::multimap<std::pair<model::CompanyId, std::string>, std::size_t, std::less<>> by_contact;
        std::vector<model::Category> categories;
        std::map<model::SealId, model::Seal> seals;
    };
    std::shared_ptr<const Picture> picture() const { return picture_.load(); }
    static const model::Employee* find(const Picture& picture, model::CompanyId company, const model::User& user);
    static void index(Picture& picture);

    Platform& platform_;
    std::atomic<std::shared_ptr<const Picture>> picture_{std::make_shared<const Picture>()};
};

}  // namespace signet::service
