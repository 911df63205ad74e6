#include "crypto/two_step.hpp"

#include "crypto/certificate_authority.hpp"
#include "crypto/cms.hpp"

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

/// A key elsewhere that does what a test tells it.
class Elsewhere final : public ExternalSigner {
  public:
    static std::unique_ptr<Elsewhere> create(std::vector<Bytes> chain) {
        return std::unique_ptr<Elsewhere>(new Elsewhere(std::move(*parts_of(std::move(chain)))));
    }
    Result<Bytes> answer = Bytes();

  private:
    explicit Elsewhere(Parts parts) : ExternalSigner(std::move(parts)) {}
    Result<Bytes> sign_digest(const Sha256Digest&) const override { return answer; }
};

class TwoSteps : public ::testing::Test {
  protected:
    static std::unique_ptr<Signer> issue(KeyAlgorithm algorithm) {
        const auto authority = CertificateAuthority::create({}, SystemClock().now());
        Subject subject;
        subject.common_name = "Fictitious Ltd";
        return std::move(
            *authority->issue(subject, Validity::starting(SystemClock().now(), std::chrono::hours(24)), algorithm));
    }
    const Bytes content_ = to_bytes(std::string_view("what is signed"));
};

TEST_F(TwoSteps, make_the_same_cms_as_one) {
    for (const KeyAlgorithm algorithm : {KeyAlgorithm::EcP256, KeyAlgorithm::Rsa2048}) {
        const auto key = issue(algorithm);
        const auto elsewhere = Elsewhere::create(key->certificate_chain());
        EXPECT_EQ(elsewhere->algorithm(), key->algorithm());
        EXPECT_EQ(elsewhere->max_signature_size(), key->max_signature_size());
        const auto order = order_pades(*elsewhere, Sha256::of(content_));
        ASSERT_TRUE(order);
        EXPECT_EQ(order->digest(), Sha256::of(order->signed_attributes));
        const auto value = key->sign(order->signed_attributes);  // what the service does, somewhere and later
        const auto signature = fulfil_pades(*elsewhere, *order, *value);
        ASSERT_TRUE(signature) << signature.error().detail;
        const auto cms = finish_pades_cms_without_time_stamp(*elsewhere, *signature);
        ASSERT_TRUE(cms);
        EXPECT_TRUE(verify_cms_of(*parse_cms(*cms), content_).valid());
    }
}

TEST_F(TwoSteps, a_wrong_value_is_found_before_anybody_uses_it) {
    const auto key = issue(KeyAlgorithm::EcP256);
    const auto elsewhere = Elsewhere::create(key->certificate_chain());
    const auto order = order_pades(*elsewhere, Sha256::of(content_));
    const Bytes right = *key->sign(order->signed_attributes);
    const Bytes over_another = *key->sign(as_bytes("something else"));
    const Bytes of_another = *issue(KeyAlgorithm::EcP256)->sign(order->signed_attributes);
    Bytes too_long = right;
    too_long.resize(500);
    for (const Bytes& wrong : {over_another, of_another, too_long, Bytes(), Bytes(70)}) {
        EXPECT_EQ(fulfil_pades(*elsewhere, *order, wrong).error().code, ErrorCode::KeyUnusable);
        elsewhere->answer = wrong;
        EXPECT_EQ(elsewhere->sign(order->signed_attributes).error().code, ErrorCode::KeyUnusable);
        EXPECT_FALSE(make_pades_cms(*elsewhere, Sha256::of(content_)));
    }
    elsewhere->answer = right;
    EXPECT_TRUE(elsewhere->sign(order->signed_attributes));
}

}  // namespace
}  // namespace signet::crypto
