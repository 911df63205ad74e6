#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "base/text.hpp"

#include <set>
#include <thread>

#include <gtest/gtest.h>

namespace signet {
namespace {

struct ThingTag {};
using ThingId = Id<ThingTag>;

TEST(Hex, reads_what_it_writes_and_refuses_odd_or_foreign_text) {
    EXPECT_EQ(hex(as_bytes("\x01\xfe")), "01fe");
    EXPECT_EQ(*from_hex("01FE"), to_bytes("\x01\xfe"));
    EXPECT_FALSE(from_hex("012"));
    EXPECT_FALSE(from_hex("0g"));
}

TEST(Base64, follows_the_vectors_of_rfc_4648_section_10) {
    EXPECT_EQ(base64(as_bytes("")), "");
    EXPECT_EQ(base64(as_bytes("f")), "Zg==");
    EXPECT_EQ(base64(as_bytes("fo")), "Zm8=");
    EXPECT_EQ(base64(as_bytes("foobar")), "Zm9vYmFy");
    EXPECT_EQ(*from_base64("Zm9vYmFy"), to_bytes("foobar"));
    EXPECT_EQ(*from_base64("Zg"), to_bytes("f"));
    EXPECT_FALSE(from_base64("Zg==Zg"));
    EXPECT_FALSE(from_base64("Z"));
    EXPECT_FALSE(from_base64("Z!=="));
}

TEST(Secrets, are_equal_only_when_every_byte_is) {
    EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
    EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
    EXPECT_FALSE(equal_in_constant_time("abc", "abcd"));
}

TEST(RandomToken, has_the_length_asked_for_and_does_not_repeat) {
    EXPECT_EQ(random_token(30).size(), 30U);
    EXPECT_NE(random_token(30), random_token(30));
}

TEST(Ids, look_like_the_vendors) {
    // An id of the source page.
    EXPECT_EQ(TimeZone::fixed(480).format(IdGenerator::minted_at(2'591'540'368'898'105'360)).substr(0, 4), "2019");
    ManualClock clock(UtcTime{1'800'000'000'000});
    IdGenerator ids(clock, 5);
    const auto id = ids.next<ThingId>();
    EXPECT_EQ(IdGenerator::minted_at(id.value), clock.now());
    EXPECT_EQ((id.value >> 12) & 1023, 5);
    EXPECT_EQ(to_string(id).size(), 19U);
}

TEST(Ids, never_repeat_even_when_the_clock_stands_still_or_goes_back) {
    ManualClock clock(UtcTime{1'800'000'000'000});
    IdGenerator ids(clock, 0);
    std::set<std::int64_t> seen;
    for (int i = 0; i < 10'000; ++i)
        seen.insert(ids.next<ThingId>().value);
    clock.set(UtcTime{1'700'000'000'000});
    for (int i = 0; i < 10'000; ++i)
        seen.insert(ids.next<ThingId>().value);
    EXPECT_EQ(seen.size(), 20'000U);
}

TEST(Ids, are_read_from_one_to_nineteen_digits) {
    EXPECT_EQ(parse_id("9223372036854775807"), INT64_MAX);
    EXPECT_FALSE(parse_id("9223372036854775808"));
    EXPECT_FALSE(parse_id("0"));
    EXPECT_FALSE(parse_id("-1"));
    EXPECT_FALSE(parse_id("12x"));
    EXPECT_FALSE(parse_id(""));
}

TEST(TimeZones, format_and_read_the_times_of_the_wire) {
    const TimeZone china = *TimeZone::find("Asia/Shanghai");
    EXPECT_EQ(china.format(UtcTime{0}), "1970-01-01 08:00:00");
    EXPECT_EQ(china.parse("1970-01-01 08:00:00")->milliseconds, 0);
    EXPECT_EQ(china.format(*china.parse("2028-02-29")), "2028-02-29 00:00:00");
    EXPECT_FALSE(china.parse("2027-02-29"));
    EXPECT_FALSE(china.parse("2027-02-28 24:00:00"));
    EXPECT_FALSE(china.parse("2027/02/28"));
    EXPECT_EQ(china.format(china.end_of_day(*china.parse("2027-02-28 01:02:03"))), "2027-02-28 23:59:59");
}

TEST(TimeZones, follow_the_zone_database_and_refuse_names_outside_it) {
    // China kept daylight saving in the summer of 1988.
    EXPECT_EQ(TimeZone::find("Asia/Shanghai")->format(UtcTime{583'200'000'000}), "1988-06-25 09:00:00");
    EXPECT_EQ(TimeZone::find("UTC")->format(UtcTime{0}), "1970-01-01 00:00:00");
    EXPECT_FALSE(TimeZone::find("Nowhere/Atall"));
    EXPECT_FALSE(TimeZone::find("../../etc/passwd"));
}

TEST(Utf8, is_counted_in_characters_and_checked_strictly) {
    EXPECT_EQ(character_count("甲方（盖章）"), 6U);
    EXPECT_TRUE(is_utf8("印𠀀"));
    EXPECT_FALSE(is_utf8("\xC0\x80"));
    EXPECT_FALSE(is_utf8("\xED\xA0\x80"));
    EXPECT_FALSE(is_utf8("\xE7\x94"));
    EXPECT_EQ(to_utf8(to_utf32("印𠀀é")), "印𠀀é");
}

TEST(Numbers, are_read_whole_or_not_at_all) {
    EXPECT_EQ(parse_integer(" -12 "), -12);
    EXPECT_FALSE(parse_integer("12x"));
    EXPECT_EQ(parse_decimal("0.25"), 0.25);
    EXPECT_FALSE(parse_decimal("nan"));
    EXPECT_FALSE(parse_decimal("1e999"));
}

TEST(Contacts, are_masked_for_other_eyes) {
    EXPECT_EQ(mask_contact("13800000002"), "138****0002");
    EXPECT_EQ(mask_contact("lilei@example.com"), "l***@example.com");
}

TEST(LogText, cannot_forge_a_line_or_drive_a_terminal) {
    EXPECT_EQ(for_log("a\r\nb\x1b[2J"), "a\\x0d\\x0ab\\x1b[2J");
    EXPECT_EQ(for_log(std::string(300, 'x')).size(), 200 + std::string("…").size());
}

TEST(Results, carry_a_value_or_the_reason_why_there_is_none) {
    const Result<int> good = 7;
    const Result<int> bad = fail(ErrorCode::SealNotFound, "seal 42");
    EXPECT_EQ(*good, 7);
    ASSERT_FALSE(bad);
    EXPECT_EQ(describe(bad.error()), "SealNotFound: seal 42");
    EXPECT_THROW(bad.value(), UncheckedError);
}

}  // namespace
}  // namespace signet
