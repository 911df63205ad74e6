#include "openapi/authentication.hpp"

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "openapi/envelope.hpp"
#include "service/signature_headers.hpp"

#include <algorithm>
#include <any>
#include <array>
#include <chrono>
#include <string>
#include <string_view>

namespace signet::openapi {
namespace {

constexpr std::size_t kLongestHeader = 300;

/// A header of the open-platform family, or its namesake of the private cloud.
std::string_view header(const http::RequestHead& head, std::string_view open_name, std::string_view private_name) {
    if (const auto value = head.headers.get(open_name); value && !trim(*value).empty()) return trim(*value);
    return trim(head.headers.get(private_name).value_or(""));
}

/// Milliseconds; some clients write a fraction behind a point or a comma.
std::optional<std::int64_t> parse_timestamp(std::string_view text) {
    const std::size_t end = text.find_first_of(".,");
    if (end != std::string_view::npos && text.find_first_not_of("0123456789", end + 1) != std::string_view::npos) {
        return std::nullopt;
    }
    return parse_integer(text.substr(0, end));
}

bool within(std::int64_t timestamp, UtcTime now, int minutes) {
    const std::int64_t distance =
        timestamp > now.milliseconds ? timestamp - now.milliseconds : now.milliseconds - timestamp;
    return distance <= std::int64_t{minutes} * 60'000;
}

}  // namespace

std::optional<http::Response> Authentication::check(http::RequestHead& head) const {
    const std::string_view token = header(head, "x-qys-open-accesstoken", "x-qys-accesstoken");
    const std::string_view timestamp = header(head, "x-qys-open-timestamp", "x-qys-timestamp");
    const std::string_view nonce = header(head, "x-qys-open-nonce", "x-qys-nonce");
    const std::string_view signature = header(head, "x-qys-open-signature", "x-qys-signature");
    if (token.empty()) return gateway_failure(GatewayCode::HeaderRequired, "x-qys-open-accesstoken");
    if (timestamp.empty()) return gateway_failure(GatewayCode::HeaderRequired, "x-qys-open-timestamp");
    if (signature.empty()) return gateway_failure(GatewayCode::HeaderRequired, "x-qys-open-signature");

    auto caller = token.size() <= kLongestHeader ? directory_.caller(token) : nullptr;
    if (!caller) return gateway_failure(GatewayCode::InvalidToken);
    const model::Application& application = caller->application;
    if (nonce.empty() && application.require_nonce)
        return gateway_failure(GatewayCode::HeaderRequired, "x-qys-open-nonce");
    const auto& allowed = application.allowed_addresses;
    if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), head.remote_address) == allowed.end()) {
        return gateway_failure(GatewayCode::InvalidAddress);
    }

    const bool too_long = timestamp.size() > kLongestHeader || nonce.size() > kLongestHeader;
    if (too_long || !service::signature_matches(token, application.secret, timestamp, nonce, signature)) {
        return gateway_failure(GatewayCode::InvalidSignature);
    }
    const auto moment = parse_timestamp(timestamp);
    if (!moment) return gateway_failure(GatewayCode::InvalidTimestamp);
    const UtcTime now = clock_.now();
    const int window = nonce.empty() ? application.window_without_nonce_minutes : application.window_with_nonce_minutes;
    if (window > 0 && !within(*moment, now, window)) return gateway_failure(GatewayCode::InvalidTimestamp);
    if (!nonce.empty()) {
        // A timestamp at the far end of the window stays acceptable for twice its width.
        const auto memory = std::chrono::minutes(std::max(10, 2 * window));
        if (!replays_.first_use(application.id, nonce, now + memory)) return gateway_failure(GatewayCode::InvalidNonce);
    }
    head.caller = std::move(caller);
    return std::nullopt;
}

const service::Caller& caller_of(const http::RequestHead& head) {
    return *std::any_cast<const std::shared_ptr<const service::Caller>&>(head.caller);
}

}  // namespace signet::openapi
