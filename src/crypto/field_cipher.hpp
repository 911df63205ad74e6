#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/secret.hpp"

#include <filesystem>
#include <string_view>

namespace signet::crypto {

class KeyVault;

/// Encrypts personal data where it lies in a database, under a key of its own that the master key wraps: whoever gets
/// the database, or the database and this key's file, reads nothing; and the data need not be written anew when the
/// master key changes.
///
/// Sealed bytes: format (1 byte, 0x01), salt (16), AES-256-GCM ciphertext, tag (16). Each value has a key of its own,
/// HMAC-SHA-256 of the salt, so the number of values is not bounded by the nonce of GCM (NIST SP 800-38D §8.3). The
/// context is authenticated. Thread-safe.
class FieldCipher {
  public:
    /// With a fresh key that no file knows: for tests.
    static FieldCipher ephemeral();
    /// Reads the key's file, or makes it (mode 0600) when there is none. KeyUnusable when it cannot be opened by this
    /// vault.
    static Result<FieldCipher> load_or_create(const std::filesystem::path& file, const KeyVault& vault);
    /// Whether an older master key wraps the key in the file; false when there is no file.
    static Result<bool> needs_rewrapping(const std::filesystem::path& file, const KeyVault& vault);
    /// Wraps the key in the file by the vault's newest master key; part of a rotation.
    static Status rewrap(const std::filesystem::path& file, const KeyVault& vault);
    /// The same with the key that this cipher holds, when the file's is not wrapped by the newest master key: also when
    /// the one that wraps it is gone. Cheap when there is nothing to do.
    Status keep(const std::filesystem::path& file, const KeyVault& vault) const;

    /// `context` says what the value is and whose (`contract/350…`): only the same context opens it.
    Bytes seal(ByteView plaintext, std::string_view context) const;
    /// KeyUnusable when the bytes were altered, or sealed for another context or by another key.
    Result<Bytes> open(ByteView sealed, std::string_view context) const;

  private:
    explicit FieldCipher(SecretBytes key) : key_(std::move(key)) {}
    SecretBytes key_;
};

}  // namespace signet::crypto
