#include "store/people_data.hpp"

#include <boost/json.hpp>

namespace signet::store::people_data {
namespace {

namespace json = boost::json;

/// Links that lead this person somewhere.
Result<std::vector<std::string>> links_of(Connection& connection, std::string_view contact) {
    std::vector<std::string> links;
    const Status read =
        connection.each("SELECT token_hash, unseal(options, 'link/' || token_hash) FROM link", {}, [&](const Row& row) {
            const json::value options = json::parse(row.text(1));
            const json::value* whose = options.as_object().if_contains("contact");
            const bool his = whose != nullptr && whose->is_string() && std::string_view(whose->get_string()) == contact;
            if (his) links.emplace_back(row.text(0));
            return true;
        });
    if (!read) return read.error();
    return links;
}

/// Messages to him: those that wait, those that went and those of the demo inbox. In the outbox a message names its
/// recipient between two unit separators.
Result<std::vector<std::int64_t>> ids_with(Connection& connection, std::string_view sql, std::string_view words) {
    std::vector<std::int64_t> ids;
    const Status read = connection.each(sql, {}, [&](const Row& row) {
        if (row.text(1).find(words) != std::string_view::npos) ids.push_back(row.integer(0));
        return true;
    });
    if (!read) return read.error();
    return ids;
}

constexpr std::string_view kOutbox =
    "SELECT id, unseal(payload, 'outbox') FROM outbox WHERE family = 'message' AND state <> 1";
constexpr std::string_view kInbox = "SELECT id, unseal(recipient, 'inbox') FROM inbox";

std::string as_recipient(std::string_view contact) {
    return "\x1f" + std::string(contact) + "\x1f";
}

struct Messages {
    std::vector<std::int64_t> outbox;
    std::vector<std::int64_t> inbox;
};
Result<Messages> messages_of(Connection& connection, std::string_view contact) {
    auto outbox = ids_with(connection, kOutbox, as_recipient(contact));
    if (!outbox) return outbox.error();
    auto inbox = ids_with(connection, kInbox, contact);
    if (!inbox) return inbox.error();
    return Messages{std::move(*outbox), std::move(*inbox)};
}

/// Authorisations keep that they were given; the contact goes out of their text, and the pages they were given on go.
Result<std::size_t> end_grants(Transaction& transaction, std::string_view person, UtcTime now) {
    const auto grants =
        transaction.all("SELECT id, unseal(content, 'grant/' || id) FROM personal_grant WHERE person = $1", {person},
                        [](const Row& row) { return std::pair(row.get<std::int64_t>(0), row.get<std::string>(1)); });
    if (!grants) return grants.error();
    const auto pages = transaction.execute(
        "DELETE FROM grant_request WHERE granted IN (SELECT id FROM personal_grant WHERE person = $1)", {person});
    if (!pages) return pages.error();
    for (const auto& [id, text] : *grants) {
        json::value content = json::parse(text);
        content.as_object()["contact"] = "";
        content.as_object()["name"] = "";
        const auto ended = transaction.execute(
            "UPDATE personal_grant SET content = seal($2, 'grant/' || $1), cancel_time = COALESCE(cancel_time, $3) "
            "WHERE id = $1",
            {id, json::serialize(content), now});
        if (!ended) return ended.error();
    }
    return grants->size();
}

Result<std::size_t> remove_all(Transaction& transaction, std::string_view sql, const std::vector<std::int64_t>& ids) {
    for (const std::int64_t id : ids) {
        if (const auto gone = transaction.execute(sql, {id}); !gone) return gone.error();
    }
    return ids.size();
}

}  // namespace

Result<std::vector<model::ContractId>> contracts_after(Connection& connection, model::ContractId after,
                                                       std::size_t limit) {
    return connection.all("SELECT id FROM contract WHERE id > $1 ORDER BY id LIMIT $2",
                          {after, static_cast<std::int64_t>(limit)},
                          [](const Row& row) { return row.get<model::ContractId>(0); });
}

Result<Summary> summary(Connection& connection, std::string_view person, std::string_view contact) {
    Summary found;
    const auto password = connection.value<std::int64_t>("SELECT COUNT(*) FROM password WHERE person = $1", {person});
    if (!password) return password.error();
    found.has_password = password->value_or(0) > 0;
    const auto pages = connection.value<std::int64_t>("SELECT COUNT(*) FROM page_view WHERE person = $1", {person});
    if (!pages) return pages.error();
    found.pages_seen = static_cast<std::size_t>(pages->value_or(0));
    const auto links = links_of(connection, contact);
    if (!links) return links.error();
    found.links = links->size();
    const auto messages = messages_of(connection, contact);
    if (!messages) return messages.error();
    found.messages = messages->outbox.size() + messages->inbox.size();
    auto grants = connection.all(
        "SELECT id, company, create_time, deadline, cancel_time FROM personal_grant WHERE person = $1 ORDER BY id",
        {person}, [](const Row& row) {
            return Summary::Grant{row.get<std::int64_t>(0), row.get<model::CompanyId>(1), row.get<UtcTime>(2),
                                  row.get<UtcTime>(3), !row.is_null(4)};
        });
    if (!grants) return grants.error();
    found.grants = std::move(*grants);
    auto proofs = connection.all(
        "SELECT signatory, proven_time, failures FROM identity_proof WHERE person = $1", {person}, [](const Row& row) {
            return Summary::Proof{row.get<model::SignatoryId>(0), row.get<std::optional<UtcTime>>(1), row.get<int>(2)};
        });
    if (!proofs) return proofs.error();
    found.proofs = std::move(*proofs);
    return found;
}

Result<Forgotten> forget(Transaction& transaction, std::string_view person, std::string_view contact, UtcTime now) {
    Forgotten done;
    const auto password = transaction.execute("DELETE FROM password WHERE person = $1", {person});
    if (!password) return password.error();
    done.password = *password > 0;
    const auto windows = transaction.execute("DELETE FROM password_window WHERE key LIKE '%/' || $1", {person});
    if (!windows) return windows.error();
    const auto links = links_of(transaction, contact);
    if (!links) return links.error();
    for (const std::string& link : *links) {
        for (const std::string_view sql : {std::string_view("DELETE FROM session WHERE token_hash = $1"),
                                           std::string_view("DELETE FROM code WHERE key = $1"),
                                           std::string_view("DELETE FROM link WHERE token_hash = $1")}) {
            if (const auto gone = transaction.execute(sql, {link}); !gone) return gone.error();
        }
    }
    done.links = links->size();
    const auto messages = messages_of(transaction, contact);
    if (!messages) return messages.error();
    const auto outbox = remove_all(transaction, "DELETE FROM outbox WHERE id = $1", messages->outbox);
    if (!outbox) return outbox.error();
    const auto inbox = remove_all(transaction, "DELETE FROM inbox WHERE id = $1", messages->inbox);
    if (!inbox) return inbox.error();
    done.messages = *outbox + *inbox;
    const auto grants = end_grants(transaction, person, now);
    if (!grants) return grants.error();
    done.grants = *grants;
    return done;
}

}  // namespace signet::store::people_data
