#pragma once

#include "base/bytes.hpp"
#include "crypto/digest.hpp"
#include "crypto/openssl.hpp"

#include <optional>
#include <string_view>

/// What SM2 signs (GB/T 32918.2-2016): not the message's digest, but SM3 over Z_A and the message, where Z_A binds the
/// signer's identity, the curve and the public key. For the sources of this floor alone.
namespace signet::crypto {

/// The identity everybody signs under who has agreed on no other (GB/T 35276-2017 §10).
inline constexpr std::string_view kSm2Identity = "1234567812345678";

bool is_sm2_key(const EVP_PKEY* key);
/// Z_A (GB/T 32918.2 §5.5); nothing for another kind of key.
std::optional<Sm3Digest> sm2_identity_digest(const EVP_PKEY* key, std::string_view identity = kSm2Identity);
/// SM3(Z_A || message): what the curve's arithmetic is done with.
Sm3Digest sm2_digest(const Sm3Digest& identity_digest, ByteView message);
std::optional<Sm3Digest> sm2_digest(const EVP_PKEY* key, ByteView message);

}  // namespace signet::crypto
