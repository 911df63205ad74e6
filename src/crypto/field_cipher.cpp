#include "crypto/field_cipher.hpp"

#include "crypto/aes_gcm.hpp"
#include "crypto/digest.hpp"
#include "crypto/key_vault.hpp"
#include "crypto/private_file.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace signet::crypto {
namespace {

constexpr std::string_view kContext = "key of personal data";
constexpr std::size_t kKeySize = aes_gcm::kKeySize;
constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kSaltSize = 16;
constexpr std::size_t kOverhead = 1 + kSaltSize + aes_gcm::kTagSize;
constexpr std::size_t kLargestFile = 1024;
/// Each value has a key of its own, so one nonce serves all.
constexpr std::array<std::uint8_t, aes_gcm::kNonceSize> kNonce{};

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
    Bytes sealed(kOverhead + plaintext.size());
    sealed[0] = kFormat;
    const Bytes salt = random_bytes(kSaltSize);
    std::ranges::copy(salt, sealed.begin() + 1);
    Sha256Digest key = hmac_sha256(key_.view(), salt);
    const std::span<std::uint8_t> whole(sealed);
    aes_gcm::seal(key, kNonce, {as_bytes(context)}, plaintext, whole.subspan(1 + kSaltSize));
    wipe(key.data(), key.size());
    return sealed;
}

Result<Bytes> FieldCipher::open(ByteView sealed, std::string_view context) const {
    const Error refused = fail(ErrorCode::KeyUnusable, "sealed personal data was altered or belongs elsewhere");
    if (sealed.size() < kOverhead || sealed[0] != kFormat || sealed.size() - kOverhead > aes_gcm::kLargest)
        return refused;
    Sha256Digest key = hmac_sha256(key_.view(), sealed.subspan(1, kSaltSize));
    Bytes plaintext(sealed.size() - kOverhead);
    const bool is_good = aes_gcm::open(key, kNonce, {as_bytes(context)}, sealed.subspan(1 + kSaltSize), plaintext);
    wipe(key.data(), key.size());
    if (!is_good) return refused;
    return plaintext;
}

}  // namespace signet::crypto
