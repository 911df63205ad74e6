#include "seal/company_seal.hpp"

#include "pdf_page.hpp"
#include "seal/compression.hpp"
#include "support.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace signet::seal {
namespace {

using test::fonts;
using test::picture_of;

constexpr std::array kStyles{CompanySealStyle::Universal,       CompanySealStyle::Special,
                             CompanySealStyle::SpecialWithStar, CompanySealStyle::YouthLeague,
                             CompanySealStyle::Foreign,         CompanySealStyle::ForeignMix};

CompanySealDesign design_of(CompanySealStyle style) {
    CompanySealDesign design;
    design.style = style;
    design.company_name = "云山虚构科技有限公司";
    if (style == CompanySealStyle::Special || style == CompanySealStyle::SpecialWithStar) design.foot = "合同专用章";
    if (style == CompanySealStyle::ForeignMix) design.english_name = "YUNSHAN FICTION CO., LTD.";
    return design;
}

std::string repeated(std::string_view character, std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i)
        out += character;
    return out;
}

ErrorCode code_of(const Result<Drawing>& drawing) {
    return drawing ? ErrorCode::Internal : drawing.error().code;
}

double radius(double dx, double dy) {
    return std::hypot(dx, dy);
}

TEST(CompanySeal, style_names_are_the_apis_and_read_back) {
    for (const CompanySealStyle style : kStyles)
        EXPECT_EQ(parse_company_seal_style(to_wire(style)), style);
    EXPECT_EQ(to_wire(CompanySealStyle::SpecialWithStar), "SPECIAL_SEAL_WITHSTAR");
    EXPECT_EQ(to_wire(CompanySealStyle::ForeignMix), "FOREIGN_MIX_SEAL");
    EXPECT_FALSE(parse_company_seal_style("OFFICIAL"));
}

TEST(CompanySeal, every_style_draws_at_the_true_size_of_every_round_and_oval_specification) {
    for (const CompanySealStyle style : kStyles) {
        for (const Specification& specification : all_specifications()) {
            CompanySealDesign design = design_of(style);
            design.specification = specification;
            const auto drawing = draw_company_seal(fonts(), design);
            const bool possible = specification.shape == Shape::Circular || specification.shape == Shape::Oval;
            ASSERT_EQ(drawing.has_value(), possible) << to_wire(style) << ' ' << specification.key;
            if (!possible) continue;
            EXPECT_DOUBLE_EQ(drawing->width, specification.width_mm * 72 / 25.4);
            EXPECT_DOUBLE_EQ(drawing->height, specification.height_mm * 72 / 25.4);
            EXPECT_TRUE(drawing->parts.empty()) << "a seal needs no font and no image";
        }
    }
}

TEST(CompanySeal, the_ring_has_the_edge_width_that_is_asked_for) {
    CompanySealDesign design = design_of(CompanySealStyle::Universal);
    design.edge_width_mm = 2.1;  // a tenth of the radius
    const auto picture = picture_of(*draw_company_seal(fonts(), design));
    const auto ring = [](double dx, double dy) { return radius(dx, dy) > 0.905 && radius(dx, dy) < 0.995; };
    const auto inside_the_ring = [](double dx, double dy) { return radius(dx, dy) > 0.87 && radius(dx, dy) < 0.895; };
    EXPECT_GT(picture.coverage(ring), 0.999);
    EXPECT_LT(picture.coverage(inside_the_ring), 0.001);
}

TEST(CompanySeal, names_of_two_to_forty_characters_stay_inside_the_ring_and_outside_the_star) {
    for (const std::string_view key : {"CIRCULAR_38", "CIRCULAR_42", "CIRCULAR_60"}) {
        for (std::size_t length = 2; length <= 40; ++length) {
            CompanySealDesign design;
            design.specification = *find_specification(key);
            design.company_name = repeated("鹰", length);
            const auto drawing = draw_company_seal(fonts(), design);
            ASSERT_TRUE(drawing) << length;
            const auto picture = picture_of(*drawing);
            const double edge = 1.2 / (design.specification.width_mm / 2);
            const double ring = 1 - edge;
            EXPECT_LT(picture.coverage([&](double dx, double dy) {
                const double r = radius(dx, dy);
                return r > ring - 0.03 && r < ring - 0.008;
            }),
                      0.002)
                << length << " characters touch the ring of " << key;
            EXPECT_LT(picture.coverage([&](double dx, double dy) {
                const double r = radius(dx, dy);
                return r > 0.36 && r < 0.5;
            }),
                      0.002)
                << length << " characters reach the star of " << key;
            EXPECT_GT(picture.coverage([&](double dx, double dy) {
                const double r = radius(dx, dy);
                return r > 0.72 && r < ring - 0.05;
            }),
                      0.01)
                << length << " characters are not there on " << key;
        }
    }
}

TEST(CompanySeal, names_stay_inside_an_oval) {
    for (const std::size_t length : {2U, 9U, 18U, 40U}) {
        CompanySealDesign design;
        design.specification = *find_specification("OVAL_45_30");
        design.company_name = repeated("鹰", length);
        const auto picture = picture_of(*draw_company_seal(fonts(), design));
        // One millimetre of edge, seen from the ends of both axes.
        const auto near_ring = [](double dx, double dy) {
            const bool outside = std::hypot(dx / (1 - 1.5 / 22.5), dy / (1 - 1.5 / 15)) > 1;
            return outside && std::hypot(dx / (1 - 1.1 / 22.5), dy / (1 - 1.1 / 15)) < 1;
        };
        EXPECT_LT(picture.coverage(near_ring), 0.002) << length;
    }
}

TEST(CompanySeal, the_arc_is_even_left_and_right) {
    CompanySealDesign design;
    design.company_name = repeated("田", 11);
    const auto picture = picture_of(*draw_company_seal(fonts(), design), 600);
    const double left = picture.coverage([](double dx, double) { return dx < 0; });
    const double right = picture.coverage([](double dx, double) { return dx > 0; });
    EXPECT_NEAR(left, right, 0.004);
}

TEST(CompanySeal, styles_with_a_star_have_it_in_the_middle_and_others_do_not) {
    for (const CompanySealStyle style : kStyles) {
        CompanySealDesign design = design_of(style);
        if (style == CompanySealStyle::Special) design.foot = "一";  // leaves the middle free
        const auto picture = picture_of(*draw_company_seal(fonts(), design));
        const bool star = style == CompanySealStyle::Universal || style == CompanySealStyle::SpecialWithStar ||
                          style == CompanySealStyle::YouthLeague;
        EXPECT_EQ(picture.inked(picture.width / 2, picture.height / 2 + 20), star) << to_wire(style);
    }
}

TEST(CompanySeal, the_star_has_the_size_that_is_asked_for) {
    CompanySealDesign design = design_of(CompanySealStyle::Universal);
    design.star_size_mm = 10;
    const auto picture = picture_of(*draw_company_seal(fonts(), design), 420);  // ten pixels a millimetre
    EXPECT_TRUE(picture.inked(210, 210 + 47));
    EXPECT_FALSE(picture.inked(210, 210 + 53));
}

TEST(CompanySeal, foot_branch_and_code_stand_below_the_star_in_this_order) {
    const auto lowest_band = [](const CompanySealDesign& design, double from, double to) {
        const auto picture = picture_of(*draw_company_seal(fonts(), design));
        return picture.coverage([&](double dx, double dy) { return std::abs(dx) < 0.2 && dy > from && dy < to; });
    };
    CompanySealDesign design = design_of(CompanySealStyle::Universal);
    EXPECT_LT(lowest_band(design, -0.9, -0.3), 0.001);
    design.enterprise_code = "3301060012345";
    EXPECT_GT(lowest_band(design, -0.92, -0.8), 0.1);
    EXPECT_LT(lowest_band(design, -0.75, -0.3), 0.001);
    design.foot = "合同专用章";
    EXPECT_GT(lowest_band(design, -0.75, -0.3), 0.1);
    design.branch_name = "虚构分公司";
    EXPECT_GT(lowest_band(design, -0.45, -0.3), 0.1);
    EXPECT_GT(lowest_band(design, -0.75, -0.5), 0.1);
}

TEST(CompanySeal, everything_at_once_stays_inside_the_smallest_seal) {
    for (const std::string_view key : {"CIRCULAR_38", "OVAL_40_30"}) {
        CompanySealDesign design = design_of(CompanySealStyle::SpecialWithStar);
        design.specification = *find_specification(key);
        design.company_name = repeated("赢", 40);
        design.foot = repeated("赢", 16);
        design.branch_name = repeated("赢", 20);
        design.enterprise_code = "330106001234567";
        const auto drawing = draw_company_seal(fonts(), design);
        ASSERT_TRUE(drawing) << key;
        const auto picture = picture_of(*drawing);
        EXPECT_EQ(picture.coverage([](double dx, double dy) { return radius(dx, dy) > 1.02; }), 0) << key;
    }
}

TEST(CompanySeal, long_english_goes_around_and_short_english_below) {
    CompanySealDesign design = design_of(CompanySealStyle::ForeignMix);
    const auto at_the_bottom = [](double dx, double dy) { return std::abs(dx) < 0.15 && dy < -0.68 && dy > -0.86; };
    EXPECT_GT(picture_of(*draw_company_seal(fonts(), design)).coverage(at_the_bottom), 0.1);
    design.english_name = repeated("Fiction ", 12) + "Ltd.";
    EXPECT_EQ(picture_of(*draw_company_seal(fonts(), design)).coverage(at_the_bottom), 0);
}

TEST(CompanySeal, a_design_is_drawn_the_same_every_time) {
    const CompanySealDesign design = design_of(CompanySealStyle::SpecialWithStar);
    EXPECT_EQ(draw_company_seal(fonts(), design)->content, draw_company_seal(fonts(), design)->content);
}

TEST(CompanySeal, a_usual_seal_takes_less_than_ten_kilobytes_in_a_file) {
    CompanySealDesign design = design_of(CompanySealStyle::SpecialWithStar);
    design.company_name = "云山虚构（中国）科技发展股份有限责任公司";
    design.enterprise_code = "3301060012345";
    EXPECT_LT(deflated(draw_company_seal(fonts(), design)->content).size(), 10'000U);
}

TEST(CompanySeal, texts_that_are_missing_are_named) {
    CompanySealDesign design;
    EXPECT_EQ(code_of(draw_company_seal(fonts(), design)), ErrorCode::ParametersMissing);
    design.company_name = " \t ";
    EXPECT_EQ(code_of(draw_company_seal(fonts(), design)), ErrorCode::ParametersMissing);
    design = design_of(CompanySealStyle::Special);
    design.foot.clear();
    const auto without_foot = draw_company_seal(fonts(), design);
    EXPECT_EQ(code_of(without_foot), ErrorCode::ParametersMissing);
    EXPECT_TRUE(without_foot.error().detail.starts_with("foot"));
    design = design_of(CompanySealStyle::ForeignMix);
    design.english_name.clear();
    EXPECT_EQ(code_of(draw_company_seal(fonts(), design)), ErrorCode::ParametersMissing);
}

TEST(CompanySeal, texts_that_are_too_long_are_refused) {
    const auto refused = [](auto change) {
        CompanySealDesign design = design_of(CompanySealStyle::SpecialWithStar);
        change(design);
        return code_of(draw_company_seal(fonts(), design)) == ErrorCode::ParameterTooLong;
    };
    EXPECT_TRUE(refused([](auto& design) { design.company_name = repeated("鹰", 41); }));
    EXPECT_TRUE(refused([](auto& design) { design.foot = repeated("章", 17); }));
    EXPECT_TRUE(refused([](auto& design) { design.branch_name = repeated("部", 21); }));
    EXPECT_TRUE(refused([](auto& design) { design.company_name = repeated("鹰", 100'000); }));
}

TEST(CompanySeal, hostile_text_is_refused) {
    for (const std::string name : {
             "云",                        // one character is no name
             "云山\n公司",                // a line break
             "云山\u202E公司",            // right-to-left override
             "云山\u200B公司",            // zero width
             "云e\u0301山",               // combining accent
             "云山\uE000",                // private use
             "云山\xF0\x9F\x98\x80",      // an emoji no face has
             "云\xC0\xAF山",              // overlong UTF-8
             "\xED\xA0\x80\xED\xA0\x80",  // surrogates
             "云山\\) Tj ET",             // harmless below, must only not break the file
         }) {
        CompanySealDesign design;
        design.company_name = name;
        const auto drawing = draw_company_seal(fonts(), design);
        if (name.ends_with("ET")) {
            EXPECT_TRUE(drawing);
        } else {
            EXPECT_EQ(code_of(drawing), ErrorCode::InvalidParameter) << name;
        }
    }
    using namespace std::string_literals;
    CompanySealDesign design;
    design.company_name = "云山\0公司"s;
    EXPECT_EQ(code_of(draw_company_seal(fonts(), design)), ErrorCode::InvalidParameter);
}

TEST(CompanySeal, sizes_and_codes_out_of_bounds_are_refused) {
    const auto refused = [](auto change) {
        CompanySealDesign design = design_of(CompanySealStyle::Universal);
        change(design);
        return code_of(draw_company_seal(fonts(), design)) == ErrorCode::InvalidParameter;
    };
    EXPECT_TRUE(refused([](auto& design) { design.edge_width_mm = 0.2; }));
    EXPECT_TRUE(refused([](auto& design) { design.edge_width_mm = 3.1; }));
    EXPECT_TRUE(refused([](auto& design) { design.edge_width_mm = std::nan(""); }));
    EXPECT_TRUE(refused([](auto& design) { design.star_size_mm = 3.9; }));
    EXPECT_TRUE(refused([](auto& design) { design.star_size_mm = 21.1; }));
    EXPECT_TRUE(refused([](auto& design) { design.enterprise_code = "330106001234"; }));
    EXPECT_TRUE(refused([](auto& design) { design.enterprise_code = "3301060012345678"; }));
    EXPECT_TRUE(refused([](auto& design) { design.enterprise_code = "33010600123４5"; }));
    EXPECT_FALSE(refused([](auto& design) { design.star_size_mm = 21; }));
}

TEST(CompanySeal, stands_in_a_pdf_where_it_is_put_in_seal_red) {
    const auto drawing = draw_company_seal(fonts(), design_of(CompanySealStyle::Universal));
    const double x = 100;
    const double y = 300;
    const auto page = test::PdfOnDisk(*drawing, x, y).picture();
    ASSERT_EQ(page.width, 595U);
    const double middle = drawing->width / 2;
    EXPECT_TRUE(page.at(x + middle, y + middle).is_seal_red()) << "the star";
    EXPECT_TRUE(page.at(x + middle, y + 1.8).is_seal_red()) << "the ring's bottom";
    EXPECT_TRUE(page.at(x + 1.8, y + middle).is_seal_red()) << "the ring's left";
    EXPECT_TRUE(page.at(x + middle, y + drawing->height - 1.8).is_seal_red()) << "the ring's top";
    EXPECT_TRUE(page.at(x + middle, y - 2).is_white());
    EXPECT_TRUE(page.at(x + 3, y + 3).is_white()) << "transparent outside the ring";
    EXPECT_TRUE(page.at(x + middle, y + 20).is_white()) << "transparent inside the ring";
}

}  // namespace
}  // namespace signet::seal
