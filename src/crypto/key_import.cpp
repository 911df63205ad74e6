#include "crypto/key_import.hpp"

#include "base/text.hpp"
#include "crypto/certificate.hpp"
#include "crypto/certificate_view.hpp"
#include "crypto/der.hpp"
#include "crypto/openssl.hpp"
#include "crypto/pem.hpp"
#include "crypto/sm2.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/x509v3.h>

namespace signet::crypto {
namespace {

constexpr std::size_t kMaxFile = 1U << 20;
constexpr std::size_t kMaxPassword = 1024;
constexpr std::size_t kMaxBags = 100;
constexpr unsigned kMaxDepth = 4;
constexpr std::uint64_t kMaxRounds = 5'000'000;
constexpr std::size_t kMaxChainLength = 10;
constexpr std::string_view kScrypt = "1.3.6.1.4.1.11591.4.11";

using PrivateKeyInfo = std::unique_ptr<PKCS8_PRIV_KEY_INFO, OpensslFree<PKCS8_PRIV_KEY_INFO_free>>;
using EncryptedKey = std::unique_ptr<X509_SIG, OpensslFree<X509_SIG_free>>;

Error unusable(std::string_view why) {
    return fail(ErrorCode::KeyUnusable, std::string(why));
}

/// A library context of its own with the algorithms that nobody should use any more: they stay in here.
class OldAlgorithms {
  public:
    OldAlgorithms() : context_(OSSL_LIB_CTX_new()) {
        if (!context_) throw std::bad_alloc();
        usual_.reset(OSSL_PROVIDER_load(context_.get(), "default"));
        // Without it newer files can still be read.
        old_.reset(OSSL_PROVIDER_load(context_.get(), "legacy"));
        ERR_clear_error();
    }
    OSSL_LIB_CTX* get() const { return context_.get(); }

  private:
    std::unique_ptr<OSSL_LIB_CTX, OpensslFree<OSSL_LIB_CTX_free>> context_;
    std::unique_ptr<OSSL_PROVIDER, OpensslFree<OSSL_PROVIDER_unload>> usual_;
    std::unique_ptr<OSSL_PROVIDER, OpensslFree<OSSL_PROVIDER_unload>> old_;
};

/// What a file asks for before it gives anything.
class Budget {
  public:
    /// Takes the rounds of one key derivation; false when there are too many, or nobody can tell how many.
    bool take(const X509_ALGOR* algorithm) {
        unsigned char* encoded = nullptr;
        const int size = i2d_X509_ALGOR(algorithm, &encoded);
        if (size <= 0) return false;
        const auto definite = der::with_definite_lengths({encoded, static_cast<std::size_t>(size)});
        OPENSSL_free(encoded);
        if (!definite) return false;
        std::uint64_t rounds = 1;
        bool is_product = false;
        return count(definite->encoding, 0, rounds, is_product) && take(rounds);
    }
    bool take(std::uint64_t rounds) {
        if (rounds > kMaxRounds - spent_) return false;
        spent_ += rounds;
        return true;
    }
    bool take_bag() { return ++bags_ <= kMaxBags; }

  private:
    /// Whatever the scheme is called, its costs are the numbers in its parameters: the largest of them, or their
    /// product where it is scrypt (RFC 7914).
    static bool count(ByteView bytes, unsigned depth, std::uint64_t& rounds, bool& is_product) {
        constexpr unsigned kDeepest = 8;
        if (depth > kDeepest) return false;
        der::Reader reader(bytes);
        while (!reader.at_end()) {
            const der::Element element = reader.take_any();
            if (!reader.ok()) return false;
            if (element.tag == der::kObjectIdentifier) is_product |= der::oid_text(element.content) == kScrypt;
            if (element.tag == der::kSequence && !count(element.content, depth + 1, rounds, is_product)) return false;
            if (element.tag != der::kInteger) continue;
            const auto number = der::read_small_integer(element);
            if (!number || *number > kMaxRounds) return false;
            rounds = is_product ? rounds * std::max<std::uint64_t>(*number, 1) : std::max(rounds, *number);
            if (rounds > kMaxRounds) return false;
        }
        return true;
    }

    std::uint64_t spent_ = 0;
    std::size_t bags_ = 0;
};

Result<PrivateKey> to_key(PKCS8_PRIV_KEY_INFO* info) {
    const int size = i2d_PKCS8_PRIV_KEY_INFO(info, nullptr);
    if (size <= 0) return unusable("the private key is damaged");
    SecretBytes der(static_cast<std::size_t>(size));
    unsigned char* at = der.data();
    i2d_PKCS8_PRIV_KEY_INFO(info, &at);
    return PrivateKey::from_der(der.view());
}

Bytes to_der(X509* certificate) {
    unsigned char* der = nullptr;
    const int size = i2d_X509(certificate, &der);
    if (size <= 0) return {};
    Bytes bytes(der, der + size);
    OPENSSL_free(der);
    return bytes;
}

/// Reads one file.
class Pkcs12Reader {
  public:
    Pkcs12Reader(const OldAlgorithms& algorithms, std::string_view password)
        : algorithms_(algorithms), password_(password) {}

    Result<KeyMaterial> read(ByteView file) {
        PKCS12* raw = PKCS12_init_ex(NID_pkcs7_data, algorithms_.get(), nullptr);
        if (raw == nullptr) throw std::bad_alloc();
        const unsigned char* at = file.data();
        PKCS12* parsed = d2i_PKCS12(&raw, &at, static_cast<long>(file.size()));
        const std::unique_ptr<PKCS12, OpensslFree<PKCS12_free>> owned(raw);
        if (parsed == nullptr) return unusable("not a PKCS#12 file");
        if (const Status opened = check_mac(parsed); !opened) return opened.error();
        if (const Status walked = walk(parsed); !walked) return walked.error();
        if (!key_) return unusable("the PKCS#12 file holds no private key");
        return KeyMaterial{std::move(*key_), std::move(certificates_)};
    }

  private:
    const char* text() const { return is_absent_ ? nullptr : password_.c_str(); }
    int length() const { return static_cast<int>(password_.size()); }

    Status check_mac(PKCS12* file) {
        if (PKCS12_mac_present(file) != 1) return {};
        const ASN1_INTEGER* rounds = nullptr;
        PKCS12_get0_mac(nullptr, nullptr, nullptr, &rounds, file);
        const std::int64_t count = rounds == nullptr ? 1 : ASN1_INTEGER_get(rounds);
        if (count < 1 || !budget_.take(static_cast<std::uint64_t>(count))) {
            return unusable("the PKCS#12 file asks for more work than any honest one");
        }
        if (PKCS12_verify_mac(file, text(), length()) == 1) return {};
        // No password and an empty one are two things to this format.
        is_absent_ = password_.empty();
        if (is_absent_ && PKCS12_verify_mac(file, nullptr, 0) == 1) return {};
        ERR_clear_error();
        return unusable("the password of the PKCS#12 file is wrong, or the file was damaged");
    }

    Status walk(PKCS12* file) {
        struct FreeSafes {
            void operator()(STACK_OF(PKCS7) * safes) const { sk_PKCS7_pop_free(safes, PKCS7_free); }
        };
        const std::unique_ptr<STACK_OF(PKCS7), FreeSafes> safes(PKCS12_unpack_authsafes(file));
        if (!safes) return unusable("the PKCS#12 file is damaged: " + openssl_reason());
        for (int i = 0; i < sk_PKCS7_num(safes.get()); ++i) {
            if (const Status done = take_safe(sk_PKCS7_value(safes.get(), i)); !done) return done;
        }
        return {};
    }

    Status take_safe(PKCS7* safe) {
        struct FreeBags {
            void operator()(STACK_OF(PKCS12_SAFEBAG) * bags) const {
                sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
            }
        };
        if (!budget_.take_bag()) return unusable("the PKCS#12 file holds too much");
        std::unique_ptr<STACK_OF(PKCS12_SAFEBAG), FreeBags> bags;
        if (PKCS7_type_is_data(safe)) {
            bags.reset(PKCS12_unpack_p7data(safe));
        } else if (PKCS7_type_is_encrypted(safe) && safe->d.encrypted != nullptr) {
            if (!budget_.take(safe->d.encrypted->enc_data->algorithm)) {
                return unusable("the PKCS#12 file asks for more work than any honest one");
            }
            bags.reset(PKCS12_unpack_p7encdata(safe, text(), length()));
        } else {
            return unusable("the PKCS#12 file is encrypted for a key, not with a password");
        }
        if (!bags) {
            return unusable("the PKCS#12 file cannot be decrypted (wrong password, or an unknown algorithm): " +
                            openssl_reason());
        }
        return take_bags(bags.get(), 0);
    }

    Status take_bags(const STACK_OF(PKCS12_SAFEBAG) * bags, unsigned depth) {
        if (depth > kMaxDepth) return unusable("the PKCS#12 file is nested too deeply");
        for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); ++i) {
            if (!budget_.take_bag()) return unusable("the PKCS#12 file holds too much");
            if (const Status done = take_bag(sk_PKCS12_SAFEBAG_value(bags, i), depth); !done) return done;
        }
        return {};
    }

    Status take_bag(PKCS12_SAFEBAG* bag, unsigned depth) {
        switch (PKCS12_SAFEBAG_get_nid(bag)) {
            case NID_keyBag:
                return take_key(to_key(const_cast<PKCS8_PRIV_KEY_INFO*>(PKCS12_SAFEBAG_get0_p8inf(bag))));
            case NID_pkcs8ShroudedKeyBag:
                return take_shrouded(bag);
            case NID_certBag: {
                if (PKCS12_SAFEBAG_get_bag_nid(bag) != NID_x509Certificate) return {};
                const X509Certificate certificate(PKCS12_SAFEBAG_get1_cert(bag));
                if (!certificate) return fail(ErrorCode::CertificateInvalid, "the file holds a damaged certificate");
                certificates_.push_back(to_der(certificate.get()));
                return {};
            }
            case NID_safeContentsBag:
                return take_bags(PKCS12_SAFEBAG_get0_safes(bag), depth + 1);
            default:
                return {};  // revocation lists and secrets are none of ours
        }
    }

    Status take_shrouded(PKCS12_SAFEBAG* bag) {
        const X509_ALGOR* algorithm = nullptr;
        X509_SIG_get0(PKCS12_SAFEBAG_get0_pkcs8(bag), &algorithm, nullptr);
        if (!budget_.take(algorithm)) return unusable("the PKCS#12 file asks for more work than any honest one");
        const PrivateKeyInfo info(PKCS12_decrypt_skey_ex(bag, text(), length(), algorithms_.get(), nullptr));
        if (!info) return unusable("the private key cannot be decrypted: " + openssl_reason());
        return take_key(to_key(info.get()));
    }

    Status take_key(Result<PrivateKey> key) {
        if (!key) return key.error();
        if (key_) return unusable("the PKCS#12 file holds several private keys; export the one that is meant");
        key_ = std::move(*key);
        return {};
    }

    const OldAlgorithms& algorithms_;
    const std::string password_;
    bool is_absent_ = false;
    Budget budget_;
    std::optional<PrivateKey> key_;
    std::vector<Bytes> certificates_;
};

Result<PrivateKey> decrypt(ByteView der, std::string_view password) {
    const unsigned char* at = der.data();
    const EncryptedKey encrypted(d2i_X509_SIG(nullptr, &at, static_cast<long>(der.size())));
    if (!encrypted) return unusable("not a private key: " + openssl_reason());
    const X509_ALGOR* algorithm = nullptr;
    X509_SIG_get0(encrypted.get(), &algorithm, nullptr);
    if (!Budget().take(algorithm)) return unusable("the private key asks for more work than any honest one");
    const OldAlgorithms algorithms;
    const PrivateKeyInfo info(PKCS8_decrypt_ex(encrypted.get(), password.data(), static_cast<int>(password.size()),
                                               algorithms.get(), nullptr));
    ERR_clear_error();
    if (!info) return unusable("the password of the private key is wrong, or the key was damaged");
    return to_key(info.get());
}

/// SEQUENCE { SEQUENCE { OID, … }, OCTET STRING }: EncryptedPrivateKeyInfo (RFC 5208 §6).
bool is_encrypted(ByteView der) {
    der::Reader outer(der);
    der::Reader fields(outer.take(der::kSequence));
    const auto algorithm = fields.take_if(der::kSequence);
    return algorithm && fields.take_if(der::kOctetString).has_value() && fields.finished();
}

EvpKey read_public_key(ByteView public_key) {
    const unsigned char* at = public_key.data();
    EvpKey key(d2i_PUBKEY(nullptr, &at, static_cast<long>(std::min(public_key.size(), kMaxFile))));
    ERR_clear_error();
    return key;
}

bool is_for_key(const X509Certificate& certificate, const EvpKey& key) {
    const EVP_PKEY* own = certificate ? X509_get0_pubkey(certificate.get()) : nullptr;
    const bool same = own != nullptr && EVP_PKEY_eq(own, key.get()) == 1;
    ERR_clear_error();
    return same;
}

bool is_issued_by(X509* certificate, X509* issuer) {
    const bool yes =
        X509_check_issued(issuer, certificate) == X509_V_OK && X509_verify(certificate, X509_get0_pubkey(issuer)) == 1;
    ERR_clear_error();
    return yes;
}

std::string day(UtcTime time) {
    return TimeZone::fixed(0).format(time) + " UTC";
}

}  // namespace

Result<KeyMaterial> read_pkcs12(ByteView file, std::string_view password) {
    if (file.size() > kMaxFile) return unusable("the PKCS#12 file is larger than 1 MiB");
    if (password.size() > kMaxPassword) return unusable("the password is too long");
    const OldAlgorithms algorithms;
    auto material = Pkcs12Reader(algorithms, password).read(file);
    ERR_clear_error();
    return material;
}

Result<PrivateKey> read_private_key(ByteView file, std::string_view password) {
    if (file.size() > kMaxFile) return unusable("the key file is larger than 1 MiB");
    if (password.size() > kMaxPassword) return unusable("the password is too long");
    const bool is_pem = as_text(file).find("-----BEGIN") != std::string_view::npos;
    if (!is_pem) return is_encrypted(file) ? decrypt(file, password) : PrivateKey::from_der(file);
    const auto encrypted = blocks_from_pem("ENCRYPTED PRIVATE KEY", as_text(file));
    if (!encrypted) return unusable(encrypted.error().detail);
    if (encrypted->size() > 1) return unusable("the file holds several private keys");
    if (!encrypted->empty()) return decrypt(encrypted->front(), password);
    return PrivateKey::from_pem(as_text(file), password);
}

Result<std::vector<Bytes>> order_chain(const std::vector<Bytes>& certificates, ByteView public_key) {
    const EvpKey key = read_public_key(public_key);
    if (!key) return unusable("not a public key");
    std::vector<X509Certificate> parsed;
    for (const Bytes& der : certificates)
        parsed.push_back(read_certificate(der));
    std::vector<Bytes> chain;
    X509* last = nullptr;
    for (std::size_t i = 0; i < parsed.size() && last == nullptr; ++i) {
        if (!is_for_key(parsed[i], key)) continue;
        chain.push_back(certificates[i]);
        last = parsed[i].get();
    }
    if (last == nullptr) return unusable("no certificate belongs to the private key");
    while (chain.size() < kMaxChainLength && !is_issued_by(last, last)) {
        X509* issuer = nullptr;
        for (std::size_t i = 0; i < parsed.size() && issuer == nullptr; ++i) {
            if (!parsed[i] || !is_issued_by(last, parsed[i].get())) continue;
            chain.push_back(certificates[i]);
            issuer = parsed[i].get();
        }
        if (issuer == nullptr) break;
        last = issuer;
    }
    return chain;
}

Result<Bytes> public_key_of_certificate(ByteView certificate) {
    const auto view = view_certificate(certificate);
    if (!view) return fail(ErrorCode::CertificateInvalid, "the certificate cannot be read");
    return Bytes(view->public_key.begin(), view->public_key.end());
}

Status check_signing_chain(const std::vector<Bytes>& chain, UtcTime now) {
    const auto invalid = [](const std::string& why) { return fail(ErrorCode::CertificateInvalid, why); };
    if (chain.empty() || chain.size() > kMaxChainLength) return invalid("a chain has 1 to 10 certificates");
    const auto own = view_certificate(chain.front());
    const auto info = describe_certificate(chain.front());
    if (!own || !info) return invalid("the certificate cannot be read");
    const EvpKey key = public_key_of(*own);
    if (!key || !is_signing_key(key.get()) || is_sm2_key(key.get())) {
        return invalid("a " + info->public_key + " key cannot sign documents here; P-256 and RSA of 2048 bits up can");
    }
    if (info->is_authority) return invalid("the certificate is an authority's, not for signing documents");
    if (!info->may_sign_documents) return invalid("the certificate's key usage does not allow signing documents");
    for (const Bytes& der : chain) {
        const auto one = describe_certificate(der);
        if (!one) return invalid("a certificate of the chain cannot be read");
        if (now > one->not_after) return invalid(one->subject + " has expired on " + day(one->not_after));
        if (now < one->not_before) return invalid(one->subject + " begins only on " + day(one->not_before));
    }
    const std::vector<Bytes> others(chain.begin() + 1, chain.end());
    const auto report = verify_chain(chain.front(), others, {chain.back()}, now);
    if (!report) return report.error();
    const auto last = describe_certificate(chain.back());
    const bool is_complete = last && last->is_self_issued;
    if (!is_complete) return invalid("the chain does not reach a root: who issued " + last->issuer + " is missing");
    if (report->trusted()) return {};
    std::string why(to_string(report->status));
    for (const std::string& problem : report->problems)
        why += ", " + problem;
    return invalid("the chain does not hold: " + why);
}

}  // namespace signet::crypto
