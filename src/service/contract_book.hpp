#pragma once

#include "base/result.hpp"
#include "model/contract.hpp"
#include "model/contract_filter.hpp"
#include "model/flow.hpp"
#include "service/directory.hpp"
#include "service/platform.hpp"

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace signet::store {
class Transaction;
}

namespace signet::service {

using ContractPointer = std::shared_ptr<const model::Contract>;

/// How long a draft waits to be sent (spec §3.1).
inline constexpr std::chrono::hours kLongestDraft{24 * 365};

/// How a request names a contract (spec §1.8): the id, else the bizId within the company that `tenant_name` names.
struct Locator {
    model::ContractId contract;
    std::string biz_id;
    std::string tenant_name;
};

/// What a caller wants with a contract (spec §1.8): the initiator's business is for companies of its own group alone;
/// reading and signing is also for companies that take part as receivers, from the sending on.
enum class Access { Initiator, Party };

/// What is written down and told about a change, besides the changed contract itself.
struct Change {
    /// The log's word for it, e.g. `contract.sent`.
    std::string event;
    /// Who did it, as the log names people: `application:<token>`, `user:<masked contact>`, `system`.
    std::string actor;
    /// JSON with what else matters for the log.
    std::string detail = "{}";
    /// What happened by the model's rules; notices are made from it.
    model::Events events;
    /// Whether the row is new.
    bool is_new = false;
    /// More to be written in the same transaction.
    std::function<Status(store::Transaction&)> also;
};

/// The files that an initiator wished away with a contract that came to nothing.
std::vector<model::DocumentId> files_to_go(const model::Contract& contract);

/// The exclusive right to change one contract in this process; released when it goes out of scope.
class ContractLock;

/// Finds contracts, keeps the recently used ones in memory, and carries out changes: the contract, its log entry and
/// its notices are committed together or not at all. Thread-safe.
class ContractBook {
  public:
    /// Called inside the transaction of a change, to enqueue whatever its events demand.
    using Notices =
        std::function<Status(store::Transaction&, const model::Contract& contract, const model::Events& events)>;

    /// Who may act in a contract now, by keys of their own.
    using Turns = std::function<std::vector<std::string>(const model::Contract& contract)>;

    ContractBook(Platform& platform, const Directory& directory, std::size_t capacity = 20'000);
    ~ContractBook();

    /// Who hears of changes; set once, before the first change.
    void set_notices(Notices notices) { notices_ = std::move(notices); }
    /// Who is to be found as waiting; set once, before the first change.
    void set_turns(Turns turns) { turns_ = std::move(turns); }

    /// ContractNotFound. A contract whose deadline has passed is expired first.
    Result<ContractPointer> find(model::ContractId id);
    /// The same for who holds the contract's lock already.
    Result<ContractPointer> find(const ContractLock& held);
    /// The contract a caller means. InvalidParameter when neither id nor bizId is given; PermissionDenied for a
    /// contract that is not the business of the caller's companies.
    Result<ContractPointer> locate(const Caller& caller, const Locator& locator, Access access);
    Result<ContractPointer> of_document(const Caller& caller, model::DocumentId document);
    Result<ContractPointer> of_document(model::DocumentId document);
    /// The sent contract that has this party. InvalidParameter when there is none.
    Result<ContractPointer> of_signatory(model::SignatoryId signatory);
    /// Whether a contract is the caller's business.
    bool permits(const Caller& caller, const model::Contract& contract, Access access) const;

    struct Found {
        std::size_t total = 0;
        std::vector<ContractPointer> contracts;
    };
    /// One page of the contracts of a company, as spec §4.11 narrows them.
    Result<Found> list(const model::ContractFilter& filter);

    /// Waits until nobody else in this process changes the contract.
    ContractLock lock(model::ContractId id);

    /// Commits a changed copy of a contract. `contract.version` must be that of the copy's original. Errors: Conflict
    /// when somebody else changed it meanwhile; whatever the transaction met.
    Result<ContractPointer> commit(model::Contract contract, const Change& change);
    /// Takes a draft out.
    Status remove(const model::Contract& contract, const Change& change);

    /// Expires what is overdue, at most `limit` contracts; how many.
    Result<std::size_t> expire_overdue(std::size_t limit);
    /// Deletes drafts that nobody sent for a year, at most `limit`; how many.
    Result<std::size_t> remove_old_drafts(std::size_t limit);

  private:
    friend class ContractLock;
    struct Gate;
    Result<ContractPointer> load(model::ContractId id);
    Result<ContractPointer> expire_held(model::ContractId id);
    bool is_overdue(const model::Contract& contract) const;
    void keep(const ContractPointer& contract);
    void forget(model::ContractId id);

    Platform& platform_;
    const Directory& directory_;
    Notices notices_;
    Turns turns_;

    const std::size_t capacity_;
    std::mutex cache_mutex_;
    std::list<ContractPointer> recent_;
    std::unordered_map<model::ContractId, std::list<ContractPointer>::iterator> index_;

    std::mutex gates_mutex_;
    std::unordered_map<model::ContractId, std::shared_ptr<Gate>> gates_;
};

class ContractLock {
  public:
    ContractLock(ContractBook& book, model::ContractId id);
    ContractLock(ContractLock&&) noexcept = default;
    ContractLock& operator=(ContractLock&&) = delete;
    ~ContractLock();

    model::ContractId contract() const { return id_; }

  private:
    ContractBook* book_;
    model::ContractId id_;
    std::shared_ptr<ContractBook::Gate> gate_;
};

}  // namespace signet::service
