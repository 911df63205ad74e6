#pragma once

#include <string_view>

namespace signet::service {

/// Whether a request's signature is that of the application (spec/platform §1.3, §1.9). `timestamp` and `nonce` are the
/// header texts byte for byte; an empty nonce means that none was sent. Accepts hexadecimal of either case: 32 digits
/// are MD5(token + secret + timestamp + nonce), also with every blank removed from the text; 64 digits are our
/// extension HMAC-SHA256 with the secret as key over the same text, with or without the secret in it. Compares in
/// constant time.
bool signature_matches(std::string_view token, std::string_view secret, std::string_view timestamp,
                       std::string_view nonce, std::string_view signature);

}  // namespace signet::service
