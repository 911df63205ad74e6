#include "crypto/digest.hpp"

#include "crypto/openssl.hpp"

#include <new>
#include <stdexcept>
#include <utility>

#include <openssl/evp.h>

namespace signet::crypto {
namespace {

/// A digest of libcrypto, looked up once for the life of the process: a look-up costs more than a short hash.
class FetchedDigest {
  public:
    explicit FetchedDigest(const char* name) : digest_(EVP_MD_fetch(nullptr, name, nullptr)) {
        if (digest_ == nullptr) throw std::runtime_error(std::string("libcrypto offers no ") + name);
    }
    FetchedDigest(const FetchedDigest&) = delete;
    FetchedDigest& operator=(const FetchedDigest&) = delete;
    ~FetchedDigest() { EVP_MD_free(digest_); }

    const EVP_MD* get() const { return digest_; }

  private:
    EVP_MD* digest_;
};

const EVP_MD* sha256() {
    static const FetchedDigest digest("SHA256");
    return digest.get();
}

const EVP_MD* md5() {
    static const FetchedDigest digest("MD5");
    return digest.get();
}

/// libcrypto's digests fail only when memory is exhausted.
void require(bool done) {
    if (!done) throw std::bad_alloc();
}

EVP_MD_CTX* new_context() {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    require(context != nullptr);
    return context;
}

EVP_MD_CTX* start(const EVP_MD* digest) {
    EVP_MD_CTX* context = new_context();
    require(EVP_DigestInit_ex2(context, digest, nullptr) == 1);
    return context;
}

EVP_MD_CTX* copy(const EVP_MD_CTX* from) {
    EVP_MD_CTX* context = new_context();
    require(EVP_MD_CTX_copy_ex(context, from) == 1);
    return context;
}

/// Ends a copy, so that the running state may go on.
void finish_copy(const EVP_MD_CTX* running, std::uint8_t* digest) {
    EVP_MD_CTX* last = copy(running);
    const bool done = EVP_DigestFinal_ex(last, digest, nullptr) == 1;
    EVP_MD_CTX_free(last);
    require(done);
}

}  // namespace

const EVP_MD* libcrypto_digest(DigestAlgorithm algorithm) {
    switch (algorithm) {
        case DigestAlgorithm::Md5:
            return md5();
        case DigestAlgorithm::Sha1:
            return EVP_sha1();
        case DigestAlgorithm::Sha224:
            return EVP_sha224();
        case DigestAlgorithm::Sha256:
            return sha256();
        case DigestAlgorithm::Sha384:
            return EVP_sha384();
        case DigestAlgorithm::Sha512:
            return EVP_sha512();
        case DigestAlgorithm::Sha3_256:
            return EVP_sha3_256();
        case DigestAlgorithm::Sha3_384:
            return EVP_sha3_384();
        case DigestAlgorithm::Sha3_512:
            return EVP_sha3_512();
        case DigestAlgorithm::Sm3:
            return EVP_sm3();
    }
    throw std::logic_error("a digest algorithm without a name");
}

Sha256::Sha256() : context_(start(sha256())) {}
Sha256::Sha256(const Sha256& other) : context_(copy(other.context_)), length_(other.length_) {}
Sha256::Sha256(Sha256&& other) noexcept
    : context_(std::exchange(other.context_, nullptr)), length_(std::exchange(other.length_, 0)) {}

Sha256& Sha256::operator=(Sha256 other) noexcept {
    std::swap(context_, other.context_);
    std::swap(length_, other.length_);
    return *this;
}

Sha256::~Sha256() {
    EVP_MD_CTX_free(context_);
}

void Sha256::update(ByteView bytes) {
    require(EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1);
    length_ += bytes.size();
}

Sha256Digest Sha256::digest() const {
    Sha256Digest digest;
    finish_copy(context_, digest.data());
    return digest;
}

Sha256Digest Sha256::of(ByteView bytes) {
    Sha256Digest digest;
    require(EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, sha256(), nullptr) == 1);
    return digest;
}

std::string sha256_hex(ByteView bytes) {
    return hex(Sha256::of(bytes));
}

Sha256Digest hmac_sha256(ByteView key, ByteView message) {
    // RFC 2104 on our own Sha256: libcrypto's HMAC looks its digest up again on every call.
    constexpr std::size_t kBlock = 64;
    std::array<std::uint8_t, kBlock> block{};
    if (key.size() > kBlock) {
        const Sha256Digest shortened = Sha256::of(key);
        std::copy(shortened.begin(), shortened.end(), block.begin());
    } else {
        std::copy(key.begin(), key.end(), block.begin());
    }

    for (std::uint8_t& byte : block)
        byte ^= 0x36;
    Sha256 inner;
    inner.update(block);
    inner.update(message);

    for (std::uint8_t& byte : block)
        byte ^= 0x36 ^ 0x5c;
    Sha256 outer;
    outer.update(block);
    outer.update(inner.digest());

    OPENSSL_cleanse(block.data(), block.size());
    return outer.digest();
}

std::string md5_hex(std::string_view text) {
    std::array<std::uint8_t, 16> digest;
    require(EVP_Digest(text.data(), text.size(), digest.data(), nullptr, md5(), nullptr) == 1);
    return hex(digest);
}

std::string_view to_string(DigestAlgorithm algorithm) {
    switch (algorithm) {
        case DigestAlgorithm::Md5:
            return "MD5";
        case DigestAlgorithm::Sha1:
            return "SHA-1";
        case DigestAlgorithm::Sha224:
            return "SHA-224";
        case DigestAlgorithm::Sha256:
            return "SHA-256";
        case DigestAlgorithm::Sha384:
            return "SHA-384";
        case DigestAlgorithm::Sha512:
            return "SHA-512";
        case DigestAlgorithm::Sha3_256:
            return "SHA3-256";
        case DigestAlgorithm::Sha3_384:
            return "SHA3-384";
        case DigestAlgorithm::Sha3_512:
            return "SHA3-512";
        case DigestAlgorithm::Sm3:
            return "SM3";
    }
    return "unknown";
}

std::size_t digest_size(DigestAlgorithm algorithm) {
    return static_cast<std::size_t>(EVP_MD_get_size(libcrypto_digest(algorithm)));
}

Digest::Digest(DigestAlgorithm algorithm) : context_(start(libcrypto_digest(algorithm))) {}
Digest::Digest(Digest&& other) noexcept : context_(std::exchange(other.context_, nullptr)) {}

Digest& Digest::operator=(Digest&& other) noexcept {
    std::swap(context_, other.context_);
    return *this;
}

Digest::~Digest() {
    EVP_MD_CTX_free(context_);
}

void Digest::update(ByteView bytes) {
    require(EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1);
}

Bytes Digest::value() const {
    Bytes digest(static_cast<std::size_t>(EVP_MD_CTX_get_size(context_)));
    finish_copy(context_, digest.data());
    return digest;
}

Bytes Digest::of(DigestAlgorithm algorithm, ByteView bytes) {
    Digest digest(algorithm);
    digest.update(bytes);
    return digest.value();
}

}  // namespace signet::crypto
