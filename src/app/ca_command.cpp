#include "app/commands.hpp"
#include "app/trust_desk.hpp"
#include "base/text.hpp"
#include "crypto/revocation_reason.hpp"

#include <iostream>
#include <optional>

namespace signet::app {
namespace {

constexpr std::uint64_t kMostReasons = 10;

/// By the standard's word (`keyCompromise`, …), whatever its case. A hold and a removal from it are not kept here.
std::optional<crypto::RevocationReason> reason_of(const std::string& word) {
    for (std::uint64_t number = 0; number <= kMostReasons; ++number) {
        const auto reason = crypto::revocation_reason_of(number);
        const bool kept = reason && *reason != crypto::RevocationReason::CertificateHold &&
                          *reason != crypto::RevocationReason::RemoveFromCrl;
        if (kept && to_lower(std::string(to_string(*reason))) == to_lower(word)) return reason;
    }
    return std::nullopt;
}

}  // namespace

int revoke(const RevokeOptions& options) {
    const auto reason = reason_of(options.reason);
    if (!reason)
        return refuse("--reason: there is no " + options.reason + "; RFC 5280 has keyCompromise, superseded, …");
    const bool is_hexadecimal = !options.serial_number.empty() &&
                                options.serial_number.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
    if (!is_hexadecimal) return refuse("SERIAL: a serial number is hexadecimal");
    Settings settings;
    settings.data = options.data;
    const auto revoked =
        run_errand(kRevocation, settings, options.serial_number + " " + std::to_string(static_cast<int>(*reason)));
    if (!revoked) return refuse(revoked.error().detail);
    std::cout << *revoked << '\n';
    return 0;
}

}  // namespace signet::app
