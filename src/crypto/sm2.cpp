#include "crypto/sm2.hpp"

#include <algorithm>
#include <array>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>

namespace signet::crypto {
namespace {

constexpr std::size_t kFieldSize = 32;
// GB/T 32918.5-2017: the coefficients a and b of the recommended curve, and its base point.
constexpr std::array<std::string_view, 4> kCurve{
    "fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc",
    "28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93",
    "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7",
    "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0",
};

using BigNumber = std::unique_ptr<BIGNUM, OpensslFree<BN_free>>;

/// One coordinate of the public point, in 32 bytes.
std::optional<Bytes> coordinate(const EVP_PKEY* key, const char* name) {
    BIGNUM* value = nullptr;
    const bool got = EVP_PKEY_get_bn_param(key, name, &value) == 1;
    const BigNumber owned(value);
    Bytes bytes(kFieldSize);
    const bool fits = got && BN_bn2binpad(value, bytes.data(), static_cast<int>(bytes.size())) == kFieldSize;
    ERR_clear_error();
    if (!fits) return std::nullopt;
    return bytes;
}

Sm3Digest digest_of(const Digest& running) {
    const Bytes value = running.value();
    Sm3Digest digest{};
    std::ranges::copy(value, digest.begin());
    return digest;
}

}  // namespace

bool is_sm2_key(const EVP_PKEY* key) {
    return EVP_PKEY_is_a(key, "SM2") == 1;
}

std::optional<Sm3Digest> sm2_identity_digest(const EVP_PKEY* key, std::string_view identity) {
    constexpr std::size_t kMaxIdentity = 0xffff / 8;
    if (!is_sm2_key(key) || identity.size() > kMaxIdentity) return std::nullopt;
    const auto x = coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X);
    const auto y = coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y);
    if (!x || !y) return std::nullopt;
    const std::size_t bits = identity.size() * 8;
    const std::array<std::uint8_t, 2> length{static_cast<std::uint8_t>(bits >> 8), static_cast<std::uint8_t>(bits)};
    Digest running(DigestAlgorithm::Sm3);
    running.update(length);
    running.update(as_bytes(identity));
    for (const std::string_view parameter : kCurve)
        running.update(*from_hex(parameter));
    running.update(*x);
    running.update(*y);
    return digest_of(running);
}

Sm3Digest sm2_digest(const Sm3Digest& identity_digest, ByteView message) {
    Digest running(DigestAlgorithm::Sm3);
    running.update(identity_digest);
    running.update(message);
    return digest_of(running);
}

std::optional<Sm3Digest> sm2_digest(const EVP_PKEY* key, ByteView message) {
    const auto identity_digest = sm2_identity_digest(key);
    if (!identity_digest) return std::nullopt;
    return sm2_digest(*identity_digest, message);
}

}  // namespace signet::crypto
