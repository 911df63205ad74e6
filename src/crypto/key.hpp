#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/secret.hpp"
#include "crypto/signer.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct evp_pkey_st;

namespace signet::crypto {

/// The kinds of keys Signet makes.
enum class KeyAlgorithm { EcP256, Rsa2048, Rsa3072, Sm2 };

/// A private key in this process's memory: ECDSA on P-256, RSA of 2048 to 8192 bits, or SM2. Copies share the key;
/// immutable and thread-safe.
class PrivateKey {
  public:
    static Result<PrivateKey> generate(KeyAlgorithm algorithm);
    /// PKCS#8, SEC 1 or PKCS#1 in DER. KeyUnusable for anything but the keys named above.
    static Result<PrivateKey> from_der(ByteView der);
    /// The same in PEM, encrypted with `passphrase` or not at all.
    static Result<PrivateKey> from_pem(std::string_view pem, std::string_view passphrase = {});

    SignatureAlgorithm signature_algorithm() const;
    /// SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) in DER.
    Bytes public_key() const;
    /// PrivateKeyInfo (RFC 5208), not encrypted.
    SecretBytes to_der() const;

    /// libcrypto's own object, for this floor.
    evp_pkey_st* native() const { return key_.get(); }

  private:
    explicit PrivateKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
    static Result<PrivateKey> checked(evp_pkey_st* key);

    std::shared_ptr<evp_pkey_st> key_;
};

/// A signer whose key lies in this process's memory.
class KeySigner final : public Signer {
  public:
    /// `chain`: DER certificates, the key's own first, then each issuer. KeyUnusable when the first certificate is not
    /// for this key, CertificateInvalid when a certificate is none or does not carry the signature of the next one.
    static Result<std::unique_ptr<Signer>> create(PrivateKey key, std::vector<Bytes> chain);
    /// Reads the key and the chain (PEM or DER) from files. The chain may hold its certificates in any order and may
    /// stand in several PEM blocks; it is put into order, and certificates that do not belong to it are left out.
    static Result<std::unique_ptr<Signer>> load(const std::filesystem::path& key_file,
                                                const std::filesystem::path& certificate_file,
                                                std::string_view passphrase = {});
    /// As `create`, for a chain that was made a moment ago and needs no check.
    static std::unique_ptr<Signer> trusted(PrivateKey key, std::vector<Bytes> chain);

    ~KeySigner() override;
    SignatureAlgorithm algorithm() const override { return algorithm_; }
    const std::vector<Bytes>& certificate_chain() const override { return chain_; }
    Result<Bytes> sign(ByteView message) const override;
    std::size_t max_signature_size() const override { return max_signature_size_; }

  private:
    class ContextPool;
    KeySigner(PrivateKey key, std::vector<Bytes> chain);

    PrivateKey key_;
    std::vector<Bytes> chain_;
    SignatureAlgorithm algorithm_;
    std::size_t max_signature_size_;
    /// SM2 alone: Z_A, the same for every message.
    std::optional<Sm3Digest> identity_digest_;
    std::unique_ptr<ContextPool> contexts_;
};

}  // namespace signet::crypto
