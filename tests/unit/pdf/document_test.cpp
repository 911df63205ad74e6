#include "pdf/document.hpp"

#include "pdf/filters.hpp"
#include "pdf/lexer.hpp"
#include "pdf/prepare.hpp"
#include "support.hpp"

#include <fmt/format.h>

#include <gtest/gtest.h>

namespace signet::pdf {
namespace {

using namespace testing;

Object parsed(std::string_view text) {
    WorkBudget budget{1'000'000, 100'000, 100};
    Result<Object> object = Parser(as_bytes(text), 0, budget).object();
    if (!object) throw UncheckedError(object.error());
    return *object;
}

ErrorCode refusal(std::string_view text) {
    WorkBudget budget{1'000'000, 100'000, 100};
    const Result<Object> object = Parser(as_bytes(text), 0, budget).object();
    return object ? ErrorCode::Internal : object.error().code;
}

TEST(Objects, come_back_as_they_were_spelled) {
    for (const char* text : {"(a\\(b\\)\\101\\\r\n c)", "<48 65 6C6>", "/A#20B", "[1 -2 +.5 4. (x)]",
                             "<</K [<</L null>>]>>", "12 0 R", "true", "-0.125"}) {
        EXPECT_EQ(serialise(parsed(serialise(parsed(text)))), serialise(parsed(text))) << text;
    }
    EXPECT_EQ(serialise(parsed("(a\\(b\\)\\101)")), "(a\\(b\\)\\101)");
    EXPECT_EQ(serialise(parsed("<48 65 6C6>")), "<48 65 6C6>");
    EXPECT_EQ(serialise(parsed("/A#20B")), "/A#20B");
    EXPECT_EQ(serialise(parsed("4.")), "4.");
}

TEST(Objects, mean_what_the_standard_says) {
    EXPECT_EQ(parsed("(a\\(b(c)\\)\\101\\0612\\\r\nd\re)").as_string()->bytes, "a(b(c))A12d\ne");
    EXPECT_EQ(parsed("<48 65 6C6>").as_string()->bytes, "Hel`");
    EXPECT_EQ(parsed("/A#20B#zz").as_name()->text, "A B#zz");
    EXPECT_EQ(parsed("-.5").number(), -0.5);
    EXPECT_EQ(*parsed("12 3 R").as_reference(), (Reference{12, 3}));
    EXPECT_EQ(parsed("[12 3 R 4]").as_array()->size(), 2U);
}

TEST(Objects, that_are_broken_are_refused_with_a_reason) {
    for (const char* text : {"", "(a", "<4x>", "<</A", "[1", "<</A 1 2>>", "--1", "1e5", "bogus", ">>"}) {
        EXPECT_EQ(refusal(text), ErrorCode::DamagedDocument) << text;
    }
    EXPECT_EQ(refusal(std::string(200, '[')), ErrorCode::DocumentTooDeep);
}

TEST(Objects, a_key_given_twice_counts_with_its_last_value_and_is_remembered) {
    const Object object = parsed("<</A 1/#41 2>>");
    EXPECT_EQ(object.as_dictionary()->get("A").number(), 2);
    EXPECT_TRUE(object.as_dictionary()->had_duplicate_keys());
    EXPECT_FALSE(parsed("<</A 1>>").as_dictionary()->had_duplicate_keys());
}

TEST(Objects, text_strings_hold_any_script) {
    EXPECT_EQ(text_string("a(b)"), "(a\\(b\\))");
    for (const char* text : {"plain", "合同", "😀 合同"}) {
        EXPECT_EQ(from_text_string(parsed(text_string(text)).as_string()->bytes), text);
    }
}

TEST(Objects, numbers_are_written_without_exponents_or_a_needless_zero) {
    EXPECT_EQ(spelled_number(0.1 + 0.2), "0.3");
    EXPECT_EQ(spelled_number(-0.00001), "0");
    EXPECT_EQ(spelled_number(1e-20), "0");
    EXPECT_EQ(spelled_number(120), "120");
    EXPECT_EQ(spelled_number(595.2756), "595.2756");
}

TEST(Filters, undo_what_they_should) {
    const auto decode = [](std::string_view dictionary, std::string_view data) {
        const Object object = parsed(dictionary);
        const Stream stream{object.share_dictionary(), as_bytes(data)};
        const Result<Bytes> bytes =
            decode_stream(stream, 1'000'000, [](const Object& value) { return Result<Object>(value); });
        return bytes ? std::string(as_text(*bytes)) : "failed: " + bytes.error().detail;
    };
    EXPECT_EQ(decode("<</Filter/ASCIIHexDecode>>", "48 65 6c6C 6F>"), "Hello");
    EXPECT_EQ(decode("<</Filter/ASCII85Decode>>", "87cURD]j7BEbo80~>"), "Hello world!");
    EXPECT_EQ(decode("<</Filter/RunLengthDecode>>", std::string_view("\x02"
                                                                     "abc\xFEx\x80",
                                                                     7)),
              "abcxxx");
    EXPECT_EQ(decode("<</Filter/LZWDecode>>", std::string_view("\x80\x0B\x60\x50\x22\x0C\x0C\x85\x01", 9)),
              std::string("-----A---B"));
    EXPECT_EQ(decode("<</Filter[/ASCIIHexDecode/FlateDecode]>>", hex(as_bytes(deflate("twice")))), "twice");
    const std::string png("\x02\x01\x02\x03\x02\x01\x01\x01", 8);
    EXPECT_EQ(decode("<</Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 3>>>>", deflate(png)),
              std::string("\x01\x02\x03\x02\x03\x04"));
    const std::string tiff("\x01\x01\x01\x05\x00\x01", 6);
    EXPECT_EQ(decode("<</Filter/FlateDecode/DecodeParms<</Predictor 2/Columns 3>>>>", deflate(tiff)),
              std::string("\x01\x02\x03\x05\x05\x06"));
    EXPECT_TRUE(decode("<</Filter/DCTDecode>>", "x").starts_with("failed"));
    EXPECT_TRUE(decode("<</Filter/FlateDecode>>", deflate("cut short").substr(0, 8)).starts_with("failed"));
    EXPECT_TRUE(decode("<</Filter/FlateDecode>>", deflate(std::string(2'000'000, 'x'))).starts_with("failed"));
}

TEST(Reading, follows_object_streams_and_cross_reference_streams) {
    const Bytes file = PdfBuilder(XrefKind::Stream)
                           .object_stream(5, {{1, "<</Type/Catalog/Pages 2 0 R>>"},
                                              {2, "<</Type/Pages/Count 1/Kids[3 0 R]>>"},
                                              {3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 200]>>"}})
                           .finish();
    const Result<Document> document = Document::open(file);
    ASSERT_TRUE(document);
    ASSERT_EQ(document->pages()->size(), 1U);
    EXPECT_EQ((*document->pages())[0].geometry.crop, (Rectangle{0, 0, 100, 200}));
    EXPECT_EQ(document->revision_state().kind, XrefKind::Stream);
}

PageGeometry geometry_of(std::string_view page, std::string_view tree = "") {
    const Bytes file = PdfBuilder()
                           .object(1, "<</Type/Catalog/Pages 2 0 R>>")
                           .object(2, fmt::format("<</Type/Pages/Count 1/Kids[3 0 R]{}>>", tree))
                           .object(3, fmt::format("<</Type/Page/Parent 2 0 R{}>>", page))
                           .object(4, "90")
                           .finish();
    const Result<Document> document = Document::open(file);
    return (*document->pages())[0].geometry;
}

TEST(Reading, pages_inherit_and_boxes_are_put_into_order) {
    EXPECT_EQ(geometry_of("", "/MediaBox[0 0 300 400]/Rotate 90").rotation, 90);
    EXPECT_EQ(geometry_of("", "/MediaBox[300 400 0 0]").crop, (Rectangle{0, 0, 300, 400}));
    EXPECT_EQ(geometry_of("/CropBox[-50 10 200 900]", "/MediaBox[0 0 300 400]").crop, (Rectangle{0, 10, 200, 400}));
    EXPECT_EQ(geometry_of("/CropBox[1000 1000 1100 1100]/MediaBox[0 0 300 400]").crop, (Rectangle{0, 0, 300, 400}));
    EXPECT_EQ(geometry_of("").crop, (Rectangle{0, 0, 612, 792}));
    EXPECT_EQ(geometry_of("/Rotate -90").rotation, 270);
    EXPECT_EQ(geometry_of("/Rotate 450").rotation, 90);
    EXPECT_EQ(geometry_of("/Rotate 45").rotation, 0);
    EXPECT_EQ(geometry_of("/Rotate 4 0 R").rotation, 90);
    EXPECT_EQ(geometry_of("/UserUnit 2.5").user_unit, 2.5);
    EXPECT_EQ(geometry_of("/UserUnit 0").user_unit, 1);
}

ErrorCode opening(const Bytes& file, const ReadLimits& limits = {}) {
    const Result<Document> document = Document::open(file, limits);
    if (!document) return document.error().code;
    const auto pages = document->pages();
    if (!pages) return pages.error().code;
    return ErrorCode::Internal;  // all is well
}

Bytes with_tree(std::string_view two, std::string_view three) {
    return PdfBuilder().object(1, "<</Type/Catalog/Pages 2 0 R>>").object(2, two).object(3, three).finish();
}

TEST(Refusing, loops_and_endless_trees_end) {
    EXPECT_EQ(opening(with_tree("<</Kids[3 0 R]>>", "<</Kids[2 0 R]>>")), ErrorCode::DamagedDocument);
    EXPECT_EQ(opening(with_tree("<</Kids[2 0 R]>>", "null")), ErrorCode::DamagedDocument);
    EXPECT_EQ(opening(with_tree("<</Kids 3 0 R>>", "3 0 R")), ErrorCode::DamagedDocument);
    PdfBuilder deep;
    deep.object(1, "<</Type/Catalog/Pages 2 0 R>>");
    for (std::uint32_t i = 2; i < 200; ++i)
        deep.object(i, fmt::format("<</Kids[{} 0 R]>>", i + 1));
    EXPECT_EQ(opening(deep.finish()), ErrorCode::DocumentTooDeep);
}

TEST(Refusing, more_than_the_limits_is_too_large) {
    ReadLimits limits;
    limits.pages = 3;
    EXPECT_EQ(opening(simple_pdf(3), limits), ErrorCode::Internal);
    EXPECT_EQ(opening(simple_pdf(4), limits), ErrorCode::DocumentTooLarge);
    limits.file_bytes = 100;
    EXPECT_EQ(opening(simple_pdf(1), limits), ErrorCode::DocumentTooLarge);
    ReadLimits few_objects;
    few_objects.objects = 4;
    EXPECT_EQ(opening(simple_pdf(10), few_objects), ErrorCode::DocumentTooLarge);
}

TEST(Refusing, encrypted_files_and_files_that_are_none) {
    EXPECT_EQ(opening(PdfBuilder().object(1, "<</Type/Catalog>>").finish("/Root 1 0 R/Encrypt<</Filter/Standard>>")),
              ErrorCode::PasswordProtected);
    EXPECT_EQ(opening(to_bytes("PK\x03\x04")), ErrorCode::NotAPdf);
    EXPECT_EQ(opening({}), ErrorCode::NotAPdf);
}

TEST(Refusing, a_cross_reference_that_points_elsewhere_is_damage) {
    Bytes file = simple_pdf();
    const std::size_t at = as_text(file).find(" 00000 n\r\n", as_text(file).find("xref"));
    file[at - 1] = file[at - 1] == '5' ? '6' : '5';
    EXPECT_EQ(opening(file), ErrorCode::DamagedDocument);
}

Status signable(const Bytes& file, const SigningPolicy& policy = {}) {
    const Result<Document> document = Document::open(file);
    if (!document) return document.error();
    return check_signable(*document, policy);
}

TEST(Refusing, to_sign_what_validators_disagree_about) {
    Bytes junk = to_bytes("junk\n");
    append(junk, simple_pdf());
    EXPECT_EQ(signable(junk).error().code, ErrorCode::DamagedDocument);
    EXPECT_EQ(
        signable(simple_pdf(1, XrefKind::Table, "", "/NeedsRendering true/AcroForm<</XFA(x)/Fields[]>>")).error().code,
        ErrorCode::DynamicXfa);
    const Bytes hybrid = read_file(corpus() / "contract" / "NoSign.pdf");
    EXPECT_EQ(signable(hybrid).error().code, ErrorCode::HybridReference);
    SigningPolicy lenient;
    lenient.refuse_hybrid = false;
    EXPECT_TRUE(signable(hybrid, lenient));
}

TEST(Refusing, active_content_when_asked_to) {
    const Bytes file = simple_pdf(1, XrefKind::Table, "/AA<</O<</S/JavaScript/JS(app.alert\\(1\\))>>>>");
    EXPECT_TRUE(signable(file));
    SigningPolicy strict;
    strict.refuse_active_content = true;
    EXPECT_EQ(signable(file, strict).error().code, ErrorCode::ActiveContent);
    EXPECT_TRUE(signable(simple_pdf(1, XrefKind::Table, "", "/OpenAction[3 0 R/Fit]"), strict));
}

TEST(Preparing, adds_to_what_is_there_and_takes_nothing_away) {
    const Bytes file = PdfBuilder()
                           .object(1, "<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R>>")
                           .object(2, "<</Type/Pages/Count 2/Kids[3 0 R 4 0 R]/MediaBox[0 0 600 800]>>")
                           .object(3, "<</Type/Page/Parent 2 0 R/Annots 7 0 R>>")
                           .object(4, "<</Type/Page/Parent 2 0 R/Annots[6 0 R]>>")
                           .object(5, "<</Fields[6 0 R]/NeedAppearances true/DA(/F 0 Tf)>>")
                           .object(6, "<</Type/Annot/Subtype/Widget/FT/Tx/T(remark)/Rect[0 0 9 9]>>")
                           .object(7, "[8 0 R]")
                           .object(8, "<</Type/Annot/Subtype/Link/Rect[0 0 9 9]>>")
                           .finish();
    const Result<Document> document = Document::open(file);
    const std::vector<PlannedSignature> plan{{"a", {place_at(0, 10, 10), place_at(1, 10, 10)}}};
    const Result<PreparedRevision> prepared = prepare(*document, plan);
    ASSERT_TRUE(prepared);
    const Bytes frozen = joined(file, prepared->increment);
    const Result<Document> after = Document::open(frozen);
    const PreparedSignature& field = prepared->signatures[0];
    EXPECT_EQ(serialise(*after->read({5, 0})), fmt::format("<</Fields [6 0 R {} 0 R {} 0 R]/DA (/F 0 Tf)/SigFlags 3>>",
                                                           field.field.object, field.further_places[0].object));
    EXPECT_EQ(serialise(*after->read({7, 0})), fmt::format("[8 0 R {} 0 R]", field.field.object));
    EXPECT_EQ(serialise((*after->pages())[1].dictionary->get("Annots")),
              fmt::format("[6 0 R {} 0 R]", field.further_places[0].object));
    for (const std::uint32_t untouched : {1U, 2U, 3U, 6U, 8U}) {
        const auto& objects = after->sections()[0].objects;
        EXPECT_EQ(std::count(objects.begin(), objects.end(), untouched), 0) << untouched;
    }
}

TEST(Preparing, an_annotation_array_that_pages_share_does_not_grow_for_the_others) {
    const Bytes file = PdfBuilder()
                           .object(1, "<</Type/Catalog/Pages 2 0 R>>")
                           .object(2, "<</Type/Pages/Count 2/Kids[3 0 R 4 0 R]>>")
                           .object(3, "<</Type/Page/Parent 2 0 R/Annots 5 0 R>>")
                           .object(4, "<</Type/Page/Parent 2 0 R/Annots 5 0 R>>")
                           .object(5, "[]")
                           .finish();
    const Result<PreparedRevision> prepared =
        prepare(*Document::open(file), std::vector<PlannedSignature>{{"a", {place_at(0, 10, 10)}}});
    const Bytes frozen = joined(file, prepared->increment);
    EXPECT_EQ(serialise(*Document::open(frozen)->read({5, 0})), "[]");
    EXPECT_EQ((*Document::open(frozen)->pages())[0].dictionary->get("Annots").as_array()->size(), 1U);
}

TEST(Preparing, makes_annotations_within_an_array_objects_of_their_own) {
    const Bytes file = simple_pdf(1, XrefKind::Table, "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]>>]");
    const Result<PreparedRevision> prepared = prepare(*Document::open(file), std::vector<PlannedSignature>{{"a", {}}});
    const Bytes frozen = joined(file, prepared->increment);
    const Result<Document> after = Document::open(frozen);
    const Object& annotations = (*after->pages())[0].dictionary->get("Annots");
    ASSERT_EQ(annotations.as_array()->size(), 2U);
    ASSERT_NE((*annotations.as_array())[0].as_reference(), nullptr);
    EXPECT_EQ(serialise(*after->resolve((*annotations.as_array())[0])),
              "<</Type /Annot/Subtype /Link/Rect [0 0 9 9]>>");
}

TEST(Preparing, pending_fields_are_hidden_locked_and_read_only) {
    const Bytes file = simple_pdf(2);
    const Result<PreparedRevision> prepared = prepare(
        *Document::open(file), std::vector<PlannedSignature>{{"a", {place_at(0, 10, 10), place_at(1, 10, 10)}}});
    const Bytes frozen = joined(file, prepared->increment);
    const Result<Document> after = Document::open(frozen);
    const PreparedSignature& field = prepared->signatures[0];
    const Result<Object> signature = after->read({field.field.object, 0});
    const Result<Object> place = after->read({field.further_places[0].object, 0});
    EXPECT_EQ(signature->as_dictionary()->get("F").number(), 134);
    EXPECT_FALSE(signature->as_dictionary()->has("V"));
    EXPECT_EQ(place->as_dictionary()->get("Ff").number(), 1);
    EXPECT_TRUE(place->as_dictionary()->get("FT").is_name("Tx"));
    EXPECT_FALSE(place->as_dictionary()->has("Parent"));
    const Result<Object> lock = after->get(*signature->as_dictionary(), "Lock");
    EXPECT_EQ(serialise(*lock), "<</Type /SigFieldLock/Action /Include/Fields [(a_p1)]>>");
}

TEST(Preparing, refuses_names_pages_and_sizes_that_cannot_be) {
    const Bytes file = simple_pdf(1);
    const auto code = [&](std::vector<PlannedSignature> plan) {
        return prepare(*Document::open(file), plan).error().code;
    };
    EXPECT_EQ(code({}), ErrorCode::InvalidParameter);
    EXPECT_EQ(code({{"a.b", {}}}), ErrorCode::InvalidParameter);
    EXPECT_EQ(code({{"a", {}}, {"a", {}}}), ErrorCode::InvalidParameter);
    EXPECT_EQ(code({{"a", {place_at(0, 0, 0), place_at(0, 0, 0)}}, {"a_p1", {}}}), ErrorCode::InvalidParameter);
    EXPECT_EQ(code({{"a", {place_at(1, 0, 0)}}}), ErrorCode::SignPageBeyond);
    EXPECT_EQ(code({{"a", {place_at(0, 0, 0, 0)}}}), ErrorCode::InvalidParameter);
    EXPECT_EQ(code({{"a", {place_at(0, std::numeric_limits<double>::quiet_NaN(), 0)}}}), ErrorCode::InvalidParameter);
}

TEST(Preparing, refuses_a_document_that_is_already_signed) {
    const Bytes file = prepared_and_signed(simple_pdf(), {{"a", {}}}).back();
    EXPECT_EQ(prepare(*Document::open(file), std::vector<PlannedSignature>{{"b", {}}}).error().code,
              ErrorCode::SigningForbidden);
}

TEST(Preparing, never_fills_a_hole_that_a_dangling_reference_left) {
    const Bytes file = simple_pdf(1, XrefKind::Table, "/Contents 5 0 R");
    const Result<PreparedRevision> prepared =
        prepare(*Document::open(file), std::vector<PlannedSignature>{{"a", {place_at(0, 10, 10)}}});
    const Bytes frozen = joined(file, prepared->increment);
    EXPECT_TRUE(Document::open(frozen)->read({5, 0})->is_null());
}

TEST(Drawings, that_name_a_part_they_do_not_have_are_refused) {
    Drawing drawing = red_square(10);
    drawing.resources = "<</X @1@>>";
    EXPECT_FALSE(CompiledDrawing::compile(drawing));
    drawing = red_square(10);
    drawing.width = 0;
    EXPECT_FALSE(CompiledDrawing::compile(drawing));
    drawing = red_square(10);
    drawing.resources = "nonsense";
    EXPECT_FALSE(CompiledDrawing::compile(drawing));
}

}  // namespace
}  // namespace signet::pdf
