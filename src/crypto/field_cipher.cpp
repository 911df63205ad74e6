#include "crypto/field_cipher.hpp"

#include "crypto/digest.hpp"
#include "crypto/key_vault.hpp"
#include "crypto/openssl.hpp"
#include "crypto/private_file.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace signet::crypto {
namespace {

constexpr std::string_view kContext = "key of personal data";
constexpr std::size_t kKeySize = 32;
constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kSaltSize = 16;
constexpr std::size_t kTagSize = 16;
constexpr std::size_t kOverhead = 1 + kSaltSize + kTagSize;
constexpr std::size_t kLargest = std::size_t{1} << 30;  // libcrypto counts in int
constexpr std::size_t kLargestFile = 1024;
/// Each value has a key of its own, so one nonce serves all.
constexpr std::array<std::uint8_t, 12> kNonce{};

void require(bool done) {
    if (!done) throw std::runtime_error("AES-256-GCM failed: " + openssl_reason());
}

int size_of(ByteView bytes) {
    return static_cast<int>(bytes.size());
}

Result<SecretBytes> read_key(const std::filesystem::path& file, const KeyVault& vault) {
    if (const Status is_private = require_private(file); !is_private) return is_private.error();
    const auto wrapped = read_secret_file(file, kLargestFile);
    if (!wrapped) return wrapped.error();
    auto key = vault.open(wrapped->view(), kContext);
    if (!key) return fail(ErrorCode::KeyUnusable, file.string() + ": " + key.error().detail);
    if (key->view().size() != kKeySize) return fail(ErrorCode::KeyUnusable, file.string() + " is no key");
    return key;
}

}  // namespace

FieldCipher FieldCipher::ephemeral() {
    return FieldCipher(SecretBytes(random_bytes(kKeySize)));
}

Result<FieldCipher> FieldCipher::load_or_create(const std::filesystem::path& file, const KeyVault& vault) {
    if (!std::filesystem::exists(file)) {
        const SecretBytes fresh(random_bytes(kKeySize));
        const Status created = create_private_file(file, vault.seal(fresh.view(), kContext));
        // Of several processes that make it at once, all get the same key.
        if (!created && created.error().code != ErrorCode::Conflict) return created.error();
    }
    auto key = read_key(file, vault);
    if (!key) return key.error();
    return FieldCipher(std::move(*key));
}

Result<bool> FieldCipher::needs_rewrapping(const std::filesystem::path& file, const KeyVault& vault) {
    if (!std::filesystem::exists(file)) return false;
    const auto wrapped = read_secret_file(file, kLargestFile);
    if (!wrapped) return wrapped.error();
    return vault.needs_resealing(wrapped->view());
}

Status FieldCipher::rewrap(const std::filesystem::path& file, const KeyVault& vault) {
    const auto key = read_key(file, vault);
    if (!key) return key.error();
    return write_private_file(file, vault.seal(key->view(), kContext));
}

Status FieldCipher::keep(const std::filesystem::path& file, const KeyVault& vault) const {
    const auto is_old = needs_rewrapping(file, vault);
    if (!is_old) return is_old.error();
    if (!*is_old) return {};
    return write_private_file(file, vault.seal(key_.view(), kContext));
}

Bytes FieldCipher::seal(ByteView plaintext, std::string_view context) const {
    if (plaintext.size() > kLargest || context.size() > kLargest) throw std::length_error("too much to seal");
    Bytes sealed(kOverhead + plaintext.size());
    sealed[0] = kFormat;
    const Bytes salt = random_bytes(kSaltSize);
    std::ranges::copy(salt, sealed.begin() + 1);
    std::uint8_t* const ciphertext = sealed.data() + 1 + kSaltSize;
    Sha256Digest key = hmac_sha256(key_.view(), salt);
    const EvpCipherContext cipher(EVP_CIPHER_CTX_new());
    int size = 0;
    require(cipher && EVP_EncryptInit_ex2(cipher.get(), EVP_aes_256_gcm(), key.data(), kNonce.data(), nullptr) == 1);
    wipe(key.data(), key.size());
    require(EVP_EncryptUpdate(cipher.get(), nullptr, &size, as_bytes(context).data(), size_of(as_bytes(context))) == 1);
    require(EVP_EncryptUpdate(cipher.get(), ciphertext, &size, plaintext.data(), size_of(plaintext)) == 1);
    require(EVP_EncryptFinal_ex(cipher.get(), ciphertext + size, &size) == 1);
    require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_GET_TAG, kTagSize, ciphertext + plaintext.size()) == 1);
    return sealed;
}

Result<Bytes> FieldCipher::open(ByteView sealed, std::string_view context) const {
    const Error refused = fail(ErrorCode::KeyUnusable, "sealed personal data was altered or belongs elsewhere");
    const bool fits = sealed.size() >= kOverhead && sealed[0] == kFormat && sealed.size() - kOverhead <= kLargest &&
                      context.size() <= kLargest;
    if (!fits) return refused;
    const ByteView ciphertext = sealed.subspan(1 + kSaltSize, sealed.size() - kOverhead);
    std::array<std::uint8_t, kTagSize> tag;
    std::ranges::copy(sealed.last(kTagSize), tag.begin());
    Sha256Digest key = hmac_sha256(key_.view(), sealed.subspan(1, kSaltSize));
    Bytes plaintext(ciphertext.size());
    const EvpCipherContext cipher(EVP_CIPHER_CTX_new());
    int size = 0;
    require(cipher && EVP_DecryptInit_ex2(cipher.get(), EVP_aes_256_gcm(), key.data(), kNonce.data(), nullptr) == 1);
    wipe(key.data(), key.size());
    require(EVP_DecryptUpdate(cipher.get(), nullptr, &size, as_bytes(context).data(), size_of(as_bytes(context))) == 1);
    require(EVP_DecryptUpdate(cipher.get(), plaintext.data(), &size, ciphertext.data(), size_of(ciphertext)) == 1);
    require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_TAG, kTagSize, tag.data()) == 1);
    std::uint8_t nothing = 0;
    if (EVP_DecryptFinal_ex(cipher.get(), &nothing, &size) != 1) return refused;
    return plaintext;
}

}  // namespace signet::crypto
