#include "crypto/aes128.hpp"

#include "crypto/openssl.hpp"

#include <stdexcept>

namespace signet::crypto::aes128 {
namespace {

/// Of one text: libcrypto counts in int.
constexpr std::size_t kLargest = std::size_t{1} << 30;

void require(bool done) {
    if (!done) throw std::runtime_error("AES-128 failed: " + openssl_reason());
}

Bytes encrypt(const EVP_CIPHER* mode, ByteView key, const std::uint8_t* initialisation_vector, ByteView plaintext) {
    if (key.size() != kKeySize || plaintext.size() > kLargest)
        throw std::length_error("AES-128: a key or a text of another size");
    const EvpCipherContext cipher(EVP_CIPHER_CTX_new());
    Bytes result(plaintext.size() + kBlockSize);
    int size = 0;
    int rest = 0;
    require(cipher && EVP_EncryptInit_ex2(cipher.get(), mode, key.data(), initialisation_vector, nullptr) == 1);
    require(EVP_EncryptUpdate(cipher.get(), result.data(), &size, plaintext.data(),
                              static_cast<int>(plaintext.size())) == 1);
    require(EVP_EncryptFinal_ex(cipher.get(), result.data() + size, &rest) == 1);
    result.resize(static_cast<std::size_t>(size + rest));
    return result;
}

}  // namespace

Bytes encrypt_ecb(ByteView key, ByteView plaintext) {
    return encrypt(EVP_aes_128_ecb(), key, nullptr, plaintext);
}

Bytes encrypt_cbc(ByteView key, ByteView initialisation_vector, ByteView plaintext) {
    if (initialisation_vector.size() != kBlockSize)
        throw std::length_error("AES-128: an initialisation vector of another size");
    return encrypt(EVP_aes_128_cbc(), key, initialisation_vector.data(), plaintext);
}

}  // namespace signet::crypto::aes128
