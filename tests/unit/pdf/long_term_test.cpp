#include "crypto/cms.hpp"
#include "crypto/der.hpp"
#include "judging.hpp"
#include "pdf/document_time_stamp.hpp"
#include "pdf/validation_data.hpp"
#include "pdf/verify.hpp"
#include "support.hpp"

#include <filesystem>
#include <fmt/format.h>

#include <gtest/gtest.h>

namespace signet::pdf {
namespace {

using namespace testing;

Bytes datum(std::string_view text) {
    return crypto::der::sequence({crypto::der::utf8_string(text)});
}

/// A file that grows as the server grows it: only the increments are hashed.
struct Growing {
    Bytes file;
    RevisionState state;
    crypto::Sha256 hash;

    explicit Growing(Bytes bytes)
        : file(std::move(bytes)), state(*state_for_new_objects(*Document::open(file))), hash(hashed(file)) {}

    void take(Result<AppendedRevision> revision) {
        if (!revision) throw UncheckedError(revision.error());
        append(file, revision->increment);
        state = std::move(revision->state);
        hash = std::move(revision->hash);
    }
    void add_data(const SecurityStore& added) {
        take(append_validation_data(*Document::open(file), state, hash, added));
    }
    void stamp() {
        take(append_document_time_stamp(*Document::open(file), state, hash, [](const crypto::Sha256Digest& digest) {
            return Result<Bytes>(time_stamp_token(digest));
        }));
    }
};

SecurityStore data_for(const Bytes& file, std::string_view what) {
    SecurityStore store{{datum(what), identity().root}, {datum(fmt::format("{} is good", what))}, {datum("list")}, {}};
    for (const SignatureReport& signature : judged(file).signatures)
        store.related.push_back({signature.related_key, {0, 1}, {0}, {0}});
    return store;
}

class LongTerm : public ::testing::TestWithParam<XrefKind> {
  protected:
    static std::vector<Bytes> grown(const Bytes& base) {
        std::vector<Bytes> steps = prepared_and_signed(base, {{"buyer", {place_at(0, 60, 60), place_at(1, 60, 60)}},
                                                              {"seller", {place_at(0, 200, 60)}},
                                                              {"witness", {place_at(1, 330, 60)}}});
        Growing growing(steps.back());
        const auto keep = [&] { steps.push_back(growing.file); };
        growing.add_data(data_for(growing.file, "three"));
        keep();
        growing.stamp();
        keep();
        const CompiledDrawing seal = compiled(red_square(50));
        const std::vector<NewPlace> places{{place_at(0, 400, 300), {&seal}}};
        growing.take(sign_with_new_fields(*Document::open(growing.file), growing.hash, "late", places, details(),
                                          *identity().signer));
        keep();
        growing.add_data(data_for(growing.file, "late"));
        keep();
        growing.stamp();
        keep();
        return steps;
    }

    /// [0] frozen, [1..3] signed, [4] data, [5] time-stamp, [6] late party, [7] data, [8] time-stamp.
    std::vector<Bytes> steps_ = grown(simple_pdf(2, GetParam()));
};
INSTANTIATE_TEST_SUITE_P(BothKinds, LongTerm, ::testing::Values(XrefKind::Table, XrefKind::Stream));

TEST_P(LongTerm, every_revision_keeps_the_bytes_before_it_and_every_signature_intact) {
    for (std::size_t i = 1; i < steps_.size(); ++i) {
        EXPECT_TRUE(as_text(steps_[i]).starts_with(as_text(steps_[i - 1])));
        const VerificationReport report = judged(steps_[i]);
        EXPECT_EQ(report.verdict, DocumentVerdict::Intact) << i << ": " << all_findings(report);
        EXPECT_TRUE(report.all_trusted());
        const Result<Document> document = Document::open(steps_[i]);
        for (const XrefSection& section : document->sections())
            EXPECT_EQ(section.kind, GetParam());
    }
}

TEST_P(LongTerm, validation_data_and_time_stamps_count_as_extensions) {
    const auto last_signature = [](const VerificationReport& report, std::string_view field) {
        return *std::find_if(report.signatures.begin(), report.signatures.end(),
                             [&](const SignatureReport& one) { return one.field_names[0] == field; });
    };
    for (const std::size_t step : {4U, 5U}) {
        const VerificationReport report = judged(steps_[step]);
        EXPECT_EQ(last_signature(report, "witness").later_changes, LaterChanges::Extension);
        EXPECT_EQ(last_signature(report, "buyer").later_changes, LaterChanges::FormFilling);
    }
    const VerificationReport report = judged(steps_[8]);
    EXPECT_EQ(last_signature(report, "witness").later_changes, LaterChanges::FormFilling);
    EXPECT_EQ(last_signature(report, "TimeStamp1").later_changes, LaterChanges::FormFilling);
    EXPECT_EQ(last_signature(report, "late").later_changes, LaterChanges::Extension);
    EXPECT_EQ(last_signature(report, "TimeStamp2").later_changes, LaterChanges::None);
    EXPECT_EQ(last_signature(report, "TimeStamp2").coverage, Coverage::WholeFile);
}

TEST_P(LongTerm, a_document_time_stamp_is_a_kind_of_its_own_and_hands_out_what_its_judge_needs) {
    const VerificationReport report = judged(steps_[5]);
    ASSERT_EQ(report.signatures.size(), 4U);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_FALSE(report.signatures[i].is_document_time_stamp);
        EXPECT_FALSE(report.signatures[i].imprint_algorithm);
        EXPECT_FALSE(report.signatures[i].signature_value.empty());
    }
    const SignatureReport& stamp = report.signatures[3];
    EXPECT_TRUE(stamp.is_document_time_stamp);
    EXPECT_TRUE(stamp.intact);
    EXPECT_EQ(stamp.field_names, std::vector<std::string>{"TimeStamp1"});
    EXPECT_EQ(stamp.signer->subject_common_name, "Signet Test Clock");
    EXPECT_EQ(stamp.imprint_algorithm, crypto::DigestAlgorithm::Sha256);
    const auto& [zero, a, b, c] = stamp.byte_range;
    EXPECT_EQ(b + c, steps_[5].size());
    const Bytes covered = joined(ByteView(steps_[5]).first(a), ByteView(steps_[5]).subspan(b, c));
    EXPECT_EQ(stamp.covered_digest, crypto::Digest::of(crypto::DigestAlgorithm::Sha256, covered));
    const Result<crypto::SignedData> token = crypto::parse_cms(stamp.cms);
    ASSERT_TRUE(token);
    EXPECT_EQ(token->encoded_size, stamp.cms.size());
    EXPECT_EQ(token->content_type, "1.2.840.113549.1.9.16.1.4");
    ASSERT_TRUE(stamp.time_stamp_time);
    EXPECT_LT(SystemClock().now().milliseconds - stamp.time_stamp_time->milliseconds, 600'000);
}

TEST_P(LongTerm, the_validation_data_are_handed_out) {
    const SecurityStore store = judged(steps_[8]).security_store;
    EXPECT_EQ(store.certificates, (std::vector<Bytes>{datum("three"), identity().root, datum("late")}));
    EXPECT_EQ(store.ocsp_responses, (std::vector<Bytes>{datum("three is good"), datum("late is good")}));
    EXPECT_EQ(store.crls, std::vector<Bytes>{datum("list")});
    const VerificationReport report = judged(steps_[8]);
    ASSERT_EQ(store.related.size(), 5U) << "three parties, then the first time-stamp and the late party";
    EXPECT_EQ(store.related[0].key, report.signatures[0].related_key);
    EXPECT_EQ(store.related[0].certificates, (std::vector<std::size_t>{0, 1}));
    EXPECT_EQ(store.related[4].certificates, (std::vector<std::size_t>{2, 1}));
}

TEST_P(LongTerm, a_time_stamp_inside_a_signature_is_handed_out_with_what_it_is_over) {
    const Bytes file = simple_pdf(1, GetParam());
    const Result<PreparedRevision> prepared =
        prepare(*Document::open(file), std::vector<PlannedSignature>{{"buyer", {}}});
    const Bytes frozen = joined(file, prepared->increment);
    Bytes token;
    const CmsMaker maker{size_with_time_stamp(crypto::max_pades_cms_size(*identity().signer), 4000),
                         [&](const crypto::Sha256Digest& digest) -> Result<Bytes> {
                             const Result<Bytes> cms = crypto::make_pades_cms(*identity().signer, digest);
                             const Bytes value = crypto::parse_cms(*cms)->signer.signature_value;
                             token = time_stamp_token(crypto::Sha256::of(value));
                             return with_time_stamp(*cms, token);
                         }};
    const Result<SignedRevision> revision =
        sign(prepared->state, hashed(frozen), {prepared->signatures[0], {}, details()}, maker);
    ASSERT_TRUE(revision);
    const VerificationReport report = judged(joined(frozen, revision->increment));
    EXPECT_EQ(report.verdict, DocumentVerdict::Intact) << all_findings(report);
    EXPECT_TRUE(report.signatures[0].has_time_stamp);
    EXPECT_EQ(report.signatures[0].signature_time_stamp, token);
    EXPECT_EQ(report.signatures[0].signature_value,
              crypto::parse_cms(report.signatures[0].cms)->signer.signature_value);
    EXPECT_FALSE(report.signatures[0].is_document_time_stamp);
}

TEST_P(LongTerm, a_token_for_other_bytes_is_a_digest_mismatch) {
    Growing growing(steps_[3]);
    growing.take(append_document_time_stamp(*Document::open(growing.file), growing.state, growing.hash,
                                            [](crypto::Sha256Digest digest) {
                                                digest[0] ^= 1;
                                                return Result<Bytes>(time_stamp_token(digest));
                                            }));
    expect_tampered(growing.file, Finding::DigestMismatch);
}

TEST_P(LongTerm, what_is_no_token_is_malformed) {
    Growing growing(steps_[3]);
    growing.take(append_document_time_stamp(
        *Document::open(growing.file), growing.state, growing.hash,
        [](const crypto::Sha256Digest& digest) { return crypto::make_pades_cms(*identity().signer, digest); }));
    expect_tampered(growing.file, Finding::CmsMalformed);
}

TEST_P(LongTerm, any_flipped_bit_a_time_stamp_covers_is_found) {
    const auto range = judged(steps_[5]).signatures[3].byte_range;
    for (std::size_t at = 0; at < steps_[5].size(); at += 499) {
        if (at >= range[1] && at < range[2]) continue;
        Bytes changed = steps_[5];
        changed[at] ^= 0x04;
        EXPECT_NE(judged(changed).verdict, DocumentVerdict::Intact) << at;
    }
}

class ChangedStore : public LongTerm {
  protected:
    Bytes file_ = steps_[5];
    std::uint32_t store_ = Document::open(file_)->catalog().value()->get("DSS").as_reference()->number;
    std::string key_ = judged(file_).signatures[0].related_key;

    std::string text_of_store() const { return serialise(*Document::open(file_)->read({store_, 0})); }
    static std::string replaced(std::string text, std::string_view piece, std::string_view by) {
        const std::size_t at = text.find(piece);
        if (at == std::string::npos) throw std::runtime_error("no such piece in " + text);
        return text.replace(at, piece.size(), by);
    }
};
INSTANTIATE_TEST_SUITE_P(BothKinds, ChangedStore, ::testing::Values(XrefKind::Table, XrefKind::Stream));

TEST_P(ChangedStore, whose_data_of_a_signature_were_changed_or_taken_away_is_found) {
    expect_tampered(
        Update(file_).object(store_, replaced(text_of_store(), "/" + key_, "/" + std::string(40, 'A'))).finish(),
        Finding::ForbiddenChange);
    const std::size_t entry = text_of_store().find("/OCSP ");
    ASSERT_NE(entry, std::string::npos);
    std::string other = text_of_store();
    other.replace(entry, 6, "/CRL ");
    expect_tampered(Update(file_).object(store_, other).finish(), Finding::ForbiddenChange);
}

TEST_P(ChangedStore, that_was_removed_or_is_no_store_any_more_is_found) {
    Update removed(file_);
    removed.changed(1, fmt::format("/DSS {} 0 R", store_), "");
    expect_tampered(removed.finish(), Finding::ForbiddenChange);
    expect_tampered(Update(file_).object(store_, "[]").finish(), Finding::ForbiddenChange);
}

TEST_P(ChangedStore, in_which_a_datum_was_exchanged_is_found) {
    const Result<Document> document = Document::open(file_);
    const Result<Object> store = document->read({store_, 0});
    const std::uint32_t datum_object = store->as_dictionary()->get("CRLs").as_array()->front().as_reference()->number;
    expect_tampered(Update(file_).stream(datum_object, "", as_text(datum("another list"))).finish(),
                    Finding::ForbiddenChange);
}

TEST_P(ChangedStore, with_entries_nobody_knows_is_found) {
    expect_tampered(Update(file_).object(store_, replaced(text_of_store(), "/Certs", "/Extra 1/Certs")).finish(),
                    Finding::ForbiddenChange);
    expect_tampered(Update(file_)
                        .object(store_, replaced(text_of_store(), "/" + key_,
                                                 "/" + std::string(40, 'A') + "<</Page 3 0 R>>/" + key_))
                        .finish(),
                    Finding::ForbiddenChange);
    expect_tampered(Update(file_).object(store_, replaced(text_of_store(), "/" + key_, "/Odd<<>>/" + key_)).finish(),
                    Finding::ForbiddenChange);
}

TEST_P(ChangedStore, from_which_a_single_datum_left_is_fine) {
    const Result<Document> document = Document::open(file_);
    const std::string crls = serialise(document->read({store_, 0})->as_dictionary()->get("CRLs"));
    const Bytes changed = Update(file_).object(store_, replaced(text_of_store(), "/CRLs " + crls, "/CRLs []")).finish();
    const VerificationReport report = judged(changed);
    EXPECT_EQ(report.verdict, DocumentVerdict::Intact) << all_findings(report);
    EXPECT_EQ(report.signatures.back().later_changes, LaterChanges::Extension);
}

TEST(LongTermOfACertified, contract_takes_data_and_time_stamps_and_no_time_stamp_that_shows) {
    PrepareOptions options;
    options.certifiable = true;
    Growing growing(prepared_and_signed(simple_pdf(2), {{"buyer", {place_at(0, 60, 60)}}}, options).back());
    growing.add_data(data_for(growing.file, "buyer"));
    growing.stamp();
    const VerificationReport report = judged(growing.file);
    EXPECT_EQ(report.verdict, DocumentVerdict::Intact) << all_findings(report);
    EXPECT_EQ(report.signatures[0].later_changes, LaterChanges::Extension);

    Bytes visible = growing.file;
    const std::size_t at = as_text(visible).rfind("/Rect[0 0 0 0]");
    std::copy_n("/Rect[0 0 9 9]", 14, visible.begin() + static_cast<std::ptrdiff_t>(at));
    expect_tampered(visible, Finding::CertificationViolated);
}

TEST(LongTermOfStrangers, files_with_indirect_stores_are_judged_as_pyhanko_judges_them) {
    const auto folder = corpus() / "pyhanko";
    const auto levels = [&](const char* name) {
        std::vector<LaterChanges> found;
        for (const SignatureReport& signature : verify(read_file(folder / name), {}).signatures) {
            if (!signature.is_document_time_stamp) found.push_back(signature.later_changes);
        }
        return found;
    };
    EXPECT_EQ(levels("pades-lta-dss-indirect-arrs-test.pdf"), std::vector{LaterChanges::Extension});
    EXPECT_EQ(levels("pades-lta-dss-indirect-arrs-test-2.pdf"),
              (std::vector{LaterChanges::FormFilling, LaterChanges::Extension}));
}

TEST(LongTermOfStrangers, files_stay_as_intact_as_they_were) {
    std::size_t extended = 0;
    for (const auto& entry : std::filesystem::directory_iterator(corpus() / "pyhanko")) {
        if (entry.path().extension() != ".pdf") continue;
        const Bytes file = read_file(entry.path());
        const VerificationReport before = judged(file);
        if (before.verdict != DocumentVerdict::Intact || !check_signable(*Document::open(file))) continue;
        Growing growing(file);
        growing.add_data(data_for(file, "stranger"));
        growing.stamp();
        growing.add_data({{datum("renewed")}, {}, {}, {}});
        growing.stamp();
        const VerificationReport after = judged(growing.file);
        EXPECT_EQ(after.verdict, DocumentVerdict::Intact) << entry.path() << all_findings(after);
        ASSERT_EQ(after.signatures.size(), before.signatures.size() + 2) << entry.path();
        for (std::size_t i = 0; i < before.signatures.size(); ++i) {
            EXPECT_EQ(after.signatures[i].later_changes,
                      std::max(before.signatures[i].later_changes, LaterChanges::Extension))
                << entry.path();
        }
        for (std::size_t i = 0; i < before.security_store.related.size(); ++i)
            EXPECT_EQ(after.security_store.related[i].key, before.security_store.related[i].key);
        ++extended;
    }
    EXPECT_GT(extended, 15U);
}

// Files whose structure a flipped bit destroys.

/// Like the files of modern writers: pages and content in an object stream.
Bytes packed_pdf() {
    return PdfBuilder(XrefKind::Stream)
        .object(1, "<</Type/Catalog/Pages 2 0 R>>")
        .object_stream(5, {{2, "<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 595 842]>>"},
                           {3, "<</Type/Page/Parent 2 0 R/Contents 4 0 R>>"}})
        .stream(4, "", "0 0 m")
        .finish();
}

TEST(UnreadableFiles, are_tampered_when_a_signature_says_they_were_others) {
    const std::vector<Bytes> steps =
        prepared_and_signed(packed_pdf(), {{"buyer", {place_at(0, 60, 60)}}, {"seller", {place_at(0, 200, 60)}}});
    for (const std::size_t step : {1U, 2U}) {
        const Bytes& file = steps[step];
        ASSERT_EQ(judged(file).verdict, DocumentVerdict::Intact);
        const std::size_t begin = as_text(file).find("5 0 obj");
        const std::size_t end = as_text(file).find("endobj", begin);
        bool unreadable = false;
        for (std::size_t at = begin; at < end; ++at) {
            Bytes changed = file;
            changed[at] ^= 0x04;
            const VerificationReport report = judged(changed);
            EXPECT_EQ(report.verdict, DocumentVerdict::Tampered) << at << all_findings(report);
            EXPECT_TRUE(found(report, Finding::DigestMismatch)) << at;
            if (!report.error) continue;
            unreadable = true;
            EXPECT_EQ(report.signatures.size(), step);
        }
        EXPECT_TRUE(unreadable);
    }
}

TEST(UnreadableFiles, are_tampered_when_only_what_follows_the_signed_revision_cannot_be_read) {
    const std::vector<Bytes> steps =
        prepared_and_signed(packed_pdf(), {{"buyer", {place_at(0, 60, 60)}}, {"seller", {place_at(0, 200, 60)}}});
    Bytes changed = steps[2];
    const std::size_t at = as_text(changed).rfind("/Type/XRef");
    changed[at + 6] = 'Y';
    const VerificationReport report = judged(changed);
    EXPECT_EQ(report.verdict, DocumentVerdict::Tampered);
    EXPECT_TRUE(report.error);
    EXPECT_TRUE(found(report, Finding::UnaccountedBytes));
    EXPECT_TRUE(found(report, Finding::DigestMismatch));
    expect_tampered(joined(steps[1], as_bytes("startxref\n7\n%%EOF\n")), Finding::UnaccountedBytes);
}

TEST(UnreadableFiles, stay_unreadable_when_nobody_signed_them) {
    Bytes file = packed_pdf();
    file[as_text(file).find("/ObjStm") + 1] = 'X';
    EXPECT_EQ(judged(file).verdict, DocumentVerdict::Unreadable);
    EXPECT_TRUE(judged(file).error);
    // A signature of another place in another file proves nothing about this one.
    const Bytes other = prepared_and_signed(simple_pdf(), {{"buyer", {}}}).back();
    EXPECT_EQ(judged(joined(file, other)).verdict, DocumentVerdict::Unreadable);
}

// Appearances changed in their place.

/// Two fields with appearances of their own behind an indirect /AP, one of them read-only, and one for signing.
Bytes form_with_indirect_looks(std::string_view extra = {}) {
    return PdfBuilder()
        .object(1, fmt::format("<</Type/Catalog/Pages 2 0 R/AcroForm 4 0 R{}>>", extra))
        .object(2, "<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 600 800]>>")
        .object(3, "<</Type/Page/Parent 2 0 R/Annots[5 0 R 6 0 R 11 0 R]>>")
        .object(4, "<</Fields[5 0 R 6 0 R 11 0 R]/SigFlags 3>>")
        .object(5, "<</Type/Annot/Subtype/Widget/FT/Tx/T(open)/Rect[0 0 50 50]/P 3 0 R/F 4/AP 7 0 R>>")
        .object(6, "<</Type/Annot/Subtype/Widget/FT/Tx/Ff 1/T(sealed)/Rect[0 60 50 90]/P 3 0 R/F 4/AP 8 0 R>>")
        .object(7, "<</N 9 0 R>>")
        .object(8, "<</N 10 0 R>>")
        .stream(9, "/Type/XObject/Subtype/Form/BBox[0 0 50 50]", "")
        .stream(10, "/Type/XObject/Subtype/Form/BBox[0 0 50 30]", "")
        .object(11, "<</Type/Annot/Subtype/Widget/FT/Sig/T(buyer)/Rect[0 0 0 0]/P 3 0 R/F 132>>")
        .finish();
}

Bytes signed_form(std::string_view extra = {}) {
    const Bytes file = form_with_indirect_looks(extra);
    const Result<SignedRevision> revision =
        sign_existing_field(*Document::open(file), hashed(file), "buyer", {}, details(), *identity().signer);
    if (!revision) throw UncheckedError(revision.error());
    return joined(file, revision->increment);
}

constexpr std::string_view kFormEntries = "/Type/XObject/Subtype/Form/BBox[0 0 50 50]";

TEST(RedrawnFields, that_anybody_may_fill_in_count_as_filled_in) {
    const VerificationReport alone = judged(Update(signed_form()).stream(9, kFormEntries, "0 0 50 50 re f").finish());
    EXPECT_EQ(alone.verdict, DocumentVerdict::Intact) << all_findings(alone);
    EXPECT_EQ(alone.signatures[0].later_changes, LaterChanges::FormFilling);
    const VerificationReport with_value = judged(
        Update(signed_form()).changed(5, "/F 4", "/V(text)/F 4").stream(9, kFormEntries, "0 0 50 50 re f").finish());
    EXPECT_EQ(with_value.verdict, DocumentVerdict::Intact) << all_findings(with_value);
}

TEST(RedrawnFields, that_are_read_only_need_a_signature_that_vouches_for_them) {
    expect_tampered(Update(signed_form()).stream(10, kFormEntries, "0 0 50 50 re f").finish(), Finding::SealNotSigned);
    expect_tampered(
        Update(signed_form()).changed(6, "/F 4", "/F 132").stream(10, kFormEntries, "0 0 50 50 re f").finish(),
        Finding::SealNotSigned);
    expect_tampered(Update(signed_form()).object(8, "<</N 9 0 R>>").finish(), Finding::SealNotSigned);
}

TEST(RedrawnFields, whose_look_stands_elsewhere_too_are_not_just_filled_in) {
    expect_tampered(Update(signed_form("/Elsewhere 9 0 R")).stream(9, kFormEntries, "0 0 50 50 re f").finish(),
                    Finding::ForbiddenChange);
    // Neither is one whose /AP serves as something else.
    expect_tampered(Update(signed_form("/Elsewhere 7 0 R")).stream(9, kFormEntries, "0 0 50 50 re f").finish(),
                    Finding::ForbiddenChange);
}

TEST(RedrawnFields, that_are_signed_or_locked_are_found) {
    const std::vector<Bytes> steps =
        prepared_and_signed(simple_pdf(2), {{"buyer", {place_at(0, 60, 60), place_at(1, 60, 60)}}, {"seller", {}}});
    const Result<Document> document = Document::open(steps[2]);
    const auto look_of = [&](const char* field) {
        const Result<Object> widget = document->read({field_object(steps[2], field), 0});
        return widget->as_dictionary()->get("AP").as_dictionary()->get("N").as_reference()->number;
    };
    expect_tampered(Update(steps[2]).stream(look_of("buyer_p1"), kFormEntries, "").finish(),
                    Finding::LockedFieldChanged);
    expect_tampered(Update(steps[2]).stream(look_of("buyer"), kFormEntries, "").finish(), Finding::ForbiddenChange);
}

TEST(RedrawnFields, of_strangers_are_judged_as_pyhanko_judges_them) {
    const auto folder = corpus() / "pyhanko";
    const auto verdict = [&](const char* name) { return verify(read_file(folder / name), {}).verdict; };
    EXPECT_EQ(verdict("form-update-override-appearance-stream.pdf"), DocumentVerdict::Intact);
    EXPECT_EQ(verdict("form-update-override-appearance-stream-ap-indirect.pdf"), DocumentVerdict::Intact);
    EXPECT_EQ(verdict("form-update-override-appearance-stream-sneaky.pdf"), DocumentVerdict::Tampered);
    EXPECT_EQ(verdict("form-update-override-appearance-stream-ap-indirect-sneaky.pdf"), DocumentVerdict::Tampered);
}

}  // namespace
}  // namespace signet::pdf
