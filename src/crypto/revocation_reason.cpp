#include "crypto/revocation_reason.hpp"

namespace signet::crypto {

std::string_view to_string(RevocationReason reason) {
    switch (reason) {
        case RevocationReason::Unspecified:
            return "unspecified";
        case RevocationReason::KeyCompromise:
            return "keyCompromise";
        case RevocationReason::CaCompromise:
            return "cACompromise";
        case RevocationReason::AffiliationChanged:
            return "affiliationChanged";
        case RevocationReason::Superseded:
            return "superseded";
        case RevocationReason::CessationOfOperation:
            return "cessationOfOperation";
        case RevocationReason::CertificateHold:
            return "certificateHold";
        case RevocationReason::RemoveFromCrl:
            return "removeFromCRL";
        case RevocationReason::PrivilegeWithdrawn:
            return "privilegeWithdrawn";
        case RevocationReason::AaCompromise:
            return "aACompromise";
    }
    return "unknown";
}

std::optional<RevocationReason> revocation_reason_of(std::uint64_t number) {
    constexpr std::uint64_t kUnused = 7;
    if (number > 10 || number == kUnused) return std::nullopt;
    return static_cast<RevocationReason>(number);
}

}  // namespace signet::crypto
