#include "app/key_settings.hpp"

#include "crypto/private_file.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <string_view>

namespace signet::app {
namespace {

constexpr std::size_t kMost = 20;
constexpr std::int64_t kLongestCall = 60;
constexpr std::int64_t kLongestPatience = 120;
constexpr std::size_t kLongestSecret = 4096;

/// One table whose every word must be known.
class Words {
  public:
    Words(const toml::table& table, std::string path) : table_(table), path_(std::move(path)) {}

    std::string text(std::string_view key, bool required = false) {
        const toml::node* node = find(key);
        const auto value = node != nullptr ? node->value_exact<std::string>() : std::nullopt;
        if (node != nullptr && !value) refuse(key, "must be a text");
        if (required && (!value || value->empty())) refuse(key, "is required");
        return value.value_or(std::string());
    }
    void seconds(std::string_view key, std::int64_t most, std::chrono::milliseconds& target) {
        const toml::node* node = find(key);
        if (node == nullptr) return;
        const auto value = node->value_exact<std::int64_t>();
        if (!value || *value < 1 || *value > most) return refuse(key, "must be 1 to " + std::to_string(most));
        target = std::chrono::seconds(*value);
    }
    void refuse(std::string_view key, const std::string& why) {
        if (error_) error_ = invalid_parameter(path_ + std::string(key) + ": " + why);
    }
    Status end() {
        for (const auto& [key, value] : table_) {
            if (!known_.contains(std::string(key.str()))) refuse(key.str(), "is not known");
        }
        return error_;
    }

  private:
    const toml::node* find(std::string_view key) {
        known_.emplace(key);
        return table_.get(key);
    }

    const toml::table& table_;
    std::string path_;
    std::set<std::string> known_;
    Status error_;
};

/// Calls `read` with each table of `[[key]]`.
template <typename Read>
Status each(const toml::table& table, std::string_view key, const Read& read) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return {};
    const toml::array* list = node->as_array();
    if (list == nullptr || list->size() > kMost) {
        return invalid_parameter(std::string(key) + ": must be a list of at most " + std::to_string(kMost) + " tables");
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
        const std::string path = std::string(key) + "[" + std::to_string(i) + "].";
        const toml::table* item = list->get(i)->as_table();
        if (item == nullptr) return invalid_parameter(path + ": must be a table");
        Words words(*item, path);
        read(words);
        if (const Status done = words.end(); !done) return done;
    }
    return {};
}

}  // namespace

Result<std::string> read_secret_line(const std::filesystem::path& file, const std::string& field) {
    if (const Status is_private = crypto::require_private(file); !is_private) {
        return invalid_parameter(field + ": " + is_private.error().detail);
    }
    const auto content = crypto::read_secret_file(file, kLongestSecret);
    if (!content) return invalid_parameter(field + ": " + content.error().detail);
    const std::string_view text = content->text();
    return std::string(text.substr(0, text.find_first_of("\r\n")));
}

Status read_keys(const toml::table& table, KeySettings& settings) {
    const Status tokens = each(table, "token", [&](Words& words) {
        crypto::Pkcs11TokenSettings token;
        token.module = words.text("module", true);
        token.label = words.text("label");
        token.serial = words.text("serial");
        if (token.label.empty() && token.serial.empty()) words.refuse("label", "or serial must name the token");
        const std::string file = words.text("pin_file");
        const std::string variable = words.text("pin_environment");
        if (!file.empty() && !variable.empty()) words.refuse("pin_file", "or pin_environment, not both");
        if (!file.empty()) token.pin_source = "file:" + file;
        if (!variable.empty()) token.pin_source = "env:" + variable;
        settings.tokens.push_back(std::move(token));
    });
    if (!tokens) return tokens;
    const Status remotes = each(table, "remote_signer", [&](Words& words) {
        service::RemoteSignerSettings remote;
        remote.name = words.text("name", true);
        remote.url = words.text("url", true);
        while (remote.url.ends_with('/'))
            remote.url.pop_back();
        if (!remote.url.starts_with("http://") && !remote.url.starts_with("https://")) {
            words.refuse("url", "must be an address of http or https");
        }
        const std::string credentials = words.text("credentials");
        if (!credentials.empty()) {
            auto secret = read_secret_line(credentials, "credentials");
            if (!secret) return words.refuse("credentials", secret.error().detail);
            remote.token = std::move(*secret);
        }
        remote.ca_file = words.text("ca_file");
        words.seconds("call_seconds", kLongestCall, remote.time_out);
        words.seconds("seconds", kLongestPatience, remote.patience);
        const bool twice =
            std::ranges::any_of(settings.remote_signers, [&](const auto& known) { return known.name == remote.name; });
        if (twice) words.refuse("name", "is another's");
        settings.remote_signers.push_back(std::move(remote));
    });
    if (!remotes) return remotes;
    const toml::table* authority = table["certificate_authority"].as_table();
    if (authority == nullptr) return {};
    Words words(*authority, "certificate_authority.");
    settings.issuing_key = words.text("issuing_key");
    if (!settings.issuing_key.empty()) {
        const auto uri = crypto::parse_pkcs11_uri(settings.issuing_key);
        if (!uri) words.refuse("issuing_key", uri.error().detail);
    }
    return words.end();
}

}  // namespace signet::app
