#pragma once

#include "base/bytes.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace signet::crypto {

using Sha256Digest = std::array<std::uint8_t, 32>;
using Sm3Digest = std::array<std::uint8_t, 32>;  // GB/T 32905

/// A running SHA-256 (FIPS 180-4) that can be copied: the copy goes on from the same point. A stored document keeps one
/// for the end of its last revision, so that a signature hashes only what it appends. Not thread-safe; copies are
/// independent. Never made from bytes that came from outside: there is no way to load a state.
class Sha256 {
  public:
    Sha256();
    Sha256(const Sha256& other);
    Sha256(Sha256&& other) noexcept;
    Sha256& operator=(Sha256 other) noexcept;
    ~Sha256();

    void update(ByteView bytes);
    /// How many bytes went in so far.
    std::uint64_t length() const { return length_; }
    /// The digest of what went in so far; the running state is not touched and may go on.
    Sha256Digest digest() const;

    static Sha256Digest of(ByteView bytes);

  private:
    evp_md_ctx_st* context_ = nullptr;
    std::uint64_t length_ = 0;
};

/// The SHA-256 of `bytes` as 64 lower-case hexadecimal digits.
std::string sha256_hex(ByteView bytes);

/// HMAC-SHA256 (RFC 2104, FIPS 198-1). A key of any length is allowed.
Sha256Digest hmac_sha256(ByteView key, ByteView message);

/// The MD5 (RFC 1321) of `text` as 32 lower-case hexadecimal digits. Only for the API's request signature, which is
/// defined with it; nothing of ours rests on MD5.
std::string md5_hex(std::string_view text);

/// The digests a foreign signature may have been made with.
enum class DigestAlgorithm { Md5, Sha1, Sha224, Sha256, Sha384, Sha512, Sha3_256, Sha3_384, Sha3_512, Sm3 };

/// The name people know it by: `SHA-256`.
std::string_view to_string(DigestAlgorithm algorithm);
/// The digest's length in bytes.
std::size_t digest_size(DigestAlgorithm algorithm);

/// A running digest of any of these algorithms, for checking what others signed. Not thread-safe.
class Digest {
  public:
    explicit Digest(DigestAlgorithm algorithm);
    Digest(Digest&& other) noexcept;
    Digest& operator=(Digest&& other) noexcept;
    ~Digest();

    void update(ByteView bytes);
    /// The digest of what went in so far; the running state is not touched and may go on.
    Bytes value() const;

    static Bytes of(DigestAlgorithm algorithm, ByteView bytes);

  private:
    evp_md_ctx_st* context_ = nullptr;
};

}  // namespace signet::crypto
