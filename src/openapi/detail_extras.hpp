#pragma once

#include "model/contract.hpp"
#include "service/contract_book.hpp"
#include "service/directory.hpp"
#include "service/people.hpp"

#include <boost/json/object.hpp>

namespace signet::openapi {

/// What GET /v2/contract/detail adds when it is asked for, besides what `write_contract` writes (spec §4.10).
struct ExtraDetails {
    bool seal_stats = false;
    bool related = false;
    bool operators = false;
    /// With the operators alone.
    bool real_info = false;
};

/// Where they are looked up.
struct ExtraSources {
    service::ContractBook& book;
    const service::Directory& directory;
    const service::People& people;
};

/// Adds to a party that `write_signatory` wrote, as `operators`, who may act in each node whose turn it is, who acted
/// in the finished ones, and who is named for the others; as `corpOperators` who was named. Only to a party of the
/// caller's own companies.
void add_operators(boost::json::object& object, const model::Contract& contract, const model::Signatory& party,
                   const service::Caller& caller, const service::People& people, const service::Directory& directory);

/// The same with nothing but who was named, to the caller who just did it.
void add_named_operators(boost::json::object& object, const model::Signatory& party);
/// The same in every party of a contract that `write_contract` wrote.
void add_named_operators(boost::json::object& object, const model::Contract& contract);

/// Adds it to a contract that `write_contract` wrote: `sealStats`, `relatedContracts`, and the operators of the
/// caller's own companies with or without `realInfo`.
void add_extras(boost::json::object& object, const model::Contract& contract, const service::Caller& caller,
                const ExtraDetails& wanted, const ExtraSources& sources);

}  // namespace signet::openapi
