#include "crypto/time_stamp.hpp"

#include "testing.hpp"
#include "time_stamp_testing.hpp"

#include <random>

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

using namespace std::chrono_literals;
using testing::Forge;
using testing::ForgedInfo;
using testing::ForgedToken;
using testing::granting;
using testing::kNow;
using testing::run;
using testing::TemporaryFolder;
using testing::write_file;
using Faults = std::vector<TimeStampFault>;

constexpr std::string_view kMessage = "a signature value";

class TimeStampResponse : public ::testing::Test {
  protected:
    TimeStampReport verify(ByteView response) const {
        return verify_time_stamp_response(response, request_, trust_, kNow);
    }
    Faults faults_of_token(ByteView token) const { return verify(granting(token)).faults; }
    /// What is found in an otherwise faultless answer with this TSTInfo.
    Faults faults_of_info(const ForgedInfo& info) const {
        ForgedToken token;
        token.content = info.encoding();
        return faults_of_token(token.encoding(*signer_));
    }
    /// … by an authority with this certificate.
    Faults faults_of_signer(const Signer& signer) const { return faults_of_token(forged().encoding(signer)); }
    ForgedInfo info() const { return ForgedInfo::answering(request_); }
    ForgedToken forged() const {
        ForgedToken token;
        token.content = info().encoding();
        return token;
    }

    Forge forge_;
    std::shared_ptr<const Signer> signer_ =
        forge_.signer({extension::time_stamping_purpose(), extension::service_key_usage()});
    TimeStampRequest request_ = TimeStampRequest::over(Sha256::of(as_bytes(kMessage)));
    TimeStampTrust trust_{{forge_.root()}, {}};
};

TEST_F(TimeStampResponse, that_answers_the_request_is_accepted_and_read) {
    ForgedInfo all = info();
    all.rest.clear();
    append(all.rest, der::sequence({der::integer(std::uint64_t{1}), Bytes{0x80, 0x01, 0x05}, Bytes{0x81, 0x01, 0x07}}));
    append(all.rest, der::boolean(true));
    append(all.rest, der::element(der::kInteger, request_.nonce));
    append(all.rest, der::element(der::context(0), der::element(der::context(4), forge_.root_name())));
    ForgedToken token;
    token.content = all.encoding();
    for (const std::uint64_t status : {0U, 1U}) {
        const auto report = verify(granting(token.encoding(*signer_), status));
        ASSERT_TRUE(report.accepted()) << report.describe();
        EXPECT_EQ(report.token->time, kNow);
        EXPECT_EQ(report.token->serial_number, "07");
        EXPECT_EQ(report.token->policy, "1.2.3.4");
        EXPECT_EQ(report.token->imprint, request_.imprint);
        EXPECT_EQ(report.token->nonce, request_.nonce);
        EXPECT_EQ(report.token->accuracy, 1'005'007us);
        EXPECT_TRUE(report.token->ordering);
        EXPECT_EQ(report.token->authority_certificate, signer_->certificate_chain()[0]);
        EXPECT_EQ(report.token->chain, signer_->certificate_chain());
        EXPECT_EQ(report.token->certificates.size(), 2U);
    }
}

TEST_F(TimeStampResponse, that_is_rejected_names_the_failure_and_the_words) {
    const auto report = verify(TimeStampAuthority::rejection(TimeStampFailure::UnacceptedPolicy, "no\nsuch policy"));
    EXPECT_EQ(report.faults, Faults{TimeStampFault::Rejected});
    EXPECT_EQ(report.failure, TimeStampFailure::UnacceptedPolicy);
    EXPECT_EQ(report.error().code, ErrorCode::TimeStampRefused);
    EXPECT_EQ(report.error().detail,
              "rejected by the time-stamp authority (status 2, unacceptedPolicy: no such policy)");
    for (const std::uint64_t status : {2U, 3U, 4U, 5U, 6U}) {
        const auto refused = verify(der::sequence({der::sequence({der::integer(status)})}));
        EXPECT_EQ(refused.faults, Faults{TimeStampFault::Rejected}) << status;
        EXPECT_FALSE(refused.failure);
    }
    EXPECT_EQ(verify(granting(forged().encoding(*signer_), 2)).faults,
              (Faults{TimeStampFault::Rejected, TimeStampFault::TokenUnexpected}));
    EXPECT_EQ(verify(der::sequence({der::sequence({der::integer(std::uint64_t{0})})})).faults,
              Faults{TimeStampFault::TokenMissing});
}

TEST_F(TimeStampResponse, that_answers_something_else_is_refused_for_its_own_reason) {
    ForgedInfo other = info();
    other.imprint = encode(MessageImprint{DigestAlgorithm::Sha256, Bytes(32, 7)});
    EXPECT_EQ(faults_of_info(other), Faults{TimeStampFault::ImprintDiffers});

    other = info();
    other.rest = der::integer(std::uint64_t{5});
    EXPECT_EQ(faults_of_info(other), Faults{TimeStampFault::NonceDiffers});
    other.rest.clear();
    EXPECT_EQ(faults_of_info(other), Faults{TimeStampFault::NonceDiffers});

    request_.policy = "1.2.3.5";
    EXPECT_EQ(faults_of_info(info()), Faults{TimeStampFault::PolicyDiffers});
    request_.policy = "1.2.3.4";
    EXPECT_EQ(faults_of_info(info()), Faults{});
}

TEST_F(TimeStampResponse, whose_clock_disagrees_is_refused_just_outside_the_window) {
    for (const auto& [skew, fits] :
         {std::pair(60s, true), std::pair(-60s, true), std::pair(61s, false), std::pair(-61s, false)}) {
        ForgedInfo other = info();
        other.time = der::generalized_time(kNow + skew);
        EXPECT_EQ(faults_of_info(other), fits ? Faults{} : Faults{TimeStampFault::ClockSkew}) << skew.count();
    }
    const Bytes response = granting(forged().encoding(*signer_));
    EXPECT_TRUE(verify_time_stamp_response(response, request_, trust_, kNow + 2h, 2h).accepted());
    EXPECT_FALSE(verify_time_stamp_response(response, request_, trust_, kNow + 2h, 1h).accepted());
}

TEST_F(TimeStampResponse, by_a_certificate_that_is_not_for_time_stamping_alone_is_refused) {
    const auto purposes = [](bool critical, const std::vector<std::string_view>& oids) {
        Bytes list;
        for (const std::string_view one : oids)
            append(list, der::object_identifier(one));
        const Bytes flag = critical ? der::boolean(true) : Bytes{};
        return der::sequence(
            {der::object_identifier(oid::kExtendedKeyUsage), flag, der::octet_string(der::sequence({list}))});
    };
    const auto faults = [&](std::vector<Bytes> extensions) { return faults_of_signer(*forge_.signer(extensions)); };
    EXPECT_EQ(faults({}), Faults{TimeStampFault::KeyPurposeWrong});
    EXPECT_EQ(faults({purposes(true, {oid::kEmailProtection})}), Faults{TimeStampFault::KeyPurposeWrong});
    EXPECT_EQ(faults({purposes(true, {oid::kTimeStamping, oid::kEmailProtection})}),
              Faults{TimeStampFault::KeyPurposeWrong});
    EXPECT_EQ(faults({purposes(false, {oid::kTimeStamping})}), Faults{TimeStampFault::KeyPurposeNotCritical});
    EXPECT_EQ(faults({purposes(true, {oid::kTimeStamping})}), Faults{});
    EXPECT_EQ(faults({extension::time_stamping_purpose(), extension::certificate_authority_key_usage()}),
              Faults{TimeStampFault::KeyUsageWrong});
}

TEST_F(TimeStampResponse, by_a_certificate_that_was_not_valid_is_refused) {
    const auto faults = [&](Validity validity) {
        return faults_of_signer(*forge_.signer({extension::time_stamping_purpose()}, validity));
    };
    EXPECT_EQ(faults({kNow - 2h, kNow - 1s}), Faults{TimeStampFault::CertificateExpired});
    EXPECT_EQ(faults({kNow + 1s, kNow + 2h}), Faults{TimeStampFault::CertificateNotYetValid});
    EXPECT_EQ(faults({kNow - 2h, kNow + 1s}), Faults{});
}

TEST_F(TimeStampResponse, needs_a_chain_to_a_trusted_root_once_there_are_any) {
    const Forge other;
    trust_.roots = {other.root()};
    EXPECT_EQ(faults_of_info(info()), Faults{TimeStampFault::ChainNotTrusted});
    trust_.roots = {other.root(), forge_.root()};
    EXPECT_EQ(faults_of_info(info()), Faults{});
    trust_.roots.clear();
    EXPECT_EQ(faults_of_info(info()), Faults{}) << "only built";
}

TEST_F(TimeStampResponse, may_leave_out_certificates_that_the_caller_has) {
    ForgedToken token = forged();
    token.certificates = {forge_.root()};
    const Bytes encoding = token.encoding(*signer_);
    EXPECT_EQ(faults_of_token(encoding), Faults{TimeStampFault::SignerCertificateMissing});
    trust_.others = {signer_->certificate_chain()[0]};
    EXPECT_EQ(faults_of_token(encoding), Faults{});
}

TEST_F(TimeStampResponse, with_wrong_signed_attributes_is_refused) {
    const Bytes& own = signer_->certificate_chain()[0];
    const auto faults = [&](const std::vector<Bytes>& attributes) {
        ForgedToken token = forged();
        token.signed_attributes = attributes;
        return faults_of_token(token.encoding(*signer_));
    };
    const auto usual = forged().usual_attributes(own);
    EXPECT_EQ(faults(usual), Faults{});
    EXPECT_EQ(faults({usual[0], usual[1]}), Faults{TimeStampFault::SigningCertificateMissing});
    EXPECT_EQ(faults({usual[0], usual[1], ForgedToken::signing_certificate_v2(forge_.root())}),
              Faults{TimeStampFault::SigningCertificateWrong});
    EXPECT_EQ(faults({usual[0], usual[2]}), Faults{TimeStampFault::MessageDigestWrong});
    EXPECT_EQ(faults({usual[1], usual[2]}), Faults{TimeStampFault::ContentTypeWrong});
    const Bytes wrong_digest = testing::attribute(oid::kMessageDigest, der::octet_string(Bytes(32, 1)));
    EXPECT_EQ(faults({usual[0], wrong_digest, usual[2]}), Faults{TimeStampFault::MessageDigestWrong});
    EXPECT_EQ(faults({usual[0], usual[1], usual[1], usual[2]}), Faults{TimeStampFault::SignatureWrong});
}

TEST_F(TimeStampResponse, with_signing_certificate_of_version_1_is_accepted) {
    const Bytes& own = signer_->certificate_chain()[0];
    const Bytes id = der::sequence({der::octet_string(Digest::of(DigestAlgorithm::Sha1, own))});
    ForgedToken token = forged();
    token.signed_attributes = token.usual_attributes(own);
    token.signed_attributes->back() =
        testing::attribute(oid::kSigningCertificate, der::sequence({der::sequence({id})}));
    EXPECT_EQ(faults_of_token(token.encoding(*signer_)), Faults{});
}

TEST_F(TimeStampResponse, over_other_content_than_a_tst_info_is_refused) {
    ForgedToken token = forged();
    token.content_type = oid::kData;
    EXPECT_EQ(faults_of_token(token.encoding(*signer_)), Faults{TimeStampFault::ContentTypeWrong});
    token = forged();
    token.content = to_bytes("no TSTInfo");
    EXPECT_EQ(faults_of_token(token.encoding(*signer_)), Faults{TimeStampFault::Malformed});
}

TEST_F(TimeStampResponse, with_a_broken_tst_info_is_malformed) {
    const auto changed = [&](auto change) {
        ForgedInfo other = info();
        change(other);
        return faults_of_info(other);
    };
    const Faults malformed{TimeStampFault::Malformed};
    EXPECT_EQ(changed([](ForgedInfo& i) { i.version = der::integer(std::uint64_t{2}); }), malformed);
    EXPECT_EQ(changed([](ForgedInfo& i) { i.serial_number = Bytes{0x02, 0x00}; }), malformed);
    EXPECT_EQ(changed([](ForgedInfo& i) { i.time = der::time(kNow); }), malformed) << "UTCTime";
    EXPECT_EQ(changed([](ForgedInfo& i) {
                  i.imprint = encode(MessageImprint{DigestAlgorithm::Sha256, Bytes(31)});
              }),
              malformed);
    EXPECT_EQ(changed([](ForgedInfo& i) { append(i.rest, der::null()); }), malformed);
    EXPECT_EQ(changed([](ForgedInfo& i) {
                  i.rest = der::sequence({Bytes{0x80, 0x02, 0x03, 0xe8}});
              }),
              malformed)
        << "1000 milliseconds";
    EXPECT_EQ(changed([](ForgedInfo& i) { i.rest = Bytes{0x02, 0x02, 0x00, 0x01}; }), malformed) << "nonce not in DER";
    const Bytes unknown_digest =
        der::sequence({der::sequence({der::object_identifier("1.2.3")}), der::octet_string(Bytes(32))});
    EXPECT_EQ(changed([&](ForgedInfo& i) { i.imprint = unknown_digest; }), Faults{TimeStampFault::UnknownAlgorithm});
    const auto extension = [](bool critical) {
        return der::element(der::context(1),
                            der::sequence({der::object_identifier("1.2.3"), critical ? der::boolean(true) : Bytes{},
                                           der::octet_string(der::null())}));
    };
    EXPECT_EQ(changed([&](ForgedInfo& i) { append(i.rest, extension(true)); }),
              Faults{TimeStampFault::UnknownCriticalExtension});
    EXPECT_EQ(changed([&](ForgedInfo& i) { append(i.rest, extension(false)); }), Faults{});
}

TEST_F(TimeStampResponse, with_another_number_of_signers_than_one_is_refused) {
    ForgedToken token = forged();
    for (const int signers : {0, 2}) {
        token.signers = signers;
        EXPECT_EQ(faults_of_token(token.encoding(*signer_)), Faults{TimeStampFault::SeveralSigners}) << signers;
    }
}

TEST_F(TimeStampResponse, with_weak_algorithms_is_refused) {
    ForgedToken token = forged();
    token.digest = DigestAlgorithm::Sha1;
    EXPECT_EQ(faults_of_token(token.encoding(*signer_)), Faults{TimeStampFault::WeakAlgorithm});
    const Bytes message = to_bytes("message");
    request_.imprint = {DigestAlgorithm::Sha1, Digest::of(DigestAlgorithm::Sha1, message)};
    EXPECT_EQ(faults_of_info(info()), Faults{TimeStampFault::WeakAlgorithm});
}

TEST_F(TimeStampResponse, truncated_anywhere_or_continued_is_malformed) {
    const Bytes response = granting(forged().encoding(*signer_));
    for (std::size_t size = 0; size < response.size(); ++size) {
        ASSERT_EQ(verify(ByteView(response).first(size)).faults, Faults{TimeStampFault::Malformed}) << size;
    }
    Bytes longer = response;
    longer.push_back(0);
    EXPECT_EQ(verify(longer).faults, Faults{TimeStampFault::Malformed});
    Bytes twice = forged().encoding(*signer_);
    append(twice, twice);
    EXPECT_EQ(faults_of_token(twice), Faults{TimeStampFault::Malformed});
    EXPECT_EQ(verify(Bytes(200'000)).faults, Faults{TimeStampFault::TooLarge});
}

TEST_F(TimeStampResponse, with_any_altered_byte_is_refused) {
    trust_.roots = {forge_.root()};
    const Bytes response = granting(forged().encoding(*signer_));
    // The root stands in the token and in the trust: a change of its copy harms nobody.
    const auto root = std::search(response.begin(), response.end(), forge_.root().begin(), forge_.root().end());
    ASSERT_NE(root, response.end());
    const auto root_at = static_cast<std::size_t>(root - response.begin());
    for (std::size_t i = 0; i < response.size(); ++i) {
        if (i >= root_at && i < root_at + forge_.root().size()) continue;
        Bytes altered = response;
        altered[i] ^= 0x80;
        EXPECT_FALSE(verify(altered).accepted()) << i;
    }
}

TEST_F(TimeStampResponse, mutilated_at_random_never_does_harm) {
    const Bytes response = granting(forged().encoding(*signer_));
    std::mt19937 random(20'260'921);
    for (int round = 0; round < 3'000; ++round) {
        Bytes altered = response;
        for (int i = 0; i < 1 + round % 5; ++i)
            altered[random() % altered.size()] = static_cast<std::uint8_t>(random());
        altered.resize(altered.size() - random() % 3);
        (void)verify(altered);
    }
}

TEST_F(TimeStampResponse, reports_every_fault_at_once) {
    const auto stranger = Forge().signer({}, {kNow - 3h, kNow - 2h});
    ForgedInfo other = info();
    other.imprint = encode(MessageImprint{DigestAlgorithm::Sha256, Bytes(32, 7)});
    other.time = der::generalized_time(kNow - 1h);
    other.rest.clear();
    ForgedToken token;
    token.content = other.encoding();
    const auto report = verify(granting(token.encoding(*stranger)));
    for (const auto fault : {TimeStampFault::ImprintDiffers, TimeStampFault::NonceDiffers, TimeStampFault::ClockSkew,
                             TimeStampFault::KeyPurposeWrong, TimeStampFault::CertificateExpired}) {
        EXPECT_TRUE(report.has(fault)) << to_string(fault) << "\n" << report.describe();
    }
}

TEST_F(TimeStampResponse, of_openssl_is_accepted) {
    const TemporaryFolder folder;
    write_file(folder / "request.tsq", encode(request_));
    write_file(folder / "serial", "01\n");
    write_file(folder / "ts.cnf", R"(
[tsa]
default_tsa = t
[t]
serial = ./serial
signer_cert = ./tsa.pem
signer_key = ./tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1, millisecs:500
ess_cert_id_alg = sha256
)");
    write_file(folder / "tsa.ext", "extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n");
    const auto made =
        run(folder,
            "openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj "
            "'/CN=Example Root' && openssl req -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.csr -subj "
            "'/CN=Example TSA' && openssl x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -extfile tsa.ext "
            "-out tsa.pem -days 30 && openssl ts -reply -config ts.cnf -queryfile request.tsq -out "
            "response.tsr && openssl ts -reply -in response.tsr -token_out -out token.der && openssl x509 "
            "-in ca.pem -outform DER -out ca.der");
    ASSERT_EQ(made.exit_code, 0) << made.output;
    const TimeStampTrust trust{{testing::read_file(folder / "ca.der")}, {}};
    const UtcTime now = SystemClock().now();
    const auto report = verify_time_stamp_response(testing::read_file(folder / "response.tsr"), request_, trust, now);
    ASSERT_TRUE(report.accepted()) << report.describe();
    EXPECT_EQ(report.token->policy, "1.2.3.4.1");
    EXPECT_EQ(report.token->accuracy, 1'500ms);
    const auto found = verify_time_stamp_of(testing::read_file(folder / "token.der"), as_bytes(kMessage), trust);
    EXPECT_TRUE(found.accepted()) << found.describe();
}

TEST_F(TimeStampResponse, asks_in_words_that_openssl_understands) {
    const TemporaryFolder folder;
    request_.policy = "1.2.3.4";
    write_file(folder / "request.tsq", encode(request_));
    const auto printed = run(folder, "openssl ts -query -in request.tsq -text").output;
    for (const char* part :
         {"Version: 1", "Hash Algorithm: sha256", "Policy OID: 1.2.3.4", "Certificate required: yes"}) {
        EXPECT_NE(printed.find(part), std::string::npos) << part << "\n" << printed;
    }
    EXPECT_EQ(printed.find("Nonce: unspecified"), std::string::npos);
    EXPECT_NE(TimeStampRequest::over({}).nonce, TimeStampRequest::over({}).nonce);
    EXPECT_GE(request_.nonce.size(), 6U);
    EXPECT_LE(request_.nonce.size(), 9U);
}

class TimeStampInAFile : public TimeStampResponse {
  protected:
    Bytes token_ = forged().encoding(*signer_);
};

TEST_F(TimeStampInAFile, is_checked_over_a_digest_or_a_message) {
    EXPECT_TRUE(verify_time_stamp_token(token_, Sha256::of(as_bytes(kMessage)), trust_).accepted());
    EXPECT_TRUE(verify_time_stamp_of(token_, as_bytes(kMessage), trust_).accepted());
    EXPECT_EQ(verify_time_stamp_token(token_, Bytes(32), trust_).faults, Faults{TimeStampFault::ImprintDiffers});
    EXPECT_EQ(verify_time_stamp_of(token_, as_bytes("another message"), trust_).faults,
              Faults{TimeStampFault::ImprintDiffers});
}

TEST_F(TimeStampInAFile, is_read_without_trust) {
    const auto token = parse_time_stamp_token(token_);
    ASSERT_TRUE(token);
    EXPECT_EQ(token->time, kNow);
    EXPECT_EQ(token->der, token_);
    Bytes padded = token_;
    padded.push_back(0);
    EXPECT_EQ(parse_time_stamp_token(padded).error().code, ErrorCode::TimeStampRefused);
    EXPECT_EQ(parse_time_stamp_token({}).error().code, ErrorCode::TimeStampRefused);
}

TEST(TimeStampWords, are_there_for_every_fault_and_failure) {
    for (int i = 0; i <= static_cast<int>(TimeStampFault::ClockSkew); ++i)
        EXPECT_NE(to_string(static_cast<TimeStampFault>(i)), "unknown") << i;
    for (const int i : {0, 2, 5, 14, 15, 16, 17, 25})
        EXPECT_NE(to_string(static_cast<TimeStampFailure>(i)), "unknown") << i;
}

}  // namespace
}  // namespace signet::crypto
