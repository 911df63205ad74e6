#include "service/auto_signing.hpp"

#include "base/log.hpp"
#include "service/signing.hpp"
#include "store/audit.hpp"
#include "store/automatic_signings.hpp"
#include "store/database.hpp"

#include <algorithm>

namespace signet::service {

using model::Action;
using model::ActionStatus;
using model::ActionType;
using model::Contract;
using model::Signatory;

namespace {

constexpr int kMostTries = 10;
constexpr std::chrono::seconds kFirstPause{5};
constexpr std::chrono::hours kLongestPause{1};

/// Whether the same may succeed later without anybody's doing.
bool may_pass(ErrorCode code) {
    return code == ErrorCode::Unavailable || code == ErrorCode::TimeLimit || code == ErrorCode::Conflict ||
           code == ErrorCode::StorageFailed || code == ErrorCode::Internal || code == ErrorCode::TimeStampUnavailable;
}

bool signs_itself(const Signatory& party, const Action& action) {
    return party.sponsor && action.auto_sign && action.type == ActionType::Company;
}

std::chrono::milliseconds pause_after(int tries) {
    const auto grown = kFirstPause * (1 << std::min(tries, 12));
    return std::min<std::chrono::milliseconds>(grown, kLongestPause);
}

}  // namespace

const Action* node_that_signs_itself(const Contract& contract) {
    if (contract.status != model::ContractStatus::Signing) return nullptr;
    for (const Signatory& party : contract.signatories) {
        for (const Action& action : party.actions) {
            const bool ready =
                signs_itself(party, action) && action.status == ActionStatus::Start && !action.places.empty();
            if (ready) return &action;
        }
    }
    return nullptr;
}

Status note_automatic_signing(store::Transaction& transaction, const Contract& contract, UtcTime now) {
    const bool concerned =
        std::any_of(contract.signatories.begin(), contract.signatories.end(), [](const Signatory& party) {
            return std::any_of(party.actions.begin(), party.actions.end(),
                               [&](const Action& action) { return signs_itself(party, action); });
        });
    if (!concerned) return {};
    if (node_that_signs_itself(contract) == nullptr) return store::automatic_signings::forget(transaction, contract.id);
    return store::automatic_signings::note(transaction, contract.id, now);
}

Status Signing::sign_automatically(const ContractLock& held) {
    constexpr int kMostNodes = 1000;
    for (int i = 0; i < kMostNodes; ++i) {
        const auto contract = book_.find(held);
        if (!contract) return contract.error();
        const Action* next = node_that_signs_itself(**contract);
        if (next == nullptr) return {};
        SigningAct act;
        act.action = next->id;
        act.actor = "system";
        act.factor = "auto";
        act.intent.consent = &application_agreement();
        act.intent.factor_id = to_string((*contract)->application);
        act.by = (*contract)->creator.value_or((*contract)->owner(next->id)->receiver);
        if (act.by.empty()) act.by.name = (*contract)->tenant_name;
        // What went before stands all the same; the node stays open for a call that names what is missing.
        if (const auto done = sign(held, act); !done) return give_up_automatic(**contract, next->id, done.error());
    }
    return {};
}

Status Signing::give_up_automatic(const Contract& contract, model::ActionId action, const Error& why) {
    spdlog::warn("contract {}: node {} could not sign itself: {}", to_string(contract.id), to_string(action),
                 for_log(describe(why)));
    const UtcTime now = platform_.clock.now();
    return platform_.database.write([&](store::Transaction& transaction) -> Status {
        const store::AuditRecord record{
            now, "system", contract.id, "signing.failed",
            R"({"action":")" + to_string(action) + R"(","reason":")" + std::string(to_string(why.code)) + "\"}"};
        if (const auto logged = store::append_audit(transaction, record); !logged) return logged.error();
        if (!may_pass(why.code)) return store::automatic_signings::forget(transaction, contract.id);
        const auto tries = store::automatic_signings::count_failure(transaction, contract.id);
        if (!tries) return tries.error();
        if (*tries >= kMostTries) return store::automatic_signings::forget(transaction, contract.id);
        return store::automatic_signings::put_off(transaction, contract.id, now + pause_after(*tries));
    });
}

Result<std::size_t> Signing::sign_due(std::size_t limit) {
    const auto due = platform_.database.read([&](store::Connection& connection) {
        return store::automatic_signings::due(connection, platform_.clock.now(), limit);
    });
    if (!due) return due.error();
    for (const model::ContractId id : *due) {
        const ContractLock held = book_.lock(id);
        if (const Status done = sign_automatically(held); !done && done.error().code != ErrorCode::ContractNotFound) {
            return done.error();
        }
        // A contract that ended meanwhile, or was deleted, has nothing more to sign.
        const auto contract = book_.find(held);
        if (contract && node_that_signs_itself(**contract) != nullptr) continue;
        const Status forgotten = platform_.database.write(
            [&](store::Transaction& transaction) { return store::automatic_signings::forget(transaction, id); });
        if (!forgotten) return forgotten.error();
    }
    return due->size();
}

}  // namespace signet::service
