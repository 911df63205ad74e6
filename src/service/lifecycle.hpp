#pragma once

#include "base/result.hpp"
#include "service/contract_book.hpp"
#include "service/directory.hpp"
#include "service/notices.hpp"
#include "service/people.hpp"
#include "service/platform.hpp"
#include "service/signing.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace signet::service {

/// A new deadline: days after the present one, or a day (its last second counts); days win.
struct DelayCommand {
    Locator locator;
    std::optional<int> days;
    std::optional<UtcTime> day;
};

struct NoticeCommand {
    Locator locator;
    /// Zero = every party whose turn it is.
    model::SignatoryId signatory;
    /// False also reminds in contracts that are being filled in or cancelled.
    bool only_signing = true;
};

/// An approval by API (spec §4.22): by a named operator, else by any of the node's.
struct AuditCommand {
    Locator locator;
    /// The approving company; empty = the platform company.
    std::string tenant_name;
    bool pass = false;
    std::string comment;
    std::optional<model::User> employee;
};

/// What an initiator does with a contract between sending and its end. Thread-safe.
class Lifecycle {
  public:
    Lifecycle(Platform& platform, const Directory& directory, const People& people, ContractBook& book,
              Notices& notices, Signing& signing)
        : platform_(platform),
          directory_(directory),
          people_(people),
          book_(book),
          notices_(notices),
          signing_(signing) {}

    /// Ends what runs by force (spec §4.27). Errors: InvalidContractStatus, InvalidParameter without a reason.
    Status force_end(const Caller& caller, const Locator& locator, const std::string& reason);
    /// Moves the deadline, at most two years after sending; an expired contract runs again (spec §4.28). Errors:
    /// InvalidContractStatus, InvalidParameter.
    Status delay(const Caller& caller, const DelayCommand& command);
    /// Reminds whoever may act now (spec §4.33). Errors: InvalidContractStatus, InvalidParameter for a party that is
    /// not the contract's.
    Status remind(const Caller& caller, const NoticeCommand& command);
    /// Errors: InvalidContractStatus, NotSignStep when the company has no approval to give now, NoOperationPermission
    /// for an employee who is not one of the node's operators.
    Status audit(const Caller& caller, const AuditCommand& command);

  private:
    /// Changes a copy and says what happened.
    using Work = std::function<Status(model::Contract& contract, Change& told)>;
    Status change(const Caller& caller, const Locator& locator, const Work& work);

    Platform& platform_;
    const Directory& directory_;
    const People& people_;
    ContractBook& book_;
    Notices& notices_;
    Signing& signing_;
};

}  // namespace signet::service
