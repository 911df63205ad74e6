#pragma once

#include "base/result.hpp"
#include "model/contract.hpp"
#include "service/contract_book.hpp"
#include "service/directory.hpp"
#include "service/intake.hpp"
#include "service/platform.hpp"
#include "service/presets.hpp"
#include "service/templates.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace signet::service {

/// A contract as a request describes it. `contract` has the ids the request names and no others; its signatories and
/// actions get theirs here.
struct DraftCommand {
    model::Contract contract;
    CategoryReference category;
};

/// A stamper of a request that names its node itself: by action, or by personal signatory.
struct BoundStamper {
    model::Stamper stamper;
    model::ActionId action;
    model::SignatoryId signatory;
};

/// A file that came in; it lies on disk and stays the caller's.
struct Upload {
    std::filesystem::path file;
    std::uint64_t size = 0;
    /// What the caller says it is; empty: whatever its content is.
    std::string suffix;
};

struct AddFileCommand {
    Locator locator;
    std::string title;
    /// Sorts before larger numbers; documents without one come in the order of their arrival.
    std::optional<int> sort;
    /// Several become one document, in their order.
    std::vector<Upload> files;
    std::vector<BoundStamper> stampers;
    std::optional<model::StamperRule> stamper_rule;
};

/// Making a contract and filling it with documents (spec §4.1, §4.2). Thread-safe.
class Drafting {
  public:
    Drafting(Platform& platform, const Directory& directory, const Intake& intake, ContractBook& book,
             const Templates& templates)
        : platform_(platform),
          directory_(directory),
          intake_(intake),
          book_(book),
          presets_(directory),
          templates_(templates) {}

    /// A new draft, or the draft with this id or bizId anew (it keeps its id and its documents). Errors as in spec
    /// §4.1.
    Result<ContractPointer> draft(const Caller& caller, DraftCommand command);

    /// The new document's id. Errors: InvalidContractStatus, UploadTooLarge, UnsupportedFileType, InvalidFile and the
    /// reasons of converting.
    Result<model::DocumentId> add_file(const Caller& caller, const AddFileCommand& command);

    /// The contract a party of a request is meant for.
    struct Setting {
        model::Company initiator;
        bool has_creator = false;
        /// How many parties stand before it.
        int position = 0;
        /// A receiving company without nodes gets the usual ones.
        bool gives_default_flow = false;
    };
    /// Makes a document of uploads: converted, merged when there are several, measured and stored, part of no contract
    /// yet. Errors: UnsupportedFileType, InvalidFile and the reasons of converting.
    Result<model::Document> make_document(const std::vector<Upload>& files, const std::string& title) const;

    /// Checks a signatory of a request and completes it: names, receivers, the company behind it, its nodes, ids. Also
    /// for parties that join later. `field` is the path its errors begin with.
    Result<model::Signatory> complete(const Setting& setting, model::Signatory signatory,
                                      const std::string& field) const;

    /// Whether both are one party of a contract of `initiator`, in whichever way the same person is named.
    bool same_party(const model::Company& initiator, const model::Signatory& a, const model::Signatory& b) const;

    /// Whether a contact can be one. `field` is the user's path.
    Status check_user(const model::User& user, const std::string& field) const;
    /// A receiver whose contact is sound; one named by employee id or number must be on record in the company.
    Result<model::User> resolved_receiver(const model::Company& company, model::User receiver,
                                          const std::string& field) const;
    /// Gives nodes that have none their ids, names and places in the order.
    void number_nodes(model::Signatory& signatory) const;

  private:
    Result<ContractPointer> find_existing(const Caller& caller, const model::Company& company,
                                          const model::Contract& wanted);
    Status settle_templates(model::Contract& contract, const model::Category& category, model::CategoryId before) const;
    Status check_actions(const Setting& setting, const model::Signatory& signatory, const std::string& field) const;
    Status protect_auth_info(model::Signatory& signatory, const std::string& field) const;

    Platform& platform_;
    const Directory& directory_;
    const Intake& intake_;
    ContractBook& book_;
    Presets presets_;
    const Templates& templates_;
};

/// How a number of an identity is stored and compared: a keyed digest of it without blanks, bound to the party.
std::string identity_digest(const Platform& platform, model::SignatoryId party, std::string_view number);

/// Puts a document among those of a draft; without `sort` behind the others. InvalidParameter when there are too many.
Status put_document(model::Contract& contract, model::Document document, std::optional<int> sort);
/// The same with what its request says beside it: stampers that name no document are upon this one, and the rule, if
/// there is one, becomes the contract's. InvalidParameter when a stamper cannot be bound.
Status take_in(model::Contract& contract, model::Document document, std::optional<int> sort,
               std::vector<BoundStamper> stampers, const std::optional<model::StamperRule>& rule);

/// Puts the stampers of a request onto their nodes. A node that gets any loses those it had from earlier calls when
/// `replace` is set. InvalidParameter for an unknown node; `field` is the name of the list.
Status bind_stampers(model::Contract& contract, const std::vector<BoundStamper>& stampers, const std::string& field,
                     bool replace);

/// The number that a contract gets when its maker names none: the day and eight digits of its id.
std::string serial_number(const TimeZone& zone, UtcTime now, model::ContractId id);

/// Who did something, as the log names them.
std::string actor_of(const Caller& caller);
std::string actor_of(const model::User& user);

}  // namespace signet::service
