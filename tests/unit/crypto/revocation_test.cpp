#include "crypto/revocation.hpp"

#include "revocation_testing.hpp"

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

using namespace std::chrono_literals;
using testing::make_extension;
using testing::SmallCa;

constexpr UtcTime kNow{1'790'000'000'000};

class Revocation : public ::testing::Test {
  protected:
    CertificateRevocation judge(UtcTime at = kNow) const { return judge_revocation(ca_.chain(), data_, at)->front(); }
    void add_list(std::vector<RevocationListFields::Entry> entries, UtcTime this_update, UtcTime next_update,
                  std::vector<Bytes> extensions = {}) {
        data_.revocation_lists.push_back(ca_.list(std::move(entries), this_update, next_update, std::move(extensions)));
    }
    void add_answer(OcspCertificateStatus status, UtcTime this_update, const Signer& responder,
                    UtcTime revoked_at = kNow, std::optional<RevocationReason> reason = std::nullopt) {
        OcspSingleResponse single;
        single.id = *OcspCertificateId::of(ca_.leaf(), ca_.certificate(), DigestAlgorithm::Sha256);
        single.status = status;
        single.revoked_at = revoked_at;
        single.reason = reason;
        single.this_update = this_update;
        single.next_update = this_update + 1h;
        data_.ocsp_responses.push_back(*make_ocsp_response(responder, {single}, this_update));
    }
    RevocationListFields::Entry leaf_entry(UtcTime at, RevocationReason reason = RevocationReason::Unspecified) const {
        return {ca_.leaf_serial(), at, reason};
    }

    SmallCa ca_{kNow};
    RevocationData data_;
};

TEST_F(Revocation, is_unknown_without_data_except_for_the_trust_anchor) {
    const auto judged = *judge_revocation(ca_.chain(), {}, kNow);
    ASSERT_EQ(judged.size(), 2U);
    EXPECT_EQ(judged[0].state, RevocationState::NoData);
    EXPECT_EQ(judged[1].state, RevocationState::NotNeeded);
    EXPECT_EQ(judge_revocation({ca_.leaf()}, {}, kNow)->front().state, RevocationState::NoData);
}

TEST_F(Revocation, is_told_by_a_list) {
    add_list({{Bytes{0x05}, kNow - 2h}}, kNow - 1h, kNow + 1h);
    const auto good = judge();
    EXPECT_EQ(good.state, RevocationState::Good);
    EXPECT_EQ(good.source, RevocationSource::RevocationList);
    EXPECT_EQ(good.as_of, kNow - 1h);
    EXPECT_FALSE(good.revoked_at);

    add_list({leaf_entry(kNow - 10min, RevocationReason::KeyCompromise)}, kNow, kNow + 1h);
    const auto revoked = judge();
    EXPECT_EQ(revoked.state, RevocationState::Revoked);
    EXPECT_EQ(revoked.index, 1U);
    EXPECT_EQ(revoked.revoked_at, kNow - 10min);
    EXPECT_EQ(revoked.reason, RevocationReason::KeyCompromise);
}

TEST_F(Revocation, is_told_by_a_responder) {
    add_answer(OcspCertificateStatus::Good, kNow - 5min, *ca_.responder());
    EXPECT_EQ(judge().state, RevocationState::Good);
    EXPECT_EQ(judge().source, RevocationSource::Ocsp);
    add_answer(OcspCertificateStatus::Revoked, kNow, *ca_.signer(), kNow - 1min, RevocationReason::Superseded);
    EXPECT_EQ(judge().state, RevocationState::Revoked);
    EXPECT_EQ(judge().reason, RevocationReason::Superseded);
}

TEST_F(Revocation, after_the_time_asked_about_leaves_the_certificate_good_and_is_told_all_the_same) {
    add_list({leaf_entry(kNow)}, kNow + 1min, kNow + 1h);
    EXPECT_EQ(judge(kNow - 1s).state, RevocationState::Good);
    EXPECT_EQ(judge(kNow - 1s).revoked_at, kNow);
    EXPECT_EQ(judge(kNow).state, RevocationState::Revoked) << "from that moment on";
}

TEST_F(Revocation, stays_though_a_later_list_forgets_it_unless_it_was_a_hold) {
    add_list({leaf_entry(kNow - 2h, RevocationReason::CertificateHold)}, kNow - 1h, kNow + 1h);
    EXPECT_EQ(judge().state, RevocationState::Revoked);
    add_list({}, kNow, kNow + 1h);
    EXPECT_EQ(judge().state, RevocationState::Good) << "the hold was lifted";
    add_list({leaf_entry(kNow - 3h, RevocationReason::Superseded)}, kNow - 2h, kNow + 1h);
    EXPECT_EQ(judge().state, RevocationState::Revoked);
}

TEST_F(Revocation, data_that_ended_before_the_time_asked_about_says_nothing) {
    add_list({}, kNow - 2h, kNow - 1s);
    EXPECT_EQ(judge().state, RevocationState::NoData);
    ASSERT_EQ(judge().unused.size(), 1U);
    EXPECT_EQ(judge().unused[0].why, "it is too old");
    EXPECT_EQ(judge(kNow - 1h).state, RevocationState::Good) << "it was current then";
}

TEST_F(Revocation, data_made_after_the_certificate_expired_proves_only_revocation) {
    add_list({}, kNow + 25h, kNow + 26h);
    EXPECT_EQ(judge().state, RevocationState::NoData);
    EXPECT_EQ(judge().unused[0].why, "the certificate had expired before");
    add_list({leaf_entry(kNow - 1h)}, kNow + 25h, kNow + 26h);
    EXPECT_EQ(judge().state, RevocationState::Revoked);
}

TEST_F(Revocation, a_list_that_keeps_what_has_ended_serves_when_the_certificate_had_expired_before) {
    add_list({}, kNow + 25h, kNow + 26h, {extension::expired_certificates_on_list(kNow + 48h)});
    EXPECT_EQ(judge().state, RevocationState::NoData) << "it keeps only what ended later than this certificate";
    EXPECT_EQ(judge().unused[0].why, "the certificate had expired before");
    add_list({}, kNow + 25h, kNow + 26h, {extension::expired_certificates_on_list(kNow - 48h)});
    EXPECT_EQ(judge().state, RevocationState::Good);
    EXPECT_EQ(judge().index, 1U);
}

TEST_F(Revocation, a_list_whose_word_about_what_has_ended_cannot_be_read_is_not_read_at_all) {
    add_list({}, kNow, kNow + 1h, {make_extension("2.5.29.60", false, to_bytes("\x02\x01\x05"))});
    EXPECT_EQ(judge().state, RevocationState::NoData);
}

TEST_F(Revocation, data_of_other_issuers_is_not_even_mentioned) {
    const SmallCa other(kNow);
    data_.revocation_lists = {other.list({leaf_entry(kNow - 1h)}, kNow, kNow + 1h), to_bytes("no list")};
    add_answer(OcspCertificateStatus::Good, kNow, *ca_.responder());
    data_.ocsp_responses.push_back(to_bytes("no answer"));
    const auto judged = judge();
    EXPECT_EQ(judged.state, RevocationState::Good);
    EXPECT_TRUE(judged.unused.empty());
}

TEST_F(Revocation, data_that_somebody_forged_is_passed_over) {
    add_list({}, kNow, kNow + 1h);
    data_.revocation_lists.back().back() ^= 1;
    add_answer(OcspCertificateStatus::Good, kNow, *SmallCa(kNow).responder());
    const auto judged = judge();
    EXPECT_EQ(judged.state, RevocationState::NoData);
    ASSERT_EQ(judged.unused.size(), 2U);
    EXPECT_EQ(judged.unused[0].why, "revocation list: the signature is wrong");
    EXPECT_EQ(judged.unused[1].why, "OCSP: the responder has no certificate of the issuer");
    EXPECT_EQ(judged.unused[1].source, RevocationSource::Ocsp);
}

TEST_F(Revocation, lists_with_a_smaller_scope_say_nothing_about_others) {
    const auto point = [](const Bytes& fields) {
        return std::vector<Bytes>{make_extension(oid::kIssuingDistributionPoint, true, der::sequence({fields}))};
    };
    const auto url = [](std::string_view text) {
        const Bytes name = der::element(der::context_primitive(6), as_bytes(text));
        return der::element(der::context(0), der::element(der::context(0), name));
    };
    const auto state = [&](const Bytes& fields) {
        data_.revocation_lists.clear();
        add_list({}, kNow, kNow + 1h, point(fields));
        return judge().state;
    };
    EXPECT_EQ(state({}), RevocationState::Good);
    EXPECT_EQ(state(Bytes{0x81, 1, 0xff}), RevocationState::Good) << "user certificates";
    EXPECT_EQ(state(Bytes{0x82, 1, 0xff}), RevocationState::NoData) << "CA certificates";
    EXPECT_EQ(state(Bytes{0x84, 1, 0xff}), RevocationState::NoData) << "indirect";
    EXPECT_EQ(state(url("http://example.com/1.crl")), RevocationState::NoData);
    ca_ = SmallCa(kNow, {extension::revocation_list_url("http://example.com/1.crl")});
    EXPECT_EQ(state(url("http://example.com/1.crl")), RevocationState::Good);
    EXPECT_EQ(state(url("http://example.com/2.crl")), RevocationState::NoData);
}

TEST_F(Revocation, a_responder_without_nocheck_needs_the_issuers_list) {
    const auto responder = ca_.responder({extension::ocsp_signing_purpose()}, 24h);
    add_answer(OcspCertificateStatus::Good, kNow, *responder);
    EXPECT_EQ(judge().state, RevocationState::NoData);
    EXPECT_EQ(judge().unused[0].why, "whether the responder was revoked is not known");

    const ByteView serial = view_certificate(responder->certificate_chain()[0])->serial_number;
    const Bytes responder_serial(serial.begin(), serial.end());
    add_list({}, kNow - 1h, kNow + 1h);
    EXPECT_TRUE(judge().unused.empty());
    data_.revocation_lists.clear();
    add_list({{responder_serial, kNow - 1h}}, kNow - 1h, kNow + 1h);
    EXPECT_EQ(judge().unused.size(), 1U);
    EXPECT_EQ(judge().source, RevocationSource::RevocationList);
}

TEST_F(Revocation, an_answer_that_does_not_know_the_certificate_says_nothing) {
    add_answer(OcspCertificateStatus::Unknown, kNow, *ca_.responder());
    EXPECT_EQ(judge().state, RevocationState::NoData);
    EXPECT_EQ(judge().unused[0].why, "the responder does not know the certificate");
}

TEST_F(Revocation, is_not_needed_for_certificates_that_say_so_and_counts_all_the_same) {
    for (const Bytes& extension :
         {extension::no_revocation_available(), extension::validity_assured_short_term(), extension::ocsp_no_check()}) {
        ca_ = SmallCa(kNow, {extension});
        data_ = {};
        EXPECT_EQ(judge().state, RevocationState::NotNeeded);
        add_list({leaf_entry(kNow - 1h)}, kNow, kNow + 1h);
        EXPECT_EQ(judge().state, RevocationState::Revoked);
    }
}

TEST_F(Revocation, of_the_own_authority_is_complete_for_the_whole_chain) {
    AuthoritySettings settings;
    settings.revocation_list_url = "http://example.com/{issuing}.crl";
    const auto authority = *CertificateAuthority::create(settings, kNow);
    const Validity day = Validity::starting(kNow, 24h);
    const auto leaf = *authority.issue({"Test Person", "", "", "", ""}, day);
    const auto stamping = *authority.issue_service(AuthorityService::TimeStamping, day);
    data_.revocation_lists = {*authority.revocation_list(1, {}, kNow, kNow + 24h),
                              *authority.root_revocation_list(1, {}, kNow, kNow + 24h)};
    for (const Signer* signer : {leaf.get(), stamping.get()}) {
        const auto judged = *judge_revocation(signer->certificate_chain(), data_, kNow);
        ASSERT_EQ(judged.size(), 3U);
        EXPECT_EQ(judged[0].state, RevocationState::Good);
        EXPECT_EQ(judged[1].state, RevocationState::Good);
        EXPECT_EQ(judged[1].index, 1U);
        EXPECT_EQ(judged[2].state, RevocationState::NotNeeded);
    }
    // The same from responders.
    const auto responder = *authority.issue_service(AuthorityService::Responder, day);
    const auto root_responder = *authority.issue_service(AuthorityService::RootResponder, day);
    const auto answer = [&](std::size_t of, const Signer& by) {
        OcspSingleResponse single;
        single.id = *OcspCertificateId::of(leaf->certificate_chain()[of], leaf->certificate_chain()[of + 1]);
        single.status = OcspCertificateStatus::Good;
        single.this_update = kNow;
        return *make_ocsp_response(by, {single}, kNow);
    };
    data_ = {{}, {answer(0, *responder), answer(1, *root_responder)}};
    const auto judged = *judge_revocation(leaf->certificate_chain(), data_, kNow);
    EXPECT_EQ(judged[0].state, RevocationState::Good);
    EXPECT_EQ(judged[1].state, RevocationState::Good);
    EXPECT_EQ(judged[1].source, RevocationSource::Ocsp);
}

TEST_F(Revocation, is_not_judged_for_what_is_no_chain) {
    EXPECT_EQ(judge_revocation({}, {}, kNow).error().code, ErrorCode::InvalidParameter);
    EXPECT_EQ(judge_revocation(std::vector<Bytes>(11, ca_.leaf()), {}, kNow).error().code, ErrorCode::InvalidParameter);
    EXPECT_EQ(judge_revocation({to_bytes("x")}, {}, kNow).error().code, ErrorCode::CertificateInvalid);
    for (const auto state :
         {RevocationState::Good, RevocationState::Revoked, RevocationState::NoData, RevocationState::NotNeeded}) {
        EXPECT_NE(to_string(state), "unknown");
    }
}

TEST_F(Revocation, an_answer_just_received_is_checked_before_it_is_kept) {
    OcspSingleResponse single;
    single.id = *OcspCertificateId::of(ca_.leaf(), ca_.certificate());
    single.status = OcspCertificateStatus::Good;
    single.this_update = kNow;
    single.next_update = kNow + 1h;
    const Bytes nonce(16, 3);
    const Bytes response = *make_ocsp_response(*ca_.responder(), {single}, kNow, nonce);
    const auto refusal = [&](UtcTime now, ByteView asked_nonce, ByteView certificate) {
        const auto checked = verify_ocsp_response(response, certificate, ca_.certificate(), now, asked_nonce);
        return checked ? std::string() : checked.error().detail;
    };
    EXPECT_EQ(refusal(kNow, nonce, ca_.leaf()), "");
    EXPECT_EQ(refusal(kNow, {}, ca_.leaf()), "");
    EXPECT_EQ(refusal(kNow, Bytes(16, 4), ca_.leaf()), "OCSP: the nonce differs");
    EXPECT_EQ(refusal(kNow - 10min, nonce, ca_.leaf()), "OCSP: it is from the future");
    EXPECT_EQ(refusal(kNow + 2h, nonce, ca_.leaf()), "OCSP: it is too old");
    EXPECT_EQ(refusal(kNow, nonce, ca_.certificate()), "OCSP: it is about another certificate");
    EXPECT_EQ(refusal(kNow, nonce, {}), "not a certificate");
    EXPECT_FALSE(verify_ocsp_response({}, ca_.leaf(), ca_.certificate(), kNow));
}

}  // namespace
}  // namespace signet::crypto
