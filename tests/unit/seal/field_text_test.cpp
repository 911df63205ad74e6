#include "seal/field_text.hpp"

#include "support.hpp"

#include <gtest/gtest.h>

namespace signet::seal {
namespace {

/// The size that the text was set in.
double size_of(const Drawing& drawing) {
    const std::size_t at = drawing.content.find("/F0 ");
    return at == std::string::npos ? 0 : std::stod(drawing.content.substr(at + 4));
}

std::size_t lines_of(const Drawing& drawing) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = drawing.content.find(" Tj", at)) != std::string::npos; ++at)
        ++count;
    return count;
}

Drawing drawn(std::string_view text, const FieldBox& box) {
    const auto drawing = draw_field_text(test::fonts(), text, box);
    EXPECT_TRUE(drawing) << text;
    return drawing ? *drawing : Drawing{};
}

TEST(field_text, has_its_own_size_where_there_is_room) {
    const Drawing drawing = drawn("承租人 Li Lei", {200, 20, 10.5});
    EXPECT_DOUBLE_EQ(size_of(drawing), 10.5);
    EXPECT_EQ(lines_of(drawing), 1U);
    EXPECT_DOUBLE_EQ(drawing.width, 200);
    EXPECT_FALSE(drawing.parts.empty());
}

TEST(field_text, goes_on_in_the_next_line_where_the_box_is_high_enough) {
    const Drawing drawing = drawn("一二三四五六七八九十", {55, 40, 10});
    EXPECT_DOUBLE_EQ(size_of(drawing), 10);
    EXPECT_EQ(lines_of(drawing), 2U);
}

TEST(field_text, becomes_smaller_where_it_is_not) {
    const Drawing drawing = drawn("一二三四五六七八九十", {80, 11, 10});
    EXPECT_DOUBLE_EQ(size_of(drawing), 8);
    EXPECT_EQ(lines_of(drawing), 1U);
}

TEST(field_text, keeps_the_lines_that_were_entered) {
    EXPECT_EQ(lines_of(drawn("一\n二\n三", {80, 60, 10})), 3U);
}

TEST(field_text, breaks_latin_lines_at_blanks) {
    const Drawing drawing = drawn("aaaa bbbb", {30, 40, 10});
    EXPECT_EQ(lines_of(drawing), 2U);
}

TEST(field_text, is_refused_when_the_smallest_size_is_too_large) {
    const auto drawing = draw_field_text(test::fonts(), std::string(300, 'm'), {60, 12, 10});
    ASSERT_FALSE(drawing);
    EXPECT_EQ(drawing.error().code, ErrorCode::InvalidParameter);
}

TEST(field_text, of_nothing_draws_nothing) {
    EXPECT_TRUE(drawn("", {60, 12, 10}).content.empty());
}

}  // namespace
}  // namespace signet::seal
