#include "notify/address_policy.hpp"

#include <gtest/gtest.h>

namespace signet::notify {
namespace {

bool is_public(std::string_view text) {
    return IpAddress::parse(text)->is_public();
}

TEST(IpAddress, is_public_only_when_everybody_may_mean_it) {
    for (const char* text : {"8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.0.1", "100.128.0.1",
                             "223.255.255.1", "2400:3200::1", "2606:4700::1111"}) {
        EXPECT_TRUE(is_public(text)) << text;
    }
    for (const char* text : {"0.0.0.0",
                             "10.0.0.1",
                             "100.64.0.1",
                             "100.127.255.255",
                             "127.0.0.1",
                             "127.255.255.254",
                             "169.254.169.254",
                             "172.16.0.1",
                             "172.31.255.255",
                             "192.0.0.1",
                             "192.0.2.1",
                             "192.168.1.1",
                             "198.18.0.1",
                             "198.19.255.255",
                             "198.51.100.7",
                             "203.0.113.7",
                             "224.0.0.1",
                             "239.255.255.255",
                             "240.0.0.1",
                             "255.255.255.255",
                             "::",
                             "::1",
                             "::ffff:127.0.0.1",
                             "::ffff:10.0.0.1",
                             "::127.0.0.1",
                             "fe80::1",
                             "fec0::1",
                             "fc00::1",
                             "fd12::1",
                             "ff02::1",
                             "64:ff9b::7f00:1",
                             "64:ff9b:1::1",
                             "2001::1",
                             "2001:db8::1",
                             "2002:7f00:1::",
                             "3fff::1",
                             "100::1",
                             "5f00::1"}) {
        EXPECT_FALSE(is_public(text)) << text;
    }
    EXPECT_TRUE(is_public("::ffff:8.8.8.8")) << "the same as 8.8.8.8";
}

TEST(IpAddress, reads_the_usual_notations_alone) {
    EXPECT_EQ(IpAddress::parse("2001:DB8:0::1")->to_string(), "2001:db8::1");
    EXPECT_EQ(IpAddress::parse("::ffff:192.0.2.1")->to_string(), "192.0.2.1");
    for (const char* text :
         {"", "localhost", "127.1", "0x7f.0.0.1", "2130706433", "0177.0.0.1", "1.2.3.4.5", "[::1]", "1.2.3.4/8"}) {
        EXPECT_FALSE(IpAddress::parse(text)) << text;
    }
}

TEST(AddressPolicy, permits_public_addresses_and_what_was_allowed) {
    const AddressPolicy strict;
    EXPECT_TRUE(strict.permits(*IpAddress::parse("8.8.8.8")));
    EXPECT_FALSE(strict.permits(*IpAddress::parse("10.1.2.3")));

    const auto policy = AddressPolicy::make({"10.1.0.0/16", "127.0.0.1", "fd00:1::/32", "192.168.128.0/17"});
    ASSERT_TRUE(policy);
    EXPECT_TRUE(policy->permits(*IpAddress::parse("10.1.255.255")));
    EXPECT_TRUE(policy->permits(*IpAddress::parse("::ffff:10.1.0.1")));
    EXPECT_FALSE(policy->permits(*IpAddress::parse("10.2.0.0")));
    EXPECT_TRUE(policy->permits(*IpAddress::parse("127.0.0.1")));
    EXPECT_FALSE(policy->permits(*IpAddress::parse("127.0.0.2")));
    EXPECT_TRUE(policy->permits(*IpAddress::parse("fd00:1:2::3")));
    EXPECT_FALSE(policy->permits(*IpAddress::parse("fd00:2::3")));
    EXPECT_TRUE(policy->permits(*IpAddress::parse("192.168.200.1")));
    EXPECT_FALSE(policy->permits(*IpAddress::parse("192.168.127.1")));
}

TEST(AddressPolicy, refuses_what_is_no_network) {
    for (const char* text : {"", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::/129", "erp.example.com", "10.0.0/8"}) {
        EXPECT_FALSE(AddressPolicy::make({text})) << text;
    }
}

TEST(Resolver, finds_the_addresses_of_this_machine) {
    const auto addresses = resolve_by_system("127.0.0.1");
    ASSERT_TRUE(addresses);
    EXPECT_EQ(addresses->front().to_string(), "127.0.0.1");
    EXPECT_EQ(resolve_by_system("no-such-name.invalid").error().code, ErrorCode::Unavailable);
}

}  // namespace
}  // namespace signet::notify
