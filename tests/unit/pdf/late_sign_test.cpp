#include "pdf/sign.hpp"
#include "pdf/signatures.hpp"
#include "pdf/verify.hpp"
#include "support.hpp"

#include <gtest/gtest.h>

namespace signet::pdf {
namespace {

using namespace testing;

class LateSigning : public ::testing::Test {
  protected:
    Bytes first_ = prepared_and_signed(simple_pdf(2), {{"first", {place_at(0, 60, 60)}}}).back();
    CompiledDrawing seal_ = compiled(red_square(100));

    Result<SignedRevision> join(ByteView file, const std::string& name, std::vector<NewPlace> places) const {
        const Result<Document> document = Document::open(file);
        if (!document) return document.error();
        return sign_with_new_fields(*document, hashed(file), name, places, details(), *identity().signer);
    }
};

TEST_F(LateSigning, new_fields_all_show_the_same_signature_and_stand_on_their_pages) {
    const Result<SignedRevision> revision =
        join(first_, "late", {{place_at(0, 200, 60), {&seal_}}, {place_at(1, 200, 60), {&seal_}}});
    ASSERT_TRUE(revision);
    const Bytes file = joined(first_, revision->increment);
    const Result<Document> document = Document::open(file);
    ASSERT_TRUE(document);
    const Result<std::vector<SignatureField>> fields = list_signature_fields(*document);
    ASSERT_TRUE(fields);
    ASSERT_EQ(fields->size(), 3U);
    EXPECT_EQ((*fields)[1].name, "late");
    EXPECT_EQ((*fields)[2].name, "late_p1");
    EXPECT_EQ((*fields)[1].value->reference, (*fields)[2].value->reference);
    for (std::size_t page = 0; page < 2; ++page) {
        const Result<Object> annotations = document->get(*(*document->pages())[page].dictionary, "Annots");
        ASSERT_NE(annotations->as_array(), nullptr);
        EXPECT_EQ(*annotations->as_array()->back().as_reference(), (*fields)[page + 1].field);
    }
    EXPECT_EQ(revision->state, document->revision_state());
    EXPECT_EQ(revision->hash.digest(), crypto::Sha256::of(file));
}

TEST_F(LateSigning, a_name_that_is_taken_or_not_allowed_is_refused) {
    EXPECT_EQ(join(first_, "first", {}).error().code, ErrorCode::InvalidParameter);
    EXPECT_EQ(join(first_, "a.b", {}).error().code, ErrorCode::InvalidParameter);
    EXPECT_EQ(join(first_, "", {}).error().code, ErrorCode::InvalidParameter);
    EXPECT_TRUE(join(first_, "second", {}));
}

TEST_F(LateSigning, a_page_that_is_not_there_is_refused) {
    EXPECT_EQ(join(first_, "late", {{place_at(2, 0, 0), {&seal_}}}).error().code, ErrorCode::SignPageBeyond);
}

TEST_F(LateSigning, after_a_certification_only_invisible_fields_may_be_added) {
    PrepareOptions options;
    options.certifiable = true;
    const Bytes certified = prepared_and_signed(simple_pdf(), {{"first", {place_at(0, 60, 60)}}}, options).back();
    EXPECT_EQ(join(certified, "late", {{place_at(0, 200, 60), {&seal_}}}).error().code, ErrorCode::SigningForbidden);
    EXPECT_TRUE(join(certified, "late", {}));
}

TEST_F(LateSigning, a_certification_that_allows_nothing_refuses_every_signature) {
    PrepareOptions options;
    options.certifiable = true;
    Bytes certified = prepared_and_signed(simple_pdf(), {{"first", {place_at(0, 60, 60)}}}, options).back();
    const std::size_t at = as_text(certified).find("/V/1.2/P 2");
    ASSERT_NE(at, std::string_view::npos);
    certified[at + 9] = '1';
    EXPECT_EQ(join(certified, "late", {}).error().code, ErrorCode::CertifiedNoChanges);
}

TEST_F(LateSigning, a_document_without_signatures_is_prepared_and_signed_in_two_revisions) {
    const Bytes file = simple_pdf(2);
    const std::vector<NewPlace> places{{place_at(0, 10, 10), {&seal_}}, {place_at(1, 10, 10), {&seal_}}};
    const Result<Bytes> once = sign_document(file, "", places, details(), *identity().signer);
    ASSERT_TRUE(once);
    EXPECT_EQ(Document::open(*once)->sections().size(), 3U);
    EXPECT_TRUE(as_text(*once).starts_with(as_text(file)));
    const Result<std::vector<SignatureField>> fields = list_signature_fields(*Document::open(*once));
    ASSERT_EQ(fields->size(), 1U);
    EXPECT_EQ((*fields)[0].name, "Signature1");

    const Result<Bytes> twice =
        sign_document(*once, "", std::span(places).subspan(0, 1), details(), *identity().signer);
    ASSERT_TRUE(twice);
    EXPECT_EQ(Document::open(*twice)->sections().size(), 4U);
    EXPECT_EQ((*list_signature_fields(*Document::open(*twice)))[1].name, "Signature2");
}

class ExistingField : public LateSigning {
  protected:
    static Bytes with_field(std::string_view entries, std::string_view form_entries = "/SigFlags 3") {
        return PdfBuilder()
            .object(1, "<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R>>")
            .object(2, "<</Type/Pages/Count 1/Kids[3 0 R]>>")
            .object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Annots[4 0 R]>>")
            .object(
                4, std::string("<</Type/Annot/Subtype/Widget/FT/Sig/T(Approval)/P 3 0 R") + std::string(entries) + ">>")
            .object(5, std::string("<</Fields[4 0 R]") + std::string(form_entries) + ">>")
            .finish();
    }
    Result<SignedRevision> fill(ByteView file, const std::string& name) const {
        const Result<Document> document = Document::open(file);
        return sign_existing_field(*document, hashed(file), name, {&seal_}, details(), *identity().signer);
    }
};

TEST_F(ExistingField, gets_value_appearance_and_flags_and_nothing_else_changes) {
    const Bytes file = with_field("/Rect[10 10 110 60]/F 4");
    const Result<SignedRevision> revision = fill(file, "Approval");
    ASSERT_TRUE(revision);
    const Bytes signed_file = joined(file, revision->increment);
    const Result<Document> document = Document::open(signed_file);
    const Result<Object> widget = document->read({4, 0});
    EXPECT_TRUE(widget->as_dictionary()->has("V"));
    EXPECT_TRUE(widget->as_dictionary()->has("AP"));
    EXPECT_EQ(widget->as_dictionary()->get("F").number(), 132);
    for (const std::uint32_t number : document->sections()[0].objects) {
        EXPECT_TRUE(number == 4 || number >= 6) << number;
    }
}

TEST_F(ExistingField, an_unfit_form_is_brought_into_order_before_the_first_signature) {
    const Bytes file = with_field("/Rect[10 10 110 60]", "/NeedAppearances true");
    const Result<SignedRevision> revision = fill(file, "Approval");
    ASSERT_TRUE(revision);
    const Bytes signed_file = joined(file, revision->increment);
    const Result<Object> form = Document::open(signed_file)->read({5, 0});
    EXPECT_EQ(form->as_dictionary()->get("SigFlags").number(), 3);
    EXPECT_FALSE(form->as_dictionary()->has("NeedAppearances"));
}

TEST_F(ExistingField, repeats_the_lock_the_field_has) {
    const Bytes file = with_field("/Rect[10 10 110 60]/Lock<</Type/SigFieldLock/Action/Exclude/Fields[(remarks)]>>");
    const Result<SignedRevision> revision = fill(file, "Approval");
    ASSERT_TRUE(revision);
    const Bytes signed_file = joined(file, revision->increment);
    const SignatureField field = (*list_signature_fields(*Document::open(signed_file)))[0];
    EXPECT_EQ(field.value->locked, (FieldLock{FieldLock::Action::Exclude, {"remarks"}}));
    EXPECT_EQ(join(signed_file, "another", {}).error().code, ErrorCode::FieldLocked);
    EXPECT_TRUE(join(signed_file, "remarks", {}));
}

TEST_F(LateSigning, a_late_signature_may_get_its_value_in_a_second_step) {
    const Result<Document> document = Document::open(first_);
    const std::vector<NewPlace> places{{place_at(0, 200, 60), {&seal_}}};
    Result<UnsignedRevision> waiting =
        build_with_new_fields(*document, hashed(first_), "late", places, details(), 9000);
    ASSERT_TRUE(waiting);
    EXPECT_EQ(waiting->contents_digits, 18'000U);
    const Result<Bytes> cms = crypto::make_pades_cms(*identity().signer, waiting->digest);
    const Result<SignedRevision> done = complete(std::move(*waiting), *cms);
    ASSERT_TRUE(done);
    const VerificationReport report = verify(joined(first_, done->increment), {identity().root});
    EXPECT_EQ(report.verdict, DocumentVerdict::Intact);
    EXPECT_EQ(report.signatures.size(), 2U);
}

TEST_F(ExistingField, may_get_its_value_in_a_second_step) {
    const Bytes file = with_field("/Rect[10 10 110 60]/F 4");
    Result<UnsignedRevision> waiting =
        build_existing_field(*Document::open(file), hashed(file), "Approval", {&seal_}, details(), 9000);
    ASSERT_TRUE(waiting);
    const Result<Bytes> cms = crypto::make_pades_cms(*identity().signer, waiting->digest);
    const Result<SignedRevision> done = complete(std::move(*waiting), *cms);
    ASSERT_TRUE(done);
    EXPECT_EQ(verify(joined(file, done->increment), {identity().root}).verdict, DocumentVerdict::Intact);
}

TEST_F(ExistingField, that_is_signed_or_unknown_is_refused) {
    const Bytes file = with_field("/Rect[10 10 110 60]");
    EXPECT_EQ(fill(file, "Other").error().code, ErrorCode::InvalidParameter);
    const Bytes signed_file = joined(file, fill(file, "Approval")->increment);
    EXPECT_EQ(fill(signed_file, "Approval").error().code, ErrorCode::InvalidParameter);
}

}  // namespace
}  // namespace signet::pdf
