#pragma once

#include "base/result.hpp"
#include "model/contract.hpp"
#include "service/contract_book.hpp"
#include "service/people.hpp"
#include "service/platform.hpp"

#include <optional>
#include <string>

namespace signet::service {

/// What a caller wants of a signing page (spec §4.13, §4.39).
struct PageCommand {
    Locator locator;
    model::User user;
    bool allow_password = false;
    bool hide_password_settings = false;
    bool hide_reject = true;
    bool hide_return = false;
    bool hide_state = false;
    bool hide_recall = false;
    bool hide_end = false;
    bool show_resend = false;
    /// SIGN, PRINT or DIRECT_SIGN; empty is SIGN.
    std::string page_type;
    std::string callback_page;
    std::string language;  // cn, en or empty
    std::string theme_color;
    std::chrono::minutes lifetime{30};
};

/// A token of `/contract/share/…?openPageToken=`: a random UUID, 122 bits.
std::string page_token();

/// Links and tickets that open the signing page. A ticket is 32 random characters (190 bits); the database knows only
/// the hashes. Thread-safe.
class Links {
  public:
    Links(Platform& platform, const People& people, ContractBook& book)
        : platform_(platform), people_(people), book_(book) {}

    /// The address of a signing page for one user. Errors: NoViewPermission when the user has no part in the contract,
    /// NoOperationPermission while he has to wait for others (spec §4.13), InvalidContractStatus for a draft.
    Result<std::string> page_url(const Caller& caller, const PageCommand& command);
    /// A ticket for the mini-program; lives 30 minutes. Who has to wait gets one, too: its page asks for the right to
    /// look and no more. Other errors as above.
    Result<std::string> ticket(const Caller& caller, const PageCommand& command);

    /// A link for a party's own notice: it lives as long as the contract (or its cancellation) may be signed, and for a
    /// while when nothing is to be signed any more. Written in the caller's transaction.
    Result<std::string> notice_url(store::Transaction& transaction, const model::Contract& contract,
                                   const model::Signatory& signatory, const model::User& user);

    /// A link for somebody who has just shown by a code who he is: half an hour. Written in the caller's transaction.
    Result<std::string> entered_url(store::Transaction& transaction, const model::Contract& contract,
                                    const model::Signatory& signatory, const model::User& user);

    /// A page for reading alone, for somebody who gets a copy: it can be read for thirty days after signing has ended
    /// at the latest. Written in the caller's transaction.
    Result<std::string> copy_url(store::Transaction& transaction, const model::Contract& contract,
                                 const model::CopySendReceiver& copy);

  private:
    struct Access {
        ContractPointer contract;
        const model::Signatory* signatory = nullptr;
    };
    Result<Access> access(const Caller& caller, const PageCommand& command);
    bool must_wait(const Access& granted, const model::User& user) const;
    std::string address(model::ContractId contract, std::string_view token) const;
    Result<std::string> own_url(store::Transaction& transaction, const model::Contract& contract,
                                const model::Signatory& signatory, const model::User& user, UtcTime until);

    Platform& platform_;
    const People& people_;
    ContractBook& book_;
};

/// The hash under which a token is stored.
std::string token_hash(std::string_view token);

}  // namespace signet::service
