#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/contract.hpp"
#include "store/database.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// What is kept of one person beside the contracts. `person` is the keyed digest of his contact.
namespace signet::store::people_data {

/// Every contract, in the order of ids, those after `after`.
Result<std::vector<model::ContractId>> contracts_after(Connection& connection, model::ContractId after,
                                                       std::size_t limit);

struct Summary {
    bool has_password = false;
    std::size_t pages_seen = 0;
    std::size_t links = 0;
    std::size_t messages = 0;
    struct Grant {
        std::int64_t id = 0;
        model::CompanyId company;
        UtcTime create_time;
        UtcTime deadline;
        bool cancelled = false;
    };
    std::vector<Grant> grants;
    struct Proof {
        model::SignatoryId signatory;
        std::optional<UtcTime> time;
        int failures = 0;
    };
    std::vector<Proof> proofs;
};
Result<Summary> summary(Connection& connection, std::string_view person, std::string_view contact);

struct Forgotten {
    bool password = false;
    std::size_t links = 0;
    std::size_t messages = 0;
    std::size_t grants = 0;
};
/// Takes away what need not be kept, and ends authorisations.
Result<Forgotten> forget(Transaction& transaction, std::string_view person, std::string_view contact, UtcTime now);

}  // namespace signet::store::people_data
