#pragma once

#include "base/bytes.hpp"

#include <cstddef>

/// AES-128 (FIPS 197) in the two modes that the API's callbacks are defined with (NIST SP 800-38A), padded as PKCS#7
/// says (RFC 5652 §6.3). Neither mode shows that a text was altered; nothing of ours rests on them. A key or an
/// initialisation vector of another size is a std::length_error. Thread-safe.
namespace signet::crypto::aes128 {

inline constexpr std::size_t kKeySize = 16;
inline constexpr std::size_t kBlockSize = 16;

/// The ciphertext, 1 to 16 bytes longer than the plaintext.
Bytes encrypt_ecb(ByteView key, ByteView plaintext);
Bytes encrypt_cbc(ByteView key, ByteView initialisation_vector, ByteView plaintext);

}  // namespace signet::crypto::aes128
