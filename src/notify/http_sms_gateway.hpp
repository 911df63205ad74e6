#pragma once

#include "base/clock.hpp"
#include "notify/gateway.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace signet::notify {

struct HttpSmsSettings {
    /// Set by the operator, so it may point anywhere.
    std::string url;
    /// The JSON to post. `{{number}}`, `{{template}}`, `{{text}}`, `{{timestamp}}` (milliseconds), `{{nonce}}`,
    /// `{{parameters}}` (an object of strings) and `{{parameter.NAME}}` are replaced; the values are escaped for JSON,
    /// so write `"phone":"{{number}}"`.
    std::string body_template;
    /// Our template name → the gateway's own number for it; a name that is not here stands for itself.
    std::map<std::string, std::string> template_ids;
    NamedValues headers;
    /// When set: a header `signature_header` with `sign("<timestamp>.<nonce>.<body>")`, and `X-Timestamp`, `X-Nonce`
    /// beside it.
    std::function<std::string(std::string_view)> sign;
    std::string signature_header = "X-Signature";
    /// The answer must hold this text to count as taken; empty: any 2xx.
    std::string success_text;
    std::string ca_file;
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds total_timeout{20'000};
};

/// Short messages over any gateway that takes JSON by HTTP POST.
class HttpSmsGateway final : public SmsGateway {
  public:
    /// `clock` must outlive the gateway.
    HttpSmsGateway(HttpSmsSettings settings, const Clock& clock) : settings_(std::move(settings)), clock_(clock) {}
    Result<Receipt> send(const SmsMessage& message) override;

  private:
    HttpSmsSettings settings_;
    const Clock& clock_;
};

/// The body template with its places filled.
std::string fill_json_template(std::string_view body_template, const SmsMessage& message, std::string_view template_id,
                               std::string_view timestamp, std::string_view nonce);

}  // namespace signet::notify
