#pragma once

#include <atomic>
#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet {

/// A moment as milliseconds since 1970-01-01T00:00:00Z: how every time is stored.
struct UtcTime {
    std::int64_t milliseconds = 0;

    friend auto operator<=>(const UtcTime&, const UtcTime&) = default;
    friend UtcTime operator+(UtcTime time, std::chrono::milliseconds span) {
        return {time.milliseconds + span.count()};
    }
    friend UtcTime operator-(UtcTime time, std::chrono::milliseconds span) {
        return {time.milliseconds - span.count()};
    }
    friend std::chrono::milliseconds operator-(UtcTime a, UtcTime b) {
        return std::chrono::milliseconds(a.milliseconds - b.milliseconds);
    }
};

/// Where "now" comes from. Handed to whoever needs the time, so that tests can move it.
class Clock {
  public:
    virtual ~Clock() = default;
    virtual UtcTime now() const = 0;
};

class SystemClock final : public Clock {
  public:
    UtcTime now() const override;
};

/// A clock that stands still until it is moved. Thread-safe.
class ManualClock final : public Clock {
  public:
    explicit ManualClock(UtcTime start) : now_(start.milliseconds) {}
    UtcTime now() const override { return {now_.load()}; }
    void advance(std::chrono::milliseconds span) { now_ += span.count(); }
    void set(UtcTime time) { now_ = time.milliseconds; }

  private:
    std::atomic<std::int64_t> now_;
};

/// A calendar date and a time of day, without a zone.
struct CivilTime {
    int year = 1970;
    int month = 1;  // 1…12
    int day = 1;    // 1…31
    int hour = 0;
    int minute = 0;
    int second = 0;
    friend auto operator<=>(const CivilTime&, const CivilTime&) = default;
};

/// The server's zone, fixed at start. China has known no daylight saving since 1991, but any zone of the system's
/// database is right here, with its rules.
class TimeZone {
  public:
    /// `name` as in the system's zone database, e.g. `Asia/Shanghai`. Nothing when there is no such zone.
    static std::optional<TimeZone> find(const std::string& name);
    /// A zone that is always `minutes` east of Greenwich.
    static TimeZone fixed(int minutes);

    CivilTime to_civil(UtcTime time) const;
    UtcTime to_utc(const CivilTime& civil) const;
    int offset_minutes(UtcTime time) const;

    /// `yyyy-MM-dd HH:mm:ss`, as every time leaves on the wire.
    std::string format(UtcTime time) const;
    /// Reads `yyyy-MM-dd HH:mm:ss`, or `yyyy-MM-dd` as its midnight; nothing for an impossible date.
    std::optional<UtcTime> parse(std::string_view text) const;
    /// 23:59:59 of the day on which `time` falls here.
    UtcTime end_of_day(UtcTime time) const;

  private:
    struct Transition {
        std::int64_t from = 0;  // seconds since 1970
        int offset = 0;         // seconds east
    };
    std::vector<Transition> transitions_;
};

}  // namespace signet
