#include "pdf/verify.hpp"

#include "judging.hpp"
#include "pdf/cms_judge.hpp"
#include "support.hpp"

#include <fmt/format.h>

#include <gtest/gtest.h>

namespace signet::pdf {

namespace {

using namespace testing;

std::vector<PlannedSignature> three_parties() {
    return {{"buyer", {place_at(0, 60, 60), place_at(1, 60, 60)}},
            {"seller", {place_at(0, 200, 60), place_at(1, 200, 60)}},
            {"witness", {place_at(1, 330, 60)}}};
}

class Verification : public ::testing::TestWithParam<XrefKind> {
  protected:
    /// [0] frozen, [1] buyer signed, [2] seller too, [3] all.
    std::vector<Bytes> steps_ = prepared_and_signed(simple_pdf(2, GetParam()), three_parties());
};
INSTANTIATE_TEST_SUITE_P(BothKinds, Verification, ::testing::Values(XrefKind::Table, XrefKind::Stream));

TEST_P(Verification, every_signature_of_an_untouched_contract_is_intact_and_trusted) {
    for (std::size_t step = 1; step < steps_.size(); ++step) {
        const VerificationReport report = judged(steps_[step]);
        ASSERT_EQ(report.verdict, DocumentVerdict::Intact) << all_findings(report);
        EXPECT_TRUE(report.all_trusted());
        ASSERT_EQ(report.signatures.size(), step);
        EXPECT_EQ(report.unsigned_fields.size(), 3 - step);
        EXPECT_EQ(report.revisions.size(), step + 2);
        for (std::size_t i = 0; i < step; ++i) {
            const SignatureReport& signature = report.signatures[i];
            const bool last = i + 1 == step;
            EXPECT_TRUE(signature.intact);
            EXPECT_EQ(signature.coverage, last ? Coverage::WholeFile : Coverage::WholeRevision);
            EXPECT_EQ(signature.later_changes, last ? LaterChanges::None : LaterChanges::FormFilling);
            EXPECT_EQ(signature.revision, i + 3);
            EXPECT_EQ(signature.signer->subject_common_name, "李测试");
            EXPECT_EQ(signature.reason, "合同签署");
            EXPECT_EQ(report.revisions[i + 2].signed_fields, signature.field_names);
            EXPECT_EQ(report.revisions[i + 2].end + 1, steps_[i + 1].size());
        }
    }
}

TEST_P(Verification, an_unknown_root_makes_a_signature_untrusted_but_not_broken) {
    const VerificationReport report = verify(steps_[1], {});
    EXPECT_EQ(report.verdict, DocumentVerdict::Intact);
    EXPECT_FALSE(report.all_trusted());
    EXPECT_FALSE(report.signatures[0].trusted());
}

TEST_P(Verification, a_document_nobody_signed_says_so) {
    EXPECT_EQ(judged(steps_[0]).verdict, DocumentVerdict::NoSignature);
    EXPECT_EQ(judged(simple_pdf(1, GetParam())).verdict, DocumentVerdict::NoSignature);
}

TEST_P(Verification, any_flipped_bit_in_the_signed_bytes_is_found) {
    const Bytes& file = steps_[1];
    const Result<Document> document = Document::open(file);
    const auto range = *(*list_signature_fields(*document))[0].value->byte_range;
    std::size_t undetected = 0;
    for (std::size_t at = 0; at < file.size(); at += 23) {
        if (at >= range[1] && at < range[2]) continue;
        Bytes changed = file;
        changed[at] ^= 0x04;
        const DocumentVerdict verdict = judged(changed).verdict;
        if (verdict == DocumentVerdict::Intact) ++undetected;
    }
    EXPECT_EQ(undetected, 0U);
}

TEST_P(Verification, a_digit_changed_in_the_padding_behind_the_cms_is_found) {
    const Bytes& file = steps_[1];
    const Result<Document> document = Document::open(file);
    const SignatureValue value = *(*list_signature_fields(*document))[0].value;
    const std::size_t padding = value.contents.find_last_not_of('\0') + 1;
    for (std::size_t at = (*value.byte_range)[1] + 1 + 2 * padding; at + 1 < (*value.byte_range)[2]; at += 61) {
        Bytes changed = file;
        changed[at] = '7';
        EXPECT_NE(judged(changed).verdict, DocumentVerdict::Intact) << at;
    }
}

TEST_P(Verification, bytes_behind_the_last_revision_are_found) {
    expect_tampered(joined(steps_[3], as_bytes("%hello, world\n")), Finding::UnaccountedBytes);
    expect_tampered(joined(steps_[3], as_bytes("7 0 obj\n<</New true>>\nendobj\n")), Finding::UnaccountedBytes);
}

TEST_P(Verification, an_update_whose_objects_no_cross_reference_names_is_found) {
    const Result<Document> document = Document::open(steps_[3]);
    if (GetParam() != XrefKind::Table) return;  // the same file with a table is enough
    const std::string update = fmt::format(
        "3 0 obj\n<</Type/Page/Parent 2 0 R/Contents 99 0 R>>\nendobj\nxref\n0 0\ntrailer\n<<{}/Size {}/Prev "
        "{}>>\nstartxref\n{}\n%%EOF\n",
        document->revision_state().trailer, document->next_object_number(), document->startxref(),
        steps_[3].size() + std::string_view("3 0 obj\n<</Type/Page/Parent 2 0 R/Contents 99 0 R>>\nendobj\n").size());
    expect_tampered(joined(steps_[3], as_bytes(update)), Finding::UnaccountedBytes);
}

TEST_P(Verification, page_content_changed_by_an_update_is_found) {
    Update update(steps_[3]);
    const std::uint32_t content = update.allocate();
    update.stream(content, "", "1 0 0 rg 0 0 600 800 re f");
    update.changed(3, "/Parent", fmt::format("/Contents {} 0 R/Parent", content));
    expect_tampered(update.finish(), Finding::ForbiddenChange);
}

TEST_P(Verification, an_annotation_added_by_an_update_is_found) {
    Update update(steps_[1]);
    const std::uint32_t stamp = update.allocate();
    update.object(stamp, "<</Type/Annot/Subtype/Stamp/Rect[0 0 100 100]>>");
    update.changed(3, "/Annots [", fmt::format("/Annots [{} 0 R ", stamp));
    expect_tampered(update.finish(), Finding::ForbiddenChange);
}

TEST_P(Verification, a_page_added_or_taken_away_is_found) {
    Update added(steps_[1]);
    const std::uint32_t page = added.allocate();
    added.object(page, "<</Type/Page/Parent 2 0 R>>");
    added.changed(2, "/Kids [", fmt::format("/Kids [{} 0 R ", page));
    expect_tampered(added.finish(), Finding::PagesChanged);
    expect_tampered(Update(steps_[1]).changed(2, " 4 0 R]", "]").finish(), Finding::PagesChanged);
}

TEST_P(Verification, a_catalog_with_something_new_is_found) {
    expect_tampered(Update(steps_[1]).changed(1, "/Pages", "/OpenAction<</S/JavaScript/JS(x)>>/Pages").finish(),
                    Finding::ForbiddenChange);
}

TEST_P(Verification, a_seal_swapped_or_hidden_after_its_signature_is_found) {
    const std::uint32_t place = field_object(steps_[3], "buyer_p1");
    Update swapped(steps_[3]);
    const std::uint32_t other = swapped.allocate();
    swapped.stream(other, "/Type/XObject/Subtype/Form/BBox[0 0 1 1]", "0 0 1 1 re f");
    const Result<Document> document = Document::open(steps_[3]);
    const std::string shown = serialise(document->read({place, 0})->as_dictionary()->get("AP"));
    swapped.changed(place, shown, fmt::format("<</N {} 0 R>>", other));
    expect_tampered(swapped.finish(), Finding::LockedFieldChanged);
    expect_tampered(Update(steps_[3]).changed(place, "/F 132", "/F 134").finish(), Finding::LockedFieldChanged);
}

TEST_P(Verification, a_signed_field_that_loses_its_look_is_found) {
    const std::uint32_t field = field_object(steps_[3], "buyer");
    expect_tampered(Update(steps_[3]).changed(field, "/F 132", "/F 134").finish(), Finding::ForbiddenChange);
}

TEST_P(Verification, a_seal_put_on_a_place_whose_party_has_not_signed_is_found) {
    const std::uint32_t place = field_object(steps_[1], "seller_p1");
    const Result<Document> document = Document::open(steps_[1]);
    const std::string own_seal =
        serialise(document->read({field_object(steps_[1], "buyer_p1"), 0})->as_dictionary()->get("AP"));
    const std::string empty = serialise(document->read({place, 0})->as_dictionary()->get("AP"));
    Update update(steps_[1]);
    std::string text = serialise(*document->read({place, 0}));
    text.replace(text.find(empty), empty.size(), own_seal);
    text.replace(text.find("/F 134"), 6, "/F 132");
    expect_tampered(update.object(place, text).finish(), Finding::SealNotSigned);
}

TEST_P(Verification, an_object_the_signed_revision_only_named_is_found_when_it_appears) {
    const Bytes prepared_for_fraud = PdfBuilder()
                                         .object(1, "<</Type/Catalog/Pages 2 0 R>>")
                                         .object(2, "<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 600 800]>>")
                                         .object(3, "<</Type/Page/Parent 2 0 R/Contents[4 0 R]>>")
                                         .object(4, "<</Length 5 0 R>>\nstream\n0 0 m\nendstream")
                                         .object(5, "5")
                                         .object(6, "[90 0 R]")
                                         .finish();
    const Bytes signed_file = prepared_and_signed(prepared_for_fraud, {{"buyer", {place_at(0, 1, 1)}}}).back();
    ASSERT_EQ(judged(signed_file).verdict, DocumentVerdict::Intact) << all_findings(judged(signed_file));
    expect_tampered(Update(signed_file).stream(90, "", "0 0 600 800 re f").finish(), Finding::HiddenContent);
    expect_tampered(Update(signed_file).object(6, "[]").finish(), Finding::ForbiddenChange);
    EXPECT_NE(judged(Update(signed_file).object(5, "0").finish()).verdict, DocumentVerdict::Intact);
}

TEST_P(Verification, a_field_of_the_form_removed_or_added_is_found) {
    const std::uint32_t form = Document::open(steps_[1])->catalog().value()->get("AcroForm").as_reference()->number;
    const std::uint32_t place = field_object(steps_[1], "witness");
    expect_tampered(Update(steps_[1]).changed(form, fmt::format(" {} 0 R", place), "").finish(),
                    Finding::ForbiddenChange);
    Update added(steps_[1]);
    const std::uint32_t text = added.allocate();
    added.object(text, "<</FT/Tx/T(remark)/V(changed)/Type/Annot/Subtype/Widget/Rect[0 0 9 9]>>");
    added.changed(form, "/Fields [", fmt::format("/Fields [{} 0 R ", text));
    expect_tampered(added.finish(), Finding::ForbiddenChange);
}

TEST_P(Verification, fields_that_always_shared_a_name_are_told_apart) {
    const auto remark = [](int y) {
        return fmt::format("<</FT/Tx/T(remark)/V()/Type/Annot/Subtype/Widget/Rect[0 {} 9 {}]>>", y, y + 9);
    };
    const Bytes plain = simple_pdf(2, GetParam(), "/Annots[]", "/AcroForm<</Fields[50 0 R 51 0 R]>>");
    const Bytes form = Update(plain)
                           .object(50, remark(20))
                           .object(51, remark(40))
                           .changed(3, "/Annots []", "/Annots [50 0 R 51 0 R]")
                           .finish();
    const Bytes file = prepared_and_signed(form, three_parties())[2];
    EXPECT_EQ(judged(file).verdict, DocumentVerdict::Intact) << all_findings(judged(file));
    Update third(file);
    const std::uint32_t text = third.allocate();
    third.object(text, remark(60));
    third.changed(3, "/Annots [", fmt::format("/Annots [{} 0 R ", text));
    const Object fields = Document::open(file)->catalog().value()->get("AcroForm");
    const std::uint32_t holder = fields.as_reference() != nullptr ? fields.as_reference()->number : 1;
    third.changed(holder, "/Fields [", fmt::format("/Fields [{} 0 R ", text));
    expect_tampered(third.finish(), Finding::AmbiguousStructure);
    expect_tampered(Update(file).changed(holder, "50 0 R ", "").finish(), Finding::ForbiddenChange);
}

TEST_P(Verification, validation_data_may_be_filed_under_either_digest_of_a_signature_and_nothing_else) {
    const auto with_data_under = [&](std::string_view key) {
        Update update(steps_[3]);
        const std::uint32_t store = update.allocate();
        update.object(store, fmt::format("<</Type/DSS/VRI<</{} <</Cert[]>>>>>>", key));
        return update.changed(1, "/Type /Catalog", fmt::format("/Type /Catalog/DSS {} 0 R", store)).finish();
    };
    for (const std::size_t digits : {40U, 64U}) {
        const VerificationReport report = judged(with_data_under(std::string(digits, 'A')));
        EXPECT_EQ(report.verdict, DocumentVerdict::Intact) << all_findings(report);
        EXPECT_EQ(report.signatures.back().later_changes, LaterChanges::Extension);
    }
    for (const std::string& key : {std::string(63, 'A'), std::string(64, 'G'), std::string("Page")})
        expect_tampered(with_data_under(key), Finding::ForbiddenChange);
}

TEST_P(Verification, a_party_that_joined_late_leaves_the_others_intact) {
    const CompiledDrawing seal = compiled(red_square(50));
    const Result<Document> document = Document::open(steps_[3]);
    const std::vector<NewPlace> places{{place_at(0, 400, 300), {&seal}}, {place_at(1, 400, 300), {&seal}}};
    const Result<SignedRevision> late =
        sign_with_new_fields(*document, hashed(steps_[3]), "late", places, details(), *identity().signer);
    ASSERT_TRUE(late);
    const VerificationReport report = judged(joined(steps_[3], late->increment));
    EXPECT_EQ(report.verdict, DocumentVerdict::Intact) << all_findings(report);
    ASSERT_EQ(report.signatures.size(), 4U);
    EXPECT_EQ(report.signatures[3].field_names, (std::vector<std::string>{"late", "late_p1"}));
    EXPECT_EQ(report.signatures[0].later_changes, LaterChanges::FormFilling);
}

TEST_P(Verification, a_certified_contract_takes_prepared_signatures_and_nothing_visible_beyond) {
    PrepareOptions options;
    options.certifiable = true;
    const std::vector<Bytes> steps = prepared_and_signed(simple_pdf(2, GetParam()), three_parties(), options);
    const VerificationReport report = judged(steps.back());
    EXPECT_EQ(report.verdict, DocumentVerdict::Intact) << all_findings(report);
    EXPECT_EQ(report.signatures[0].certification_level, 2);
}

TEST_P(Verification, a_byte_range_that_is_gone_or_nonsense_makes_the_signature_incomplete) {
    const auto with = [&](std::string_view from, std::string_view to) {
        Bytes changed = steps_[1];
        const std::size_t at = as_text(changed).find(from);
        std::copy(to.begin(), to.end(), changed.begin() + static_cast<std::ptrdiff_t>(at));
        return changed;
    };
    expect_tampered(with("/ByteRange[0 ", "/ByteRonge[0 "), Finding::SignatureIncomplete);
    expect_tampered(with("/ByteRange[0 ", "/ByteRange[1 "), Finding::SignatureIncomplete);
    expect_tampered(with("/ByteRange[0 ", "/ByteRange[-1 "), Finding::SignatureIncomplete);
    expect_tampered(with("/ByteRange[0 ", "/ByteRange[0 0 "), Finding::SignatureIncomplete);
    expect_tampered(with("/Contents<", "/Kontents<"), Finding::SignatureIncomplete);
}

TEST_P(Verification, a_gap_wider_than_the_contents_is_wrapping) {
    Bytes changed = steps_[1];
    const std::size_t at = as_text(changed).find("/ByteRange[0 ") + 13;
    const std::size_t end = as_text(changed).find(' ', at);
    const std::string before(as_text(changed).substr(at, end - at));
    const std::string after = std::to_string(std::stoull(before) - 1);
    ASSERT_EQ(before.size(), after.size());
    std::copy(after.begin(), after.end(), changed.begin() + static_cast<std::ptrdiff_t>(at));
    expect_tampered(changed, Finding::WrongGap);
}

TEST_P(Verification, a_file_that_is_cut_within_a_later_revision_is_not_intact) {
    for (std::size_t cut = 1; cut < 400; cut += 7) {
        const Bytes shorter(steps_[3].begin(), steps_[3].end() - static_cast<std::ptrdiff_t>(cut));
        EXPECT_NE(judged(shorter).verdict, DocumentVerdict::Intact) << cut;
    }
}

TEST(VerificationOfDates, reads_dates_with_everything_or_only_a_year) {
    EXPECT_EQ(parse_date("D:20261122093000+08'00'")->milliseconds, 1'795'311'000'000);
    EXPECT_EQ(parse_date("D:20261122013000Z")->milliseconds, 1'795'311'000'000);
    EXPECT_EQ(parse_date("D:20261121203000-05'00")->milliseconds, 1'795'311'000'000);
    EXPECT_EQ(parse_date("D:2026")->milliseconds, 1'767'225'600'000);
    EXPECT_FALSE(parse_date("D:20261322"));
    EXPECT_FALSE(parse_date("tomorrow"));
    EXPECT_FALSE(parse_date(""));
}

TEST(VerificationOfGarbage, is_unreadable_with_a_reason) {
    EXPECT_EQ(judged(to_bytes("hello")).error->code, ErrorCode::NotAPdf);
    EXPECT_EQ(judged(to_bytes("%PDF-1.7\n")).error->code, ErrorCode::DamagedDocument);
    EXPECT_EQ(judged({}).verdict, DocumentVerdict::Unreadable);
}

}  // namespace
}  // namespace signet::pdf
