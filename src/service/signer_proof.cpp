#include "service/signer_proof.hpp"

#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "crypto/key_vault.hpp"
#include "crypto/password.hpp"
#include "service/drafting.hpp"
#include "store/audit.hpp"
#include "store/database.hpp"
#include "store/links.hpp"
#include "store/people.hpp"

#include <algorithm>
#include <utility>

namespace signet::service {
namespace {

using model::ContactType;
using model::User;

constexpr std::chrono::minutes kCodeLife{5};
constexpr std::chrono::minutes kPasswordWindow{30};
constexpr int kMostTries = 5;
/// Enough of a digest to tell two apart in the log.
constexpr std::size_t kShownDigits = 16;
constexpr std::size_t kShortestPassword = 8;
constexpr std::size_t kLongestPassword = 64;

std::string six_digits() {
    // Drawn evenly: 4 294 000 000 is the largest multiple of a million below 2^32.
    while (true) {
        const Bytes raw = random_bytes(4);
        const std::uint32_t number =
            (std::uint32_t{raw[0]} << 24) | (std::uint32_t{raw[1]} << 16) | (std::uint32_t{raw[2]} << 8) | raw[3];
        if (number < 4'294'000'000U) return std::to_string(1'000'000 + number % 1'000'000).substr(1);
    }
}

bool is_strong(const std::string& password) {
    const std::size_t length = character_count(password);
    if (length < kShortestPassword || length > kLongestPassword) return false;
    const bool letter = std::any_of(password.begin(), password.end(),
                                    [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
    const bool digit = std::any_of(password.begin(), password.end(), [](char c) { return c >= '0' && c <= '9'; });
    return letter && digit;
}

Error wrong(ErrorCode code, int failures) {
    return fail(code, std::to_string(std::max(0, kMostTries - failures)));
}

}  // namespace

std::string person_key(const Platform& platform, const User& recipient) {
    const std::string contact = std::string(to_wire(recipient.contact_type)) + ":" + recipient.contact;
    return hex(platform.vault.lookup_digest(contact, "person"));
}

std::string SignerProof::person_key(const Signer& signer) const {
    return service::person_key(platform_, signer.recipient);
}

std::string SignerProof::window_key(const Signer& signer) const {
    return signer.client_hash + "/" + person_key(signer);
}

Status SignerProof::send_code(const std::string& key, const User& recipient, const std::string& text,
                              const CodeContent& content) {
    if (recipient.contact.empty()) return fail(ErrorCode::Unavailable, "no way to reach this person is on record");
    const std::string code = six_digits();
    const UtcTime now = platform_.clock.now();
    return platform_.database.write([&](store::Transaction& transaction) -> Status {
        const auto last = store::links::find_code(transaction, key);
        if (!last) return last.error();
        if (*last && now - (*last)->sent_time < kResendPause) return fail(ErrorCode::TooFrequent, "wait a minute");
        const std::string hash = hex(platform_.vault.lookup_digest(code, "code/" + key));
        const auto id = platform_.ids.next<model::ActionId>().value;
        const Status put =
            store::links::put_code(transaction, key, {hash, now, now + kCodeLife, 0, id, content.digest});
        if (!put) return put;
        if (content.contract) {
            const auto logged = store::append_audit(
                transaction, {now, actor_of(recipient), content.contract, "code.sent",
                              R"({"factorId":")" + std::to_string(id) + R"(","content":")" + content.digest + "\"}"});
            if (!logged) return logged.error();
        }
        PersonalMessage message;
        message.to = recipient.contact;
        message.by_mail = recipient.contact_type == ContactType::Email;
        message.template_name = "code";
        message.subject = "签署验证码";
        message.text = "【Signet】验证码 " + code + "，" + text + "，5 分钟内有效，请勿告知他人。";
        // No contract is named: a code must not wait behind other messages of the contract.
        return notices_.enqueue(transaction, message, {});
    });
}

Result<SignerProof::RightCode> SignerProof::checked_code(const std::string& key, const std::string& code,
                                                         const std::string& content) {
    if (code.empty()) return fail(ErrorCode::CodeRequired);
    const auto stored = platform_.database.read(
        [&](store::Connection& connection) { return store::links::find_code(connection, key); });
    if (!stored) return stored.error();
    if (!*stored || (*stored)->expire_time < platform_.clock.now() || (*stored)->failures >= kMostTries) {
        return fail(ErrorCode::CodeExpired);
    }
    // The text changed since it was sent: it confirmed another one.
    if (!content.empty() && (*stored)->content != content) return fail(ErrorCode::CodeExpired);
    const std::string given = hex(platform_.vault.lookup_digest(trim(code), "code/" + key));
    if (equal_in_constant_time(given, (*stored)->code_hash)) return RightCode{given, std::to_string((*stored)->id)};
    const auto failures = platform_.database.write(
        [&](store::Transaction& transaction) { return store::links::count_failure(transaction, key); });
    if (!failures) return failures.error();
    return wrong(ErrorCode::CodeWrong, *failures);
}

/// Which code it was: a name that tells it from others and nothing about its digits, whose stored digest is keyed.
std::string SignerProof::record_of_code(const std::string& key, const std::string& code_hash) const {
    constexpr std::size_t kIdLength = 16;
    const std::string id = crypto::sha256_hex(as_bytes("code id/" + code_hash)).substr(0, kIdLength);
    const auto stored = platform_.database.read(
        [&](store::Connection& connection) { return store::links::find_code(connection, key); });
    std::string record = R"({"codeId":")" + id + "\"";
    if (stored && *stored) record += ",\"codeSentTime\":" + std::to_string((*stored)->sent_time.milliseconds);
    return record + "}";
}

std::string SignerProof::record_of_window(const Signer& signer) const {
    const auto until = platform_.database.read(
        [&](store::Connection& connection) { return store::people::window(connection, window_key(signer)); });
    if (!until || !*until) return {};
    return "{\"windowUntil\":" + std::to_string((*until)->milliseconds) + "}";
}

Status SignerProof::check_password(const Signer& signer, const std::string& password) {
    const auto usable = password_usable(signer);
    if (!usable) return usable.error();
    if (!*usable) return fail(ErrorCode::PasswordNotUsable);
    const auto stored = platform_.database.read(
        [&](store::Connection& connection) { return store::people::password(connection, person_key(signer)); });
    if (!stored) return stored.error();
    if (*stored && crypto::verify_password(password, **stored)) return {};
    const auto failures = platform_.database.write([&](store::Transaction& transaction) -> Result<int> {
        const auto count = store::people::count_window_failure(transaction, window_key(signer));
        if (!count) return count.error();
        if (*count >= kMostTries) {
            const Status closed = store::people::close_window(transaction, window_key(signer));
            if (!closed) return closed.error();
        }
        return *count;
    });
    if (!failures) return failures.error();
    if (*failures >= kMostTries) return fail(ErrorCode::PasswordNotUsable);
    return wrong(ErrorCode::PasswordWrong, *failures);
}

namespace {

/// Where wrong signing passwords of a person are counted, whatever browser they come from.
std::string tries_key(const std::string& person) {
    return "signpwd/" + person;
}

}  // namespace

/// Five wrong ones within half an hour, and only a code opens the way again, by setting another password.
Status SignerProof::count_wrong_password(const std::string& key) {
    const UtcTime now = platform_.clock.now();
    const auto failures = platform_.database.write([&](store::Transaction& transaction) -> Result<int> {
        const auto until = store::people::window(transaction, key);
        if (!until) return until.error();
        if (!*until || **until < now) {
            const Status begun = store::people::put_window(transaction, key, now + kPasswordWindow);
            if (!begun) return begun.error();
        }
        return store::people::count_window_failure(transaction, key);
    });
    if (!failures) return failures.error();
    if (*failures >= kMostTries) return fail(ErrorCode::PasswordNotUsable);
    return wrong(ErrorCode::PasswordWrong, *failures);
}

Result<Confirmation> SignerProof::check_signing_password(const std::string& code_key, const Signer& signer,
                                                         const ConfirmationInput& input, const std::string& content) {
    if (input.password.empty()) return fail(ErrorCode::PasswordRequired);
    const std::string person = person_key(signer);
    const std::string tries = tries_key(person);
    if (!input.code.empty()) {
        if (!is_strong(input.password)) return fail(ErrorCode::PasswordWeak);
        const auto right = checked_code(code_key, input.code, content);
        if (!right) return right.error();
        const auto encoded = crypto::hash_password(input.password);
        if (!encoded) return encoded.error();
        const auto settle = [this, code_key, hash = right->hash, encoded = *encoded, person, tries,
                             actor = actor_of(signer.recipient)](store::Transaction& transaction) -> Status {
            const auto taken = store::links::take_code(transaction, code_key, hash);
            if (!taken) return taken.error();
            if (!*taken) return fail(ErrorCode::CodeExpired);
            const UtcTime now = platform_.clock.now();
            const Status put = store::people::put_password(transaction, person, encoded, now);
            if (!put) return put;
            const auto logged = store::append_audit(transaction, {now, actor, {}, "password.set", "{}"});
            if (!logged) return logged.error();
            return store::people::close_window(transaction, tries);
        };
        return Confirmation{"password", settle, record_of_code(code_key, right->hash), right->id};
    }
    struct Known {
        std::optional<std::string> hash;
        int failures = 0;
    };
    const auto known = platform_.database.read([&](store::Connection& connection) -> Result<Known> {
        Known result;
        const auto stored = store::people::password(connection, person);
        if (!stored) return stored.error();
        result.hash = *stored;
        const auto failures = store::people::window_failures(connection, tries, platform_.clock.now());
        if (!failures) return failures.error();
        result.failures = *failures;
        return result;
    });
    if (!known) return known.error();
    if (!known->hash) return fail(ErrorCode::CodeRequired, "there is no password yet");
    if (known->failures >= kMostTries) return fail(ErrorCode::PasswordNotUsable);
    if (!crypto::verify_password(input.password, *known->hash)) return count_wrong_password(tries).error();
    return Confirmation{
        "password",
        [tries](store::Transaction& transaction) { return store::people::close_window(transaction, tries); },
        {},
        "signpwd/" + person.substr(0, kShownDigits)};
}

Result<Confirmation> SignerProof::check(const std::string& code_key, const Signer& signer,
                                        const ConfirmationInput& input, const std::string& content) {
    const auto open_window = [this, signer](store::Transaction& transaction) -> Status {
        if (!signer.allow_password) return {};
        return store::people::put_window(transaction, window_key(signer), platform_.clock.now() + kPasswordWindow);
    };
    if (signer.way == model::SignValidateWay::SignPwd) return check_signing_password(code_key, signer, input, content);
    if (input.code.empty() && !input.password.empty()) {
        if (const Status right = check_password(signer, input.password); !right) return right.error();
        return Confirmation{"password", open_window, record_of_window(signer),
                            "window/" + window_key(signer).substr(0, kShownDigits)};
    }
    const auto right = checked_code(code_key, input.code, content);
    if (!right) return right.error();
    const auto settle = [code_key, hash = right->hash, open_window](store::Transaction& transaction) -> Status {
        const auto taken = store::links::take_code(transaction, code_key, hash);
        if (!taken) return taken.error();
        if (!*taken) return fail(ErrorCode::CodeExpired);
        return open_window(transaction);
    };
    return Confirmation{"code", settle, record_of_code(code_key, right->hash), right->id};
}

Result<bool> SignerProof::has_password(const Signer& signer) const {
    if (signer.recipient.empty()) return false;
    const auto stored = platform_.database.read(
        [&](store::Connection& connection) { return store::people::password(connection, person_key(signer)); });
    if (!stored) return stored.error();
    return stored->has_value();
}

Result<bool> SignerProof::window_open(const Signer& signer) const {
    if (!signer.allow_password || signer.recipient.empty()) return false;
    const auto until = platform_.database.read(
        [&](store::Connection& connection) { return store::people::window(connection, window_key(signer)); });
    if (!until) return until.error();
    return *until && platform_.clock.now() <= **until;
}

Result<bool> SignerProof::password_usable(const Signer& signer) const {
    if (signer.way == model::SignValidateWay::Pin) return false;
    if (signer.way == model::SignValidateWay::SignPwd) return has_password(signer);
    const auto open = window_open(signer);
    if (!open || !*open) return open;
    return has_password(signer);
}

Status SignerProof::set_password(const Signer& signer, const std::string& password, const std::string& code) {
    const auto open = window_open(signer);
    if (!open) return open.error();
    if (!*open) return fail(ErrorCode::PasswordNotUsable);
    if (!is_strong(password)) return fail(ErrorCode::PasswordWeak);
    const auto known = has_password(signer);
    if (!known) return known.error();
    std::string code_hash;
    if (*known) {
        const auto right = checked_code(signer.link_hash, code);
        if (!right) return right.error();
        code_hash = right->hash;
    }
    const auto encoded = crypto::hash_password(password);
    if (!encoded) return encoded.error();
    return platform_.database.write([&](store::Transaction& transaction) -> Status {
        if (*known) {
            const auto taken = store::links::take_code(transaction, signer.link_hash, code_hash);
            if (!taken) return taken.error();
            if (!*taken) return fail(ErrorCode::CodeExpired);
        }
        const UtcTime now = platform_.clock.now();
        const Status put = store::people::put_password(transaction, person_key(signer), *encoded, now);
        if (!put) return put;
        const auto logged =
            store::append_audit(transaction, {now, actor_of(signer.recipient), {}, "password.set", "{}"});
        if (!logged) return logged.error();
        return {};
    });
}

Result<std::optional<IdentityDemand>> SignerProof::identity_demand(const model::Contract& contract,
                                                                   const model::Signatory& party, const User& user,
                                                                   const Signer& signer) const {
    const std::optional<IdentityDemand> none;
    if (!party.auth_info || !people_.is_handler(contract, party, user)) return none;
    const auto category = directory_.category(contract.category);
    if (category && category->policy.identity == model::IdentityCheck::None) return none;
    const bool by_card = category && category->policy.identity == model::IdentityCheck::BankCard;
    IdentityDemand demand;
    demand.id_card = !party.auth_info->id_card_no.empty();
    demand.bank_card = by_card && !party.auth_info->bank_no.empty();
    demand.bank_mobile = by_card && !party.auth_info->bank_mobile.empty();
    if (!demand.id_card && !demand.bank_card && !demand.bank_mobile) return none;
    demand.correctable = party.auth_info->modify_fields;
    demand.name = party.tenant_type == model::TenantType::Personal ? party.tenant_name : party.receiver.name;
    const auto proof = platform_.database.read([&](store::Connection& connection) {
        return store::people::identity_proof(connection, party.id, person_key(signer));
    });
    if (!proof) return proof.error();
    demand.proven = *proof && (*proof)->proven_time.has_value();
    demand.proven_time = *proof ? (*proof)->proven_time : std::nullopt;
    const model::UserAuthInfo& stated = *party.auth_info;
    demand.evidence =
        crypto::sha256_hex(as_bytes(stated.id_card_no + "\n" + stated.bank_no + "\n" + stated.bank_mobile));
    demand.tries_left = std::max(0, kMostTries - (*proof ? (*proof)->failures : 0));
    return std::optional(demand);
}

/// What may be corrected must be stated all the same; how it was stated is not kept, only that it was another.
SignerProof::IdentityComparison SignerProof::compare(const IdentityDemand& demand, const model::Signatory& party,
                                                     const IdentityInput& input) const {
    using model::ModifyField;
    const model::UserAuthInfo& info = *party.auth_info;
    const model::SignatoryId bound = info.digests_of ? info.digests_of : party.id;
    IdentityComparison result;
    const auto settle = [&](ModifyField field, bool wanted, bool stated, bool same) {
        if (!wanted || same) return;
        const bool correctable = std::ranges::find(info.modify_fields, field) != info.modify_fields.end();
        if (!correctable || !stated) {
            result.agrees = false;
        } else {
            result.corrected += (result.corrected.empty() ? "" : ",") + std::string(model::to_wire(field));
        }
    };
    const auto same = [&](const std::string& stated, const std::string& digest) {
        return equal_in_constant_time(identity_digest(platform_, bound, stated), digest);
    };
    settle(ModifyField::IdCardNo, demand.id_card, !trim(input.id_card_no).empty(),
           same(input.id_card_no, info.id_card_no));
    settle(ModifyField::BankNo, demand.bank_card, !trim(input.bank_no).empty(), same(input.bank_no, info.bank_no));
    settle(ModifyField::BankMobile, demand.bank_mobile, !trim(input.bank_mobile).empty(),
           same(input.bank_mobile, info.bank_mobile));
    settle(ModifyField::Username, !demand.name.empty(), !trim(input.name).empty(), trim(input.name) == demand.name);
    return result;
}

Status SignerProof::prove_identity(const model::Contract& contract, const model::Signatory& party, const User& user,
                                   const Signer& signer, const IdentityInput& input) {
    const auto demand = identity_demand(contract, party, user, signer);
    if (!demand) return demand.error();
    if (!*demand || (*demand)->proven) return {};
    if ((*demand)->tries_left == 0) return fail(ErrorCode::IdentityLocked);
    const IdentityComparison found = compare(**demand, party, input);
    const bool right = found.agrees;
    const UtcTime now = platform_.clock.now();
    const std::string person = person_key(signer);
    const auto failures = platform_.database.write([&](store::Transaction& transaction) -> Result<int> {
        const auto count =
            store::people::count_identity_try(transaction, party.id, person, right ? std::optional(now) : std::nullopt);
        if (!count) return count.error();
        const auto logged = store::append_audit(
            transaction,
            {now, actor_of(signer.recipient), contract.id, right ? "identity.proven" : "identity.refused",
             R"({"signatory":")" + to_string(party.id) + R"(","method":")" + (*demand)->method() + R"(","provider":")" +
                 std::string(kIdentityProvider) + R"(","result":")" + (right ? "MATCH" : "MISMATCH") +
                 R"(","evidence":")" + (*demand)->evidence + R"(","corrected":")" + found.corrected + "\"}"});
        if (!logged) return logged.error();
        return *count;
    });
    if (!failures) return failures.error();
    if (right) return {};
    if (*failures >= kMostTries) return fail(ErrorCode::IdentityLocked);
    return wrong(ErrorCode::IdentityMismatch, *failures);
}

}  // namespace signet::service
