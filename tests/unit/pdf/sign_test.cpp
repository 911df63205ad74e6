#include "pdf/sign.hpp"

#include "crypto/cms.hpp"
#include "crypto/der.hpp"
#include "pdf/signatures.hpp"
#include "support.hpp"

#include <fmt/format.h>

#include <gtest/gtest.h>

namespace signet::pdf {
namespace {

using namespace testing;

std::vector<PlannedSignature> two_parties() {
    return {{"buyer", {place_at(0, 60, 60), place_at(1, 60, 60), place_at(2, 500, 400, 100, 30)}},
            {"seller", {place_at(2, 300, 60)}}};
}

class SigningEitherKind : public ::testing::TestWithParam<XrefKind> {};
INSTANTIATE_TEST_SUITE_P(BothKinds, SigningEitherKind, ::testing::Values(XrefKind::Table, XrefKind::Stream));

TEST_P(SigningEitherKind, every_revision_begins_with_the_one_before_byte_for_byte) {
    const Bytes file = simple_pdf(3, GetParam());
    const std::vector<Bytes> steps = prepared_and_signed(file, two_parties());
    EXPECT_TRUE(as_text(steps[0]).starts_with(as_text(file)));
    for (std::size_t i = 1; i < steps.size(); ++i)
        EXPECT_TRUE(as_text(steps[i]).starts_with(as_text(steps[i - 1])));
}

TEST_P(SigningEitherKind, every_revision_keeps_the_kind_of_cross_reference_and_points_to_the_one_before) {
    const std::vector<Bytes> steps = prepared_and_signed(simple_pdf(3, GetParam()), two_parties());
    const Result<Document> document = Document::open(steps.back());
    ASSERT_TRUE(document);
    ASSERT_EQ(document->sections().size(), 4U);
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(document->sections()[i].kind, GetParam());
        if (i < 3) {
            EXPECT_EQ(document->sections()[i].trailer->get("Prev").number(),
                      static_cast<double>(document->sections()[i + 1].offset));
        }
    }
}

TEST_P(SigningEitherKind, the_size_is_one_more_than_the_highest_number_and_root_and_id_are_carried) {
    const std::vector<Bytes> steps = prepared_and_signed(simple_pdf(3, GetParam()), two_parties());
    for (const Bytes& step : steps) {
        const Result<Document> document = Document::open(step);
        ASSERT_TRUE(document);
        std::uint32_t highest = 0;
        for (const XrefSection& section : document->sections()) {
            for (const std::uint32_t number : section.objects)
                highest = std::max(highest, number);
        }
        EXPECT_EQ(document->trailer().get("Size").number(), highest + 1.0);
        EXPECT_EQ(document->catalog_reference(), (Reference{1, 0}));
        EXPECT_EQ(document->trailer().get("ID").as_array()->size(), 2U);
        EXPECT_TRUE(as_text(step).ends_with("%%EOF\n"));
    }
}

TEST_P(SigningEitherKind, the_byte_range_covers_the_whole_file_but_the_contents) {
    const std::vector<Bytes> steps = prepared_and_signed(simple_pdf(3, GetParam()), two_parties());
    for (std::size_t i = 1; i < steps.size(); ++i) {
        const Result<Document> document = Document::open(steps[i]);
        ASSERT_TRUE(document);
        const Result<std::vector<SignatureField>> fields = list_signature_fields(*document);
        ASSERT_TRUE(fields);
        const SignatureValue& value = *(*fields)[i - 1].value;
        ASSERT_TRUE(value.byte_range);
        const auto& [zero, a, b, c] = *value.byte_range;
        EXPECT_EQ(zero, 0U);
        EXPECT_EQ(steps[i][a], '<');
        EXPECT_EQ(steps[i][b - 1], '>');
        EXPECT_EQ(b - a, 2 + 2 * value.contents.size());
        EXPECT_EQ(b + c, steps[i].size());
        EXPECT_EQ(document->entries()[value.reference.number].kind, XrefEntry::Kind::InFile);
    }
}

TEST_P(SigningEitherKind, signing_changes_only_the_field_and_its_further_places) {
    const std::vector<Bytes> steps = prepared_and_signed(simple_pdf(3, GetParam()), two_parties());
    const Result<Document> prepared = Document::open(steps[0]);
    const Result<Document> after = Document::open(steps[1]);
    ASSERT_TRUE(prepared && after);
    const std::vector<std::string> expected{"buyer", "buyer_p1", "buyer_p2"};
    std::vector<std::string> changed;
    for (const std::uint32_t number : after->sections()[0].objects) {
        if (number >= prepared->next_object_number()) continue;
        const Result<Object> before_object = prepared->read({number, 0});
        const Result<Object> after_object = after->read({number, 0});
        ASSERT_TRUE(before_object && after_object && after_object->as_dictionary() != nullptr);
        Dictionary a = *before_object->as_dictionary();
        Dictionary b = *after_object->as_dictionary();
        changed.push_back(b.get("T").as_string()->bytes);
        for (const char* key : {"V", "AP", "F"}) {
            a.erase(key);
            b.erase(key);
        }
        EXPECT_EQ(serialise(a), serialise(b));
    }
    EXPECT_EQ(changed, expected);
}

TEST_P(SigningEitherKind, further_places_say_when_they_were_sealed_in_an_object_of_its_own) {
    // EU DSS takes a place for filled only when its value is an indirect object; else it reports a visual difference.
    const std::vector<Bytes> steps = prepared_and_signed(simple_pdf(3, GetParam()), two_parties());
    const Result<Document> after = Document::open(steps[1]);
    ASSERT_TRUE(after);
    int seen = 0;
    for (const std::uint32_t number : after->sections()[0].objects) {
        const Result<Object> object = after->read({number, 0});
        const Dictionary* field = object ? object->as_dictionary() : nullptr;
        if (field == nullptr || !field->get("FT").is_name("Tx")) continue;
        ++seen;
        ASSERT_NE(field->get("V").as_reference(), nullptr);
        const Result<Object> value = after->get(*field, "V");
        ASSERT_TRUE(value && value->as_string() != nullptr);
        EXPECT_TRUE(TimeZone::fixed(0).parse(value->as_string()->bytes)) << value->as_string()->bytes;
    }
    EXPECT_EQ(seen, 2);
}

TEST_P(SigningEitherKind, empty_places_have_the_box_they_are_signed_in) {
    const std::vector<Bytes> steps = prepared_and_signed(simple_pdf(3, GetParam()), two_parties());
    const Result<Document> prepared = Document::open(steps[0]);
    const Result<Document> after = Document::open(steps[1]);
    ASSERT_TRUE(prepared && after);
    const auto box_of = [](const Document& document, std::uint32_t number) -> std::string {
        const Result<Object> widget = document.read({number, 0});
        const Result<Object> looks = document.get(*widget->as_dictionary(), "AP");
        const Result<Object> normal = document.get(*looks->as_dictionary(), "N");
        return serialise(normal->as_dictionary()->get("BBox"));
    };
    int compared = 0;
    for (const std::uint32_t number : after->sections()[0].objects) {
        if (number >= prepared->next_object_number()) continue;
        EXPECT_EQ(box_of(*prepared, number), box_of(*after, number));
        ++compared;
    }
    EXPECT_EQ(compared, 3);
}

TEST_P(SigningEitherKind, a_drawing_used_at_three_places_is_written_once) {
    const std::vector<Bytes> steps = prepared_and_signed(simple_pdf(3, GetParam()), two_parties());
    const ByteView increment = ByteView(steps[1]).subspan(steps[0].size());
    EXPECT_EQ(count(increment, "/ExtGState<</G "), 1U);
    EXPECT_EQ(count(increment, "/Subtype/Form"), 4U);
}

TEST(Signing, two_signers_never_share_an_appearance) {
    const std::vector<Bytes> steps = prepared_and_signed(simple_pdf(3), two_parties());
    EXPECT_EQ(count(ByteView(steps[2]).subspan(steps[1].size()), "/ExtGState<</G "), 1U);
}

TEST(Signing, every_entry_of_a_table_has_twenty_bytes_and_subsections_are_as_few_as_can_be) {
    const std::vector<Bytes> steps = prepared_and_signed(simple_pdf(3), two_parties());
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const std::string_view text = as_text(steps[i]);
        std::size_t at = text.rfind("xref\n", text.rfind("startxref") - 1) + 5;
        std::int64_t last = -2;
        while (!text.substr(at).starts_with("trailer")) {
            const std::size_t line = text.find('\n', at);
            std::uint32_t first = 0;
            std::uint32_t entries = 0;
            ASSERT_EQ(std::sscanf(std::string(text.substr(at, line - at)).c_str(), "%u %u", &first, &entries), 2);
            EXPECT_GT(static_cast<std::int64_t>(first), last + 1);
            last = static_cast<std::int64_t>(first) + entries - 1;
            at = line + 1;
            for (std::uint32_t k = 0; k < entries; ++k, at += 20) {
                ASSERT_EQ(text.substr(at + 10, 1), " ");
                ASSERT_EQ(text.substr(at + 16, 4), " n\r\n");
                const auto offset = static_cast<std::size_t>(std::stoull(std::string(text.substr(at, 10))));
                EXPECT_TRUE(text.substr(offset).starts_with(fmt::format("{} 0 obj", first + k)));
            }
        }
    }
}

TEST(Signing, the_state_it_returns_equals_what_reading_the_file_again_says) {
    for (const XrefKind kind : {XrefKind::Table, XrefKind::Stream}) {
        const Bytes file = simple_pdf(2, kind);
        const Result<Document> document = Document::open(file);
        const std::vector<PlannedSignature> plan{{"one", {place_at(0, 10, 10)}}};
        const Result<PreparedRevision> prepared = prepare(*document, plan);
        ASSERT_TRUE(prepared);
        const Bytes frozen = joined(file, prepared->increment);
        EXPECT_EQ(Document::open(frozen)->revision_state(), prepared->state);

        const CompiledDrawing seal = compiled(red_square(100));
        const Result<SignedRevision> revision =
            sign(prepared->state, hashed(frozen), {prepared->signatures[0], {{&seal}}, details()}, *identity().signer);
        ASSERT_TRUE(revision);
        const Bytes signed_file = joined(frozen, revision->increment);
        EXPECT_EQ(Document::open(signed_file)->revision_state(), revision->state);
        EXPECT_EQ(revision->hash.digest(), crypto::Sha256::of(signed_file));
        EXPECT_EQ(revision->hash.length(), signed_file.size());
    }
}

TEST(Signing, the_dictionary_says_pades_and_when_and_repeats_the_lock) {
    const std::vector<Bytes> steps = prepared_and_signed(simple_pdf(3), two_parties());
    const Result<Document> document = Document::open(steps[1]);
    const Result<std::vector<SignatureField>> fields = list_signature_fields(*document);
    ASSERT_TRUE(fields);
    const SignatureField& buyer = (*fields)[0];
    ASSERT_TRUE(buyer.value);
    EXPECT_EQ(buyer.value->filter, "Adobe.PPKLite");
    EXPECT_EQ(buyer.value->sub_filter, "ETSI.CAdES.detached");
    EXPECT_EQ(buyer.value->signer_name, "李测试");
    EXPECT_EQ(buyer.value->reason, "合同签署");
    EXPECT_EQ(buyer.value->signing_time, "D:20261122093000+08'00'");
    EXPECT_EQ(buyer.value->certification_level, 0);
    EXPECT_EQ(buyer.lock, (FieldLock{FieldLock::Action::Include, {"buyer_p1", "buyer_p2"}}));
    EXPECT_EQ(buyer.value->locked, buyer.lock);
    EXPECT_GE(buyer.value->contents.size(), 8192U);
    EXPECT_FALSE((*fields)[1].value);
}

TEST(Signing, the_contents_are_a_cms_filled_up_with_zeros) {
    const std::vector<Bytes> steps = prepared_and_signed(simple_pdf(), {{"one", {place_at(0, 10, 10)}}});
    const Result<Document> document = Document::open(steps[1]);
    const std::string contents = (*list_signature_fields(*document))[0].value->contents;
    ASSERT_EQ(static_cast<unsigned char>(contents[0]), 0x30);
    ASSERT_EQ(static_cast<unsigned char>(contents[1]), 0x82);
    const std::size_t length =
        4 + (static_cast<unsigned char>(contents[2]) << 8U) + static_cast<unsigned char>(contents[3]);
    ASSERT_LT(length, contents.size());
    EXPECT_EQ(contents.find_first_not_of('\0', length), std::string::npos);
}

TEST(Signing, an_invisible_signature_has_an_empty_rectangle_and_takes_no_appearance) {
    const std::vector<Bytes> steps = prepared_and_signed(simple_pdf(), {{"silent", {}}});
    const Result<Document> document = Document::open(steps[1]);
    const Result<std::vector<SignatureField>> fields = list_signature_fields(*document);
    ASSERT_TRUE(fields && (*fields)[0].value);
    const Result<Object> widget = document->read((*fields)[0].field);
    EXPECT_EQ(serialise(widget->as_dictionary()->get("Rect")), "[0 0 0 0]");
    EXPECT_EQ(widget->as_dictionary()->get("F").number(), 132);
}

TEST(Signing, the_first_signature_certifies_when_room_was_made_and_the_second_cannot) {
    PrepareOptions options;
    options.certifiable = true;
    const std::vector<Bytes> steps = prepared_and_signed(simple_pdf(3), two_parties(), options);
    const Result<Document> document = Document::open(steps.back());
    const Result<std::vector<SignatureField>> fields = list_signature_fields(*document);
    EXPECT_EQ((*fields)[0].value->certification_level, 2);
    EXPECT_EQ((*fields)[1].value->certification_level, 0);
    const Result<Object> permissions = document->get(**document->catalog(), "Perms");
    ASSERT_TRUE(permissions && permissions->as_dictionary() != nullptr);
    EXPECT_EQ(*permissions->as_dictionary()->get("DocMDP").as_reference(), (*fields)[0].value->reference);

    const Result<Document> again = Document::open(steps[0]);
    RevisionState state = again->revision_state();  // knows of no room
    const Result<PreparedRevision> prepared =
        prepare(*Document::open(simple_pdf()), std::vector<PlannedSignature>{{"x", {}}});
    SignatureRequest request{prepared->signatures[0], {}, details()};
    request.details.certify = true;
    EXPECT_EQ(sign(state, hashed(steps[0]), request, *identity().signer).error().code, ErrorCode::InvalidParameter);
}

TEST(Signing, a_hash_of_other_bytes_or_the_wrong_number_of_drawings_is_refused) {
    const Bytes file = simple_pdf();
    const Result<Document> document = Document::open(file);
    const Result<PreparedRevision> prepared =
        prepare(*document, std::vector<PlannedSignature>{{"one", {place_at(0, 1, 1)}}});
    const Bytes frozen = joined(file, prepared->increment);
    const CompiledDrawing seal = compiled(red_square(10));
    const PreparedSignature& field = prepared->signatures[0];
    const auto code = [&](const crypto::Sha256& hash, std::vector<PlaceAppearance> appearances) {
        return sign(prepared->state, hash, {field, std::move(appearances), details()}, *identity().signer).error().code;
    };
    EXPECT_EQ(code(hashed(file), {{&seal}}), ErrorCode::InvalidParameter);
    EXPECT_EQ(code(hashed(frozen), {}), ErrorCode::InvalidParameter);
    EXPECT_EQ(code(hashed(frozen), {{&seal}, {&seal}}), ErrorCode::InvalidParameter);
    EXPECT_EQ(code(hashed(frozen), {{&seal, 11, 0, 0}}), ErrorCode::InvalidParameter);
    EXPECT_EQ(code(hashed(frozen), {{&seal, 0, 12, 0}}), ErrorCode::InvalidParameter);
}

TEST(Signing, slices_of_a_cross_page_seal_share_one_drawing_and_are_clipped_side_by_side) {
    const Bytes file = simple_pdf(4);
    const Result<Document> document = Document::open(file);
    std::vector<PlannedPlace> places;
    for (std::size_t i = 0; i < 4; ++i)
        places.push_back({i, {570, 400, 25, 100, 0}});
    const Result<PreparedRevision> prepared = prepare(*document, std::vector<PlannedSignature>{{"edge", places}});
    ASSERT_TRUE(prepared);
    const CompiledDrawing seal = compiled(red_square(100));
    std::vector<PlaceAppearance> slices;
    for (int i = 0; i < 4; ++i)
        slices.push_back({&seal, 25.0 * i, 25, 0});
    const Result<SignedRevision> revision = sign(prepared->state, hashed(joined(file, prepared->increment)),
                                                 {prepared->signatures[0], slices, details()}, *identity().signer);
    ASSERT_TRUE(revision);
    EXPECT_EQ(count(revision->increment, "/ExtGState<</G "), 1U);
    EXPECT_EQ(count(revision->increment, "q 1 0 0 1 -50 0 cm 50 0 25 100 re W n /S Do Q"), 1U);
}

TEST(Signing, a_signature_made_elsewhere_is_put_into_its_place_later) {
    const Bytes file = simple_pdf();
    const Result<Document> document = Document::open(file);
    const Result<PreparedRevision> prepared = prepare(*document, std::vector<PlannedSignature>{{"one", {}}});
    const Bytes frozen = joined(file, prepared->increment);
    const Result<UnsignedRevision> waiting =
        build_unsigned(prepared->state, hashed(frozen), {prepared->signatures[0], {}, details()}, 10000);
    ASSERT_TRUE(waiting);
    EXPECT_EQ(waiting->contents_digits, 20000U);
    EXPECT_EQ(complete(*waiting, Bytes(10001, 1)).error().code, ErrorCode::InvalidParameter);
    const Result<SignedRevision> done = complete(*waiting, Bytes{0xab, 0xcd});
    ASSERT_TRUE(done);
    EXPECT_EQ(count(done->increment, "/Contents<abcd0000"), 1U);
    EXPECT_EQ(done->hash.digest(), crypto::Sha256::of(joined(frozen, done->increment)));
}

TEST(Signing, the_room_for_a_time_stamp_is_computed_closely_and_always_suffices) {
    const Result<Bytes> cms = crypto::make_pades_cms(*identity().signer, crypto::Sha256::of(as_bytes("text")));
    ASSERT_TRUE(cms);
    for (const std::size_t size : {10U, 300U, 5000U, 70'000U, 400'000U}) {
        const Bytes token = crypto::der::octet_string(Bytes(size, 7));
        const Bytes stamped = with_time_stamp(*cms, token);
        ASSERT_TRUE(crypto::parse_cms(stamped)) << size;
        EXPECT_LE(stamped.size(), size_with_time_stamp(cms->size(), token.size()));
        EXPECT_GE(stamped.size() + 32, size_with_time_stamp(cms->size(), token.size()));
    }
}

TEST(Signing, a_maker_of_cms_gets_the_digest_and_the_room_it_asked_for) {
    const Bytes file = simple_pdf();
    const Result<PreparedRevision> prepared =
        prepare(*Document::open(file), std::vector<PlannedSignature>{{"one", {}}});
    const Bytes frozen = joined(file, prepared->increment);
    crypto::Sha256Digest seen{};
    CmsMaker maker{12'345, [&](const crypto::Sha256Digest& digest) -> Result<Bytes> {
                       seen = digest;
                       return Bytes(12'345, 0xee);
                   }};
    const SignatureRequest request{prepared->signatures[0], {}, details()};
    const Result<SignedRevision> revision = sign(prepared->state, hashed(frozen), request, maker);
    ASSERT_TRUE(revision);
    const Bytes signed_file = joined(frozen, revision->increment);
    const SignatureValue value = *(*list_signature_fields(*Document::open(signed_file)))[0].value;
    EXPECT_EQ(value.contents.size(), 12'345U);
    const auto& [zero, a, b, c] = *value.byte_range;
    EXPECT_EQ(seen, crypto::Sha256::of(joined(ByteView(signed_file).first(a), ByteView(signed_file).subspan(b, c))));
    EXPECT_EQ(revision->hash.digest(), crypto::Sha256::of(signed_file));

    maker.max_size = 100;
    EXPECT_TRUE(sign(prepared->state, hashed(frozen),
                     {prepared->signatures[0],
                      {},
                      [] {
                          SignatureDetails wide = details();
                          wide.contents_reserve = 12'345;
                          return wide;
                      }()},
                     maker));
    EXPECT_EQ(sign(prepared->state, hashed(frozen), request, maker).error().code, ErrorCode::InvalidParameter);
    maker.make = [](const crypto::Sha256Digest&) -> Result<Bytes> {
        return fail(ErrorCode::Unavailable, "the time-stamp authority does not answer");
    };
    EXPECT_EQ(sign(prepared->state, hashed(frozen), request, maker).error().code, ErrorCode::Unavailable);
}

TEST(Signing, room_beyond_what_any_reader_takes_is_refused) {
    const Bytes file = simple_pdf();
    const Result<Document> document = Document::open(file);
    SignatureDetails wide = details();
    wide.contents_reserve = kMaxContentsReserve + 1;
    const auto code = [](const auto& result) { return result ? ErrorCode::Internal : result.error().code; };
    EXPECT_EQ(code(sign_with_new_fields(*document, hashed(file), "one", {}, wide, *identity().signer)),
              ErrorCode::InvalidParameter);
    EXPECT_EQ(code(build_with_new_fields(*document, hashed(file), "one", {}, details(), kMaxContentsReserve + 1)),
              ErrorCode::InvalidParameter);
    EXPECT_EQ(code(sign_document(file, "", {}, wide, *identity().signer)), ErrorCode::InvalidParameter);
}

TEST(PreparedText, survives_a_round_trip_through_a_database) {
    const std::vector<PlannedSignature> plan = two_parties();
    const Bytes file = simple_pdf(3, XrefKind::Stream, "/Rotate 90");
    const Result<Document> document = Document::open(file);
    const Result<PreparedRevision> prepared = prepare(*document, plan);
    ASSERT_TRUE(prepared);
    for (const PreparedSignature& signature : prepared->signatures) {
        const Result<PreparedSignature> again = prepared_signature_from_text(to_text(signature));
        ASSERT_TRUE(again);
        EXPECT_EQ(to_text(*again), to_text(signature));
        EXPECT_EQ(again->locked_fields, signature.locked_fields);
        EXPECT_EQ(again->field.constant_entries, signature.field.constant_entries);
    }
    const Result<RevisionState> state = revision_state_from_text(to_text(prepared->state));
    ASSERT_TRUE(state);
    EXPECT_EQ(*state, prepared->state);
}

TEST(PreparedText, is_refused_when_a_single_byte_of_its_structure_is_missing) {
    const Result<PreparedRevision> prepared =
        prepare(*Document::open(simple_pdf(3)), std::vector<PlannedSignature>{{"one", {place_at(0, 1, 1)}}});
    const std::string field = to_text(prepared->signatures[0]);
    for (std::size_t i = 0; i < field.size(); ++i) {
        EXPECT_FALSE(prepared_signature_from_text(field.substr(0, i)));
        EXPECT_FALSE(prepared_signature_from_text(field.substr(0, i) + field.substr(i + 1)));
    }
    const std::string state = to_text(prepared->state);
    for (std::size_t i = 0; i < state.size(); ++i) {
        EXPECT_FALSE(revision_state_from_text(state.substr(0, i)));
        EXPECT_FALSE(revision_state_from_text(state.substr(0, i) + state.substr(i + 1)));
    }
    EXPECT_FALSE(revision_state_from_text(state + "0:,"));
}

TEST(PreparedText, a_trailer_that_is_no_pdf_syntax_is_refused) {
    RevisionState state;
    state.length = 100;
    state.next_object = 9;
    state.catalog = {1, 0};
    state.trailer = "/Root 1 0 R>>";
    EXPECT_FALSE(revision_state_from_text(to_text(state)));
    state.trailer = "/Root 1 0 R";
    EXPECT_TRUE(revision_state_from_text(to_text(state)));
}

}  // namespace
}  // namespace signet::pdf
