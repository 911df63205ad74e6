#include "store/personal_grants.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

namespace signet::store::personal_grants {
namespace {

namespace json = boost::json;
using Grant = model::PersonalGrant;
using GrantId = model::PersonalGrantId;
using Request = model::GrantRequest;
using Terms = model::GrantTerms;

Status done(const Result<std::int64_t>& result) {
    if (!result) return result.error();
    return {};
}

json::object to_object(const Terms& terms) {
    return {{"application", terms.application.value},
            {"company", terms.company.value},
            {"name", terms.user.name},
            {"contact", terms.user.contact},
            {"contactType", std::string(model::to_wire(terms.user.contact_type))},
            {"deadline", terms.deadline.milliseconds},
            {"remark", terms.remark},
            {"callbackUrl", terms.callback_url},
            {"personalParties", terms.personal_parties},
            {"authMethod", terms.auth_method}};
}

/// A member that rows of earlier versions do not have.
const json::value* later(const json::object& object, std::string_view name) {
    return object.if_contains(name);
}

template <typename Enum>
json::array words(const std::vector<Enum>& values) {
    json::array result;
    for (const Enum value : values)
        result.push_back(json::string(model::to_wire(value)));
    return result;
}

template <typename Enum>
std::vector<Enum> read_words(const json::value& list) {
    std::vector<Enum> values;
    for (const json::value& word : list.as_array()) {
        if (const auto value = model::from_wire<Enum>(std::string_view(word.as_string()))) values.push_back(*value);
    }
    return values;
}

std::string word(const json::object& object, std::string_view name) {
    return std::string(object.at(name).as_string());
}

Terms read_terms(const json::object& object) {
    Terms terms;
    terms.application = {object.at("application").as_int64()};
    terms.company = {object.at("company").as_int64()};
    terms.user.name = word(object, "name");
    terms.user.contact = word(object, "contact");
    terms.user.contact_type =
        model::from_wire<model::ContactType>(word(object, "contactType")).value_or(model::ContactType::Mobile);
    terms.deadline = UtcTime{object.at("deadline").as_int64()};
    terms.remark = word(object, "remark");
    terms.callback_url = word(object, "callbackUrl");
    terms.personal_parties = object.at("personalParties").as_bool();
    if (later(object, "authMethod") != nullptr) terms.auth_method = word(object, "authMethod");
    return terms;
}

std::string to_text(const Request& request) {
    json::object object = to_object(request.terms);
    object["deadlineModifiable"] = request.deadline_modifiable;
    object["callbackPage"] = request.callback_page;
    object["themeColor"] = request.theme_color;
    object["language"] = request.language;
    object["idCardNo"] = request.id_card_no;
    object["bankNo"] = request.bank_no;
    object["bankMobile"] = request.bank_mobile;
    object["ways"] = words(request.ways);
    object["paperType"] = json::string(model::to_wire(request.paper_type));
    object["modifyFields"] = words(request.modify_fields);
    return json::serialize(object);
}

Request read_request(const Row& row) {
    const json::value parsed = json::parse(row.text(0));
    const json::object& object = parsed.as_object();
    Request request;
    request.terms = read_terms(object);
    request.deadline_modifiable = object.at("deadlineModifiable").as_bool();
    request.callback_page = word(object, "callbackPage");
    request.theme_color = word(object, "themeColor");
    request.language = word(object, "language");
    request.id_card_no = word(object, "idCardNo");
    request.bank_no = word(object, "bankNo");
    request.bank_mobile = word(object, "bankMobile");
    if (const json::value* ways = later(object, "ways")) request.ways = read_words<model::IdentityWay>(*ways);
    if (later(object, "paperType") != nullptr)
        request.paper_type = model::from_wire<model::PaperType>(word(object, "paperType")).value_or(request.paper_type);
    if (const json::value* fields = later(object, "modifyFields"))
        request.modify_fields = read_words<model::ModifyField>(*fields);
    request.create_time = row.get<UtcTime>(1);
    request.expire_time = row.get<UtcTime>(2);
    request.failures = row.get<int>(3);
    request.granted = row.get<std::optional<GrantId>>(4).value_or(GrantId());
    return request;
}

Grant read_grant(const Row& row) {
    const json::value parsed = json::parse(row.text(2));
    Grant grant;
    grant.id = row.get<GrantId>(0);
    grant.person = row.get<std::string>(1);
    grant.terms = read_terms(parsed.as_object());
    grant.sealed_signature = row.get<Bytes>(3);
    grant.create_time = row.get<UtcTime>(4);
    grant.cancel_time = row.get<std::optional<UtcTime>>(5);
    return grant;
}

}  // namespace

Status insert(Transaction& transaction, std::string_view token_hash, const model::GrantRequest& request) {
    return done(
        transaction.execute("INSERT INTO grant_request (token_hash, content, create_time, expire_time, failures) "
                            "VALUES ($1, seal($2, 'grant-request/' || $1), $3, $4, 0)",
                            {token_hash, to_text(request), request.create_time, request.expire_time}));
}

Result<std::optional<model::GrantRequest>> find_request(Connection& connection, std::string_view token_hash) {
    return connection.first(
        "SELECT unseal(content, 'grant-request/' || token_hash), create_time, expire_time, failures, granted "
        "FROM grant_request WHERE token_hash = $1",
        {token_hash}, read_request);
}

Result<int> count_failure(Transaction& transaction, std::string_view token_hash) {
    const auto failures = transaction.value<int>(
        "UPDATE grant_request SET failures = failures + 1 WHERE token_hash = $1 RETURNING failures", {token_hash});
    if (!failures) return failures.error();
    return failures->value_or(0);
}

Result<bool> settle(Transaction& transaction, std::string_view token_hash, model::PersonalGrantId granted,
                    UtcTime shown_until) {
    const auto changed = transaction.execute(
        "UPDATE grant_request SET granted = $2, expire_time = max(expire_time, $3) "
        "WHERE token_hash = $1 AND granted IS NULL",
        {token_hash, granted, shown_until});
    if (!changed) return changed.error();
    return *changed == 1;
}

Status forget_requests(Transaction& transaction, UtcTime expired_before) {
    return done(transaction.execute("DELETE FROM grant_request WHERE expire_time < $1", {expired_before}));
}

Status insert(Transaction& transaction, const model::PersonalGrant& grant) {
    return done(transaction.execute(
        "INSERT INTO personal_grant (id, application, company, person, content, signature, deadline, create_time) "
        "VALUES ($1, $2, $3, $4, seal($5, 'grant/' || $1), $6, $7, $8)",
        {grant.id, grant.terms.application, grant.terms.company, grant.person, json::serialize(to_object(grant.terms)),
         grant.sealed_signature, grant.terms.deadline, grant.create_time}));
}

Result<std::optional<model::PersonalGrant>> find(Connection& connection, model::PersonalGrantId id) {
    return connection.first(
        "SELECT id, person, unseal(content, 'grant/' || id), signature, create_time, cancel_time FROM personal_grant "
        "WHERE id = $1",
        {id}, read_grant);
}

Result<std::vector<model::PersonalGrant>> of_person(Connection& connection, model::ApplicationId application,
                                                    const std::vector<std::string>& persons) {
    std::vector<model::PersonalGrant> grants;
    for (const std::string& person : persons) {
        auto found = connection.all(
            "SELECT id, person, unseal(content, 'grant/' || id), signature, create_time, cancel_time FROM "
            "personal_grant "
            "WHERE person = $1 AND application = $2 ORDER BY id DESC LIMIT 1000",
            {person, application}, read_grant);
        if (!found) return found.error();
        std::move(found->begin(), found->end(), std::back_inserter(grants));
    }
    std::sort(grants.begin(), grants.end(),
              [](const model::PersonalGrant& a, const model::PersonalGrant& b) { return b.id < a.id; });
    return grants;
}

Result<bool> cancel(Transaction& transaction, model::PersonalGrantId id, UtcTime time) {
    const auto changed = transaction.execute(
        "UPDATE personal_grant SET cancel_time = $2 WHERE id = $1 AND cancel_time IS NULL", {id, time});
    if (!changed) return changed.error();
    return *changed == 1;
}

}  // namespace signet::store::personal_grants
