#include "crypto/revocation_list.hpp"

#include "crypto/pem.hpp"
#include "revocation_testing.hpp"
#include "testing.hpp"

#include <random>

#include <gtest/gtest.h>
#include <openssl/x509.h>

namespace signet::crypto {
namespace {

using namespace std::chrono_literals;
using testing::make_extension;
using testing::SmallCa;

constexpr UtcTime kNow{1'790'000'000'000};

class RevocationLists : public ::testing::Test {
  protected:
    std::string refusal(ByteView issuer) const {
        const auto checked = is_signed_by(*parse_revocation_list(list_), issuer);
        return checked ? "" : checked.error().detail;
    }

    SmallCa ca_{kNow};
    Bytes list_ = ca_.list({{{0x05}, kNow - 2h, RevocationReason::Superseded},
                            {{0x01, 0x00}, kNow - 1h, RevocationReason::Unspecified},
                            {{0x80}, kNow - 3h, RevocationReason::CertificateHold}},
                           kNow, kNow + 24h);
};

TEST_F(RevocationLists, are_read_as_they_were_written) {
    const auto list = parse_revocation_list(list_);
    ASSERT_TRUE(list);
    EXPECT_EQ(list->this_update, kNow);
    EXPECT_EQ(list->next_update, kNow + 24h);
    EXPECT_EQ(list->number, "11");
    EXPECT_EQ(list->der, list_);
    EXPECT_TRUE(list->is_complete);
    ASSERT_EQ(list->entries.size(), 3U);
    const auto* five = list->find(Bytes{0x00, 0x05});
    ASSERT_NE(five, nullptr);
    EXPECT_EQ(five->revoked_at, kNow - 2h);
    EXPECT_EQ(five->reason, RevocationReason::Superseded);
    EXPECT_EQ(list->find(Bytes{0x01, 0x00})->reason, std::nullopt);
    EXPECT_NE(list->find(Bytes{0x80}), nullptr);
    for (const Bytes& other : {Bytes{0x06}, Bytes{0x01}, Bytes{0x00}, Bytes{}, Bytes{0x01, 0x00, 0x00}})
        EXPECT_EQ(list->find(other), nullptr) << hex(other);
}

TEST_F(RevocationLists, are_found_signed_by_their_issuer_alone_as_libcrypto_finds) {
    EXPECT_EQ(refusal(ca_.certificate()), "");
    EXPECT_EQ(refusal(SmallCa(kNow).certificate()), "revocation list: another issuer");
    EXPECT_EQ(refusal({}), "revocation list: the issuer's certificate is unreadable");
    Bytes altered = list_;
    altered.back() ^= 1;
    const auto list = parse_revocation_list(altered);
    EXPECT_EQ(is_signed_by(*list, ca_.certificate()).error(),
              fail(ErrorCode::RevocationDataInvalid, "revocation list: the signature is wrong"));

    const X509Certificate issuer = read_certificate(ca_.certificate());
    for (const auto& [der, holds] : {std::pair(&list_, 1), std::pair(&altered, 0)}) {
        const unsigned char* at = der->data();
        X509_CRL* crl = d2i_X509_CRL(nullptr, &at, static_cast<long>(der->size()));
        ASSERT_NE(crl, nullptr);
        EXPECT_EQ(X509_CRL_verify(crl, X509_get0_pubkey(issuer.get())), holds);
        X509_CRL_free(crl);
    }
}

TEST_F(RevocationLists, that_speak_for_some_certificates_only_say_so) {
    const auto with = [&](std::string_view oid, bool critical, const Bytes& value) {
        return *parse_revocation_list(ca_.list({}, kNow, kNow + 1h, {make_extension(oid, critical, value)}));
    };
    const auto point = [&](const Bytes& fields) {
        return with(oid::kIssuingDistributionPoint, true, der::sequence({fields}));
    };
    const auto flag = [](unsigned number) { return Bytes{der::context_primitive(number), 1, 0xff}; };
    EXPECT_TRUE(point({}).is_complete);
    EXPECT_TRUE(point(flag(1)).only_user_certificates);
    EXPECT_TRUE(point(flag(2)).only_authority_certificates);
    EXPECT_FALSE(point(flag(4)).is_complete) << "indirect";
    EXPECT_FALSE(point(flag(5)).is_complete) << "attribute certificates";
    EXPECT_FALSE(point(Bytes{der::context_primitive(3), 2, 5, 0x60}).is_complete) << "some reasons";
    EXPECT_FALSE(with("2.5.29.27", true, der::integer(std::uint64_t{1})).is_complete) << "delta";
    EXPECT_FALSE(with("1.2.3", true, der::null()).is_complete);
    EXPECT_TRUE(with("1.2.3", false, der::null()).is_complete);
    const Bytes url = der::element(der::context_primitive(6), as_bytes("http://example.com/1.crl"));
    const auto partitioned = point(der::element(der::context(0), der::element(der::context(0), url)));
    EXPECT_TRUE(partitioned.has_distribution_point);
    EXPECT_EQ(partitioned.distribution_points, std::vector<std::string>{"http://example.com/1.crl"});
}

TEST_F(RevocationLists, truncated_or_continued_are_refused) {
    for (std::size_t size = 0; size < list_.size(); ++size) {
        const auto list = parse_revocation_list(ByteView(list_).first(size));
        ASSERT_FALSE(list) << size;
        EXPECT_EQ(list.error().code, ErrorCode::RevocationDataInvalid);
    }
    Bytes longer = list_;
    longer.push_back(0);
    EXPECT_FALSE(parse_revocation_list(longer));
    EXPECT_FALSE(parse_revocation_list(ca_.list({}, kNow, kNow - 1h))) << "ends before it begins";
    EXPECT_FALSE(parse_revocation_list(Bytes(17 * 1024 * 1024)));
}

TEST_F(RevocationLists, mutilated_at_random_never_do_harm_and_are_never_believed) {
    std::mt19937 random(7);
    for (int round = 0; round < 2'000; ++round) {
        Bytes altered = list_;
        const std::size_t at = random() % altered.size();
        altered[at] ^= static_cast<std::uint8_t>(1U << (random() % 8));
        const auto list = parse_revocation_list(altered);
        EXPECT_FALSE(list && is_signed_by(*list, ca_.certificate())) << at;
    }
}

TEST(RevocationReasons, have_the_numbers_and_words_of_the_standard) {
    EXPECT_EQ(revocation_reason_of(1), RevocationReason::KeyCompromise);
    EXPECT_EQ(revocation_reason_of(7), std::nullopt);
    EXPECT_EQ(revocation_reason_of(11), std::nullopt);
    for (const unsigned number : {0U, 1U, 2U, 3U, 4U, 5U, 6U, 8U, 9U, 10U})
        EXPECT_NE(to_string(*revocation_reason_of(number)), "unknown");
}

}  // namespace
}  // namespace signet::crypto
