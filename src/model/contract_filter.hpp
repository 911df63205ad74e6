#pragma once

#include "base/clock.hpp"
#include "model/directory.hpp"
#include "model/vocabulary.hpp"

#include <cstddef>
#include <optional>

namespace signet::model {

/// What a list of contracts is narrowed to (spec §4.11).
struct ContractFilter {
    CompanyId company;
    bool initiated = true;  // by the company
    bool received = false;  // by the company
    std::optional<ContractStatus> status;
    CategoryId category;  // zero = any
    /// The time of publishing, or of creation for what was never published.
    UtcTime from;
    UtcTime to;
    bool oldest_first = false;
    std::size_t offset = 0;
    std::size_t limit = 1000;
};

}  // namespace signet::model
