#pragma once

#include "base/result.hpp"
#include "service/contract_book.hpp"
#include "service/drafting.hpp"
#include "service/platform.hpp"

#include <string>

namespace signet::service {

/// Files that the initiator adds to a contract beside its documents (合同附件, spec §4.9). They are handed out as they
/// came and are part of nothing that is signed. Thread-safe.
class ContractFiles {
  public:
    ContractFiles(Platform& platform, ContractBook& book) : platform_(platform), book_(book) {}

    /// Errors: InvalidContractStatus once the contract is over, UploadTooLarge, InvalidParameter.
    Result<model::AttachmentId> add(const Caller& caller, const Locator& locator, const std::string& title,
                                    const Upload& upload);

  private:
    Platform& platform_;
    ContractBook& book_;
};

}  // namespace signet::service
