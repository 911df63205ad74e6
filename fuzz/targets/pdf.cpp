#include "convert/pdf_normalizer.hpp"
#include "fuzz/targets.hpp"
#include "pdf/bare_signatures.hpp"
#include "pdf/document.hpp"
#include "pdf/file_revisions.hpp"
#include "pdf/filters.hpp"
#include "pdf/lexer.hpp"
#include "pdf/page_marks.hpp"
#include "pdf/sign.hpp"
#include "pdf/signatures.hpp"
#include "pdf/verify.hpp"
#include "pdf/xref.hpp"
#include "support.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace signet::fuzz {
namespace {

using namespace pdf;

/// Small, so that a run of the fuzzer is not spent on inputs that are merely long.
ReadLimits limits() {
    ReadLimits small;
    small.objects = 20'000;
    small.decoded_bytes = std::size_t{8} << 20;
    small.work_bytes = std::size_t{1} << 20;
    return small;
}

Result<Object> itself(const Object& object) {
    return object;
}

void objects(ByteView input) {
    WorkBudget budget{std::size_t{1} << 18, 50'000, 100};
    Parser parser(input, 0, budget);
    while (!parser.at_end()) {
        parser.skip_space();
        parser.take_keyword("obj");
        parser.take_unsigned();
        const auto object = parser.object();
        if (!object) break;
        const std::string spelled = serialise(*object);
        WorkBudget again{spelled.size() * 8 + 64, 100'000, 110};
        const Bytes bytes = to_bytes(spelled);
        const auto reread = Parser(bytes, 0, again).object();
        require(reread.has_value() && equal(*object, *reread), "what is written reads back as it was");
        std::vector<Reference> references;
        collect_references(*object, references);
        (void)read_byte_range(*object);
        if (const String* text = object->as_string()) text_string(from_text_string(text->bytes));
    }
    (void)is_dictionary_content(as_text(input));
}

const CompiledDrawing& square() {
    static const CompiledDrawing drawing = testing::compiled(testing::red_square(80));
    return drawing;
}

/// The input is the content of a page, in two streams, and a watermark is drawn over it.
void content(ByteView input) {
    const StateBalance balance = state_balance(input);
    require(balance.missing >= 0 && balance.open >= 0, "states are counted");
    const std::string_view text = as_text(input);
    const Bytes file = testing::PdfBuilder()
                           .object(1, "<</Type/Catalog/Pages 2 0 R>>")
                           .object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
                           .object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents[4 0 R 5 0 R]>>")
                           .stream(4, "", text.substr(0, text.size() / 2))
                           .stream(5, "/Filter/FlateDecode", deflate(text.substr(text.size() / 2), 1))
                           .finish();
    const auto opened = Document::open(file, limits());
    if (!opened) return;
    const auto whole = [](double width, double height) {
        return std::vector<ImagePlacement>{{0, 0, width, height, 0}};
    };
    const std::vector<PageMark> marks{{&square(), whole, 0}};
    const auto marked = mark_pages(*opened, marks);
    if (!marked) return;
    const Bytes after = testing::joined(file, marked->increment);
    const auto again = Document::open(after, limits());
    require(again && again->pages(), "what was marked can be read");
}

void cross_references(ByteView input) {
    WorkBudget budget{std::size_t{1} << 20, 200'000, 100};
    const auto at = find_startxref(input);
    const auto map = read_xref(input, at ? *at : 0, limits(), budget);
    if (!map) return;
    require(!map->sections.empty(), "a map has sections");
    for (const XrefEntry& entry : map->entries) {
        if (entry.kind != XrefEntry::Kind::InFile || entry.offset >= input.size()) continue;
        (void)read_indirect(input, entry.offset, budget, itself);
    }
}

/// A file whose objects from 5 on are those of one object stream: its count, where the first begins, then its text.
void object_stream(ByteView input) {
    constexpr int kFirst = 5;
    constexpr int kCount = 40;
    Slices slices(input);
    const int count = slices.byte();
    const int first = slices.byte();
    const ByteView text = slices.rest();
    std::string file = "%PDF-1.7\n";
    std::array<std::size_t, kFirst> offsets{};
    const auto add = [&](std::size_t number, std::string_view object) {
        offsets[number] = file.size();
        file += fmt::format("{} 0 obj\n{}\nendobj\n", number, object);
    };
    add(1, "<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R>>");
    add(2, "<</Type/Pages/Kids[6 0 R 7 0 R]/Count 2>>");
    add(3, fmt::format("<</Type/ObjStm/N {}/First {}/Length {}>>stream\n{}\nendstream", count, first, text.size(),
                       as_text(text)));
    std::string table;
    const auto entry = [&](int type, std::size_t second, int third) {
        table += static_cast<char>(type);
        for (int shift = 24; shift >= 0; shift -= 8)
            table += static_cast<char>((second >> shift) & 0xFFU);
        table += static_cast<char>(third);
    };
    offsets[4] = file.size();
    entry(0, 0, 0);
    for (std::size_t number = 1; number < kFirst; ++number)
        entry(1, offsets[number], 0);
    for (int index = 0; index < kCount; ++index)
        entry(2, 3, index);
    add(4, fmt::format("<</Type/XRef/Size {}/W[1 4 1]/Root 1 0 R/Length {}>>stream\n{}\nendstream", kFirst + kCount,
                       table.size(), table));
    file += fmt::format("startxref\n{}\n%%EOF\n", offsets[4]);

    const auto document = Document::open(as_bytes(file), limits());
    if (!document) return;
    for (std::uint32_t number = kFirst; number < kFirst + kCount; ++number)
        (void)document->read({number, 0});
    (void)document->pages();
    (void)list_form_fields(*document);
    (void)list_signature_fields(*document);
}

/// A stream's dictionary on the first line, its bytes on the others.
void filters(ByteView input) {
    constexpr std::size_t kMost = std::size_t{1} << 20;
    Slices slices(input);
    const ByteView first = slices.line();
    WorkBudget budget{std::size_t{1} << 16, 10'000, 100};
    const auto object = Parser(first, 0, budget).object();
    const ByteView data = slices.rest();
    if (object && object->as_dictionary() != nullptr) {
        const auto decoded = decode_stream({object->share_dictionary(), data}, kMost, itself);
        require(!decoded || decoded->size() <= kMost, "no more is decoded than allowed");
    }
    const auto back = inflate(as_bytes(deflate(as_text(data), 1)), data.size());
    require(back.has_value() && std::ranges::equal(*back, data), "what is packed unpacks");
}

void look_at(const Document& document) {
    (void)document.pages();
    (void)check_signable(document, {true, true});
    (void)list_form_fields(document);
    (void)list_signature_fields(document);
    (void)document.any_object([](Reference, const Object&) { return false; }, Document::Unreadable::IsNull);
    for (const FileRevision& revision : list_revisions(document)) {
        if (revision.marker_end) (void)first_unaccounted(document, revision, 0, *revision.marker_end);
    }
}

void document(ByteView input) {
    if (const auto opened = Document::open(input, limits())) look_at(*opened);
    (void)find_bare_signatures(input);
    VerificationOptions options;
    options.limits = limits();
    const VerificationReport report = verify(input, {testing::identity().root}, options);
    require((report.verdict == DocumentVerdict::Unreadable) <= report.error.has_value(), "a refusal has its reason");
    require(!to_string(report.verdict).empty(), "a verdict has its word");
    require(report.all_trusted() <= (report.verdict == DocumentVerdict::Intact), "only what is intact is trusted");
    for (const SignatureReport& signature : report.signatures) {
        require(!to_string(signature.coverage).empty() && !to_string(signature.later_changes).empty(),
                "what is said has its word");
        for (const FindingReport& finding : signature.findings)
            require(!to_string(finding.finding).empty() && !finding.detail.empty(), "a finding has its words");
    }
    if (report.verdict != DocumentVerdict::Intact) return;
    require(!report.signatures.empty(), "what is intact is signed");
    for (const SignatureReport& signature : report.signatures)
        require(signature.intact && signature.findings.empty(), "each signature of what is intact is");
}

Result<Bytes> signed_visibly(ByteView file) {
    const std::vector<NewPlace> places{{testing::place_at(0, 40, 40, 80), {&square()}}};
    return sign_document(file, {}, places, testing::details(), *testing::identity().signer);
}

void require_ours_is_good(ByteView before, ByteView after) {
    require(as_text(after).starts_with(as_text(before)), "signing keeps every byte");
    const VerificationReport report = verify(after, {testing::identity().root});
    const bool good = std::ranges::any_of(report.signatures, [](const SignatureReport& signature) {
        return signature.trusted() && signature.intact && signature.coverage == Coverage::WholeFile &&
               signature.later_changes == LaterChanges::None;
    });
    require(good, "what was signed verifies");
}

/// The reasons of docs/refusals.md that a file can give.
void require_documented(const Error& refusal) {
    constexpr std::array kReasons{
        ErrorCode::PasswordProtected, ErrorCode::SigningForbidden, ErrorCode::CertifiedNoChanges,
        ErrorCode::FieldLocked,       ErrorCode::NotAPdf,          ErrorCode::DamagedDocument,
        ErrorCode::DocumentTooLarge,  ErrorCode::DocumentTooDeep,  ErrorCode::DynamicXfa,
        ErrorCode::HybridReference,   ErrorCode::ActiveContent,    ErrorCode::TimeLimit};
    if (std::ranges::find(kReasons, refusal.code) == kReasons.end())
        throw std::logic_error("broken promise: refused for a documented reason, not " + describe(refusal));
}

void signing(ByteView input) {
    const auto after = signed_visibly(input);
    if (!after) return require_documented(after.error());
    require_ours_is_good(input, *after);
}

/// What a convert worker does with a PDF, and the signature that follows.
void upload(ByteView input) {
    const auto normal = convert::normalize_pdf(input);
    if (!normal || normal->had_signatures || normal->page_count == 0) return;
    const ByteView file = normal->pdf.empty() ? input : ByteView(normal->pdf);
    const auto after = signed_visibly(file);
    if (!after) return require_documented(after.error());
    require_ours_is_good(file, *after);
}

}  // namespace

std::span<const Target> pdf_targets() {
    static constexpr std::array<Target, 8> targets{{{"pdf_objects", objects, 4096},
                                                    {"pdf_content", content, 4096},
                                                    {"pdf_cross_references", cross_references, 8192},
                                                    {"pdf_object_stream", object_stream, 4096},
                                                    {"pdf_filters", filters, 4096},
                                                    {"pdf_document", document, 64 * 1024},
                                                    {"pdf_signing", signing, 32 * 1024},
                                                    {"pdf_upload", upload, 32 * 1024}}};
    return targets;
}

}  // namespace signet::fuzz
