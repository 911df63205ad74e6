#include "base/id.hpp"

#include <gtest/gtest.h>

namespace signet {
namespace {

using ThingId = Id<struct ThingTag>;

class StandingClock final : public Clock {
  public:
    UtcTime now() const override { return time; }
    UtcTime time{1'800'000'000'000};
};

TEST(IdGenerator, gives_no_id_again_after_a_restart_while_the_clock_stands_still) {
    const StandingClock clock;
    IdGenerator before(clock, 3);
    ThingId last;
    for (int i = 0; i < 10; ++i)
        last = before.next<ThingId>();
    ASSERT_EQ(before.greatest(), last.value);

    IdGenerator again(clock, 3);
    EXPECT_LT(again.next<ThingId>(), last);  // without the mark the same ids come anew
    IdGenerator after(clock, 3);
    after.start_above(last.value);
    EXPECT_GT(after.next<ThingId>(), last);
}

TEST(IdGenerator, gives_no_id_again_when_the_clock_went_back_over_a_restart) {
    StandingClock clock;
    IdGenerator before(clock, 0);
    const auto last = before.next<ThingId>();
    clock.time = clock.time - std::chrono::hours(1);
    IdGenerator after(clock, 0);
    after.start_above(last.value);
    EXPECT_GT(after.next<ThingId>(), last);
}

TEST(IdGenerator, goes_by_the_clock_again_once_it_has_passed_the_mark) {
    StandingClock clock;
    IdGenerator ids(clock, 0);
    ids.start_above(IdGenerator(clock, 0).next<ThingId>().value);
    clock.time = clock.time + std::chrono::seconds(1);
    EXPECT_EQ(IdGenerator::minted_at(ids.next<ThingId>().value), clock.time);
}

TEST(IdGenerator, does_not_go_below_what_it_has_minted_itself) {
    const StandingClock clock;
    IdGenerator ids(clock, 0);
    const auto last = ids.next<ThingId>();
    ids.start_above(1);
    EXPECT_GT(ids.next<ThingId>(), last);
}

TEST(IdGenerator, takes_the_mark_of_another_node) {
    const StandingClock clock;
    IdGenerator other(clock, 900);
    const auto last = other.next<ThingId>();
    IdGenerator ids(clock, 1);
    ids.start_above(last.value);
    const auto next = ids.next<ThingId>();
    EXPECT_EQ((next.value >> 12) & 1023, 1);
    EXPECT_EQ(next.value & 4095, (last.value & 4095) + 1);
}

}  // namespace
}  // namespace signet
