#include "pdf_builder.hpp"
#include "render/page_engine.hpp"
#include "render/picture_difference.hpp"
#include "sandbox/file.hpp"

#include <algorithm>
#include <fmt/format.h>

#include <gtest/gtest.h>

namespace signet::render {
namespace {

Picture white(int width, int height) {
    return {width, height, Bytes(static_cast<std::size_t>(width * height * 3), 255)};
}

void paint(Picture& picture, const PixelBox& box, std::uint8_t shade) {
    for (int y = box.top; y < box.bottom; ++y) {
        for (int x = box.left; x < box.right; ++x)
            std::fill_n(picture.samples.begin() + (y * picture.width + x) * 3, 3, shade);
    }
}

TEST(Differences, of_the_same_picture_are_none) {
    EXPECT_TRUE(differences(white(100, 80), white(100, 80), {}).empty());
}

TEST(Differences, lie_in_boxes_around_what_lies_together) {
    Picture after = white(100, 80);
    paint(after, {16, 16, 24, 30}, 0);
    paint(after, {80, 60, 81, 61}, 0);
    EXPECT_EQ(differences(white(100, 80), after, {}), (std::vector<PixelBox>{{16, 16, 24, 32}, {80, 56, 88, 64}}));
}

TEST(Differences, of_a_single_pixel_count_and_those_nobody_sees_do_not) {
    Picture after = white(64, 64);
    paint(after, {5, 5, 6, 6}, 200);
    EXPECT_EQ(differences(white(64, 64), after, {}).size(), 1U);
    paint(after, {5, 5, 6, 6}, 250);
    EXPECT_TRUE(differences(white(64, 64), after, {}).empty());
}

TEST(Differences, within_open_places_do_not_count_and_beside_them_do) {
    Picture after = white(100, 80);
    paint(after, {20, 20, 40, 40}, 0);
    EXPECT_TRUE(differences(white(100, 80), after, {{20, 20, 40, 40}}).empty());
    EXPECT_EQ(differences(white(100, 80), after, {{20, 20, 39, 40}}).size(), 1U);
}

TEST(Differences, of_pictures_of_two_sizes_are_the_whole) {
    EXPECT_EQ(differences(white(10, 10), white(10, 12), {}), (std::vector<PixelBox>{{0, 0, 10, 12}}));
}

TEST(Differences, are_told_in_at_most_twelve_boxes) {
    Picture after = white(640, 64);
    for (int x = 0; x < 640; x += 32)
        paint(after, {x, 8, x + 2, 10}, 0);
    EXPECT_EQ(differences(white(640, 64), after, {}).size(), 12U);
}

/// Two pages with a box each, and then an update that draws other content on the second.
class States : public testing::Test {
  protected:
    States() {
        std::vector<std::string> objects(7);
        objects[1] = "<</Type/Catalog/Pages 2 0 R>>";
        objects[2] = "<</Type/Pages/Count 2/Kids[3 0 R 4 0 R]/MediaBox[0 0 500 1000]>>";
        objects[3] = "<</Type/Page/Parent 2 0 R/Contents 5 0 R>>";
        objects[4] = "<</Type/Page/Parent 2 0 R/Contents 6 0 R>>";
        objects[5] = PdfBuilder::stream("", "0 g 50 900 100 20 re f");
        objects[6] = PdfBuilder::stream("", "0 g 50 900 100 20 re f");
        file_ = PdfBuilder::file_of(objects);
        before_ = file_.size();
    }

    void update(int number, const std::string& object) {
        const std::string text(as_text(file_));
        const std::size_t previous = std::stoul(text.substr(text.rfind("startxref") + 10));
        std::string added = fmt::format("{} 0 obj\n{}\nendobj\n", number, object);
        const std::size_t table = file_.size() + added.size();
        added +=
            fmt::format("xref\n{} 1\n{:010} 00000 n \ntrailer\n<</Size 7/Root 1 0 R/Prev {}>>\nstartxref\n{}\n%%EOF\n",
                        number, file_.size(), previous, table);
        append(file_, as_bytes(added));
    }

    Result<PageComparison> compare(const std::vector<PagePlace>& open = {}, int most_pages = 100) {
        const sandbox::FileDescriptor file = std::move(*sandbox::memory_file(file_));
        return PageEngine(workers_).compare({file.get(), file_.size()}, before_, open, most_pages, 300);
    }

    sandbox::WorkerPool workers_{{"/proc/self/exe", "worker"}};
    Bytes file_;
    std::size_t before_ = 0;
};

TEST_F(States, that_look_alike_have_no_changes) {
    update(6, PdfBuilder::stream("", "0 g 50 900 100 20 re f % other bytes, same look"));
    const auto compared = compare();
    ASSERT_TRUE(compared) << describe(compared.error());
    EXPECT_TRUE(compared->changes.empty());
    EXPECT_EQ(compared->compared, 2);
    EXPECT_EQ(compared->pages, 2);
}

TEST_F(States, that_look_different_are_told_by_page_and_place_with_both_pictures) {
    update(6, PdfBuilder::stream("", "0 g 50 900 100 20 re f 250 100 50 50 re f"));
    const auto compared = compare();
    ASSERT_TRUE(compared) << describe(compared.error());
    ASSERT_EQ(compared->changes.size(), 1U);
    const PageChange& change = compared->changes[0];
    EXPECT_EQ(change.page, 1);
    ASSERT_EQ(change.places.size(), 1U);
    EXPECT_NEAR(change.places[0][0], 0.5, 0.02);
    EXPECT_NEAR(change.places[0][1], 0.85, 0.01);
    EXPECT_NEAR(change.places[0][2], 0.1, 0.03);
    EXPECT_NEAR(change.places[0][3], 0.05, 0.015);
    for (const Bytes& picture : {change.before, change.after}) {
        ASSERT_GT(picture.size(), 2U);
        EXPECT_EQ(picture[0], 0xFF);
        EXPECT_EQ(picture[1], 0xD8) << "a JPEG";
    }
    EXPECT_NE(change.before, change.after);
}

TEST_F(States, may_differ_in_open_places_of_that_page) {
    update(6, PdfBuilder::stream("", "0 g 50 900 100 20 re f 250 100 50 50 re f"));
    EXPECT_TRUE(compare({{1, 250, 100, 300, 150}})->changes.empty());
    EXPECT_EQ(compare({{0, 250, 100, 300, 150}})->changes.size(), 1U) << "of another page";
}

TEST_F(States, with_another_number_of_pages_tell_the_one_that_is_not_there) {
    update(2, "<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 500 1000]>>");
    const auto compared = compare();
    ASSERT_TRUE(compared) << describe(compared.error());
    ASSERT_EQ(compared->changes.size(), 1U);
    EXPECT_EQ(compared->changes[0].page, 1);
    EXPECT_FALSE(compared->changes[0].before.empty());
    EXPECT_TRUE(compared->changes[0].after.empty());
}

TEST_F(States, are_compared_no_further_than_asked_and_that_is_told) {
    update(6, PdfBuilder::stream("", ""));
    const auto compared = compare({}, 1);
    EXPECT_TRUE(compared->changes.empty());
    EXPECT_EQ(compared->compared, 1);
    EXPECT_EQ(compared->pages, 2);
}

TEST_F(States, that_are_none_are_refused) {
    before_ = 0;
    EXPECT_FALSE(compare());
    before_ = file_.size() + 1;
    EXPECT_FALSE(compare());
    before_ = 20;
    EXPECT_FALSE(compare()) << "too little for a document";
}

}  // namespace
}  // namespace signet::render
