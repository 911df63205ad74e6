#include "seal/date.hpp"

#include "base/text.hpp"
#include "seal/content_writer.hpp"
#include "seal/font_store.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace signet::seal {
namespace {

struct PatternName {
    DatePattern pattern;
    std::string_view wire;
};

constexpr std::array kPatternNames{
    PatternName{DatePattern::Hyphen, "HYPHEN"},
    PatternName{DatePattern::Chinese, "Chinese"},
    PatternName{DatePattern::AllChinese, "ALL_Chinese"},
    PatternName{DatePattern::English, "ENGLISH"},
};

constexpr std::array<std::string_view, 10> kChineseDigits{"〇", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
constexpr std::array<std::string_view, 12> kEnglishMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr double kSmallestWidthMm = 1;
constexpr double kLargestWidthMm = 1000;

int days_in_month(int year, int month) {
    constexpr std::array kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : kDays.at(static_cast<std::size_t>(month - 1));
}

bool exists(const CivilTime& date) {
    return date.year >= 1 && date.year <= 9999 && date.month >= 1 && date.month <= 12 && date.day >= 1 &&
           date.day <= days_in_month(date.year, date.month);
}

/// A year digit by digit: 二〇二六.
std::string chinese_year(int year) {
    std::string out;
    for (const char digit : fmt::format("{:04}", year))
        out += kChineseDigits.at(static_cast<std::size_t>(digit - '0'));
    return out;
}

/// 1…99 as it is spoken: 十, 十五, 二十, 三十一.
std::string chinese_number(int number) {
    const auto digit = [](int value) { return std::string(kChineseDigits.at(static_cast<std::size_t>(value))); };
    std::string out;
    if (number >= 20) out += digit(number / 10);
    if (number >= 10) out += "十";
    if (number % 10 != 0) out += digit(number % 10);
    return out;
}

void append_code(std::string& hexadecimal, std::uint16_t code) {
    hexadecimal += fmt::format("{:04X}", code);
}

}  // namespace

std::optional<DatePattern> parse_date_pattern(std::string_view wire) {
    for (const PatternName& name : kPatternNames) {
        if (equal_ignoring_case(name.wire, wire)) return name.pattern;
    }
    return std::nullopt;
}

std::string_view to_wire(DatePattern pattern) {
    return kPatternNames.at(static_cast<std::size_t>(pattern)).wire;
}

std::u32string date_alphabet(DatePattern pattern) {
    switch (pattern) {
        case DatePattern::Hyphen:
            return U"-0123456789";
        case DatePattern::Chinese:
            return U"0123456789年月日";
        case DatePattern::AllChinese:
            return U"〇一二三四五六七八九十年月日";
        case DatePattern::English:
            break;
    }
    std::u32string alphabet = U" ,0123456789";
    for (const std::string_view month : kEnglishMonths)
        alphabet += to_utf32(month);
    return alphabet;
}

Result<std::string> format_date(const CivilTime& date, DatePattern pattern) {
    if (!exists(date)) {
        return invalid_parameter(fmt::format("date: {:04}-{:02}-{:02} is no date", date.year, date.month, date.day));
    }
    switch (pattern) {
        case DatePattern::Hyphen:
            return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
        case DatePattern::Chinese:
            return fmt::format("{:04}年{:02}月{:02}日", date.year, date.month, date.day);
        case DatePattern::AllChinese:
            return fmt::format("{}年{}月{}日", chinese_year(date.year), chinese_number(date.month),
                               chinese_number(date.day));
        case DatePattern::English:
            break;
    }
    return fmt::format("{} {}, {}", kEnglishMonths.at(static_cast<std::size_t>(date.month - 1)), date.day, date.year);
}

Result<Drawing> draw_date(const FontLibrary& fonts, const CivilTime& date, DatePattern pattern, double width_mm) {
    if (!(width_mm >= kSmallestWidthMm && width_mm <= kLargestWidthMm)) {
        return invalid_parameter("width: a date is 1 to 1000 mm wide");
    }
    const auto text = format_date(date, pattern);
    if (!text) return text.error();
    const DateFont& font = fonts.store().date_fonts.at(static_cast<std::size_t>(pattern));
    std::string codes;
    double advance = 0;
    for (const char32_t character : to_utf32(*text)) {
        const DateFont::Character* found = font.find(character);
        if (found == nullptr) return fail(ErrorCode::Internal, "date: a character is missing in the embedded font");
        append_code(codes, found->code);
        advance += found->advance;
    }

    Drawing drawing;
    drawing.width = width_mm * kPointsPerMillimetre;
    const double size = drawing.width / advance;
    drawing.height = (font.top - font.bottom) * size;
    ContentWriter content;
    content.append("BT\n");
    content.fill_colour("#1D1F23");
    std::string place = "/F0 ";
    append_number(place, size, 3);
    place += " Tf\n0 ";
    append_number(place, -font.bottom * size, 2);
    content.append(place + " Td\n<" + codes + "> Tj\nET\n");
    drawing.content = content.take();
    drawing.resources = "<</Font<</F0 @0@>>>>";
    drawing.parts = font.parts;
    return drawing;
}

}  // namespace signet::seal
