#include "service/signature_headers.hpp"

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "crypto/digest.hpp"

#include <string>

namespace signet::service {
namespace {

constexpr std::size_t kMd5Digits = 32;
constexpr std::size_t kSha256Digits = 64;

std::string joined(std::initializer_list<std::string_view> parts) {
    std::string text;
    for (const std::string_view part : parts)
        text += part;
    return text;
}

bool md5_matches(const std::string& text, std::string_view given) {
    return equal_in_constant_time(crypto::md5_hex(text), given);
}

bool hmac_matches(std::string_view secret, const std::string& text, std::string_view given) {
    return equal_in_constant_time(hex(crypto::hmac_sha256(as_bytes(secret), as_bytes(text))), given);
}

}  // namespace

bool signature_matches(std::string_view token, std::string_view secret, std::string_view timestamp,
                       std::string_view nonce, std::string_view signature) {
    const std::string given = to_lower(signature);
    const std::string text = joined({token, secret, timestamp, nonce});
    if (given.size() == kMd5Digits) {
        if (md5_matches(text, given)) return true;
        std::string without_blanks = text;
        std::erase(without_blanks, ' ');
        return without_blanks != text && md5_matches(without_blanks, given);
    }
    if (given.size() != kSha256Digits) return false;
    return hmac_matches(secret, text, given) || hmac_matches(secret, joined({token, timestamp, nonce}), given);
}

}  // namespace signet::service
