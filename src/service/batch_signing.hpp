#pragma once

#include "base/result.hpp"
#include "service/contract_book.hpp"
#include "service/links.hpp"
#include "service/people.hpp"
#include "service/signer_proof.hpp"
#include "service/signing.hpp"
#include "service/signing_page.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet::service {

/// Why a contract must be signed on a page of its own.
enum class BatchObstacle { None, SeveralSeals, NoPlaces, Attachments, Identity, Approval, Cancellation };
std::string_view to_wire(BatchObstacle obstacle);

/// A contract that waits for the same person.
struct WaitingContract {
    ContractPointer contract;
    /// Both are parts of `contract`.
    const model::Signatory* party = nullptr;
    const model::Action* action = nullptr;
    BatchObstacle obstacle = BatchObstacle::None;
};

/// Where a contract that waits can be read and signed by itself.
struct WaitingPage {
    model::ContractId contract;
    std::string url;
};

struct BatchCommand {
    std::vector<model::ContractId> contracts;
    std::string code;
    bool consent = false;
    std::optional<PersonalSignature> signature;
};

/// How it went with one contract of a batch.
struct BatchResult {
    model::ContractId contract;
    Status outcome;
};

/// Signing several contracts that wait for one person with one code. Only contracts whose places are settled and that
/// leave nothing to choose or to hand in can be part of a batch; a node for which several seals were named never is,
/// nor a cancellation, which declares something else. Thread-safe.
class BatchSigning {
  public:
    BatchSigning(Platform& platform, const People& people, ContractBook& book, SigningPage& page, SignerProof& proof,
                 Signing& signing, Links& links)
        : platform_(platform),
          people_(people),
          book_(book),
          page_(page),
          proof_(proof),
          signing_(signing),
          links_(links) {}

    /// What else waits for the person behind this page, at most a hundred, oldest first. Errors: LinkNotFound.
    Result<std::vector<WaitingContract>> waiting(std::string_view client, std::string_view key);
    /// Sends the code that confirms a batch. Errors as SignerProof::send_code.
    Result<SigningPage::CodeSent> send_code(std::string_view client, std::string_view key);
    /// The addresses of the pages of all that waits, for half an hour, once the person has shown by the batch's code
    /// that it is he: a link to one contract shows no other. Errors: those of the code.
    Result<std::vector<WaitingPage>> open_pages(std::string_view client, std::string_view key, const std::string& code);
    /// Signs one after the other; what cannot be signed is told and does not keep the rest. Errors: those of the code,
    /// InvalidParameter (consent, contracts, signature).
    Result<std::vector<BatchResult>> sign(std::string_view client, std::string_view key, const BatchCommand& command);

  private:
    struct Visitor {
        model::User recipient;
        Signer signer;
        model::ContractId here;
    };
    Result<Visitor> visitor(std::string_view client, std::string_view key);
    Result<std::optional<WaitingContract>> find(const Visitor& visitor, ContractPointer contract) const;
    Result<BatchObstacle> obstacle(const Visitor& visitor, const WaitingContract& waiting) const;
    Status sign_one(const Visitor& visitor, model::ContractId id, const BatchCommand& command,
                    const Confirmation& confirmation);
    Result<SigningIntent> intent_of(const Visitor& visitor, const WaitingContract& waiting,
                                    const Confirmation& confirmation) const;

    Platform& platform_;
    const People& people_;
    ContractBook& book_;
    SigningPage& page_;
    SignerProof& proof_;
    Signing& signing_;
    Links& links_;
};

/// Keeps the list of who may act in which contract in step with a change; for ContractBook::set_turns.
std::vector<std::string> people_whose_turn_it_is(const Platform& platform, const People& people,
                                                 const model::Contract& contract);

}  // namespace signet::service
