#include "pages/rate_limit.hpp"

#include <gtest/gtest.h>

namespace signet::pages {
namespace {

using std::chrono::seconds;

const RateLimit::Moment kBegin{seconds(1000)};

TEST(RateLimits, count_within_any_span_and_for_each_address_apart) {
    RateLimit limit(2, seconds(60));
    EXPECT_TRUE(limit.take("192.0.2.1", kBegin));
    EXPECT_TRUE(limit.take("192.0.2.1", kBegin + seconds(30)));
    EXPECT_FALSE(limit.take("192.0.2.1", kBegin + seconds(59)));
    EXPECT_TRUE(limit.take("192.0.2.2", kBegin + seconds(59)));
    EXPECT_TRUE(limit.take("192.0.2.1", kBegin + seconds(60))) << "the first is long ago";
    EXPECT_FALSE(limit.take("192.0.2.1", kBegin + seconds(61)));
    EXPECT_TRUE(limit.take("192.0.2.1", kBegin + seconds(90)));
}

TEST(RateLimits, take_a_network_of_version_six_for_one_client) {
    RateLimit limit(1, seconds(60));
    EXPECT_TRUE(limit.take("2001:db8:1:2::1", kBegin));
    EXPECT_FALSE(limit.take("2001:db8:1:2:ffff::2", kBegin));
    EXPECT_TRUE(limit.take("2001:db8:1:3::1", kBegin));
}

TEST(RateLimits, know_no_more_addresses_than_there_is_room_for) {
    RateLimit limit(1, seconds(3600));
    const auto address = [](int number) {
        return "10." + std::to_string(number / 65536) + "." + std::to_string(number / 256 % 256) + "." +
               std::to_string(number % 256);
    };
    constexpr int kMany = 10'100;
    for (int i = 0; i < kMany; ++i)
        ASSERT_TRUE(limit.take(address(i), kBegin + seconds(i / 10))) << i;
    EXPECT_FALSE(limit.take(address(kMany - 1), kBegin + seconds(kMany / 10))) << "the latest are remembered";
    EXPECT_TRUE(limit.take(address(0), kBegin + seconds(kMany / 10))) << "the earliest is forgotten";
}

}  // namespace
}  // namespace signet::pages
