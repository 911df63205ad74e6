#include "notify/http_sms_gateway.hpp"

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "notify/http_call.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace signet::notify {
namespace {

bool is_number(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    return text.size() >= 5 && text.size() <= 20 &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// A JSON string's inside (RFC 8259 §7).
std::string json_escaped(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            escaped += '\\';
            escaped += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            escaped += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
            escaped += c;
        }
    }
    return escaped;
}

std::string parameters_object(const NamedValues& parameters) {
    std::string object = "{";
    for (const auto& [name, value] : parameters) {
        if (object.size() > 1) object += ',';
        object += fmt::format("\"{}\":\"{}\"", json_escaped(name), json_escaped(value));
    }
    return object + "}";
}

std::string parameter_named(const NamedValues& parameters, std::string_view name) {
    const auto found = std::ranges::find(parameters, name, &NamedValues::value_type::first);
    return found == parameters.end() ? std::string() : json_escaped(found->second);
}

Error refusal(const HttpAnswer& answer) {
    const std::string detail = fmt::format("the SMS gateway answered {}: {}", answer.status, for_log(answer.body));
    if (answer.status == 429) return fail(ErrorCode::TooFrequent, detail);
    if (answer.status == 400 || answer.status == 422) return fail(ErrorCode::InvalidParameter, detail);
    return fail(ErrorCode::Unavailable, detail);  // wrong credentials too: the operator can put them right
}

}  // namespace

std::string fill_json_template(std::string_view body_template, const SmsMessage& message, std::string_view template_id,
                               std::string_view timestamp, std::string_view nonce) {
    constexpr std::string_view kParameter = "parameter.";
    std::string body;
    const auto value_of = [&](std::string_view name) -> std::string {
        if (name == "number") return json_escaped(message.number);
        if (name == "template") return json_escaped(template_id);
        if (name == "text") return json_escaped(message.text);
        if (name == "timestamp") return std::string(timestamp);
        if (name == "nonce") return std::string(nonce);
        if (name == "parameters") return parameters_object(message.parameters);
        if (name.starts_with(kParameter)) return parameter_named(message.parameters, name.substr(kParameter.size()));
        return {};
    };
    while (!body_template.empty()) {
        const auto open = body_template.find("{{");
        const auto close = open == std::string_view::npos ? open : body_template.find("}}", open);
        body += body_template.substr(0, close == std::string_view::npos ? close : open);
        if (close == std::string_view::npos) break;
        body += value_of(body_template.substr(open + 2, close - open - 2));
        body_template.remove_prefix(close + 2);
    }
    return body;
}

Result<Receipt> HttpSmsGateway::send(const SmsMessage& message) {
    if (!is_number(message.number)) return invalid_parameter("not a telephone number");
    const auto known = settings_.template_ids.find(message.template_name);
    const std::string& id = known == settings_.template_ids.end() ? message.template_name : known->second;
    const std::string timestamp = fmt::format("{}", clock_.now().milliseconds);
    const std::string nonce = random_token(16);

    HttpCall call;
    call.url = settings_.url;
    call.content_type = "application/json; charset=UTF-8";
    call.body = fill_json_template(settings_.body_template, message, id, timestamp, nonce);
    call.headers = settings_.headers;
    if (settings_.sign) {
        call.headers.emplace_back("X-Timestamp", timestamp);
        call.headers.emplace_back("X-Nonce", nonce);
        call.headers.emplace_back(settings_.signature_header,
                                  settings_.sign(fmt::format("{}.{}.{}", timestamp, nonce, call.body)));
    }
    call.ca_file = settings_.ca_file;
    call.connect_timeout = settings_.connect_timeout;
    call.total_timeout = settings_.total_timeout;
    const auto answer = post(call);
    // A wrong URL is the operator's fault, not the message's: it may be sent when that is put right.
    if (!answer) return fail(ErrorCode::Unavailable, answer.error().detail);
    const bool taken =
        answer->status >= 200 && answer->status < 300 && answer->body.find(settings_.success_text) != std::string::npos;
    if (!taken) return refusal(*answer);
    return Receipt{};
}

}  // namespace signet::notify
