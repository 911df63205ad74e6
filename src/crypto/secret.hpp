#pragma once

#include "base/bytes.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace signet::crypto {

/// Overwrites memory with zeros in a way no optimiser removes.
void wipe(void* memory, std::size_t size);

/// Bytes that are wiped when they go: private keys, master keys, opened secrets. Moves, never copies.
class SecretBytes {
  public:
    SecretBytes() = default;
    explicit SecretBytes(std::size_t size) : bytes_(size) {}
    /// Takes the bytes over; no second copy stays behind.
    explicit SecretBytes(Bytes&& bytes) noexcept : bytes_(std::move(bytes)) {}
    SecretBytes(SecretBytes&& other) noexcept : bytes_(std::move(other.bytes_)) { other.bytes_.clear(); }
    SecretBytes& operator=(SecretBytes&& other) noexcept;
    ~SecretBytes();

    std::uint8_t* data() { return bytes_.data(); }
    const std::uint8_t* data() const { return bytes_.data(); }
    std::size_t size() const { return bytes_.size(); }
    ByteView view() const { return bytes_; }
    std::string_view text() const { return as_text(bytes_); }
    /// Cuts off (and wipes) what is behind `size`.
    void shrink(std::size_t size);

  private:
    Bytes bytes_;
};

}  // namespace signet::crypto
