#pragma once

#include "app/key_settings.hpp"
#include "app/trust_settings.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace signet::app {

/// How a message leaves the house; empty addresses mean the demo inbox.
struct MailSettings {
    std::string host;
    int port = 587;
    std::string security = "starttls";  // none, starttls, tls
    std::string user;
    std::string password;
    std::string from_address;
    std::string from_name = "Signet";
};
struct SmsSettings {
    std::string url;
    std::string body_template;
    std::vector<std::pair<std::string, std::string>> headers;
};

/// How downloads through the API behave.
struct DownloadSettings {
    /// Locks whoever downloads the same thing ten times in a row out of it for twelve hours.
    bool lock = false;
    /// The HTTP status of a download that fails: 200 or 400 to 599.
    int failure_status = 400;
};

/// The time-stamped heads of the audit log (`[audit]`).
struct AuditSettings {
    /// Where they are kept besides the database; empty: `<data>/audit-anchors.txt`. Best on another machine's disk.
    std::filesystem::path anchor_file;
    /// How long news wait at most: 1 to 1,440.
    int anchor_minutes = 10;
};

/// Everything an operator may set, from the command line and from `<data>/signet.toml`.
struct Settings {
    std::string address = "127.0.0.1";
    std::uint16_t port = 9180;
    std::filesystem::path data = "data";
    /// How the world reaches this server; empty: http:// and where it listens.
    std::string public_url;
    std::string zone = "Asia/Shanghai";
    unsigned node = 0;
    unsigned threads = 0;
    unsigned pool_threads = 32;
    unsigned render_workers = 2;
    /// At most so many LibreOffice processes, about 250 MiB each; 0: Office files and HTML are not taken.
    unsigned office_workers = 2;
    /// Keeps one started, so that the first document of the day does not wait a second for it.
    bool office_warm = false;
    std::filesystem::path front_end;
    std::filesystem::path demo_contract;
    /// What goes into every archive of contracts: the checker and its READMEs.
    std::filesystem::path archive_checker;
    /// The operator's own fonts; empty: `<data>/fonts`.
    std::filesystem::path fonts;
    std::filesystem::path office_font_rules;
    std::vector<std::string> trusted_proxies;
    /// Private networks that callbacks may reach, in CIDR notation.
    std::vector<std::string> callback_networks;
    std::uint64_t upload_limit_mib = 50;
    MailSettings mail;
    SmsSettings sms;
    DownloadSettings downloads;
    TrustSettings trust;
    AuditSettings audit;
    KeySettings keys;
    bool access_log = true;

    bool is_demo() const { return mail.host.empty() && sms.url.empty(); }
};

/// `HOST:PORT`, `[IPv6]:PORT` or `:PORT`.
Status parse_listen(const std::string& text, Settings& settings);

/// Reads `<data>/signet.toml` when there is one; what it says wins over the defaults, the command line over both.
Status read_file(Settings& settings);

/// Where the files that come with the program lie: beside a build, or installed.
std::filesystem::path shared_file(const std::string& name);

}  // namespace signet::app
