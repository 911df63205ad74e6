#pragma once

#include "base/clock.hpp"
#include "notify/gateway.hpp"

#include <chrono>
#include <string>

namespace signet::notify {

struct SmtpSettings {
    enum class Security {
        None,         // for a relay on the same machine
        StartTls,     // required, never optional
        ImplicitTls,  // RFC 8314 §3, port 465
    };
    std::string host;
    int port = 587;
    Security security = Security::StartTls;
    std::string user;  // empty: no authentication
    std::string password;
    std::string from_address;
    std::string from_name;
    std::string ca_file;  // empty: the system's
    std::chrono::milliseconds connect_timeout{15'000};
    std::chrono::milliseconds total_timeout{60'000};
};

/// Mail over SMTP (RFC 5321).
class SmtpGateway final : public MailGateway {
  public:
    /// `clock` (for the Date field) must outlive the gateway.
    SmtpGateway(SmtpSettings settings, const Clock& clock) : settings_(std::move(settings)), clock_(clock) {}
    Result<Receipt> send(const MailMessage& message) override;

  private:
    SmtpSettings settings_;
    const Clock& clock_;
};

/// The message as it goes over the wire (RFC 5322, RFC 2045, RFC 2047): UTF-8, base64, CRLF. InvalidParameter when an
/// address is malformed or holds control characters.
Result<std::string> compose_mail(const MailMessage& message, std::string_view from_address, std::string_view from_name,
                                 UtcTime date, std::string_view message_id);

}  // namespace signet::notify
