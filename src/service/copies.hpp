#pragma once

#include "base/result.hpp"
#include "model/contract.hpp"
#include "service/contract_book.hpp"
#include "service/directory.hpp"
#include "service/drafting.hpp"
#include "service/platform.hpp"

#include <vector>

namespace signet::service {

/// Giving more people a copy of a contract that was sent (spec §4.32). Thread-safe.
class Copies {
  public:
    Copies(Platform& platform, const Directory& directory, ContractBook& book, const Drafting& drafting)
        : platform_(platform), directory_(directory), book_(book), drafting_(drafting) {}

    /// Each gets his message at once, with a link that only lets him read. Errors: InvalidContractStatus for a draft,
    /// InvalidParameter, TooFrequent for somebody who got one within the last minute, and beyond fifty a minute.
    Status send(const Caller& caller, const Locator& locator, const std::vector<model::CopySendReceiver>& receivers);

  private:
    Result<std::size_t> put(model::Contract& contract, const model::Company& initiator, model::CopySendReceiver copy,
                            const std::string& field) const;

    Platform& platform_;
    const Directory& directory_;
    ContractBook& book_;
    const Drafting& drafting_;
};

}  // namespace signet::service
