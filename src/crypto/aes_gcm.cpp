#include "crypto/aes_gcm.hpp"

#include "crypto/openssl.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace signet::crypto::aes_gcm {
namespace {

void require(bool done) {
    if (!done) throw std::runtime_error("AES-256-GCM failed: " + openssl_reason());
}

int size_of(ByteView bytes) {
    if (bytes.size() > kLargest) throw std::length_error("too much to seal");
    return static_cast<int>(bytes.size());
}

void require_sizes(ByteView key, ByteView nonce, std::size_t plaintext, std::size_t sealed) {
    const bool fit = key.size() == kKeySize && nonce.size() == kNonceSize && sealed == plaintext + kTagSize;
    if (!fit) throw std::length_error("AES-256-GCM: a key, a nonce or room of another size");
}

}  // namespace

void seal(ByteView key, ByteView nonce, Context context, ByteView plaintext, std::span<std::uint8_t> sealed) {
    require_sizes(key, nonce, plaintext.size(), sealed.size());
    const EvpCipherContext cipher(EVP_CIPHER_CTX_new());
    int size = 0;
    require(cipher && EVP_EncryptInit_ex2(cipher.get(), EVP_aes_256_gcm(), key.data(), nonce.data(), nullptr) == 1);
    for (const ByteView part : context)
        require(EVP_EncryptUpdate(cipher.get(), nullptr, &size, part.data(), size_of(part)) == 1);
    require(EVP_EncryptUpdate(cipher.get(), sealed.data(), &size, plaintext.data(), size_of(plaintext)) == 1);
    std::uint8_t* const tag = sealed.data() + plaintext.size();
    require(EVP_EncryptFinal_ex(cipher.get(), tag, &size) == 1);
    require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_GET_TAG, kTagSize, tag) == 1);
}

bool open(ByteView key, ByteView nonce, Context context, ByteView sealed, std::span<std::uint8_t> plaintext) {
    require_sizes(key, nonce, plaintext.size(), sealed.size());
    std::array<std::uint8_t, kTagSize> tag;
    std::ranges::copy(sealed.last(kTagSize), tag.begin());
    const EvpCipherContext cipher(EVP_CIPHER_CTX_new());
    int size = 0;
    require(cipher && EVP_DecryptInit_ex2(cipher.get(), EVP_aes_256_gcm(), key.data(), nonce.data(), nullptr) == 1);
    for (const ByteView part : context)
        require(EVP_DecryptUpdate(cipher.get(), nullptr, &size, part.data(), size_of(part)) == 1);
    const ByteView ciphertext = sealed.first(plaintext.size());
    require(EVP_DecryptUpdate(cipher.get(), plaintext.data(), &size, ciphertext.data(), size_of(ciphertext)) == 1);
    require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_TAG, kTagSize, tag.data()) == 1);
    std::uint8_t nothing = 0;
    return EVP_DecryptFinal_ex(cipher.get(), &nothing, &size) == 1;
}

}  // namespace signet::crypto::aes_gcm
