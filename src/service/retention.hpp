#pragma once

#include "base/result.hpp"
#include "model/contract.hpp"
#include "service/contract_book.hpp"
#include "service/directory.hpp"
#include "service/platform.hpp"
#include "store/holds.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace signet::service {

/// What is kept of a transaction is kept for three years from its end (E-Commerce Law, Art. 31).
inline constexpr int kTransactionYears = 3;
/// Proofs of identity are kept for five years after the certificate has ended (Electronic Signature Law, Art. 24).
inline constexpr int kIdentityYears = 5;
/// Logs are kept for six months at least (Cybersecurity Law, Art. 21); the audit log is never shortened.
inline constexpr int kLogMonths = 6;

/// How long a contract is kept.
struct RetentionClock {
    model::ContractId contract;
    std::string subject;
    /// When it was complete, or otherwise came to its end.
    UtcTime ended;
    /// Until when the law wants it kept, whatever anybody decides.
    UtcTime kept_by_law;
    /// From when on it goes by itself; nothing when its category names no term.
    std::optional<UtcTime> due;
    /// Somebody holds it: it does not go.
    bool held = false;
};

/// The clock of a contract that is over; nothing for one that is not. `years` is its category's term, 0: none.
std::optional<RetentionClock> retention_clock(const model::Contract& contract, int years);

/// How long contracts are kept, and what keeps them (L12 of docs/law.md). Contracts whose category names a term go when
/// it has run out, with their files, their uploads and what proves who signed; the audit log keeps its entries about
/// them, which hold digests and masked contacts. Under a legal hold nothing goes at all. Thread-safe.
class Retention {
  public:
    Retention(Platform& platform, const Directory& directory, ContractBook& book)
        : platform_(platform), directory_(directory), book_(book) {}

    /// ContractNotFound, InvalidContractStatus for a contract that is not over.
    Result<RetentionClock> clock(model::ContractId contract);
    /// Contracts whose time has come, held ones among them; at most `limit`.
    Result<std::vector<RetentionClock>> due(std::size_t limit);

    struct Swept {
        std::vector<RetentionClock> deleted;
        std::vector<RetentionClock> held;
        /// Uploads that no other contract names.
        std::size_t uploads = 0;
    };
    /// Deletes what is due, at most `limit` contracts; a dry run only says what would go.
    Result<Swept> sweep(bool dry_run, std::size_t limit, const std::string& actor);

    /// Errors: ContractNotFound, Conflict when it is held already, InvalidParameter without a reason.
    Status hold(model::ContractId contract, const std::string& reason, const std::string& actor);
    /// Errors: ContractNotFound, InvalidParameter when there is no hold. What was to go while it was held goes now.
    Status release(model::ContractId contract, const std::string& actor);
    Result<std::vector<store::holds::Hold>> holds() const;

  private:
    Result<std::optional<RetentionClock>> clock_of(const model::Contract& contract) const;
    Status remove(const RetentionClock& clock, const std::string& actor, std::vector<std::string>& uploads);
    Result<std::size_t> remove_uploads(std::vector<std::string> uploads) const;

    Platform& platform_;
    const Directory& directory_;
    ContractBook& book_;
};

}  // namespace signet::service
