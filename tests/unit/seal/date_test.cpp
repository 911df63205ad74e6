#include "seal/date.hpp"

#include "pdf_page.hpp"
#include "support.hpp"

#include <cmath>
#include <thread>

#include <gtest/gtest.h>

namespace signet::seal {
namespace {

using test::fonts;

constexpr std::array kPatterns{DatePattern::Hyphen, DatePattern::Chinese, DatePattern::AllChinese,
                               DatePattern::English};

CivilTime day(int year, int month, int day_of_month) {
    return {year, month, day_of_month, 13, 14, 15};
}

std::string text(CivilTime date, DatePattern pattern) {
    return *format_date(date, pattern);
}

TEST(DatePattern, names_are_the_apis_and_case_does_not_matter) {
    for (const DatePattern pattern : kPatterns)
        EXPECT_EQ(parse_date_pattern(to_wire(pattern)), pattern);
    EXPECT_EQ(parse_date_pattern("hyphen"), DatePattern::Hyphen);
    EXPECT_EQ(parse_date_pattern("all_chinese"), DatePattern::AllChinese);
    EXPECT_FALSE(parse_date_pattern(""));
    EXPECT_FALSE(parse_date_pattern("SLASH"));
}

TEST(Date, reads_as_the_platform_writes_it) {
    EXPECT_EQ(text(day(2026, 9, 15), DatePattern::Hyphen), "2026-09-15");
    EXPECT_EQ(text(day(2026, 9, 15), DatePattern::Chinese), "2026年09月15日");
    EXPECT_EQ(text(day(2026, 9, 15), DatePattern::AllChinese), "二〇二六年九月十五日");
    EXPECT_EQ(text(day(2026, 9, 15), DatePattern::English), "Sep 15, 2026");
}

TEST(Date, chinese_months_and_days_are_spoken_numbers) {
    const auto all = [](int month, int d) { return text(day(2026, month, d), DatePattern::AllChinese); };
    EXPECT_EQ(all(1, 1), "二〇二六年一月一日");
    EXPECT_EQ(all(10, 10), "二〇二六年十月十日");
    EXPECT_EQ(all(11, 11), "二〇二六年十一月十一日");
    EXPECT_EQ(all(12, 20), "二〇二六年十二月二十日");
    EXPECT_EQ(all(12, 21), "二〇二六年十二月二十一日");
    EXPECT_EQ(all(6, 30), "二〇二六年六月三十日");
    EXPECT_EQ(all(12, 31), "二〇二六年十二月三十一日");
    EXPECT_EQ(text(day(1987, 4, 5), DatePattern::AllChinese), "一九八七年四月五日");
}

TEST(Date, english_names_every_month) {
    constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    for (int month = 1; month <= 12; ++month) {
        EXPECT_EQ(text(day(2026, month, 1), DatePattern::English),
                  std::string(kMonths[static_cast<std::size_t>(month - 1)]) + " 1, 2026");
    }
}

TEST(Date, days_that_no_calendar_has_are_refused) {
    for (const CivilTime date : {day(2026, 2, 29), day(2100, 2, 29), day(2026, 13, 1), day(2026, 0, 1),
                                 day(2026, 4, 31), day(2026, 1, 0), day(0, 1, 1), day(10000, 1, 1), day(-5, 1, 1)}) {
        EXPECT_EQ(format_date(date, DatePattern::Hyphen).error().code, ErrorCode::InvalidParameter);
        EXPECT_FALSE(draw_date(fonts(), date));
    }
    EXPECT_TRUE(format_date(day(2028, 2, 29), DatePattern::Hyphen));
    EXPECT_TRUE(format_date(day(2000, 2, 29), DatePattern::Hyphen));
}

TEST(Date, fills_the_width_that_is_asked_for) {
    for (const DatePattern pattern : kPatterns) {
        const auto drawing = draw_date(fonts(), day(2026, 9, 15), pattern, 30);
        ASSERT_TRUE(drawing);
        EXPECT_NEAR(drawing->width, 30 * 72 / 25.4, 1e-9);
        EXPECT_GT(drawing->height, 5);
        EXPECT_LT(drawing->height, drawing->width / 4);
    }
    EXPECT_NEAR(draw_date(fonts(), day(2026, 9, 15))->width, 40 * 72 / 25.4, 1e-9);
    for (const double width : {0.0, 0.5, -40.0, 1001.0, std::nan("")}) {
        EXPECT_FALSE(draw_date(fonts(), day(2026, 9, 15), DatePattern::Hyphen, width));
    }
}

TEST(Date, is_found_as_text_on_a_page) {
    std::vector<CivilTime> days{day(2026, 6, 30), day(1987, 12, 31)};
    for (int month = 1; month <= 12; ++month)
        days.push_back(day(2026, month, month + 9));
    for (const DatePattern pattern : kPatterns) {
        for (const CivilTime& date : days) {
            const auto drawing = draw_date(fonts(), date, pattern);
            EXPECT_NE(test::PdfOnDisk(*drawing, 100, 300).text().find(text(date, pattern)), std::string::npos)
                << text(date, pattern);
        }
    }
}

TEST(Date, has_an_embedded_subset_font_with_unicode_values) {
    for (const DatePattern pattern : kPatterns) {
        const std::string listed = test::PdfOnDisk(*draw_date(fonts(), day(2026, 9, 15), pattern), 100, 300).fonts();
        EXPECT_NE(listed.find("CID Type 0C"), std::string::npos) << listed;
        EXPECT_NE(listed.find("Identity-H       yes yes yes"), std::string::npos) << listed;
        EXPECT_NE(listed.find("+NotoSerifCJKsc"), std::string::npos) << listed;
        EXPECT_EQ(listed.find("Error"), std::string::npos) << listed;
    }
}

TEST(Date, ink_stands_inside_its_box_in_poppler) {
    for (const DatePattern pattern : kPatterns) {
        const auto drawing = draw_date(fonts(), day(2026, 9, 15), pattern, 100);
        const auto page = test::PdfOnDisk(*drawing, 100, 300).picture();
        int ink = 0;
        for (int y = 0; y < 842; ++y) {
            for (int x = 0; x < 595; ++x) {
                if (page.at(x, y).is_white()) continue;
                ++ink;
                EXPECT_TRUE(x >= 99 && x <= 100 + drawing->width && y >= 299 && y <= 301 + drawing->height);
            }
        }
        EXPECT_GT(ink, 1000);
    }
}

TEST(Date, a_picture_of_it_looks_like_popplers) {
    for (const DatePattern pattern : kPatterns) {
        const auto drawing = draw_date(fonts(), day(2026, 9, 15), pattern, 100);
        const auto page = test::PdfOnDisk(*drawing, 0, 0).picture();
        const auto width = static_cast<unsigned>(std::floor(drawing->width));
        const auto picture = test::picture_of(*drawing, width);
        int different = 0;
        for (int y = 1; y < picture.height - 1; ++y) {
            for (int x = 1; x < picture.width - 1; ++x) {
                const bool ours = picture.opacity(x, y) > 128;
                const bool theirs = page.at(x, y).red < 128;
                // An edge may fall into the neighbouring pixel.
                if (ours && !theirs &&
                    !(page.at(x - 1, y).red < 200 || page.at(x + 1, y).red < 200 || page.at(x, y - 1).red < 200 ||
                      page.at(x, y + 1).red < 200)) {
                    ++different;
                }
            }
        }
        EXPECT_LT(different, picture.width * picture.height / 100);
    }
}

TEST(Date, many_threads_may_draw_with_one_library) {
    std::vector<std::string> results(8);
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < results.size(); ++i) {
            threads.emplace_back([&results, i] {
                for (int n = 0; n < 50; ++n) {
                    results[i] =
                        draw_date(fonts(), day(2026, 9, 15), kPatterns[static_cast<std::size_t>(n % 4)])->content;
                }
            });
        }
    }
    for (const std::string& result : results)
        EXPECT_EQ(result, results.front());
}

}  // namespace
}  // namespace signet::seal
