#include "store/links.hpp"

#include <utility>

#include <boost/json.hpp>

namespace signet::store::links {
namespace {

namespace json = boost::json;

Status done(const Result<std::int64_t>& result) {
    if (!result) return result.error();
    return {};
}

std::string options_text(const Link& link) {
    return json::serialize(json::value{
        {"name", link.user.name},
        {"contact", link.user.contact},
        {"contactType", std::string(model::to_wire(link.user.contact_type))},
        {"allowPassword", link.allow_password},
        {"hidePasswordSettings", link.hide_password_settings},
        {"canReject", link.can_reject},
        {"hideReturn", link.hide_return},
        {"hideState", link.hide_state},
        {"callbackPage", link.callback_page},
        {"language", link.language},
        {"themeColor", link.theme_color},
        {"pageType", link.page_type},
        {"document", link.document.value},
        {"application", link.application},
        {"hideDownload", link.hide_download},
        {"hidePrint", link.hide_print},
        {"hideRecall", link.hide_recall},
        {"hideEnd", link.hide_end},
        {"showResend", link.show_resend},
        {"canSend", link.can_send},
        {"canSave", link.can_save},
        {"showsPlaces", link.shows_places},
        {"showsParameters", link.shows_parameters},
        {"items", link.items},
        {"number", link.number},
        {"compressed", link.compressed},
    });
}

/// What links of older versions do not have.
void read_later_options(const json::object& object, Link& link) {
    const auto flag = [&](std::string_view name, bool& target) {
        if (const json::value* value = object.if_contains(name)) target = value->as_bool();
    };
    const auto word = [&](std::string_view name, std::string& target) {
        if (const json::value* value = object.if_contains(name)) target = std::string(value->as_string());
    };
    word("pageType", link.page_type);
    word("application", link.application);
    word("items", link.items);
    if (const json::value* document = object.if_contains("document")) link.document = {document->as_int64()};
    if (const json::value* number = object.if_contains("number")) link.number = static_cast<int>(number->as_int64());
    flag("hideDownload", link.hide_download);
    flag("hidePrint", link.hide_print);
    flag("hideRecall", link.hide_recall);
    flag("hideEnd", link.hide_end);
    flag("showResend", link.show_resend);
    flag("canSend", link.can_send);
    flag("canSave", link.can_save);
    flag("showsPlaces", link.shows_places);
    flag("showsParameters", link.shows_parameters);
    flag("compressed", link.compressed);
}

void read_options(std::string_view text, Link& link) {
    const json::value parsed = json::parse(text);
    const json::object& object = parsed.as_object();
    const auto word = [&](std::string_view name) { return std::string(object.at(name).as_string()); };
    link.user.name = word("name");
    link.user.contact = word("contact");
    link.user.contact_type =
        model::from_wire<model::ContactType>(word("contactType")).value_or(model::ContactType::Mobile);
    link.allow_password = object.at("allowPassword").as_bool();
    // Links of older versions do not have it.
    if (const json::value* hidden = object.if_contains("hidePasswordSettings")) {
        link.hide_password_settings = hidden->as_bool();
    }
    link.can_reject = object.at("canReject").as_bool();
    link.hide_return = object.at("hideReturn").as_bool();
    link.hide_state = object.at("hideState").as_bool();
    link.callback_page = word("callbackPage");
    link.language = word("language");
    link.theme_color = word("themeColor");
    read_later_options(object, link);
}

}  // namespace

Status insert(Transaction& transaction, std::string_view token_hash, const Link& link) {
    return done(transaction.execute(
        "INSERT INTO link (token_hash, kind, contract, signatory, options, create_time, expire_time, bound_client) "
        "VALUES ($1, $2, $3, $4, seal($5, 'link/' || $1), $6, $7, $8)",
        {token_hash, static_cast<int>(link.kind), link.contract, link.signatory, options_text(link), link.create_time,
         link.expire_time, link.bound_client}));
}

Result<std::optional<Link>> find(Connection& connection, std::string_view token_hash) {
    return connection.first(
        "SELECT kind, contract, signatory, unseal(options, 'link/' || token_hash), create_time, expire_time, "
        "bound_client FROM link WHERE token_hash = $1",
        {token_hash}, [](const Row& row) {
            Link link;
            link.kind = row.get<LinkKind>(0);
            link.contract = row.get<model::ContractId>(1);
            link.signatory = row.get<model::SignatoryId>(2);
            read_options(row.text(3), link);
            link.create_time = row.get<UtcTime>(4);
            link.expire_time = row.get<UtcTime>(5);
            link.bound_client = row.get<std::string>(6);
            return link;
        });
}

Result<std::string> bind(Transaction& transaction, std::string_view token_hash, std::string_view client_hash) {
    const auto bound = transaction.execute(
        "UPDATE link SET bound_client = $2 WHERE token_hash = $1 AND bound_client = ''", {token_hash, client_hash});
    if (!bound) return bound.error();
    const auto client =
        transaction.value<std::string>("SELECT bound_client FROM link WHERE token_hash = $1", {token_hash});
    if (!client) return client.error();
    if (!*client) return fail(ErrorCode::LinkNotFound);
    return **client;
}

Status put_session(Transaction& transaction, std::string_view client_hash, const Session& session) {
    return done(transaction.execute(
        "INSERT INTO session (client_hash, token_hash, open_time, until) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (client_hash, token_hash) DO UPDATE SET open_time = excluded.open_time, until = excluded.until",
        {client_hash, session.token_hash, session.open_time, session.until}));
}

Result<std::vector<Session>> sessions(Connection& connection, std::string_view client_hash, UtcTime now) {
    return connection.all(
        "SELECT token_hash, open_time, until FROM session WHERE client_hash = $1 AND until >= $2 "
        "ORDER BY open_time DESC LIMIT 100",
        {client_hash, now}, [](const Row& row) {
            return Session{row.get<std::string>(0), row.get<UtcTime>(1), row.get<UtcTime>(2)};
        });
}

Status put_code(Transaction& transaction, std::string_view key, const Code& code) {
    return done(transaction.execute(
        "INSERT INTO code (key, code_hash, sent_time, expire_time, failures, id, content) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) "
        "ON CONFLICT (key) DO UPDATE SET code_hash = excluded.code_hash, sent_time = excluded.sent_time, "
        "expire_time = excluded.expire_time, failures = excluded.failures, id = excluded.id, content = "
        "excluded.content",
        {key, code.code_hash, code.sent_time, code.expire_time, code.failures, code.id, code.content}));
}

Result<std::optional<Code>> find_code(Connection& connection, std::string_view key) {
    return connection.first("SELECT code_hash, sent_time, expire_time, failures, id, content FROM code WHERE key = $1",
                            {key}, [](const Row& row) {
                                return Code{row.get<std::string>(0), row.get<UtcTime>(1),      row.get<UtcTime>(2),
                                            row.get<int>(3),         row.get<std::int64_t>(4), row.get<std::string>(5)};
                            });
}

Result<int> count_failure(Transaction& transaction, std::string_view key) {
    const auto failures =
        transaction.value<int>("UPDATE code SET failures = failures + 1 WHERE key = $1 RETURNING failures", {key});
    if (!failures) return failures.error();
    return failures->value_or(0);
}

Result<bool> take_code(Transaction& transaction, std::string_view key, std::string_view code_hash) {
    const auto removed = transaction.execute("DELETE FROM code WHERE key = $1 AND code_hash = $2", {key, code_hash});
    if (!removed) return removed.error();
    return *removed == 1;
}

Status put_message(Transaction& transaction, const InboxRow& message) {
    return done(
        transaction.execute("INSERT INTO inbox (id, channel, recipient, text, time) VALUES ($1, $2, "
                            "seal($3, 'inbox'), seal($4, 'inbox'), $5)",
                            {message.id, message.channel, message.recipient, message.text, message.time}));
}

Result<std::vector<InboxRow>> messages(Connection& connection, std::size_t limit) {
    return connection.all(
        "SELECT id, channel, unseal(recipient, 'inbox'), unseal(text, 'inbox'), time FROM inbox "
        "ORDER BY id DESC LIMIT $1",
        {static_cast<std::int64_t>(limit)}, [](const Row& row) {
            return InboxRow{row.get<std::int64_t>(0), row.get<std::string>(1), row.get<std::string>(2),
                            row.get<std::string>(3), row.get<UtcTime>(4)};
        });
}

Status forget(Transaction& transaction, UtcTime expired_before) {
    for (const std::string_view sql : {std::string_view("DELETE FROM link WHERE expire_time < $1"),
                                       std::string_view("DELETE FROM code WHERE expire_time < $1"),
                                       std::string_view("DELETE FROM session WHERE until < $1")}) {
        if (const auto removed = transaction.execute(sql, {expired_before}); !removed) return removed.error();
    }
    return {};
}

}  // namespace signet::store::links
