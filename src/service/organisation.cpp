#include "service/organisation.hpp"

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "crypto/key_vault.hpp"
#include "model/placing.hpp"
#include "notify/callback_sender.hpp"
#include "service/artist.hpp"
#include "service/callback_sealing.hpp"
#include "service/signing_intent.hpp"
#include "service/signing_keys.hpp"
#include "service/templates.hpp"
#include "store/audit.hpp"
#include "store/callback_secrets.hpp"
#include "store/database.hpp"
#include "store/directory.hpp"
#include "store/signing_keys.hpp"
#include "store/templates.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <utility>

namespace signet::service {
namespace {

using model::Category;
using model::Company;
using model::CompanyId;
using model::ContactType;
using model::Employee;
using model::Seal;
using model::User;
using store::callback_secrets::Owner;
using store::callback_secrets::OwnerKind;

constexpr std::size_t kTokenLength = 10;
constexpr std::size_t kSecretLength = 30;
// What is kept of a transaction is kept for three years (E-Commerce Law, Art. 31).
constexpr int kFewestYears = 3;
constexpr int kMostYears = 100;
constexpr std::string_view kPrimaryName = "默认业务分类";

template <typename T, typename Matches>
T* find_in(std::vector<T>& items, Matches matches) {
    const auto found = std::find_if(items.begin(), items.end(), matches);
    return found == items.end() ? nullptr : &*found;
}

/// The templates of a plan, read and checked before anything is written.
using PreparedTemplates = std::map<const OrganisationPlan::Template*, model::Template>;
using PreparedKeys = std::map<const OrganisationPlan::Key*, SigningKeys::Prepared>;

constexpr std::uintmax_t kLargestTemplate = 10U << 20;

Result<model::Template> prepare(Platform& platform, const OrganisationPlan::Template& plan) {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(plan.file, error);
    if (error || size > kLargestTemplate)
        return invalid_parameter("template " + plan.title + ": file cannot be read, or is larger than 10 MB");
    std::ifstream in(plan.file, std::ios::binary);
    const std::string content((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    std::string suffix = plan.file.extension().string();
    if (!suffix.empty()) suffix.erase(0, 1);
    return prepare_template(platform, {plan.title, plan.enabled, to_bytes(content), suffix, plan.params});
}

/// Carries a plan out within one transaction.
class Builder {
  public:
    Builder(Platform& platform, store::Transaction& transaction, const PreparedTemplates& prepared,
            const PreparedKeys& keys)
        : platform_(platform), transaction_(transaction), prepared_(prepared), prepared_keys_(keys) {}

    Status load() {
        if (auto done = take(store::directory::companies(transaction_), companies_); !done) return done;
        if (auto done = take(store::directory::employees(transaction_), employees_); !done) return done;
        if (auto done = take(store::directory::seals(transaction_), seals_); !done) return done;
        if (auto done = take(store::directory::categories(transaction_), categories_); !done) return done;
        if (auto done = take(store::templates::all(transaction_), templates_); !done) return done;
        return take(store::directory::applications(transaction_), applications_);
    }

    Status apply(const OrganisationPlan::Company& plan) {
        const auto company = apply_company(plan);
        if (!company) return company.error();
        for (const auto& person : plan.employees) {
            if (const Status done = apply_person(*company, person); !done) return done;
        }
        for (const auto& seal : plan.seals) {
            if (const Status done = apply_seal(*company, seal); !done) return done;
        }
        for (const auto& one : plan.templates) {
            if (const Status done = apply_template(*company, one); !done) return done;
        }
        for (const auto& category : plan.categories) {
            if (const Status done = apply_category(*company, category); !done) return done;
        }
        if (const Status done = keep_one_primary(*company, plan); !done) return done;
        for (const auto& application : plan.applications) {
            if (const Status done = apply_application(*company, application); !done) return done;
        }
        for (const auto& key : plan.keys) {
            if (const Status done = apply_key(*company, key); !done) return done;
        }
        return {};
    }

    AppliedOrganisation take_result() { return std::move(result_); }

  private:
    template <typename T>
    static Status take(Result<std::vector<T>>&& read, std::vector<T>& target) {
        if (!read) return read.error();
        target = std::move(*read);
        return {};
    }

    /// The id that the plan names, else a new one. `taken` are those of its kind.
    template <typename IdType, typename T>
    Result<IdType> id_for(const std::string& who, const std::string& wanted, const std::vector<T>& taken) {
        if (wanted.empty()) return platform_.ids.next<IdType>();
        const auto number = parse_id(wanted);
        if (!number) return invalid_parameter(who + ": id must be a number of up to 19 digits");
        const IdType id{*number};
        const bool used = std::any_of(taken.begin(), taken.end(), [&](const T& one) { return one.id == id; });
        if (used) return invalid_parameter(who + ": id " + wanted + " is another's");
        return id;
    }

    /// What exists keeps its id: contracts refer to it.
    template <typename IdType>
    static Status same_id(const std::string& who, const std::string& wanted, IdType id) {
        if (wanted.empty() || wanted == to_string(id)) return {};
        return invalid_parameter(who + ": its id is " + to_string(id) + " and cannot become " + wanted);
    }

    Result<Company> apply_company(const OrganisationPlan::Company& plan) {
        if (plan.name.empty()) return invalid_parameter("company.name: is required");
        CompanyId parent;
        if (!plan.parent.empty()) {
            const Company* owner = find_in(companies_, [&](const Company& one) { return one.name == plan.parent; });
            if (owner == nullptr || owner->parent) {
                return invalid_parameter("company " + plan.name + ": parent is no platform company");
            }
            parent = owner->id;
        }
        Company* known = find_in(companies_, [&](const Company& one) { return one.name == plan.name; });
        if (known == nullptr) {
            Company made{platform_.ids.next<CompanyId>(),
                         plan.name,
                         plan.register_no.value_or(""),
                         !parent,
                         parent,
                         platform_.clock.now(),
                         plan.national_seals.value_or(false)};
            if (const Status done = store::directory::insert(transaction_, made); !done) return done.error();
            companies_.push_back(made);
            result_.companies.push_back(made);
            return made;
        }
        if (plan.register_no) known->register_no = *plan.register_no;
        if (plan.national_seals) known->national_seals = *plan.national_seals;
        if (parent && known->platform) {
            return invalid_parameter("company " + plan.name + ": a platform company cannot become a sub-company");
        }
        if (parent) known->parent = parent;
        if (const Status done = store::directory::update(transaction_, *known); !done) return done.error();
        result_.companies.push_back(*known);
        return *known;
    }

    Status apply_person(const Company& company, const OrganisationPlan::Person& plan) {
        if (plan.name.empty() || (plan.mobile.empty() && plan.email.empty())) {
            return invalid_parameter("company " + company.name + ": an employee needs a name and a mobile or email");
        }
        Employee* known = find_in(employees_, [&](const Employee& one) {
            if (one.company != company.id) return false;
            return plan.number.empty() ? one.mobile == plan.mobile : one.number == plan.number;
        });
        Employee person = known != nullptr ? *known : Employee();
        person.company = company.id;
        person.name = plan.name;
        person.mobile = plan.mobile;
        person.email = plan.email;
        person.number = plan.number;
        person.roles = plan.roles;
        person.dismissed = plan.dismissed;
        if (known != nullptr) {
            *known = person;
            if (const Status done = store::directory::update(transaction_, person); !done) return done;
        } else {
            person.id = platform_.ids.next<model::EmployeeId>();
            person.create_time = platform_.clock.now();
            if (const Status done = store::directory::insert(transaction_, person); !done) return done;
            employees_.push_back(person);
        }
        result_.employees.push_back(std::move(person));
        return {};
    }

    /// A number, a mobile or a mail address, as a reference that the rest of the house understands.
    Result<User> person(const Company& company, const std::string& text) const {
        for (const ContactType kind : {ContactType::Number, ContactType::Mobile, ContactType::Email}) {
            const User user{{}, text, kind};
            const auto known = std::find_if(employees_.begin(), employees_.end(), [&](const Employee& one) {
                return one.company == company.id && one.is(user);
            });
            if (known != employees_.end()) return User{known->name, text, kind};
        }
        return invalid_parameter("company " + company.name + " has no employee " + text);
    }

    Result<std::vector<User>> people(const Company& company, const std::vector<std::string>& texts) const {
        std::vector<User> users;
        for (const std::string& text : texts) {
            auto user = person(company, text);
            if (!user) return user.error();
            users.push_back(std::move(*user));
        }
        return users;
    }

    Status apply_seal(const Company& company, const OrganisationPlan::Seal& plan) {
        auto users = people(company, plan.users);
        if (!users) return users.error();
        Seal* known =
            find_in(seals_, [&](const Seal& one) { return one.company == company.id && one.name == plan.name; });
        Seal seal = known != nullptr ? *known : Seal();
        // A practising seal shows its person when one is named, else it looks like a seal of the company.
        const bool personal =
            plan.type == model::SealType::Lp || (plan.type == model::SealType::PractisingSeal && !plan.person.empty());
        seal.company = company.id;
        seal.name = plan.name;
        seal.type = plan.type;
        seal.status = plan.status;
        seal.specification = plan.specification;
        if (seal.specification.empty()) seal.specification = personal ? "SQUARE_20_20" : "CIRCULAR_42";
        seal.design =
            personal ? name_seal_design(plan.person) : company_seal_design(plan.style, company.name, plan.foot);
        seal.users = std::move(*users);
        seal.modify_time = platform_.clock.now();
        if (const Status sound = check(company, plan, seal); !sound) return sound;
        const std::string who = "company " + company.name + ", seal " + plan.name;
        if (known != nullptr) {
            if (const Status same = same_id(who, plan.id, known->id); !same) return same;
            *known = seal;
            if (const Status done = store::directory::update(transaction_, seal); !done) return done;
        } else {
            const auto id = id_for<model::SealId>(who, plan.id, seals_);
            if (!id) return id.error();
            seal.id = *id;
            seal.create_time = seal.modify_time;
            if (const Status done = store::directory::insert(transaction_, seal); !done) return done;
            seals_.push_back(seal);
        }
        result_.seals.push_back(std::move(seal));
        return {};
    }

    Status check(const Company& company, const OrganisationPlan::Seal& plan, const Seal& seal) const {
        const std::string who = "company " + company.name + ", seal " + plan.name;
        if (plan.name.empty()) return invalid_parameter(who + ": name is required");
        if (plan.type == model::SealType::Lp && plan.person.empty()) {
            return invalid_parameter(who + ": person is required");
        }
        Artist artist(platform_);
        const auto drawing = artist.seal(seal);
        if (!drawing) return invalid_parameter(who + ": " + drawing.error().detail);
        return {};
    }

    Status apply_template(const Company& company, const OrganisationPlan::Template& plan) {
        model::Template made = prepared_.at(&plan);
        made.company = company.id;
        made.modify_time = platform_.clock.now();
        model::Template* known = find_in(templates_, [&](const model::Template& one) {
            return one.company == company.id && one.title == plan.title;
        });
        const std::string who = "company " + company.name + ", template " + plan.title;
        if (known != nullptr) {
            if (const Status same = same_id(who, plan.id, known->id); !same) return same;
            made.id = known->id;
        } else {
            const auto id = id_for<model::TemplateId>(who, plan.id, templates_);
            if (!id) return id.error();
            made.id = *id;
        }
        made.create_time = known != nullptr ? known->create_time : made.modify_time;
        const Status done = known != nullptr ? store::templates::update(transaction_, made)
                                             : store::templates::insert(transaction_, made);
        if (!done) return done;
        if (known != nullptr) {
            *known = made;
        } else {
            templates_.push_back(made);
        }
        result_.templates.push_back(std::move(made));
        return {};
    }

    Result<std::vector<model::TemplateId>> template_ids(const Company& company,
                                                        const std::vector<std::string>& titles) {
        std::vector<model::TemplateId> ids;
        for (const std::string& title : titles) {
            const auto id = template_id(company, title);
            if (!id) return id.error();
            ids.push_back(*id);
        }
        return ids;
    }

    /// Of a template named by title or id.
    Result<model::TemplateId> template_id(const Company& company, const std::string& name) {
        const auto* known = find_in(templates_, [&](const model::Template& one) {
            return one.company == company.id && (one.title == name || to_string(one.id) == name);
        });
        if (known == nullptr) return invalid_parameter("company " + company.name + " has no template " + name);
        return known->id;
    }

    Result<model::FlowNode> node(const Company& company, const OrganisationPlan::Node& plan) {
        model::FlowNode made;
        made.type = plan.type;
        made.name = plan.name;
        auto operators = people(company, plan.operators);
        if (!operators) return operators.error();
        made.operators = std::move(*operators);
        for (const std::string& name : plan.seals) {
            const Seal* seal =
                find_in(seals_, [&](const Seal& one) { return one.company == company.id && one.name == name; });
            if (seal == nullptr) return invalid_parameter("company " + company.name + " has no seal " + name);
            made.seals.push_back(seal->id);
        }
        auto stampers = places(company, plan.places, made.type);
        if (!stampers) return stampers.error();
        made.stampers = std::move(*stampers);
        return made;
    }

    Result<std::vector<model::FlowNode>> nodes(const Company& company,
                                               const std::vector<OrganisationPlan::Node>& plan) {
        std::vector<model::FlowNode> made;
        for (const OrganisationPlan::Node& item : plan) {
            auto one = node(company, item);
            if (!one) return one.error();
            made.push_back(std::move(*one));
        }
        return made;
    }

    Result<std::vector<model::Stamper>> places(const Company& company, const std::vector<OrganisationPlan::Place>& plan,
                                               model::ActionType node) {
        std::vector<model::Stamper> stampers;
        for (const OrganisationPlan::Place& place : plan) {
            model::Stamper stamper = place.stamper;
            const std::string who = "company " + company.name + ", place " + std::to_string(stampers.size() + 1);
            if (!model::stamper_suits(stamper.type, node)) {
                return invalid_parameter(who + ": " + std::string(to_wire(stamper.type)) +
                                         " does not suit a node of type " + std::string(to_wire(node)));
            }
            if (const Status sound = model::check_stamper(stamper, who); !sound) return sound.error();
            const bool over_all =
                model::is_across_page(stamper.type) && stamper.across_type == model::AcrossType::AllDocument;
            if (!place.template_name.empty()) {
                if (stamper.document_index != 0)
                    return invalid_parameter(who + ": document and template exclude each other");
                const auto id = template_id(category_company_, place.template_name);
                if (!id) return id.error();
                stamper.documents = {model::DocumentId{id->value}};
            } else if (stamper.document_index == 0 && !over_all) {
                stamper.document_index = 1;
            }
            if (!place.seal.empty()) {
                const Seal* seal = find_in(
                    seals_, [&](const Seal& one) { return one.company == company.id && one.name == place.seal; });
                if (seal == nullptr) return invalid_parameter("company " + company.name + " has no seal " + place.seal);
                stamper.seal = seal->id;
            }
            stampers.push_back(std::move(stamper));
        }
        return stampers;
    }

    Result<model::PresetSignatory> signatory(const Company& company, const OrganisationPlan::Signatory& plan) {
        model::PresetSignatory made;
        made.tenant_type = plan.type;
        made.sponsor = plan.sponsor;
        made.tenant_name = plan.sponsor ? company.name : plan.name;
        if (plan.type == model::TenantType::Personal) {
            if (plan.sponsor || !plan.nodes.empty())
                return invalid_parameter("company " + company.name + ": a person is no sponsor and has no nodes");
            auto stampers = places(company, plan.places, model::ActionType::Personal);
            if (!stampers) return stampers.error();
            made.stampers = std::move(*stampers);
            return made;
        }
        if (!plan.places.empty())
            return invalid_parameter("company " + company.name + ": the places of a company belong to its nodes");
        // A company that is not on record has no seals and people that could be named.
        const Company* known = find_in(companies_, [&](const Company& one) { return one.name == made.tenant_name; });
        auto flow = nodes(known != nullptr ? *known : Company{{}, made.tenant_name, {}, false, {}, {}}, plan.nodes);
        if (!flow) return flow.error();
        made.nodes = std::move(*flow);
        return made;
    }

    Status apply_presets(const Company& company, const OrganisationPlan::Category& plan,
                         model::CategoryPolicy& policy) {
        auto initiators = people(company, plan.initiators);
        if (!initiators) return initiators.error();
        auto sponsor = nodes(company, plan.sponsor);
        if (!sponsor) return sponsor.error();
        policy.initiators = std::move(*initiators);
        policy.sponsor = std::move(*sponsor);
        policy.signatories.clear();
        for (const OrganisationPlan::Signatory& item : plan.signatories) {
            auto made = signatory(company, item);
            if (!made) return made.error();
            policy.signatories.push_back(std::move(*made));
        }
        policy.subject_rule = plan.subject_rule;
        policy.copy_send_time = plan.copy_send_time;
        policy.callback_url = plan.callback_url;
        return {};
    }

    Status apply_category(const Company& company, const OrganisationPlan::Category& plan) {
        if (plan.name.empty()) return invalid_parameter("company " + company.name + ": a category needs a name");
        const bool no_term = plan.retention_years == 0;
        if (!no_term && (plan.retention_years < kFewestYears || plan.retention_years > kMostYears)) {
            return invalid_parameter("company " + company.name + ", category " + plan.name +
                                     ": retention_years must be 3 to 100, or 0 for no end");
        }
        const Status callable =
            check_callback(plan.callback_url, "company " + company.name + ", category " + plan.name);
        if (!callable) return callable;
        const Status sealable = check(plan.callback, "company " + company.name + ", category " + plan.name);
        if (!sealable) return sealable;
        category_company_ = company;
        Category* known = find_in(
            categories_, [&](const Category& one) { return one.company == company.id && one.name == plan.name; });
        Category category = known != nullptr ? *known : Category();
        category.company = company.id;
        category.name = plan.name;
        category.primary = plan.primary || category.primary;
        category.add_after_sending = plan.add_after_sending;
        category.stamper_rule = plan.stamper_rule;
        category.expire_days = plan.expire_days;
        category.modify_time = platform_.clock.now();
        category.policy.identity = plan.identity;
        category.policy.messages = plan.messages;
        category.policy.level = plan.signature_level;
        category.policy.reading = plan.reading;
        category.policy.retention_years = plan.retention_years;
        category.policy.excluded_matter = plan.excluded_matter;
        auto viewers = people(company, plan.viewers);
        if (!viewers) return viewers.error();
        category.policy.viewers = std::move(*viewers);
        auto templates = template_ids(company, plan.templates);
        if (!templates) return templates.error();
        category.policy.templates = std::move(*templates);
        category.policy.intake.clear();
        for (const auto& item : plan.intake) {
            auto made = node(company, item);
            if (!made) return made.error();
            category.policy.intake.push_back(std::move(*made));
        }
        const std::string who = "company " + company.name + ", category " + plan.name;
        if (const Status preset = apply_presets(company, plan, category.policy); !preset) return preset;
        if (known != nullptr) {
            if (const Status same = same_id(who, plan.id, known->id); !same) return same;
            *known = category;
            if (const Status done = store::directory::update(transaction_, category); !done) return done;
        } else {
            const auto id = id_for<model::CategoryId>(who, plan.id, categories_);
            if (!id) return id.error();
            category.id = *id;
            category.create_time = category.modify_time;
            if (const Status done = store::directory::insert(transaction_, category); !done) return done;
            categories_.push_back(category);
        }
        const Owner owner{OwnerKind::Category, category.id.value};
        if (const Status done = put_callback({owner, {}, {}}, plan.callback, plan.callback.secret); !done) return done;
        result_.categories.push_back(std::move(category));
        return {};
    }

    /// The category that the plan calls the default one wins over the one before; a company without any gets one.
    Status keep_one_primary(const Company& company, const OrganisationPlan::Company& plan) {
        const auto wanted = std::find_if(plan.categories.begin(), plan.categories.end(),
                                         [](const OrganisationPlan::Category& one) { return one.primary; });
        bool any = false;
        for (Category& category : categories_) {
            if (category.company != company.id || !category.primary) continue;
            const bool replaced = wanted != plan.categories.end() && category.name != wanted->name;
            any = any || !replaced;
            if (!replaced) continue;
            category.primary = false;
            if (const Status done = store::directory::update(transaction_, category); !done) return done;
        }
        if (any) return {};
        OrganisationPlan::Category usual;
        usual.name = kPrimaryName;
        usual.primary = true;
        return apply_category(company, usual);
    }

    Status apply_application(const Company& company, const OrganisationPlan::Application& plan) {
        const std::string who = "company " + company.name + ", application " + plan.name;
        if (company.parent)
            return invalid_parameter("company " + company.name + ": only platform companies have applications");
        if (const Status sound = check(who, plan); !sound) return sound;
        auto* known = find_in(applications_, [&](const store::directory::StoredApplication& one) {
            return one.application.company == company.id && one.application.name == plan.name;
        });
        const bool token_taken = std::any_of(applications_.begin(), applications_.end(), [&](const auto& one) {
            return &one != known && !plan.token.empty() && one.application.token == plan.token;
        });
        if (token_taken) return invalid_parameter(who + ": token is another application's");
        if (known != nullptr) {
            if (plan.callback_url) known->application.callback_url = *plan.callback_url;
            if (!plan.token.empty()) {
                known->application.token = plan.token;
                known->wrapped_secret =
                    platform_.vault.seal(plan.secret, application_secret_context(known->application.id));
            }
            if (const Status done = store::directory::update(transaction_, *known); !done) return done;
            const auto callback_secret = apply_callback(known->application.id, plan.callback);
            if (!callback_secret) return callback_secret.error();
            result_.applications.push_back({known->application, std::nullopt, *callback_secret});
            return {};
        }
        store::directory::StoredApplication stored;
        stored.application.id = platform_.ids.next<model::ApplicationId>();
        stored.application.company = company.id;
        stored.application.name = plan.name;
        stored.application.token = plan.token.empty() ? random_token(kTokenLength) : plan.token;
        stored.application.callback_url = plan.callback_url.value_or("");
        stored.application.create_time = platform_.clock.now();
        const std::string secret = plan.token.empty() ? random_token(kSecretLength) : plan.secret;
        stored.wrapped_secret = platform_.vault.seal(secret, application_secret_context(stored.application.id));
        if (const Status done = store::directory::insert(transaction_, stored); !done) return done;
        const Status agreed = note_agreement(transaction_, stored.application.id, stored.application.create_time);
        if (!agreed) return agreed;
        const auto callback_secret = apply_callback(stored.application.id, plan.callback);
        if (!callback_secret) return callback_secret.error();
        result_.applications.push_back(
            {stored.application, plan.token.empty() ? std::optional(secret) : std::nullopt, *callback_secret});
        applications_.push_back(std::move(stored));
        return {};
    }

    /// The secret that the application was given, when it had none and the plan names none.
    Result<std::optional<std::string>> apply_callback(model::ApplicationId id,
                                                      const OrganisationPlan::CallbackSecret& plan) {
        const Owner owner{OwnerKind::Application, id.value};
        const auto before = store::callback_secrets::find(transaction_, owner);
        if (!before) return before.error();
        store::callback_secrets::CallbackSecret kept = before->value_or(store::callback_secrets::CallbackSecret());
        kept.owner = owner;
        std::optional<std::string> made;
        if (plan.secret.empty() && kept.wrapped_secret.empty()) made = random_token(kCallbackSecretLength);
        const Status done = put_callback(std::move(kept), plan, made.value_or(plan.secret));
        if (!done) return done.error();
        return made;
    }

    /// Writes what the plan says over what was kept.
    Status put_callback(store::callback_secrets::CallbackSecret kept, const OrganisationPlan::CallbackSecret& plan,
                        const std::string& secret) {
        if (!secret.empty()) kept.wrapped_secret = platform_.vault.seal(secret, callback_secret_context(kept.owner));
        if (plan.encryption) kept.cipher = {*plan.encryption, plan.vector.value_or(model::CallbackVector::Token)};
        return store::callback_secrets::put(transaction_, kept);
    }

    static Status check(const OrganisationPlan::CallbackSecret& plan, const std::string& who) {
        if (!plan.secret.empty() && !is_callback_secret(plan.secret))
            return invalid_parameter(who + ": callback_secret must be 16 letters and digits (0-9, A-Z, a-z)");
        if (plan.vector && plan.encryption != model::CallbackEncryption::AesCbc)
            return invalid_parameter(who + ": callback_iv is for callback_encrypt = \"AES_CBC\" alone");
        return {};
    }

    Status apply_key(const Company& company, const OrganisationPlan::Key& plan) {
        model::EmployeeId owner;
        if (!plan.employee.empty()) {
            const Employee* employee = find_in(employees_, [&](const Employee& one) {
                return one.company == company.id && !one.dismissed &&
                       (one.number == plan.employee || one.mobile == plan.employee || one.email == plan.employee);
            });
            if (employee == nullptr) {
                return invalid_parameter("company " + company.name + " has no employee " + plan.employee);
            }
            owner = employee->id;
        }
        if (plan.removed) {
            const auto removed = store::signing_keys::remove(transaction_, company.id, owner);
            if (!removed) return removed.error();
            if (!*removed) return invalid_parameter("company " + company.name + ", key: there is none to take away");
            result_.keys.push_back({company.id, owner, {}, {}});
            return {};
        }
        const SigningKeys::Prepared& prepared = prepared_keys_.at(&plan);
        store::signing_keys::SigningKey key = prepared.key;
        key.company = company.id;
        key.employee = owner;
        if (prepared.private_key.size() > 0) {
            key.wrapped_key =
                platform_.vault.seal(prepared.private_key.view(), signing_key_context(key.company, key.employee));
        }
        result_.keys.push_back({company.id, owner, prepared.subject, prepared.not_after});
        return store::signing_keys::put(transaction_, key);
    }

    static Status check(const std::string& who, const OrganisationPlan::Application& plan) {
        constexpr std::size_t kLongest = 100;
        if (plan.token.empty() != plan.secret.empty()) {
            return invalid_parameter(who + ": token and secret belong together");
        }
        if (plan.token.size() > kLongest || plan.secret.size() > kLongest) {
            return invalid_parameter(who + ": token and secret are at most 100 characters");
        }
        if (const Status sealable = check(plan.callback, who); !sealable) return sealable;
        return check_callback(plan.callback_url.value_or(""), who);
    }

    /// As the `callbackUrl` of a request (spec §2.1). Whether its address may be called shows when it is called.
    static Status check_callback(const std::string& url, const std::string& who) {
        constexpr std::size_t kLongest = 300;
        if (url.empty()) return {};
        if (character_count(url) > kLongest)
            return invalid_parameter(who + ": callback_url is longer than 300 characters");
        const auto origin = notify::origin_of(url);
        if (!origin) return invalid_parameter(who + ": callback_url: " + origin.error().detail);
        return {};
    }

    Platform& platform_;
    store::Transaction& transaction_;
    const PreparedTemplates& prepared_;
    const PreparedKeys& prepared_keys_;
    /// Whose category is being made: its templates are meant, also where another company's nodes have places.
    Company category_company_;
    std::vector<Company> companies_;
    std::vector<Employee> employees_;
    std::vector<Seal> seals_;
    std::vector<model::Template> templates_;
    std::vector<Category> categories_;
    std::vector<store::directory::StoredApplication> applications_;
    AppliedOrganisation result_;
};

}  // namespace

namespace {

/// Whom a key's certificate must name: the company, or one of its people.
std::string owner_of(const Directory& directory, const OrganisationPlan::Company& company,
                     const OrganisationPlan::Key& key) {
    if (key.employee.empty()) return company.name;
    for (const OrganisationPlan::Person& person : company.employees) {
        if (key.employee == person.number || key.employee == person.mobile || key.employee == person.email)
            return person.name;
    }
    const auto known = directory.company_on_record(company.name);
    if (!known) return key.employee;
    for (const ContactType type : {ContactType::Number, ContactType::Mobile, ContactType::Email}) {
        if (const auto employee = directory.employee(known->id, {{}, key.employee, type})) return employee->name;
    }
    return key.employee;
}

}  // namespace

Result<AppliedOrganisation> apply_organisation(Platform& platform, Directory& directory, const OrganisationPlan& plan,
                                               SigningKeys* keys) {
    AppliedOrganisation applied;
    PreparedTemplates prepared;
    PreparedKeys prepared_keys;
    for (const OrganisationPlan::Company& company : plan.companies) {
        for (const OrganisationPlan::Key& one : company.keys) {
            if (keys == nullptr) return invalid_parameter("company " + company.name + ": no keys can be brought here");
            if (one.removed) continue;
            auto read = keys->prepare(one, owner_of(directory, company, one));
            if (!read) return read.error();
            prepared_keys.emplace(&one, std::move(*read));
        }
        for (const OrganisationPlan::Template& one : company.templates) {
            auto made = prepare(platform, one);
            if (!made) return made.error();
            prepared.emplace(&one, std::move(*made));
        }
    }
    const Status written = platform.database.write([&](store::Transaction& transaction) -> Status {
        Builder builder(platform, transaction, prepared, prepared_keys);
        if (const Status loaded = builder.load(); !loaded) return loaded;
        for (const OrganisationPlan::Company& company : plan.companies) {
            if (const Status done = builder.apply(company); !done) return done;
        }
        applied = builder.take_result();
        const auto logged =
            store::append_audit(transaction, {platform.clock.now(),
                                              "operator",
                                              {},
                                              "organisation.applied",
                                              R"({"companies":)" + std::to_string(applied.companies.size()) + "}"});
        if (!logged) return logged.error();
        return {};
    });
    if (!written) return written.error();
    if (const Status loaded = directory.reload(); !loaded) return loaded.error();
    if (keys != nullptr) {
        if (const Status loaded = keys->reload(); !loaded) return loaded.error();
    }
    return applied;
}

}  // namespace signet::service
