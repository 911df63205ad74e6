#pragma once

#include "model/contract.hpp"
#include "service/contract_book.hpp"
#include "service/directory.hpp"

#include <boost/json/object.hpp>

namespace signet::openapi {

/// What GET /v2/contract/detail adds when it is asked for, besides what `write_contract` writes (spec §4.10).
struct ExtraDetails {
    bool seal_stats = false;
    bool related = false;
    bool places = false;
    bool real_info = false;
};

/// Adds it to a contract that `write_contract` wrote: `sealStats`, `relatedContracts`, the node or party each place
/// belongs to, and `realInfo` of the operators of the caller's own companies.
void add_extras(boost::json::object& object, const model::Contract& contract, const service::Caller& caller,
                const ExtraDetails& wanted, service::ContractBook& book, const service::Directory& directory);

}  // namespace signet::openapi
