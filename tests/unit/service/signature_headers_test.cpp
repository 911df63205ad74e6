#include "service/signature_headers.hpp"

#include <gtest/gtest.h>

namespace signet::service {
namespace {

constexpr std::string_view kToken = "AppTokenX1";
constexpr std::string_view kSecret = "AppSecretY2";
constexpr std::string_view kTime = "1565753984643";
constexpr std::string_view kHmacWithSecret = "edd1dfd8ffed90e92fb4738f3880d2d376e2b89fedb201c067d92a62610ccfac";
constexpr std::string_view kHmacWithoutSecret = "ad08861e9dcc15f2a3f3dcb76db11ab2019dd14ca204b11a9405e072ee44cb91";
constexpr std::string_view kNonce = "254775d7-3c7c-4e9d-9880-1d4c5fb3dbd0";

TEST(RequestSignature, matches_the_vectors_with_and_without_a_nonce_in_either_case) {
    EXPECT_TRUE(signature_matches(kToken, kSecret, kTime, kNonce, "311bb600897ea264bfa8a164d55b450b"));
    EXPECT_TRUE(signature_matches(kToken, kSecret, kTime, "", "0efa9ea731493071e6a295b78286d157"));
    EXPECT_TRUE(signature_matches(kToken, kSecret, kTime, "", "0EFA9EA731493071E6A295B78286D157"));
}

TEST(RequestSignature, depends_on_every_part) {
    EXPECT_FALSE(signature_matches(kToken, kSecret, kTime, "", "311bb600897ea264bfa8a164d55b450b"));
    EXPECT_FALSE(signature_matches(kToken, "AppSecretY3", kTime, kNonce, "311bb600897ea264bfa8a164d55b450b"));
    EXPECT_FALSE(signature_matches(kToken, kSecret, "1565753984644", kNonce, "311bb600897ea264bfa8a164d55b450b"));
    EXPECT_FALSE(signature_matches(kToken, kSecret, kTime, kNonce, ""));
    EXPECT_FALSE(signature_matches(kToken, kSecret, kTime, kNonce, "311bb600897ea264bfa8a164d55b450"));
}

TEST(RequestSignature, forgives_the_client_that_removes_blanks_before_hashing) {
    // MD5 of "AB1": token "A", secret "B ", time "1".
    EXPECT_TRUE(signature_matches("A", "B ", "1", "", "1109867462b2f0f0470df8386036243c"));
}

TEST(RequestSignature, takes_hmac_sha256_as_our_extension_with_and_without_the_secret_in_the_text) {
    // Computed with: printf %s TEXT | openssl dgst -sha256 -hmac AppSecretY2
    EXPECT_TRUE(signature_matches(kToken, kSecret, kTime, kNonce, kHmacWithSecret));
    EXPECT_TRUE(signature_matches(kToken, kSecret, kTime, kNonce, kHmacWithoutSecret));
    EXPECT_FALSE(signature_matches(kToken, "other", kTime, kNonce, kHmacWithSecret));
}

}  // namespace
}  // namespace signet::service
