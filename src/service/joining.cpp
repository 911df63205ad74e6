#include "service/joining.hpp"

#include "base/text.hpp"
#include "model/transitions.hpp"
#include "store/database.hpp"
#include "store/links.hpp"

#include <algorithm>
#include <utility>

namespace signet::service {

using model::ContactType;
using model::Contract;
using model::Signatory;
using model::TenantType;
using model::User;

namespace {

constexpr std::size_t kTokenLength = 32;
constexpr std::size_t kLongestName = 100;
constexpr int kMostCodes = 20;

std::string address(const Platform& platform, model::ContractId contract, std::string_view token) {
    return platform.base_url + "/contract/join/" + to_string(contract) + "?joinToken=" + std::string(token);
}

Result<std::string> stated_name(std::string_view text, const std::string& field) {
    std::string name(trim(text));
    if (name.empty()) return invalid_parameter(field + ": is required");
    if (character_count(name) > kLongestName) return fail(ErrorCode::ParameterTooLong, field);
    const bool shown = std::none_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    if (!shown) return invalid_parameter(field + ": has characters that nobody can read");
    return name;
}

}  // namespace

struct Joining::OpenLink {
    std::string token_hash;
    store::links::Link link;
    ContractPointer contract;
    const Signatory* party = nullptr;  // part of `contract`

    Status ready() const {
        if (const Status runs = model::check(model::Call::JoinUrl, contract->status); !runs) return runs;
        if (!party->awaits_joining()) return fail(ErrorCode::NobodyToJoin, "somebody has joined already");
        return {};
    }
};

Result<std::vector<JoinUrl>> Joining::urls(const Caller& caller, const Locator& locator, TenantType type) {
    const auto found = tools_.book.locate(caller, locator, Access::Initiator);
    if (!found) return found.error();
    const Contract& contract = **found;
    if (const Status allowed = model::check(model::Call::JoinUrl, contract.status); !allowed) return allowed.error();
    const UtcTime now = tools_.platform.clock.now();
    std::vector<JoinUrl> urls;
    std::vector<std::pair<std::string, store::links::Link>> links;
    for (const Signatory& party : contract.signatories) {
        if (party.tenant_type != type || !party.awaits_joining()) continue;
        store::links::Link link;
        link.kind = store::links::LinkKind::Join;
        link.contract = contract.id;
        link.signatory = party.id;
        link.create_time = now;
        link.expire_time = contract.expire_time.value_or(now + std::chrono::hours(24 * 30));
        const std::string token = random_token(kTokenLength);
        urls.push_back({party.serial_no, address(tools_.platform, contract.id, token)});
        links.emplace_back(token_hash(token), std::move(link));
    }
    if (links.empty()) return urls;
    const Status stored = tools_.platform.database.write([&](store::Transaction& transaction) -> Status {
        for (const auto& [hash, link] : links) {
            if (const Status put = store::links::insert(transaction, hash, link); !put) return put;
        }
        return {};
    });
    if (!stored) return stored.error();
    return urls;
}

Result<std::vector<JoinUrl>> Joining::personal_urls(const Caller& caller, const Locator& locator) {
    const auto found = tools_.book.locate(caller, locator, Access::Initiator);
    if (!found && found.error().code == ErrorCode::ContractNotFound) {
        return fail(ErrorCode::ContractToJoinNotFound, found.error().detail);
    }
    if (!found) return found.error();
    auto made = urls(caller, {(*found)->id, {}, {}}, TenantType::Personal);
    if (!made || !made->empty()) return made;
    const bool ever = std::any_of(
        (*found)->signatories.begin(), (*found)->signatories.end(),
        [](const Signatory& party) { return party.delay_set && party.tenant_type == TenantType::Personal; });
    if (!ever) return fail(ErrorCode::SignatoryRequired, "the contract leaves no person open");
    return fail(ErrorCode::NobodyToJoin, "every person has joined");
}

Result<Joining::OpenLink> Joining::open_link(std::string_view token) {
    OpenLink result{token_hash(token), {}, nullptr, nullptr};
    auto link = tools_.platform.database.read(
        [&](store::Connection& connection) { return store::links::find(connection, result.token_hash); });
    if (!link) return link.error();
    if (!*link || (*link)->kind != store::links::LinkKind::Join) return fail(ErrorCode::LinkNotFound);
    result.link = std::move(**link);
    auto contract = tools_.book.find(result.link.contract);
    if (!contract) return contract.error();
    result.contract = std::move(*contract);
    result.party = result.contract->find(result.link.signatory);
    if (result.party == nullptr) return fail(ErrorCode::LinkNotFound);
    // A deadline that was moved moves its links.
    const bool runs = static_cast<bool>(model::check(model::Call::JoinUrl, result.contract->status));
    if (!runs && result.link.expire_time < tools_.platform.clock.now()) return fail(ErrorCode::LinkExpired);
    return result;
}

Result<JoinView> Joining::open(std::string_view token) {
    const auto link = open_link(token);
    if (!link) return link.error();
    const Contract& contract = *link->contract;
    JoinView view;
    view.subject = contract.subject;
    view.initiator = contract.tenant_name;
    view.type = link->party->tenant_type;
    view.deadline = contract.expire_time;
    const Status ready = link->ready();
    if (!ready) {
        view.state = ready.error().code == ErrorCode::NobodyToJoin ? JoinView::State::Joined : JoinView::State::Over;
        return view;
    }
    view.tenant_name = link->party->tenant_name;
    if (!link->party->receiver.contact.empty()) view.masked_contact = mask_contact(link->party->receiver.contact);
    return view;
}

Result<User> Joining::contact_of(const Signatory& party, const std::string& stated) const {
    if (!party.receiver.contact.empty()) return party.receiver;
    User user;
    user.contact = std::string(trim(stated));
    const bool is_mail = user.contact.find('@') != std::string::npos;
    user.contact_type = is_mail ? ContactType::Email : ContactType::Mobile;
    if (user.contact.size() > 100) return fail(ErrorCode::ParameterTooLong, "contact");
    if (const Status sound = tools_.drafting.check_user(user, "joiner"); !sound) return sound.error();
    return user;
}

/// A code proves the one contact it was sent to, and only for this link.
std::string Joining::code_key(const OpenLink& link, const User& contact) const {
    return "join/" + link.token_hash + "/" + person_key(tools_.platform, contact);
}

Result<Joining::CodeSent> Joining::send_code(std::string_view token, const std::string& contact) {
    const auto link = open_link(token);
    if (!link) return link.error();
    if (const Status ready = link->ready(); !ready) return ready.error();
    const auto user = contact_of(*link->party, contact);
    if (!user) return user.error();
    // Who holds the link must not be able to flood others with messages.
    const std::string counter = "join/" + link->token_hash;
    const UtcTime now = tools_.platform.clock.now();
    const Status counted = tools_.platform.database.write([&](store::Transaction& transaction) -> Status {
        const auto last = store::links::find_code(transaction, counter);
        if (!last) return last.error();
        const int count = *last ? (*last)->failures : 0;
        if (count >= kMostCodes || (*last && now - (*last)->sent_time < kResendPause)) {
            return fail(ErrorCode::TooFrequent, "wait a minute");
        }
        return store::links::put_code(transaction, counter, {"-", now, link->link.expire_time, count + 1});
    });
    if (!counted) return counted.error();
    const Status sent =
        tools_.proof.send_code(code_key(*link, *user), *user, "用于加入《" + link->contract->subject + "》的签署");
    if (!sent) return sent.error();
    return CodeSent{mask_contact(user->contact), static_cast<int>(kResendPause.count())};
}

Result<std::string> Joining::join(std::string_view token, const JoinCommand& command) {
    const auto before = open_link(token);
    if (!before) return before.error();
    if (const Status ready = before->ready(); !ready) return ready.error();
    auto user = contact_of(*before->party, command.contact);
    if (!user) return user.error();
    const bool is_company = before->party->tenant_type == TenantType::Company;
    PartyChange wanted;
    wanted.tenant_name = before->party->tenant_name;
    if (is_company && wanted.tenant_name.empty()) {
        auto name = stated_name(command.company_name, "companyName");
        if (!name) return name.error();
        wanted.tenant_name = std::move(*name);
    }
    if (is_company || wanted.tenant_name.empty()) {
        auto name = stated_name(command.name, "name");
        if (!name) return name.error();
        user->name = std::move(*name);
    } else {
        user->name = wanted.tenant_name;
    }
    if (!is_company) wanted.tenant_name = user->name;
    if (is_company) {
        // Anybody can write a company's name; one that is on record here knows its people.
        if (const auto company = tools_.directory.company_on_record(wanted.tenant_name)) {
            const auto employee = tools_.directory.employee(company->id, *user);
            if (!employee) return fail(employee.error().code, "companyName: " + employee.error().detail);
        }
    }
    wanted.receiver = *user;
    const Signer nobody;
    const auto confirmation = tools_.proof.check(code_key(*before, *user), nobody, {command.code, {}});
    if (!confirmation) return confirmation.error();

    const ContractLock held = tools_.book.lock(before->contract->id);
    const auto fresh = tools_.book.find(held);
    if (!fresh) return fresh.error();
    Contract contract = **fresh;
    const model::SignatoryId id = before->party->id;
    const Signatory* party = contract.find(id);
    if (party == nullptr) return fail(ErrorCode::LinkNotFound);
    if (const Status runs = model::check(model::Call::JoinUrl, contract.status); !runs) return runs.error();
    if (!party->awaits_joining()) return fail(ErrorCode::NobodyToJoin, "somebody was faster");
    auto events = tools_.editing.apply(contract, id, wanted, "joiner");
    if (!events) return events.error();
    const Contract after = contract;
    std::string page;
    Change change;
    change.event = "signatory.joined";
    change.actor = actor_of(*user);
    change.detail = R"({"signatory":")" + to_string(id) + "\"}";
    change.events = std::move(*events);
    change.also = [&](store::Transaction& transaction) -> Status {
        if (const Status settled = confirmation->settle(transaction); !settled) return settled;
        auto url = tools_.links.notice_url(transaction, after, *after.find(id), *user);
        if (!url) return url.error();
        page = std::move(*url);
        return {};
    };
    const auto committed = tools_.book.commit(std::move(contract), change);
    if (!committed) return committed.error();
    return page;
}

}  // namespace signet::service
