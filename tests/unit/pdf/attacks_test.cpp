#include "crypto/cms.hpp"
#include "crypto/der.hpp"
#include "judging.hpp"
#include "pdf/sign.hpp"
#include "pdf/verify.hpp"
#include "support.hpp"

#include <fmt/format.h>
#include <functional>
#include <optional>
#include <random>

#include <gtest/gtest.h>

// The published classes of attacks on signed PDFs (docs/verdicts.md): each made by hand upon a contract of ours, and
// the ones among strangers' files. What is told of a file must name the class; what nobody touched must stay intact.
namespace signet::pdf {
namespace {

using namespace testing;

/// A page whose text an image of the author's covers, a spare content, and a spare page that nothing leads to.
Bytes contract_with_a_shadow() {
    return PdfBuilder()
        .object(1, "<</Type/Catalog/Pages 2 0 R>>")
        .object(2, "<</Type/Pages/Count 2/Kids[3 0 R 4 0 R]/MediaBox[0 0 595 842]>>")
        .object(3, "<</Type/Page/Parent 2 0 R/Contents[5 0 R 6 0 R]>>")
        .object(4, "<</Type/Page/Parent 2 0 R/Contents 7 0 R>>")
        .stream(5, "", "0 g 100 600 300 20 re f")
        .stream(6, "", "1 g 90 590 320 40 re f")
        .stream(7, "", "0 g 100 500 300 20 re f")
        .object(8, "<</Type/Page/Parent 2 0 R/Contents 9 0 R>>")
        .stream(9, "", "1 0 0 rg 100 500 300 20 re f")
        .finish();
}

Bytes signed_contract(bool certified = false) {
    PrepareOptions options;
    options.certifiable = certified;
    return prepared_and_signed(contract_with_a_shadow(),
                               {{"buyer", {place_at(0, 60, 60)}}, {"seller", {place_at(1, 200, 60)}}}, options)
        .back();
}

Bytes one_signature() {
    return prepared_and_signed(contract_with_a_shadow(), {{"buyer", {place_at(0, 60, 60)}}}).back();
}

std::uint32_t field_object(const Bytes& file, std::string_view name) {
    for (const SignatureField& field : *list_signature_fields(*Document::open(file)))
        if (field.name == name) return field.field.number;
    throw std::runtime_error("no such field");
}

Bytes replaced(const Bytes& file, std::string_view from, std::string_view to) {
    if (from.size() != to.size()) throw std::runtime_error("a replacement of another length");
    Bytes changed = file;
    const std::size_t at = as_text(changed).find(from);
    if (at == std::string_view::npos) throw std::runtime_error("nothing to replace");
    std::copy(to.begin(), to.end(), changed.begin() + static_cast<std::ptrdiff_t>(at));
    return changed;
}

SignatureValue first_signature(const Bytes& file) {
    const Result<Document> document = Document::open(file);
    for (const SignatureField& field : *list_signature_fields(*document)) {
        if (field.value) return *field.value;
    }
    throw std::runtime_error("no signature");
}

/// The file with another CMS in its first signature, padded as before.
Bytes with_cms(const Bytes& file, const Bytes& cms) {
    const auto range = *first_signature(file).byte_range;
    std::string text = "<" + hex(cms);
    text.resize(range[2] - range[1] - 1, '0');
    text += ">";
    Bytes changed = file;
    std::copy(text.begin(), text.end(), changed.begin() + static_cast<std::ptrdiff_t>(range[1]));
    return changed;
}

/// The CMS with its one SignerInfo twice.
Bytes with_two_signers(const Bytes& file) {
    namespace der = crypto::der;
    const std::string contents = first_signature(file).contents;
    der::Reader outer(as_bytes(contents));
    der::Reader info(outer.take(der::kSequence));
    const ByteView type = info.take_any().encoding;
    der::Reader explicit_tag(info.take_any());
    der::Reader data(explicit_tag.take(der::kSequence));
    std::vector<Bytes> members;
    while (!data.at_end()) {
        const ByteView member = data.take_any().encoding;
        members.emplace_back(member.begin(), member.end());
    }
    der::Reader signers(members.back());
    const ByteView signer = signers.take(der::kSet).content;
    Bytes twice(signer.begin(), signer.end());
    twice.insert(twice.end(), signer.begin(), signer.end());
    members.back() = der::element(der::kSet, twice);
    Bytes all;
    for (const Bytes& member : members)
        append(all, member);
    return der::sequence({type, der::element(0xA0, der::element(der::kSequence, all))});
}

/// A section that names the objects at these offsets of the file as it is.
Bytes with_table(const Bytes& file, const std::vector<std::pair<std::uint32_t, std::size_t>>& objects) {
    const Result<Document> document = Document::open(file);
    std::string text = "xref\n";
    if (objects.empty()) text += "0 0\n";
    for (const auto& [number, offset] : objects)
        text += fmt::format("{} 1\n{:010} 00000 n \n", number, offset);
    text += fmt::format("trailer\n<<{}/Size {}/Prev {}>>\nstartxref\n{}\n%%EOF\n", document->revision_state().trailer,
                        document->next_object_number(), document->startxref(), file.size());
    return joined(file, as_bytes(text));
}

std::size_t offset_of(const Bytes& file, std::string_view text) {
    return as_text(file).find(text);
}

struct Attack {
    const char* name;
    std::function<Bytes()> file;
    Finding told;
};

Bytes evil_annotation() {
    const Bytes file = signed_contract(true);
    Update update(file);
    const std::uint32_t stamp = update.allocate();
    update.object(stamp, "<</Type/Annot/Subtype/FreeText/Rect[90 590 420 640]/DA(/Helv 12 Tf)/Contents(100,000)>>");
    update.changed(3, "/Annots [", fmt::format("/Annots [{} 0 R ", stamp));
    return update.finish();
}

Bytes sneaky_signature() {
    const Bytes file = signed_contract(true);
    Update update(file);
    const std::uint32_t form = Document::open(file)->catalog().value()->get("AcroForm").as_reference()->number;
    const std::uint32_t look = update.allocate();
    const std::uint32_t value = update.allocate();
    const std::uint32_t field = update.allocate();
    update.stream(look, "/Type/XObject/Subtype/Form/BBox[0 0 300 40]", "1 g 0 0 300 40 re f");
    update.object(value,
                  "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange[0 1 2 3]/Contents<00>>>");
    update.object(field, fmt::format("<</FT/Sig/T(x)/V {} 0 R/Type/Annot/Subtype/Widget/F 132/P 3 0 R/Rect[90 590 390 "
                                     "630]/AP<</N {} 0 R>>>>",
                                     value, look));
    update.changed(form, "/Fields [", fmt::format("/Fields [{} 0 R ", field));
    update.changed(3, "/Annots [", fmt::format("/Annots [{} 0 R ", field));
    return update.finish();
}

Bytes swapped_dictionary() {
    const Bytes file = signed_contract();
    const Result<Document> document = Document::open(file);
    std::uint32_t seller = 0;
    for (const SignatureField& field : *list_signature_fields(*document)) {
        if (field.name == "seller") seller = field.value->reference.number;
    }
    const std::uint32_t buyer = first_signature(file).reference.number;
    Update update(file);
    update.object(buyer, serialise(*document->read({seller, 0})));
    return update.finish();
}

const std::vector<Attack>& attacks() {
    static const std::vector<Attack> kAttacks = {
        {"USF_no_byte_range", [] { return replaced(signed_contract(), "/ByteRange[", "/ByteRongo["); },
         Finding::SignatureIncomplete},
        {"USF_null_byte_range",
         [] {
             const Bytes file = signed_contract();
             const SignatureValue value = first_signature(file);
             Update update(file);
             update.object(value.reference.number,
                           fmt::format("<</Type/Sig/SubFilter/ETSI.CAdES.detached/ByteRange null/Contents<{}>>>",
                                       hex(as_bytes(value.contents))));
             return update.finish();
         },
         Finding::SignatureIncomplete},
        {"USF_byte_range_of_zeros",
         [] {
             Update update(signed_contract());
             const SignatureValue value = first_signature(signed_contract());
             update.object(value.reference.number,
                           fmt::format("<</Type/Sig/SubFilter/ETSI.CAdES.detached/ByteRange[0 0 0 0]/Contents<{}>>>",
                                       hex(as_bytes(value.contents))));
             return update.finish();
         },
         Finding::SignatureIncomplete},
        {"USF_empty_contents",
         [] {
             const Bytes file = signed_contract();
             Update update(file);
             update.object(first_signature(file).reference.number,
                           "<</Type/Sig/SubFilter/ETSI.CAdES.detached/ByteRange[0 1 2 3]/Contents<>>>");
             return update.finish();
         },
         Finding::SignatureIncomplete},
        {"USF_contents_of_zeros", [] { return with_cms(signed_contract(), {}); }, Finding::CmsMalformed},
        {"byte_range_overlaps",
         [] {
             const Bytes file = signed_contract();
             const auto range = *first_signature(file).byte_range;
             return replaced(file, fmt::format("/ByteRange[0 {} {} ", range[1], range[2]),
                             fmt::format("/ByteRange[0 {} {} ", range[2], range[1]));
         },
         Finding::SignatureIncomplete},
        {"several_signer_infos", [] { return with_cms(signed_contract(), with_two_signers(signed_contract())); },
         Finding::SeveralSigners},
        {"ISA_page_content", [] { return Update(signed_contract()).stream(7, "", "0 g 100 100 300 20 re f").finish(); },
         Finding::ForbiddenChange},
        {"ISA_without_cross_references",
         [] { return joined(signed_contract(), as_bytes("7 0 obj\n<</Length 0>>\nstream\n\nendstream\nendobj\n")); },
         Finding::UnaccountedBytes},
        {"ISA_empty_cross_references",
         [] {
             const std::string object = "7 0 obj\n<</Length 3>>\nstream\nq Q\nendstream\nendobj\n";
             return with_table(joined(signed_contract(), as_bytes(object)), {});
         },
         Finding::UnaccountedBytes},
        {"ISA_trailing_bytes", [] { return joined(signed_contract(), as_bytes("% a word more\n")); },
         Finding::UnaccountedBytes},
        {"SWA_wider_gap",
         [] {
             const Bytes file = signed_contract();
             const auto range = *first_signature(file).byte_range;
             const std::string before = std::to_string(range[1]);
             const std::string after = std::to_string(range[1] - 1);
             return replaced(file, "/ByteRange[0 " + before, "/ByteRange[0 " + after);
         },
         Finding::WrongGap},
        {"SIWA_shorter_second_part",
         [] {
             const Bytes file = signed_contract();
             const auto range = *first_signature(file).byte_range;
             const std::string before = fmt::format("{} {} {}", range[1], range[2], range[3]);
             const std::string after = fmt::format("{} {} {}", range[1], range[2], range[3] - 9);
             return replaced(file, before, after.size() < before.size() ? after + " " : after);
         },
         Finding::NotWholeRevision},
        {"shadow_hide", [] { return Update(signed_contract()).stream(6, "", "").finish(); }, Finding::ForbiddenChange},
        {"shadow_replace",
         [] { return Update(signed_contract()).changed(4, "/Contents 7 0 R", "/Contents 9 0 R").finish(); },
         Finding::ForbiddenChange},
        {"shadow_hide_and_replace",
         [] {
             const Bytes shadow = PdfBuilder()
                                      .object(1, "<</Type/Catalog/Pages 2 0 R>>")
                                      .object(2, "<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 595 842]>>")
                                      .object(3, "<</Type/Page/Parent 2 0 R/Contents[4 0 R]>>")
                                      .stream(4, "", "0 g 100 600 300 20 re f")
                                      .finish();
             // The second version of the page's content lies in the signed bytes, named by nothing.
             const std::string hidden = "4 0 obj\n<</Length 23>>\nstream\n0 g 100 100 300 20 re f\nendstream\nendobj\n";
             const std::size_t at = offset_of(shadow, "xref\n");
             Bytes planted(shadow.begin(), shadow.begin() + static_cast<std::ptrdiff_t>(at));
             append(planted, as_bytes(hidden));
             std::string tail(as_text(shadow).substr(at));
             const std::string old_start = fmt::format("startxref\n{}", at);
             tail.replace(tail.find(old_start), old_start.size(), fmt::format("startxref\n{}", planted.size()));
             append(planted, as_bytes(tail));
             const Bytes file = prepared_and_signed(planted, {{"buyer", {place_at(0, 60, 60)}}}).back();
             if (judged(file).verdict != DocumentVerdict::Intact) throw std::runtime_error("not intact to begin with");
             return with_table(file, {{4, at}});
         },
         Finding::HiddenContent},
        {"signature_taken_from_its_field",
         [] {
             const Bytes file = one_signature();
             const std::uint32_t value = first_signature(file).reference.number;
             return Update(file).changed(field_object(file, "buyer"), fmt::format("/V {} 0 R", value), "").finish();
         },
         Finding::ForbiddenChange},
        {"form_taken_away",
         [] {
             const Bytes file = one_signature();
             return Update(file).object(1, "<</Type/Catalog/Pages 2 0 R>>").finish();
         },
         Finding::ForbiddenChange},
        {"last_of_two_signatures_taken_away",
         [] {
             const Bytes file = signed_contract();
             std::uint32_t value = 0;
             for (const SignatureField& field : *list_signature_fields(*Document::open(file)))
                 if (field.name == "seller") value = field.value->reference.number;
             return Update(file).changed(field_object(file, "seller"), fmt::format("/V {} 0 R", value), "").finish();
         },
         Finding::ForbiddenChange},
        {"cut_within_the_end_of_its_only_signature",
         [] {
             Bytes file = one_signature();
             file.resize(file.size() - 30);
             return file;
         },
         Finding::UnaccountedBytes},
        {"page_added", [] { return Update(signed_contract()).changed(2, "4 0 R]", "4 0 R 8 0 R]").finish(); },
         Finding::PagesChanged},
        {"page_removed", [] { return Update(signed_contract()).changed(2, " 4 0 R]", "]").finish(); },
         Finding::PagesChanged},
        {"page_exchanged", [] { return Update(signed_contract()).changed(2, "4 0 R]", "8 0 R]").finish(); },
         Finding::PagesChanged},
        {"EAA_evil_annotation", evil_annotation, Finding::AnnotationAdded},
        {"SSA_sneaky_signature", sneaky_signature, Finding::CertificationViolated},
        {"signature_dictionary_swapped", swapped_dictionary, Finding::AmbiguousStructure},
    };
    return kAttacks;
}

class Attacks : public ::testing::TestWithParam<Attack> {};
INSTANTIATE_TEST_SUITE_P(Published, Attacks, ::testing::ValuesIn(attacks()),
                         [](const auto& one) { return std::string(one.param.name); });

TEST_P(Attacks, are_found_and_named) {
    expect_tampered(GetParam().file(), GetParam().told);
}

/// A file with a signature dictionary, its gap in its place, that no field shows; it stands between these.
Bytes with_signature_of_no_field(std::string_view before, std::string_view after) {
    const std::string gap = "<" + std::string(64, '0') + ">";
    const std::string dictionary = fmt::format(
        "{}<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached/ByteRange[0 00001 00002 00003]/Contents{}{}",
        before, gap, after);
    const Bytes file = PdfBuilder()
                           .object(1, "<</Type/Catalog/Pages 2 0 R>>")
                           .object(2, "<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 595 842]>>")
                           .object(3, "<</Type/Page/Parent 2 0 R>>")
                           .object(4, dictionary)
                           .finish();
    const std::size_t at = offset_of(file, gap);
    const std::size_t end = at + gap.size();
    return replaced(file, "00001 00002 00003", fmt::format("{:05} {:05} {:05}", at, end, file.size() - end));
}

TEST(AttacksUpon, files_are_known_by_a_lost_signature_unless_somebody_trusted_signed_without_it) {
    const Bytes file = one_signature();
    const std::string value = fmt::format("/V {} 0 R", first_signature(file).reference.number);
    const Bytes cleared = Update(file).changed(field_object(file, "buyer"), value, "").finish();
    expect_tampered(cleared, Finding::ForbiddenChange);

    const auto anew =
        sign_with_new_fields(*Document::open(cleared), hashed(cleared), "seller", {}, details(), *identity().signer);
    ASSERT_TRUE(anew) << describe(anew.error());
    Bytes again = cleared;
    append(again, ByteView(anew->increment));
    const VerificationReport trusted = judged(again);
    EXPECT_EQ(trusted.verdict, DocumentVerdict::Intact) << all_findings(trusted);
    const VerificationReport of_a_stranger = verify(again, {});
    EXPECT_EQ(of_a_stranger.verdict, DocumentVerdict::Tampered) << all_findings(of_a_stranger);
    EXPECT_TRUE(found(of_a_stranger, Finding::ForbiddenChange));

    const std::string second = fmt::format("/V {} 0 R", first_signature(again).reference.number);
    expect_tampered(Update(again).changed(field_object(again, "seller"), second, "").finish(),
                    Finding::ForbiddenChange);
}

TEST(AttacksUpon, files_are_known_by_the_signature_that_no_field_shows_any_more) {
    expect_tampered(with_signature_of_no_field("", ">>"), Finding::ForbiddenChange);
    expect_tampered(with_signature_of_no_field("<</FT/Sig/T(a)/V", ">>>>"), Finding::ForbiddenChange);
    const Bytes rights = with_signature_of_no_field("", "/Reference[<</TransformMethod/UR3>>]>>");
    EXPECT_EQ(judged(rights).verdict, DocumentVerdict::NoSignature) << "leave to save a form is nobody's signature";
}

TEST(AttacksUpon, contracts_that_nobody_touched_are_intact_to_begin_with) {
    EXPECT_EQ(judged(signed_contract()).verdict, DocumentVerdict::Intact) << all_findings(judged(signed_contract()));
    EXPECT_EQ(judged(signed_contract(true)).verdict, DocumentVerdict::Intact)
        << all_findings(judged(signed_contract(true)));
}

TEST(AttacksUpon, any_of_a_thousand_bytes_are_found) {
    const Bytes file = signed_contract();
    const auto range = *first_signature(file).byte_range;
    std::mt19937_64 random(20261122);  // the same thousand each time
    const std::size_t covered = range[1] + range[3];
    std::vector<std::size_t> missed;
    for (int i = 0; i < 1000; ++i) {
        std::size_t at = random() % covered;
        if (at >= range[1]) at += range[2] - range[1];
        Bytes changed = file;
        changed[at] ^= static_cast<std::uint8_t>(1U << (random() % 8));
        if (judged(changed).verdict == DocumentVerdict::Intact) missed.push_back(at);
    }
    EXPECT_TRUE(missed.empty()) << missed.size() << " of 1,000, the first at byte " << missed.front();
}

/// Strangers' files that are kept for this: those somebody tampered with, and what is told of them.
struct StrangersFile {
    const char* name;
    std::optional<Finding> told;  // nothing: nobody touched it
};

class StrangersFiles : public ::testing::TestWithParam<StrangersFile> {};
INSTANTIATE_TEST_SUITE_P(Kept, StrangersFiles,
                         ::testing::ValuesIn(std::vector<StrangersFile>{
                             {"one-byterange", Finding::SignatureIncomplete},
                             {"signature-gap-too-big", Finding::WrongGap},
                             {"tail-uncovered", Finding::NotWholeRevision},
                             {"weird-byterange", Finding::WrongGap},
                             {"pdf-sig-with-econtent", Finding::CmsMalformed},
                             {"form-update-override-appearance-stream-sneaky", Finding::ForbiddenChange},
                             {"form-update-override-appearance-stream-ap-indirect-sneaky", Finding::ForbiddenChange},
                             {"certified-with-indirect-refs-in-dir", std::nullopt},
                             {"extensions-direct", std::nullopt},
                             {"extensions-indirect", std::nullopt},
                             {"extensions-indirect-not-all-paths", std::nullopt},
                             {"extensions-update-direct", std::nullopt},
                             {"extensions-update-indirect", std::nullopt},
                             {"form-update-override-appearance-stream", std::nullopt},
                             {"form-update-override-appearance-stream-ap-indirect", std::nullopt},
                             {"form-update-no-override-appearance-stream-ap-indirect", std::nullopt},
                             {"form-update-original-ap-type-wrong", std::nullopt},
                             {"minimal-signed-twice-both-created", std::nullopt},
                             {"minimal-signed-twice-second-created", std::nullopt},
                             {"minimal-signed-twice-no-sig-type", std::nullopt},
                             {"minimal-two-fields-signed-twice", std::nullopt},
                             {"pades-lta-dss-indirect-arrs-test", std::nullopt},
                             {"pades-lta-dss-indirect-arrs-test-2", std::nullopt},
                             {"pades-with-old-style-signing-cert-attr", std::nullopt},
                             {"pades-with-old-style-signing-cert-attr-issser", std::nullopt},
                             {"separate-annots-kids-indir", std::nullopt},
                             {"sig-no-signed-attrs", std::nullopt},
                             {"sig-with-ski-sid", std::nullopt},
                         }),
                         [](const auto& one) {
                             std::string name = one.param.name;
                             std::replace(name.begin(), name.end(), '-', '_');
                             return name;
                         });

TEST_P(StrangersFiles, are_told_apart) {
    const VerificationReport report = judged(read_file(corpus() / "pyhanko" / fmt::format("{}.pdf", GetParam().name)));
    if (!GetParam().told) {
        EXPECT_EQ(report.verdict, DocumentVerdict::Intact) << all_findings(report);
        return;
    }
    EXPECT_EQ(report.verdict, DocumentVerdict::Tampered);
    EXPECT_TRUE(found(report, *GetParam().told)) << all_findings(report);
}

TEST(OpenAreas, are_the_places_of_fields_that_others_may_still_fill) {
    const std::vector<Bytes> steps = prepared_and_signed(
        contract_with_a_shadow(), {{"buyer", {place_at(0, 60, 60)}}, {"seller", {place_at(1, 200, 60, 50)}}});
    const VerificationReport one = judged(steps[1]);
    EXPECT_TRUE(one.signatures[0].open_areas.empty()) << "nothing follows";
    EXPECT_EQ(one.signatures[0].signed_length, 0U);
    const VerificationReport two = judged(steps[2]);
    ASSERT_EQ(two.signatures[0].open_areas.size(), 1U) << "the seller's place, and not the buyer's own";
    EXPECT_EQ(two.signatures[0].open_areas[0].page, 1U);
    EXPECT_NEAR(two.signatures[0].open_areas[0].box.left, 200, 0.01);
    EXPECT_NEAR(two.signatures[0].open_areas[0].box.width(), 50, 0.01);
    EXPECT_EQ(two.signatures[0].signed_length, steps[1].size());
}

}  // namespace
}  // namespace signet::pdf
