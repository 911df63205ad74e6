#pragma once

#include "base/result.hpp"
#include "notify/address_policy.hpp"
#include "notify/gateway.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet::notify {

/// The parts of a URL that say whom it calls, read by the library that will call it.
struct UrlTarget {
    std::string scheme;  // http or https
    std::string host;    // lower case; an IPv6 address without its brackets
    int port = 0;
    bool operator==(const UrlTarget&) const = default;
};
/// InvalidParameter for other schemes, user information, and what is no URL.
Result<UrlTarget> target_of(std::string_view url);

/// One call over HTTP/1.1, without redirects, proxies or cookies.
struct HttpCall {
    std::string url;
    std::string content_type;
    std::string body;
    NamedValues headers;
    std::string ca_file;
    std::chrono::milliseconds connect_timeout{15'000};
    std::chrono::milliseconds total_timeout{30'000};
    std::size_t answer_limit = 64 * 1024;
    /// When set, only these addresses are connected to, and only when the policy permits them.
    const AddressPolicy* policy = nullptr;
    std::vector<IpAddress> pinned;
};

struct HttpAnswer {
    int status = 0;
    std::string body;  // as much as the limit allows
    std::optional<std::chrono::seconds> retry_after;
};

/// InvalidParameter when the call is malformed or forbidden, Unavailable when there was no answer.
Result<HttpAnswer> post(const HttpCall& call);
/// The same with GET; `content_type` and `body` count for nothing.
Result<HttpAnswer> get(const HttpCall& call);

/// application/x-www-form-urlencoded, in order.
std::string form_encoded(const NamedValues& fields);

}  // namespace signet::notify
