#include "crypto/digest.hpp"

#include <thread>
#include <utility>

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

TEST(Sha256, gives_the_digests_of_fips_180) {
    EXPECT_EQ(sha256_hex(as_bytes("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256_hex(as_bytes("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256_hex(Bytes(1'000'000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, does_not_care_in_which_pieces_the_bytes_come) {
    Sha256 running;
    running.update(as_bytes("ab"));
    running.update(as_bytes(""));
    running.update(as_bytes("c"));
    EXPECT_EQ(running.digest(), Sha256::of(as_bytes("abc")));
    EXPECT_EQ(running.length(), 3U);
}

TEST(Sha256, goes_on_after_its_digest_was_asked_for) {
    Sha256 running;
    running.update(as_bytes("ab"));
    EXPECT_EQ(running.digest(), Sha256::of(as_bytes("ab")));
    EXPECT_EQ(running.digest(), Sha256::of(as_bytes("ab")));
    running.update(as_bytes("c"));
    EXPECT_EQ(running.digest(), Sha256::of(as_bytes("abc")));
}

TEST(Sha256, has_copies_that_go_their_own_way) {
    Sha256 first;
    first.update(Bytes(1000, 'x'));
    Sha256 second = first;
    first.update(as_bytes("one"));
    second.update(as_bytes("other"));
    EXPECT_EQ(first.length(), 1003U);
    EXPECT_EQ(second.length(), 1005U);
    EXPECT_EQ(second.digest(), Sha256::of(as_bytes(std::string(1000, 'x') + "other")));

    second = first;
    EXPECT_EQ(second.digest(), Sha256::of(as_bytes(std::string(1000, 'x') + "one")));
    const Sha256 moved = std::move(second);
    EXPECT_EQ(moved.digest(), first.digest());
    EXPECT_EQ(moved.length(), 1003U);
}

TEST(HmacSha256, gives_the_values_of_rfc_4231) {
    EXPECT_EQ(hex(hmac_sha256(Bytes(20, 0x0b), as_bytes("Hi There"))),
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    EXPECT_EQ(hex(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(hex(hmac_sha256(Bytes(131, 0xaa), as_bytes("Test Using Larger Than Block-Size Key - Hash Key First"))),
              "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Md5, signs_requests_as_the_open_platform_does) {
    const std::string token_secret_timestamp = "AppTokenX1AppSecretY21565753984643";
    EXPECT_EQ(md5_hex(token_secret_timestamp + "254775d7-3c7c-4e9d-9880-1d4c5fb3dbd0"),
              "311bb600897ea264bfa8a164d55b450b");
    EXPECT_EQ(md5_hex(token_secret_timestamp), "0efa9ea731493071e6a295b78286d157");
    EXPECT_EQ(md5_hex(""), "d41d8cd98f00b204e9800998ecf8427e");
}

TEST(Digest, knows_the_algorithms_of_foreign_signatures) {
    const auto of_abc = [](DigestAlgorithm algorithm) { return hex(Digest::of(algorithm, as_bytes("abc"))); };
    EXPECT_EQ(of_abc(DigestAlgorithm::Md5), "900150983cd24fb0d6963f7d28e17f72");
    EXPECT_EQ(of_abc(DigestAlgorithm::Sha1), "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(of_abc(DigestAlgorithm::Sha384),
              "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7");
    EXPECT_EQ(of_abc(DigestAlgorithm::Sm3), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    for (const auto algorithm : {DigestAlgorithm::Sha224, DigestAlgorithm::Sha512, DigestAlgorithm::Sha3_256,
                                 DigestAlgorithm::Sha3_384, DigestAlgorithm::Sha3_512}) {
        EXPECT_EQ(Digest::of(algorithm, {}).size(), digest_size(algorithm)) << to_string(algorithm);
    }
}

}  // namespace
}  // namespace signet::crypto
