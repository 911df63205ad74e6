#include "app/organisation_file.hpp"

#include "app/house.hpp"
#include "crypto/private_file.hpp"

#include <algorithm>
#include <sstream>
#include <string_view>

#include <boost/json.hpp>
#include <toml++/toml.h>

namespace signet::app {
namespace {

namespace json = boost::json;
using service::OrganisationPlan;

/// A table whose every key is asked for; the first thing that does not fit is remembered.
class Table {
  public:
    Table(const toml::table& table, std::string path, std::optional<Error>& error)
        : table_(table), path_(std::move(path)), error_(error) {}

    void text(std::string_view key, std::string& target) { read<std::string>(key, target, "a text"); }
    void text(std::string_view key, std::optional<std::string>& target) {
        if (table_.get(key) == nullptr) return static_cast<void>(find(key));
        text(key, target.emplace());
    }
    void number(std::string_view key, int& target) { read<int>(key, target, "a number"); }
    void decimal(std::string_view key, std::optional<double>& target) {
        const toml::node* node = find(key);
        if (node == nullptr) return;
        target = node->value<double>();
        if (!target || !node->is_number()) refuse(key, "must be a number");
    }
    void decimal(std::string_view key, double& target) {
        std::optional<double> value;
        decimal(key, value);
        if (value) target = *value;
    }
    void number(std::string_view key, std::optional<int>& target) {
        if (table_.get(key) == nullptr) return static_cast<void>(find(key));
        number(key, target.emplace());
    }
    void flag(std::string_view key, bool& target) { read<bool>(key, target, "true or false"); }
    void flag(std::string_view key, std::optional<bool>& target) {
        if (table_.get(key) == nullptr) return static_cast<void>(find(key));
        flag(key, target.emplace());
    }

    template <typename Enum>
    void word(std::string_view key, Enum& target) {
        std::string spelling;
        text(key, spelling);
        if (spelling.empty()) return;
        const auto value = model::from_wire<Enum>(spelling);
        if (!value) return refuse(key, "there is no " + spelling);
        target = *value;
    }
    template <typename Enum>
    void word(std::string_view key, std::optional<Enum>& target) {
        if (table_.get(key) == nullptr) return static_cast<void>(find(key));
        word(key, target.emplace());
    }

    void texts(std::string_view key, std::vector<std::string>& target) {
        const toml::node* node = find(key);
        if (node == nullptr) return;
        const toml::array* array = node->as_array();
        if (array == nullptr) return refuse(key, "must be a list");
        for (const toml::node& item : *array) {
            const auto value = item.value<std::string>();
            if (!value) return refuse(key, "must be a list of texts");
            target.push_back(*value);
        }
    }

    /// Calls `read(Table&)` for each table of `[[key]]`.
    template <typename Read>
    void tables(std::string_view key, Read read) {
        const toml::node* node = find(key);
        if (node == nullptr) return;
        const toml::array* array = node->as_array();
        if (array == nullptr) return refuse(key, "must be a list of tables");
        for (std::size_t i = 0; i < array->size(); ++i) {
            const toml::table* item = array->get(i)->as_table();
            if (item == nullptr) return refuse(key, "must be a list of tables");
            Table inner(*item, path_ + std::string(key) + "[" + std::to_string(i) + "].", error_);
            read(inner);
            inner.refuse_unknown();
        }
    }

    void refuse_unknown() {
        for (const auto& [key, value] : table_) {
            const std::string_view name = key.str();
            if (std::find(known_.begin(), known_.end(), name) == known_.end()) refuse(name, "is not known");
        }
    }

  private:
    const toml::node* find(std::string_view key) {
        known_.emplace_back(key);
        return table_.get(key);
    }

    template <typename T>
    void read(std::string_view key, T& target, std::string_view what) {
        const toml::node* node = find(key);
        if (node == nullptr) return;
        const auto value = node->value_exact<std::conditional_t<std::is_same_v<T, int>, std::int64_t, T>>();
        if (!value) return refuse(key, "must be " + std::string(what));
        target = static_cast<T>(*value);
    }

    void refuse(std::string_view key, const std::string& why) {
        if (!error_) error_ = Error{ErrorCode::InvalidParameter, path_ + std::string(key) + ": " + why};
    }

    const toml::table& table_;
    std::string path_;
    std::optional<Error>& error_;
    std::vector<std::string> known_;
};

void read_person(Table& table, OrganisationPlan::Company& company) {
    OrganisationPlan::Person& person = company.employees.emplace_back();
    table.text("name", person.name);
    table.text("mobile", person.mobile);
    table.text("email", person.email);
    table.text("number", person.number);
    table.texts("roles", person.roles);
    table.flag("dismissed", person.dismissed);
}

void read_seal(Table& table, OrganisationPlan::Company& company) {
    OrganisationPlan::Seal& seal = company.seals.emplace_back();
    table.text("id", seal.id);
    table.text("name", seal.name);
    table.word("type", seal.type);
    table.text("style", seal.style);
    table.text("foot", seal.foot);
    table.text("specification", seal.specification);
    table.text("person", seal.person);
    table.word("status", seal.status);
    table.texts("users", seal.users);
}

void read_place(Table& table, std::vector<OrganisationPlan::Place>& places) {
    OrganisationPlan::Place& place = places.emplace_back();
    model::Stamper& stamper = place.stamper;
    table.word("type", stamper.type);
    table.number("document", stamper.document_index);
    table.text("template", place.template_name);
    table.text("keyword", stamper.keyword);
    table.number("keyword_index", stamper.keyword_index);
    table.number("page", stamper.page);
    table.decimal("x", stamper.offset_x);
    table.decimal("y", stamper.offset_y);
    table.word("across", stamper.across_type);
    table.text("pages", stamper.seal_page_config);
    table.word("date", stamper.date_pattern);
    table.number("width", stamper.width);
    table.number("height", stamper.height);
    std::optional<double> rotation;
    table.decimal("rotation", rotation);
    stamper.rotation_degrees = rotation.value_or(0);
    table.text("seal", place.seal);
}

void read_node(Table& table, std::vector<OrganisationPlan::Node>& nodes) {
    OrganisationPlan::Node& node = nodes.emplace_back();
    table.word("type", node.type);
    table.text("name", node.name);
    table.texts("seals", node.seals);
    table.texts("operators", node.operators);
    table.tables("place", [&](Table& item) { read_place(item, node.places); });
}

void read_signatory(Table& table, OrganisationPlan::Category& category) {
    OrganisationPlan::Signatory& signatory = category.signatories.emplace_back();
    table.word("type", signatory.type);
    table.flag("sponsor", signatory.sponsor);
    table.text("name", signatory.name);
    table.tables("node", [&](Table& item) { read_node(item, signatory.nodes); });
    table.tables("place", [&](Table& item) { read_place(item, signatory.places); });
}

void read_template(Table& table, OrganisationPlan::Company& company, const std::filesystem::path& folder) {
    OrganisationPlan::Template& one = company.templates.emplace_back();
    std::string file;
    table.text("id", one.id);
    table.text("title", one.title);
    table.text("file", file);
    one.file = folder / file;
    table.flag("enabled", one.enabled);
    table.tables("param", [&](Table& item) {
        model::TemplateParam& param = one.params.emplace_back();
        item.text("name", param.name);
        item.word("type", param.type);
        item.flag("required", param.required);
        item.flag("read_only", param.read_only);
        item.text("default", param.default_value);
        item.text("description", param.description);
        item.texts("options", param.options);
        item.number("party", param.party);
        item.number("page", param.page);
        item.decimal("x", param.x);
        item.decimal("y", param.y);
        item.decimal("width", param.width);
        item.decimal("height", param.height);
        item.decimal("font_size", param.font_size);
    });
}

void read_callback(Table& table, OrganisationPlan::CallbackSecret& callback) {
    table.text("callback_secret", callback.secret);
    table.word("callback_encrypt", callback.encryption);
    table.word("callback_iv", callback.vector);
}

void read_category(Table& table, OrganisationPlan::Company& company) {
    OrganisationPlan::Category& category = company.categories.emplace_back();
    table.text("id", category.id);
    table.text("name", category.name);
    table.flag("primary", category.primary);
    table.flag("add_after_sending", category.add_after_sending);
    table.word("stamper_rule", category.stamper_rule);
    table.number("expire_days", category.expire_days);
    table.word("identity", category.identity);
    table.flag("messages", category.messages);
    table.word("signature_level", category.signature_level);
    table.word("reading", category.reading);
    table.number("retention_years", category.retention_years);
    table.word("excluded_matter", category.excluded_matter);
    table.texts("viewers", category.viewers);
    table.texts("templates", category.templates);
    table.texts("initiators", category.initiators);
    table.text("subject_rule", category.subject_rule);
    table.word("copy_send_time", category.copy_send_time);
    table.text("callback_url", category.callback_url);
    read_callback(table, category.callback);
    table.tables("intake", [&](Table& item) { read_node(item, category.intake); });
    table.tables("sponsor", [&](Table& item) { read_node(item, category.sponsor); });
    table.tables("signatory", [&](Table& item) { read_signatory(item, category); });
}

/// Files are named from the folder the description lies in.
void read_key(Table& table, OrganisationPlan::Company& company, const std::filesystem::path& folder) {
    OrganisationPlan::Key& key = company.keys.emplace_back();
    const auto file = [&](std::string_view word, std::filesystem::path& target) {
        std::string name;
        table.text(word, name);
        if (!name.empty()) target = folder / name;
    };
    file("p12", key.p12);
    file("pem", key.pem);
    file("certificates", key.certificates);
    file("password_file", key.password_file);
    table.text("pkcs11", key.pkcs11);
    table.text("remote", key.remote);
    table.text("key_id", key.key_id);
    table.text("holder", key.holder);
    table.text("employee", key.employee);
    table.flag("removed", key.removed);
}

void read_company(Table& table, OrganisationPlan& plan, const std::filesystem::path& folder) {
    OrganisationPlan::Company& company = plan.companies.emplace_back();
    table.text("name", company.name);
    std::string register_no;
    table.text("register_no", register_no);
    if (!register_no.empty()) company.register_no = register_no;
    table.text("parent", company.parent);
    table.flag("national_seals", company.national_seals);
    table.tables("employee", [&](Table& item) { read_person(item, company); });
    table.tables("seal", [&](Table& item) { read_seal(item, company); });
    table.tables("template", [&](Table& item) { read_template(item, company, folder); });
    table.tables("category", [&](Table& item) { read_category(item, company); });
    table.tables("application", [&](Table& item) {
        OrganisationPlan::Application& application = company.applications.emplace_back();
        item.text("name", application.name);
        item.text("token", application.token);
        item.text("secret", application.secret);
        item.text("callback_url", application.callback_url);
        read_callback(item, application.callback);
    });
    table.tables("key", [&](Table& item) { read_key(item, company, folder); });
}

json::string company_name(const service::Directory& directory, model::CompanyId id) {
    const auto company = directory.company(id);
    return json::string(company ? company->name : std::string());
}

}  // namespace

Result<service::OrganisationPlan> read_organisation(std::string_view description, const std::filesystem::path& folder) {
    OrganisationPlan plan;
    std::optional<Error> error;
    try {
        const toml::table parsed = toml::parse(description);
        Table table(parsed, "", error);
        table.tables("company", [&](Table& item) { read_company(item, plan, folder.lexically_normal()); });
        table.refuse_unknown();
    } catch (const toml::parse_error& failure) {
        std::ostringstream line;
        line << failure.source().begin.line;
        return invalid_parameter("line " + line.str() + ": " + std::string(failure.description()));
    }
    if (error) return *error;
    if (plan.companies.empty()) return invalid_parameter("company: the file names none");
    return plan;
}

Result<std::string> organisation_request(const std::filesystem::path& file) {
    const auto content = crypto::read_secret_file(file, kLargestErrand / 2);
    if (!content) return invalid_parameter("cannot be read");
    const std::filesystem::path folder = std::filesystem::absolute(file).parent_path();
    if (const auto plan = read_organisation(content->text(), folder); !plan) return plan.error();
    return folder.string() + "\n" + std::string(content->text());
}

std::string organisation_json(const service::AppliedOrganisation& applied, const service::Directory& directory) {
    json::array companies;
    for (const model::Company& company : applied.companies)
        companies.push_back({{"name", company.name}, {"id", to_string(company.id)}});
    json::array employees;
    for (const model::Employee& employee : applied.employees) {
        employees.push_back({{"company", company_name(directory, employee.company)},
                             {"name", employee.name},
                             {"number", employee.number},
                             {"id", to_string(employee.id)}});
    }
    const auto named = [&](const auto& items) {
        json::array list;
        for (const auto& item : items) {
            list.push_back(
                {{"company", company_name(directory, item.company)}, {"name", item.name}, {"id", to_string(item.id)}});
        }
        return list;
    };
    const auto titled = [&](const std::vector<model::Template>& items) {
        json::array list;
        for (const model::Template& item : items) {
            list.push_back({{"company", company_name(directory, item.company)},
                            {"title", item.title},
                            {"id", to_string(item.id)}});
        }
        return list;
    };
    json::array applications;
    for (const auto& [application, secret, callback_secret] : applied.applications) {
        json::object item{{"company", company_name(directory, application.company)},
                          {"name", application.name},
                          {"token", application.token}};
        if (secret) item["secret"] = *secret;
        if (callback_secret) item["callbackSecret"] = *callback_secret;
        applications.push_back(std::move(item));
    }
    json::array keys;
    for (const auto& key : applied.keys) {
        json::object item{{"company", company_name(directory, key.company)}};
        if (key.employee) item["employee"] = to_string(key.employee);
        if (!key.subject.empty()) {
            item["subject"] = key.subject;
            item["notAfter"] = TimeZone::fixed(0).format(key.not_after) + " UTC";
        }
        keys.push_back(std::move(item));
    }
    return json::serialize(json::object{{"companies", std::move(companies)},
                                        {"keys", std::move(keys)},
                                        {"employees", std::move(employees)},
                                        {"seals", named(applied.seals)},
                                        {"templates", titled(applied.templates)},
                                        {"categories", named(applied.categories)},
                                        {"applications", std::move(applications)}});
}

namespace {

constexpr std::chrono::seconds kPatience{30};

Result<std::string> apply(House& house, const std::string& request) {
    const std::size_t end = request.find('\n');
    if (end == std::string::npos) return invalid_parameter("the request has another form");
    const auto plan = read_organisation(std::string_view(request).substr(end + 1), request.substr(0, end));
    if (!plan) return plan.error();
    const auto applied = service::apply_organisation(house.platform(), house.directory(), *plan, &house.signing_keys());
    if (!applied) return applied.error();
    return organisation_json(*applied, house.directory());
}

}  // namespace

const Errand kOrganisation{"organisation", kPatience, apply};

}  // namespace signet::app
