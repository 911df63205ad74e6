#include "service/batch_signing.hpp"

#include "base/text.hpp"
#include "service/drafting.hpp"
#include "store/contracts.hpp"
#include "store/database.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace signet::service {

using model::Action;
using model::ActionStatus;
using model::ActionType;
using model::Contract;
using model::ContractId;
using model::Signatory;

namespace {

constexpr std::size_t kMostWaiting = 100;

std::string code_key(const Signer& signer) {
    return "batch/" + signer.link_hash;
}

/// Whether somebody's signature is asked for now: under the contract, or under its cancellation.
bool asks_for_signatures(const Contract& contract) {
    return contract.status == model::ContractStatus::Signing || contract.status == model::ContractStatus::Invaliding;
}

bool signs_by_hand(const Signatory& party, const Action& action) {
    return action.type == ActionType::Personal || action.type == ActionType::Operator ||
           (action.type == ActionType::Lp && !party.company);
}

}  // namespace

std::string_view to_wire(BatchObstacle obstacle) {
    switch (obstacle) {
        case BatchObstacle::None:
            return "";
        case BatchObstacle::SeveralSeals:
            return "SEVERAL_SEALS";
        case BatchObstacle::NoPlaces:
            return "NO_PLACES";
        case BatchObstacle::Attachments:
            return "ATTACHMENTS";
        case BatchObstacle::Identity:
            return "IDENTITY";
        case BatchObstacle::Approval:
            return "AUDIT";
        case BatchObstacle::Cancellation:
            return "CANCELLATION";
    }
    return "";
}

std::vector<std::string> people_whose_turn_it_is(const Platform& platform, const People& people,
                                                 const Contract& contract) {
    std::set<std::string> keys;
    if (!asks_for_signatures(contract)) return {};
    for (const Signatory& party : contract.acting_parties()) {
        for (const Action& action : party.actions) {
            if (action.status != ActionStatus::Start) continue;
            for (const model::User& user : people.doers(contract, party, action)) {
                const model::User recipient = people.reachable(contract, party, user);
                if (!recipient.empty()) keys.insert(person_key(platform, recipient));
            }
        }
    }
    return {keys.begin(), keys.end()};
}

Result<BatchSigning::Visitor> BatchSigning::visitor(std::string_view client, std::string_view key) {
    auto visit = page_.visit(client, key);
    if (!visit) return visit.error();
    // A batch is confirmed by code, whatever the contract it was opened from asks for.
    visit->signer.way = model::SignValidateWay::Pin;
    return Visitor{visit->signer.recipient, std::move(visit->signer), visit->view.contract->id};
}

Result<std::optional<WaitingContract>> BatchSigning::find(const Visitor& visitor, ContractPointer contract) const {
    const std::optional<WaitingContract> none;
    if (!asks_for_signatures(*contract)) return none;
    WaitingContract waiting{std::move(contract), nullptr, nullptr, BatchObstacle::None};
    for (const Signatory& party : waiting.contract->acting_parties()) {
        for (const Action& action : party.actions) {
            const bool mine = waiting.action == nullptr && action.status == ActionStatus::Start &&
                              people_.may_do(*waiting.contract, party, action, visitor.recipient);
            if (!mine) continue;
            waiting.party = &party;
            waiting.action = &action;
        }
    }
    if (waiting.action == nullptr) return none;
    const auto reason = obstacle(visitor, waiting);
    if (!reason) return reason.error();
    waiting.obstacle = *reason;
    return std::optional(std::move(waiting));
}

Result<BatchObstacle> BatchSigning::obstacle(const Visitor& visitor, const WaitingContract& waiting) const {
    const Action& action = *waiting.action;
    if (waiting.contract->status == model::ContractStatus::Invaliding) return BatchObstacle::Cancellation;
    if (action.type == ActionType::Audit) return BatchObstacle::Approval;
    const auto seals = people_.offered_seals(*waiting.contract, *waiting.party, action, visitor.recipient);
    if (action.seals.size() > 1 || seals.size() > 1) return BatchObstacle::SeveralSeals;
    if (action.places.empty()) return BatchObstacle::NoPlaces;
    const auto& attachments = waiting.party->attachments;
    const bool lacks = std::any_of(attachments.begin(), attachments.end(), [](const model::Attachment& attachment) {
        return attachment.required && attachment.blob.empty();
    });
    if (lacks) return BatchObstacle::Attachments;
    const auto identity = proof_.identity_demand(*waiting.contract, *waiting.party, visitor.recipient, visitor.signer);
    if (!identity) return identity.error();
    if (waiting.party->sign_validate_way == model::SignValidateWay::SignPwd) return BatchObstacle::Identity;
    return *identity && !(*identity)->proven ? BatchObstacle::Identity : BatchObstacle::None;
}

Result<std::vector<WaitingContract>> BatchSigning::waiting(std::string_view client, std::string_view key) {
    const auto who = visitor(client, key);
    if (!who) return who.error();
    std::vector<WaitingContract> list;
    if (who->recipient.empty()) return list;
    const std::string person = person_key(platform_, who->recipient);
    const auto ids = platform_.database.read([&](store::Connection& connection) {
        return store::contracts::waiting_for(connection, person, kMostWaiting + 1);
    });
    if (!ids) return ids.error();
    for (const ContractId id : *ids) {
        if (id == who->here || list.size() == kMostWaiting) continue;
        auto contract = book_.find(id);
        if (!contract) return contract.error();
        auto found = find(*who, std::move(*contract));
        if (!found) return found.error();
        if (*found) list.push_back(std::move(**found));
    }
    return list;
}

Result<SigningPage::CodeSent> BatchSigning::send_code(std::string_view client, std::string_view key) {
    const auto who = visitor(client, key);
    if (!who) return who.error();
    const Status sent = proof_.send_code(code_key(who->signer), who->recipient, "用于批量签署等待您签署的文件");
    if (!sent) return sent.error();
    return SigningPage::CodeSent{mask_contact(who->recipient.contact), static_cast<int>(kResendPause.count())};
}

Result<std::vector<WaitingPage>> BatchSigning::open_pages(std::string_view client, std::string_view key,
                                                          const std::string& code) {
    const auto who = visitor(client, key);
    if (!who) return who.error();
    const auto list = waiting(client, key);
    if (!list) return list.error();
    const auto confirmation = proof_.check(code_key(who->signer), who->signer, {code, {}});
    if (!confirmation) return confirmation.error();
    std::vector<WaitingPage> pages;
    const Status done = platform_.database.write([&](store::Transaction& transaction) -> Status {
        pages.clear();
        if (const Status settled = confirmation->settle(transaction); !settled) return settled;
        for (const WaitingContract& one : *list) {
            auto url = links_.entered_url(transaction, *one.contract, *one.party, who->recipient);
            if (!url) return url.error();
            pages.push_back({one.contract->id, std::move(*url)});
        }
        return {};
    });
    if (!done) return done.error();
    return pages;
}

/// What one consent and one code say about each of the contracts they are given for.
Result<SigningIntent> BatchSigning::intent_of(const Visitor& visitor, const WaitingContract& waiting,
                                              const Confirmation& confirmation) const {
    SigningIntent intent;
    intent.consent = &signer_consent();
    intent.factor_id = confirmation.factor_id;
    auto reading = page_.reading(*waiting.contract, visitor.recipient);
    if (!reading) return reading.error();
    if (const Status read = reading->permit_signing(); !read) return read.error();
    intent.reading = std::move(*reading);
    auto identity = proof_.identity_demand(*waiting.contract, *waiting.party, visitor.recipient, visitor.signer);
    if (!identity) return identity.error();
    intent.identity = std::move(*identity);
    return intent;
}

Status BatchSigning::sign_one(const Visitor& visitor, ContractId id, const BatchCommand& command,
                              const Confirmation& confirmation) {
    const ContractLock held = book_.lock(id);
    auto contract = book_.find(held);
    if (!contract) return contract.error();
    const auto found = find(visitor, std::move(*contract));
    if (!found) return found.error();
    if (!*found) return fail(ErrorCode::NotSignStep, "contract " + to_string(id));
    const WaitingContract& waiting = **found;
    if (waiting.obstacle != BatchObstacle::None) {
        return fail(ErrorCode::NotSignStep,
                    "contract " + to_string(id) + ": " + std::string(to_wire(waiting.obstacle)));
    }
    SigningAct act;
    act.action = waiting.action->id;
    act.by = visitor.recipient;
    if (act.by.name.empty()) act.by.name = waiting.party->receiver.name;
    act.actor = actor_of(act.by);
    act.factor = confirmation.factor;
    act.proof = confirmation.record;
    auto intent = intent_of(visitor, waiting, confirmation);
    if (!intent) return intent.error();
    act.intent = std::move(*intent);
    const auto seals = people_.offered_seals(*waiting.contract, *waiting.party, *waiting.action, visitor.recipient);
    if (!seals.empty()) act.seal = seals.front().id;
    if (signs_by_hand(*waiting.party, *waiting.action)) act.signature = command.signature;
    if (const auto done = signing_.sign(held, act); !done) return done.error();
    return signing_.sign_automatically(held);
}

Result<std::vector<BatchResult>> BatchSigning::sign(std::string_view client, std::string_view key,
                                                    const BatchCommand& command) {
    const auto who = visitor(client, key);
    if (!who) return who.error();
    if (!command.consent) return invalid_parameter("consent: is required");
    if (command.contracts.empty() || command.contracts.size() > kMostWaiting) {
        return invalid_parameter("contracts: one to a hundred");
    }
    const auto confirmation = proof_.check(code_key(who->signer), who->signer, {command.code, {}});
    if (!confirmation) return confirmation.error();
    // One code, several contracts: it is used up before the first, so that no second batch can follow on it.
    const Status settled = platform_.database.write(confirmation->settle);
    if (!settled) return settled.error();
    std::vector<BatchResult> results;
    for (const ContractId id : command.contracts)
        results.push_back({id, sign_one(*who, id, command, *confirmation)});
    return results;
}

}  // namespace signet::service
