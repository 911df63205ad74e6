#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/contract.hpp"
#include "service/directory.hpp"

#include <optional>
#include <string>
#include <vector>

namespace signet::service {

/// What a category prescribes for the contracts drafted under it (spec §3.5): who may initiate, which parties take
/// part, what the initiator's own nodes are. Thread-safe.
class Presets {
  public:
    explicit Presets(const Directory& directory) : directory_(directory) {}

    /// NoSendPermission when the category names its initiators and the creator is none of them. The virtual user, who
    /// creates what names no creator, speaks for the company itself and may always.
    Status check_initiator(const model::Category& category, const std::optional<model::User>& creator) const;

    /// Gives the parties of a request the nodes, seals, operators and places of the category. A party with a fixed flow
    /// keeps its own. Errors: CategoryNotMatched when the parties are not the preset ones in number, type and order,
    /// CategoryBroken when what the category names is no longer there.
    Status apply(const model::Category& category, const model::Company& initiator,
                 std::vector<model::Signatory>& parties) const;

    /// The subject that the category's rule makes for a contract; empty when the category has no rule. At most 100
    /// characters.
    static std::string subject(const model::Category& category, const model::Contract& contract, const TimeZone& zone,
                               UtcTime now);

  private:
    Status check_nodes(const model::Company* owner, const std::vector<model::FlowNode>& nodes) const;

    const Directory& directory_;
};

}  // namespace signet::service
