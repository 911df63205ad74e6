#include "service/assessment.hpp"

#include "crypto/certificate_authority.hpp"
#include "crypto/der.hpp"
#include "crypto/oids.hpp"
#include "crypto/time_stamp.hpp"
#include "crypto/time_stamp_authority.hpp"
#include "pdf/document_time_stamp.hpp"
#include "pdf/sign.hpp"
#include "pdf/validation_data.hpp"
#include "pdf/verify.hpp"
#include "service/assessment_wire.hpp"

#include <array>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <set>

#include <gtest/gtest.h>

namespace signet::service {
namespace {

using std::chrono::days;
using std::chrono::hours;

/// When everything happens; the clock on the wall counts for nothing.
constexpr UtcTime kBegin{1'780'000'000'000};  // 2026-05-28

UtcTime day(int number) {
    return kBegin + days(number);
}

Bytes page() {
    std::string file = "%PDF-1.7\n";
    std::string table = "xref\n0 4\n0000000000 65535 f \n";
    int number = 0;
    for (const char* object : {"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
                               "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"}) {
        table += fmt::format("{:010} 00000 n \n", file.size());
        file += fmt::format("{} 0 obj\n{}\nendobj\n", ++number, object);
    }
    const std::size_t at = file.size();
    return to_bytes(file + table + fmt::format("trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n{}\n%%EOF\n", at));
}

crypto::AuthoritySettings asking_for_lists() {
    crypto::AuthoritySettings settings;
    settings.revocation_list_url = "http://ca.invalid/{issuing}.crl";
    settings.root_revocation_list_url = "http://ca.invalid/root.crl";
    return settings;
}

/// A CA with a time-stamp authority whose certificate lives a year.
struct House {
    crypto::CertificateAuthority authority =
        std::move(*crypto::CertificateAuthority::create(asking_for_lists(), day(-30)));
    crypto::TimeStampAuthority stamps = std::move(*crypto::TimeStampAuthority::create(std::shared_ptr(
        std::move(*authority.issue_service(crypto::AuthorityService::TimeStamping, {day(-10), day(400)})))));

    std::unique_ptr<crypto::Signer> somebody(UtcTime from, UtcTime until) const {
        crypto::Subject subject;
        subject.common_name = "张三（测试）";
        return std::move(*authority.issue(subject, {from, until}));
    }
    Bytes token(const crypto::Sha256Digest& digest, UtcTime at) const {
        return *stamps.token(crypto::TimeStampRequest::over(digest), at);
    }
    /// Both lists, made at `at`.
    std::vector<Bytes> lists(UtcTime at, const std::vector<crypto::CertificateAuthority::Revoked>& revoked = {}) const {
        return {*authority.revocation_list(1, revoked, at, at + days(7)),
                *authority.root_revocation_list(1, {}, at, at + days(180))};
    }
};

namespace der = crypto::der;

/// A CMS of ours with one more unsigned attribute: revocation lists as Adobe archives them.
Bytes with_archived(ByteView cms, const std::vector<Bytes>& lists) {
    Bytes joined;
    for (const Bytes& list : lists)
        append(joined, ByteView(list));
    const Bytes archive = der::sequence({der::element(der::context(0), {der::element(der::kSequence, joined)})});
    const Bytes attribute = der::sequence(
        {der::object_identifier(crypto::oid::kRevocationInfoArchival), der::element(der::kSet, {archive})});

    der::Reader content(der::Reader(cms).take(der::kSequence));
    const ByteView type = content.take_any().encoding;
    der::Reader wrapped(content.take(der::context(0)));
    der::Reader data(wrapped.take(der::kSequence));
    Bytes before;
    for (int i = 0; i < 4; ++i)  // version, digestAlgorithms, encapContentInfo, certificates
        append(before, data.take_any().encoding);
    der::Reader signers(data.take(der::kSet));
    der::Reader fields(signers.take(der::kSequence));
    Bytes signer;
    while (!fields.at_end()) {
        const der::Element field = fields.take_any();
        if (field.tag == der::context(1)) {
            append(signer, ByteView(der::element(field.tag, {field.content, attribute})));
        } else {
            append(signer, field.encoding);
        }
    }
    const Bytes signers_after = der::element(der::kSet, {der::element(der::kSequence, signer)});
    return der::sequence({type, der::element(der::context(0), {der::sequence({before, signers_after})})});
}

/// A file that grows revision by revision.
class Paper {
  public:
    void sign(const crypto::Signer& signer, UtcTime claimed) { sign(claimed, pdf::cms_maker(signer)); }
    /// With `archived`, those lists stand in the signature itself.
    void sign_timed(const crypto::Signer& signer, const House& stamper, UtcTime at,
                    const std::vector<Bytes>& archived = {}) {
        pdf::CmsMaker maker;
        maker.max_size = crypto::max_pades_cms_size(signer, stamper.stamps.max_token_size()) + 8'192;
        maker.make = [&](const crypto::Sha256Digest& digest) -> Result<Bytes> {
            const auto signature = *crypto::sign_pades(signer, digest);
            auto cms = crypto::finish_pades_cms(signer, signature, stamper.token(signature.time_stamp_imprint(), at));
            return archived.empty() || !cms ? std::move(cms) : with_archived(*cms, archived);
        };
        sign(at, maker);
    }
    void add(std::vector<Bytes> lists) {
        take(pdf::append_validation_data(*pdf::Document::open(file_), state_, hash_, {{}, {}, std::move(lists), {}}));
    }
    void stamp(const House& stamper, UtcTime at) {
        take(pdf::append_document_time_stamp(
            *pdf::Document::open(file_), state_, hash_,
            [&](const crypto::Sha256Digest& digest) { return Result<Bytes>(stamper.token(digest, at)); }));
    }
    const Bytes& file() const { return file_; }

  private:
    void sign(UtcTime claimed, const pdf::CmsMaker& maker) {
        pdf::SignatureDetails details;
        details.time = claimed;
        take(pdf::sign_with_new_fields(*pdf::Document::open(file_), hash_, fmt::format("party{}", ++count_), {},
                                       details, maker));
    }
    void take(Result<pdf::AppendedRevision> revision) {
        if (!revision) throw UncheckedError(revision.error());
        append(file_, revision->increment);
        state_ = std::move(revision->state);
        hash_ = std::move(revision->hash);
    }

    Bytes file_ = page();
    pdf::RevisionState state_ = *pdf::state_for_new_objects(*pdf::Document::open(file_));
    crypto::Sha256 hash_ = [this] {
        crypto::Sha256 hash;
        hash.update(file_);
        return hash;
    }();
    int count_ = 0;
};

class Verdicts : public testing::Test {
  protected:
    Assessment judge(const Paper& paper, UtcTime now, std::vector<Bytes> more_lists = {}) const {
        const std::vector<Bytes> roots{house_.authority.root_certificate()};
        const AssessmentTrust trust{roots, roots, {std::move(more_lists), {}}, now};
        return assess(pdf::verify(paper.file(), trust.roots), trust);
    }
    static std::set<std::string> codes(const Assessment& assessment) {
        std::set<std::string> found;
        const auto add = [&](const std::vector<Reason>& reasons) {
            for (const Reason& reason : reasons)
                found.emplace(text_of(reason.code).word);
        };
        add(assessment.reasons);
        for (const SignatureAssessment& one : assessment.signatures)
            add(one.reasons);
        return found;
    }
    static std::string told(const Assessment& assessment) {
        std::string text(to_wire(assessment.conclusion));
        for (const std::string& code : codes(assessment))
            text += " " + code;
        return text;
    }

    House house_;
    House stranger_;
};

TEST_F(Verdicts, a_signature_with_everything_is_valid_for_as_long_as_its_time_stamp) {
    const auto signer = house_.somebody(day(0), day(2));
    Paper paper;
    paper.sign_timed(*signer, house_, day(1));
    paper.add(house_.lists(day(1) + hours(1)));
    for (const int later : {1, 3, 100, 399})
        EXPECT_EQ(told(judge(paper, day(later) + hours(2))), "VALID LATER_EXTENSION") << later;
}

TEST_F(Verdicts, a_time_stamp_whose_authority_has_expired_proves_nothing_until_it_is_renewed) {
    const auto signer = house_.somebody(day(0), day(2));
    Paper paper;
    paper.sign_timed(*signer, house_, day(1));
    paper.add(house_.lists(day(1) + hours(1)));
    EXPECT_EQ(told(judge(paper, day(500))),
              "UNDECIDED EXPIRED_WITHOUT_PROOF LATER_EXTENSION TIME_NOT_PROVEN TIME_STAMP_EXPIRED");
    paper.stamp(house_, day(300));
    EXPECT_EQ(judge(paper, day(390)).conclusion, Conclusion::Valid);
}

TEST_F(Verdicts, an_expired_certificate_needs_a_proof_of_time) {
    const auto signer = house_.somebody(day(0), day(2));
    Paper plain;
    plain.sign(*signer, day(1));
    EXPECT_EQ(told(judge(plain, day(1) + hours(1), house_.lists(day(1)))), "VALID TIME_NOT_PROVEN");
    EXPECT_EQ(told(judge(plain, day(5), house_.lists(day(1)))), "UNDECIDED EXPIRED_WITHOUT_PROOF TIME_NOT_PROVEN");
    Paper sealed = plain;
    sealed.stamp(house_, day(1) + hours(1));
    EXPECT_EQ(told(judge(sealed, day(5), house_.lists(day(1) + hours(2)))), "VALID LATER_EXTENSION");
    Paper late = plain;
    late.stamp(house_, day(4));
    const Assessment assessment = judge(late, day(5), house_.lists(day(1)));
    EXPECT_EQ(told(assessment), "INVALID EXPIRED_WHEN_SIGNED LATER_EXTENSION");
    EXPECT_FALSE(assessment.modified) << "nothing was changed";
}

TEST_F(Verdicts, a_revoked_certificate_is_judged_by_when) {
    const auto signer = house_.somebody(day(0), day(90));
    const std::string serial = crypto::describe_certificate(signer->certificate_chain().front())->serial_number;
    const auto revoked_on = [&](int when) {
        return house_.lists(day(20), {{serial, day(when), crypto::RevocationReason::KeyCompromise}});
    };
    Paper timed;
    timed.sign_timed(*signer, house_, day(10));
    EXPECT_EQ(told(judge(timed, day(21), revoked_on(5))), "INVALID REVOKED_WHEN_SIGNED");
    EXPECT_EQ(told(judge(timed, day(21), revoked_on(15))), "VALID REVOKED_LATER");
    EXPECT_EQ(told(judge(timed, day(21), house_.lists(day(20)))), "VALID");
    Paper plain;
    plain.sign(*signer, day(10));
    EXPECT_EQ(told(judge(plain, day(21), revoked_on(15))), "UNDECIDED REVOKED_WITHOUT_PROOF TIME_NOT_PROVEN")
        << "the claimed time proves nothing";
}

TEST_F(Verdicts, without_a_revocation_list_nothing_is_claimed) {
    const auto signer = house_.somebody(day(0), day(90));
    Paper paper;
    paper.sign_timed(*signer, house_, day(10));
    const Assessment unknown = judge(paper, day(11));
    EXPECT_EQ(told(unknown), "UNDECIDED REVOCATION_UNKNOWN");
    EXPECT_EQ(unknown.signatures[0].answer(Question::Revocation), Answer::Unknown);
    EXPECT_EQ(unknown.signatures[0].answer(Question::Trust), Answer::Good);
    EXPECT_EQ(unknown.signatures[0].answer(Question::Time), Answer::Good);
    EXPECT_EQ(told(judge(paper, day(11), stranger_.lists(day(10)))), "UNDECIDED REVOCATION_UNKNOWN")
        << "of somebody else";
}

TEST_F(Verdicts, believe_the_lists_that_the_signer_put_into_the_signature) {
    const auto signer = house_.somebody(day(0), day(90));
    Paper paper;
    paper.sign_timed(*signer, house_, day(10), house_.lists(day(10)));
    const Assessment known = judge(paper, day(11));
    EXPECT_EQ(known.signatures[0].answer(Question::Revocation), Answer::Good);
    EXPECT_EQ(known.conclusion, Conclusion::Valid);
    EXPECT_EQ(known.signatures[0].level, "B-T") << "a level that lasts wants a security store";
    Paper strange;
    strange.sign_timed(*signer, house_, day(10), stranger_.lists(day(10)));
    EXPECT_EQ(told(judge(strange, day(11))), "UNDECIDED REVOCATION_UNKNOWN") << "of somebody else";
}

TEST_F(Verdicts, a_time_stamp_of_a_stranger_proves_nothing) {
    const auto signer = house_.somebody(day(0), day(2));
    Paper paper;
    paper.sign_timed(*signer, stranger_, day(1));
    const Assessment in_time = judge(paper, day(1) + hours(1), house_.lists(day(1)));
    EXPECT_EQ(told(in_time), "VALID TIME_NOT_PROVEN TIME_STAMP_UNTRUSTED");
    EXPECT_EQ(in_time.signatures[0].answer(Question::Time), Answer::Unknown);
    EXPECT_FALSE(in_time.signatures[0].proven_time);
    EXPECT_EQ(told(judge(paper, day(5), house_.lists(day(1)))),
              "UNDECIDED EXPIRED_WITHOUT_PROOF TIME_NOT_PROVEN TIME_STAMP_UNTRUSTED");
}

TEST_F(Verdicts, a_time_stamp_whose_authority_lost_its_key_proves_nothing) {
    const auto signer = house_.somebody(day(0), day(90));
    const std::string serial =
        crypto::describe_certificate(house_.stamps.signer().certificate_chain().front())->serial_number;
    Paper paper;
    paper.sign_timed(*signer, house_, day(10));
    const auto revoked = [&](crypto::RevocationReason reason) {
        return house_.lists(day(20), {{serial, day(15), reason}});
    };
    EXPECT_EQ(told(judge(paper, day(21), revoked(crypto::RevocationReason::KeyCompromise))),
              "VALID TIME_NOT_PROVEN TIME_STAMP_REVOKED");
    EXPECT_EQ(told(judge(paper, day(21), revoked(crypto::RevocationReason::CessationOfOperation))), "VALID");
}

TEST_F(Verdicts, a_signer_nobody_vouches_for_is_unknown_and_never_more) {
    const auto signer = stranger_.somebody(day(0), day(90));
    Paper paper;
    paper.sign_timed(*signer, house_, day(10));
    const Assessment assessment = judge(paper, day(11), house_.lists(day(10)));
    EXPECT_EQ(told(assessment), "SIGNER_UNKNOWN ROOT_UNKNOWN");
    EXPECT_EQ(assessment.signatures[0].answer(Question::Integrity), Answer::Good);
    EXPECT_EQ(assessment.signatures[0].answer(Question::Trust), Answer::Unknown);
    EXPECT_EQ(assessment.signatures[0].answer(Question::Revocation), Answer::Unknown);
    const std::vector<Bytes> own{house_.authority.root_certificate()};
    const std::vector<Bytes> other{stranger_.authority.root_certificate()};
    const AssessmentTrust for_time_alone{own, other, {}, day(11)};
    Paper stamped_elsewhere;
    stamped_elsewhere.sign_timed(*signer, stranger_, day(10));
    EXPECT_EQ(told(assess(pdf::verify(stamped_elsewhere.file(), own), for_time_alone)), "SIGNER_UNKNOWN ROOT_UNKNOWN")
        << "whom we believe the time, we need not believe who somebody is";
    Paper later;
    later.sign(*signer, day(10));
    EXPECT_EQ(told(judge(later, day(100))), "UNDECIDED EXPIRED_WITHOUT_PROOF ROOT_UNKNOWN TIME_NOT_PROVEN");
}

TEST_F(Verdicts, the_file_is_as_good_as_its_worst_signature) {
    const auto known = house_.somebody(day(0), day(90));
    const auto unknown = stranger_.somebody(day(0), day(90));
    Paper paper;
    paper.sign_timed(*known, house_, day(10));
    paper.sign_timed(*unknown, house_, day(11));
    Assessment assessment = judge(paper, day(12), house_.lists(day(11)));
    EXPECT_EQ(assessment.conclusion, Conclusion::SignerUnknown);
    EXPECT_EQ(assessment.signatures[0].conclusion, Conclusion::Valid);
    EXPECT_EQ(assessment.signatures[1].conclusion, Conclusion::SignerUnknown);
    Paper broken = paper;
    Bytes bytes = broken.file();
    bytes[20] ^= 1;
    const std::vector<Bytes> roots{house_.authority.root_certificate()};
    const AssessmentTrust trust{roots, roots, {}, day(12)};
    assessment = assess(pdf::verify(bytes, trust.roots), trust);
    EXPECT_EQ(assessment.conclusion, Conclusion::Invalid);
    EXPECT_TRUE(assessment.modified);
}

TEST_F(Verdicts, a_claim_later_than_the_proof_is_told) {
    const auto signer = house_.somebody(day(0), day(90));
    Paper paper;
    paper.sign(*signer, day(20));
    paper.stamp(house_, day(10));
    EXPECT_EQ(told(judge(paper, day(30), house_.lists(day(29)))), "VALID CLAIMED_TIME_LATER LATER_EXTENSION");
}

TEST_F(Verdicts, algorithms_are_relied_upon_until_their_day) {
    const auto signer = house_.somebody(day(0), day(90));
    Paper paper;
    paper.sign_timed(*signer, house_, day(10));
    const std::vector<Bytes> roots{house_.authority.root_certificate()};
    const AssessmentTrust trust{roots, roots, {house_.lists(day(10)), {}}, day(11)};
    const auto with = [&](const char* detail, bool timed) {
        pdf::VerificationReport report = pdf::verify(paper.file(), trust.roots);
        report.signatures[0].findings.push_back({pdf::Finding::WeakAlgorithm, detail});
        if (!timed) report.signatures[0].has_time_stamp = false;
        return assess(report, trust);
    };
    EXPECT_EQ(told(with("weak digest algorithm (RSA 2048 PKCS#1 with SHA-1)", true)), "UNDECIDED ALGORITHM_BROKEN")
        << "a time-stamp of today does not make SHA-1 of today any better";
    EXPECT_EQ(told(with("weak key (RSA 1024 PKCS#1 with SHA-256)", false)),
              "UNDECIDED ALGORITHM_BROKEN TIME_NOT_PROVEN");
}

TEST_F(Verdicts, files_without_signatures_say_so) {
    Paper paper;
    EXPECT_EQ(told(judge(paper, day(1))), "NOT_SIGNED");
    paper.stamp(house_, day(1));
    EXPECT_EQ(told(judge(paper, day(2))), "NOT_SIGNED ONLY_TIME_STAMPS");
    const AssessmentTrust trust{{}, {}, {}, day(1)};
    const auto of = [&](std::string_view bytes) { return told(assess(pdf::verify(as_bytes(bytes), {}), trust)); };
    EXPECT_EQ(of("no PDF at all"), "UNREADABLE FILE_NOT_PDF");
    EXPECT_EQ(of("%PDF-1.7\nbut nothing in it"), "UNREADABLE FILE_DAMAGED");
}

TEST_F(Verdicts, survive_the_way_out_of_a_worker_and_nothing_else_does) {
    const auto signer = house_.somebody(day(0), day(90));
    Paper paper;
    paper.sign_timed(*signer, house_, day(10));
    paper.sign(*signer, day(11));
    const Assessment assessment = judge(paper, day(12), house_.lists(day(11)));
    const Bytes message = write_assessment(assessment);
    const auto read = read_assessment(message);
    ASSERT_TRUE(read);
    EXPECT_EQ(write_assessment(*read), message);
    EXPECT_EQ(told(*read), told(assessment));
    EXPECT_EQ(read->signatures[0].signer->subject, assessment.signatures[0].signer->subject);
    EXPECT_EQ(read->signatures[0].conclusion, assessment.signatures[0].conclusion);
    EXPECT_EQ(read->signatures[0].proven_time, assessment.signatures[0].proven_time);
    for (std::size_t length = 0; length < message.size(); ++length)
        EXPECT_FALSE(read_assessment(ByteView(message).first(length))) << length;
    Bytes more = message;
    more.push_back(0);
    EXPECT_FALSE(read_assessment(more));
    Bytes nonsense = message;
    nonsense[0] = 0x7F;  // no such conclusion
    EXPECT_FALSE(read_assessment(nonsense));
}

TEST(Reasons, have_each_a_word_two_sentences_and_a_row_in_the_documentation) {
    std::ifstream in(std::filesystem::path(SIGNET_SOURCE_DIR) / "docs/verdicts.md");
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    std::set<std::string_view> words;
    std::size_t place = 0;
    for (const ReasonText& reason : all_reasons()) {
        EXPECT_EQ(static_cast<std::size_t>(reason.code), place++) << reason.word << " stands out of order";
        EXPECT_TRUE(words.insert(reason.word).second) << reason.word;
        EXPECT_FALSE(reason.chinese.empty());
        EXPECT_TRUE(reason.english.ends_with('.')) << reason.word;
        EXPECT_NE(text.find(fmt::format("| `{}` |", reason.word)), std::string::npos) << reason.word;
    }
    EXPECT_EQ(place, static_cast<std::size_t>(ReasonCode::RevocationUnknown) + 1);
}

}  // namespace
}  // namespace signet::service
