#pragma once

#include "base/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>

/// AES-256-GCM (NIST SP 800-38D) with nonces of 96 and tags of 128 bits, for those of this floor who seal what is kept.
/// The caller sees to it that no nonce serves twice under one key. What only libcrypto can be at fault for is an
/// exception. Thread-safe.
namespace signet::crypto::aes_gcm {

inline constexpr std::size_t kKeySize = 32;
inline constexpr std::size_t kNonceSize = 12;
inline constexpr std::size_t kTagSize = 16;
/// Of one text or context: libcrypto counts in int.
inline constexpr std::size_t kLargest = std::size_t{1} << 30;

/// What is authenticated and not encrypted, one behind the other.
using Context = std::initializer_list<ByteView>;

/// Fills `sealed`, which is kTagSize longer than the plaintext: the ciphertext, then the tag. std::length_error when
/// something is longer than kLargest.
void seal(ByteView key, ByteView nonce, Context context, ByteView plaintext, std::span<std::uint8_t> sealed);

/// Fills `plaintext`, which is kTagSize shorter than `sealed`. False when that was altered, or belongs to another key,
/// nonce or context; what stands in `plaintext` then is to be thrown away.
bool open(ByteView key, ByteView nonce, Context context, ByteView sealed, std::span<std::uint8_t> plaintext);

}  // namespace signet::crypto::aes_gcm
