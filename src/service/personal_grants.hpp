#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/personal_grant.hpp"
#include "service/artist.hpp"
#include "service/directory.hpp"
#include "service/notices.hpp"
#include "service/platform.hpp"
#include "service/signer_proof.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet::service {

/// What the sealed signature of a grant is bound to in the key vault.
std::string grant_signature_context(model::PersonalGrantId id);

/// What an application asks a person for (platform spec §8.1).
struct GrantCommand {
    model::User user;
    /// The company that gets the right; empty = the platform company.
    std::string tenant_name;
    /// The day on which it ends; none = in a year.
    std::optional<UtcTime> deadline;
    bool deadline_modifiable = false;
    std::string remark;
    std::string callback_url;
    std::string callback_page;
    bool personal_parties = true;
    /// What the person must state about himself; empty members are not asked for. The name is shown, not asked.
    IdentityInput identity;
    /// The ways he may choose among, the first one first; empty is everything that is stated.
    std::vector<model::IdentityWay> ways;
    model::PaperType paper_type = model::PaperType::IdCard;
    std::vector<model::ModifyField> modify_fields;
    std::string auth_method;
    std::string theme_color;
    std::string language;
};

enum class GrantStatus { Effective, Expired, Cancelled };
std::string_view to_wire(GrantStatus status);

struct GrantRecord {
    model::PersonalGrant grant;
    GrantStatus status = GrantStatus::Effective;
};

/// What one way of showing who he is asks of the person.
struct GrantDemand {
    model::IdentityWay way = model::IdentityWay::Default;
    bool id_card = false;
    bool bank_card = false;
    bool bank_mobile = false;
};

/// What the page of a request shows.
struct GrantView {
    model::GrantRequest request;
    model::Company company;
    std::string masked_contact;
    bool by_mail = false;
    /// One for each way of the request, in its order.
    std::vector<GrantDemand> demands;
    int tries_left = 0;
    /// Whether the person agreed to it before, and what became of that.
    std::optional<GrantStatus> granted;
};

/// What a person enters when he agrees.
struct GrantInput {
    std::string code;
    bool consent = false;
    /// His name, where the request does not know it or lets him put it right.
    std::string name;
    /// How he shows who he is; none = the request's first way.
    std::optional<model::IdentityWay> way;
    std::optional<PersonalSignature> signature;
    std::optional<UtcTime> deadline;
    IdentityInput identity;
};

/// The right to sign silently with a person's own signature: asked for by link, given with a code, checked at every
/// signature, ended by its day or by deauthorizing. Each application has its own. Thread-safe.
class PersonalGrants {
  public:
    PersonalGrants(Platform& platform, const Directory& directory, SignerProof& proof, Artist& artist, Notices& notices)
        : platform_(platform), directory_(directory), proof_(proof), artist_(artist), notices_(notices) {}

    /// The address of the page on which the person agrees; it opens for 24 hours. Errors: those of companies and
    /// employees, EmployeeNameDiffers, InvalidParameter for a day that has passed, a number that cannot be one of the
    /// paper, or when no way is left because what it compares was not stated.
    Result<std::string> page_url(const Caller& caller, const GrantCommand& command);
    /// The same as a ticket for the mini-program; it lives 30 minutes.
    Result<std::string> ticket(const Caller& caller, const GrantCommand& command);

    /// What the application has of the person, the latest first; nothing = all.
    Result<std::vector<GrantRecord>> query(const Caller& caller, const model::User& user,
                                           std::optional<GrantStatus> status) const;
    /// Takes the company's right away at once. AuthorizationRequired when there is none.
    Status deauthorize(const Caller& caller, const model::User& user, const std::string& tenant_name);

    /// The grant by which one of the companies may sign for the person now. AuthorizationRequired. `own_party`: he is a
    /// party of his own.
    Result<model::PersonalGrant> effective(const Caller& caller, const std::vector<model::CompanyId>& companies,
                                           const model::User& user, bool own_party) const;
    /// Whether it still counts, within the transaction of the signature. AuthorizationRequired.
    Status check_still_effective(store::Transaction& transaction, model::PersonalGrantId id) const;
    Result<PersonalSignature> signature(const model::PersonalGrant& grant) const;

    /// For the page. Errors: LinkNotFound, LinkExpired.
    Result<GrantView> open(std::string_view token) const;
    /// Sends a code of six digits to the person: to agree, or, when what he agreed to counts, to take it back.
    /// TooFrequent within a minute, Conflict when there is nothing to confirm any more.
    Status send_code(std::string_view token);
    /// The person agrees, and gets a message with the address of this page, which is where he takes it back.
    /// Errors: InvalidParameter (consent, name, day, way), ParametersMissing (signature), IdentityMismatch,
    /// IdentityLocked, those of codes, Conflict when he agreed before.
    Result<GrantView> grant(std::string_view token, const GrantInput& input);
    /// The person takes it back, at any time before it ends by itself. Errors: Conflict when nothing counts that could
    /// be taken back, those of codes.
    Result<GrantView> withdraw(std::string_view token, const std::string& code);

  private:
    struct Comparison {
        bool agrees = true;
        /// What was stated differently where that is allowed, with commas between.
        std::string corrected;
    };
    Result<std::string> ask(const Caller& caller, const GrantCommand& command, std::chrono::minutes lifetime);
    Result<model::User> reachable(model::CompanyId company, const model::User& user) const;
    std::vector<std::string> digests_of(const Caller& caller, const model::User& user) const;
    std::string digest(std::string_view token_hash, std::string_view number) const;
    GrantStatus status_of(const model::PersonalGrant& grant) const;
    Comparison compare(std::string_view token_hash, const model::GrantRequest& request, const GrantDemand& demand,
                       const GrantInput& input) const;
    Result<std::string> check_identity(std::string_view token_hash, const GrantView& view, const GrantInput& input);
    /// Ends what counts of one company's rights; false when nothing did. Errors of the database.
    Result<bool> end(store::Transaction& transaction, const model::PersonalGrant& grant,
                     const std::string& actor) const;
    Status tell_granted(store::Transaction& transaction, std::string_view token, const GrantView& view,
                        const model::GrantTerms& terms) const;
    Status call_back(store::Transaction& transaction, const model::PersonalGrant& grant, std::string_view item) const;

    Platform& platform_;
    const Directory& directory_;
    SignerProof& proof_;
    Artist& artist_;
    Notices& notices_;
};

}  // namespace signet::service
