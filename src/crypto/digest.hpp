#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "base/bytes.hpp"

struct evp_md_ctx_st;

namespace signet::crypto {

using Sha256Digest = std::array<std::uint8_t, 32>;

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

}  // namespace signet::crypto
