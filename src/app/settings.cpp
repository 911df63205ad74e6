#include "app/settings.hpp"

#include "base/text.hpp"

#include <array>
#include <sstream>

#include <toml++/toml.h>

namespace signet::app {

Status parse_listen(const std::string& text, Settings& settings) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos) return invalid_parameter("--listen: must be HOST:PORT");
    const auto port = parse_integer(std::string_view(text).substr(colon + 1));
    if (!port || *port < 0 || *port > 65'535) return invalid_parameter("--listen: the port must be 0 to 65535");
    std::string host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (host == "localhost") host = "127.0.0.1";
    settings.address = host.empty() ? "0.0.0.0" : host;
    settings.port = static_cast<std::uint16_t>(*port);
    return {};
}

Status read_file(Settings& settings) {
    const std::filesystem::path file = settings.data / "signet.toml";
    if (!std::filesystem::exists(file)) return {};
    try {
        const toml::table table = toml::parse_file(file.string());
        settings.public_url = table["public_url"].value_or(settings.public_url);
        settings.zone = table["zone"].value_or(settings.zone);
        settings.node = table["node"].value_or(settings.node);
        settings.threads = table["threads"].value_or(settings.threads);
        settings.pool_threads = table["pool_threads"].value_or(settings.pool_threads);
        settings.render_workers = table["render_workers"].value_or(settings.render_workers);
        settings.office_workers = table["office_workers"].value_or(settings.office_workers);
        settings.office_warm = table["office_warm"].value_or(settings.office_warm);
        settings.upload_limit_mib = table["upload_limit_mib"].value_or(settings.upload_limit_mib);
        settings.access_log = table["access_log"].value_or(settings.access_log);
        settings.fonts = table["fonts"].value_or(settings.fonts.string());
        const auto downloads = table["downloads"];
        settings.downloads.lock = downloads["lock"].value_or(settings.downloads.lock);
        settings.downloads.failure_status = downloads["failure_status"].value_or(settings.downloads.failure_status);
        const int status = settings.downloads.failure_status;
        if (status != 200 && (status < 400 || status > 599))
            return invalid_parameter("downloads.failure_status: must be 200 or 400 to 599");
        const auto list = [](const toml::array* array, std::vector<std::string>& target) {
            if (array == nullptr) return;
            for (const toml::node& item : *array)
                target.push_back(item.value_or(std::string()));
        };
        list(table["trusted_proxies"].as_array(), settings.trusted_proxies);
        list(table["callback_networks"].as_array(), settings.callback_networks);
        const auto mail = table["mail"];
        settings.mail.host = mail["host"].value_or(settings.mail.host);
        settings.mail.port = mail["port"].value_or(settings.mail.port);
        settings.mail.security = mail["security"].value_or(settings.mail.security);
        settings.mail.user = mail["user"].value_or(settings.mail.user);
        settings.mail.password = mail["password"].value_or(settings.mail.password);
        settings.mail.from_address = mail["from_address"].value_or(settings.mail.from_address);
        settings.mail.from_name = mail["from_name"].value_or(settings.mail.from_name);
        const auto sms = table["sms"];
        settings.sms.url = sms["url"].value_or(settings.sms.url);
        settings.sms.body_template = sms["body_template"].value_or(settings.sms.body_template);
        if (const toml::table* headers = sms["headers"].as_table()) {
            for (const auto& [name, value] : *headers) {
                settings.sms.headers.emplace_back(std::string(name.str()), value.value_or(std::string()));
            }
        }
        const auto audit = table["audit"];
        settings.audit.anchor_file = audit["anchor_file"].value_or(settings.audit.anchor_file.string());
        settings.audit.anchor_minutes = audit["anchor_minutes"].value_or(settings.audit.anchor_minutes);
        constexpr int kMinutesOfDay = 24 * 60;
        if (settings.audit.anchor_minutes < 1 || settings.audit.anchor_minutes > kMinutesOfDay)
            return invalid_parameter(file.string() + ": audit.anchor_minutes: must be 1 to 1440");
        const Status keys = read_keys(table, settings.keys);
        if (!keys) return invalid_parameter(file.string() + ": " + keys.error().detail);
        const Status trust = read_trust(table, settings.trust);
        if (!trust) return invalid_parameter(file.string() + ": " + trust.error().detail);
        return {};
    } catch (const toml::parse_error& error) {
        std::ostringstream place;
        place << error.source().begin.line;
        return invalid_parameter(file.string() + " line " + place.str() + ": " + std::string(error.description()));
    }
}

std::filesystem::path shared_file(const std::string& name) {
    std::error_code ignored;
    const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
    // build/src/app/signet, an installation under a prefix, and the working folder.
    for (const std::filesystem::path& root : {program / "../../..", program / "../share/signet",
                                              std::filesystem::path("/usr/share/signet"), std::filesystem::path(".")}) {
        const std::filesystem::path candidate = root / name;
        if (std::filesystem::exists(candidate, ignored)) return std::filesystem::weakly_canonical(candidate, ignored);
    }
    return name;
}

}  // namespace signet::app
