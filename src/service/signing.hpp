#pragma once

#include "base/result.hpp"
#include "crypto/digest.hpp"
#include "crypto/signer.hpp"
#include "model/contract.hpp"
#include "pdf/sign.hpp"
#include "service/artist.hpp"
#include "service/contract_book.hpp"
#include "service/directory.hpp"
#include "service/national_seals.hpp"
#include "service/places.hpp"
#include "service/platform.hpp"
#include "service/signing_intent.hpp"
#include "service/watermarks.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace signet::service {

class Preservation;
class SigningKeys;
class TrustServices;

/// A call that seals silently (spec §4.19).
struct SealSignCommand {
    Locator locator;
    /// The signing company; empty = the platform company.
    std::string tenant_name;
    model::SealId seal;
    /// Further places; their node is the one whose turn it is.
    std::vector<model::Stamper> stampers;
    bool locate_all = true;
};

/// One act of signing, whoever asked for it: everything that is known about it.
struct SigningAct {
    model::ActionId action;
    /// Who acts, for the log, the certificate and the contract.
    model::User by;
    std::string actor;
    /// What proved the intent: `application`, `code`, `password`, `auto`.
    std::string factor;
    /// What that was bound to, as a JSON object for the log; may be empty.
    std::string proof = {};
    /// The seal for nodes that seal; zero = the node's only one, else the company's first.
    model::SealId seal;
    /// For nodes that are signed by hand.
    std::optional<PersonalSignature> signature;
    /// Places beside those found when the contract was sent.
    std::vector<model::Place> more_places;
    /// More to be committed together with the signature.
    std::function<Status(store::Transaction&)> also;
    /// What shows that he wants it; stands in the log before the key is used.
    SigningIntent intent;
};

/// How an approval ended, and who decided it.
struct Decision {
    model::User by;
    bool pass = false;
    std::string comment;
    /// More to be committed together with it.
    std::function<Status(store::Transaction&)> also;
};

/// Makes signatures: draws, signs each document the node has places in, and commits documents, statuses, log and
/// notices together. The intent is durable before a key is used; two signers at once are put in order by the contract's
/// lock, so that no signature is ever made over stale bytes. A signature that should have a time-stamp is not made
/// without (TimeStampUnavailable): nothing is changed then, and whoever wants it tries again. Thread-safe.
class Signing {
  public:
    Signing(Platform& platform, const Directory& directory, ContractBook& book, Artist& artist,
            const PlaceFinder& places, const Watermarks& watermarks, const TrustServices& trust,
            const Preservation& preservation, SigningKeys& keys, NationalSeals& national_seals);
    ~Signing();

    /// Seals the open node of one of the caller's companies: a COMPANY node, or with ActionType::Lp that of the legal
    /// representative. Errors as in spec §4.19 and §4.20.
    Status company_sign(const Caller& caller, const SealSignCommand& command,
                        model::ActionType node = model::ActionType::Company);

    /// Carries out an act on a contract whose lock the caller holds. Errors: InvalidContractStatus, NotSignStep,
    /// SealNotFound, InvalidSealStatus, InvalidParameter when there is no place at all.
    Result<ContractPointer> sign(const ContractLock& held, const SigningAct& wanted);

    /// An approval: passes the node, or sends the contract back.
    Result<ContractPointer> audit(const ContractLock& held, model::ActionId action, const Decision& decision);
    /// A party refuses; `comment` is its reason.
    Result<ContractPointer> reject(const ContractLock& held, model::ActionId action, const Decision& decision);

    /// Signs the initiator's nodes that sign themselves and whose turn it is, until none is left. A node that cannot
    /// stays open with an entry in the log; when the reason may pass, `sign_due` tries again later.
    Status sign_automatically(const ContractLock& held);
    /// Makes up for what a crash or a fault prevented, in at most `limit` contracts; how many there were. Nothing is
    /// signed twice: each contract is looked at anew under its lock.
    Result<std::size_t> sign_due(std::size_t limit);

    /// Draws the contract's watermarks and brings every document of a draft to its frozen revision with all the fields
    /// its nodes will need; changes the copy and appends to the files. Nothing counts until the copy is committed.
    Status freeze(model::Contract& contract);

    /// The same once more for a document of a sent contract that nobody has signed yet, from its bytes before sending:
    /// places have changed, and no field shall be left over for the earlier ones. The bytes go to a file of their own;
    /// the earlier one belongs to nobody once the copy is committed. A document that has a signature stays as it is.
    Status freeze_anew(model::Contract& contract, model::DocumentId document);

    /// Readies a document that joins a contract after sending, such as an attachment that its party signs. Errors: the
    /// reasons why a PDF is refused.
    Status make_signable(model::Document& document) const;

    /// Says in the log that signings begun before a crash never came to be. Call at start.
    Status void_unfinished();

  private:
    Status give_up_automatic(const model::Contract& contract, model::ActionId action, const Error& why);
    struct Ink;
    class HashStates;
    Result<std::vector<model::Place>> attachment_places(const model::Contract& contract,
                                                        const model::Action& action) const;
    Result<Ink> prepare_ink(const model::Contract& contract, const SigningAct& act) const;
    Result<CompiledDrawingPointer> drawing_for(const model::Place& place, const Ink& ink, UtcTime now) const;
    struct Growth;
    Status freeze(model::Contract& contract, model::Document& document);
    using Growths = std::map<model::DocumentId, Growth>;
    Result<Growth> growth_of(const model::Document& document);
    Status fill_prepared(const model::PreparedField& field, const std::vector<pdf::PlaceAppearance>& appearances,
                         const pdf::SignatureDetails& details, const pdf::CmsMaker& cms, Growth& growth) const;
    Status sign_at_new_places(const model::Document& document, model::ActionId action,
                              const std::vector<model::Place>& places,
                              const std::vector<pdf::PlaceAppearance>& appearances,
                              const pdf::SignatureDetails& details, const pdf::CmsMaker& cms, Growth& growth) const;
    Status sign_document(const model::Contract& contract, const model::Document& document, const SigningAct& act,
                         const Ink& ink, const pdf::CmsMaker& cms, UtcTime now, Growths& growths);
    Status seal_nationally(const model::Contract& contract, const SigningAct& act, const Ink& ink,
                           const pdf::SignatureDetails& details, const TimeStamps* time_stamps, Growths& growths) const;
    pdf::SignatureDetails details_of(const model::Contract& contract, model::ActionId action, UtcTime now) const;
    crypto::Subject subject_of(const model::Contract& contract, const SigningAct& act) const;
    void make_last(const model::Contract& contract, model::SignatureLevel level, Growths& growths);
    Status write_growth(model::Document& document, const Growth& growth);
    Result<std::shared_ptr<const crypto::Signer>> brought_key_for(const model::Contract& contract,
                                                                  const SigningAct& act) const;
    Result<std::shared_ptr<const crypto::Signer>> certificate_for(const model::Contract& contract,
                                                                  const SigningAct& act) const;

    Platform& platform_;
    const Directory& directory_;
    ContractBook& book_;
    Artist& artist_;
    const PlaceFinder& places_;
    const Watermarks& watermarks_;
    const TrustServices& trust_;
    const Preservation& preservation_;
    SigningKeys& keys_;
    NationalSeals& national_seals_;
    std::unique_ptr<HashStates> hash_states_;
};

}  // namespace signet::service
