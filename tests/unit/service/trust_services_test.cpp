#include "service/trust_services.hpp"

#include "crypto/certificate.hpp"
#include "crypto/key_vault.hpp"
#include "crypto/revocation.hpp"
#include "crypto/revocation_list.hpp"
#include "crypto/time_stamp.hpp"
#include "service/time_stamps.hpp"
#include "store/database.hpp"
#include "store/schema.hpp"

#include <filesystem>

#include <gtest/gtest.h>

namespace signet::service {
namespace {

using std::chrono::days;

class TrustServicesTest : public testing::Test {
  protected:
    TrustServicesTest() {
        std::filesystem::create_directories(folder_);
        vault_ =
            std::make_unique<crypto::KeyVault>(std::move(*crypto::KeyVault::load_or_create(folder_ / "master.key")));
        database_ = std::move(*store::Database::open(folder_ / "signet.db", store::schema()));
        open();
    }
    ~TrustServicesTest() override {
        trust_.reset();
        database_.reset();
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    void open() {
        trust_ =
            std::move(*TrustServices::open(clock_, *database_, *vault_, {folder_ / "ca", "http://signet.invalid"}));
    }
    crypto::RevocationList list(const std::string& name) {
        return *crypto::parse_revocation_list(**trust_->file(name));
    }
    std::unique_ptr<crypto::Signer> somebody() {
        crypto::Subject subject;
        subject.common_name = "张三（测试）";
        return std::move(*trust_->authority()->issue(subject, crypto::Validity::starting(clock_.now(), days(1))));
    }

    ManualClock clock_{SystemClock().now()};
    std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("signet-trust-" + random_token(16));
    std::unique_ptr<crypto::KeyVault> vault_;
    std::unique_ptr<store::Database> database_;
    std::unique_ptr<TrustServices> trust_;
};

TEST_F(TrustServicesTest, lists_about_a_chain_of_its_own_say_all_there_is_to_say) {
    const auto signer = somebody();
    const auto lists = trust_->lists_about(signer->certificate_chain(), clock_.now());
    ASSERT_TRUE(lists);
    const auto states = crypto::judge_revocation(signer->certificate_chain(), {*lists, {}}, clock_.now());
    ASSERT_TRUE(states);
    EXPECT_EQ((*states)[0].state, crypto::RevocationState::Good);
    EXPECT_EQ((*states)[1].state, crypto::RevocationState::Good);
    EXPECT_EQ((*states)[2].state, crypto::RevocationState::NotNeeded);
    EXPECT_TRUE(trust_->lists_about({to_bytes("somebody else")}, clock_.now())->empty());
}

TEST_F(TrustServicesTest, a_list_is_as_fresh_as_it_is_asked_for_and_its_number_grows) {
    const std::string name = trust_->authority()->issuing_identifiers().front() + ".crl";
    const auto first = list(name);
    EXPECT_EQ(list(name).number, first.number) << "nothing has changed";
    clock_.advance(std::chrono::hours(1));
    const auto second = list(name);
    EXPECT_GT(second.number, first.number);
    open();
    EXPECT_GE(list(name).number, second.number) << "also after a restart";
    ASSERT_TRUE(*trust_->revoke("0a1B", crypto::RevocationReason::Superseded));
    EXPECT_FALSE(*trust_->revoke("a1b", crypto::RevocationReason::KeyCompromise)) << "once is enough";
    const auto third = list(name);
    ASSERT_EQ(third.entries.size(), 1U);
    EXPECT_EQ(third.entries[0].reason, crypto::RevocationReason::Superseded);
    EXPECT_FALSE(trust_->revoke("", crypto::RevocationReason::Unspecified));
    EXPECT_FALSE(trust_->revoke(std::string(42, 'a'), crypto::RevocationReason::Unspecified));
}

TEST_F(TrustServicesTest, the_roots_list_outlives_its_key) {
    ASSERT_TRUE(list("root.crl").next_update);
    std::filesystem::remove(folder_ / "ca/root.key");
    open();
    EXPECT_TRUE(*trust_->file("root.crl"));
    clock_.advance(days(181));
    const auto ended = trust_->file("root.crl");
    EXPECT_FALSE(ended) << "a list that has ended is none";
}

std::string serial_number_of(ByteView certificate) {
    return crypto::describe_certificate(certificate)->serial_number;
}

TEST_F(TrustServicesTest, a_time_stamp_authority_that_is_revoked_is_replaced_at_once_and_for_good) {
    const auto present = [&] { return serial_number_of(trust_->time_stamps()->signer().certificate_chain().front()); };
    const std::string former = present();
    ASSERT_TRUE(*trust_->revoke(former, crypto::RevocationReason::KeyCompromise));
    const std::string fresh = present();
    EXPECT_NE(fresh, former);
    const auto token = trust_->token(crypto::Sha256::of(as_bytes("text")));
    ASSERT_TRUE(token);
    const auto checked =
        crypto::verify_time_stamp_of(*token, as_bytes("text"), {{trust_->authority()->root_certificate()}, {}});
    EXPECT_EQ(serial_number_of(checked.token->authority_certificate), fresh);
    open();
    EXPECT_EQ(present(), fresh) << "nor does the next start bring it back";
}

TEST_F(TrustServicesTest, an_issuing_authority_that_is_revoked_is_replaced_with_all_its_services) {
    const std::string former = serial_number_of(trust_->authority()->issuing_certificate());
    clock_.advance(std::chrono::minutes(1));  // of two, the one that began later is the present one
    ASSERT_TRUE(*trust_->revoke(former, crypto::RevocationReason::KeyCompromise));
    EXPECT_NE(serial_number_of(trust_->authority()->issuing_certificate()), former);
    EXPECT_TRUE(trust_->check_issuing());
    EXPECT_EQ(trust_->time_stamps()->signer().certificate_chain()[1], trust_->authority()->issuing_certificate());
    EXPECT_TRUE(trust_->token(crypto::Sha256::of(as_bytes("text"))));
}

TEST_F(TrustServicesTest, nothing_is_issued_or_stamped_by_a_revoked_authority_that_cannot_be_replaced) {
    std::filesystem::remove(folder_ / "ca/root.key");
    open();
    ASSERT_TRUE(*trust_->revoke(serial_number_of(trust_->authority()->issuing_certificate()),
                                crypto::RevocationReason::Superseded));
    EXPECT_EQ(trust_->check_issuing().error().code, ErrorCode::CertificateInvalid);
    EXPECT_EQ(trust_->token(crypto::Sha256::of(as_bytes("text"))).error().code, ErrorCode::TimeStampUnavailable);
    const auto rejected = trust_->statistics().rejected;
    trust_->answer_time_stamp_query({});
    EXPECT_EQ(trust_->statistics().rejected, rejected + 1);
}

TEST_F(TrustServicesTest, everything_is_renewed_in_time_and_the_former_authority_still_speaks) {
    const auto signer = somebody();
    const std::string former = trust_->authority()->issuing_identifiers().front();
    const TimeStamps stamps(clock_, trust_.get(), {});
    for (int year = 0; year < 9; ++year) {
        clock_.advance(days(365));
        ASSERT_TRUE(trust_->renew());
        const auto token = stamps.token(crypto::Sha256::of(as_bytes("text")));
        ASSERT_TRUE(token);
        const auto checked =
            crypto::verify_time_stamp_of(*token, as_bytes("text"), {{trust_->authority()->root_certificate()}, {}});
        EXPECT_TRUE(checked.accepted()) << "year " << year << ": " << checked.describe();
        const auto certificate = crypto::describe_certificate(checked.token->authority_certificate);
        EXPECT_GE(certificate->not_after - clock_.now(), days(364)) << "a seal of time must hold for a while";
    }
    EXPECT_EQ(trust_->authority()->issuing_identifiers().size(), 2U);
    EXPECT_NE(trust_->authority()->issuing_identifiers().front(), former);
    const auto lists = trust_->lists_about(signer->certificate_chain(), clock_.now());
    ASSERT_TRUE(lists);
    EXPECT_EQ(lists->size(), 2U) << "the root's, and that of the CA that issued it";
    EXPECT_TRUE((*trust_->file(former + ".crl")).has_value());
}

}  // namespace
}  // namespace signet::service
