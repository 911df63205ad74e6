#include "render/page_engine.hpp"

#include "../hostile_documents.hpp"
#include "pdf_builder.hpp"
#include "render/mupdf_document.hpp"
#include "render/render_worker.hpp"
#include "sandbox/file.hpp"

#include <array>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <unistd.h>
#include <zlib.h>

#include <gtest/gtest.h>

namespace signet::render {
namespace {

const std::filesystem::path& kCorpus = hostile::corpus();

/// One pool for all tests, as a server has one for all requests.
sandbox::WorkerPool& pool() {
    static sandbox::WorkerPool workers({"/proc/self/exe", "worker"});
    return workers;
}

PageEngine engine() {
    return PageEngine(pool());
}

/// A document in memory, as long as the test needs it.
struct Document {
    explicit Document(const Bytes& content)
        : file(std::move(*sandbox::memory_file(content))), input{file.get(), content.size()} {}

    sandbox::FileDescriptor file;
    DocumentInput input;
};

Bytes content_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(file), {});
}

std::vector<TextHit> find(const Bytes& pdf, std::string_view keyword) {
    const Document document(pdf);
    auto hits = engine().find_text(document.input, keyword);
    EXPECT_TRUE(hits) << describe(hits.error());
    return hits ? *hits : std::vector<TextHit>{};
}

std::string text_at(double x, double y, const std::string& show, const std::string& font = "/F1 16") {
    std::ostringstream content;
    content << "BT " << font << " Tf " << x << ' ' << y << " Td " << show << " ET\n";
    return content.str();
}

Bytes with_content(const std::string& content) {
    return PdfBuilder().page(content).build();
}

/// The keyword lies at (60, 600) in 16 points.
void expect_at_60_600(const std::vector<TextHit>& hits, double width, double tolerance = 1) {
    ASSERT_EQ(hits.size(), 1U);
    EXPECT_EQ(hits[0].page, 0);
    EXPECT_NEAR(hits[0].x, 60, tolerance);
    EXPECT_NEAR(hits[0].width, width, 2 * tolerance);
    EXPECT_GT(hits[0].y, 600 - 8);
    EXPECT_LT(hits[0].y, 600 + 1);
    EXPECT_GT(hits[0].y + hits[0].height, 600 + 10);
    EXPECT_LT(hits[0].y + hits[0].height, 600 + 24);
}

constexpr const char* kKeyword = "甲方（盖章）";

// ---- Finding text. ----

TEST(FindText, in_one_string_of_a_font_that_is_not_embedded) {
    expect_at_60_600(find(with_content(text_at(60, 600, ucs2(kKeyword) + " Tj")), kKeyword), 96);
}

TEST(FindText, in_the_middle_of_a_line) {
    const Bytes pdf = with_content(text_at(28, 600, ucs2("以下甲方（盖章）：____") + " Tj"));
    expect_at_60_600(find(pdf, kKeyword), 96);
}

TEST(FindText, in_a_kerned_string) {
    const std::string show =
        "[" + ucs2("甲") + " -120 " + ucs2("方（") + " 80 " + ucs2("盖") + " -60 " + ucs2("章）") + "] TJ";
    expect_at_60_600(find(with_content(text_at(60, 600, show)), kKeyword), 97.6, 3);
}

TEST(FindText, with_every_glyph_a_text_object_of_its_own_and_of_its_own_size) {
    std::string content;
    const std::array<const char*, 6> glyphs{"甲", "方", "（", "盖", "章", "）"};
    const std::array<const char*, 6> fonts{"/F1 16", "/F1 15", "/F2 17", "/F1 16", "/F2 14", "/F1 16"};
    for (std::size_t i = 0; i < glyphs.size(); ++i) {
        content += text_at(60 + 16.0 * static_cast<double>(i), 600, ucs2(glyphs[i]) + " Tj", fonts[i]);
    }
    expect_at_60_600(find(with_content(content), kKeyword), 96, 2);
}

TEST(FindText, whatever_the_order_in_which_its_parts_are_drawn) {
    const std::string content = text_at(108, 600, ucs2("盖章）") + " Tj") + text_at(60, 300, ucs2("别的") + " Tj") +
                                text_at(60, 600, ucs2("甲方（") + " Tj");
    expect_at_60_600(find(with_content(content), kKeyword), 96);
}

TEST(FindText, across_two_fonts) {
    const std::string show = ucs2("甲方") + " Tj /F2 16 Tf " + ucs2("（盖章）") + " Tj";
    expect_at_60_600(find(with_content(text_at(60, 600, show)), kKeyword), 96);
}

TEST(FindText, with_blanks_between_its_glyphs) {
    expect_at_60_600(find(with_content(text_at(60, 600, ucs2("甲 方　（ 盖 章 ）") + " Tj")), kKeyword), 176, 3);
}

TEST(FindText, with_its_glyphs_spread_wide) {
    std::string content;
    double x = 60;
    for (const char* glyph : {"甲", "方", "（", "盖", "章", "）"}) {
        content += text_at(x, 600, ucs2(glyph) + " Tj");
        x += 40;
    }
    expect_at_60_600(find(with_content(content), kKeyword), 216, 2);
}

TEST(FindText, with_half_width_forms_for_full_width_ones_and_the_other_way_round) {
    expect_at_60_600(find(with_content(text_at(60, 600, ucs2("甲方(盖章):") + " Tj")), "甲方（盖章）："), 112, 24);
    expect_at_60_600(find(with_content(text_at(60, 600, ucs2("甲方（盖章）：") + " Tj")), "甲方(盖章):"), 112, 24);
    expect_at_60_600(find(with_content(text_at(60, 600, ucs2("编号ＡＢ１２") + " Tj")), "编号AB12"), 96, 24);
}

TEST(FindText, with_radicals_in_the_place_of_ideographs) {
    // Kangxi radical U+2F45 and CJK radical U+2ED3 look like 方 and 长.
    expect_at_60_600(find(with_content(text_at(60, 600, ucs2("甲\u2F45校\u2ED3") + " Tj")), "甲方校长"), 64, 16);
}

TEST(FindText, over_the_end_of_a_line_with_the_box_of_its_first_part) {
    const std::string show = ucs2("甲方（") + " Tj -60 -24 Td " + ucs2("盖章）和别的") + " Tj";
    expect_at_60_600(find(with_content(text_at(60, 600, show)), kKeyword), 48);
}

TEST(FindText, exact_places_win_over_loose_ones) {
    const std::string content = text_at(60, 700, ucs2("甲 方") + " Tj") + text_at(60, 600, ucs2("甲方") + " Tj");
    expect_at_60_600(find(with_content(content), "甲方"), 32);
}

TEST(FindText, in_latin_letters_placed_word_by_word) {
    const std::string content = text_at(60, 600, "(Party) Tj", "/F3 16") + text_at(104, 600, "(A:) Tj", "/F3 16");
    expect_at_60_600(find(with_content(content), "Party A:"), 60, 3);
}

TEST(FindText, is_case_sensitive) {
    EXPECT_TRUE(find(with_content(text_at(60, 600, "(party a) Tj", "/F3 16")), "Party A").empty());
}

TEST(FindText, drawn_twice_to_look_bold_counts_once) {
    const std::string content = text_at(60, 600, ucs2(kKeyword) + " Tj") + text_at(60.3, 600, ucs2(kKeyword) + " Tj");
    expect_at_60_600(find(with_content(content), kKeyword), 96, 1);
}

TEST(FindText, gives_no_overlapping_hits) {
    EXPECT_EQ(find(with_content(text_at(60, 600, ucs2("盖盖盖盖盖") + " Tj")), "盖盖").size(), 2U);
}

TEST(FindText, in_reading_order_over_pages_rows_and_columns) {
    const std::string name = ucs2("签章") + " Tj";
    const Bytes pdf = PdfBuilder()
                          .page(text_at(300, 700, name, "/F1 12") + text_at(60, 100, name) + text_at(60, 699, name) +
                                text_at(60, 500, name))
                          .page(text_at(60, 800, name))
                          .build();
    const auto hits = find(pdf, "签章");
    ASSERT_EQ(hits.size(), 5U);
    const std::array<int, 5> pages{0, 0, 0, 0, 1};
    const std::array<double, 5> xs{60, 300, 60, 60, 60};
    for (std::size_t i = 0; i < hits.size(); ++i) {
        EXPECT_EQ(hits[i].page, pages[i]);
        EXPECT_NEAR(hits[i].x, xs[i], 1);
    }
    EXPECT_GT(hits[2].y, hits[3].y);
}

TEST(FindText, several_keywords_in_one_pass) {
    const Document document(with_content(text_at(60, 600, ucs2("甲方：乙方：甲方") + " Tj")));
    const auto hits = engine().find_text(document.input, std::vector<std::string>{"甲方", "丙方", "乙方：", " "});
    ASSERT_TRUE(hits) << describe(hits.error());
    ASSERT_EQ(hits->size(), 4U);
    EXPECT_EQ((*hits)[0].size(), 2U);
    EXPECT_EQ((*hits)[1].size(), 0U);
    EXPECT_EQ((*hits)[2].size(), 1U);
    EXPECT_EQ((*hits)[3].size(), 0U);
}

TEST(FindText, on_a_turned_page_in_the_points_the_reader_sees) {
    // Drawn upwards along the left edge; /Rotate 90 makes it upright at the top.
    const std::string content = "BT /F1 16 Tf 0 1 -1 0 100 60 Tm " + ucs2(kKeyword) + " Tj ET";
    const Bytes pdf = PdfBuilder().page(PdfBuilder::Page{content, "/MediaBox [0 0 595 842]/Rotate 90", {}}).build();
    const auto hits = find(pdf, kKeyword);
    ASSERT_EQ(hits.size(), 1U);
    EXPECT_NEAR(hits[0].x, 60, 1);
    EXPECT_NEAR(hits[0].width, 96, 2);
    EXPECT_NEAR(hits[0].y, 595 - 100, 8);  // the baseline
    EXPECT_LT(hits[0].height, 24);
}

TEST(FindText, in_a_crop_box_that_does_not_begin_at_the_origin) {
    const Bytes pdf =
        PdfBuilder()
            .page(PdfBuilder::Page{
                text_at(160, 800, ucs2(kKeyword) + " Tj"), "/MediaBox [0 0 800 1200]/CropBox [100 200 700 1000]", {}})
            .build();
    expect_at_60_600(find(pdf, kKeyword), 96);
}

TEST(FindText, not_in_text_outside_the_page) {
    EXPECT_TRUE(find(with_content(text_at(60, 2000, ucs2(kKeyword) + " Tj")), kKeyword).empty());
}

TEST(FindText, in_a_real_contract) {
    const Document document(content_of(kCorpus / "contract/NoSign.pdf"));
    const auto hits = engine().find_text(document.input, std::vector<std::string>{"甲方", "乙方"});
    ASSERT_TRUE(hits) << describe(hits.error());
    EXPECT_FALSE((*hits)[0].empty());
    EXPECT_FALSE((*hits)[1].empty());
}

TEST(FindText, refuses_keywords_beyond_its_bounds) {
    const Document document(with_content(""));
    EXPECT_EQ(engine().find_text(document.input, std::string(201, 'x')).error().code, ErrorCode::ParameterTooLong);
    EXPECT_EQ(engine().find_text(document.input, std::vector<std::string>(101, "x")).error().code,
              ErrorCode::ParameterTooLong);
    EXPECT_EQ(engine().find_text(document.input, "\xFF").error().code, ErrorCode::InvalidParameter);
}

// ---- Sizes. ----

TEST(PageSizes, are_those_of_the_page_as_displayed) {
    const Bytes pdf = PdfBuilder()
                          .page("")
                          .page(PdfBuilder::Page{"", "/MediaBox [0 0 595 842]/Rotate 90", {}})
                          .page(PdfBuilder::Page{"", "/MediaBox [0 0 595 842]/CropBox [10 20 310 420]/Rotate -90", {}})
                          .page(PdfBuilder::Page{"", "/MediaBox [0 0 100 200]/UserUnit 2", {}})
                          .build();
    const Document document(pdf);
    const auto sizes = engine().page_sizes(document.input);
    ASSERT_TRUE(sizes) << describe(sizes.error());
    const std::vector<PageSize> expected{{595, 842, 0}, {842, 595, 90}, {400, 300, 270}, {200, 400, 0}};
    EXPECT_EQ(*sizes, expected);
}

TEST(PageSizes, count_only_the_documents_part_of_a_longer_file) {
    const Bytes first = PdfBuilder().page("").build();
    Bytes longer = first;
    append(longer, PdfBuilder().page("").page("").build());
    auto file = sandbox::memory_file(longer);
    ASSERT_TRUE(file);
    EXPECT_EQ(engine().page_sizes({file->get(), first.size()})->size(), 1U);
}

/// Three pages, each twenty levels down, the numbers of whose nodes run from 3 to 65.
Bytes a_deep_page_tree() {
    constexpr int kLevels = 20;
    std::vector<std::string> objects{"", "<</Type/Catalog/Pages 2 0 R>>", ""};
    std::string kids;
    for (int page = 0; page < 3; ++page) {
        std::size_t parent = 2;
        kids += std::to_string(objects.size()) + " 0 R ";
        for (int level = 0; level < kLevels; ++level) {
            const std::size_t node = objects.size();
            objects.push_back("<</Type/Pages/Count 1/Parent " + std::to_string(parent) + " 0 R/Kids[" +
                              std::to_string(node + 1) + " 0 R]>>");
            parent = node;
        }
        objects.push_back("<</Type/Page/Parent " + std::to_string(parent) + " 0 R>>");
    }
    objects[2] = "<</Type/Pages/Count 3/MediaBox[0 0 200 100]/Kids[" + kids + "]>>";
    return PdfBuilder::file_of(objects);
}

/// Leaves blocks behind, as large as sixteen numbers, in which small numbers stand.
void litter_the_heap() {
    std::vector<std::unique_ptr<std::array<int, 16>>> blocks;
    for (int i = 0; i < 64; ++i) {
        blocks.push_back(std::make_unique<std::array<int, 16>>());
        blocks.back()->fill(12 + i % 10);
    }
}

TEST(Pages, of_a_deep_tree_are_found_whatever_memory_held_before) {
    const Bytes pdf = a_deep_page_tree();
    for (int round = 0; round < 20; ++round) {
        litter_the_heap();
        auto document = MupdfDocument::open(pdf);
        ASSERT_TRUE(document) << describe(document.error());
        for (int page = 0; page < 3; ++page) {
            litter_the_heap();
            const auto size = (*document)->page_size(page);
            ASSERT_TRUE(size) << describe(size.error());
            EXPECT_EQ(size->width, 200);
        }
    }
}

TEST(PageSizes, of_what_is_no_document) {
    const auto code = [](const Bytes& content) {
        const Document document(content);
        return engine().page_sizes(document.input).error().code;
    };
    EXPECT_EQ(code(to_bytes("GIF89a and more")), ErrorCode::NotAPdf);
    EXPECT_EQ(code(to_bytes("%PDF-1.7\nnothing")), ErrorCode::DamagedDocument);
    EXPECT_EQ(code({}), ErrorCode::InvalidFile);
    EXPECT_EQ(code(content_of(kCorpus / "pdfbox/PasswordSample-128bit.pdf")), ErrorCode::PasswordProtected);
}

// ---- Pictures. ----

struct Rgb {
    int red;
    int green;
    int blue;
    friend bool operator==(const Rgb&, const Rgb&) = default;
};

Rgb pixel(const Picture& picture, int x, int y) {
    const std::size_t at =
        (static_cast<std::size_t>(y) * static_cast<std::size_t>(picture.width) + static_cast<std::size_t>(x)) * 3;
    return {picture.samples[at], picture.samples[at + 1], picture.samples[at + 2]};
}

TEST(Pages, may_stand_in_their_tree_as_direct_objects) {
    const std::string page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>";
    const Bytes pdf = PdfBuilder::file_of(
        {"", "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 2/Kids[3 0 R " + page + "]>>", page});
    auto document = MupdfDocument::open(pdf);
    ASSERT_TRUE(document) << describe(document.error());
    for (const int number : {0, 1}) {
        const auto size = (*document)->page_size(number);
        ASSERT_TRUE(size) << describe(size.error());
        EXPECT_EQ(size->width, 200);
    }
}

/// Draws in this process: what the picture shows is tested here, the way through the worker below.
Picture drawn(const Bytes& pdf, int pixel_width = 595) {
    auto document = MupdfDocument::open(pdf);
    EXPECT_TRUE(document);
    auto picture = (*document)->draw(0, pixel_width);
    EXPECT_TRUE(picture);
    return *picture;
}

constexpr Rgb kWhite{255, 255, 255};
constexpr Rgb kRed{255, 0, 0};

std::string widget(const std::string& entries) {
    return "<</Type/Annot/Subtype/Widget/Rect[100 600 300 700]/F 4" + entries + ">>";
}

TEST(Picture, shows_the_page_on_white_from_the_top) {
    const Picture picture = drawn(with_content("1 0 0 rg 0 642 100 200 re f"));
    EXPECT_EQ(picture.width, 595);
    EXPECT_EQ(picture.height, 842);
    EXPECT_EQ(pixel(picture, 50, 100), kRed);
    EXPECT_EQ(pixel(picture, 50, 300), kWhite);
    EXPECT_EQ(pixel(picture, 300, 100), kWhite);
}

TEST(Picture, draws_nothing_for_an_empty_signature_field) {
    const Bytes pdf =
        PdfBuilder().page(PdfBuilder::Page{"", "/MediaBox [0 0 595 842]", {widget("/FT/Sig/T(A)")}}).build();
    EXPECT_EQ(drawn(pdf).samples, Bytes(595UL * 842 * 3, 255));
}

Bytes with_appearance(const std::string& field) {
    std::vector<std::string> objects(7);
    objects[1] = "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]/SigFlags 3>>>>";
    objects[2] = "<</Type/Pages/Count 1/Kids[3 0 R]>>";
    objects[3] = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Annots[4 0 R]>>";
    objects[4] = widget(field + "/T(A)/AP<</N 5 0 R>>");
    objects[5] = PdfBuilder::stream("/Type/XObject/Subtype/Form/BBox[0 0 200 100]", "1 0 0 rg 0 0 200 100 re f");
    objects[6] = "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange[0 10 20 10]/Contents<00>>>";
    return PdfBuilder::file_of(objects);
}

TEST(Picture, draws_the_appearance_of_a_signature_signed_or_not_and_of_a_button) {
    for (const char* field : {"/FT/Sig/V 6 0 R", "/FT/Sig", "/FT/Btn/Ff 65537"}) {
        const Picture picture = drawn(with_appearance(field));
        EXPECT_EQ(pixel(picture, 200, 842 - 650), kRed) << field;
        EXPECT_EQ(pixel(picture, 105, 842 - 605), kRed) << field;
        EXPECT_EQ(pixel(picture, 295, 842 - 695), kRed) << field;
        EXPECT_EQ(pixel(picture, 400, 842 - 650), kWhite) << field;
    }
}

TEST(Picture, comes_as_jpeg_or_png_of_the_width_asked_for) {
    const Document document(with_content("1 0 0 rg 0 0 100 100 re f"));
    const auto jpeg = engine().picture(document.input, 0, 900);
    ASSERT_TRUE(jpeg) << describe(jpeg.error());
    EXPECT_EQ(hex(ByteView(*jpeg).first(3)), "ffd8ff");
    const auto png = engine().picture_png(document.input, 0, 300);
    ASSERT_TRUE(png) << describe(png.error());
    EXPECT_EQ(hex(ByteView(*png).first(8)), "89504e470d0a1a0a");
    EXPECT_EQ(hex(ByteView(*png).subspan(16, 4)), "0000012c");
}

TEST(Picture, without_colour_is_a_grey_jpeg) {
    const auto components = [](const char* content) {
        const Document document(with_content(content));
        const Bytes jpeg = *engine().picture(document.input, 0, 100);
        for (std::size_t at = 2; at + 9 < jpeg.size();) {
            if (jpeg[at + 1] == 0xC0) return int{jpeg[at + 9]};
            at += 2 + static_cast<std::size_t>(jpeg[at + 2] << 8 | jpeg[at + 3]);
        }
        return 0;
    };
    EXPECT_EQ(components("0 g 0 0 100 100 re f"), 1);
    EXPECT_EQ(components("1 0 0 rg 0 0 100 100 re f"), 3);
}

TEST(Picture, refuses_pages_and_sizes_that_are_not) {
    const Document document(with_content(""));
    EXPECT_EQ(engine().picture(document.input, 1, 100).error().code, ErrorCode::SignPageBeyond);
    EXPECT_EQ(engine().picture(document.input, -1, 100).error().code, ErrorCode::SignPageBeyond);
    EXPECT_EQ(engine().picture(document.input, 0, 15).error().code, ErrorCode::InvalidParameter);
    EXPECT_EQ(engine().picture(document.input, 0, 4097).error().code, ErrorCode::InvalidParameter);
    EXPECT_EQ(engine().picture(document.input, 0, 100, 0).error().code, ErrorCode::InvalidParameter);
    const Document strip(PdfBuilder().page(PdfBuilder::Page{"", "/MediaBox[0 0 1 14400]", {}}).build());
    EXPECT_EQ(engine().picture(strip.input, 0, 4000).error().code, ErrorCode::InvalidParameter);
}

TEST(Picture, of_a_document_that_has_grown_is_made_anew) {
    const std::string path = testing::TempDir() + "/signet_grown.pdf";
    const Bytes one = with_content("");
    const Bytes two = PdfBuilder().page("").page("").build();
    std::ofstream(path, std::ios::binary) << as_text(one);
    const sandbox::FileDescriptor file(::open(path.c_str(), O_RDONLY));
    EXPECT_EQ(engine().page_sizes({file.get(), one.size()})->size(), 1U);
    std::ofstream(path, std::ios::binary) << as_text(two);
    EXPECT_EQ(engine().page_sizes({file.get(), two.size()})->size(), 2U);
    ::unlink(path.c_str());
}

// ---- Hostile documents. ----

class HostileDocument : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(HostileDocument, gets_an_answer_and_leaves_the_pool_alive) {
    const auto& path = GetParam();
    const Document document(hostile::upload_of(path));
    const auto sizes = engine().page_sizes(document.input);
    if (sizes && !sizes->empty()) static_cast<void>(engine().picture(document.input, 0, 200));
    static_cast<void>(engine().find_text(document.input, kKeyword));

    const Document honest(with_content(text_at(60, 600, ucs2(kKeyword) + " Tj")));
    EXPECT_TRUE(engine().picture(honest.input, 0, 200));
    EXPECT_LE(pool().statistics().alive, 2U);
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(HostileDocument);
INSTANTIATE_TEST_SUITE_P(Corpus, HostileDocument, testing::ValuesIn(hostile::documents()), hostile::name_of);

}  // namespace
}  // namespace signet::render

int main(int argc, char** argv) {
    if (argc == 2 && std::string_view(argv[1]) == "worker") return signet::render::render_worker_main();
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
