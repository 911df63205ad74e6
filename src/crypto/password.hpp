#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace signet::crypto {

/// Argon2id (RFC 9106) with 19 MiB, two passes and one lane, as an encoded text that holds salt and parameters.
/// InvalidParameter for an empty password or one of more than 1,024 bytes. Takes tens of milliseconds, on purpose.
Result<std::string> hash_password(std::string_view password);

/// Whether the password is the one `encoded` was made from; compares in constant time. False for a text that is no
/// Argon2id hash or asks for more work than any of ours.
bool verify_password(std::string_view password, const std::string& encoded);

/// Whether `encoded` was made with other parameters than today's, so that it should be replaced at the next login.
bool needs_rehash(std::string_view encoded);

}  // namespace signet::crypto
