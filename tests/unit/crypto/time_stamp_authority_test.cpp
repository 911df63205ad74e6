#include "crypto/time_stamp_authority.hpp"

#include "crypto/pem.hpp"
#include "testing.hpp"
#include "time_stamp_testing.hpp"

#include <random>
#include <set>

#include <gtest/gtest.h>
#include <openssl/ts.h>

namespace signet::crypto {
namespace {

using namespace std::chrono_literals;
using testing::run;
using testing::TemporaryFolder;
using testing::write_file;

class OwnTimeStamps : public ::testing::Test {
  protected:
    static UtcTime now() { return {SystemClock().now().milliseconds / 1000 * 1000}; }
    std::shared_ptr<const Signer> make_signer() const {
        return *authority_.issue_service(AuthorityService::TimeStamping, Validity::starting(now_, 24h));
    }
    TimeStampReport verify(ByteView response, const TimeStampRequest& request) const {
        return verify_time_stamp_response(response, request, trust_, now_);
    }
    std::optional<TimeStampFailure> failure(ByteView request) const {
        const auto answer = stamps_.answer(request, now_);
        const auto report = verify(answer.response, TimeStampRequest{});
        EXPECT_EQ(report.failure, answer.failure);
        EXPECT_EQ(report.has(TimeStampFault::Rejected), answer.failure.has_value());
        return answer.failure;
    }

    UtcTime now_ = now();
    CertificateAuthority authority_ = *CertificateAuthority::create({}, now_);
    std::shared_ptr<const Signer> signer_ = make_signer();
    TimeStampAuthority stamps_ = *TimeStampAuthority::create(signer_);
    TimeStampTrust trust_{{authority_.root_certificate()}, {}};
    TimeStampRequest request_ = TimeStampRequest::over(Sha256::of(as_bytes("message")));
};

TEST_F(OwnTimeStamps, are_accepted_by_the_own_check) {
    const auto answer = stamps_.answer(encode(request_), now_ + 123ms, *from_hex("00ab"));
    EXPECT_FALSE(answer.failure);
    EXPECT_EQ(answer.serial_number, "ab");
    const auto report = verify(answer.response, request_);
    ASSERT_TRUE(report.accepted()) << report.describe();
    EXPECT_EQ(report.token->serial_number, "ab");
    EXPECT_EQ(report.token->time, now_ + 123ms);
    EXPECT_EQ(report.token->policy, oid::kOwnTimeStampPolicy);
    EXPECT_EQ(report.token->accuracy, 1s);
    EXPECT_FALSE(report.token->ordering);
    EXPECT_EQ(report.token->chain, signer_->certificate_chain());
    EXPECT_LE(report.token->der.size(), stamps_.max_token_size());
    EXPECT_GE(report.token->der.size() + 32, stamps_.max_token_size());
}

TEST_F(OwnTimeStamps, are_accepted_by_the_openssl_command) {
    const TemporaryFolder folder;
    write_file(folder / "root.pem", certificate_to_pem(authority_.root_certificate()));
    write_file(folder / "issuing.pem", certificate_to_pem(authority_.issuing_certificate()));
    write_file(folder / "content", "message");
    for (const char* options : {"-sha256 -cert", "-sha512 -cert -no_nonce", "-sm3 -cert"}) {
        const auto asked = run(folder, std::string("openssl ts -query -data content ") + options + " -out q.tsq");
        ASSERT_EQ(asked.exit_code, 0) << asked.output;
        write_file(folder / "r.tsr", stamps_.answer(testing::read_file(folder / "q.tsq"), now_).response);
        for (const char* over : {"-queryfile q.tsq", "-data content"}) {
            const auto judged = run(folder, std::string("openssl ts -verify -in r.tsr -CAfile root.pem -untrusted "
                                                        "issuing.pem ") +
                                                over);
            EXPECT_EQ(judged.exit_code, 0) << judged.output;
            EXPECT_NE(judged.output.find("Verification: OK"), std::string::npos) << judged.output;
        }
    }
    write_file(folder / "content", "other");
    EXPECT_NE(run(folder, "openssl ts -verify -in r.tsr -CAfile root.pem -data content").exit_code, 0);
}

TEST_F(OwnTimeStamps, are_accepted_by_libcrypto) {
    const Bytes query = encode(request_);
    const Bytes response = stamps_.answer(query, now_).response;
    const unsigned char* at = query.data();
    TS_REQ* ts_request = d2i_TS_REQ(nullptr, &at, static_cast<long>(query.size()));
    at = response.data();
    TS_RESP* ts_response = d2i_TS_RESP(nullptr, &at, static_cast<long>(response.size()));
    ASSERT_TRUE(ts_request != nullptr && ts_response != nullptr);
    TS_VERIFY_CTX* context = TS_REQ_to_TS_VERIFY_CTX(ts_request, nullptr);
    X509_STORE* store = X509_STORE_new();
    at = authority_.root_certificate().data();
    X509* root = d2i_X509(nullptr, &at, static_cast<long>(authority_.root_certificate().size()));
    X509_STORE_add_cert(store, root);
    TS_VERIFY_CTX_set_store(context, store);
    TS_VERIFY_CTX_add_flags(context, TS_VFY_SIGNATURE);
    EXPECT_EQ(TS_RESP_verify_response(context, ts_response), 1);
    X509_free(root);
    TS_VERIFY_CTX_free(context);
    TS_RESP_free(ts_response);
    TS_REQ_free(ts_request);
}

TEST_F(OwnTimeStamps, carry_certificates_only_when_asked) {
    request_.wants_certificates = false;
    const auto answer = stamps_.answer(encode(request_), now_);
    EXPECT_TRUE(verify(answer.response, request_).has(TimeStampFault::SignerCertificateMissing));
    trust_.others = signer_->certificate_chain();
    const auto report = verify(answer.response, request_);
    EXPECT_TRUE(report.accepted()) << report.describe();
    EXPECT_TRUE(report.token->certificates.empty());
}

TEST_F(OwnTimeStamps, have_serial_numbers_of_their_own) {
    std::set<std::string> serials;
    for (int i = 0; i < 50; ++i)
        serials.insert(stamps_.answer(encode(request_), now_).serial_number);
    EXPECT_EQ(serials.size(), 50U);
    EXPECT_EQ(stamps_.answer(encode(request_), now_, Bytes(21, 1)).failure, TimeStampFailure::SystemFailure);
}

TEST_F(OwnTimeStamps, repeat_any_nonce_as_it_came) {
    for (const char* nonce : {"00", "7f", "ff", "0080", "8000", "0102030405060708090a0b0c0d0e0f10"}) {
        request_.nonce = *from_hex(nonce);
        const auto report = verify(stamps_.answer(encode(request_), now_).response, request_);
        EXPECT_TRUE(report.accepted()) << nonce << report.describe();
    }
}

TEST_F(OwnTimeStamps, are_refused_for_the_reason_of_the_standard) {
    const auto request = [&](Bytes version, ByteView imprint, const Bytes& rest = {}) {
        return der::sequence({version, imprint, rest});
    };
    const Bytes one = der::integer(std::uint64_t{1});
    const Bytes imprint = encode(request_.imprint);
    EXPECT_EQ(failure(request(one, imprint)), std::nullopt);
    EXPECT_EQ(failure({}), TimeStampFailure::BadDataFormat);
    EXPECT_EQ(failure(Bytes(5'000)), TimeStampFailure::BadDataFormat);
    EXPECT_EQ(failure(request(one, imprint, der::null())), TimeStampFailure::BadDataFormat);
    EXPECT_EQ(failure(request(der::integer(std::uint64_t{2}), imprint)), TimeStampFailure::BadRequest);
    EXPECT_EQ(failure(request(one, imprint, der::element(der::kInteger, Bytes(33, 1)))), TimeStampFailure::BadRequest);
    EXPECT_EQ(failure(request(one, encode(MessageImprint{DigestAlgorithm::Sha1, Bytes(20)}))),
              TimeStampFailure::BadAlgorithm);
    EXPECT_EQ(failure(request(one, encode(MessageImprint{DigestAlgorithm::Sha256, Bytes(20)}))),
              TimeStampFailure::BadDataFormat);
    EXPECT_EQ(failure(request(one, imprint, der::object_identifier("1.2.3"))), TimeStampFailure::UnacceptedPolicy);
    EXPECT_EQ(failure(request(one, imprint, der::object_identifier(oid::kOwnTimeStampPolicy))), std::nullopt);
    const Bytes extension = der::sequence({der::object_identifier("1.2.3"), der::octet_string(der::null())});
    EXPECT_EQ(failure(request(one, imprint, der::element(der::context(0), extension))),
              TimeStampFailure::UnacceptedExtension);
    EXPECT_EQ(stamps_.answer(request(one, imprint), now_ + 48h).failure, TimeStampFailure::TimeNotAvailable);
}

TEST_F(OwnTimeStamps, are_refused_for_every_truncated_request) {
    const Bytes query = encode(request_);
    for (std::size_t size = 0; size < query.size(); ++size)
        EXPECT_EQ(failure(ByteView(query).first(size)), TimeStampFailure::BadDataFormat) << size;
    Bytes longer = query;
    longer.push_back(0);
    EXPECT_EQ(failure(longer), TimeStampFailure::BadDataFormat);
}

TEST_F(OwnTimeStamps, answer_any_mutilated_request_in_der) {
    const Bytes query = encode(request_);
    std::mt19937 random(1);
    for (int round = 0; round < 1'000; ++round) {
        Bytes altered = query;
        for (int i = 0; i < 1 + round % 3; ++i)
            altered[random() % altered.size()] = static_cast<std::uint8_t>(random());
        const auto answer = stamps_.answer(altered, now_);
        der::Reader reader(answer.response);
        reader.take(der::kSequence);
        EXPECT_TRUE(reader.finished());
    }
}

TEST_F(OwnTimeStamps, for_this_process_need_no_answer_around_them) {
    const auto token = stamps_.token(request_, now_);
    ASSERT_TRUE(token);
    EXPECT_TRUE(verify_time_stamp_of(*token, as_bytes("message"), trust_).accepted());
    EXPECT_EQ(stamps_.token(request_, now_ + 48h).error().code, ErrorCode::CertificateInvalid);
    request_.policy = "1.2.3";
    EXPECT_EQ(stamps_.token(request_, now_).error().code, ErrorCode::InvalidParameter);
    request_.policy.clear();
    request_.imprint.digest.pop_back();
    EXPECT_EQ(stamps_.token(request_, now_).error().code, ErrorCode::InvalidParameter);
}

TEST_F(OwnTimeStamps, say_the_policy_and_accuracy_that_were_set) {
    const auto accuracy = [&](std::chrono::milliseconds set) {
        const auto stamps = TimeStampAuthority::create(signer_, {"1.2.3.4", set});
        const auto report = verify(stamps->answer(encode(request_), now_).response, request_);
        EXPECT_TRUE(report.accepted()) << report.describe();
        EXPECT_EQ(report.token->policy, "1.2.3.4");
        return report.token->accuracy;
    };
    EXPECT_EQ(accuracy(0ms), std::nullopt);
    EXPECT_EQ(accuracy(250ms), 250ms);
    EXPECT_EQ(accuracy(2'500ms), 2'500ms);
}

TEST_F(OwnTimeStamps, are_not_made_with_just_any_certificate) {
    const std::shared_ptr<const Signer> leaf =
        *authority_.issue({"Test Person", "", "", "", ""}, Validity::starting(now_, 1h));
    EXPECT_EQ(TimeStampAuthority::create(leaf).error().code, ErrorCode::CertificateInvalid);
    EXPECT_EQ(TimeStampAuthority::create(signer_, {"policy", 1s}).error().code, ErrorCode::InvalidParameter);
    EXPECT_EQ(TimeStampAuthority::create(signer_, {"", 24h}).error().code, ErrorCode::InvalidParameter);
    EXPECT_EQ(TimeStampAuthority::create(signer_, {"", -1s}).error().code, ErrorCode::InvalidParameter);
}

}  // namespace
}  // namespace signet::crypto
