#include "seal/specification.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace signet::seal {
namespace {

TEST(Specification, every_name_of_the_api_has_its_size_in_millimetres) {
    const std::vector<std::tuple<std::string, double, double>> sizes{
        {"CIRCULAR_60", 60, 60},     {"CIRCULAR_58", 58, 58},  {"CIRCULAR_50", 50, 50},  {"CIRCULAR_46", 46, 46},
        {"CIRCULAR_45", 45, 45},     {"CIRCULAR_44", 44, 44},  {"CIRCULAR_42", 42, 42},  {"CIRCULAR_40", 40, 40},
        {"CIRCULAR_38", 38, 38},     {"OVAL_45_30", 45, 30},   {"OVAL_40_30", 40, 30},   {"SQUARE_25_25", 25, 25},
        {"SQUARE_22_22", 22, 22},    {"SQUARE_20_20", 20, 20}, {"SQUARE_18_18", 18, 18}, {"RECTANGLE_50_30", 50, 30},
        {"RECTANGLE_40_16", 40, 16},
    };
    EXPECT_EQ(all_specifications().size(), sizes.size());
    for (const auto& [key, width, height] : sizes) {
        const auto found = find_specification(key);
        ASSERT_TRUE(found) << key;
        EXPECT_EQ(found->key, key);
        EXPECT_EQ(found->width_mm, width);
        EXPECT_EQ(found->height_mm, height);
    }
}

TEST(Specification, a_size_in_points_is_the_one_the_vendor_publishes) {
    EXPECT_NEAR(find_specification("CIRCULAR_42")->width_points(), 119.06, 0.01);
    EXPECT_NEAR(find_specification("CIRCULAR_38")->width_points(), 107.72, 0.01);
    EXPECT_NEAR(find_specification("CIRCULAR_60")->height_points(), 170.08, 0.01);
    EXPECT_NEAR(find_specification("OVAL_45_30")->height_points(), 85.04, 0.01);
}

TEST(Specification, unknown_names_and_diy_without_a_size_are_refused) {
    for (const std::string key : {"", "CIRCULAR_41", "circular_42", "DIY_SPEC"}) {
        const auto found = find_specification(key);
        ASSERT_FALSE(found) << key;
        EXPECT_EQ(found.error().code, ErrorCode::InvalidParameter);
    }
}

TEST(Specification, a_size_of_ones_own_is_bounded) {
    const auto found = diy_specification(33, 12);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->key, "DIY_SPEC");
    EXPECT_EQ(found->shape, Shape::Free);
    EXPECT_FALSE(diy_specification(4.9, 20));
    EXPECT_FALSE(diy_specification(20, 121));
    EXPECT_FALSE(diy_specification(std::nan(""), 20));
}

TEST(Specification, a_label_reads_as_the_console_shows_it) {
    EXPECT_EQ(find_specification("CIRCULAR_42")->label(), "圆形（直径42mm）");
    EXPECT_EQ(find_specification("OVAL_45_30")->label(), "椭圆形（45mm×30mm）");
    EXPECT_EQ(diy_specification(12.5, 30)->label(), "自定义（12.5mm×30mm）");
}

}  // namespace
}  // namespace signet::seal
