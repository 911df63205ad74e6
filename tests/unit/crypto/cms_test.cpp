#include "crypto/cms.hpp"

#include "crypto/certificate_authority.hpp"
#include "crypto/der.hpp"
#include "crypto/oids.hpp"
#include "crypto/pem.hpp"
#include "testing.hpp"

#include <random>

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

using testing::run;
using testing::TemporaryFolder;
using testing::write_file;
using Findings = std::vector<CmsFinding>;

constexpr std::string_view kContent = "the signed ranges of a contract";

std::string names(const CmsReport& report) {
    std::string text;
    for (const CmsFinding finding : report.findings)
        text += std::string(to_string(finding)) + "; ";
    return text;
}

class OwnCms : public ::testing::Test {
  protected:
    static std::unique_ptr<Signer> make_signer() {
        const UtcTime now = SystemClock().now();
        const auto authority = CertificateAuthority::create({}, now);
        return std::move(
            *authority->issue({"张三", "示例公司", "1", "", ""}, Validity::starting(now, std::chrono::hours(1))));
    }
    CmsReport verify() const { return verify_cms(data_, Sha256::of(as_bytes(kContent))); }

    std::unique_ptr<Signer> signer_ = make_signer();
    Bytes cms_ = *make_pades_cms(*signer_, Sha256::of(as_bytes(kContent)));
    SignedData data_ = *parse_cms(cms_);
};

TEST_F(OwnCms, is_valid_and_nothing_is_found) {
    EXPECT_EQ(data_.encoded_size, cms_.size());
    EXPECT_TRUE(data_.is_definite);
    EXPECT_EQ(data_.content_type, oid::kData);
    EXPECT_FALSE(data_.content);
    EXPECT_EQ(data_.digest_algorithm(), DigestAlgorithm::Sha256);
    const CmsReport report = verify();
    EXPECT_TRUE(report.valid());
    EXPECT_EQ(report.findings, Findings{}) << names(report);
    EXPECT_EQ(report.signer_certificate, signer_->certificate_chain()[0]);
    EXPECT_EQ(report.other_certificates.size(), 2U);
    EXPECT_EQ(report.algorithm, "ECDSA P-256 with SHA-256");
    EXPECT_FALSE(report.claimed_signing_time);
    EXPECT_TRUE(report.signature_time_stamp.empty());
}

TEST_F(OwnCms, over_other_content_is_invalid) {
    const CmsReport report = verify_cms(data_, Sha256::of(as_bytes("other content")));
    EXPECT_FALSE(report.valid());
    EXPECT_TRUE(report.signature_value_ok);
    EXPECT_FALSE(report.content_digest_ok);
    EXPECT_EQ(report.findings, Findings{CmsFinding::ContentDigestWrong});
    EXPECT_FALSE(verify_cms(data_, {}).valid());
}

TEST_F(OwnCms, may_be_followed_by_padding) {
    Bytes padded = cms_;
    padded.resize(cms_.size() + 500);
    EXPECT_EQ(parse_cms(padded)->encoded_size, cms_.size());
}

TEST_F(OwnCms, with_any_altered_byte_of_its_signer_info_is_invalid) {
    const auto attributes_at =
        std::search(cms_.begin(), cms_.end(), data_.signer.signed_attributes_encoding.begin() + 2,
                    data_.signer.signed_attributes_encoding.end());
    ASSERT_NE(attributes_at, cms_.end());
    for (std::size_t i = attributes_at - cms_.begin(); i < cms_.size(); ++i) {
        Bytes altered = cms_;
        altered[i] ^= 0x01;
        const auto data = parse_cms(altered);
        EXPECT_FALSE(data && verify_cms(*data, Sha256::of(as_bytes(kContent))).valid()) << i;
    }
}

TEST_F(OwnCms, truncated_anywhere_is_an_error) {
    for (std::size_t size = 0; size < cms_.size(); ++size) {
        const auto data = parse_cms(ByteView(cms_).first(size));
        ASSERT_FALSE(data) << size;
        EXPECT_EQ(data.error().code, ErrorCode::SignatureInvalid);
    }
}

TEST_F(OwnCms, mutilated_at_random_never_does_harm) {
    std::mt19937 random(20'260'101);
    for (int round = 0; round < 2'000; ++round) {
        Bytes altered = cms_;
        for (int i = 0; i < 1 + round % 4; ++i)
            altered[random() % altered.size()] = static_cast<std::uint8_t>(random());
        if (const auto data = parse_cms(altered)) (void)verify_cms(*data, Sha256::of(as_bytes(kContent)));
    }
}

TEST_F(OwnCms, with_a_substituted_certificate_of_the_same_key_and_name_is_invalid) {
    const TemporaryFolder folder;
    const auto made =
        run(folder,
            "openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out a.pem -subj /CN=A -set_serial 5 -days "
            "30 && openssl req -x509 -key k.pem -out b.pem -subj /CN=A -set_serial 5 -days 31");
    ASSERT_EQ(made.exit_code, 0) << made.output;
    const auto signer = KeySigner::load(folder / "k.pem", folder / "a.pem");
    data_ = *parse_cms(*make_pades_cms(**signer, Sha256::of(as_bytes(kContent))));
    const Bytes other = read_certificates(testing::read_file(folder / "b.pem"))->front();
    data_.certificates.insert(data_.certificates.begin(), other);
    EXPECT_TRUE(verify().valid()) << "the certificate that signing-certificate names is chosen";
    data_.certificates.resize(1);
    const CmsReport report = verify();
    EXPECT_TRUE(report.signature_value_ok) << "the key is the same";
    EXPECT_FALSE(report.valid());
    EXPECT_EQ(report.findings, Findings{CmsFinding::SigningCertificateWrong}) << names(report);
}

TEST_F(OwnCms, without_the_signers_certificate_is_invalid) {
    data_.certificates.erase(
        std::remove(data_.certificates.begin(), data_.certificates.end(), signer_->certificate_chain()[0]),
        data_.certificates.end());
    const CmsReport report = verify();
    EXPECT_FALSE(report.valid());
    EXPECT_TRUE(report.has(CmsFinding::SignerCertificateMissing));
    EXPECT_TRUE(report.signer_certificate.empty());
}

TEST_F(OwnCms, whose_algorithms_were_changed_is_invalid) {
    data_.signer.digest_algorithm.parameters = der::null();
    EXPECT_TRUE(verify().has(CmsFinding::AlgorithmProtectionWrong));
    EXPECT_FALSE(verify().valid());
}

TEST_F(OwnCms, with_an_unknown_algorithm_is_invalid) {
    data_.signer.signature_algorithm.oid = "1.2.3.4";
    EXPECT_TRUE(verify().has(CmsFinding::UnknownAlgorithm));
    EXPECT_FALSE(verify().valid());
    data_ = *parse_cms(cms_);
    data_.signer.signature_algorithm.oid = std::string(oid::kSha256WithRsa);
    EXPECT_TRUE(verify().has(CmsFinding::UnknownAlgorithm)) << "RSA does not go with this key";
    data_.signer.digest_algorithm.oid = "1.2.3.4";
    EXPECT_FALSE(data_.digest_algorithm());
    EXPECT_FALSE(verify().valid());
}

TEST_F(OwnCms, needs_each_of_its_attributes_exactly_once) {
    const auto without = [&](std::string_view type) {
        SignedData data = data_;
        std::erase_if(data.signer.signed_attributes, [&](const Attribute& each) { return each.type == type; });
        return verify_cms(data, Sha256::of(as_bytes(kContent)));
    };
    EXPECT_TRUE(without(oid::kMessageDigest).has(CmsFinding::MessageDigestMissing));
    EXPECT_FALSE(without(oid::kMessageDigest).valid());
    EXPECT_TRUE(without(oid::kContentType).has(CmsFinding::ContentTypeWrong));
    EXPECT_FALSE(without(oid::kContentType).valid());
    EXPECT_TRUE(without(oid::kSigningCertificateV2).has(CmsFinding::SigningCertificateMissing));

    data_.signer.signed_attributes.push_back(data_.signer.signed_attributes.front());
    EXPECT_TRUE(verify().has(CmsFinding::AttributeRepeated));
    EXPECT_FALSE(verify().valid());
}

TEST_F(OwnCms, of_another_content_type_is_invalid) {
    data_.content_type = "1.2.3.4";
    EXPECT_TRUE(verify().has(CmsFinding::ContentTypeWrong));
    EXPECT_FALSE(verify().valid());
}

// ---- Signatures that openssl makes.

class ForeignCms : public ::testing::Test {
  protected:
    void SetUp() override { write_file(folder_ / "content", kContent); }

    void make_key(const std::string& kind, const std::string& name = "a") {
        const auto made = run(folder_, "openssl req -x509 -newkey " + kind + " -nodes -keyout " + name + ".key -out " +
                                           name + ".pem -subj '/CN=Foreign " + name + "' -days 30");
        ASSERT_EQ(made.exit_code, 0) << made.output;
    }
    SignedData sign(const std::string& options) {
        const auto made = run(folder_,
                              "openssl cms -sign -binary -in content -outform DER -out signature.der -signer a.pem "
                              "-inkey a.key " +
                                  options);
        EXPECT_EQ(made.exit_code, 0) << made.output;
        auto data = parse_cms(testing::read_file(folder_ / "signature.der"));
        EXPECT_TRUE(data) << describe(data.error());
        return *data;
    }
    static CmsReport verify(const SignedData& data, std::string_view content = kContent) {
        return verify_cms(data, Digest::of(*data.digest_algorithm(), as_bytes(content)));
    }

    TemporaryFolder folder_;
};

TEST_F(ForeignCms, of_all_usual_kinds_is_valid_and_over_other_content_is_not) {
    struct Case {
        std::string key;
        std::string options;
        std::string algorithm;
    };
    const std::vector<Case> cases{
        {"rsa:2048", "-md sha256", "RSA 2048 PKCS#1 with SHA-256"},
        {"rsa:2048", "-md sha384", "RSA 2048 PKCS#1 with SHA-384"},
        {"rsa:3072", "-md sha512", "RSA 3072 PKCS#1 with SHA-512"},
        {"rsa:2048", "-md sha256 -keyopt rsa_padding_mode:pss", "RSA 2048 PSS with SHA-256"},
        {"rsa:2048", "-md sha512 -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:20", "RSA 2048 PSS with SHA-512"},
        {"rsa:2048", "-md sha256 -keyopt rsa_padding_mode:pss -keyopt rsa_mgf1_md:sha1", "RSA 2048 PSS with SHA-256"},
        {"rsa-pss -pkeyopt rsa_keygen_bits:2048", "-md sha256 -keyopt rsa_padding_mode:pss",
         "RSA 2048 PSS with SHA-256"},
        {"ec -pkeyopt ec_paramgen_curve:P-256", "-md sha256", "ECDSA P-256 with SHA-256"},
        {"ec -pkeyopt ec_paramgen_curve:P-384", "-md sha384", "ECDSA P-384 with SHA-384"},
        {"ec -pkeyopt ec_paramgen_curve:P-521", "-md sha512", "ECDSA P-521 with SHA-512"},
        {"ec -pkeyopt ec_paramgen_curve:brainpoolP256r1", "-md sha224", "ECDSA brainpoolP256r1 with SHA-224"},
    };
    for (const Case& each : cases) {
        make_key(each.key);
        const SignedData data = sign(each.options);
        const CmsReport report = verify(data);
        EXPECT_TRUE(report.valid()) << each.algorithm << ": " << names(report);
        EXPECT_EQ(report.algorithm, each.algorithm);
        EXPECT_TRUE(report.has(CmsFinding::SigningTimePresent));
        EXPECT_TRUE(report.claimed_signing_time);
        EXPECT_TRUE(report.has(CmsFinding::SigningCertificateMissing));
        EXPECT_FALSE(verify(data, "other content").valid()) << each.algorithm;
    }
}

TEST_F(ForeignCms, in_cades_form_has_a_matching_signing_certificate) {
    make_key("rsa:2048");
    for (const char* digest : {"sha256", "sha512"}) {
        const CmsReport report = verify(sign(std::string("-cades -md ") + digest));
        EXPECT_TRUE(report.valid()) << names(report);
        EXPECT_EQ(report.findings, Findings{CmsFinding::SigningTimePresent}) << names(report);
    }
}

TEST_F(ForeignCms, with_weak_algorithms_is_valid_but_marked) {
    make_key("rsa:2048");
    for (const char* digest : {"sha1", "md5"}) {
        const CmsReport report = verify(sign(std::string("-md ") + digest));
        EXPECT_TRUE(report.valid()) << names(report);
        EXPECT_TRUE(report.has(CmsFinding::WeakDigest));
    }
    make_key("rsa:1024");
    EXPECT_TRUE(verify(sign("-md sha256")).has(CmsFinding::WeakKey));
}

TEST_F(ForeignCms, names_its_signer_by_key_identifier_too) {
    make_key("rsa:2048");
    const SignedData data = sign("-keyid");
    EXPECT_FALSE(data.signer.subject_key_identifier.empty());
    EXPECT_TRUE(verify(data).valid());
}

TEST_F(ForeignCms, without_signed_attributes_is_valid_but_marked) {
    make_key("rsa:2048");
    const SignedData data = sign("-noattr");
    const CmsReport report = verify(data);
    EXPECT_TRUE(report.valid()) << names(report);
    EXPECT_TRUE(report.has(CmsFinding::NoSignedAttributes));
    EXPECT_FALSE(verify(data, "other content").valid());
    EXPECT_FALSE(verify_cms(data, {}).valid());
}

TEST_F(ForeignCms, with_its_content_inside_and_indefinite_lengths_is_read) {
    make_key("rsa:2048");
    for (const char* options : {"-nodetach", "-nodetach -stream -indef"}) {
        const SignedData data = sign(options);
        ASSERT_TRUE(data.content) << options;
        EXPECT_EQ(as_text(*data.content), kContent);
        const CmsReport report = verify_encapsulated_cms(data);
        EXPECT_TRUE(report.valid()) << options << names(report);
        EXPECT_TRUE(report.has(CmsFinding::EncapsulatedContent));
    }
    EXPECT_TRUE(verify_encapsulated_cms(sign("-nodetach -stream -indef")).has(CmsFinding::IndefiniteLengths));
    EXPECT_FALSE(verify_encapsulated_cms(sign("")).valid()) << "there is no content inside";
}

TEST_F(ForeignCms, without_certificates_or_with_two_signers_is_refused) {
    make_key("rsa:2048");
    EXPECT_TRUE(verify(sign("-nocerts")).has(CmsFinding::SignerCertificateMissing));
    make_key("rsa:2048", "b");
    const auto made = run(folder_,
                          "openssl cms -sign -binary -in content -outform DER -out two.der -signer a.pem -inkey a.key "
                          "-signer b.pem -inkey b.key");
    ASSERT_EQ(made.exit_code, 0) << made.output;
    const auto two = parse_cms(testing::read_file(folder_ / "two.der"));
    ASSERT_FALSE(two);
    EXPECT_EQ(two.error(), fail(ErrorCode::SignatureInvalid, "CMS: more than one SignerInfo"));
}

TEST_F(ForeignCms, with_a_malformed_signing_certificate_attribute_is_invalid) {
    make_key("rsa:2048");
    SignedData data = sign("-cades");
    for (Attribute& attribute : data.signer.signed_attributes) {
        if (attribute.type == oid::kSigningCertificateV2) attribute.values = {der::null()};
    }
    EXPECT_TRUE(verify(data).has(CmsFinding::SigningCertificateWrong));
    EXPECT_FALSE(verify(data).valid());
}

TEST(Cms, that_is_something_else_is_an_error) {
    for (const char* hexadecimal : {"", "00", "30", "3000", "3080", "30800000", "308400ffffff", "3084ffffffff",
                                    "300b06092a864886f70d010701", "300f06092a864886f70d010702a0023000",
                                    "30800609"
                                    "2a864886f70d010702"
                                    "a080"
                                    "3080"
                                    "0000"
                                    "0000"
                                    "0000"}) {
        const auto data = parse_cms(*from_hex(hexadecimal));
        EXPECT_FALSE(data) << hexadecimal;
    }
    Bytes deep;
    for (int i = 0; i < 1'000'000; ++i)
        append(deep, as_bytes("\x30\x80"));
    EXPECT_FALSE(parse_cms(deep));
    EXPECT_FALSE(parse_cms(Bytes(5 * 1024 * 1024, 0x30)));
}

}  // namespace
}  // namespace signet::crypto
