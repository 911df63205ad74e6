#include "pdf/validation_data.hpp"

#include "crypto/der.hpp"
#include "pdf/document_time_stamp.hpp"
#include "pdf/signatures.hpp"
#include "support.hpp"

#include <fmt/format.h>
#include <stdexcept>
#include <sys/mman.h>

#include <gtest/gtest.h>

namespace signet::pdf {
namespace {

using namespace testing;

/// What looks like a certificate or an answer from afar.
Bytes datum(std::string_view text) {
    return crypto::der::sequence({crypto::der::utf8_string(text)});
}

Result<AppendedRevision> extend(ByteView file, const SecurityStore& added) {
    const Result<Document> document = Document::open(file);
    if (!document) return document.error();
    return append_validation_data(*document, *state_for_new_objects(*document), hashed(file), added);
}

Bytes extended(ByteView file, const SecurityStore& added) {
    Result<AppendedRevision> revision = extend(file, added);
    if (!revision) throw UncheckedError(revision.error());
    return joined(file, revision->increment);
}

SecurityStore store_of(ByteView file) {
    return *read_security_store(*Document::open(file));
}

class ValidationData : public ::testing::TestWithParam<XrefKind> {
  protected:
    Bytes signed_ = prepared_and_signed(simple_pdf(2, GetParam()), {{"buyer", {place_at(0, 60, 60)}}}).back();
};
INSTANTIATE_TEST_SUITE_P(BothKinds, ValidationData, ::testing::Values(XrefKind::Table, XrefKind::Stream));

TEST_P(ValidationData, reads_back_as_it_was_given) {
    SecurityStore added{{datum("leaf"), datum("root")}, {datum("good")}, {datum("list")}, {}};
    added.related.push_back({related_key(as_bytes("signature")), {0, 1}, {0}, {}});
    const Bytes file = extended(signed_, added);
    const SecurityStore store = store_of(file);
    EXPECT_EQ(store.certificates, added.certificates);
    EXPECT_EQ(store.ocsp_responses, added.ocsp_responses);
    EXPECT_EQ(store.crls, added.crls);
    ASSERT_EQ(store.related.size(), 1U);
    EXPECT_EQ(store.related[0].key, added.related[0].key);
    EXPECT_EQ(store.related[0].certificates, (std::vector<std::size_t>{0, 1}));
    EXPECT_EQ(store.related[0].ocsp_responses, (std::vector<std::size_t>{0}));
    EXPECT_TRUE(store.related[0].crls.empty());
    EXPECT_EQ(count(file, "/TU"), 0U);
}

TEST_P(ValidationData, is_one_revision_of_the_same_kind_behind_the_bytes_that_were_there) {
    const Result<AppendedRevision> revision = extend(signed_, {{datum("leaf")}, {}, {}, {}});
    ASSERT_TRUE(revision);
    const Bytes file = joined(signed_, revision->increment);
    const Result<Document> before = Document::open(signed_);
    const Result<Document> after = Document::open(file);
    ASSERT_TRUE(after);
    EXPECT_EQ(after->sections().size(), before->sections().size() + 1);
    EXPECT_EQ(after->sections()[0].kind, GetParam());
    EXPECT_EQ(revision->state, after->revision_state());
    EXPECT_EQ(revision->hash.digest(), crypto::Sha256::of(file));
    EXPECT_EQ(revision->hash.length(), file.size());
    for (const std::uint32_t number : after->sections()[0].objects) {
        EXPECT_TRUE(number == 1 || number >= before->next_object_number()) << number;
    }
}

TEST_P(ValidationData, that_is_there_already_is_not_written_again) {
    const Bytes once = extended(signed_, {{datum("leaf"), datum("leaf")}, {datum("good")}, {}, {}});
    EXPECT_EQ(store_of(once).certificates.size(), 1U);
    const Result<AppendedRevision> nothing = extend(once, {{datum("leaf")}, {datum("good")}, {}, {}});
    ASSERT_TRUE(nothing);
    EXPECT_TRUE(nothing->increment.empty());
    EXPECT_EQ(nothing->state.length, once.size());
    EXPECT_EQ(nothing->hash.digest(), crypto::Sha256::of(once));

    const Result<AppendedRevision> more = extend(once, {{datum("root"), datum("leaf")}, {}, {datum("list")}, {}});
    ASSERT_TRUE(more);
    EXPECT_EQ(count(more->increment, "leaf"), 0U);
    EXPECT_EQ(count(more->increment, "/Type/Catalog"), 0U);
    EXPECT_EQ(store_of(joined(once, more->increment)).certificates, (std::vector<Bytes>{datum("leaf"), datum("root")}));
    EXPECT_EQ(store_of(joined(once, more->increment)).ocsp_responses.size(), 1U);
}

TEST_P(ValidationData, of_one_signature_never_changes_once_it_is_written) {
    const std::string key = related_key(as_bytes("signature"));
    SecurityStore first{{datum("leaf")}, {}, {}, {}};
    first.related.push_back({key, {0}, {}, {}});
    SecurityStore second{{datum("root"), datum("leaf")}, {}, {}, {}};
    second.related.push_back({key, {0}, {}, {}});
    second.related.push_back({related_key(as_bytes("another")), {1}, {}, {}});
    const SecurityStore store = store_of(extended(extended(signed_, first), second));
    ASSERT_EQ(store.related.size(), 2U);
    EXPECT_EQ(store.related[0].certificates, (std::vector<std::size_t>{0}));
    EXPECT_EQ(store.related[1].certificates, (std::vector<std::size_t>{0}));
    EXPECT_EQ(store.certificates, (std::vector<Bytes>{datum("leaf"), datum("root")}));
}

TEST(ValidationDataOfStrangers, keeps_every_entry_wherever_it_lies) {
    const std::string key = related_key(as_bytes("theirs"));
    const Bytes leaf = datum("leaf");
    const Bytes hidden = datum("hidden");
    const Bytes file =
        PdfBuilder()
            .object(1, "<</Type/Catalog/Pages 2 0 R/DSS<</Certs 5 0 R/CRLs[99 0 R 6 0 R null]/VRI 7 0 R/Extra 1>>>>")
            .object(2, "<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 600 800]>>")
            .object(3, "<</Type/Page/Parent 2 0 R>>")
            .stream(4, "", as_text(leaf))
            .object(5, "[4 0 R]")
            .object(6, "(no stream)")
            .object(7, fmt::format("<</{} 8 0 R>>", key))
            .object(8, "<</Cert[4 0 R 9 0 R]/TU(D:20261122)>>")
            .stream(9, "", as_text(hidden))
            .finish();
    const SecurityStore before = store_of(file);
    EXPECT_EQ(before.certificates, (std::vector<Bytes>{leaf, hidden}));
    EXPECT_TRUE(before.crls.empty());
    ASSERT_EQ(before.related.size(), 1U);
    EXPECT_EQ(before.related[0].certificates, (std::vector<std::size_t>{0, 1}));

    SecurityStore added{{datum("root"), hidden}, {}, {datum("list")}, {}};
    added.related.push_back({related_key(as_bytes("ours")), {0, 1}, {}, {0}});
    const Bytes grown = extended(file, added);
    const Result<Document> document = Document::open(grown);
    const Result<Object> store = document->get(**document->catalog(), "DSS");
    EXPECT_EQ(serialise(store->as_dictionary()->get("CRLs")).substr(0, 19), "[99 0 R 6 0 R null ");
    EXPECT_TRUE(store->as_dictionary()->has("Extra"));
    const Dictionary& related = *store->as_dictionary()->get("VRI").as_dictionary();
    EXPECT_EQ(*related.get(key).as_reference(), (Reference{8, 0}));
    EXPECT_EQ(related.entries().size(), 2U);
    EXPECT_EQ(count(ByteView(grown).subspan(file.size()), "hidden"), 0U);
    EXPECT_EQ(store_of(grown).certificates.size(), 3U);
    EXPECT_EQ(store_of(grown).crls, (std::vector<Bytes>{datum("list")}));
}

TEST(ValidationDataOfStrangers, is_announced_in_a_catalog_without_extensions_and_leaves_others_alone) {
    const auto extensions = [](std::string_view catalog) {
        const Bytes file = extended(simple_pdf(1, XrefKind::Table, {}, catalog), {{datum("x")}, {}, {}, {}});
        return serialise((*Document::open(file)->catalog())->get("Extensions"));
    };
    EXPECT_EQ(extensions(""), "<</ESIC <</BaseVersion /1.7/ExtensionLevel 1>>>>");
    EXPECT_EQ(extensions("/Extensions<</ADBE<</BaseVersion/1.7/ExtensionLevel 8>>>>"),
              "<</ADBE <</BaseVersion /1.7/ExtensionLevel 8>>>>");
}

TEST(ValidationDataOfStrangers, with_more_entries_than_anybody_needs_is_not_read) {
    std::string many;
    for (int i = 0; i < 20'001; ++i)
        many += "4 0 R ";
    const Bytes file = simple_pdf(1, XrefKind::Table, {}, fmt::format("/DSS<</Certs[{}]>>", many));
    EXPECT_EQ(read_security_store(*Document::open(file)).error().code, ErrorCode::DocumentTooLarge);
}

TEST(ValidationDataRefusals, name_what_does_not_fit) {
    const Bytes file = simple_pdf();
    const auto code = [&](const SecurityStore& added) {
        const Result<AppendedRevision> revision = extend(file, added);
        return revision ? ErrorCode::Internal : revision.error().code;
    };
    EXPECT_EQ(code({{to_bytes("no DER")}, {}, {}, {}}), ErrorCode::InvalidParameter);
    EXPECT_EQ(code({{joined(datum("x"), datum("y"))}, {}, {}, {}}), ErrorCode::InvalidParameter);
    EXPECT_EQ(code({{}, {{}}, {}, {}}), ErrorCode::InvalidParameter);
    EXPECT_EQ(code({{datum("x")}, {}, {}, {{"abc", {0}, {}, {}}}}), ErrorCode::InvalidParameter);
    EXPECT_EQ(code({{datum("x")}, {}, {}, {{std::string(40, 'a'), {0}, {}, {}}}}), ErrorCode::InvalidParameter);
    EXPECT_EQ(code({{datum("x")}, {}, {}, {{std::string(40, 'A'), {1}, {}, {}}}}), ErrorCode::InvalidParameter);
    EXPECT_EQ(code({std::vector<Bytes>(2001, datum("x")), {}, {}, {}}), ErrorCode::InvalidParameter);
}

TEST(ValidationDataRefusals, say_when_state_or_hash_belong_to_another_file) {
    const Bytes file = simple_pdf(1);
    const Bytes other = simple_pdf(2);
    const Result<Document> document = Document::open(file);
    const RevisionState state = document->revision_state();
    const SecurityStore added{{datum("x")}, {}, {}, {}};
    EXPECT_EQ(append_validation_data(*document, state, hashed(other), added).error().code, ErrorCode::InvalidParameter);
    EXPECT_EQ(
        append_validation_data(*document, Document::open(other)->revision_state(), hashed(other), added).error().code,
        ErrorCode::InvalidParameter);
    RevisionState low = state;
    low.next_object = 2;
    EXPECT_EQ(append_validation_data(*document, low, hashed(file), added).error().code, ErrorCode::InvalidParameter);
    EXPECT_TRUE(append_validation_data(*document, state, hashed(file), added));
}

class Certified : public ::testing::Test {
  protected:
    static Bytes with_level(char level) {
        PrepareOptions options;
        options.certifiable = true;
        Bytes file = prepared_and_signed(simple_pdf(), {{"first", {place_at(0, 60, 60)}}}, options).back();
        file[as_text(file).find("/V/1.2/P 2") + 9] = static_cast<std::uint8_t>(level);
        return file;
    }
};

TEST_F(Certified, against_every_change_refuses_validation_data_and_time_stamps) {
    const Bytes file = with_level('1');
    EXPECT_EQ(extend(file, {{datum("x")}, {}, {}, {}}).error().code, ErrorCode::CertifiedNoChanges);
    const Result<Document> document = Document::open(file);
    EXPECT_EQ(build_document_time_stamp(*document, document->revision_state(), hashed(file)).error().code,
              ErrorCode::CertifiedNoChanges);
}

TEST_F(Certified, for_form_filling_takes_both) {
    const Bytes file = extended(with_level('2'), {{datum("x")}, {}, {}, {}});
    const Result<Document> document = Document::open(file);
    EXPECT_TRUE(build_document_time_stamp(*document, document->revision_state(), hashed(file)));
}

class DocumentTimeStamp : public ::testing::TestWithParam<XrefKind> {
  protected:
    static Result<AppendedRevision> stamp(ByteView file, const DocumentTimeStampOptions& options = {}) {
        const Result<Document> document = Document::open(file);
        if (!document) return document.error();
        const ValueMaker make = [](const crypto::Sha256Digest& digest) -> Result<Bytes> {
            return crypto::der::octet_string(digest);
        };
        return append_document_time_stamp(*document, *state_for_new_objects(*document), hashed(file), make, options);
    }
    Bytes signed_ = prepared_and_signed(simple_pdf(2, GetParam()), {{"buyer", {place_at(0, 60, 60)}}}).back();
};
INSTANTIATE_TEST_SUITE_P(BothKinds, DocumentTimeStamp, ::testing::Values(XrefKind::Table, XrefKind::Stream));

TEST_P(DocumentTimeStamp, covers_the_whole_file_with_the_token_for_its_digest) {
    const Result<AppendedRevision> revision = stamp(signed_);
    ASSERT_TRUE(revision);
    const Bytes file = joined(signed_, revision->increment);
    const Result<Document> document = Document::open(file);
    ASSERT_TRUE(document);
    EXPECT_EQ(document->sections()[0].kind, GetParam());
    EXPECT_EQ(revision->state, document->revision_state());
    EXPECT_EQ(revision->hash.digest(), crypto::Sha256::of(file));
    const Result<std::vector<SignatureField>> fields = list_signature_fields(*document);
    ASSERT_EQ(fields->size(), 2U);
    const SignatureField& field = fields->back();
    EXPECT_EQ(field.name, "TimeStamp1");
    ASSERT_TRUE(field.value);
    EXPECT_TRUE(field.value->is_document_time_stamp);
    EXPECT_EQ(field.value->sub_filter, "ETSI.RFC3161");
    EXPECT_TRUE(field.value->dictionary->get("Type").is_name("DocTimeStamp"));
    EXPECT_FALSE(field.value->dictionary->has("M"));
    const auto& [zero, a, b, c] = *field.value->byte_range;
    EXPECT_EQ(zero, 0U);
    EXPECT_EQ(b + c, file.size());
    EXPECT_EQ(b - a, 2 + 2 * std::uint64_t{16384});
    const crypto::Sha256Digest digest =
        crypto::Sha256::of(joined(ByteView(file).first(a), ByteView(file).subspan(b, c)));
    EXPECT_TRUE(field.value->contents.starts_with(as_text(crypto::der::octet_string(digest))));
    EXPECT_EQ(field.value->contents.find_first_not_of('\0', 34), std::string::npos);
}

TEST_P(DocumentTimeStamp, stands_invisible_on_the_first_page) {
    const Bytes file = joined(signed_, stamp(signed_)->increment);
    const Result<Document> document = Document::open(file);
    const SignatureField field = list_signature_fields(*document)->back();
    const Result<Object> widget = document->read(field.field);
    const Page& page = document->pages()->front();
    EXPECT_EQ(serialise(widget->as_dictionary()->get("Rect")), "[0 0 0 0]");
    EXPECT_EQ(widget->as_dictionary()->get("F").number(), 132);
    EXPECT_EQ(*widget->as_dictionary()->get("P").as_reference(), page.reference);
    const Result<Object> annotations = document->get(*page.dictionary, "Annots");
    EXPECT_EQ(*annotations->as_array()->back().as_reference(), field.field);
}

TEST_P(DocumentTimeStamp, can_be_renewed_again_and_again) {
    Bytes file = signed_;
    RevisionState state = *state_for_new_objects(*Document::open(file));
    crypto::Sha256 hash = hashed(file);
    const ValueMaker make = [](const crypto::Sha256Digest&) -> Result<Bytes> { return datum("token"); };
    for (int i = 1; i <= 4; ++i) {
        const Result<Document> document = Document::open(file);
        Result<AppendedRevision> data =
            append_validation_data(*document, state, hash, {{datum(fmt::format("leaf {}", i))}, {}, {}, {}});
        ASSERT_TRUE(data);
        const Bytes with_data = joined(file, data->increment);
        Result<AppendedRevision> revision =
            append_document_time_stamp(*Document::open(with_data), data->state, data->hash, make);
        ASSERT_TRUE(revision);
        const Bytes next = joined(with_data, revision->increment);
        ASSERT_TRUE(as_text(next).starts_with(as_text(file)));
        EXPECT_EQ(list_signature_fields(*Document::open(next))->back().name, fmt::format("TimeStamp{}", i));
        file = next;
        state = std::move(revision->state);
        hash = std::move(revision->hash);
    }
    EXPECT_EQ(store_of(file).certificates.size(), 4U);
    EXPECT_EQ(hash.digest(), crypto::Sha256::of(file));
}

TEST_P(DocumentTimeStamp, in_a_document_without_a_form_makes_one) {
    const Bytes plain = simple_pdf(1, GetParam());
    const Bytes file = joined(plain, stamp(plain)->increment);
    EXPECT_EQ(list_signature_fields(*Document::open(file))->size(), 1U);
}

TEST_P(DocumentTimeStamp, takes_no_name_that_is_taken_not_allowed_or_locked) {
    const auto code = [](const Result<AppendedRevision>& result) {
        return result ? ErrorCode::Internal : result.error().code;
    };
    EXPECT_EQ(code(stamp(signed_, {16384, "buyer"})), ErrorCode::InvalidParameter);
    EXPECT_EQ(code(stamp(signed_, {16384, "a.b"})), ErrorCode::InvalidParameter);
    const Bytes locked =
        prepared_and_signed(simple_pdf(2, GetParam()), {{"TimeStamp1", {place_at(0, 60, 60), place_at(1, 60, 60)}}})
            .back();
    EXPECT_EQ(code(stamp(locked, {16384, "TimeStamp1_p1"})), ErrorCode::InvalidParameter);
    const Bytes stamped = joined(locked, stamp(locked)->increment);
    EXPECT_EQ(list_signature_fields(*Document::open(stamped))->back().name, "TimeStamp2");
}

TEST_P(DocumentTimeStamp, is_refused_where_a_signature_locks_every_field) {
    const Bytes file =
        PdfBuilder(GetParam())
            .object(1, "<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R>>")
            .object(2, "<</Type/Pages/Count 1/Kids[3 0 R]>>")
            .object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Annots[4 0 R]>>")
            .object(4, "<</Type/Annot/Subtype/Widget/FT/Sig/T(A)/P 3 0 R/Rect[0 0 0 0]/Lock<</Action/All>>>>")
            .object(5, "<</Fields[4 0 R]/SigFlags 3>>")
            .finish();
    const Result<SignedRevision> revision =
        sign_existing_field(*Document::open(file), hashed(file), "A", {}, details(), *identity().signer);
    ASSERT_TRUE(revision);
    EXPECT_EQ(stamp(joined(file, revision->increment)).error().code, ErrorCode::FieldLocked);
}

TEST_P(DocumentTimeStamp, larger_than_its_place_or_than_any_place_is_an_error) {
    EXPECT_EQ(stamp(signed_, {33, ""}).error().code, ErrorCode::InvalidParameter);
    EXPECT_TRUE(stamp(signed_, {34, ""}));
    EXPECT_EQ(stamp(signed_, {kMaxContentsReserve + 1, ""}).error().code, ErrorCode::InvalidParameter);
}

TEST_P(DocumentTimeStamp, that_nobody_makes_changes_nothing) {
    const Result<Document> document = Document::open(signed_);
    const ValueMaker none = [](const crypto::Sha256Digest&) -> Result<Bytes> {
        return fail(ErrorCode::Unavailable, "the authority is silent");
    };
    EXPECT_EQ(append_document_time_stamp(*document, document->revision_state(), hashed(signed_), none).error().code,
              ErrorCode::Unavailable);
}

TEST(DocumentTimeStampRefusals, are_those_of_signing) {
    const auto code = [](const Bytes& file) {
        const Result<Document> document = Document::open(file);
        return build_document_time_stamp(*document, document->revision_state(), hashed(file)).error().code;
    };
    EXPECT_EQ(code(joined(to_bytes("junk\n"), simple_pdf())), ErrorCode::DamagedDocument);
    EXPECT_EQ(code(simple_pdf(1, XrefKind::Table, {}, "/NeedsRendering true/AcroForm<</XFA(x)>>")),
              ErrorCode::DynamicXfa);
    EXPECT_EQ(code(PdfBuilder()
                       .object(1, "<</Type/Catalog/Pages 2 0 R>>")
                       .object(2, "<</Type/Pages/Count 0/Kids[]>>")
                       .finish()),
              ErrorCode::DamagedDocument);
}

/// A copy of a file in which a stretch of whole memory pages cannot be read at all.
class UnreadableInside {
  public:
    UnreadableInside(const Bytes& file, std::size_t begin, std::size_t end) : size_(file.size()) {
        memory_ = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        std::copy(file.begin(), file.end(), static_cast<std::uint8_t*>(memory_));
        constexpr std::size_t kPage = 65536;
        const std::size_t from = (begin + kPage - 1) / kPage * kPage;
        const std::size_t to = end / kPage * kPage;
        if (from >= to || ::mprotect(static_cast<std::uint8_t*>(memory_) + from, to - from, PROT_NONE) != 0) {
            throw std::runtime_error("memory cannot be protected");
        }
    }
    UnreadableInside(const UnreadableInside&) = delete;
    UnreadableInside& operator=(const UnreadableInside&) = delete;
    ~UnreadableInside() { ::munmap(memory_, size_); }
    ByteView bytes() const { return {static_cast<const std::uint8_t*>(memory_), size_}; }

  private:
    std::size_t size_;
    void* memory_ = nullptr;
};

TEST(AppendingForTheLongTerm, reads_nothing_of_what_the_pages_show) {
    for (const XrefKind kind : {XrefKind::Table, XrefKind::Stream}) {
        const Bytes base = PdfBuilder(kind)
                               .object(1, "<</Type/Catalog/Pages 2 0 R>>")
                               .object(2, "<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 600 800]>>")
                               .object(3, "<</Type/Page/Parent 2 0 R/Contents 4 0 R>>")
                               .stream(4, "", std::string(4'000'000, ' '))
                               .finish();
        const Bytes file = prepared_and_signed(base, {{"buyer", {place_at(0, 60, 60)}}}).back();
        const RevisionState state = *state_for_new_objects(*Document::open(file));
        const crypto::Sha256 hash = hashed(file);

        const std::size_t begin = as_text(file).find("stream\n");
        const UnreadableInside mapped(file, begin, begin + 4'000'000);
        const Result<Document> document = Document::open(mapped.bytes());
        ASSERT_TRUE(document);
        const Result<AppendedRevision> data =
            append_validation_data(*document, state, hash, {{datum("leaf")}, {}, {datum("list")}, {}});
        ASSERT_TRUE(data);
        const Result<AppendedRevision> stamp = append_document_time_stamp(
            *document, state, hash, [](const crypto::Sha256Digest&) -> Result<Bytes> { return datum("token"); });
        ASSERT_TRUE(stamp);
        EXPECT_EQ(data->hash.digest(), crypto::Sha256::of(joined(file, data->increment)));
        EXPECT_EQ(stamp->hash.digest(), crypto::Sha256::of(joined(file, stamp->increment)));
    }
}

TEST(RelatedKey, is_the_sha1_of_the_contents_in_upper_case) {
    EXPECT_EQ(related_key(as_bytes("abc")), "A9993E364706816ABA3E25717850C26C9CD0D89D");
}

}  // namespace
}  // namespace signet::pdf
