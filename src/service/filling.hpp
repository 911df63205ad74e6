#pragma once

#include "base/result.hpp"
#include "model/contract.hpp"
#include "service/contract_book.hpp"
#include "service/directory.hpp"
#include "service/drafting.hpp"
#include "service/platform.hpp"
#include "service/sending.hpp"
#include "service/signing.hpp"
#include "service/templates.hpp"

#include <optional>
#include <string>
#include <vector>

namespace signet::service {

struct AddTemplateCommand {
    Locator locator;
    std::string title;
    model::TemplateId template_id;
    std::vector<model::ParamValue> values;
    std::optional<int> sort;
    std::vector<BoundStamper> stampers;
    std::optional<model::StamperRule> stamper_rule;
};

/// Spec §4.30. What is absent stays as it is.
struct ModifyCommand {
    Locator locator;
    std::string subject;
    std::optional<UtcTime> expire_time;
    std::optional<UtcTime> end_time;
    /// With values: the documents whose parameters are meant. Without: the documents that a draft keeps.
    std::vector<model::DocumentId> documents;
    std::vector<model::ParamValue> values;
};

/// Documents made from templates, and who fills them in when (spec §4.4, §4.30; FILLING of §3.1). Thread-safe.
class Filling {
  public:
    Filling(Platform& platform, ContractBook& book, const Templates& templates, const Sending& sending,
            Signing& signing)
        : platform_(platform), book_(book), templates_(templates), sending_(sending), signing_(signing) {}

    /// The new document's id. Errors: InvalidContractStatus, TemplateNotFound, InvalidParameter, ParametersMissing when
    /// the initiator left out what is required of it.
    Result<model::DocumentId> add_template(const Caller& caller, const AddTemplateCommand& command);

    /// Subject and times while the contract is not at an end, values while nobody signs; a party that has nothing left
    /// to fill in then is done with it. Errors: InvalidContractStatus,
    /// InvalidParameter.
    Result<ContractPointer> modify(const Caller& caller, const ModifyCommand& command);

    /// A party fills in what is its own; with the last party the documents are frozen and signing begins. Errors:
    /// InvalidContractStatus, NotSignStep, InvalidParameter naming the parameter, and those of placing and freezing:
    /// then nothing changes.
    Result<ContractPointer> fill(model::ContractId contract, model::SignatoryId party,
                                 const std::vector<model::ParamValue>& values, const model::User& by);

    /// A party refuses instead of filling in. Errors: InvalidContractStatus, NotSignStep.
    Result<ContractPointer> refuse(model::ContractId contract, model::SignatoryId party, const std::string& reason,
                                   const model::User& by);

  private:
    Status apply_values(model::Contract& contract, const ModifyCommand& command) const;
    Result<ContractPointer> commit_filled(const ContractLock& held, model::Contract contract, const Change& change);

    Platform& platform_;
    ContractBook& book_;
    const Templates& templates_;
    const Sending& sending_;
    Signing& signing_;
};

}  // namespace signet::service
