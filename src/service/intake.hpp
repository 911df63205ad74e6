#pragma once

#include "base/result.hpp"
#include "model/contract.hpp"
#include "service/directory.hpp"
#include "service/people.hpp"

#include <string>

namespace signet::service {

/// What becomes of the nodes, seals and operators that an initiator asks of a party: the rules of
/// `/v2/signatory/add` for the initiator's own party, for companies of its group ("internal") and for all others.
/// Thread-safe.
class Intake {
  public:
    Intake(const Directory& directory, const People& people) : directory_(directory), people_(people) {}

    /// Settles the party's receiving category and its nodes. The party's company and receiver are known by now.
    /// `gives_default_flow`: a receiving company without any node gets OPERATOR, LP, COMPANY instead of being refused.
    /// Errors: InvalidParameter for a category that the receiver does not have, ActionRequired. `field` is the path
    /// its errors begin with.
    Status settle(const model::Company& initiator, model::Signatory& party, bool gives_default_flow,
                  const std::string& field) const;

  private:
    Status settle_category(const model::Company& initiator, model::Signatory& party, const std::string& field) const;
    void drop_for_external(const model::Company& initiator, model::Signatory& party) const;
    static void append_nodes(model::Signatory& party, const std::vector<model::FlowNode>& nodes);

    const Directory& directory_;
    const People& people_;
};

}  // namespace signet::service
