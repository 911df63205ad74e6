#include "app/trust_settings.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace signet::app {
namespace {

constexpr std::int64_t kLongestWait = 120;
constexpr std::size_t kMostAuthorities = 10;
constexpr std::size_t kMostRootFiles = 50;

/// Refuses words nobody knows: a slip in this part would cost somebody his proof.
template <std::size_t N>
Status known_words(const toml::table& table, const std::string& path, const std::array<std::string_view, N>& words) {
    for (const auto& [key, value] : table) {
        if (std::ranges::find(words, key.str()) == words.end()) {
            return invalid_parameter(path + std::string(key.str()) + ": is not known");
        }
    }
    return {};
}

Status read_seconds(const toml::table& table, std::string_view key, const std::string& path,
                    std::chrono::milliseconds& target) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return {};
    const auto value = node->value_exact<std::int64_t>();
    if (!value || *value < 1 || *value > kLongestWait) {
        return invalid_parameter(path + std::string(key) + ": must be 1 to " + std::to_string(kLongestWait));
    }
    target = std::chrono::seconds(*value);
    return {};
}

Result<TimeStampAuthoritySettings> read_authority(const toml::table& table, const std::string& path) {
    constexpr std::array<std::string_view, 6> kWords{"url", "policy", "roots", "seconds", "credentials", "ca_file"};
    if (const Status known = known_words(table, path, kWords); !known) return known.error();
    TimeStampAuthoritySettings authority;
    authority.url = table["url"].value_or(std::string());
    authority.policy = table["policy"].value_or(std::string());
    authority.roots = table["roots"].value_or(std::string());
    authority.credentials = table["credentials"].value_or(std::string());
    authority.ca_file = table["ca_file"].value_or(std::string());
    if (const Status read = read_seconds(table, "seconds", path, authority.time_out); !read) return read.error();
    if (authority.url == "own") return authority;
    if (!authority.url.starts_with("http://") && !authority.url.starts_with("https://")) {
        return invalid_parameter(path + "url: must be own, or an address of http or https");
    }
    const bool dotted =
        authority.policy.empty() || (authority.policy.find_first_not_of("0123456789.") == std::string::npos &&
                                     authority.policy.find('.') != std::string::npos);
    if (!dotted) return invalid_parameter(path + "policy: must be a dotted object identifier");
    if (authority.roots.empty()) return invalid_parameter(path + "roots: is required, whom to trust");
    return authority;
}

Status read_verification(const toml::table& table, TrustSettings& settings) {
    constexpr std::array<std::string_view, 1> kWords{"roots"};
    if (const Status known = known_words(table, "verification.", kWords); !known) return known;
    const toml::node* node = table.get("roots");
    if (node == nullptr) return {};
    const toml::array* list = node->as_array();
    if (list == nullptr || list->size() > kMostRootFiles) {
        return invalid_parameter("verification.roots: must be a list of at most " + std::to_string(kMostRootFiles) +
                                 " files");
    }
    for (const toml::node& item : *list) {
        const auto path = item.value_exact<std::string>();
        if (!path || path->empty()) return invalid_parameter("verification.roots: must name files");
        settings.signer_roots.emplace_back(*path);
    }
    return {};
}

}  // namespace

Status read_trust(const toml::table& table, TrustSettings& settings) {
    if (const toml::table* signatures = table["signatures"].as_table()) {
        constexpr std::array<std::string_view, 3> kWords{"level", "time_stamp_seconds", "serve_time_stamps"};
        if (const Status known = known_words(*signatures, "signatures.", kWords); !known) return known;
        const auto level = (*signatures)["level"].value_or(std::string(to_wire(settings.level)));
        const auto read = model::from_wire<model::SignatureLevel>(level);
        if (!read) return invalid_parameter("signatures.level: must be B-B, B-T, B-LT or B-LTA");
        settings.level = *read;
        settings.serves_time_stamps = (*signatures)["serve_time_stamps"].value_or(settings.serves_time_stamps);
        const Status patience = read_seconds(*signatures, "time_stamp_seconds", "signatures.", settings.patience);
        if (!patience) return patience;
    }
    if (const toml::table* verification = table["verification"].as_table()) {
        if (const Status read = read_verification(*verification, settings); !read) return read;
    }
    const toml::node* node = table.get("time_stamp_authority");
    if (node == nullptr) return {};
    const toml::array* list = node->as_array();
    if (list == nullptr || list->size() > kMostAuthorities) {
        return invalid_parameter("time_stamp_authority: must be a list of at most " + std::to_string(kMostAuthorities) +
                                 " tables");
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
        const std::string path = "time_stamp_authority[" + std::to_string(i) + "].";
        const toml::table* item = list->get(i)->as_table();
        if (item == nullptr) return invalid_parameter(path + ": must be a table");
        auto authority = read_authority(*item, path);
        if (!authority) return authority.error();
        settings.authorities.push_back(std::move(*authority));
    }
    return {};
}

}  // namespace signet::app
