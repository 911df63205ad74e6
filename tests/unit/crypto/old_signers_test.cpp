#include "crypto/bare_rsa.hpp"
#include "crypto/cms.hpp"
#include "crypto/der.hpp"
#include "crypto/oids.hpp"
#include "crypto/pem.hpp"
#include "testing.hpp"

#include <gtest/gtest.h>

// Signatures as programs of twenty years ago made them: odd, and right all the same.
namespace signet::crypto {
namespace {

using testing::run;
using testing::TemporaryFolder;
using testing::write_file;

constexpr std::string_view kContent = "the signed ranges of an old contract";

class OldSigners : public ::testing::Test {
  protected:
    void make(const std::string& serial, const std::string& command) {
        write_file(folder_ / "content", kContent);
        const auto made =
            run(folder_, "openssl req -x509 -newkey rsa:2048 -nodes -keyout a.key -out a.pem -subj '/CN=Old " +
                             std::string("Signer' -days 30 -set_serial ") + serial + " && " + command);
        ASSERT_EQ(made.exit_code, 0) << made.output;
    }
    TemporaryFolder folder_;
};

constexpr const char* kSign =
    "openssl cms -sign -binary -in content -outform DER -out s.der -signer a.pem -inkey a.key -md sha256";

TEST_F(OldSigners, whose_serial_number_is_negative_are_found) {
    for (const char* serial : {"-1", "-128", "-129", "-559533914189644981119296", "0", "128"}) {
        make(serial, kSign);
        const auto data = parse_cms(testing::read_file(folder_ / "s.der"));
        ASSERT_TRUE(data) << serial;
        const CmsReport report = verify_cms(*data, Sha256::of(as_bytes(kContent)));
        EXPECT_TRUE(report.valid()) << serial;
        SignedData other = *data;
        other.signer.serial_number.back() ^= 1;
        EXPECT_TRUE(verify_cms(other, Sha256::of(as_bytes(kContent))).has(CmsFinding::SignerCertificateMissing))
            << serial;
    }
}

TEST_F(OldSigners, who_name_the_signature_algorithm_as_that_of_the_digest_are_understood) {
    make("5", kSign);
    auto data = parse_cms(testing::read_file(folder_ / "s.der"));
    ASSERT_TRUE(data);
    data->signer.digest_algorithm.oid = oid::kSha256WithRsa;
    ASSERT_EQ(data->digest_algorithm(), DigestAlgorithm::Sha256);
    EXPECT_TRUE(verify_cms(*data, Sha256::of(as_bytes(kContent))).valid());
    data->signer.digest_algorithm.oid = oid::kEcdsaWithSha256;
    EXPECT_FALSE(data->digest_algorithm());
}

TEST_F(OldSigners, who_leave_the_bare_value_of_rsa_are_verified_as_weak) {
    make("5", "openssl dgst -sha1 -sign a.key -out value content");
    const Bytes value = der::octet_string(testing::read_file(folder_ / "value"));
    const std::vector<Bytes> certificates = *read_certificates(testing::read_file(folder_ / "a.pem"));
    Bytes padded = value;
    padded.resize(value.size() + 100);
    const auto data = parse_bare_rsa(padded, certificates);
    ASSERT_TRUE(data);
    EXPECT_EQ(data->encoded_size, value.size());
    const CmsReport report = verify_cms(*data, Digest::of(DigestAlgorithm::Sha1, as_bytes(kContent)));
    EXPECT_TRUE(report.valid());
    EXPECT_TRUE(report.has(CmsFinding::WeakDigest));
    EXPECT_FALSE(verify_cms(*data, Digest::of(DigestAlgorithm::Sha1, as_bytes("other content"))).valid());
    EXPECT_FALSE(parse_bare_rsa(value, {}));
    EXPECT_FALSE(parse_bare_rsa(value, {to_bytes("no certificate")}));
    EXPECT_FALSE(parse_bare_rsa(to_bytes("no ASN.1"), certificates));
    EXPECT_FALSE(parse_bare_rsa({}, certificates));
}

}  // namespace
}  // namespace signet::crypto
