#include "crypto/certificate.hpp"

#include "crypto/certificate_authority.hpp"
#include "crypto/pem.hpp"
#include "testing.hpp"

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

using testing::run;
using testing::TemporaryFolder;
using namespace std::chrono_literals;

const UtcTime kNow{1'790'000'000'000};

class Chain : public ::testing::Test {
  protected:
    Chain()
        : signer_(std::move(
              *authority_.issue({"李四", "示例公司", "7", "lee@example.com", ""}, Validity::starting(kNow, 2h)))) {}
    const Bytes& leaf() const { return signer_->certificate_chain()[0]; }
    ChainStatus status(const std::vector<Bytes>& others, const std::vector<Bytes>& roots, UtcTime at = kNow) const {
        return verify_chain(leaf(), others, roots, at)->status;
    }

    CertificateAuthority authority_ = std::move(*CertificateAuthority::create({}, kNow));
    std::unique_ptr<Signer> signer_;
};

TEST_F(Chain, is_trusted_down_to_a_trusted_root) {
    const auto report = verify_chain(leaf(), {authority_.issuing_certificate()}, {authority_.root_certificate()}, kNow);
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->trusted());
    EXPECT_TRUE(report->problems.empty());
    EXPECT_EQ(report->chain, signer_->certificate_chain());
}

TEST_F(Chain, with_a_strange_root_is_untrusted) {
    EXPECT_EQ(status({authority_.issuing_certificate(), authority_.root_certificate()}, {}),
              ChainStatus::UntrustedRoot);
    const auto stranger = CertificateAuthority::create({}, kNow);
    EXPECT_EQ(status({authority_.issuing_certificate(), authority_.root_certificate()}, {stranger->root_certificate()}),
              ChainStatus::UntrustedRoot);
}

TEST_F(Chain, without_an_issuer_is_incomplete) {
    EXPECT_EQ(status({}, {authority_.root_certificate()}), ChainStatus::Incomplete);
    EXPECT_EQ(status({to_bytes("rubbish")}, {authority_.root_certificate()}), ChainStatus::Incomplete);
}

TEST_F(Chain, is_judged_as_of_the_time_asked_about) {
    const std::vector<Bytes> others{authority_.issuing_certificate()};
    const std::vector<Bytes> roots{authority_.root_certificate()};
    EXPECT_EQ(status(others, roots, kNow + 3h), ChainStatus::Expired);
    EXPECT_EQ(status(others, roots, kNow - 1h), ChainStatus::NotYetValid);
    EXPECT_EQ(status(others, roots, kNow + 1h), ChainStatus::Trusted);
}

TEST_F(Chain, with_an_altered_certificate_is_invalid) {
    Bytes altered = leaf();
    altered.back() ^= 1;
    const auto report =
        verify_chain(altered, {authority_.issuing_certificate()}, {authority_.root_certificate()}, kNow);
    EXPECT_EQ(report->status, ChainStatus::Invalid);
    EXPECT_EQ(verify_chain(as_bytes("rubbish"), {}, {}, kNow).error().code, ErrorCode::CertificateInvalid);
}

TEST_F(Chain, below_a_certificate_that_is_no_authority_is_invalid) {
    const TemporaryFolder folder;
    testing::write_file(folder / "leaf.pem", certificate_to_pem(leaf()));
    const auto made = run(
        folder,
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -subj "
        "/CN=Root && "
        "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout mid.key -out mid.csr -subj /CN=Mid && "
        "printf 'basicConstraints=CA:FALSE\\n' > ext && "
        "openssl x509 -req -in mid.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile ext -out mid.pem && "
        "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout low.key -out low.csr -subj /CN=Low && "
        "openssl x509 -req -in low.csr -CA mid.pem -CAkey mid.key -CAcreateserial -out low.pem");
    ASSERT_EQ(made.exit_code, 0) << made.output;
    const auto der = [&](const char* name) { return read_certificates(testing::read_file(folder / name))->front(); };
    EXPECT_EQ(verify_chain(der("low.pem"), {der("mid.pem")}, {der("ca.pem")}, SystemClock().now())->status,
              ChainStatus::Invalid);
}

TEST_F(Chain, signed_with_sha_1_is_weak) {
    const TemporaryFolder folder;
    const auto made = run(folder,
                          "openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /CN=Root && "
                          "openssl req -newkey rsa:2048 -nodes -keyout low.key -out low.csr -subj /CN=Low && "
                          "openssl x509 -req -sha1 -in low.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out low.pem");
    ASSERT_EQ(made.exit_code, 0) << made.output;
    const auto der = [&](const char* name) { return read_certificates(testing::read_file(folder / name))->front(); };
    EXPECT_EQ(verify_chain(der("low.pem"), {}, {der("ca.pem")}, SystemClock().now())->status,
              ChainStatus::WeakAlgorithm);
}

TEST_F(Chain, member_is_described_in_readable_words) {
    const auto info = describe_certificate(leaf());
    ASSERT_TRUE(info);
    EXPECT_EQ(info->subject, "serialNumber=7,CN=李四,O=示例公司");
    EXPECT_EQ(info->subject_common_name, "李四");
    EXPECT_EQ(info->subject_organization, "示例公司");
    EXPECT_TRUE(info->issuer_common_name.starts_with("Signet Issuing CA ")) << info->issuer;
    EXPECT_EQ(info->not_before, kNow - 5min);
    EXPECT_EQ(info->not_after, kNow + 2h);
    EXPECT_EQ(info->public_key, "EC P-256");
    EXPECT_EQ(info->public_key_bits, 256);
    EXPECT_EQ(info->signature_algorithm, "ecdsa-with-SHA256");
    EXPECT_EQ(info->fingerprint, sha256_hex(leaf()));
    EXPECT_FALSE(info->is_authority);
    EXPECT_TRUE(info->may_sign_documents);
    EXPECT_TRUE(info->has_non_repudiation);
    EXPECT_EQ(info->contacts, std::vector<std::string>{"lee@example.com"});

    const auto root = describe_certificate(authority_.root_certificate());
    EXPECT_TRUE(root->is_authority);
    EXPECT_TRUE(root->is_self_issued);
    EXPECT_FALSE(root->may_sign_documents);
}

TEST_F(Chain, member_with_a_truncated_or_longer_encoding_is_refused) {
    for (std::size_t size = 0; size < leaf().size(); ++size) {
        EXPECT_FALSE(describe_certificate(ByteView(leaf()).first(size))) << size;
    }
    Bytes longer = leaf();
    longer.push_back(0);
    EXPECT_FALSE(describe_certificate(longer));
}

TEST(CertificateNames, cannot_break_a_report_with_control_characters) {
    const TemporaryFolder folder;
    const auto made = run(folder,
                          "openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem -subj "
                          "\"/CN=$(printf 'evil\\033[2Jname\\nline')\"");
    ASSERT_EQ(made.exit_code, 0) << made.output;
    const auto info = describe_certificate(read_certificates(testing::read_file(folder / "c.pem"))->front());
    ASSERT_TRUE(info);
    EXPECT_EQ(info->subject.find('\033'), std::string::npos);
    EXPECT_EQ(info->subject.find('\n'), std::string::npos);
    EXPECT_EQ(info->subject_common_name.find('\033'), std::string::npos);
}

}  // namespace
}  // namespace signet::crypto
