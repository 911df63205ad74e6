#include "service/links.hpp"

#include "crypto/digest.hpp"
#include "model/transitions.hpp"
#include "store/database.hpp"
#include "store/links.hpp"

#include <algorithm>
#include <utility>

namespace signet::service {
namespace {

constexpr std::chrono::minutes kTicketLife{30};
constexpr std::chrono::minutes kEnteredLife{30};
constexpr std::size_t kTokenLength = 32;
constexpr std::chrono::hours kLookingLife{24 * 30};

bool has_begun(model::ActionStatus status) {
    return status != model::ActionStatus::Init;
}

}  // namespace

std::string token_hash(std::string_view token) {
    return hex(crypto::Sha256::of(as_bytes(token)));
}

std::string Links::address(model::ContractId contract, std::string_view token) const {
    return platform_.base_url + "/contract/share/" + to_string(contract) + "?openPageToken=" + std::string(token);
}

std::string page_token() {
    Bytes random = random_bytes(16);
    random[6] = static_cast<std::uint8_t>(0x40 | (random[6] & 0x0f));
    random[8] = static_cast<std::uint8_t>(0x80 | (random[8] & 0x3f));
    std::string token = hex(random);
    for (const std::size_t at : {8, 13, 18, 23})
        token.insert(at, 1, '-');
    return token;
}

Result<Links::Access> Links::access(const Caller& caller, const PageCommand& command) {
    auto contract = book_.locate(caller, command.locator, service::Access::Party);
    if (!contract) return contract.error();
    if (const Status allowed = model::check(model::Call::PageUrl, (*contract)->status); !allowed)
        return allowed.error();
    if (command.user.empty()) return invalid_parameter("user.contact: is required");
    const model::Signatory* party = people_.party_of(**contract, command.user);
    if (party == nullptr) party = people_.viewed_party(**contract, command.user);
    if (party == nullptr)
        return fail(ErrorCode::NoViewPermission, "user has no part in contract " + to_string((*contract)->id));
    return Access{std::move(*contract), party};
}

/// Whether all that the user could do in a contract that is being signed has not begun. Whoever has done his part may
/// look at it, the initiator may take the contract back, and viewers have nothing to wait for.
bool Links::must_wait(const Access& granted, const model::User& user) const {
    const model::Contract& contract = *granted.contract;
    if (contract.status != model::ContractStatus::Signing) return false;
    if (people_.party_of(contract, user) == nullptr) return false;
    if (contract.creator && people_.same(contract, *granted.signatory, *contract.creator, user)) return false;
    if (granted.signatory->sponsor && !contract.creator) return false;
    bool waits = granted.signatory->status == model::SignatoryStatus::Waiting;
    for (const model::Signatory& party : contract.acting_parties()) {
        for (const model::Action& action : party.actions) {
            if (!people_.may_do(contract, party, action, user)) continue;
            if (has_begun(action.status)) return false;
            waits = true;
        }
    }
    return waits;
}

Result<std::string> Links::page_url(const Caller& caller, const PageCommand& command) {
    const auto granted = access(caller, command);
    if (!granted) return granted.error();
    if (must_wait(*granted, command.user))
        return fail(ErrorCode::NoOperationPermission,
                    "user.contact: others come first in contract " + to_string(granted->contract->id));
    store::links::Link link;
    link.kind = store::links::LinkKind::PageUrl;
    link.application = caller.application.token;
    link.contract = granted->contract->id;
    link.signatory = granted->signatory->id;
    link.user = command.user;
    link.allow_password = command.allow_password;
    link.hide_password_settings = command.hide_password_settings;
    link.can_reject = !command.hide_reject;
    link.hide_return = command.hide_return;
    link.hide_state = command.hide_state;
    link.hide_recall = command.hide_recall;
    link.hide_end = command.hide_end;
    link.show_resend = command.show_resend;
    link.page_type = command.page_type;
    link.callback_page = command.callback_page;
    link.language = command.language;
    link.theme_color = command.theme_color;
    link.create_time = platform_.clock.now();
    link.expire_time = link.create_time + command.lifetime;
    const std::string token = page_token();
    const Status stored = platform_.database.write(
        [&](store::Transaction& transaction) { return store::links::insert(transaction, token_hash(token), link); });
    if (!stored) return stored.error();
    return address(link.contract, token);
}

Result<std::string> Links::ticket(const Caller& caller, const PageCommand& command) {
    const auto granted = access(caller, command);
    if (!granted) return granted.error();
    store::links::Link link;
    link.kind = store::links::LinkKind::Ticket;
    link.contract = granted->contract->id;
    link.signatory = granted->signatory->id;
    link.user = command.user;
    link.allow_password = command.allow_password;
    link.hide_password_settings = command.hide_password_settings;
    link.can_reject = true;
    link.create_time = platform_.clock.now();
    link.expire_time = link.create_time + kTicketLife;
    const std::string token = random_token(kTokenLength);
    const Status stored = platform_.database.write(
        [&](store::Transaction& transaction) { return store::links::insert(transaction, token_hash(token), link); });
    if (!stored) return stored.error();
    return token;
}

Result<std::string> Links::own_url(store::Transaction& transaction, const model::Contract& contract,
                                   const model::Signatory& signatory, const model::User& user, UtcTime until) {
    store::links::Link link;
    link.kind = store::links::LinkKind::PageUrl;
    link.contract = contract.id;
    link.signatory = signatory.id;
    link.user = user;
    link.can_reject = true;
    link.create_time = platform_.clock.now();
    link.expire_time = until;
    const std::string token = page_token();
    if (const Status stored = store::links::insert(transaction, token_hash(token), link); !stored)
        return stored.error();
    return address(contract.id, token);
}

Result<std::string> Links::notice_url(store::Transaction& transaction, const model::Contract& contract,
                                      const model::Signatory& signatory, const model::User& user) {
    // What is over can be looked at for a while.
    const UtcTime until = contract.deadline().value_or(platform_.clock.now() + kLookingLife);
    return own_url(transaction, contract, signatory, user, until);
}

Result<std::string> Links::entered_url(store::Transaction& transaction, const model::Contract& contract,
                                       const model::Signatory& signatory, const model::User& user) {
    return own_url(transaction, contract, signatory, user, platform_.clock.now() + kEnteredLife);
}

Result<std::string> Links::copy_url(store::Transaction& transaction, const model::Contract& contract,
                                    const model::CopySendReceiver& copy) {
    store::links::Link link;
    link.kind = store::links::LinkKind::View;
    link.contract = contract.id;
    link.user = copy.receiver;
    link.hide_download = !copy.may_download();
    link.create_time = platform_.clock.now();
    link.expire_time = std::max(contract.deadline().value_or(link.create_time), link.create_time) + kLookingLife;
    const std::string token = random_token(kTokenLength);
    if (const Status stored = store::links::insert(transaction, token_hash(token), link); !stored)
        return stored.error();
    return platform_.base_url + "/contract/view/" + token;
}

}  // namespace signet::service
