#include "notify/callback_sender.hpp"

#include "base/text.hpp"
#include "notify/http_call.hpp"

#include <algorithm>
#include <fmt/format.h>

#include <boost/json.hpp>

namespace signet::notify {
namespace {

constexpr std::size_t kKeptBody = 4 * 1024;

/// Whether the body is a JSON object with a `code` other than 0. A number alone is looked at: other bodies may hold
/// anything under that name.
bool names_a_failure_code(std::string_view body) {
    boost::system::error_code error;
    const auto value = boost::json::parse(boost::json::string_view(body.data(), body.size()), error);
    if (error || !value.is_object()) return false;
    const auto* code = value.get_object().if_contains("code");
    return code != nullptr && ((code->is_int64() && code->get_int64() != 0) || (code->is_uint64()));
}

/// The digits behind `responseCode`, which clients write in ways that are no JSON: 00000000 without quotes.
std::optional<std::string_view> response_code(std::string_view body) {
    constexpr std::string_view kName = "\"responseCode\"";
    const auto at = body.find(kName);
    if (at == std::string_view::npos) return std::nullopt;
    auto rest = body.substr(at + kName.size());
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n:\""), rest.size()));
    return rest.substr(0, rest.find_first_not_of("0123456789"));
}

bool says_fail(std::string_view body) {
    return body == "fail" || body.starts_with("fail|");
}

}  // namespace

bool counts_as_delivered(SuccessRule rule, int status, std::string_view body) {
    const auto text = trim(body);
    if (status < 100 || status >= 400 || says_fail(text)) return false;
    switch (rule) {
        case SuccessRule::Status:
            return true;
        case SuccessRule::Success:
            return status == 200 && text == "success";
        case SuccessRule::Response:
            if (const auto code = response_code(text)) {
                return !code->empty() && code->find_first_not_of('0') == std::string_view::npos;
            }
            [[fallthrough]];
        case SuccessRule::Code:
            return !names_a_failure_code(text);
    }
    return false;
}

Result<std::string> origin_of(std::string_view url) {
    const auto target = target_of(url);
    if (!target) return target.error();
    const bool v6 = target->host.find(':') != std::string::npos;
    return fmt::format("{}://{}{}{}:{}", target->scheme, v6 ? "[" : "", target->host, v6 ? "]" : "", target->port);
}

/// Where the call may go: nothing to pin when the URL names an address itself.
static Result<std::vector<IpAddress>> permitted_addresses(const CallbackSettings& settings, const std::string& host) {
    if (const auto literal = IpAddress::parse(host)) {
        if (settings.addresses.permits(*literal)) return std::vector<IpAddress>{};
        return invalid_parameter("the address " + host + " may not be called");
    }
    auto addresses = settings.resolver(host);
    if (!addresses) return addresses.error();
    std::erase_if(*addresses, [&](const IpAddress& address) { return !settings.addresses.permits(address); });
    if (addresses->empty()) return invalid_parameter("the address of " + host + " may not be called");
    return addresses;
}

Result<CallbackAnswer> CallbackSender::send(const CallbackRequest& request) const {
    const auto target = target_of(request.url);
    if (!target) return target.error();
    auto addresses = permitted_addresses(settings_, target->host);
    if (!addresses) return addresses.error();

    HttpCall call;
    call.url = request.url;
    call.content_type =
        request.content_type.empty() ? "application/x-www-form-urlencoded; charset=UTF-8" : request.content_type;
    call.body = request.content_type.empty() ? form_encoded(request.fields) : request.body;
    call.headers = request.headers;
    call.ca_file = settings_.ca_file;
    call.connect_timeout = settings_.connect_timeout;
    call.total_timeout = settings_.total_timeout;
    call.answer_limit = settings_.answer_limit;
    call.policy = &settings_.addresses;
    call.pinned = std::move(*addresses);
    const auto answer = post(call);
    if (!answer) return answer.error();
    return CallbackAnswer{counts_as_delivered(request.rule, answer->status, answer->body), answer->status,
                          answer->body.substr(0, kKeptBody), answer->retry_after};
}

}  // namespace signet::notify
