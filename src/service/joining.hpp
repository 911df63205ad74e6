#pragma once

#include "base/result.hpp"
#include "model/contract.hpp"
#include "service/contract_book.hpp"
#include "service/directory.hpp"
#include "service/drafting.hpp"
#include "service/links.hpp"
#include "service/party_editing.hpp"
#include "service/platform.hpp"
#include "service/signer_proof.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet::service {

/// A link through which somebody becomes the party with this serialNo.
struct JoinUrl {
    int serial_no = 0;
    std::string url;
};

/// What a join link shows.
struct JoinView {
    enum class State {
        Open,
        Joined,  // somebody took the place
        Over,    // the contract takes nobody any more
    };
    State state = State::Open;
    std::string subject;
    std::string initiator;
    model::TenantType type = model::TenantType::Personal;
    /// The name the sender settled; empty = whoever joins states it.
    std::string tenant_name;
    /// The contact the sender settled, masked; empty = whoever joins states it.
    std::string masked_contact;
    std::optional<UtcTime> deadline;
};

/// Who joins. What the sender settled counts, whatever is said here.
struct JoinCommand {
    std::string name;
    /// The company he acts for; for company parties.
    std::string company_name;
    /// A mobile number or a mail address.
    std::string contact;
    std::string code;
};

/// Parties that are filled in later (`delaySet`): links for them, and the page behind the links, where whoever comes
/// first states who he is, proves his contact by a code, and is the party from then on. Thread-safe.
class Joining {
  public:
    struct Tools {
        Platform& platform;
        const Directory& directory;
        ContractBook& book;
        const Drafting& drafting;
        const PartyEditing& editing;
        SignerProof& proof;
        Links& links;
    };
    explicit Joining(Tools tools) : tools_(tools) {}

    /// Fresh links for the parties of a type that nobody joined yet; they live until the contract's deadline. Errors:
    /// those of locating, InvalidContractStatus.
    Result<std::vector<JoinUrl>> urls(const Caller& caller, const Locator& locator, model::TenantType type);
    /// The same for persons as spec §4.18 has it: ContractToJoinNotFound for an unknown contract, SignatoryRequired
    /// when it never had such a party, NobodyToJoin when all have joined.
    Result<std::vector<JoinUrl>> personal_urls(const Caller& caller, const Locator& locator);

    /// Errors: LinkNotFound, LinkExpired.
    Result<JoinView> open(std::string_view token);

    struct CodeSent {
        std::string masked_contact;
        int resend_after_seconds = 60;
    };
    /// Sends the code that proves a contact: one a minute and at most twenty for each link, to whomever. Errors: those
    /// of `open`, NobodyToJoin, InvalidContractStatus, InvalidParameter, TooFrequent.
    Result<CodeSent> send_code(std::string_view token, const std::string& contact);

    /// Makes the joiner the party; the address of his signing page. Errors: those of `open` and of codes,
    /// NobodyToJoin when somebody was faster, InvalidContractStatus, InvalidParameter, DuplicateSignatory, and
    /// EmployeeNotFound for a company on record that does not know the contact.
    Result<std::string> join(std::string_view token, const JoinCommand& command);

  private:
    struct OpenLink;
    Result<OpenLink> open_link(std::string_view token);
    Result<model::User> contact_of(const model::Signatory& party, const std::string& stated) const;
    std::string code_key(const OpenLink& link, const model::User& contact) const;

    Tools tools_;
};

}  // namespace signet::service
