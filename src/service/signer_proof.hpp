#pragma once

#include "base/result.hpp"
#include "model/contract.hpp"
#include "service/directory.hpp"
#include "service/notices.hpp"
#include "service/people.hpp"
#include "service/platform.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet::service {

/// The person behind a browser, as far as proofs are concerned.
struct Signer {
    /// The browser's secret, hashed.
    std::string client_hash;
    /// The link it opened, hashed; codes belong to it.
    std::string link_hash;
    /// Whether the link lets its user confirm by password (`allowPasswordSign`).
    bool allow_password = false;
    /// A contact that messages reach. Everything about the person is kept under a keyed digest of it.
    model::User recipient;
    /// How the party was told to confirm (spec §2.2).
    model::SignValidateWay way = model::SignValidateWay::SaasConfig;
};

/// How long nobody gets another code for the same thing.
inline constexpr std::chrono::seconds kResendPause{60};

/// What somebody entered to confirm an act; the code counts when both are there, but for a party that signs by password
/// (SIGNPWD): there a code makes the password that comes with it the new one.
struct ConfirmationInput {
    std::string code;
    std::string password;
};

/// What a code confirms: a contract, and a digest of what it says.
struct CodeContent {
    model::ContractId contract;
    std::string digest;
};

/// A confirmation that was right. `settle` uses it up and must run in the transaction of the act it confirms.
struct Confirmation {
    std::string factor;  // `code` or `password`
    std::function<Status(store::Transaction&)> settle;
    /// What the log keeps about it, as a JSON object without secrets: which code (`codeId`, `codeSentTime`), or until
    /// when the password could be used (`windowUntil`). Empty when there is nothing to say.
    std::string record = {};
    /// Names it in the log: the code's number, or a digest of the window in which the password counts.
    std::string factor_id = {};
};

/// Which parts of an identity a party's signer must prove, and how far he got.
struct IdentityDemand {
    bool id_card = false;
    bool bank_card = false;
    bool bank_mobile = false;
    /// The name that must come with them; empty = any.
    std::string name;
    /// What may be stated differently from what the sender stated.
    std::vector<model::ModifyField> correctable;
    bool proven = false;
    int tries_left = 0;
    /// When it was.
    std::optional<UtcTime> proven_time = {};
    /// A hexadecimal SHA-256 of the keyed digests it is compared with: which proof it was, without telling the numbers.
    std::string evidence = {};

    /// For the log: `ID_CARD` or `BANK_CARD`.
    std::string method() const { return bank_card || bank_mobile ? "BANK_CARD" : "ID_CARD"; }
};

/// Who vouches for an identity here: the initiator, whose statement is compared. No register is asked.
inline constexpr std::string_view kIdentityProvider = "initiator";

struct IdentityInput {
    std::string name;
    std::string id_card_no;
    std::string bank_no;
    std::string bank_mobile;
};

/// How a person is known in the database: a keyed digest of the contact that messages reach.
std::string person_key(const Platform& platform, const model::User& recipient);

/// Codes, passwords and identities of signers. After a signature confirmed by code on a link that allows it, the same
/// person may confirm by password in the same browser for thirty minutes; each success begins them anew. Thread-safe.
class SignerProof {
  public:
    SignerProof(Platform& platform, const Directory& directory, const People& people, Notices& notices)
        : platform_(platform), directory_(directory), people_(people), notices_(notices) {}

    /// Sends a code of six digits, valid for five minutes and five tries. `key` names what it confirms, `text` says it
    /// in the message. TooFrequent within a minute of the last one, Unavailable when nobody can be reached.
    /// With a `content` it confirms that content alone; the log says that it was sent.
    Status send_code(const std::string& key, const model::User& recipient, const std::string& text,
                     const CodeContent& content = {});

    /// Checks what was entered without using it up. Errors: CodeRequired, CodeWrong, CodeExpired, PasswordWrong,
    /// PasswordNotUsable; for wrong ones the detail is the number of tries left. A party with SIGNPWD confirms by
    /// password alone: PasswordRequired without one, CodeRequired when the person has none yet, PasswordWeak.
    /// A code that was sent for another `content` counts as expired.
    Result<Confirmation> check(const std::string& code_key, const Signer& signer, const ConfirmationInput& input,
                               const std::string& content = {});

    Result<bool> has_password(const Signer& signer) const;
    /// Whether the thirty minutes are running for this person in this browser.
    Result<bool> window_open(const Signer& signer) const;
    /// Whether a password may be entered now: allowed by the link, set, and within the thirty minutes.
    Result<bool> password_usable(const Signer& signer) const;
    /// Sets the password within the thirty minutes; an existing one is replaced only with a code. Errors:
    /// PasswordNotUsable, PasswordWeak, and those of codes.
    Status set_password(const Signer& signer, const std::string& password, const std::string& code);

    /// Nothing when the party asks for no proof of identity, or the user is not the one it concerns.
    Result<std::optional<IdentityDemand>> identity_demand(const model::Contract& contract,
                                                          const model::Signatory& party, const model::User& user,
                                                          const Signer& signer) const;
    /// Compares what the signer states with what the initiator stated. Errors: IdentityMismatch (the detail is the
    /// number of tries left), IdentityLocked after five.
    Status prove_identity(const model::Contract& contract, const model::Signatory& party, const model::User& user,
                          const Signer& signer, const IdentityInput& input);

  private:
    struct IdentityComparison {
        bool agrees = true;
        /// What was stated differently where that is allowed, with commas between.
        std::string corrected;
    };
    IdentityComparison compare(const IdentityDemand& demand, const model::Signatory& party,
                               const IdentityInput& input) const;
    std::string person_key(const Signer& signer) const;
    std::string window_key(const Signer& signer) const;
    std::string record_of_code(const std::string& key, const std::string& code_hash) const;
    std::string record_of_window(const Signer& signer) const;
    /// A code that was right.
    struct RightCode {
        std::string hash;
        std::string id;
    };
    Result<RightCode> checked_code(const std::string& key, const std::string& code, const std::string& content = {});
    Status check_password(const Signer& signer, const std::string& password);
    Result<Confirmation> check_signing_password(const std::string& code_key, const Signer& signer,
                                                const ConfirmationInput& input, const std::string& content);
    Status count_wrong_password(const std::string& key);

    Platform& platform_;
    const Directory& directory_;
    const People& people_;
    Notices& notices_;
};

}  // namespace signet::service
