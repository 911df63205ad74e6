#include "base/clock.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/compile.h>
#include <fstream>
#include <iterator>

namespace signet {
namespace {

std::int64_t big_endian(std::string_view data, std::size_t at, int bytes) {
    std::uint64_t value = 0;
    for (int i = 0; i < bytes; ++i)
        value = (value << 8) | static_cast<unsigned char>(data[at + static_cast<std::size_t>(i)]);
    if (bytes == 4) return static_cast<std::int32_t>(value);
    return static_cast<std::int64_t>(value);
}

std::int64_t seconds_of(const CivilTime& civil) {
    using namespace std::chrono;
    const sys_days date =
        year(civil.year) / month(static_cast<unsigned>(civil.month)) / day(static_cast<unsigned>(civil.day));
    return duration_cast<seconds>(date.time_since_epoch()).count() + civil.hour * 3600 + civil.minute * 60 +
           civil.second;
}

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
    int value = 0;
    for (std::size_t i = at; i < at + count; ++i) {
        if (i >= text.size() || text[i] < '0' || text[i] > '9') return std::nullopt;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

}  // namespace

UtcTime SystemClock::now() const {
    using namespace std::chrono;
    return {duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count()};
}

TimeZone TimeZone::fixed(int minutes) {
    TimeZone zone;
    zone.transitions_.push_back({INT64_MIN, minutes * 60});
    return zone;
}

std::optional<TimeZone> TimeZone::find(const std::string& name) {
    if (name.empty() || name.front() == '/' || name.find("..") != std::string::npos) return std::nullopt;
    std::ifstream file("/usr/share/zoneinfo/" + name, std::ios::binary);
    const std::string data{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};

    // RFC 8536: a version 1 block with 32-bit times, then the same again with 64-bit times.
    constexpr std::size_t kHeader = 44;
    if (data.size() < 2 * kHeader || data.substr(0, 4) != "TZif" || data[4] < '2') return std::nullopt;
    const auto count = [&](std::size_t header, int index) {
        return static_cast<std::size_t>(big_endian(data, header + 20 + 4 * static_cast<std::size_t>(index), 4));
    };
    const std::size_t skip =
        count(0, 3) * 5 + count(0, 4) * 6 + count(0, 5) + count(0, 2) * 8 + count(0, 1) + count(0, 0);
    const std::size_t header = kHeader + skip;
    if (data.size() < header + kHeader) return std::nullopt;
    const std::size_t times = count(header, 3);
    const std::size_t types = count(header, 4);
    const std::size_t times_at = header + kHeader;
    const std::size_t indices_at = times_at + times * 8;
    const std::size_t types_at = indices_at + times;
    if (types == 0 || data.size() < types_at + types * 6) return std::nullopt;

    TimeZone zone;
    const auto offset = [&](std::size_t type) { return static_cast<int>(big_endian(data, types_at + type * 6, 4)); };
    zone.transitions_.push_back({INT64_MIN, offset(0)});
    for (std::size_t i = 0; i < times; ++i) {
        const std::size_t type = static_cast<unsigned char>(data[indices_at + i]);
        if (type >= types) return std::nullopt;
        zone.transitions_.push_back({big_endian(data, times_at + i * 8, 8), offset(type)});
    }
    return zone;
}

int TimeZone::offset_minutes(UtcTime time) const {
    const std::int64_t seconds = time.milliseconds / 1000;
    const auto after = std::upper_bound(transitions_.begin() + 1, transitions_.end(), seconds,
                                        [](std::int64_t moment, const Transition& t) { return moment < t.from; });
    return std::prev(after)->offset / 60;
}

CivilTime TimeZone::to_civil(UtcTime time) const {
    using namespace std::chrono;
    const sys_seconds local{floor<seconds>(milliseconds(time.milliseconds)) + minutes(offset_minutes(time))};
    const sys_days date = floor<days>(local);
    const year_month_day ymd{date};
    const hh_mm_ss clock{local - date};
    return {static_cast<int>(ymd.year()),
            static_cast<int>(static_cast<unsigned>(ymd.month())),
            static_cast<int>(static_cast<unsigned>(ymd.day())),
            static_cast<int>(clock.hours().count()),
            static_cast<int>(clock.minutes().count()),
            static_cast<int>(clock.seconds().count())};
}

UtcTime TimeZone::to_utc(const CivilTime& civil) const {
    const std::int64_t local = seconds_of(civil);
    // The offset that holds at the moment itself: found by asking again at the first guess.
    UtcTime guess{(local - offset_minutes(UtcTime{local * 1000}) * 60) * 1000};
    guess.milliseconds = (local - offset_minutes(guess) * 60) * 1000;
    return guess;
}

std::string TimeZone::format(UtcTime time) const {
    const CivilTime c = to_civil(time);
    return fmt::format(FMT_COMPILE("{:04}-{:02}-{:02} {:02}:{:02}:{:02}"), c.year, c.month, c.day, c.hour, c.minute,
                       c.second);
}

std::optional<UtcTime> TimeZone::parse(std::string_view text) const {
    if (text.size() != 10 && text.size() != 19) return std::nullopt;
    const auto year = digits(text, 0, 4);
    const auto month = digits(text, 5, 2);
    const auto day = digits(text, 8, 2);
    if (!year || !month || !day || text[4] != '-' || text[7] != '-') return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok() || *year < 1970) return std::nullopt;
    CivilTime civil{*year, *month, *day, 0, 0, 0};
    if (text.size() == 19) {
        const auto hour = digits(text, 11, 2);
        const auto minute = digits(text, 14, 2);
        const auto second = digits(text, 17, 2);
        if (!hour || !minute || !second || text[10] != ' ' || text[13] != ':' || text[16] != ':') return std::nullopt;
        if (*hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
        civil.hour = *hour;
        civil.minute = *minute;
        civil.second = *second;
    }
    return to_utc(civil);
}

UtcTime TimeZone::end_of_day(UtcTime time) const {
    CivilTime civil = to_civil(time);
    civil.hour = 23;
    civil.minute = 59;
    civil.second = 59;
    return to_utc(civil);
}

}  // namespace signet
