#include "crypto/certificate_authority.hpp"
#include "pdf/seal_sign.hpp"
#include "pdf/verify.hpp"
#include "support.hpp"

#include <gtest/gtest.h>

namespace signet::pdf {
namespace {

using namespace testing;
using crypto::SealFault;

constexpr std::chrono::hours kDay{24};

/// A file that one party signed by PAdES, and a company that seals it by GB/T 38540.
class NationalSeal : public ::testing::Test {
  protected:
    NationalSeal() {
        const UtcTime begin = details().time - 2 * kDay;
        crypto::AuthoritySettings settings;
        settings.key_algorithm = crypto::KeyAlgorithm::Sm2;
        const auto authority = crypto::CertificateAuthority::create(settings, begin);
        const auto validity = crypto::Validity::starting(begin, 3000 * kDay);
        signer_ = *authority->issue({"示例公司", "示例公司", "1", "", "CN"}, validity, crypto::KeyAlgorithm::Sm2);
        maker_ = *authority->issue_service(crypto::AuthorityService::SealMaker, validity);
        root_ = authority->root_certificate();
    }

    crypto::ElectronicSeal seal(std::chrono::seconds life = 200 * kDay) const {
        crypto::SealFields fields;
        fields.id = "3701000000000001";
        fields.name = "示例公司公章";
        fields.users = crypto::SealUsers::by_digest({signer_->certificate_chain()[0]});
        fields.created_at = fields.valid_from = details().time - kDay;
        fields.valid_until = details().time + life;
        fields.picture = {"PNG", Bytes(3000, 7), 42, 42};
        return *crypto::parse_electronic_seal(*crypto::make_electronic_seal(fields, *maker_));
    }
    Bytes sealed(ByteView file) const {
        const crypto::ElectronicSeal seal = this->seal();
        const NewPlace place{place_at(0, 200, 60), {&picture_}};
        auto result = sign_with_seal(file, "company", std::span(&place, 1), details(), {seal, *signer_});
        if (!result) throw std::runtime_error(describe(result.error()));
        return std::move(*result);
    }

    CompiledDrawing picture_ = compiled(red_square(100));
    Bytes first_ = prepared_and_signed(simple_pdf(2), {{"first", {place_at(0, 60, 60)}}}).back();
    std::unique_ptr<crypto::Signer> signer_;
    std::unique_ptr<crypto::Signer> maker_;
    Bytes root_;
};

TEST_F(NationalSeal, stands_beside_pades_and_both_hold) {
    const Bytes file = sealed(first_);
    EXPECT_TRUE(std::equal(first_.begin(), first_.end(), file.begin()));
    const VerificationReport report = verify(file, {identity().root, root_});
    EXPECT_EQ(report.verdict, DocumentVerdict::Intact);
    ASSERT_EQ(report.signatures.size(), 2U);
    EXPECT_TRUE(report.all_trusted());
    EXPECT_FALSE(report.signatures[0].seal);
    EXPECT_EQ(report.signatures[0].later_changes, LaterChanges::FormFilling);
    const SignatureReport& seal = report.signatures[1];
    EXPECT_EQ(seal.sub_filter, "GM.sm2seal");
    EXPECT_EQ(seal.digest_algorithm, "SM3");
    EXPECT_EQ(seal.coverage, Coverage::WholeFile);
    EXPECT_TRUE(seal.intact);
    EXPECT_TRUE(seal.cms.empty());
    ASSERT_TRUE(seal.signer);
    EXPECT_EQ(seal.signer->subject_common_name, "示例公司");
    EXPECT_EQ(seal.chain.size(), 3U);
    ASSERT_TRUE(seal.seal && seal.seal->valid());
    EXPECT_EQ(seal.seal->signature->seal.fields.name, "示例公司公章");
    EXPECT_TRUE(seal.seal->signature->property_info.starts_with("ByteRange[0 "));
}

TEST_F(NationalSeal, holds_in_a_file_without_other_signatures) {
    const VerificationReport report = verify(sealed(simple_pdf(1)), {root_});
    EXPECT_EQ(report.verdict, DocumentVerdict::Intact);
    EXPECT_TRUE(report.all_trusted());
}

TEST_F(NationalSeal, stays_intact_when_somebody_signs_by_pades_afterwards) {
    const Bytes file = sealed(first_);
    const Result<Document> document = Document::open(file);
    const auto late = sign_with_new_fields(*document, hashed(file), "late", {}, details(), *identity().signer);
    ASSERT_TRUE(late);
    const VerificationReport report = verify(joined(file, late->increment), {identity().root, root_});
    EXPECT_EQ(report.verdict, DocumentVerdict::Intact);
    ASSERT_EQ(report.signatures.size(), 3U);
    EXPECT_TRUE(report.all_trusted());
    EXPECT_EQ(report.signatures[1].coverage, Coverage::WholeRevision);
}

TEST_F(NationalSeal, of_an_authority_nobody_trusts_is_intact_and_not_trusted) {
    const VerificationReport report = verify(sealed(first_), {identity().root});
    EXPECT_EQ(report.verdict, DocumentVerdict::Intact);
    EXPECT_TRUE(report.signatures[0].trusted());
    EXPECT_EQ(report.signatures[1].trust, crypto::ChainStatus::UntrustedRoot);
    EXPECT_EQ(report.signatures[1].seal->fault, SealFault::SignerChainUntrusted);
}

TEST_F(NationalSeal, tells_changed_bytes_with_and_without_trust) {
    Bytes file = sealed(first_);
    // A digit of the file's second signature dictionary, which only the seal covers.
    const std::string_view where = "/Filter/GM.PKILite";
    const auto at = std::search(file.begin(), file.end(), where.begin(), where.end());
    ASSERT_NE(at, file.end());
    *(at + 9) = 'X';
    for (const auto& roots : {std::vector<Bytes>{root_}, std::vector<Bytes>{}}) {
        const VerificationReport report = verify(file, roots);
        EXPECT_EQ(report.verdict, DocumentVerdict::Tampered);
        const auto& findings = report.signatures[1].findings;
        EXPECT_EQ(std::count_if(findings.begin(), findings.end(),
                                [](const FindingReport& one) { return one.finding == Finding::DigestMismatch; }),
                  1);
        EXPECT_FALSE(report.signatures[1].intact);
    }
}

TEST_F(NationalSeal, changed_in_its_value_is_told) {
    const Bytes file = sealed(first_);
    const std::string_view name = "E7A4BAE4BE8BE585ACE58FB8E585ACE7ABA0";  // the seal's name, in /Contents
    std::string text(as_text(file));
    std::string lower(name);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return c >= 'A' ? c + 32 : c; });
    const std::size_t at = text.rfind(lower);
    ASSERT_NE(at, std::string::npos);
    text[at + 5] = text[at + 5] == 'b' ? 'c' : 'b';
    const VerificationReport report = verify(as_bytes(text), {identity().root, root_});
    EXPECT_EQ(report.verdict, DocumentVerdict::Tampered);
    EXPECT_EQ(report.signatures[1].findings.front().finding, Finding::SignatureValueWrong);
}

TEST_F(NationalSeal, that_names_another_byte_range_is_told) {
    const crypto::ElectronicSeal seal = this->seal();
    const SealSigner company{seal, *signer_};
    const Result<Document> document = Document::open(first_);
    SignatureDetails details = testing::details();
    details.format = SignatureFormat::NationalSeal;
    details.certificates = {signer_->certificate_chain()[1]};
    auto revision =
        build_with_new_fields(*document, hashed(first_), "company", {}, details, max_seal_value_size(company));
    ASSERT_TRUE(revision);
    UnsignedRevision other = *revision;
    other.contents_digits -= 2;
    const auto value = make_seal_value(first_, other, company, details.time);
    ASSERT_TRUE(value);
    const auto finished = complete(std::move(*revision), *value);
    const VerificationReport report = verify(joined(first_, finished->increment), {identity().root, root_});
    EXPECT_EQ(report.signatures[1].seal->fault, SealFault::PropertyInfoWrong);
    EXPECT_EQ(report.signatures[1].findings.front().finding, Finding::DigestMismatch);
    EXPECT_EQ(report.verdict, DocumentVerdict::Tampered);
}

TEST_F(NationalSeal, time_stamped_after_the_seal_expired_is_told) {
    const crypto::ElectronicSeal seal = this->seal(std::chrono::seconds(1));
    // The stamp's clock says when; the signer's own time still lies in the seal's validity.
    const auto stamp = [](const crypto::Sha256Digest& imprint) -> Result<Bytes> { return time_stamp_token(imprint); };
    SignatureDetails details = testing::details();
    const Bytes file =
        *sign_with_seal(first_, "company", {}, details, {seal, *signer_, stamp, crypto::kMaxTimeStampTokenSize});
    const VerificationReport report = verify(file, {identity().root, root_});
    const SignatureReport& signature = report.signatures[1];
    EXPECT_TRUE(signature.has_time_stamp);
    ASSERT_TRUE(signature.seal->fault);
    EXPECT_EQ(*signature.seal->fault, SealFault::SealExpired);
    EXPECT_EQ(signature.findings.front().finding, Finding::ElectronicSealInvalid);
    EXPECT_FALSE(signature.intact);
}

TEST_F(NationalSeal, refuses_what_the_seal_does_not_allow) {
    const crypto::ElectronicSeal seal = this->seal();
    SignatureDetails late = details();
    late.time = seal.fields.valid_until + kDay;
    EXPECT_EQ(sign_with_seal(first_, "company", {}, late, {seal, *signer_}).error().code, ErrorCode::SealDataInvalid);
    EXPECT_EQ(sign_with_seal(first_, "company", {}, details(), {seal, *maker_}).error().code,
              ErrorCode::SealDataInvalid);
    EXPECT_EQ(sign_with_seal(first_, "first", {}, details(), {seal, *signer_}).error().code,
              ErrorCode::InvalidParameter);
}

}  // namespace
}  // namespace signet::pdf
