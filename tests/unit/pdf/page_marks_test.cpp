#include "pdf/page_marks.hpp"

#include "support.hpp"

#include <cmath>
#include <fmt/format.h>

#include <gtest/gtest.h>

namespace signet::pdf {
namespace {

using namespace testing;

/// A mark of 50 points whose corner stands at a tenth of the page.
PageMark mark_on(const CompiledDrawing& drawing, int page = 0) {
    return {&drawing,
            [](double width, double height) {
                return std::vector<ImagePlacement>{{width / 10, height / 10, 50, 50, 0}};
            },
            page};
}

/// A file with its marks, read again.
struct Marked {
    Bytes file;
    std::unique_ptr<Document> document;

    Marked(const Bytes& before, const std::vector<PageMark>& marks) {
        const Result<Document> plain = Document::open(before);
        if (!plain) throw UncheckedError(plain.error());
        const Result<MarkedRevision> revision = mark_pages(*plain, marks);
        if (!revision) throw UncheckedError(revision.error());
        file = joined(before, revision->increment);
        Result<Document> again = Document::open(file);
        if (!again) throw UncheckedError(again.error());
        document = std::make_unique<Document>(std::move(*again));
    }

    const Page& page(std::size_t index) const { return (*document->pages())[index]; }
    /// What the page's streams say, one after the other.
    std::vector<std::string> contents(std::size_t index) const {
        std::vector<std::string> result;
        const Object entry = *document->get(*page(index).dictionary, "Contents");
        if (const Array* array = entry.as_array()) {
            for (const Object& part : *array) {
                const Object stream = *document->resolve(part);
                if (stream.as_stream() == nullptr) continue;
                result.emplace_back(as_text(*document->decode(*stream.as_stream())));
            }
        }
        return result;
    }
    /// The names that the page has for forms.
    std::vector<std::string> forms(std::size_t index) const {
        std::vector<std::string> names;
        const Object resources = *document->get(*page(index).dictionary, "Resources");
        if (resources.as_dictionary() == nullptr) return names;
        const Object forms = *document->get(*resources.as_dictionary(), "XObject");
        if (forms.as_dictionary() == nullptr) return names;
        for (const Dictionary::Entry& one : forms.as_dictionary()->entries())
            names.push_back(one.key.text);
        return names;
    }
};

/// A page with this content, with resources of the page tree.
Bytes page_saying(std::string_view content, std::string_view page_entries = {}, std::string_view resources = "<<>>") {
    PdfBuilder builder;
    builder.object(1, "<</Type/Catalog/Pages 2 0 R>>");
    builder.object(2, fmt::format("<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 600 800]/Resources {}>>", resources));
    builder.object(3, fmt::format("<</Type/Page/Parent 2 0 R/Contents 4 0 R{}>>", page_entries));
    builder.stream(4, "", content);
    return builder.finish("/Root 1 0 R/ID[<0102030405060708090a0b0c0d0e0f10><0102030405060708090a0b0c0d0e0f10>]");
}

std::size_t words(const std::vector<std::string>& contents, std::string_view word) {
    std::size_t found = 0;
    for (const std::string& one : contents)
        found += count(as_bytes(one), word);
    return found;
}

TEST(StateBalanceOf, a_content_tells_what_it_leaves_open_and_what_it_misses) {
    const std::vector<std::pair<std::string, StateBalance>> cases{
        {"", {0, 0}},
        {"q 1 0 0 1 0 0 cm Q", {0, 0}},
        {"q q Q", {0, 1}},
        {"Q", {1, 0}},
        {"q Q Q Q q", {2, 1}},
        {"Q q Q", {1, 0}},
        {"(q \\) q) Tj q", {0, 1}},
        {"(a (Q) b) Tj Q", {1, 0}},
        {"% q q\nq", {0, 1}},
        {"% Q", {0, 0}},
        {"/q gs /Q Do", {0, 0}},
        {"[q]<<Q>>", {0, 0}},
        {"BI /W 1 /H 1 ID q Q q Q q\nEI Q", {1, 0}},
        {"BI ID \x01q EIx q EI\nq", {0, 1}},
        {"BI ID never ends q q", {0, 0}},
        {"(never ends q q", {0, 0}},
        {"qq QQ quit", {0, 0}},
    };
    for (const auto& [content, expected] : cases) {
        EXPECT_EQ(state_balance(as_bytes(content)), expected) << content;
    }
}

TEST(PageMarks, stand_on_every_page_or_on_the_one_they_are_for) {
    const CompiledDrawing red = compiled(red_square(10));
    const Marked marked(simple_pdf(3), {mark_on(red), mark_on(red, 2)});
    EXPECT_EQ(words(marked.contents(0), " Do"), 1U);
    EXPECT_EQ(words(marked.contents(1), " Do"), 2U);
    EXPECT_EQ(words(marked.contents(2), " Do"), 1U);
}

TEST(PageMarks, leave_pages_alone_that_none_is_for) {
    const CompiledDrawing red = compiled(red_square(10));
    const Bytes before = simple_pdf(2);
    const Marked marked(before, {mark_on(red, 2)});
    EXPECT_TRUE(marked.contents(0).empty());
    EXPECT_EQ(count(ByteView(marked.file).subspan(before.size()), "\n3 0 obj"), 0U);
    EXPECT_EQ(words(marked.contents(1), " Do"), 1U);
}

TEST(PageMarks, only_append_to_the_file) {
    const CompiledDrawing red = compiled(red_square(10));
    for (const XrefKind kind : {XrefKind::Table, XrefKind::Stream}) {
        const Bytes before = simple_pdf(2, kind);
        const Marked marked(before, {mark_on(red)});
        ASSERT_GT(marked.file.size(), before.size());
        EXPECT_TRUE(std::equal(before.begin(), before.end(), marked.file.begin()));
        EXPECT_EQ(marked.document->pages()->size(), 2U);
    }
}

TEST(PageMarks, of_all_pages_belong_to_the_paper_and_those_of_one_page_to_its_text) {
    const CompiledDrawing red = compiled(red_square(10));
    const Marked marked(simple_pdf(2), {mark_on(red), mark_on(red, 1)});
    EXPECT_EQ(words(marked.contents(0), "/Artifact"), 1U);
    EXPECT_EQ(words(marked.contents(0), " Do"), 2U);
    EXPECT_EQ(words(marked.contents(0), "BDC"), words(marked.contents(0), "EMC"));
}

TEST(PageMarks, lie_above_the_content_in_the_order_of_the_list) {
    const CompiledDrawing red = compiled(red_square(10));
    const Marked marked(page_saying("BT ET"), {mark_on(red), mark_on(red)});
    const auto contents = marked.contents(0);
    ASSERT_EQ(contents.size(), 3U);
    EXPECT_EQ(contents[1], "BT ET");
    const std::string& last = contents[2];
    const std::size_t first = last.find("_0 Do");
    const std::size_t second = last.find("_1 Do");
    ASSERT_TRUE(first != std::string::npos && second != std::string::npos);
    EXPECT_LT(first, second);
}

TEST(PageMarks, cannot_be_moved_coloured_or_clipped_by_the_content) {
    const CompiledDrawing red = compiled(red_square(10));
    for (const std::string content : {"2 0 0 2 99 99 cm", "q 2 0 0 2 0 0 cm", "Q Q 2 0 0 2 0 0 cm", "q q Q Q Q q"}) {
        const Marked marked(page_saying(content), {mark_on(red)});
        std::string all;
        for (const std::string& one : marked.contents(0))
            all += one + "\n";
        // Whatever the content leaves open is closed before the mark, and nothing is closed twice.
        const std::string before_mark = all.substr(0, all.find("/Artifact"));
        const StateBalance balance = state_balance(as_bytes(before_mark));
        EXPECT_EQ(balance, StateBalance{}) << content;
    }
}

TEST(PageMarks, stand_upright_for_the_reader_whatever_the_page_is_turned) {
    const CompiledDrawing red = compiled(red_square(10));
    for (const int rotation : {0, 90, 180, 270}) {
        const Marked marked(page_saying("", fmt::format("/Rotate {}/CropBox[20 30 520 730]", rotation)),
                            {mark_on(red)});
        const std::string last = marked.contents(0).back();
        const std::size_t at = last.find("\nq ");
        ASSERT_NE(at, std::string::npos);
        Matrix m;
        ASSERT_EQ(std::sscanf(last.c_str() + at, " q %lf %lf %lf %lf %lf %lf cm", &m.a, &m.b, &m.c, &m.d, &m.e, &m.f),
                  6);
        // The drawing's corners as the reader sees them: a square of 50 points, its corner at a tenth of what is shown.
        const PageGeometry& page = marked.page(0).geometry;
        const Point low = m.apply({0, 0});
        const Point high = m.apply({10, 10});
        const Rectangle seen = page.to_displayed(
            {std::min(low.x, high.x), std::min(low.y, high.y), std::max(low.x, high.x), std::max(low.y, high.y)});
        EXPECT_NEAR(seen.left, page.displayed_width() / 10, 0.01) << rotation;
        EXPECT_NEAR(seen.bottom, page.displayed_height() / 10, 0.01) << rotation;
        EXPECT_NEAR(seen.width(), 50, 0.01) << rotation;
        EXPECT_NEAR(seen.height(), 50, 0.01) << rotation;
        // Its foot is the reader's foot.
        const Point foot = m.apply({10, 0});
        EXPECT_NEAR(page.to_displayed({foot.x, foot.y, foot.x, foot.y}).bottom, seen.bottom, 0.01) << rotation;
    }
}

TEST(PageMarks, keep_their_size_on_a_page_with_units_of_its_own) {
    const CompiledDrawing red = compiled(red_square(10));
    const Marked marked(page_saying("", "/UserUnit 2"), {mark_on(red)});
    const std::string last = marked.contents(0).back();
    // 50 points on paper are 25 units, of a drawing of 10.
    EXPECT_NE(last.find("q 2.500000 "), std::string::npos) << last;
}

TEST(PageMarks, turn_about_their_own_centre) {
    const CompiledDrawing red = compiled(red_square(10));
    PageMark mark{&red, [](double, double) { return std::vector<ImagePlacement>{{100, 100, 50, 50, 90}}; }, 0};
    const Marked marked(page_saying(""), {mark});
    const std::string last = marked.contents(0).back();
    Matrix m;
    ASSERT_EQ(std::sscanf(last.c_str() + last.find("\nq "), " q %lf %lf %lf %lf %lf %lf cm", &m.a, &m.b, &m.c, &m.d,
                          &m.e, &m.f),
              6);
    EXPECT_NEAR(m.apply({5, 5}).x, 125, 0.01);
    EXPECT_NEAR(m.apply({5, 5}).y, 125, 0.01);
    // What was the lower left corner is the upper left one now.
    EXPECT_NEAR(m.apply({0, 0}).x, 100, 0.01);
    EXPECT_NEAR(m.apply({0, 0}).y, 150, 0.01);
}

TEST(PageMarks, are_put_once_for_each_place_of_their_layout) {
    const CompiledDrawing red = compiled(red_square(10));
    PageMark tiled{&red, [](double, double) { return std::vector<ImagePlacement>(7, {1, 2, 3, 4, 0}); }, 0};
    EXPECT_EQ(words(Marked(simple_pdf(1), {tiled}).contents(0), " Do"), 7U);
    PageMark nowhere{&red, [](double, double) { return std::vector<ImagePlacement>(); }, 0};
    EXPECT_EQ(words(Marked(simple_pdf(1), {nowhere}).contents(0), " Do"), 0U);
}

TEST(PageMarks, keep_the_resources_that_a_page_inherits) {
    const CompiledDrawing red = compiled(red_square(10));
    const Marked marked(page_saying("/Own Do", {}, "<</XObject<</Own 9 0 R>>/Font<</F 8 0 R>>>>"), {mark_on(red)});
    const auto forms = marked.forms(0);
    EXPECT_EQ(forms, (std::vector<std::string>{"Own", "Mark0_0"}));
    const Object resources = *marked.document->get(*marked.page(0).dictionary, "Resources");
    EXPECT_TRUE(resources.as_dictionary()->has("Font"));
}

TEST(PageMarks, take_names_that_the_page_does_not_have) {
    const CompiledDrawing red = compiled(red_square(10));
    const Marked marked(page_saying("", {}, "<</XObject<</Mark0_0 9 0 R/Mark1_x 9 0 R>>>>"), {mark_on(red)});
    EXPECT_EQ(marked.forms(0), (std::vector<std::string>{"Mark0_0", "Mark1_x", "Mark2_0"}));
    EXPECT_NE(marked.contents(0).back().find("/Mark2_0 Do"), std::string::npos);
}

TEST(PageMarks, leave_shared_resources_shared) {
    PdfBuilder builder;
    builder.object(1, "<</Type/Catalog/Pages 2 0 R>>");
    builder.object(2, "<</Type/Pages/Count 2/Kids[3 0 R 4 0 R]/MediaBox[0 0 600 800]>>");
    builder.object(3, "<</Type/Page/Parent 2 0 R/Resources 5 0 R>>");
    builder.object(4, "<</Type/Page/Parent 2 0 R/Resources 5 0 R>>");
    builder.object(5, "<</Font<<>>>>");
    const CompiledDrawing red = compiled(red_square(10));
    const Marked marked(builder.finish(), {mark_on(red)});
    const Reference* first = marked.page(0).dictionary->get("Resources").as_reference();
    const Reference* second = marked.page(1).dictionary->get("Resources").as_reference();
    ASSERT_TRUE(first != nullptr && second != nullptr);
    EXPECT_EQ(*first, *second);
    EXPECT_NE(first->number, 5U);
    EXPECT_EQ(marked.forms(1), std::vector<std::string>{"Mark0_0"});
}

TEST(PageMarks, share_their_drawing_and_their_content_among_pages_that_are_alike) {
    const CompiledDrawing red = compiled(red_square(10));
    const auto grown = [&](std::size_t pages) {
        const Bytes before = simple_pdf(pages);
        return Marked(before, {mark_on(red)}).file.size() - before.size();
    };
    const std::size_t ten = grown(10);
    const std::size_t twenty = grown(20);
    // What a further page costs is its own dictionary and a line of cross-references.
    EXPECT_LT(twenty - ten, std::size_t{10} * 200);
    EXPECT_EQ(count(Marked(simple_pdf(20), {mark_on(red)}).file, "/Subtype/Form"), 1U);
}

TEST(PageMarks, are_refused_where_there_is_nothing_to_draw_and_where_a_signature_stands) {
    const CompiledDrawing red = compiled(red_square(10));
    const Bytes plain = simple_pdf(1);
    const Document document = *Document::open(plain);
    EXPECT_EQ(mark_pages(document, {}).error().code, ErrorCode::InvalidParameter);
    const auto steps = prepared_and_signed(simple_pdf(1), {{"buyer", {place_at(0, 60, 60)}}});
    const std::vector<PageMark> marks{mark_on(red)};
    EXPECT_TRUE(mark_pages(*Document::open(steps.front()), marks)) << "fields without signatures may be marked";
    EXPECT_EQ(mark_pages(*Document::open(steps.back()), marks).error().code, ErrorCode::SigningForbidden);
}

}  // namespace
}  // namespace signet::pdf
