#include "service/contract_book.hpp"

#include "model/transitions.hpp"
#include "store/audit.hpp"
#include "store/contracts.hpp"
#include "store/holds.hpp"

#include <algorithm>
#include <utility>

namespace signet::service {

using model::Contract;
using model::ContractId;

struct ContractBook::Gate {
    std::mutex mutex;
    int users = 0;  // guarded by gates_mutex_
};

namespace {

/// The files that a contract loses as it is recalled or cancelled, when its initiator wished so; the cancellation file
/// stays and shows what happened.
std::vector<model::DocumentId> files_that_go(const Contract& contract, const model::Events& events) {
    const bool ended = std::any_of(events.begin(), events.end(), [](const model::Event& event) {
        return event.kind == model::Event::Kind::Recalled || event.kind == model::Event::Kind::Cancelled;
    });
    return ended ? files_to_go(contract) : std::vector<model::DocumentId>();
}

Error not_found(ContractId id) {
    return fail(ErrorCode::ContractNotFound, "contract " + to_string(id));
}

}  // namespace

std::vector<model::DocumentId> files_to_go(const Contract& contract) {
    std::vector<model::DocumentId> gone;
    if (!contract.files_deleted) return gone;
    for (const model::Document& document : contract.documents) {
        if (!document.is_cancellation()) gone.push_back(document.stored());
    }
    return gone;
}

ContractBook::ContractBook(Platform& platform, const Directory& directory, std::size_t capacity)
    : platform_(platform), directory_(directory), capacity_(capacity) {}

ContractBook::~ContractBook() = default;

Result<ContractPointer> ContractBook::load(ContractId id) {
    {
        const std::lock_guard lock(cache_mutex_);
        if (const auto found = index_.find(id); found != index_.end()) {
            recent_.splice(recent_.begin(), recent_, found->second);
            return *found->second;
        }
    }
    auto stored =
        platform_.database.read([&](store::Connection& connection) { return store::contracts::find(connection, id); });
    if (!stored) return stored.error();
    if (!*stored) return not_found(id);
    auto contract = std::make_shared<const Contract>(std::move(**stored));
    keep(contract);
    return contract;
}

void ContractBook::keep(const ContractPointer& contract) {
    const std::lock_guard lock(cache_mutex_);
    if (const auto found = index_.find(contract->id); found != index_.end()) {
        // A slower reader must not put an older version back.
        if ((*found->second)->version > contract->version) return;
        recent_.erase(found->second);
        index_.erase(found);
    }
    recent_.push_front(contract);
    index_.emplace(contract->id, recent_.begin());
    while (recent_.size() > capacity_) {
        index_.erase(recent_.back()->id);
        recent_.pop_back();
    }
}

void ContractBook::forget(ContractId id) {
    const std::lock_guard lock(cache_mutex_);
    if (const auto found = index_.find(id); found != index_.end()) {
        recent_.erase(found->second);
        index_.erase(found);
    }
}

bool ContractBook::is_overdue(const Contract& contract) const {
    const auto deadline = contract.deadline();
    return deadline && *deadline < platform_.clock.now();
}

Result<ContractPointer> ContractBook::expire_held(ContractId id) {
    const auto fresh = load(id);
    if (!fresh) return fresh.error();
    Contract copy = **fresh;
    Change change;
    change.event = copy.running_cancellation() != nullptr ? "cancellation.expired" : "contract.expired";
    change.actor = "system";
    change.events = model::expire(copy, platform_.clock.now());
    if (change.events.empty()) return *fresh;
    return commit(std::move(copy), change);
}

Result<ContractPointer> ContractBook::find(ContractId id) {
    auto contract = load(id);
    if (!contract || !is_overdue(**contract)) return contract;
    const ContractLock held = lock(id);
    return expire_held(id);
}

Result<ContractPointer> ContractBook::find(const ContractLock& held) {
    auto contract = load(held.contract());
    if (!contract || !is_overdue(**contract)) return contract;
    return expire_held(held.contract());
}

bool ContractBook::permits(const Caller& caller, const Contract& contract, Access access) const {
    if (directory_.same_group(caller.company.id, contract.company)) return true;
    // A draft is its initiator's alone; the others may never hear of it.
    if (access == Access::Initiator || contract.status == model::ContractStatus::Draft) return false;
    return std::any_of(contract.signatories.begin(), contract.signatories.end(), [&](const model::Signatory& party) {
        return directory_.same_group(caller.company.id, party.company);
    });
}

Result<ContractPointer> ContractBook::locate(const Caller& caller, const Locator& locator, Access access) {
    if (!locator.contract && locator.biz_id.empty()) {
        return invalid_parameter("contractId: contractId and bizId must not both be empty");
    }
    ContractId id = locator.contract;
    if (!id) {
        const auto company = directory_.company(caller, locator.tenant_name);
        if (!company) return company.error();
        auto stored = platform_.database.read([&](store::Connection& connection) {
            return store::contracts::find_by_biz_id(connection, company->id, locator.biz_id);
        });
        if (!stored) return stored.error();
        if (!*stored) return fail(ErrorCode::ContractNotFound, "bizId " + locator.biz_id);
        id = (*stored)->id;
    }
    auto contract = find(id);
    if (!contract) return contract;
    if (!permits(caller, **contract, access)) return fail(ErrorCode::PermissionDenied, "contract " + to_string(id));
    return contract;
}

Result<ContractPointer> ContractBook::of_signatory(model::SignatoryId signatory) {
    const auto id = platform_.database.read(
        [&](store::Connection& connection) { return store::contracts::of_signatory(connection, signatory); });
    if (!id) return id.error();
    if (!*id) return invalid_parameter("signatoryId: no contract that was sent has the party " + to_string(signatory));
    return find(**id);
}

Result<std::size_t> ContractBook::remove_old_drafts(std::size_t limit) {
    const auto old = platform_.database.read([&](store::Connection& connection) {
        return store::contracts::drafts_before(connection, platform_.clock.now() - kLongestDraft, limit);
    });
    if (!old) return old.error();
    for (const ContractId id : *old) {
        const ContractLock held = lock(id);
        const auto draft = load(id);
        if (!draft && draft.error().code == ErrorCode::ContractNotFound) continue;
        if (!draft) return draft.error();
        if ((*draft)->status != model::ContractStatus::Draft) continue;
        Change change;
        change.event = "contract.deleted";
        change.actor = "system";
        change.detail = R"({"reason":"a draft for a year"})";
        if (const Status removed = remove(**draft, change); !removed) return removed.error();
    }
    return old->size();
}

Result<ContractPointer> ContractBook::of_document(model::DocumentId document) {
    const auto id = platform_.database.read(
        [&](store::Connection& connection) { return store::contracts::of_document(connection, document); });
    if (!id) return id.error();
    if (!*id) return invalid_parameter("documentId: there is no document " + to_string(document));
    return find(**id);
}

Result<ContractPointer> ContractBook::of_document(const Caller& caller, model::DocumentId document) {
    auto contract = of_document(document);
    if (!contract) return contract;
    if (!permits(caller, **contract, Access::Party))
        return fail(ErrorCode::PermissionDenied, "documentId: " + to_string(document));
    return contract;
}

Result<ContractPointer> ContractBook::commit(Contract contract, const Change& change) {
    store::AuditRecord record{platform_.clock.now(), change.actor, contract.id, change.event, change.detail};
    const Status written = platform_.database.write([&](store::Transaction& transaction) -> Status {
        const Status stored = change.is_new ? store::contracts::insert(transaction, contract)
                                            : store::contracts::update(transaction, contract);
        if (!stored) return stored.error();
        if (const auto logged = store::append_audit(transaction, record); !logged) return logged.error();
        const bool new_parties = contract.status == model::ContractStatus::Draft ||
                                 std::any_of(change.events.begin(), change.events.end(), [](const model::Event& event) {
                                     return event.kind == model::Event::Kind::SignatoryAdded ||
                                            event.kind == model::Event::Kind::SignatoryChanged;
                                 });
        const bool new_ids = std::any_of(change.events.begin(), change.events.end(), [](const model::Event& event) {
            return event.kind == model::Event::Kind::SignatoryAdded || event.kind == model::Event::Kind::Published ||
                   event.kind == model::Event::Kind::SentForFilling;
        });
        if (new_ids) {
            const Status put = store::contracts::put_signatories(transaction, contract);
            if (!put) return put;
        }
        if (change.is_new || new_parties) {
            const Status put = store::contracts::put_parties(transaction, contract);
            if (!put) return put;
        }
        // Nobody can act in a draft.
        if (turns_ && contract.status != model::ContractStatus::Draft) {
            const Status put = store::contracts::put_turns(transaction, contract.id, turns_(contract));
            if (!put) return put;
        }
        if (const auto gone = files_that_go(contract, change.events); !gone.empty()) {
            const auto hold = store::holds::find(transaction, contract.id);
            if (!hold) return hold.error();
            // Under a legal hold nobody reads them any more, but they stay until it is lifted.
            const Status noted = *hold ? Status() : store::contracts::note_removals(transaction, gone);
            if (!noted) return noted;
        }
        if (change.also) {
            if (const Status also = change.also(transaction); !also) return also.error();
        }
        if (notices_) return notices_(transaction, contract, change.events);
        return {};
    });
    if (!written) {
        if (written.error().code == ErrorCode::Conflict) forget(contract.id);
        return written.error();
    }
    auto committed = std::make_shared<const Contract>(std::move(contract));
    keep(committed);
    return committed;
}

Status ContractBook::remove(const Contract& contract, const Change& change) {
    store::AuditRecord record{platform_.clock.now(), change.actor, contract.id, change.event, change.detail};
    std::vector<model::DocumentId> documents;
    for (const model::Document& document : contract.documents)
        documents.push_back(document.stored());
    const Status written = platform_.database.write([&](store::Transaction& transaction) -> Status {
        if (const Status noted = store::contracts::note_removals(transaction, documents); !noted) return noted;
        if (change.also) {
            if (const Status also = change.also(transaction); !also) return also;
        }
        if (const Status removed = store::contracts::remove(transaction, contract.id); !removed) return removed.error();
        if (const auto logged = store::append_audit(transaction, record); !logged) return logged.error();
        return {};
    });
    if (written) forget(contract.id);
    return written;
}

Result<std::size_t> ContractBook::expire_overdue(std::size_t limit) {
    const auto overdue = platform_.database.read([&](store::Connection& connection) {
        return store::contracts::overdue(connection, platform_.clock.now(), limit);
    });
    if (!overdue) return overdue.error();
    for (const ContractId id : *overdue) {
        if (const auto expired = find(id); !expired) return expired.error();
    }
    return overdue->size();
}

Result<ContractBook::Found> ContractBook::list(const model::ContractFilter& filter) {
    const auto page = platform_.database.read(
        [&](store::Connection& connection) { return store::contracts::list(connection, filter); });
    if (!page) return page.error();
    Found found;
    found.total = page->total;
    for (const ContractId id : page->ids) {
        auto contract = find(id);
        // Deleted since the list was read.
        if (!contract && contract.error().code == ErrorCode::ContractNotFound) continue;
        if (!contract) return contract.error();
        found.contracts.push_back(std::move(*contract));
    }
    return found;
}

ContractLock ContractBook::lock(ContractId id) {
    return ContractLock(*this, id);
}

ContractLock::ContractLock(ContractBook& book, ContractId id) : book_(&book), id_(id) {
    {
        const std::lock_guard lock(book.gates_mutex_);
        auto& gate = book.gates_[id];
        if (!gate) gate = std::make_shared<ContractBook::Gate>();
        ++gate->users;
        gate_ = gate;
    }
    gate_->mutex.lock();
}

ContractLock::~ContractLock() {
    if (!gate_) return;
    gate_->mutex.unlock();
    const std::lock_guard lock(book_->gates_mutex_);
    if (--gate_->users == 0) book_->gates_.erase(id_);
}

}  // namespace signet::service
