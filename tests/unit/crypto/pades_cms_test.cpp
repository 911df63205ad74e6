#include "crypto/cms.hpp"
#include "crypto/der.hpp"
#include "crypto/key.hpp"
#include "crypto/pem.hpp"
#include "crypto/signer.hpp"
#include "testing.hpp"
#include "time_stamp_testing.hpp"

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

using testing::run;
using testing::TemporaryFolder;
using testing::write_file;

constexpr std::string_view kContent = "the signed ranges of a contract";

/// A self-signed signer whose key and certificate the `openssl` command made.
std::unique_ptr<Signer> make_signer(const TemporaryFolder& folder, const std::string& key_option) {
    const auto made = run(folder, "openssl req -x509 -newkey " + key_option +
                                      " -nodes -keyout key.pem -out certificate.pem -days 30 "
                                      "-subj '/O=Example Works/CN=Test Signer' "
                                      "-addext keyUsage=critical,digitalSignature,nonRepudiation");
    EXPECT_EQ(made.exit_code, 0) << made.output;
    auto signer = KeySigner::load(folder / "key.pem", folder / "certificate.pem");
    EXPECT_TRUE(signer) << (signer ? "" : describe(signer.error()));
    return std::move(*signer);
}

class PadesCms : public ::testing::TestWithParam<std::string> {
  protected:
    Bytes make(std::string_view content = kContent) {
        auto cms = make_pades_cms(*signer_, Sha256::of(as_bytes(content)));
        EXPECT_TRUE(cms);
        return *cms;
    }
    testing::Outcome judge(ByteView cms, std::string_view content = kContent) {
        write_file(folder_ / "signature.der", cms);
        write_file(folder_ / "content.bin", content);
        return run(folder_,
                   "openssl cms -verify -cades -binary -inform DER -in signature.der -content content.bin "
                   "-CAfile certificate.pem -purpose any -out verified.bin");
    }

    TemporaryFolder folder_;
    std::unique_ptr<Signer> signer_ = make_signer(folder_, GetParam());
};

TEST_P(PadesCms, is_verified_by_openssl_as_cades) {
    const auto outcome = judge(make());
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
    EXPECT_NE(outcome.output.find("CAdES Verification successful"), std::string::npos) << outcome.output;
}

TEST_P(PadesCms, does_not_fit_other_content) {
    EXPECT_NE(judge(make(), "other content").exit_code, 0);
}

TEST_P(PadesCms, is_never_longer_than_announced) {
    for (int i = 0; i < 50; ++i)
        EXPECT_LE(make(std::to_string(i)).size(), max_pades_cms_size(*signer_));
    EXPECT_LE(max_pades_cms_size(*signer_), make().size() + 12);
}

TEST_P(PadesCms, holds_the_four_attributes_of_the_profile_and_no_other) {
    write_file(folder_ / "signature.der", make());
    auto printed = run(folder_, "openssl cms -cmsout -print -inform DER -in signature.der").output;
    EXPECT_NE(printed.find("eContent: <ABSENT>"), std::string::npos) << printed;
    printed.erase(0, printed.find("signedAttrs:"));
    for (const char* part : {"1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.16.2.47",
                             "1.2.840.113549.1.9.52", "unsignedAttrs:\n          <ABSENT>"}) {
        EXPECT_NE(printed.find(part), std::string::npos) << part << "\n" << printed;
    }
    EXPECT_EQ(printed.find("1.2.840.113549.1.9.5)"), std::string::npos) << "signing-time is forbidden";
    std::size_t attributes = 0;
    for (auto at = printed.find(" object: "); at != std::string::npos; at = printed.find(" object: ", at + 1))
        ++attributes;
    EXPECT_EQ(attributes, 4U) << printed;
}

TEST_P(PadesCms, is_der_that_openssl_writes_back_byte_for_byte) {
    const Bytes cms = make();
    write_file(folder_ / "signature.der", cms);
    ASSERT_EQ(run(folder_, "openssl cms -cmsout -inform DER -in signature.der -outform DER -out again.der").exit_code,
              0);
    EXPECT_EQ(testing::read_file(folder_ / "again.der"), cms);
}

TEST_P(PadesCms, carries_a_time_stamp_over_its_signature_value) {
    const testing::Forge forge;
    const std::shared_ptr<const Signer> stamping = forge.signer({extension::time_stamping_purpose()});
    const auto stamps = TimeStampAuthority::create(stamping);
    const auto signature = sign_pades(*signer_, Sha256::of(as_bytes(kContent)));
    ASSERT_TRUE(signature && stamps);
    const Bytes token = *stamps->token(TimeStampRequest::over(signature->time_stamp_imprint()), testing::kNow);
    const Bytes cms = *finish_pades_cms(*signer_, *signature, token);

    const auto outcome = judge(cms);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
    const CmsReport report = verify_cms(*parse_cms(cms), Sha256::of(as_bytes(kContent)));
    EXPECT_TRUE(report.valid());
    EXPECT_EQ(report.signature_time_stamp, token);
    const auto checked = verify_time_stamp_of(token, signature->signature_value, {{forge.root()}, {}});
    EXPECT_TRUE(checked.accepted()) << checked.describe();
    ASSERT_EQ(run(folder_, "openssl cms -cmsout -inform DER -in signature.der -outform DER -out again.der").exit_code,
              0);
    EXPECT_EQ(testing::read_file(folder_ / "again.der"), cms);
}

TEST_P(PadesCms, with_a_time_stamp_is_never_longer_than_announced) {
    const auto signature = sign_pades(*signer_, {});
    for (const std::size_t size : {1U, 100U, 127U, 128U, 2'000U, 5'000U, 65'536U}) {
        const std::size_t limit = max_pades_cms_size(*signer_, size);
        const Bytes cms = *finish_pades_cms(*signer_, *signature, Bytes(size, 0x30));
        EXPECT_LE(cms.size(), limit) << size;
        EXPECT_LE(limit, cms.size() + 16) << size;
    }
}

TEST_P(PadesCms, is_finished_without_a_time_stamp_only_when_the_caller_says_so) {
    const auto signature = sign_pades(*signer_, Sha256::of(as_bytes(kContent)));
    EXPECT_EQ(finish_pades_cms(*signer_, *signature, {}).error().code, ErrorCode::InvalidParameter);
    EXPECT_EQ(finish_pades_cms(*signer_, *signature, Bytes(kMaxTimeStampTokenSize + 1)).error().code,
              ErrorCode::InvalidParameter);
    const auto cms = finish_pades_cms_without_time_stamp(*signer_, *signature);
    ASSERT_TRUE(cms);
    EXPECT_EQ(judge(*cms).exit_code, 0);
    EXPECT_TRUE(verify_cms(*parse_cms(*cms), Sha256::of(as_bytes(kContent))).signature_time_stamp.empty());
}

INSTANTIATE_TEST_SUITE_P(Keys, PadesCms,
                         ::testing::Values("ec -pkeyopt ec_paramgen_curve:P-256", "rsa:2048", "rsa:3072"),
                         [](const auto& each) {
                             return each.param[0] == 'e' ? std::string("p256") : "rsa" + each.param.substr(4);
                         });

class SignerWithChain final : public Signer {
  public:
    explicit SignerWithChain(std::vector<Bytes> chain) : chain_(std::move(chain)) {}
    SignatureAlgorithm algorithm() const override { return SignatureAlgorithm::EcdsaP256Sha256; }
    const std::vector<Bytes>& certificate_chain() const override { return chain_; }
    Result<Bytes> sign(ByteView) const override { return Bytes(70); }
    std::size_t max_signature_size() const override { return 72; }

  private:
    std::vector<Bytes> chain_;
};

TEST(PadesCmsOfABrokenSigner, is_an_error) {
    EXPECT_EQ(make_pades_cms(SignerWithChain({}), {}).error().code, ErrorCode::CertificateInvalid);
    EXPECT_EQ(make_pades_cms(SignerWithChain({to_bytes("no certificate")}), {}).error().code,
              ErrorCode::CertificateInvalid);
    EXPECT_EQ(max_pades_cms_size(SignerWithChain({})), 0U);
    EXPECT_EQ(max_pades_cms_size(SignerWithChain({}), 100), 0U);
    EXPECT_EQ(sign_pades(SignerWithChain({}), {}).error().code, ErrorCode::CertificateInvalid);
    EXPECT_EQ(finish_pades_cms(SignerWithChain({}), {}, Bytes(1)).error().code, ErrorCode::CertificateInvalid);
}

}  // namespace
}  // namespace signet::crypto
