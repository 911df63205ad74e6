#include "crypto/sm2.hpp"

#include "crypto/algorithms.hpp"
#include "crypto/certificate.hpp"
#include "crypto/cms.hpp"
#include "crypto/pem.hpp"
#include "crypto/revocation.hpp"
#include "crypto/signature_value.hpp"
#include "crypto/time_stamp_authority.hpp"
#include "national_testing.hpp"
#include "testing.hpp"

#include <random>

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

using namespace testing;

constexpr std::string_view kContent = "the sealed ranges of a contract";
constexpr SignatureMethod kMethod{SignatureScheme::Sm2, DigestAlgorithm::Sm3, DigestAlgorithm::Sm3, 0};

Sm3Digest sm3(std::string_view text) {
    Sm3Digest digest{};
    std::ranges::copy(Digest::of(DigestAlgorithm::Sm3, as_bytes(text)), digest.begin());
    return digest;
}

EvpKey public_key(ByteView der) {
    const unsigned char* at = der.data();
    return EvpKey(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
}

/// The key of the example in GB/T 32918.5-2017, appendix A.
EvpKey example_key() {
    const Bytes point = *from_hex(
        "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
        "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13");
    const Bytes algorithm =
        der::sequence({der::object_identifier(oid::kEcPublicKey), der::object_identifier(oid::kSm2)});
    return public_key(der::sequence({algorithm, der::bit_string(point)}));
}

TEST(Sm2, hashes_who_signs_as_the_standards_example_does) {
    const auto digest = sm2_identity_digest(example_key().get());
    ASSERT_TRUE(digest);
    EXPECT_EQ(hex(*digest), "b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3");
    EXPECT_EQ(hex(sm2_digest(*digest, as_bytes("message digest"))),
              "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640");
    EXPECT_NE(sm2_identity_digest(example_key().get(), "somebody else"), digest);
    EXPECT_FALSE(sm2_identity_digest(PrivateKey::generate(KeyAlgorithm::EcP256)->native()));
}

TEST(Sm2, verifies_the_standards_example) {
    const Bytes signature =
        der::sequence({der::integer(*from_hex("f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3")),
                       der::integer(*from_hex("b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"))});
    const EvpKey key = example_key();
    EXPECT_TRUE(goes_with(key.get(), SignatureScheme::Sm2));
    EXPECT_FALSE(goes_with(key.get(), SignatureScheme::Ecdsa));
    EXPECT_TRUE(verify_message(key.get(), kMethod, signature, as_bytes("message digest")));
    EXPECT_FALSE(verify_message(key.get(), kMethod, signature, as_bytes("message digesT")));
}

TEST(Sm2, key_survives_its_der_form_and_signs_what_libcrypto_verifies) {
    const TemporaryFolder folder;
    const PrivateKey made = *PrivateKey::generate(KeyAlgorithm::Sm2);
    const auto key = PrivateKey::from_der(made.to_der().view());
    ASSERT_TRUE(key) << describe(key.error());
    EXPECT_EQ(key->signature_algorithm(), SignatureAlgorithm::Sm2Sm3);
    EXPECT_EQ(key->public_key(), made.public_key());
    const auto signer = KeySigner::trusted(*key, {});
    const Bytes signature = *signer->sign(as_bytes(kContent));
    EXPECT_LE(signature.size(), signer->max_signature_size());
    EXPECT_TRUE(verify_message(made.native(), kMethod, signature, as_bytes(kContent)));

    write_file(folder / "public.der", made.public_key());
    write_file(folder / "content", kContent);
    write_file(folder / "signature", signature);
    const Outcome outcome = run(folder,
                                "openssl pkeyutl -verify -pubin -keyform DER -inkey public.der -rawin -digest sm3 "
                                "-in content -sigfile signature -pkeyopt distid:1234567812345678");
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
}

TEST(Sm2, verifies_what_libcrypto_signed_with_the_usual_identity_and_no_other) {
    const TemporaryFolder folder;
    write_file(folder / "content", kContent);
    const std::string sign = "openssl pkeyutl -sign -inkey key.pem -rawin -digest sm3 -in content ";
    const Outcome made = run(folder, "openssl genpkey -algorithm SM2 -out key.pem && " + sign +
                                         "-pkeyopt distid:1234567812345678 -out usual && " + sign +
                                         "-pkeyopt distid:somebody -out other");
    ASSERT_EQ(made.exit_code, 0) << made.output;
    const auto key = PrivateKey::from_pem(read_text(folder / "key.pem"));
    ASSERT_TRUE(key) << describe(key.error());
    EXPECT_TRUE(verify_message(key->native(), kMethod, read_file(folder / "usual"), as_bytes(kContent)));
    EXPECT_FALSE(verify_message(key->native(), kMethod, read_file(folder / "other"), as_bytes(kContent)));
}

TEST(Sm2Authority, issues_chains_that_we_and_openssl_trust) {
    const TemporaryFolder folder;
    const UtcTime now = SystemClock().now();
    const auto authority = CertificateAuthority::create(national_settings(), now);
    ASSERT_TRUE(authority) << describe(authority.error());
    const auto signer =
        authority->issue({"示例公司", "示例公司", "1", "", "CN"}, Validity::starting(now, kDay), KeyAlgorithm::Sm2);
    ASSERT_TRUE(signer) << describe(signer.error());
    const auto& chain = (*signer)->certificate_chain();
    ASSERT_EQ(chain.size(), 3U);
    const CertificateInfo info = *describe_certificate(chain[0]);
    EXPECT_EQ(info.public_key, "SM2");
    EXPECT_EQ(info.signature_algorithm, "SM2-with-SM3");
    EXPECT_TRUE(info.issuer_common_name.starts_with("Signet SM2 Issuing CA"));
    const auto report = verify_chain(chain[0], {chain[1]}, {chain[2]}, now);
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->trusted()) << ::testing::PrintToString(report->problems);
    const auto stranger = CertificateAuthority::create(national_settings(), now);
    EXPECT_FALSE(verify_chain(chain[0], {chain[1]}, {stranger->root_certificate()}, now)->trusted());

    write_file(folder / "leaf.pem", certificate_to_pem(chain[0]));
    write_file(folder / "issuing.pem", certificate_to_pem(chain[1]));
    write_file(folder / "root.pem", certificate_to_pem(chain[2]));
    // `openssl verify` gives the identity to the last certificate alone: link by link.
    const std::string verify = "openssl verify -vfyopt distid:1234567812345678 ";
    const Outcome outcome = run(
        folder, verify + "-partial_chain -trusted issuing.pem leaf.pem && " + verify + "-CAfile root.pem issuing.pem");
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
}

TEST(Sm2Authority, a_certificate_altered_anywhere_is_not_trusted) {
    const Sm2Root root;
    const Bytes leaf = root.signer("Example")->certificate_chain()[0];
    std::mt19937 random(7);
    for (int i = 0; i < 200; ++i) {
        Bytes altered = leaf;
        altered[random() % altered.size()] ^= static_cast<std::uint8_t>(1U << (random() % 8));
        const auto report = verify_chain(altered, {}, {root.certificate()}, kThatDay);
        EXPECT_TRUE(!report || !report->trusted());
    }
}

TEST(Sm2Authority, and_the_other_one_do_not_certify_each_others_keys) {
    const UtcTime now = SystemClock().now();
    const auto national = CertificateAuthority::create(national_settings(), now);
    const auto usual = CertificateAuthority::create({}, now);
    const Subject subject{"示例公司", "", "1", "", ""};
    const Validity validity = Validity::starting(now, kDay);
    const Bytes sm2 = PrivateKey::generate(KeyAlgorithm::Sm2)->public_key();
    const Bytes p256 = PrivateKey::generate(KeyAlgorithm::EcP256)->public_key();
    EXPECT_EQ(national->issue(subject, validity).error().code, ErrorCode::KeyUnusable);
    EXPECT_EQ(usual->issue(subject, validity, KeyAlgorithm::Sm2).error().code, ErrorCode::KeyUnusable);
    EXPECT_EQ(national->issue_for(p256, subject, validity).error().code, ErrorCode::KeyUnusable);
    EXPECT_EQ(usual->issue_for(sm2, subject, validity).error().code, ErrorCode::KeyUnusable);
    EXPECT_TRUE(national->issue_for(sm2, subject, validity));
    EXPECT_TRUE(usual->issue_for(p256, subject, validity));
}

TEST(Sm2Authority, comes_back_from_its_folder_with_its_maker_of_seals) {
    const TemporaryFolder folder;
    const UtcTime now = SystemClock().now();
    const auto vault = KeyVault::load_or_create(folder / "master.key");
    ASSERT_TRUE(vault);
    const auto made = CertificateAuthority::load_or_create(folder / "national", *vault, national_settings(), now);
    ASSERT_TRUE(made) << describe(made.error());
    const auto maker = made->load_or_issue_service(AuthorityService::SealMaker, folder / "national", *vault, now,
                                                   365 * kDay, 30 * kDay);
    ASSERT_TRUE(maker) << describe(maker.error());
    // The settings of another family do not matter to a CA that exists.
    const auto loaded = CertificateAuthority::load_or_create(folder / "national", *vault, {}, now);
    ASSERT_TRUE(loaded) << describe(loaded.error());
    EXPECT_EQ(loaded->root_certificate(), made->root_certificate());
    const auto again = loaded->load_or_issue_service(AuthorityService::SealMaker, folder / "national", *vault, now,
                                                     365 * kDay, 30 * kDay);
    ASSERT_TRUE(again);
    EXPECT_EQ((*again)->certificate_chain(), (*maker)->certificate_chain());
    EXPECT_EQ((*again)->algorithm(), SignatureAlgorithm::Sm2Sm3);

    const auto renewed = CertificateAuthority::renew_issuing(folder / "national", *vault, {}, now + kDay);
    ASSERT_TRUE(renewed) << describe(renewed.error());
    EXPECT_TRUE(renewed->issue({"示例公司", "", "1", "", ""}, Validity::starting(now + kDay, kDay), KeyAlgorithm::Sm2));
}

TEST(Sm2Authority, its_revocation_lists_count) {
    const Sm2Root root;
    const auto signer = root.signer("Example");
    RevocationData data;
    data.revocation_lists.push_back(root.list_revoking(*signer, kThatDay));
    const auto judged = judge_revocation(signer->certificate_chain(), data, kThatDay + kDay);
    ASSERT_TRUE(judged);
    EXPECT_EQ(judged->front().state, RevocationState::Revoked);
    EXPECT_EQ(judge_revocation(signer->certificate_chain(), data, kThatDay - kDay)->front().state,
              RevocationState::Good);
}

class NationalCms : public ::testing::Test {
  protected:
    Sm2Root root_;
    std::unique_ptr<Signer> signer_ = root_.signer("Example");
    Bytes cms_ = *make_national_cms(*signer_, sm3(kContent));
};

TEST_F(NationalCms, is_signed_data_of_its_own_arc_and_holds) {
    const auto data = parse_cms(cms_);
    ASSERT_TRUE(data) << describe(data.error());
    EXPECT_EQ(data->encoded_size, cms_.size());
    EXPECT_EQ(data->content_type, "1.2.156.10197.6.1.4.2.1");
    EXPECT_EQ(data->digest_algorithm(), DigestAlgorithm::Sm3);
    EXPECT_EQ(data->signer.signature_algorithm.oid, "1.2.156.10197.1.501");
    const Bytes type = der::object_identifier("1.2.156.10197.6.1.4.2.2");
    EXPECT_EQ(std::search(cms_.begin(), cms_.end(), type.begin(), type.end()) - cms_.begin(), 4);
    const CmsReport report = verify_cms(*data, sm3(kContent));
    EXPECT_TRUE(report.valid());
    EXPECT_TRUE(report.findings.empty());
    EXPECT_EQ(report.algorithm, "SM2 with SM3");
    EXPECT_EQ(report.signer_certificate, signer_->certificate_chain()[0]);
    EXPECT_FALSE(verify_cms(*data, sm3("other content")).valid());
    EXPECT_LE(cms_.size(), max_pades_cms_size(*signer_));
}

TEST_F(NationalCms, with_any_altered_bit_of_its_signer_info_is_invalid) {
    const SignedData whole = *parse_cms(cms_);
    const auto& attributes = whole.signer.signed_attributes_encoding;
    const auto at = std::search(cms_.begin(), cms_.end(), attributes.begin() + 1, attributes.end()) - cms_.begin();
    for (std::size_t i = static_cast<std::size_t>(at); i < cms_.size(); ++i) {
        Bytes altered = cms_;
        altered[i] ^= 0x01;
        const auto data = parse_cms(altered);
        EXPECT_TRUE(!data || !verify_cms(*data, sm3(kContent)).valid()) << "byte " << i;
    }
}

TEST_F(NationalCms, is_made_by_sm2_keys_alone_and_they_make_no_other) {
    const auto usual = KeySigner::trusted(*PrivateKey::generate(KeyAlgorithm::EcP256), signer_->certificate_chain());
    EXPECT_EQ(make_national_cms(*usual, sm3(kContent)).error().code, ErrorCode::KeyUnusable);
    EXPECT_EQ(make_pades_cms(*signer_, Sha256::of(as_bytes(kContent))).error().code, ErrorCode::KeyUnusable);
    EXPECT_FALSE(TimeStampAuthority::create(std::shared_ptr<const Signer>(
        root_.signer("TSA", Sm2Root::wide(), {extension::service_key_usage(), extension::time_stamping_purpose()}))));
}

/// GB/T 35275 as its simplest producers write it: no attributes, the signature value over the content itself.
Bytes cms_without_attributes(const Signer& signer, std::string_view algorithm, bool with_content) {
    const CertificateView certificate = *view_certificate(signer.certificate_chain().front());
    const Bytes sm3_algorithm = encode_algorithm(DigestAlgorithm::Sm3);
    const Bytes content = with_content ? der::element(der::context(0), der::octet_string(as_bytes(kContent))) : Bytes{};
    const Bytes signer_info = der::sequence({
        der::integer(std::uint64_t{1}),
        der::sequence({certificate.issuer, der::element(der::kInteger, certificate.serial_number)}),
        sm3_algorithm,
        der::sequence({der::object_identifier(algorithm), der::null()}),
        der::octet_string(*signer.sign(as_bytes(kContent))),
    });
    const Bytes signed_data = der::sequence({
        der::integer(std::uint64_t{1}),
        der::element(der::kSet, sm3_algorithm),
        der::sequence({der::object_identifier(oid::kNationalData), content}),
        der::element(der::context(0), signer.certificate_chain().front()),
        der::element(der::kSet, signer_info),
    });
    return der::sequence(
        {der::object_identifier(oid::kNationalSignedData), der::element(der::context(0), signed_data)});
}

TEST_F(NationalCms, without_attributes_needs_the_content_itself) {
    for (const std::string_view algorithm : {oid::kSm2WithSm3, oid::kSm2Signature, oid::kSm2}) {
        const auto detached = parse_cms(cms_without_attributes(*signer_, algorithm, false));
        ASSERT_TRUE(detached) << describe(detached.error());
        EXPECT_TRUE(verify_cms_of(*detached, as_bytes(kContent)).valid()) << algorithm;
        EXPECT_FALSE(verify_cms_of(*detached, as_bytes("other content")).valid());
        EXPECT_TRUE(verify_cms(*detached, sm3(kContent)).has(CmsFinding::UnknownAlgorithm));
        const auto with_content = parse_cms(cms_without_attributes(*signer_, algorithm, true));
        EXPECT_TRUE(verify_encapsulated_cms(*with_content).valid()) << algorithm;
    }
}

}  // namespace
}  // namespace signet::crypto
