#pragma once

#include "base/file_descriptor.hpp"
#include "base/result.hpp"
#include "model/contract.hpp"
#include "service/artist.hpp"
#include "service/contract_book.hpp"
#include "service/directory.hpp"
#include "service/drafting.hpp"
#include "service/filling.hpp"
#include "service/people.hpp"
#include "service/platform.hpp"
#include "service/signer_proof.hpp"
#include "service/signing.hpp"
#include "service/signing_intent.hpp"
#include "service/watermarks.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace signet::service {

/// What a link allows its user, as far as a page shows it.
struct PageOptions {
    bool can_reject = false;
    bool allow_password = false;
    /// A password may be entered now instead of a code.
    bool password_usable = false;
    /// After a signature confirmed by code the page may offer to set a password.
    bool offer_password = false;
    bool hide_password_settings = false;
    bool is_mini_program = false;
    bool hide_return = false;
    bool hide_state = false;
    /// Who gets a copy may be kept from downloading.
    bool hide_download = false;
    model::SignValidateWay validate_way = model::SignValidateWay::SaasConfig;
    std::string callback_page;
    std::string language;
    std::string theme_color;
    /// SIGN, PRINT or DIRECT_SIGN.
    std::string page_type;
    /// Where the page opens; zero: at the beginning.
    model::DocumentId document;
    bool can_download = true;
    bool can_print = true;
    /// The initiator's own user, in a status that allows it, on a link that shows the button.
    bool can_recall = false;
    bool can_end = false;
    bool can_resend = false;
};

/// What a browser may see of a contract through one link, at this moment.
struct PageView {
    ContractPointer contract;
    /// The party the user acts for, or through whose category he looks; a part of `contract`. Null for whoever reads by
    /// a link that names nobody.
    const model::Signatory* party = nullptr;
    /// The user may only look.
    bool viewing = false;
    bool has_password = false;
    /// The user may fill in his party's parameters now.
    bool may_fill = false;
    /// What the user must prove about himself before signing, if anything.
    std::optional<IdentityDemand> identity;
    /// How much of the contract he has had on his screen.
    Reading reading;
    /// The law may not accept an electronic signature for this.
    model::ExcludedMatter excluded_matter = model::ExcludedMatter::None;
    /// The node the user may do now; a part of `contract`; null when there is none.
    const model::Action* action = nullptr;
    model::User user;
    /// Where codes go: a masked contact.
    std::string masked_contact;
    bool by_mail = false;
    PageOptions options;
    /// Names the link in later calls of the same client; opens nothing by itself.
    std::string key;
    /// The seals to choose among when the node seals.
    std::vector<model::Seal> seals;
    /// Who may do the party's open nodes when the user may not, by name.
    std::vector<std::string> others;
};

struct PageSignCommand {
    std::string code;
    std::string password;
    bool consent = false;
    /// The language the page was shown in.
    std::string language;
    model::SealId seal;
    std::optional<PersonalSignature> signature;
    /// Free places: fractions of the displayed page, the image's bottom left corner; pages from 1.
    struct FreePlace {
        model::DocumentId document;
        int page = 1;
        double x = 0;
        double y = 0;
    };
    std::vector<FreePlace> places;
};

/// The signing page's side of things: opening links, codes, signing, refusing. A client is a browser, known by a random
/// cookie; what it opened, it may act upon. Thread-safe.
class SigningPage {
  public:
    /// What the page is built upon.
    struct Tools {
        Platform& platform;
        const People& people;
        ContractBook& book;
        Drafting& drafting;
        Signing& signing;
        Filling& filling;
        Artist& artist;
        SignerProof& proof;
        const Watermarks& watermarks;
        const Directory& directory;
    };
    explicit SigningPage(Tools tools)
        : platform_(tools.platform),
          people_(tools.people),
          book_(tools.book),
          drafting_(tools.drafting),
          signing_(tools.signing),
          filling_(tools.filling),
          artist_(tools.artist),
          proof_(tools.proof),
          watermarks_(tools.watermarks),
          directory_(tools.directory) {}

    /// Opens a link or ticket. The first client that opens a ticket binds it. Errors: LinkNotFound, LinkExpired,
    /// LinkBoundElsewhere, ContractNotFound.
    Result<PageView> open(std::string_view token, bool is_ticket, std::string_view client);
    /// What the client sees now of the link it opened (`key` empty: the latest). LinkNotFound when it opened none.
    Result<PageView> view(std::string_view client, std::string_view key);

    /// What the client sees and the person behind it.
    struct Visit {
        PageView view;
        Signer signer;
        /// The token of the application that asked for the link; empty for links of our own making.
        std::string application;
    };
    Result<Visit> visit(std::string_view client, std::string_view key);

    struct CodeSent {
        std::string masked_contact;
        int resend_after_seconds = 60;
    };
    /// Sends a code of six digits. TooFrequent within a minute of the last one.
    Result<CodeSent> send_code(std::string_view client, std::string_view key);

    /// Notes which pages (from 1) of a document the client has had on his screen; whoever reads by a link that names
    /// nobody leaves no trace. InvalidParameter for pages the contract does not have.
    Status seen(std::string_view client, std::string_view key, model::DocumentId document,
                const std::vector<int>& pages);

    /// How much of a contract this person has had on his screen.
    Result<Reading> reading(const model::Contract& contract, const model::User& recipient) const {
        return reading_of(platform_, directory_, contract, recipient);
    }

    /// Proves the identity the party asks for. Errors as SignerProof::prove_identity.
    Status prove_identity(std::string_view client, std::string_view key, const IdentityInput& input);
    /// Sets the user's password. Errors as SignerProof::set_password.
    Status set_password(std::string_view client, std::string_view key, const std::string& password,
                        const std::string& code);

    /// Signs the user's node. Errors: those of SignerProof::check, IdentityRequired, ReadingRequired, InvalidParameter
    /// (consent, places), AttachmentRequired, and those of Signing.
    Result<PageView> sign(std::string_view client, std::string_view key, const PageSignCommand& command);
    Result<PageView> audit(std::string_view client, std::string_view key, bool pass, const std::string& comment,
                           const ConfirmationInput& confirmation);
    /// Fills in the party's parameters. Errors: NotSignStep and those of Filling::fill.
    Result<PageView> fill(std::string_view client, std::string_view key, const std::vector<model::ParamValue>& values);
    /// Refuses to sign, or to fill in.
    Result<PageView> reject(std::string_view client, std::string_view key, const std::string& reason);
    /// Hands in a file that the party was asked for; one that must be signed becomes a PDF now and part of the
    /// contract. Errors: NotSignStep, InvalidParameter, and for files to be signed those of Drafting::add_file.
    Status attach(std::string_view client, std::string_view key, model::AttachmentId attachment,
                  const std::filesystem::path& file, const std::string& file_name);

    /// Takes the contract back, or ends it as it stands, for the initiator's own user. Errors: NoOperationPermission,
    /// InvalidParameter (the reason), InvalidContractStatus.
    Result<PageView> recall(std::string_view client, std::string_view key, const std::string& reason);
    Result<PageView> force_end(std::string_view client, std::string_view key, const std::string& reason);
    /// Writes down that the client prints. NoOperationPermission when its link does not allow it.
    Status printed(std::string_view client, std::string_view key);

    /// The contract of a document, if the client opened a link of it.
    Result<ContractPointer> contract_of(std::string_view client, model::DocumentId document);
    /// The same for a client that wants to keep the document: also who he is in the log. NoOperationPermission when
    /// none of its links allows downloads.
    struct Keeper {
        ContractPointer contract;
        std::string actor;
    };
    Result<Keeper> keeper_of(std::string_view client, model::DocumentId document);
    /// Who the client is in the log, if the link allows downloads.
    Result<Keeper> keeper_of(std::string_view client, std::string_view key);
    /// A page as JPEG, `pixels` wide; pages from 1.
    Result<Bytes> picture(const model::Contract& contract, model::DocumentId document, int page, int pixels);
    /// The picture of a seal the client may choose; no id is the seal drawn from the company's name.
    Result<Bytes> seal_picture(std::string_view client, std::string_view key, model::SealId seal, unsigned pixels);

  private:
    struct OpenLink;
    Result<std::string> link_of_code(const CodeTarget& code);
    /// Whoever opened a link of the contract that shows its pages, as the log names him.
    Result<Keeper> reader_of(std::string_view client, model::DocumentId document, bool keeps);
    using InitiatorsWork = std::function<Result<model::Events>(model::Contract&, UtcTime)>;
    Result<PageView> as_initiator(std::string_view client, std::string_view key, bool PageOptions::*allowed,
                                  std::string event, const InitiatorsWork& work);
    void find_rights(const OpenLink& link, PageView& view) const;
    Result<OpenLink> open_link(std::string_view client, std::string_view key);
    Result<PageView> view_of(const OpenLink& link);
    void find_task(PageView& view) const;
    Result<PageView> with_proofs(const OpenLink& link, PageView view);
    bool may_read(const model::Contract& contract, const model::User& user, bool downloads) const;
    model::User recipient_of(const PageView& view) const;
    Signer signer_of(const OpenLink& link, const PageView& view) const;
    Result<Confirmation> confirm(const OpenLink& link, const PageView& view, const ConfirmationInput& input);
    Result<std::vector<model::Place>> free_places(const PageView& view, const PageSignCommand& command) const;

    Platform& platform_;
    const People& people_;
    ContractBook& book_;
    Drafting& drafting_;
    Signing& signing_;
    Filling& filling_;
    Artist& artist_;
    SignerProof& proof_;
    const Watermarks& watermarks_;
    const Directory& directory_;
};

}  // namespace signet::service
