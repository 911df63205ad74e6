#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/contract.hpp"
#include "store/database.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Links that open the signing page, the browser sessions they start, and the codes that confirm a signature. Tokens
/// are never stored: only their SHA-256 is, so that a copy of the database opens nothing.
namespace signet::store::links {

/// The numbers are stored.
enum class LinkKind {
    PageUrl = 0,
    Ticket = 1,
    Join = 2,
    View = 10,        // a page for reading alone
    ViewTicket = 11,  // the same for the mini-program
    Appoint = 12,     // the initiator's page before sending
    Short = 13,       // leads to the signing page after a log-in
    Download = 14,
};

/// What a link allows: one contract, one user, some options.
struct Link {
    LinkKind kind = LinkKind::PageUrl;
    model::ContractId contract;
    model::SignatoryId signatory;
    model::User user;
    bool allow_password = false;
    bool hide_password_settings = false;
    bool can_reject = false;
    bool hide_return = false;
    bool hide_state = false;
    std::string callback_page;
    std::string language;  // cn, en or empty
    std::string theme_color;
    /// How the page opens: SIGN, PRINT, DIRECT_SIGN; before sending APPOINT, FILL_PARAMETERS, DRAFT. Empty: as usual.
    std::string page_type;
    /// Where a page opens, or the one document a download brings.
    model::DocumentId document;
    /// The token of the application that asked for the link; empty for links of our own making.
    std::string application;
    bool hide_download = false;
    bool hide_print = false;
    bool hide_recall = false;
    bool hide_end = false;
    bool show_resend = false;
    // Of the page before sending.
    bool can_send = false;
    bool can_save = true;
    bool shows_places = true;
    bool shows_parameters = true;
    /// What a download brings, in the API's words with commas; of several files of one item the `number`-th, from 0.
    std::string items;
    int number = 0;
    bool compressed = false;
    UtcTime create_time;
    UtcTime expire_time;
    /// The hash of the client secret that opened it first; empty until then. Tickets belong to that client alone.
    std::string bound_client;
};

Status insert(Transaction& transaction, std::string_view token_hash, const Link& link);
Result<std::optional<Link>> find(Connection& connection, std::string_view token_hash);
/// Binds the link to a client unless it is bound. Returns the client it is bound to afterwards.
Result<std::string> bind(Transaction& transaction, std::string_view token_hash, std::string_view client_hash);

/// That a client opened a link, and until when it may act by it.
struct Session {
    std::string token_hash;
    UtcTime open_time;
    UtcTime until;
};
Status put_session(Transaction& transaction, std::string_view client_hash, const Session& session);
/// What a client opened, the latest first.
Result<std::vector<Session>> sessions(Connection& connection, std::string_view client_hash, UtcTime now);

/// A code sent to a contact to confirm one signing.
struct Code {
    std::string code_hash;
    UtcTime sent_time;
    UtcTime expire_time;
    int failures = 0;
    /// Names the code in the log, which never holds the code itself.
    std::int64_t id = 0;
    /// A digest of what it confirms; empty: of nothing but its key. For other content it counts as expired.
    std::string content = {};
};
/// One code for each link and contact; a newer one replaces the older.
Status put_code(Transaction& transaction, std::string_view key, const Code& code);
Result<std::optional<Code>> find_code(Connection& connection, std::string_view key);
/// Counts a wrong try; returns how many there were.
Result<int> count_failure(Transaction& transaction, std::string_view key);
/// Takes the code out, so that it serves once. False when somebody else did.
Result<bool> take_code(Transaction& transaction, std::string_view key, std::string_view code_hash);

/// A message of the demo inbox.
struct InboxRow {
    std::int64_t id = 0;
    std::string channel;
    std::string recipient;
    std::string text;
    UtcTime time;
};
Status put_message(Transaction& transaction, const InboxRow& message);
Result<std::vector<InboxRow>> messages(Connection& connection, std::size_t limit);

/// Forgets links and codes that expired before.
Status forget(Transaction& transaction, UtcTime expired_before);

}  // namespace signet::store::links
