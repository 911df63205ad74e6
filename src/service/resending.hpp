#pragma once

#include "base/result.hpp"
#include "model/contract.hpp"
#include "service/contract_book.hpp"
#include "service/directory.hpp"
#include "service/drafting.hpp"
#include "service/platform.hpp"
#include "service/sending.hpp"
#include "service/templates.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace signet::service {

/// Which contract is started again, and what is different in the new one; what is not named stays (spec §2.15).
struct ResendCommand {
    Locator locator;
    /// The new contract's bizId; empty = none.
    std::string new_biz_id;
    bool send = false;
    std::optional<std::string> subject;
    std::optional<std::string> description;
    std::string sn;
    std::optional<UtcTime> expire_time;
    std::optional<UtcTime> end_time;
    std::optional<bool> ordinal;
    std::optional<model::User> creator;
    std::optional<std::vector<model::Signatory>> signatories;
    std::optional<model::SignFlowStrategy> sign_flow_strategy;
    std::optional<model::CopySendTime> copy_send_time;
    std::optional<std::vector<model::CopySendReceiver>> copy_send_receivers;
    std::optional<std::vector<std::string>> tags;
    std::optional<std::vector<model::ContractId>> related_contracts;
    std::optional<std::vector<model::CustomField>> custom_fields;
    std::optional<std::string> business_data;
    std::optional<bool> notify_sponsor;
    /// For the documents that were made from templates: those whose values differ are made again.
    std::vector<model::ParamValue> template_params;
};

/// Starting a contract again that ended without success (spec §4.31): a new one with the documents as they were before
/// it was sent, the parties and their places. Thread-safe.
class Resending {
  public:
    Resending(Platform& platform, const Directory& directory, ContractBook& book, const Drafting& drafting,
              Sending& sending, const Templates& templates)
        : platform_(platform),
          directory_(directory),
          book_(book),
          drafting_(drafting),
          sending_(sending),
          templates_(templates) {}

    /// The new contract, a draft or, with `send`, published. When sending fails the draft stays. Errors:
    /// InvalidContractStatus, DuplicateBizId, DocumentRequired when the documents were deleted, those of drafting and
    /// sending.
    Result<ContractPointer> resend(const Caller& caller, const ResendCommand& command);

  private:
    using DocumentIds = std::map<model::DocumentId, model::DocumentId>;
    Result<std::uint64_t> draft_length(const model::Document& document) const;
    Result<DocumentIds> copy_documents(model::Contract& contract) const;
    Status fill_in(model::Contract& contract, const std::vector<model::ParamValue>& values) const;
    Status renew(model::Signatory& party, const DocumentIds& ids) const;
    Status replace(model::Contract& contract, const model::Company& initiator, std::vector<model::Signatory> wanted,
                   const DocumentIds& ids) const;
    Status override_fields(model::Contract& contract, const model::Company& initiator,
                           const ResendCommand& command) const;

    Platform& platform_;
    const Directory& directory_;
    ContractBook& book_;
    const Drafting& drafting_;
    Sending& sending_;
    const Templates& templates_;
};

}  // namespace signet::service
