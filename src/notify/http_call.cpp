#include "notify/http_call.hpp"

#include "base/text.hpp"
#include "notify/curl.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

namespace signet::notify {
namespace {

constexpr std::size_t kLongestUrl = 2'000;
constexpr std::size_t kLongestHeader = 8'000;
constexpr std::chrono::seconds kLongestRetryAfter = std::chrono::hours(24);

std::string part_of(CURLU* url, CURLUPart part, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, flags) != CURLUE_OK || text == nullptr) return {};
    std::string copy(text);
    curl_free(text);
    return copy;
}

std::string without_brackets(std::string host) {
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') return host.substr(1, host.size() - 2);
    return host;
}

bool has_control_characters(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

/// The last word on every connection: asked with the very address the socket will have.
struct Gate {
    const AddressPolicy* policy = nullptr;
    bool refused = false;
};

curl_socket_t open_permitted(void* gate_pointer, curlsocktype purpose, curl_sockaddr* address) {
    auto& gate = *static_cast<Gate*>(gate_pointer);
    const auto ip = IpAddress::from(address->addr);
    if (purpose != CURLSOCKTYPE_IPCXN || !ip || !gate.policy->permits(*ip)) {
        gate.refused = true;
        return CURL_SOCKET_BAD;
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::string pin(const UrlTarget& target, const std::vector<IpAddress>& addresses) {
    std::string line = fmt::format("{}:{}:", target.host, target.port);
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        const auto text = addresses[i].to_string();
        line += fmt::format(fmt::runtime(addresses[i].is_v4() ? "{}{}" : "{}[{}]"), i == 0 ? "" : ",", text);
    }
    return line;
}

enum class Method { Get, Post };

Result<CurlList> header_lines(const HttpCall& call, Method method) {
    CurlList lines;
    if (method == Method::Post) {
        lines.add("Content-Type: " + call.content_type);
        lines.add("Expect:");  // no waiting for 100 Continue
    }
    for (const auto& [name, value] : call.headers) {
        if (name.empty() || name.size() + value.size() > kLongestHeader || has_control_characters(name) ||
            name.find_first_of(": ") != std::string::npos || has_control_characters(value)) {
            return invalid_parameter("header " + name.substr(0, 50));
        }
        lines.add(value.empty() ? name + ";" : name + ": " + value);
    }
    return lines;
}

std::optional<std::chrono::seconds> retry_after_of(CURL* curl) {
    curl_off_t seconds = 0;
    if (curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &seconds) != CURLE_OK || seconds <= 0) return std::nullopt;
    return std::min(std::chrono::seconds(seconds), kLongestRetryAfter);
}

}  // namespace

Result<UrlTarget> target_of(std::string_view url) {
    if (url.size() > kLongestUrl || has_control_characters(url)) return invalid_parameter("not a URL");
    const std::unique_ptr<CURLU, CurlDeleter> parsed(curl_url());
    if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, std::string(url).c_str(), 0) != CURLUE_OK) {
        return invalid_parameter("not a URL of http or https");
    }
    UrlTarget target;
    target.scheme = to_lower(part_of(parsed.get(), CURLUPART_SCHEME));
    if (target.scheme != "http" && target.scheme != "https") return invalid_parameter("not a URL of http or https");
    if (!part_of(parsed.get(), CURLUPART_USER).empty() || !part_of(parsed.get(), CURLUPART_PASSWORD).empty()) {
        return invalid_parameter("a URL with user information");
    }
    target.host = without_brackets(to_lower(part_of(parsed.get(), CURLUPART_HOST)));
    const auto port = parse_integer(part_of(parsed.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT));
    if (target.host.empty() || !port || *port < 1 || *port > 65'535) return invalid_parameter("a URL without a host");
    target.port = static_cast<int>(*port);
    return target;
}

namespace {

Result<HttpAnswer> perform(const HttpCall& call, Method method) {
    const auto target = target_of(call.url);
    if (!target) return target.error();
    const auto headers = header_lines(call, method);
    if (!headers) return headers.error();

    const auto handle = new_curl(call.connect_timeout, call.total_timeout, call.ca_file);
    CURL* curl = handle.get();
    CurlAnswer answer{{}, call.answer_limit, false};
    Gate gate{call.policy};
    CurlList pins;
    curl_easy_setopt(curl, CURLOPT_URL, call.url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "Signet");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers->get());
    if (method == Method::Post) {
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call.body.c_str());
    } else {
        curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
    }
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &CurlAnswer::take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    if (call.policy != nullptr) {
        curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &open_permitted);
        curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &gate);
        if (!call.pinned.empty()) pins.add(pin(*target, call.pinned));
        curl_easy_setopt(curl, CURLOPT_RESOLVE, pins.get());
    }

    const CURLcode code = curl_easy_perform(curl);
    if (gate.refused) return invalid_parameter("the address of " + target->host + " may not be called");
    if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && answer.full)) {
        return fail(ErrorCode::Unavailable, fmt::format("no answer of {}: {}", target->host, curl_easy_strerror(code)));
    }
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    return HttpAnswer{static_cast<int>(status), std::move(answer.text), retry_after_of(curl)};
}

}  // namespace

Result<HttpAnswer> post(const HttpCall& call) {
    return perform(call, Method::Post);
}

Result<HttpAnswer> get(const HttpCall& call) {
    return perform(call, Method::Get);
}

std::string form_encoded(const NamedValues& fields) {
    constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789*-._";
    std::string form;
    const auto add = [&](std::string_view text) {
        for (const char c : text) {
            if (kPlain.find(c) != std::string_view::npos) {
                form += c;
            } else if (c == ' ') {
                form += '+';
            } else {
                form += fmt::format("%{:02X}", static_cast<unsigned char>(c));
            }
        }
    };
    for (const auto& [name, value] : fields) {
        if (!form.empty()) form += '&';
        add(name);
        form += '=';
        add(value);
    }
    return form;
}

}  // namespace signet::notify
