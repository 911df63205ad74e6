#include "crypto/secret.hpp"

#include <openssl/crypto.h>

namespace signet::crypto {

void wipe(void* memory, std::size_t size) {
    OPENSSL_cleanse(memory, size);
}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
    if (this == &other) return *this;
    wipe(bytes_.data(), bytes_.size());
    bytes_ = std::move(other.bytes_);
    other.bytes_.clear();
    return *this;
}

SecretBytes::~SecretBytes() {
    wipe(bytes_.data(), bytes_.size());
}

void SecretBytes::shrink(std::size_t size) {
    if (size >= bytes_.size()) return;
    wipe(bytes_.data() + size, bytes_.size() - size);
    bytes_.resize(size);
}

}  // namespace signet::crypto
