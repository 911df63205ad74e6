#include "service/personal_grants.hpp"

#include "base/text.hpp"
#include "crypto/key_vault.hpp"
#include "notify/callback_sender.hpp"
#include "service/drafting.hpp"
#include "service/handler_names.hpp"
#include "service/links.hpp"
#include "service/notices.hpp"
#include "service/signature_text.hpp"
#include "store/audit.hpp"
#include "store/database.hpp"
#include "store/outbox.hpp"
#include "store/personal_grants.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

namespace signet::service {

using model::Company;
using model::CompanyId;
using model::ContactType;
using model::IdentityWay;
using model::ModifyField;
using model::User;
using Grant = model::PersonalGrant;
using GrantId = model::PersonalGrantId;
using Request = model::GrantRequest;

namespace {

constexpr std::chrono::hours kDay{24};
constexpr std::chrono::hours kPageLife{24};
constexpr std::chrono::minutes kTicketLife{30};
constexpr std::size_t kTokenLength = 32;
constexpr std::size_t kLongestName = 100;
constexpr std::size_t kShortestPaper = 5;
constexpr std::size_t kLongestPaper = 20;
constexpr int kMostTries = 5;
/// How long a grant counts when nobody says it, and at most.
constexpr auto kUsualTime = 365 * kDay;
constexpr auto kLongestTime = 5 * 366 * kDay;

std::string code_key(std::string_view hash) {
    return "grant/" + std::string(hash);
}

std::string ending_code_key(std::string_view hash) {
    return "grant-end/" + std::string(hash);
}

std::string detail_of(GrantId id) {
    return R"({"grant":")" + to_string(id) + "\"}";
}

/// How the person showed who he is, in the log: which way, and what he put right; no numbers.
std::string detail_of(GrantId id, model::IdentityWay way, model::PaperType paper, const std::string& corrected) {
    return R"({"grant":")" + to_string(id) + R"(","mode":")" + std::string(model::to_wire(way)) + R"(","paperType":")" +
           std::string(model::to_wire(paper)) + R"(","corrected":")" + corrected + "\"}";
}

bool holds(const std::vector<model::ModifyField>& fields, model::ModifyField field) {
    return std::find(fields.begin(), fields.end(), field) != fields.end();
}

/// What the way asks for, of what was stated.
GrantDemand demand_of(const Request& request, IdentityWay way) {
    const bool by_card = way != IdentityWay::ThreeElements;
    return {way, !request.id_card_no.empty(), by_card && !request.bank_no.empty(),
            by_card && !request.bank_mobile.empty()};
}

/// Nothing stands against the number of the paper that was stated, if one was.
Status check_paper(model::PaperType type, std::string_view number) {
    const bool letters_and_digits = std::all_of(number.begin(), number.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    });
    if (type == model::PaperType::IdCard) {
        const bool fits = number.empty() || number.size() == 15 || number.size() == 18;
        if (!fits || !letters_and_digits)
            return invalid_parameter("authInfo.idCardNo: has 15 or 18 letters and digits");
        return {};
    }
    const bool fits = number.empty() || (number.size() >= kShortestPaper && number.size() <= kLongestPaper);
    if (!fits || !letters_and_digits)
        return invalid_parameter("authInfo.idCardNo: has 5 to 20 letters and digits on such a paper");
    return {};
}

/// The ways that can be gone with what was stated, in their order. InvalidParameter for what the first one lacks when
/// none is left.
Result<std::vector<IdentityWay>> usable_ways(const GrantCommand& command, const User& user) {
    if (command.ways.empty() || command.ways.front() == IdentityWay::Default)
        return std::vector<IdentityWay>{IdentityWay::Default};
    std::vector<IdentityWay> usable;
    std::optional<Error> lack;
    for (const IdentityWay way : command.ways) {
        Status possible;
        if (way == IdentityWay::BankCard && command.identity.bank_no.empty())
            possible = invalid_parameter("authInfo.bankNo: is required for mode BANK");
        if (way == IdentityWay::ThreeElements && command.identity.id_card_no.empty())
            possible = invalid_parameter("authInfo.idCardNo: is required for mode IVS");
        if (way == IdentityWay::ThreeElements && user.contact_type != ContactType::Mobile)
            possible = invalid_parameter("user.contact: mode IVS needs a mobile number");
        if (!possible && !lack) lack = possible.error();
        const bool known = std::find(usable.begin(), usable.end(), way) != usable.end();
        if (possible && !known) usable.push_back(way);
    }
    if (usable.empty()) return *lack;
    return usable;
}

}  // namespace

std::string grant_signature_context(GrantId id) {
    return "personal-signature/" + to_string(id);
}

std::string_view to_wire(GrantStatus status) {
    switch (status) {
        case GrantStatus::Effective:
            return "EFFECTIVE";
        case GrantStatus::Expired:
            return "EXPIRED";
        case GrantStatus::Cancelled:
            return "CANCELLED";
    }
    return "";
}

std::string PersonalGrants::digest(std::string_view hash, std::string_view number) const {
    std::string bare;
    for (const char c : number) {
        if (c != ' ' && c != '-') bare += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return hex(platform_.vault.lookup_digest(bare, "grant-auth-info/" + std::string(hash)));
}

/// The person by a contact that messages reach, with the name that is on record.
Result<User> PersonalGrants::reachable(CompanyId company, const User& user) const {
    const auto employee = directory_.employee(company, user);
    if (user.contact_type == ContactType::Mobile || user.contact_type == ContactType::Email) {
        User direct = user;
        if (direct.name.empty() && employee) direct.name = employee->name;
        return direct;
    }
    if (user.contact_type == ContactType::BizId) {
        return invalid_parameter("user.contactType: BIZID reaches nobody here, name a mobile number or mail address");
    }
    if (!employee) return fail(employee.error().code, "user: " + employee.error().detail);
    const bool by_mobile = !employee->mobile.empty();
    return User{employee->name, by_mobile ? employee->mobile : employee->email,
                by_mobile ? ContactType::Mobile : ContactType::Email};
}

/// Every digest under which a grant of the person may stand: an employee is known by mobile and by mail.
std::vector<std::string> PersonalGrants::digests_of(const Caller& caller, const User& user) const {
    std::vector<User> contacts;
    if (user.contact_type == ContactType::Mobile || user.contact_type == ContactType::Email) contacts.push_back(user);
    for (const Company& company : directory_.group_of(caller.company.id)) {
        const auto employee = directory_.employee(company.id, user);
        if (!employee) continue;
        if (!employee->mobile.empty()) contacts.push_back({{}, employee->mobile, ContactType::Mobile});
        if (!employee->email.empty()) contacts.push_back({{}, employee->email, ContactType::Email});
    }
    std::vector<std::string> digests;
    for (const User& contact : contacts)
        digests.push_back(person_key(platform_, contact));
    std::sort(digests.begin(), digests.end());
    digests.erase(std::unique(digests.begin(), digests.end()), digests.end());
    return digests;
}

Result<std::string> PersonalGrants::ask(const Caller& caller, const GrantCommand& command,
                                        std::chrono::minutes lifetime) {
    if (command.user.empty()) return invalid_parameter("user.contact: is required");
    const auto company = directory_.company(caller, command.tenant_name);
    if (!company) return company.error();
    auto user = reachable(company->id, command.user);
    if (!user) return user.error();
    if (user->name.empty()) user->name = command.identity.name;
    const char* const named_by = command.user.name.empty() ? "authInfo.username" : "user.name";
    const Status known = check_name_on_record(directory_, company->id, *user, named_by);
    if (!known) return known.error();
    auto ways = usable_ways(command, *user);
    if (!ways) return ways.error();
    if (const Status sound = check_paper(command.paper_type, command.identity.id_card_no); !sound) return sound.error();
    const UtcTime now = platform_.clock.now();
    Request request;
    request.terms.deadline = platform_.zone.end_of_day(command.deadline.value_or(now + kUsualTime));
    if (request.terms.deadline < now) return invalid_parameter("authDeadline: has passed");
    if (request.terms.deadline > now + kLongestTime) return invalid_parameter("authDeadline: at most five years ahead");
    request.terms.application = caller.application.id;
    request.terms.company = company->id;
    request.terms.user = std::move(*user);
    request.terms.remark = command.remark;
    request.terms.callback_url = command.callback_url;
    request.terms.personal_parties = command.personal_parties;
    request.terms.auth_method = command.auth_method;
    request.ways = std::move(*ways);
    request.paper_type = command.paper_type;
    request.modify_fields = command.modify_fields;
    // The name of an employee is the company's to put right.
    if (directory_.employee(company->id, command.user)) std::erase(request.modify_fields, ModifyField::Username);
    request.deadline_modifiable = command.deadline_modifiable;
    request.callback_page = command.callback_page;
    request.theme_color = command.theme_color;
    request.language = command.language;
    request.create_time = now;
    request.expire_time = now + lifetime;
    const std::string token = random_token(kTokenLength);
    const std::string hash = token_hash(token);
    const auto keep = [&](const std::string& number) { return number.empty() ? number : digest(hash, number); };
    request.id_card_no = keep(command.identity.id_card_no);
    request.bank_no = keep(command.identity.bank_no);
    request.bank_mobile = keep(command.identity.bank_mobile);
    const Status stored = platform_.database.write(
        [&](store::Transaction& transaction) { return store::personal_grants::insert(transaction, hash, request); });
    if (!stored) return stored.error();
    return token;
}

Result<std::string> PersonalGrants::page_url(const Caller& caller, const GrantCommand& command) {
    const auto token = ask(caller, command, kPageLife);
    if (!token) return token;
    return platform_.base_url + "/personalsign/auth?token=" + *token;
}

Result<std::string> PersonalGrants::ticket(const Caller& caller, const GrantCommand& command) {
    return ask(caller, command, kTicketLife);
}

GrantStatus PersonalGrants::status_of(const Grant& grant) const {
    if (grant.cancel_time) return GrantStatus::Cancelled;
    return platform_.clock.now() <= grant.terms.deadline ? GrantStatus::Effective : GrantStatus::Expired;
}

Result<std::vector<GrantRecord>> PersonalGrants::query(const Caller& caller, const User& user,
                                                       std::optional<GrantStatus> status) const {
    if (user.empty()) return invalid_parameter("user.contact: is required");
    auto grants = platform_.database.read([&](store::Connection& connection) {
        return store::personal_grants::of_person(connection, caller.application.id, digests_of(caller, user));
    });
    if (!grants) return grants.error();
    std::vector<GrantRecord> records;
    for (Grant& grant : *grants) {
        const GrantStatus present = status_of(grant);
        if (!status || *status == present) records.push_back({std::move(grant), present});
    }
    return records;
}

Result<Grant> PersonalGrants::effective(const Caller& caller, const std::vector<CompanyId>& companies, const User& user,
                                        bool own_party) const {
    const auto records = query(caller, user, GrantStatus::Effective);
    if (!records) return records.error();
    for (const GrantRecord& record : *records) {
        const model::GrantTerms& terms = record.grant.terms;
        const bool covers = std::find(companies.begin(), companies.end(), terms.company) != companies.end();
        if (covers && (!own_party || terms.personal_parties)) return record.grant;
    }
    return fail(ErrorCode::AuthorizationRequired, "user: has not authorised silent signing, or no longer does");
}

Status PersonalGrants::check_still_effective(store::Transaction& transaction, GrantId id) const {
    const auto grant = store::personal_grants::find(transaction, id);
    if (!grant) return grant.error();
    if (*grant && status_of(**grant) == GrantStatus::Effective) return {};
    return fail(ErrorCode::AuthorizationRequired, "user: the authorisation has just ended");
}

Result<PersonalSignature> PersonalGrants::signature(const Grant& grant) const {
    const auto opened = platform_.vault.open(grant.sealed_signature, grant_signature_context(grant.id));
    if (!opened) return opened.error();
    return personal_signature_from_text(opened->text());
}

Status PersonalGrants::deauthorize(const Caller& caller, const User& user, const std::string& tenant_name) {
    const auto company = directory_.company(caller, tenant_name);
    if (!company) return company.error();
    const auto records = query(caller, user, GrantStatus::Effective);
    if (!records) return records.error();
    bool any = false;
    const Status done = platform_.database.write([&](store::Transaction& transaction) -> Status {
        any = false;
        for (const GrantRecord& record : *records) {
            if (record.grant.terms.company != company->id) continue;
            const auto ended = end(transaction, record.grant, actor_of(caller));
            if (!ended) return ended.error();
            any = any || *ended;
        }
        return {};
    });
    if (!done) return done;
    if (!any) return fail(ErrorCode::AuthorizationRequired, "user: has no authorisation that could be taken back");
    return {};
}

Result<bool> PersonalGrants::end(store::Transaction& transaction, const Grant& grant, const std::string& actor) const {
    const UtcTime now = platform_.clock.now();
    const auto cancelled = store::personal_grants::cancel(transaction, grant.id, now);
    if (!cancelled || !*cancelled) return cancelled;
    const auto logged = store::append_audit(transaction, {now, actor, {}, "grant.cancelled", detail_of(grant.id)});
    if (!logged) return logged.error();
    Grant ended = grant;
    ended.cancel_time = now;
    if (const Status told = call_back(transaction, ended, "DEAUTHORIZE"); !told) return told.error();
    return true;
}

Status PersonalGrants::call_back(store::Transaction& transaction, const Grant& grant, std::string_view item) const {
    const model::GrantTerms& terms = grant.terms;
    const auto origin = notify::origin_of(terms.callback_url);
    // An address that can never be called was the caller's to avoid; the grant stands.
    if (terms.callback_url.empty() || !origin) return {};
    const auto company = directory_.company(terms.company);
    if (!company) return {};
    namespace json = boost::json;
    json::object content{{"companyId", to_string(company->id)},
                         {"companyName", company->name},
                         {"assignee", company->name},
                         {"user", terms.user.contact},
                         // Spelt as the platform's page spells it; receivers compare it.
                         {"userType", terms.user.contact_type == ContactType::Email ? "EMAIL" : "MOBLIE"},
                         {"authDeadline", platform_.zone.format(terms.deadline)},
                         {"remark", terms.remark},
                         {"item", json::string(item)}};
    if (grant.cancel_time) content["deauthorizeDate"] = platform_.zone.format(*grant.cancel_time);
    CallbackMessage message;
    message.url = terms.callback_url;
    message.application = terms.application;
    message.fields.emplace_back("content", json::serialize(content));
    store::OutboxMessage row;
    row.kind = store::OutboxKind::Callback;
    row.family = kGrantCallbacks;
    row.payload = to_text(message);
    row.destination = *origin;
    const auto id = platform_.outbox.enqueue(transaction, row);
    if (!id) return id.error();
    return {};
}

Result<GrantView> PersonalGrants::open(std::string_view token) const {
    const std::string hash = token_hash(token);
    auto request = platform_.database.read(
        [&](store::Connection& connection) { return store::personal_grants::find_request(connection, hash); });
    if (!request) return request.error();
    if (!*request) return fail(ErrorCode::LinkNotFound);
    if ((*request)->expire_time < platform_.clock.now()) return fail(ErrorCode::LinkExpired);
    const auto company = directory_.company((*request)->terms.company);
    if (!company) return fail(ErrorCode::LinkNotFound);
    GrantView view;
    view.request = std::move(**request);
    view.company = *company;
    view.masked_contact = mask_contact(view.request.terms.user.contact);
    view.by_mail = view.request.terms.user.contact_type == ContactType::Email;
    for (const IdentityWay way : view.request.ways)
        view.demands.push_back(demand_of(view.request, way));
    view.tries_left = std::max(0, kMostTries - view.request.failures);
    if (!view.request.granted) return view;
    const auto grant = platform_.database.read(
        [&](store::Connection& connection) { return store::personal_grants::find(connection, view.request.granted); });
    if (!grant) return grant.error();
    if (*grant) {
        view.granted = status_of(**grant);
        view.request.terms = (*grant)->terms;
    }
    return view;
}

Status PersonalGrants::send_code(std::string_view token) {
    const auto view = open(token);
    if (!view) return view.error();
    const User& person = view->request.terms.user;
    if (!view->granted) {
        return proof_.send_code(code_key(token_hash(token)), person,
                                "用于授权 " + view->company.name + " 代您使用个人签名");
    }
    if (*view->granted != GrantStatus::Effective) return fail(ErrorCode::Conflict, "the authorisation has ended");
    return proof_.send_code(ending_code_key(token_hash(token)), person,
                            "用于解除对 " + view->company.name + " 的个人签名授权");
}

/// What may be put right must be stated all the same; how it was stated is not kept, only that it was another.
PersonalGrants::Comparison PersonalGrants::compare(std::string_view hash, const Request& request,
                                                   const GrantDemand& demand, const GrantInput& input) const {
    Comparison result;
    const auto settle = [&](ModifyField field, bool wanted, const std::string& stated, const std::string& digested) {
        if (!wanted || equal_in_constant_time(digest(hash, stated), digested)) return;
        if (!holds(request.modify_fields, field) || trim(stated).empty()) {
            result.agrees = false;
        } else {
            result.corrected += (result.corrected.empty() ? "" : ",") + std::string(model::to_wire(field));
        }
    };
    const IdentityInput& identity = input.identity;
    settle(ModifyField::IdCardNo, demand.id_card, identity.id_card_no, request.id_card_no);
    settle(ModifyField::BankNo, demand.bank_card, identity.bank_no, request.bank_no);
    settle(ModifyField::BankMobile, demand.bank_mobile, identity.bank_mobile, request.bank_mobile);
    return result;
}

/// How the person showed who he is, as the log tells it.
Result<std::string> PersonalGrants::check_identity(std::string_view hash, const GrantView& view,
                                                   const GrantInput& input) {
    const Request& request = view.request;
    const IdentityWay way = input.way.value_or(view.demands.front().way);
    const auto demand = std::find_if(view.demands.begin(), view.demands.end(),
                                     [&](const GrantDemand& offered) { return offered.way == way; });
    if (demand == view.demands.end()) return invalid_parameter("mode: is not offered");
    if (request.failures >= kMostTries) return fail(ErrorCode::IdentityLocked);
    Comparison found = compare(hash, request, *demand, input);
    if (found.agrees) {
        const std::string name(trim(input.name));
        const bool renamed = !request.terms.user.name.empty() && !name.empty() && name != request.terms.user.name &&
                             holds(request.modify_fields, ModifyField::Username);
        if (renamed) found.corrected += found.corrected.empty() ? "USERNAME" : ",USERNAME";
        return found.corrected;
    }
    const auto failures = platform_.database.write(
        [&](store::Transaction& transaction) { return store::personal_grants::count_failure(transaction, hash); });
    if (!failures) return failures.error();
    if (*failures >= kMostTries) return fail(ErrorCode::IdentityLocked);
    return fail(ErrorCode::IdentityMismatch, std::to_string(kMostTries - *failures));
}

/// The person keeps the address of the page: it is where he sees what he allowed, and takes it back.
Status PersonalGrants::tell_granted(store::Transaction& transaction, std::string_view token, const GrantView& view,
                                    const model::GrantTerms& terms) const {
    const std::string address = platform_.base_url + "/personalsign/auth?token=" + std::string(token);
    PersonalMessage message;
    message.to = terms.user.contact;
    message.by_mail = view.by_mail;
    message.template_name = "grant";
    message.subject = "个人签名授权";
    message.text = "【Signet】您已授权 " + view.company.name + " 代您使用个人签名，至 " +
                   platform_.zone.format(terms.deadline).substr(0, 10) + " 止，可在此查看或解除：" + address;
    return notices_.enqueue(transaction, message, {});
}

Result<GrantView> PersonalGrants::grant(std::string_view token, const GrantInput& input) {
    const auto view = open(token);
    if (!view) return view.error();
    if (view->granted) return fail(ErrorCode::Conflict, "the person agreed before");
    if (!input.consent) return invalid_parameter("consent: is required");
    if (!input.signature) return fail(ErrorCode::ParametersMissing, "signature");
    if (const auto drawable = artist_.signature(*input.signature); !drawable) return drawable.error();
    const std::string hash = token_hash(token);
    Grant grant;
    grant.terms = view->request.terms;
    const bool names_himself =
        grant.terms.user.name.empty() || holds(view->request.modify_fields, ModifyField::Username);
    if (names_himself && !trim(input.name).empty()) grant.terms.user.name = std::string(trim(input.name));
    if (grant.terms.user.name.empty()) return invalid_parameter("name: is required");
    if (character_count(grant.terms.user.name) > kLongestName) return fail(ErrorCode::ParameterTooLong, "name");
    const UtcTime now = platform_.clock.now();
    if (input.deadline && view->request.deadline_modifiable) {
        grant.terms.deadline = platform_.zone.end_of_day(*input.deadline);
        const bool sane = grant.terms.deadline >= now && grant.terms.deadline <= now + kLongestTime;
        if (!sane) return invalid_parameter("deadline: must lie within the next five years");
    }
    const auto corrected = check_identity(hash, *view, input);
    if (!corrected) return corrected.error();
    const IdentityWay way = input.way.value_or(view->demands.front().way);
    Signer signer;
    signer.recipient = grant.terms.user;
    const auto confirmation = proof_.check(code_key(hash), signer, {input.code, {}});
    if (!confirmation) return confirmation.error();
    grant.id = platform_.ids.next<GrantId>();
    grant.person = person_key(platform_, grant.terms.user);
    grant.create_time = now;
    grant.sealed_signature = platform_.vault.seal(to_text(*input.signature), grant_signature_context(grant.id));
    const Status done = platform_.database.write([&](store::Transaction& transaction) -> Status {
        if (const Status used = confirmation->settle(transaction); !used) return used;
        const auto settled = store::personal_grants::settle(transaction, hash, grant.id, grant.terms.deadline);
        if (!settled) return settled.error();
        if (!*settled) return fail(ErrorCode::Conflict, "the person agreed before");
        // A later grant takes the place of an earlier one of the same right.
        const auto earlier = store::personal_grants::of_person(transaction, grant.terms.application, {grant.person});
        if (!earlier) return earlier.error();
        for (const Grant& one : *earlier) {
            if (one.cancel_time || one.terms.company != grant.terms.company) continue;
            if (const auto ended = store::personal_grants::cancel(transaction, one.id, now); !ended)
                return ended.error();
        }
        if (const Status kept = store::personal_grants::insert(transaction, grant); !kept) return kept;
        const auto logged =
            store::append_audit(transaction, {now,
                                              actor_of(grant.terms.user),
                                              {},
                                              "grant.given",
                                              detail_of(grant.id, way, view->request.paper_type, *corrected)});
        if (!logged) return logged.error();
        if (const Status told = tell_granted(transaction, token, *view, grant.terms); !told) return told;
        return call_back(transaction, grant, "AUTHORIZE");
    });
    if (!done) return done.error();
    return open(token);
}

Result<GrantView> PersonalGrants::withdraw(std::string_view token, const std::string& code) {
    const auto view = open(token);
    if (!view) return view.error();
    if (view->granted != GrantStatus::Effective) return fail(ErrorCode::Conflict, "nothing counts that could be ended");
    Signer signer;
    signer.recipient = view->request.terms.user;
    const auto confirmation = proof_.check(ending_code_key(token_hash(token)), signer, {code, {}});
    if (!confirmation) return confirmation.error();
    const Status done = platform_.database.write([&](store::Transaction& transaction) -> Status {
        if (const Status used = confirmation->settle(transaction); !used) return used;
        const auto grant = store::personal_grants::find(transaction, view->request.granted);
        if (!grant) return grant.error();
        if (!*grant) return fail(ErrorCode::Conflict, "the authorisation is gone");
        const auto ended = end(transaction, **grant, actor_of(signer.recipient));
        if (!ended) return ended.error();
        if (!*ended) return fail(ErrorCode::Conflict, "the authorisation has just ended");
        return {};
    });
    if (!done) return done.error();
    return open(token);
}

}  // namespace signet::service
