#include "crypto/ocsp.hpp"

#include "revocation_testing.hpp"
#include "testing.hpp"

#include <random>

#include <gtest/gtest.h>
#include <openssl/ocsp.h>

namespace signet::crypto {
namespace {

using namespace std::chrono_literals;
using testing::SmallCa;

constexpr UtcTime kNow{1'790'000'000'000};

class Ocsp : public ::testing::Test {
  protected:
    OcspSingleResponse single(OcspCertificateStatus status = OcspCertificateStatus::Good,
                              DigestAlgorithm digest = DigestAlgorithm::Sha1) const {
        OcspSingleResponse response;
        response.id = *OcspCertificateId::of(ca_.leaf(), ca_.certificate(), digest);
        response.status = status;
        response.revoked_at = kNow - 1h;
        response.reason = RevocationReason::KeyCompromise;
        response.this_update = kNow;
        response.next_update = kNow + 1h;
        return response;
    }
    Bytes answer(const Signer& responder) const { return *make_ocsp_response(responder, {single()}, kNow, nonce_); }
    std::string refusal(ByteView response) const {
        const auto read = parse_ocsp_response(response);
        if (!read) return read.error().detail;
        const auto signer = check_ocsp_response(*read, ca_.certificate());
        return signer ? "" : signer.error().detail;
    }
    /// OCSP_basic_verify's opinion, with the CA trusted, as of kNow.
    bool libcrypto_accepts(ByteView der) const {
        const unsigned char* at = der.data();
        OCSP_RESPONSE* response = d2i_OCSP_RESPONSE(nullptr, &at, static_cast<long>(der.size()));
        OCSP_BASICRESP* basic = response == nullptr ? nullptr : OCSP_response_get1_basic(response);
        const X509Certificate issuer = read_certificate(ca_.certificate());
        X509_STORE* store = X509_STORE_new();
        X509_STORE_add_cert(store, issuer.get());
        X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), kNow.milliseconds / 1000);
        const bool accepted = basic != nullptr && OCSP_basic_verify(basic, nullptr, store, 0) == 1;
        X509_STORE_free(store);
        OCSP_BASICRESP_free(basic);
        OCSP_RESPONSE_free(response);
        return accepted;
    }

    SmallCa ca_{kNow};
    std::shared_ptr<const Signer> responder_ = ca_.responder();
    Bytes nonce_ = Bytes(16, 0x5a);
};

TEST_F(Ocsp, requests_come_back_as_they_were_sent) {
    for (const auto digest : {DigestAlgorithm::Sha1, DigestAlgorithm::Sha256}) {
        const OcspRequest request{{*OcspCertificateId::of(ca_.leaf(), ca_.certificate(), digest)}, nonce_};
        const Bytes der = encode(request);
        const auto read = parse_ocsp_request(der);
        ASSERT_TRUE(read);
        EXPECT_EQ(read->ids, request.ids);
        EXPECT_EQ(read->nonce, nonce_);
        EXPECT_TRUE(read->ids[0].is_issued_by(ca_.certificate()));
        EXPECT_FALSE(read->ids[0].is_issued_by(SmallCa(kNow).certificate()));
        for (std::size_t size = 0; size < der.size(); ++size)
            EXPECT_FALSE(parse_ocsp_request(ByteView(der).first(size))) << size;
    }
}

TEST_F(Ocsp, requests_are_those_of_libcrypto) {
    const X509Certificate leaf = read_certificate(ca_.leaf());
    const X509Certificate issuer = read_certificate(ca_.certificate());
    OCSP_REQUEST* request = OCSP_REQUEST_new();
    OCSP_request_add0_id(request, OCSP_cert_to_id(EVP_sha1(), leaf.get(), issuer.get()));
    OCSP_request_add1_nonce(request, nonce_.data(), static_cast<int>(nonce_.size()));
    unsigned char* der = nullptr;
    const int size = i2d_OCSP_REQUEST(request, &der);
    const OcspRequest own{{*OcspCertificateId::of(ca_.leaf(), ca_.certificate())}, nonce_};
    EXPECT_EQ(encode(own), Bytes(der, der + size));
    OPENSSL_free(der);
    OCSP_REQUEST_free(request);
}

TEST_F(Ocsp, requests_are_bounded) {
    const OcspCertificateId id = *OcspCertificateId::of(ca_.leaf(), ca_.certificate());
    const auto code = [](const OcspRequest& request) { return parse_ocsp_request(encode(request)).error().code; };
    EXPECT_TRUE(parse_ocsp_request(encode({std::vector(32, id), Bytes(128)})));
    EXPECT_EQ(code({std::vector(33, id), {}}), ErrorCode::InvalidParameter);
    EXPECT_EQ(code({{}, {}}), ErrorCode::InvalidParameter);
    EXPECT_EQ(code({{id}, Bytes(129)}), ErrorCode::InvalidParameter);
    OcspCertificateId md5 = id;
    md5.digest = DigestAlgorithm::Md5;
    EXPECT_EQ(code({{md5}, {}}), ErrorCode::InvalidParameter);
    OcspCertificateId short_hash = id;
    short_hash.issuer_key_hash.pop_back();
    EXPECT_EQ(code({{short_hash}, {}}), ErrorCode::InvalidParameter);
    EXPECT_FALSE(OcspCertificateId::of({}, ca_.certificate()));
}

TEST_F(Ocsp, answers_come_back_as_they_were_made) {
    for (const auto status :
         {OcspCertificateStatus::Good, OcspCertificateStatus::Revoked, OcspCertificateStatus::Unknown}) {
        for (const auto digest : {DigestAlgorithm::Sha1, DigestAlgorithm::Sha256}) {
            const auto made = make_ocsp_response(*responder_, {single(status, digest)}, kNow + 1s, nonce_);
            const auto read = parse_ocsp_response(*made);
            ASSERT_TRUE(read);
            EXPECT_EQ(read->status, OcspResponseStatus::Successful);
            EXPECT_EQ(read->produced_at, kNow + 1s);
            EXPECT_EQ(read->nonce, nonce_);
            ASSERT_EQ(read->responses.size(), 1U);
            EXPECT_EQ(read->responses[0].status, status);
            EXPECT_EQ(read->responses[0].id, single(status, digest).id);
            EXPECT_EQ(read->responses[0].this_update, kNow);
            EXPECT_EQ(read->responses[0].next_update, kNow + 1h);
            if (status == OcspCertificateStatus::Revoked) {
                EXPECT_EQ(read->responses[0].revoked_at, kNow - 1h);
                EXPECT_EQ(read->responses[0].reason, RevocationReason::KeyCompromise);
            }
            EXPECT_EQ(refusal(*made), "");
            EXPECT_TRUE(libcrypto_accepts(*made));
        }
    }
}

TEST_F(Ocsp, answers_of_the_issuer_itself_are_believed) {
    const Bytes der = answer(*ca_.signer());
    const auto signer = check_ocsp_response(*parse_ocsp_response(der), ca_.certificate());
    ASSERT_TRUE(signer);
    EXPECT_TRUE(signer->is_issuer);
    EXPECT_TRUE(libcrypto_accepts(der));
}

TEST_F(Ocsp, answers_of_a_delegate_are_believed_and_nocheck_is_seen) {
    const auto delegate = check_ocsp_response(*parse_ocsp_response(answer(*responder_)), ca_.certificate());
    ASSERT_TRUE(delegate);
    EXPECT_FALSE(delegate->is_issuer);
    EXPECT_TRUE(delegate->needs_no_check);
    EXPECT_EQ(delegate->certificate, responder_->certificate_chain()[0]);
    const auto plain = ca_.responder({extension::ocsp_signing_purpose()}, 24h);
    EXPECT_FALSE(check_ocsp_response(*parse_ocsp_response(answer(*plain)), ca_.certificate())->needs_no_check);
}

TEST_F(Ocsp, answers_of_anybody_else_are_not_believed) {
    const Bytes without_purpose = answer(*ca_.responder({}, 24h));
    EXPECT_EQ(refusal(without_purpose), "OCSP: the responder's certificate is not for OCSP");
    EXPECT_FALSE(libcrypto_accepts(without_purpose));
    const Bytes by_stranger = answer(*SmallCa(kNow).responder());
    EXPECT_EQ(refusal(by_stranger), "OCSP: the responder has no certificate of the issuer");
    EXPECT_FALSE(libcrypto_accepts(by_stranger));
    const Bytes expired = answer(*ca_.responder({extension::ocsp_signing_purpose()}, -1h));
    EXPECT_EQ(refusal(expired), "OCSP: the responder's certificate was not valid");
    EXPECT_FALSE(libcrypto_accepts(expired));
    EXPECT_EQ(refusal(answer(*ca_.responder(
                  {extension::ocsp_signing_purpose(), extension::certificate_authority_key_usage()}, 24h))),
              "OCSP: the responder's key usage does not fit");
    EXPECT_EQ(refusal(answer(*SmallCa(kNow).signer())), "OCSP: the responder's certificate is not for OCSP");
}

TEST_F(Ocsp, answers_that_are_errors_say_which) {
    for (const auto status :
         {OcspResponseStatus::MalformedRequest, OcspResponseStatus::InternalError, OcspResponseStatus::TryLater,
          OcspResponseStatus::SignatureRequired, OcspResponseStatus::Unauthorized}) {
        const Bytes der = ocsp_error_response(status);
        EXPECT_EQ(parse_ocsp_response(der)->status, status);
        EXPECT_EQ(refusal(der), "OCSP: the responder did not answer");
    }
    EXPECT_FALSE(parse_ocsp_response(ocsp_error_response(OcspResponseStatus::Successful)));
    EXPECT_FALSE(parse_ocsp_response(ocsp_error_response(static_cast<OcspResponseStatus>(4))));
    EXPECT_EQ(make_ocsp_response(*responder_, {}, kNow).error().code, ErrorCode::InvalidParameter);
}

TEST_F(Ocsp, answers_truncated_anywhere_are_refused_and_altered_ones_are_not_believed) {
    const Bytes der = answer(*responder_);
    for (std::size_t size = 0; size < der.size(); ++size)
        ASSERT_FALSE(parse_ocsp_response(ByteView(der).first(size))) << size;
    Bytes longer = der;
    longer.push_back(0);
    EXPECT_FALSE(parse_ocsp_response(longer));
    for (std::size_t i = 0; i < der.size(); ++i) {
        Bytes altered = der;
        altered[i] ^= 0x40;
        EXPECT_NE(refusal(altered), "") << i;
    }
}

TEST_F(Ocsp, answers_mutilated_at_random_never_do_harm) {
    const Bytes der = answer(*responder_);
    std::mt19937 random(11);
    for (int round = 0; round < 2'000; ++round) {
        Bytes altered = der;
        for (int i = 0; i < 1 + round % 4; ++i)
            altered[random() % altered.size()] = static_cast<std::uint8_t>(random());
        (void)refusal(altered);
    }
}

}  // namespace
}  // namespace signet::crypto
