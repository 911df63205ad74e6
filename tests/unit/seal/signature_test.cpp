#include "seal/signature.hpp"

#include "support.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace signet::seal {
namespace {

using test::fonts;
using test::picture_of;

Handwriting on_canvas(std::vector<Stroke> strokes) {
    return {std::move(strokes), 360, 200};
}

Stroke wave(double x, double y, double width, std::size_t points) {
    Stroke stroke;
    for (std::size_t i = 0; i < points; ++i) {
        const double way = static_cast<double>(i) / static_cast<double>(points - 1);
        stroke.push_back({x + width * way, y + 20 * std::sin(way * 12), {}, static_cast<double>(i) * 8});
    }
    return stroke;
}

ErrorCode refusal(const Handwriting& handwriting) {
    const auto drawing = draw_handwriting(handwriting);
    return drawing ? ErrorCode::Internal : drawing.error().code;
}

TEST(Handwriting, is_trimmed_and_fitted_into_its_box_with_its_ratio) {
    const auto wide = draw_handwriting(on_canvas({wave(30, 100, 300, 100)}));
    ASSERT_TRUE(wide);
    EXPECT_NEAR(wide->width, 40 * kPointsPerMillimetre, 0.01);
    EXPECT_LT(wide->height, 16 * kPointsPerMillimetre);
    const auto tall = draw_handwriting(on_canvas({{{100, 10}, {110, 190}}}));
    EXPECT_NEAR(tall->height, 16 * kPointsPerMillimetre, 0.01);
    EXPECT_LT(tall->width, 6 * kPointsPerMillimetre);
}

TEST(Handwriting, the_place_on_the_canvas_does_not_matter) {
    EXPECT_EQ(draw_handwriting(on_canvas({{{100, 50}, {150, 80}, {180, 60}}}))->content,
              draw_handwriting(on_canvas({{{110, 90}, {160, 120}, {190, 100}}}))->content);
}

TEST(Handwriting, y_grows_downwards_on_the_canvas_and_upwards_on_paper) {
    // A horizontal line high up and a dot below it.
    const auto picture = picture_of(*draw_handwriting(on_canvas({{{50, 50}, {250, 50}}, {{150, 130}}})));
    EXPECT_TRUE(picture.inked(100, picture.height - 6));
    EXPECT_FALSE(picture.inked(100, 6));
    EXPECT_TRUE(picture.inked(200, 4));
}

TEST(Handwriting, pressure_makes_the_line_broader) {
    Stroke stroke;
    for (int i = 0; i <= 100; ++i)
        stroke.push_back({30.0 + 3 * i, 100, i / 100.0, {}});
    const auto picture = picture_of(*draw_handwriting(on_canvas({stroke})), 800);
    const auto breadth = [&](int x) {
        int count = 0;
        for (int y = 0; y < picture.height; ++y)
            count += picture.inked(x, y) ? 1 : 0;
        return count;
    };
    EXPECT_GT(breadth(700), breadth(100) * 3 / 2);
}

TEST(Handwriting, a_fast_line_is_finer_than_a_slow_one) {
    Stroke stroke;
    double time = 0;
    for (int i = 0; i <= 100; ++i) {
        time += i < 50 ? 30 : 3;
        stroke.push_back({30.0 + 3 * i, 100, {}, time});
    }
    const auto picture = picture_of(*draw_handwriting(on_canvas({stroke})), 800);
    const auto breadth = [&](int x) {
        int count = 0;
        for (int y = 0; y < picture.height; ++y)
            count += picture.inked(x, y) ? 1 : 0;
        return count;
    };
    EXPECT_GT(breadth(200), breadth(700));
}

TEST(Handwriting, loops_and_sharp_turns_leave_no_holes_in_the_line) {
    Stroke zigzag{{50, 150}, {100, 50}, {101, 150}, {150, 50}};
    Stroke circle;
    for (int i = 0; i <= 60; ++i)
        circle.push_back({250 + 40 * std::cos(i * 0.11), 100 + 40 * std::sin(i * 0.11)});
    const auto drawing = draw_handwriting(on_canvas({zigzag, circle}));
    const auto picture = picture_of(*drawing, 1000);
    // Along the pen's way every point has ink.
    const double scale = 1000.0 / (drawing->width / kPointsPerMillimetre);  // pixels a millimetre
    const double paper = std::min((40 - 1.0) / 240, (16 - 1.0) / 100);      // millimetres a canvas unit
    for (const Stroke& stroke : {zigzag, circle}) {
        for (std::size_t i = 1; i < stroke.size(); ++i) {
            for (double t = 0; t <= 1; t += 0.1) {
                const double x = stroke[i - 1].x + (stroke[i].x - stroke[i - 1].x) * t;
                const double y = stroke[i - 1].y + (stroke[i].y - stroke[i - 1].y) * t;
                EXPECT_TRUE(picture.inked(static_cast<int>(((x - 50) * paper + 0.5) * scale),
                                          static_cast<int>(((150 - y) * paper + 0.5) * scale)))
                    << x << ' ' << y;
            }
        }
    }
}

TEST(Handwriting, a_single_dot_stays_small) {
    const auto dot = draw_handwriting(on_canvas({{{180, 100}}}));
    ASSERT_TRUE(dot);
    EXPECT_LE(dot->width, 1.1 * kPointsPerMillimetre);
    EXPECT_TRUE(picture_of(*dot, 20).inked(10, 10));
}

TEST(Handwriting, points_on_top_of_each_other_do_no_harm) {
    EXPECT_TRUE(
        draw_handwriting(on_canvas({Stroke(500, PenPoint{100, 100}), {{50, 50}, {50, 50}, {60, 60}, {60, 60}}})));
    EXPECT_TRUE(draw_handwriting(on_canvas({{}, {{1, 1}}})));
}

TEST(Handwriting, the_largest_allowed_scribble_becomes_a_bounded_drawing) {
    std::vector<Stroke> strokes(200);
    std::uint32_t seed = 7;
    const auto next = [&] { return (seed = seed * 1664525U + 1013904223U) >> 8U; };
    for (Stroke& stroke : strokes) {
        for (int i = 0; i < 100; ++i)
            stroke.push_back({next() % 360 * 1.0, next() % 200 * 1.0});
    }
    const auto drawing = draw_handwriting(on_canvas(strokes));
    ASSERT_TRUE(drawing);
    EXPECT_LT(drawing->content.size(), 600'000U);
    ASSERT_TRUE(draw_handwriting(on_canvas({wave(0, 100, 360, 20'000)})));
}

TEST(Handwriting, what_is_out_of_bounds_is_refused) {
    EXPECT_EQ(refusal(on_canvas({})), ErrorCode::ParametersMissing);
    EXPECT_EQ(refusal(on_canvas({{}, {}})), ErrorCode::ParametersMissing);
    EXPECT_EQ(refusal(on_canvas(std::vector<Stroke>(201, Stroke{{1, 1}}))), ErrorCode::ParameterTooLong);
    EXPECT_EQ(refusal(on_canvas({Stroke(20'001, PenPoint{1, 1})})), ErrorCode::ParameterTooLong);
    const double nan = std::nan("");
    EXPECT_EQ(refusal(on_canvas({{{nan, 1}}})), ErrorCode::InvalidParameter);
    EXPECT_EQ(refusal(on_canvas({{{1e300, 1}}})), ErrorCode::InvalidParameter);
    EXPECT_EQ(refusal(on_canvas({{{1, -500}}})), ErrorCode::InvalidParameter);
    EXPECT_EQ(refusal(on_canvas({{{1, 1, nan, {}}}})), ErrorCode::InvalidParameter);
    EXPECT_EQ(refusal(on_canvas({{{1, 1, 1.1, {}}}})), ErrorCode::InvalidParameter);
    EXPECT_EQ(refusal(on_canvas({{{1, 1, {}, nan}}})), ErrorCode::InvalidParameter);
    EXPECT_EQ(refusal({{{{1, 1}}}, 0, 200}), ErrorCode::InvalidParameter);
    EXPECT_EQ(refusal({{{{1, 1}}}, 360, nan}), ErrorCode::InvalidParameter);
}

TEST(TypedSignature, is_written_as_outlines_in_its_box) {
    for (const std::string name : {"李四", "王小明", "阿里木·买买提", "John Smith", "一"}) {
        const auto drawing = draw_typed_signature(fonts(), name);
        ASSERT_TRUE(drawing) << name;
        EXPECT_LE(drawing->width, 40 * kPointsPerMillimetre + 0.01);
        EXPECT_LE(drawing->height, 16 * kPointsPerMillimetre + 0.01);
        EXPECT_TRUE(drawing->parts.empty());
        EXPECT_GT(picture_of(*drawing).coverage([](double, double) { return true; }), 0.01) << name;
    }
}

TEST(TypedSignature, bad_names_are_refused) {
    EXPECT_EQ(draw_typed_signature(fonts(), "").error().code, ErrorCode::ParametersMissing);
    EXPECT_EQ(draw_typed_signature(fonts(), std::string(31, 'a')).error().code, ErrorCode::ParameterTooLong);
    EXPECT_EQ(draw_typed_signature(fonts(), "a\x1b[2J").error().code, ErrorCode::InvalidParameter);
}

}  // namespace
}  // namespace signet::seal
