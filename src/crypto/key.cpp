#include "crypto/key.hpp"

#include "crypto/openssl.hpp"
#include "crypto/pem.hpp"
#include "crypto/private_file.hpp"
#include "crypto/sm2.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

namespace signet::crypto {
namespace {

constexpr std::size_t kMaxKeyFile = 64 * 1024;
constexpr std::size_t kMaxChainFile = 1024 * 1024;
constexpr std::size_t kMaxChainLength = 10;

/// libcrypto asks for a passphrase here instead of at the terminal.
int give_passphrase(char* buffer, int size, int, void* user) {
    const auto& passphrase = *static_cast<const std::string_view*>(user);
    if (passphrase.empty() || passphrase.size() > static_cast<std::size_t>(size)) return -1;
    std::memcpy(buffer, passphrase.data(), passphrase.size());
    return static_cast<int>(passphrase.size());
}

bool is_for_key(X509* certificate, EVP_PKEY* key) {
    const EVP_PKEY* public_key = X509_get0_pubkey(certificate);
    const bool same = public_key != nullptr && EVP_PKEY_eq(public_key, key) == 1;
    ERR_clear_error();
    return same;
}

bool issued(X509* issuer, X509* certificate) {
    const bool yes =
        X509_check_issued(issuer, certificate) == X509_V_OK && X509_verify(certificate, X509_get0_pubkey(issuer)) == 1;
    ERR_clear_error();
    return yes;
}

/// The certificate of `key` first, then each issuer that is among `certificates`.
std::vector<Bytes> in_chain_order(const std::vector<Bytes>& certificates, EVP_PKEY* key) {
    std::vector<X509Certificate> parsed;
    for (const Bytes& der : certificates)
        parsed.push_back(read_certificate(der));

    std::vector<Bytes> chain;
    std::vector<bool> used(parsed.size());
    const auto add_first = [&](const auto& fits) -> X509* {
        for (std::size_t i = 0; i < parsed.size(); ++i) {
            if (used[i] || !fits(parsed[i].get())) continue;
            used[i] = true;
            chain.push_back(certificates[i]);
            return parsed[i].get();
        }
        return nullptr;
    };
    X509* last = add_first([&](X509* certificate) { return is_for_key(certificate, key); });
    while (last != nullptr && chain.size() < kMaxChainLength) {
        last = add_first([&](X509* certificate) { return issued(certificate, last); });
    }
    return chain;
}

Status check_chain(const std::vector<Bytes>& chain, EVP_PKEY* key) {
    if (chain.empty() || chain.size() > kMaxChainLength) {
        return fail(ErrorCode::CertificateInvalid, "a chain has 1 to 10 certificates");
    }
    std::vector<X509Certificate> parsed;
    for (const Bytes& der : chain) {
        parsed.push_back(read_certificate(der));
        if (!parsed.back())
            return fail(ErrorCode::CertificateInvalid, "the chain holds something else than certificates");
    }
    if (!is_for_key(parsed.front().get(), key)) {
        return fail(ErrorCode::KeyUnusable, "the key does not belong to the certificate");
    }
    for (std::size_t i = 0; i + 1 < parsed.size(); ++i) {
        if (!issued(parsed[i + 1].get(), parsed[i].get())) {
            return fail(ErrorCode::CertificateInvalid, "a certificate of the chain was not issued by the next one");
        }
    }
    return {};
}

}  // namespace

Result<PrivateKey> PrivateKey::checked(evp_pkey_st* key) {
    EvpKey owned(key);
    if (!owned) return fail(ErrorCode::KeyUnusable, "not a private key: " + openssl_reason());
    if (!is_signing_key(key)) {
        return fail(ErrorCode::KeyUnusable, "only P-256, SM2, and RSA keys of 2048 to 8192 bits can sign");
    }
    return PrivateKey(std::shared_ptr<evp_pkey_st>(std::move(owned)));
}

Result<PrivateKey> PrivateKey::generate(KeyAlgorithm algorithm) {
    switch (algorithm) {
        case KeyAlgorithm::EcP256:
            return checked(EVP_EC_gen("P-256"));
        case KeyAlgorithm::Rsa2048:
            return checked(EVP_RSA_gen(2048));
        case KeyAlgorithm::Rsa3072:
            return checked(EVP_RSA_gen(3072));
        case KeyAlgorithm::Sm2:
            return checked(EVP_PKEY_Q_keygen(nullptr, nullptr, "SM2"));
    }
    return fail(ErrorCode::KeyUnusable, "no such key algorithm");
}

Result<PrivateKey> PrivateKey::from_der(ByteView der) {
    if (der.size() > kMaxKeyFile) return fail(ErrorCode::KeyUnusable, "the key is too large");
    const unsigned char* at = der.data();
    EVP_PKEY* key = d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size()));
    return checked(key);
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem, std::string_view passphrase) {
    if (pem.size() > kMaxKeyFile) return fail(ErrorCode::KeyUnusable, "the key is too large");
    const MemoryBio bio = reading_bio(as_bytes(pem));
    return checked(PEM_read_bio_PrivateKey(bio.get(), nullptr, give_passphrase, &passphrase));
}

SignatureAlgorithm PrivateKey::signature_algorithm() const {
    if (is_sm2_key(key_.get())) return SignatureAlgorithm::Sm2Sm3;
    return EVP_PKEY_is_a(key_.get(), "RSA") == 1 ? SignatureAlgorithm::RsaPkcs1Sha256
                                                 : SignatureAlgorithm::EcdsaP256Sha256;
}

Bytes PrivateKey::public_key() const {
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key_.get(), &der);
    if (size <= 0) throw std::bad_alloc();
    Bytes bytes(der, der + size);
    OPENSSL_free(der);
    return bytes;
}

SecretBytes PrivateKey::to_der() const {
    const std::unique_ptr<PKCS8_PRIV_KEY_INFO, OpensslFree<PKCS8_PRIV_KEY_INFO_free>> info(EVP_PKEY2PKCS8(key_.get()));
    const int size = info ? i2d_PKCS8_PRIV_KEY_INFO(info.get(), nullptr) : 0;
    if (size <= 0) throw std::bad_alloc();
    SecretBytes der(static_cast<std::size_t>(size));
    unsigned char* at = der.data();
    i2d_PKCS8_PRIV_KEY_INFO(info.get(), &at);
    return der;
}

/// Contexts ready to sign. Preparing one costs as much as a third of a P-256 signature, so a thread takes one that is
/// idle and gives it back; there are never more than threads that sign at once.
class KeySigner::ContextPool {
  public:
    explicit ContextPool(const PrivateKey& key) : key_(key) {}

    EvpKeyContext take() {
        {
            const std::lock_guard lock(mutex_);
            if (!idle_.empty()) {
                EvpKeyContext context = std::move(idle_.back());
                idle_.pop_back();
                return context;
            }
        }
        return prepare();
    }

    void give_back(EvpKeyContext context) {
        const std::lock_guard lock(mutex_);
        idle_.push_back(std::move(context));
    }

  private:
    EvpKeyContext prepare() const {
        EvpKeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.native(), nullptr));
        if (!context || EVP_PKEY_sign_init(context.get()) != 1) return nullptr;
        if (key_.signature_algorithm() == SignatureAlgorithm::RsaPkcs1Sha256 &&
            EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1) {
            return nullptr;
        }
        const EVP_MD* digest = key_.signature_algorithm() == SignatureAlgorithm::Sm2Sm3 ? EVP_sm3() : EVP_sha256();
        if (EVP_PKEY_CTX_set_signature_md(context.get(), digest) != 1) return nullptr;
        return context;
    }

    const PrivateKey key_;
    std::mutex mutex_;
    std::vector<EvpKeyContext> idle_;
};

KeySigner::KeySigner(PrivateKey key, std::vector<Bytes> chain)
    : key_(std::move(key)),
      chain_(std::move(chain)),
      algorithm_(key_.signature_algorithm()),
      max_signature_size_(static_cast<std::size_t>(EVP_PKEY_get_size(key_.native()))),
      contexts_(std::make_unique<ContextPool>(key_)) {
    if (algorithm_ == SignatureAlgorithm::Sm2Sm3) identity_digest_ = sm2_identity_digest(key_.native());
}

KeySigner::~KeySigner() = default;

std::unique_ptr<Signer> KeySigner::trusted(PrivateKey key, std::vector<Bytes> chain) {
    return std::unique_ptr<Signer>(new KeySigner(std::move(key), std::move(chain)));
}

Result<std::unique_ptr<Signer>> KeySigner::create(PrivateKey key, std::vector<Bytes> chain) {
    if (const auto checked = check_chain(chain, key.native()); !checked) return checked.error();
    return trusted(std::move(key), std::move(chain));
}

Result<std::unique_ptr<Signer>> KeySigner::load(const std::filesystem::path& key_file,
                                                const std::filesystem::path& certificate_file,
                                                std::string_view passphrase) {
    const auto key_bytes = read_secret_file(key_file, kMaxKeyFile);
    if (!key_bytes) return key_bytes.error();
    const bool is_pem = key_bytes->text().find("-----BEGIN") != std::string_view::npos;
    auto key = is_pem ? PrivateKey::from_pem(key_bytes->text(), passphrase) : PrivateKey::from_der(key_bytes->view());
    if (!key) return key.error();

    const auto chain_bytes = read_secret_file(certificate_file, kMaxChainFile);
    if (!chain_bytes) return chain_bytes.error();
    const auto certificates = read_certificates(chain_bytes->view());
    if (!certificates) return certificates.error();
    std::vector<Bytes> chain = in_chain_order(*certificates, key->native());
    if (chain.empty()) return fail(ErrorCode::KeyUnusable, "no certificate of the file belongs to the key");
    return create(std::move(*key), std::move(chain));
}

Result<Bytes> KeySigner::sign(ByteView message) const {
    const Sha256Digest digest = identity_digest_ ? sm2_digest(*identity_digest_, message) : Sha256::of(message);
    EvpKeyContext context = contexts_->take();
    if (!context) return fail(ErrorCode::KeyUnusable, openssl_reason());
    Bytes signature(max_signature_size_);
    std::size_t size = signature.size();
    if (EVP_PKEY_sign(context.get(), signature.data(), &size, digest.data(), digest.size()) != 1) {
        return fail(ErrorCode::KeyUnusable, openssl_reason());
    }
    contexts_->give_back(std::move(context));
    signature.resize(size);
    return signature;
}

}  // namespace signet::crypto
