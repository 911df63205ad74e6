#include "crypto/aes128.hpp"

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

constexpr std::string_view kKey = "5f6db7ec8325aAGF";

TEST(Aes128, makes_the_ciphertexts_of_the_callback_specification) {
    EXPECT_EQ(base64(aes128::encrypt_ecb(as_bytes(kKey), as_bytes("testStr"))), "UoYYii0CN0bJyDcdkgf/iA==");
    EXPECT_EQ(base64(aes128::encrypt_ecb(as_bytes(kKey),
                                         as_bytes(R"({"contractId":"2591540368898105360","status":"SIGNING"})"))),
              "mCvx/Ytoh4sfgeLZrqxz23DcOCBlB0SufGm6ZyibIkRRYxYcXSfyWpBxM2OuyncW7Tn87iN3+V/bXrt07ptwoA==");
}

// NIST SP 800-38A, F.2.1, its first two blocks.
TEST(Aes128, chains_blocks_as_the_standard_shows) {
    const Bytes key = *from_hex("2b7e151628aed2a6abf7158809cf4f3c");
    const Bytes vector = *from_hex("000102030405060708090a0b0c0d0e0f");
    const Bytes plaintext = *from_hex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
    const Bytes sealed = aes128::encrypt_cbc(key, vector, plaintext);
    ASSERT_EQ(sealed.size(), 48U);
    EXPECT_EQ(hex(ByteView(sealed).first(32)), "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2");
}

TEST(Aes128, pads_whatever_its_length_to_whole_blocks) {
    for (const std::size_t length : {0U, 1U, 15U, 16U, 17U, 31U, 32U}) {
        const std::string text(length, 'x');
        EXPECT_EQ(aes128::encrypt_ecb(as_bytes(kKey), as_bytes(text)).size(), (length / 16 + 1) * 16) << length;
    }
}

TEST(Aes128, wants_a_key_and_a_vector_of_sixteen_bytes) {
    EXPECT_THROW(aes128::encrypt_ecb(as_bytes("short"), as_bytes("text")), std::length_error);
    EXPECT_THROW(aes128::encrypt_cbc(as_bytes(kKey), as_bytes("short"), as_bytes("text")), std::length_error);
}

}  // namespace
}  // namespace signet::crypto
