#pragma once

#include "base/result.hpp"
#include "service/artist.hpp"
#include "service/cancellation_paper.hpp"
#include "service/contract_book.hpp"
#include "service/directory.hpp"
#include "service/drafting.hpp"
#include "service/places.hpp"
#include "service/platform.hpp"
#include "service/signing.hpp"
#include "service/templates.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace signet::service {

/// `/v2/contract/invalid` (spec §4.23): what it means depends on the contract's status.
struct InvalidCommand {
    Locator locator;
    /// The initiator's seal on the cancellation file; zero = the one it sealed the contract with.
    model::SealId seal;
    std::string reason;
    bool delete_files = false;
    /// The initiator's seal is set at once.
    bool auto_sign = true;
    /// Who hears that a contract of a single party is void; no contact twice.
    std::vector<model::CopySendReceiver> receivers;
    /// A day; its last second counts.
    std::optional<UtcTime> expire_day;
};

/// A cancellation with a file of the initiator's own (spec §4.24, §4.25). Its stampers name parties, companies too.
struct OwnFileCommand {
    Locator locator;
    std::string title;
    std::string reason;
    bool delete_files = false;
    bool locate_all = true;
    std::vector<BoundStamper> stampers;
    std::vector<model::CopySendReceiver> receivers;
};

/// `/v2/contract/invalidsign` (spec §4.26).
struct CancellationSignCommand {
    Locator locator;
    model::SealId seal;
    std::vector<model::Stamper> stampers;
    bool locate_all = true;
};

/// Taking contracts back: deleting what never ran or failed, recalling what runs, cancelling what is complete by a file
/// that all its parties sign. Thread-safe.
class Cancelling {
  public:
    struct Tools {
        Platform& platform;
        const Directory& directory;
        ContractBook& book;
        const Drafting& drafting;
        const PlaceFinder& places;
        Signing& signing;
        const Templates& templates;
        /// For files in the making.
        std::filesystem::path scratch;
    };
    explicit Cancelling(Tools tools) : tools_(std::move(tools)) {}

    /// Deletes, recalls or starts a cancellation with a file written here. When the initiator's own signature does not
    /// come about although its seal is usable, the cancellation has begun all the same and `sign` makes up for it.
    /// Errors: ContractToInvalidNotFound, InvalidContractStatus, SealNotFound, InvalidSealStatus, InvalidParameter.
    Status invalid(const Caller& caller, const InvalidCommand& command);

    /// Starts a cancellation with an uploaded file. Errors: those above, of making a document and of placing.
    Status with_file(const Caller& caller, const OwnFileCommand& command, const Upload& upload);
    /// Makes the file of a cancellation: a document that belongs to no contract yet.
    using MakeDocument = std::function<Result<model::Document>(const model::Contract& contract)>;
    /// Starts a cancellation with a file that somebody else makes.
    Status with_document(const Caller& caller, const OwnFileCommand& command, const MakeDocument& make);
    /// Starts a cancellation with a document made from a template. Nobody fills it in afterwards, so whatever it
    /// requires has to be among the values. Errors: those of `invalid`, TemplateNotFound, ParametersMissing, and those
    /// of making a document and of placing.
    Status with_template(const Caller& caller, const OwnFileCommand& command, model::TemplateId id,
                         const std::vector<model::ParamValue>& values);

    /// Signs the cancellation file for the initiator. Errors: InvalidContractStatus, NotSignStep when it has signed,
    /// InvalidParameter without a seal or a place, and those of signing.
    Status sign(const Caller& caller, const CancellationSignCommand& command);

    /// Takes a file in for a contract that was ended by force (spec §4.27). Errors: InvalidContractStatus, and those of
    /// converting for a file that is none of the types taken.
    Result<model::AttachmentId> add_end_attachment(const Caller& caller, const Locator& locator,
                                                   const std::string& title, const Upload& upload);

    /// Removes files of documents that were deleted, at most `limit`.
    Status remove_deleted_files(std::size_t limit);

  private:
    Result<ContractPointer> locate(const Caller& caller, const Locator& locator) const;
    /// Who signs: the parties that signed the contract, the initiator in any case and alone when there is one party.
    std::vector<model::Signatory> signers(const model::Contract& contract) const;
    Result<model::SealId> initiators_seal(const model::Contract& contract, model::SealId wanted) const;
    CancellationPaper paper_for(const model::Contract& contract, const model::Cancellation& cancellation) const;
    Result<model::Document> write_file(const model::Contract& contract, const model::Cancellation& cancellation) const;
    Status place_by_marks(model::Contract& file, const CancellationPaper& paper) const;
    Status place_by_stampers(model::Contract& file, const OwnFileCommand& command) const;
    using FindPlaces = std::function<Status(model::Contract& file)>;
    Status begin(const Caller& caller, const model::Contract& before, model::Document document,
                 model::Cancellation& cancellation, const FindPlaces& find_places);
    void discard(model::DocumentId document) const;
    Status cancel(const Caller& caller, const ContractPointer& found, const InvalidCommand& command);
    Status recall(const Caller& caller, const model::Contract& contract, const InvalidCommand& command);

    Tools tools_;
};

}  // namespace signet::service
