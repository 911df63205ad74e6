#include "seal/name_seal.hpp"

#include "support.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace signet::seal {
namespace {

using test::fonts;
using test::picture_of;

TEST(NameSeal, has_the_true_size_of_every_square_and_rectangle) {
    for (const Specification& specification : all_specifications()) {
        NameSealDesign design;
        design.name = "王小明";
        design.specification = specification;
        const auto drawing = draw_name_seal(fonts(), design);
        const bool round = specification.shape == Shape::Circular || specification.shape == Shape::Oval;
        ASSERT_EQ(drawing.has_value(), !round) << specification.key;
        if (round) continue;
        EXPECT_DOUBLE_EQ(drawing->width, specification.width_mm * 72 / 25.4);
        EXPECT_DOUBLE_EQ(drawing->height, specification.height_mm * 72 / 25.4);
    }
    NameSealDesign design;
    EXPECT_EQ(design.specification.key, "SQUARE_20_20");
}

TEST(NameSeal, short_names_are_completed_to_four_cells) {
    NameSealDesign completed{.name = "张三"};
    NameSealDesign written{.name = "张三之印", .complete_with_yin = false};
    EXPECT_EQ(draw_name_seal(fonts(), completed)->content, draw_name_seal(fonts(), written)->content);
    completed.name = "王小明";
    written.name = "王小明印";
    EXPECT_EQ(draw_name_seal(fonts(), completed)->content, draw_name_seal(fonts(), written)->content);
}

TEST(NameSeal, columns_are_read_from_the_right) {
    // 一 has ink only in the middle of its cell, 國 everywhere: the dense cells tell where the first two characters
    // stand.
    const auto picture = picture_of(*draw_name_seal(fonts(), {.name = "國國一一"}));
    const double left = picture.coverage([](double dx, double) { return dx > -0.75 && dx < -0.05; });
    const double right = picture.coverage([](double dx, double) { return dx < 0.75 && dx > 0.05; });
    EXPECT_GT(right, left * 2);
}

TEST(NameSeal, red_letters_have_a_frame_and_white_letters_are_cut_out_of_a_field) {
    const auto red = picture_of(*draw_name_seal(fonts(), {.name = "王小明"}));
    const auto white = picture_of(*draw_name_seal(fonts(), {.name = "王小明", .lettering = Lettering::White}));
    EXPECT_TRUE(red.inked(5, 200));
    EXPECT_FALSE(red.inked(28, 200)) << "paper between frame and letters";
    EXPECT_TRUE(white.inked(5, 200));
    EXPECT_TRUE(white.inked(28, 200));
    const auto everywhere = [](double, double) { return true; };
    EXPECT_LT(red.coverage(everywhere), 0.6);
    EXPECT_GT(white.coverage(everywhere), 0.5);
    EXPECT_LT(white.coverage(everywhere), 0.85) << "the letters are transparent";
}

TEST(NameSeal, names_of_any_people_fit) {
    for (const std::string name : {"李", "张三", "王小明", "欧阳小明", "阿里木·买买提", "John Smith", "Ñandú",
                                   "一二三四五六七八九十一二三四五六七八九十"}) {
        for (const Lettering lettering : {Lettering::Red, Lettering::White}) {
            const auto drawing = draw_name_seal(fonts(), {.name = name, .lettering = lettering});
            ASSERT_TRUE(drawing) << name;
            const auto picture = picture_of(*drawing);
            if (lettering == Lettering::White) continue;
            const auto beside_frame = [](double dx, double dy) {
                const double r = std::max(std::abs(dx), std::abs(dy));
                return r > 0.84 && r < 0.88;
            };
            EXPECT_LT(picture.coverage(beside_frame), 0.002) << name;
        }
    }
}

TEST(NameSeal, bad_names_are_refused) {
    EXPECT_EQ(draw_name_seal(fonts(), {.name = " "}).error().code, ErrorCode::ParametersMissing);
    EXPECT_EQ(draw_name_seal(fonts(), {.name = "一二三四五六七八九十一二三四五六七八九十一"}).error().code,
              ErrorCode::ParameterTooLong);
    EXPECT_EQ(draw_name_seal(fonts(), {.name = "王\u202E明"}).error().code, ErrorCode::InvalidParameter);
}

TEST(PractisingSeal, shows_the_lines_that_are_given) {
    PractisingSealDesign design{
        .profession = "中国注册会计师", .name = "王小明", .registration_number = "330000012345"};
    const auto all = picture_of(*draw_practising_seal(fonts(), design));
    const auto top = [](double dx, double dy) { return std::abs(dx) < 0.5 && dy > 0.4 && dy < 0.8; };
    const auto bottom = [](double dx, double dy) { return std::abs(dx) < 0.5 && dy < -0.5 && dy > -0.8; };
    EXPECT_GT(all.coverage(top), 0.1);
    EXPECT_GT(all.coverage(bottom), 0.1);
    design.specification = *find_specification("CIRCULAR_42");
    EXPECT_FALSE(draw_practising_seal(fonts(), design));
    design.specification = *find_specification("RECTANGLE_40_16");
    EXPECT_TRUE(draw_practising_seal(fonts(), design));
    design.name.clear();
    EXPECT_EQ(draw_practising_seal(fonts(), design).error().code, ErrorCode::ParametersMissing);
}

}  // namespace
}  // namespace signet::seal
