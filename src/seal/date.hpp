#pragma once

#include "base/clock.hpp"
#include "base/drawing.hpp"
#include "base/result.hpp"
#include "seal/fonts.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace signet::seal {

/// The `datePattern` of the API.
enum class DatePattern {
    Hyphen,      // HYPHEN: 2026-09-15
    Chinese,     // Chinese: 2026年09月15日
    AllChinese,  // ALL_Chinese: 二〇二六年九月十五日
    English,     // ENGLISH: Sep 15, 2026
};

/// Ignores case; nothing for an unknown word.
std::optional<DatePattern> parse_date_pattern(std::string_view wire);
std::string_view to_wire(DatePattern pattern);

/// How wide a date is drawn when nothing else is said.
inline constexpr double kDateWidthMm = 40;

/// The date as text. InvalidParameter for a date that no calendar has, or a year outside 1…9999.
Result<std::string> format_date(const CivilTime& date, DatePattern pattern);

/// Draws the date as real text in an embedded subset font, so that it can be selected, searched and read aloud.
/// The text fills the width; the height follows. The time of day does not matter.
/// InvalidParameter as `format_date`, and when the width is not within 1…1000 mm.
Result<Drawing> draw_date(const FontLibrary& fonts, const CivilTime& date, DatePattern pattern = DatePattern::Hyphen,
                          double width_mm = kDateWidthMm);

}  // namespace signet::seal
