#pragma once

#include "base/bytes.hpp"
#include "crypto/algorithms.hpp"
#include "crypto/openssl.hpp"

/// Checking one signature value, whatever it stands in; for the sources of this floor alone.
namespace signet::crypto {

/// Whether a key of this kind makes signatures of that scheme.
bool goes_with(const EVP_PKEY* key, SignatureScheme scheme);
/// The digest is the message's; for SM2, `sm2_digest`.
bool verify_digest(EVP_PKEY* key, const SignatureMethod& method, ByteView signature_value, ByteView digest);
bool verify_message(EVP_PKEY* key, const SignatureMethod& method, ByteView signature_value, ByteView message);
/// MD5 and SHA-1: nothing made with them proves anything any more.
bool is_weak(DigestAlgorithm digest);

}  // namespace signet::crypto
