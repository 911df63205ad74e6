#pragma once

#include "base/result.hpp"
#include "model/callback_setting.hpp"
#include "model/directory.hpp"
#include "service/directory.hpp"
#include "service/platform.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace signet::service {

/// What an operator writes down about the companies this server works for. Things are known by their names: a company
/// by its own, a seal, category or application by its name within the company, an employee by number, else mobile.
/// People are referred to by number, mobile or mail address.
///
/// A system that moves here from another platform has ids, a token and a secret written down in its programs. What is
/// made may therefore be given the `id` it had; for what exists already it only has to agree. Empty: one is minted.
struct OrganisationPlan {
    struct Person {
        std::string name;
        std::string mobile;
        std::string email;
        std::string number;
        std::vector<std::string> roles;
        bool dismissed = false;
    };
    struct Seal {
        std::string id;
        std::string name;
        model::SealType type = model::SealType::Enterprise;
        std::string style = "UNIVERSAL_SEAL";
        std::string foot;
        std::string specification;  // empty = the usual one of its type
        /// What a legal representative's seal shows, or a practising seal.
        std::string person;
        model::SealStatus status = model::SealStatus::Normal;
        std::vector<std::string> users;
    };
    /// A place of a node or of a person: a stamper whose seal is named. It lies in the documents made from a template
    /// of the category's company, named by title or id, else in the n-th document; without either in the first.
    struct Place {
        model::Stamper stamper;
        std::string seal;
        std::string template_name;
    };
    struct Node {
        model::ActionType type = model::ActionType::Company;
        std::string name;
        std::vector<std::string> seals;
        std::vector<std::string> operators;
        std::vector<Place> places;
    };
    /// A preset party; its nodes' seals and people are those of the company it names, the initiator's own when
    /// `sponsor` is set.
    struct Signatory {
        model::TenantType type = model::TenantType::Company;
        bool sponsor = false;
        std::string name;
        std::vector<Node> nodes;
        std::vector<Place> places;
    };
    /// What callbacks are signed and encrypted with.
    struct CallbackSecret {
        /// 16 letters and digits; empty: left out.
        std::string secret;
        std::optional<model::CallbackEncryption> encryption;
        /// For AES_CBC alone.
        std::optional<model::CallbackVector> vector;
    };
    struct Category {
        std::string id;
        std::string name;
        bool primary = false;
        bool add_after_sending = false;
        model::StamperRule stamper_rule = model::StamperRule::MustAllow;
        int expire_days = 30;
        model::IdentityCheck identity = model::IdentityCheck::IdCard;
        bool messages = true;
        /// Nothing: as the installation has it.
        std::optional<model::SignatureLevel> signature_level;
        model::ReadingRule reading = model::ReadingRule::Warn;
        int retention_years = 0;
        model::ExcludedMatter excluded_matter = model::ExcludedMatter::None;
        std::vector<std::string> viewers;
        /// Titles of the company's templates that become documents of every contract.
        std::vector<std::string> templates;
        std::vector<Node> intake;
        std::vector<Signatory> signatories;
        std::vector<Node> sponsor;
        std::vector<std::string> initiators;
        std::string subject_rule;
        std::optional<model::CopySendTime> copy_send_time;
        /// An http or https address of at most 300 characters; empty = the application's.
        std::string callback_url;
        /// Left out, the application's.
        CallbackSecret callback;
    };
    struct Application {
        std::string name;
        /// Both or neither, as they were on another platform; set again they replace the ones before.
        std::string token;
        std::string secret;
        /// As a category's; absent leaves that of a known application as it is, empty takes it away.
        std::optional<std::string> callback_url;
        /// What is left out stays as it is; an application without a secret is given one.
        CallbackSecret callback;
    };
    /// A file with blanks: `file` lies where this program can read it. Known by its title.
    struct Template {
        std::string id;
        std::string title;
        std::filesystem::path file;
        bool enabled = true;
        std::vector<model::TemplateParam> params;
    };
    /// A key and certificate that a company or one of its people brings along; one of `p12`, `pem`, `pkcs11` and
    /// `remote` says where the key is. It takes the place of the one before.
    struct Key {
        /// PKCS#12 with key and chain.
        std::filesystem::path p12;
        /// The private key in PEM or DER; its chain stands there too or in `certificates`.
        std::filesystem::path pem;
        /// PEM; for a remote key its own certificate first.
        std::filesystem::path certificates;
        /// A file with the password alone, readable by its owner alone.
        std::filesystem::path password_file;
        std::string pkcs11;
        /// A remote signer of signet.toml, and its name for the key.
        std::string remote;
        std::string key_id;
        /// What the certificate calls the company, when that is not its name.
        std::string holder;
        /// Whose it is within the company; empty: the company's own, for its seals.
        std::string employee;
        /// Takes it away instead.
        bool removed = false;
    };
    struct Company {
        std::string name;
        std::optional<std::string> register_no;
        /// The platform company it is a sub-company of; empty leaves a known company as it is and makes a new one a
        /// platform company.
        std::string parent;
        /// Whether its seals are also put by the national algorithms; absent leaves a known company as it is.
        std::optional<bool> national_seals;
        std::vector<Person> employees;
        std::vector<Seal> seals;
        std::vector<Template> templates;
        std::vector<Category> categories;
        std::vector<Application> applications;
        std::vector<Key> keys;
    };
    std::vector<Company> companies;
};

/// What a plan led to.
struct AppliedOrganisation {
    struct Key {
        model::CompanyId company;
        model::EmployeeId employee;
        /// Whom the certificate names, and until when it holds; empty and zero when it was taken away.
        std::string subject;
        UtcTime not_after;
    };
    struct Application {
        model::Application application;
        /// Each only when this call made it up; afterwards nobody can read it.
        std::optional<std::string> secret;
        std::optional<std::string> callback_secret;
    };
    std::vector<model::Company> companies;
    std::vector<model::Employee> employees;
    std::vector<model::Seal> seals;
    std::vector<model::Template> templates;
    std::vector<model::Category> categories;
    std::vector<Application> applications;
    std::vector<Key> keys;
};

class SigningKeys;

/// Makes what is not there and changes what differs, all of it or nothing; what the plan does not name stays as it is.
/// Every company has exactly one default category afterwards. Errors: InvalidParameter naming what does not fit.
/// `keys` reads and checks those that the plan brings; null: a plan with keys is refused.
Result<AppliedOrganisation> apply_organisation(Platform& platform, Directory& directory, const OrganisationPlan& plan,
                                               SigningKeys* keys = nullptr);

}  // namespace signet::service
