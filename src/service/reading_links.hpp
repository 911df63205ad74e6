#pragma once

#include "base/result.hpp"
#include "model/contract.hpp"
#include "service/contract_book.hpp"
#include "service/downloads.hpp"
#include "service/people.hpp"
#include "service/platform.hpp"
#include "service/signer_proof.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace signet::store {
class Transaction;
namespace links {
struct Link;
enum class LinkKind;
}  // namespace links
}  // namespace signet::store

namespace signet::service {

/// A page for reading alone (spec §4.14, §4.40).
struct ViewCommand {
    Locator locator;
    model::DocumentId document;  // opens here
    std::string language;
    std::string theme_color;
    bool download_button = true;
    bool print_button = true;
};

/// The initiator's page before sending (spec §4.15).
struct AppointCommand {
    Locator locator;
    std::string page_type{"APPOINT"};  // or FILL_PARAMETERS, DRAFT
    std::string callback_page;
    bool allowed_send = false;
    bool hide_return = false;
    bool can_save_or_close = true;
    bool shows_places = true;
    bool shows_parameters = true;
    std::string language;
    std::string theme_color;
    std::chrono::minutes lifetime{30};
};

/// One address of GET /v2/contract/downloadurl (spec §2.18): a contract's document, or something of the contract.
struct DownloadLink {
    model::ContractId contract;
    model::DocumentId document;
    std::string title;
    std::string items;
    std::string url;
};

/// Links that lead to reading: the view page, the page before sending, short links, downloads. Tokens are random; the
/// database knows only their hashes. Thread-safe.
class ReadingLinks {
  public:
    ReadingLinks(Platform& platform, const People& people, ContractBook& book, const Downloads& downloads,
                 SignerProof& proof)
        : platform_(platform), people_(people), book_(book), downloads_(downloads), proof_(proof) {}

    /// `<base>/contract/view/<token>`, 30 minutes. DocumentRequired for a draft without documents.
    Result<std::string> view_url(const Caller& caller, const ViewCommand& command);
    /// The same for the mini-program.
    Result<std::string> view_ticket(const Caller& caller, const ViewCommand& command);

    /// `<base>/contract/appoint/<id>?openPageToken=<token>`. InvalidContractStatus unless it is a draft.
    Result<std::string> appoint_url(const Caller& caller, const AppointCommand& command);

    /// `<base>/s/<token>`: leads to the signing page after a log-in with a contact of the contract; `contact` is filled
    /// in beforehand. Valid until the contract is over. InvalidContractStatus for a draft.
    Result<std::string> short_url(const Caller& caller, const Locator& locator, const std::string& contact);

    /// Links of 60 minutes, one a file, or with `compressed` one for the package.
    Result<std::vector<DownloadLink>> download_urls(const Caller& caller, const Locator& locator,
                                                    const std::vector<DownloadItem>& items, bool compressed);

    /// What a download link brings; it is written into the operation log. LinkNotFound, LinkExpired.
    Result<ArchiveDownload> download(std::string_view token);

    /// What somebody who opened a short link sees before he logs in.
    struct ShortView {
        std::string subject;
        std::string sponsor;
        /// The contact the link was made for, masked; empty when it has to be entered.
        std::string masked_contact;
    };
    Result<ShortView> short_view(std::string_view token);
    /// Sends a code to `contact`, or to the link's own when that is empty. For a contact that has no part in the
    /// contract nothing is sent and the answer is the same, so that nobody learns who takes part.
    Status short_code(std::string_view token, const std::string& contact);
    /// With the right code: a token of the signing page, valid for 30 minutes. Errors: those of codes.
    Result<std::string> short_enter(std::string_view token, const std::string& contact, const std::string& code);

  private:
    Result<std::string> keep(store::links::Link link, std::chrono::minutes lifetime, std::size_t length = 32);
    Result<store::links::Link> link_of(std::string_view token, store::links::LinkKind kind) const;
    Result<store::links::Link> view_link(const Caller& caller, const ViewCommand& command) const;
    /// The user of a contract with this contact; empty when nobody has it.
    model::User user_of(const model::Contract& contract, const std::string& contact) const;

    Platform& platform_;
    const People& people_;
    ContractBook& book_;
    const Downloads& downloads_;
    SignerProof& proof_;
};

}  // namespace signet::service
