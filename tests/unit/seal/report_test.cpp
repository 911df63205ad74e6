#include "seal/report.hpp"

#include "base/bytes.hpp"
#include "support.hpp"

#include <string>

#include <gtest/gtest.h>

namespace signet::seal {
namespace {

using test::fonts;

std::string written(const Report& report) {
    const auto pdf = report.pdf();
    EXPECT_TRUE(pdf) << describe(pdf.error());
    return pdf ? std::string(as_text(*pdf)) : std::string();
}

std::size_t pages_of(const std::string& pdf) {
    const std::size_t at = pdf.find("/Count ");
    return at == std::string::npos ? 0 : std::stoul(pdf.substr(at + 7));
}

TEST(Report, is_a_pdf_of_one_page_with_embedded_fonts) {
    Report report(fonts(), "签署日志", "脚注");
    report.facts({{"名称", "采购合同"}, {"编号", "A-1"}});
    const std::string pdf = written(report);
    EXPECT_TRUE(pdf.starts_with("%PDF-1.7"));
    EXPECT_TRUE(pdf.ends_with("%%EOF\n"));
    EXPECT_EQ(pages_of(pdf), 1U);
    EXPECT_NE(pdf.find("/CIDFontType0C"), std::string::npos);
    EXPECT_NE(pdf.find("/Title <FEFF7B7E7F7265E55FD7>"), std::string::npos);
}

TEST(Report, carries_a_file_inside) {
    Report report(fonts(), "报告", "");
    EXPECT_EQ(written(report).find("/EmbeddedFile"), std::string::npos);
    report.attach("facts.json", "application/json", "Facts", to_bytes("{}"));
    const std::string pdf = written(report);
    EXPECT_NE(pdf.find("/Type/EmbeddedFile/Subtype/application#2Fjson"), std::string::npos);
    EXPECT_NE(pdf.find("/AFRelationship/Data"), std::string::npos);
    EXPECT_NE(pdf.find("/Names<</EmbeddedFiles<</Names[<FEFF"), std::string::npos);
    EXPECT_NE(pdf.find("/Params<</Size 2>>"), std::string::npos);
}

TEST(Report, goes_on_over_as_many_pages_as_its_rows_need) {
    Report report(fonts(), "日志", "");
    const std::vector<std::vector<std::string>> rows(120, {"时间", "查看合同"});
    report.table({{"时间", 1}, {"操作", 2}}, rows);
    EXPECT_GE(pages_of(written(report)), 3U);
}

TEST(Report, cuts_a_row_that_is_longer_than_a_page) {
    Report report(fonts(), "日志", "");
    std::string endless;
    for (int i = 0; i < 4000; ++i)
        endless += "长";
    report.table({{"说明", 1}, {"操作", 3}}, {{endless, "一次"}, {"短", "二次"}});
    EXPECT_GE(pages_of(written(report)), 3U);
}

TEST(Report, takes_characters_that_no_face_has_and_controls_without_failing) {
    Report report(fonts(), "名\x01称", "");
    report.paragraph("\xF4\x80\x80\x80 a\tb");
    EXPECT_EQ(pages_of(written(report)), 1U);
}

TEST(Report, breaks_a_word_that_is_longer_than_its_cell) {
    Report report(fonts(), "日志", "");
    report.table({{"甲", 1}, {"乙", 9}}, {{std::string(300, 'a'), "b"}});
    EXPECT_EQ(pages_of(written(report)), 1U);
}

}  // namespace
}  // namespace signet::seal
