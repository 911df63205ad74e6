#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/digest.hpp"
#include "crypto/secret.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

namespace signet::crypto {

/// Keeps secrets readable for this installation alone: CA keys, AppSecrets, personal data. What it seals may lie in a
/// database or a backup; the master keys lie in one file that must not lie beside them.
///
/// Sealed bytes: format (1 byte, 0x01), key id (4 bytes, big-endian), nonce (12), AES-256-GCM ciphertext (NIST SP
/// 800-38D), tag (16). Format, key id and context are authenticated too. The file holds every key version; the newest
/// seals, all open. With random nonces a key version is good for 2^32 seals.
///
/// Thread-safe. The keys are kept out of core dumps and wiped at the end.
class KeyVault {
  public:
    /// A vault with one fresh key that no file knows: for tests, and for secrets that need not outlive the process.
    static KeyVault ephemeral();
    /// Makes the file (mode 0600) with one fresh key; Conflict when it exists.
    static Result<KeyVault> create(const std::filesystem::path& file);
    /// KeyUnusable when the file is missing, damaged, or readable by others than its owner.
    static Result<KeyVault> load(const std::filesystem::path& file);
    /// Loads the file, or makes it when there is none. Of several processes that make it at once, all get the same
    /// keys.
    static Result<KeyVault> load_or_create(const std::filesystem::path& file);

    KeyVault(KeyVault&&) noexcept;
    KeyVault& operator=(KeyVault&&) noexcept;
    ~KeyVault();

    /// `context` says what the secret is and whose (`app-secret 350…`): only the same context opens it, so sealed
    /// values cannot be swapped in a table.
    Bytes seal(ByteView plaintext, std::string_view context) const;
    Bytes seal(std::string_view plaintext, std::string_view context) const {
        return seal(as_bytes(plaintext), context);
    }
    /// KeyUnusable when the bytes were altered, sealed for another context, or sealed with a key this vault lacks.
    Result<SecretBytes> open(ByteView sealed, std::string_view context) const;

    /// Adds a key version and writes the file anew. What was sealed before still opens; `needs_resealing` finds it.
    Status rotate(const std::filesystem::path& file);
    bool needs_resealing(ByteView sealed) const;
    std::uint32_t newest_key_id() const;
    std::size_t key_count() const;
    /// Writes the file anew without the older keys; this process can still open what they sealed, the next one cannot.
    /// Call it when nothing needs resealing any more: backups from before then need the old file. What lookups depend
    /// on is kept.
    Status drop_old(const std::filesystem::path& file);

    /// A keyed digest by which a sealed value can be looked up (a mobile number, a mail address) without being stored
    /// in clear. Depends on the first key of all, so rotation does not change it.
    Sha256Digest lookup_digest(std::string_view value, std::string_view context) const;

  private:
    class Keys;
    explicit KeyVault(std::unique_ptr<Keys> keys);
    static Result<KeyVault> parse(std::string_view text);

    std::unique_ptr<Keys> keys_;
};

}  // namespace signet::crypto
