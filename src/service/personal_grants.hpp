#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/personal_grant.hpp"
#include "service/artist.hpp"
#include "service/directory.hpp"
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
    std::string theme_color;
    std::string language;
};

enum class GrantStatus { Effective, Expired, Cancelled };
std::string_view to_wire(GrantStatus status);

struct GrantRecord {
    model::PersonalGrant grant;
    GrantStatus status = GrantStatus::Effective;
};

/// What the page of a request shows.
struct GrantView {
    model::GrantRequest request;
    model::Company company;
    std::string masked_contact;
    bool by_mail = false;
    bool id_card = false;
    bool bank_card = false;
    bool bank_mobile = false;
    int tries_left = 0;
    /// Whether the person agreed to it before, and what became of that.
    std::optional<GrantStatus> granted;
};

/// What a person enters when he agrees.
struct GrantInput {
    std::string code;
    bool consent = false;
    /// His name, where the request does not know it.
    std::string name;
    std::optional<PersonalSignature> signature;
    std::optional<UtcTime> deadline;
    IdentityInput identity;
};

/// The right to sign silently with a person's own signature: asked for by link, given with a code, checked at every
/// signature, ended by its day or by deauthorizing. Each application has its own. Thread-safe.
class PersonalGrants {
  public:
    PersonalGrants(Platform& platform, const Directory& directory, SignerProof& proof, Artist& artist)
        : platform_(platform), directory_(directory), proof_(proof), artist_(artist) {}

    /// The address of the page on which the person agrees; it opens for 24 hours. Errors: those of companies and
    /// employees, InvalidParameter for a day that has passed.
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
    /// Sends a code of six digits to the person. TooFrequent within a minute.
    Status send_code(std::string_view token);
    /// The person agrees. Errors: InvalidParameter (consent, name, day), ParametersMissing (signature),
    /// IdentityMismatch, IdentityLocked, those of codes, Conflict when he agreed before.
    Result<GrantView> grant(std::string_view token, const GrantInput& input);

  private:
    Result<std::string> ask(const Caller& caller, const GrantCommand& command, std::chrono::minutes lifetime);
    Result<model::User> reachable(model::CompanyId company, const model::User& user) const;
    std::vector<std::string> digests_of(const Caller& caller, const model::User& user) const;
    std::string digest(std::string_view token_hash, std::string_view number) const;
    GrantStatus status_of(const model::PersonalGrant& grant) const;
    Status check_identity(std::string_view token_hash, const model::GrantRequest& request, const IdentityInput& input);
    Status call_back(store::Transaction& transaction, const model::PersonalGrant& grant, std::string_view item) const;

    Platform& platform_;
    const Directory& directory_;
    SignerProof& proof_;
    Artist& artist_;
};

}  // namespace signet::service
