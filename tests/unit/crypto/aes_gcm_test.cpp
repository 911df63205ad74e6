#include "crypto/aes_gcm.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

namespace signet::crypto::aes_gcm {
namespace {

const Bytes kZeroKey(kKeySize);
const Bytes kZeroNonce(kNonceSize);

Bytes sealed(ByteView plaintext, Context context) {
    Bytes target(plaintext.size() + kTagSize);
    seal(kZeroKey, kZeroNonce, context, plaintext, target);
    return target;
}

TEST(AesGcm, seals_as_the_test_vectors_of_its_specification_do) {
    // McGrew and Viega, test cases 13 and 14.
    EXPECT_EQ(hex(sealed({}, {})), "530f8afbc74536b9a963b4f1c4cb738b");
    EXPECT_EQ(hex(sealed(Bytes(16), {})), "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
}

TEST(AesGcm, opens_what_it_sealed_whatever_parts_the_context_came_in) {
    const Bytes secret = sealed(as_bytes("a secret"), {as_bytes("what "), as_bytes("for")});
    Bytes plaintext(secret.size() - kTagSize);
    EXPECT_TRUE(open(kZeroKey, kZeroNonce, {as_bytes("what for")}, secret, plaintext));
    EXPECT_EQ(as_text(plaintext), "a secret");
    EXPECT_FALSE(open(kZeroKey, kZeroNonce, {as_bytes("what four")}, secret, plaintext));
    EXPECT_FALSE(open(kZeroKey, Bytes(kNonceSize, 1), {as_bytes("what for")}, secret, plaintext));
    EXPECT_FALSE(open(Bytes(kKeySize, 1), kZeroNonce, {as_bytes("what for")}, secret, plaintext));
}

TEST(AesGcm, takes_no_key_nonce_or_room_of_another_size) {
    Bytes target(8 + kTagSize);
    const ByteView plaintext = as_bytes("a secret");
    EXPECT_THROW(seal(Bytes(16), kZeroNonce, {}, plaintext, target), std::length_error);
    EXPECT_THROW(seal(kZeroKey, Bytes(8), {}, plaintext, target), std::length_error);
    EXPECT_THROW(seal(kZeroKey, kZeroNonce, {}, plaintext.first(7), target), std::length_error);
}

}  // namespace
}  // namespace signet::crypto::aes_gcm
