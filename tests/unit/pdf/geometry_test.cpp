#include "pdf/geometry.hpp"

#include <gtest/gtest.h>

namespace signet::pdf {
namespace {

void expect_near(const Rectangle& actual, const Rectangle& expected) {
    EXPECT_NEAR(actual.left, expected.left, 1e-9);
    EXPECT_NEAR(actual.bottom, expected.bottom, 1e-9);
    EXPECT_NEAR(actual.right, expected.right, 1e-9);
    EXPECT_NEAR(actual.top, expected.top, 1e-9);
}

PageGeometry turned(int rotation) {
    return {{10, 20, 610, 820}, rotation, 1};
}

TEST(Geometry, an_upright_page_is_moved_by_its_crop_box_alone) {
    expect_near(turned(0).to_user_space({0, 0, 50, 30}), {10, 20, 60, 50});
}

TEST(Geometry, on_a_page_turned_clockwise_the_bottom_left_for_the_reader_is_the_bottom_right_of_the_paper) {
    EXPECT_EQ(turned(90).displayed_width(), 800);
    EXPECT_EQ(turned(90).displayed_height(), 600);
    expect_near(turned(90).to_user_space({0, 0, 50, 30}), {580, 20, 610, 70});
}

TEST(Geometry, on_a_page_upside_down_it_is_the_top_right) {
    expect_near(turned(180).to_user_space({0, 0, 50, 30}), {560, 790, 610, 820});
}

TEST(Geometry, on_a_page_turned_three_quarters_it_is_the_top_left) {
    expect_near(turned(270).to_user_space({0, 0, 50, 30}), {10, 770, 40, 820});
}

TEST(Geometry, user_space_and_display_are_inverse_for_every_rotation_and_unit) {
    for (const int rotation : {0, 90, 180, 270}) {
        PageGeometry page = turned(rotation);
        page.user_unit = 2.5;
        const Rectangle box{12, 34, 56, 78};
        expect_near(page.to_displayed(page.to_user_space(box)), box);
    }
}

TEST(Geometry, a_user_unit_makes_the_displayed_page_larger_and_the_annotation_smaller) {
    const PageGeometry page{{0, 0, 300, 400}, 0, 2};
    EXPECT_EQ(page.displayed_width(), 600);
    expect_near(page.to_user_space({100, 100, 220, 220}), {50, 50, 110, 110});
}

TEST(Geometry, fractions_count_from_the_bottom_left_of_what_is_displayed) {
    const Point point = turned(90).from_fractions(0.25, 0.5);
    EXPECT_DOUBLE_EQ(point.x, 200);
    EXPECT_DOUBLE_EQ(point.y, 300);
}

TEST(Geometry, an_image_turns_about_its_own_centre) {
    expect_near(bounding_box({100, 100, 60, 20, 90}), {120, 80, 140, 140});
    const Rectangle box = bounding_box({0, 0, 100, 100, 45});
    EXPECT_NEAR(box.width(), 141.421356, 1e-6);
    EXPECT_NEAR((box.left + box.right) / 2, 50, 1e-9);
}

TEST(Geometry, an_image_that_would_leave_the_page_is_moved_back_inside) {
    const PageGeometry page{{0, 0, 600, 800}, 0, 1};
    expect_near(annotation_rectangle({550, 790, 100, 100, 0}, page), {500, 700, 600, 800});
    expect_near(annotation_rectangle({-20, -5, 100, 100, 0}, page), {0, 0, 100, 100});
    expect_near(annotation_rectangle({-20, -5, 1000, 100, 0}, page), {0, 0, 600, 100});
}

TEST(Geometry, a_clockwise_quarter_turn_takes_up_to_the_right) {
    const Point up = Matrix::clockwise(90).apply({0, 1});
    EXPECT_DOUBLE_EQ(up.x, 1);
    EXPECT_DOUBLE_EQ(up.y, 0);
    const Point back = Matrix::clockwise(-270).apply({0, 1});
    EXPECT_DOUBLE_EQ(back.x, 1);
    const Point slanted = Matrix::clockwise(30).apply({0, 1});
    EXPECT_NEAR(slanted.x, 0.5, 1e-12);
}

TEST(Geometry, an_appearance_undoes_the_rotation_of_its_page) {
    for (const int rotation : {0, 90, 180, 270}) {
        const Point up = Matrix::clockwise(rotation).apply(appearance_matrix(rotation).apply({0, 1}));
        EXPECT_DOUBLE_EQ(up.x, 0);
        EXPECT_DOUBLE_EQ(up.y, 1);
    }
}

TEST(Geometry, a_drawing_in_the_place_planned_for_it_is_not_scaled) {
    const Rectangle box = bounding_box({0, 0, 120, 80, 33});
    const Matrix matrix = fitted(0, 120, 80, 33, box.width(), box.height());
    EXPECT_NEAR(matrix.a * matrix.d - matrix.b * matrix.c, 1, 1e-12);
    const Point centre = matrix.apply({60, 40});
    EXPECT_NEAR(centre.x, box.width() / 2, 1e-9);
    EXPECT_NEAR(centre.y, box.height() / 2, 1e-9);
}

TEST(Geometry, a_drawing_of_another_shape_is_scaled_evenly_and_centred) {
    const Matrix matrix = fitted(0, 200, 100, 0, 100, 100);
    EXPECT_DOUBLE_EQ(matrix.a, 0.5);
    EXPECT_DOUBLE_EQ(matrix.d, 0.5);
    EXPECT_DOUBLE_EQ(matrix.apply({0, 0}).y, 25);
}

TEST(Geometry, a_strip_begins_at_the_left_edge_of_its_place) {
    const Matrix matrix = fitted(40, 20, 100, 0, 20, 100);
    EXPECT_DOUBLE_EQ(matrix.apply({40, 0}).x, 0);
    EXPECT_DOUBLE_EQ(matrix.apply({60, 100}).x, 20);
}

}  // namespace
}  // namespace signet::pdf
