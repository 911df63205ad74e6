#include "crypto/der.hpp"

#include "testing.hpp"

#include <gtest/gtest.h>

namespace signet::crypto::der {
namespace {

Bytes bytes(std::string_view hexadecimal) {
    return *from_hex(hexadecimal);
}

TEST(DerWriter, writes_the_shortest_length) {
    EXPECT_EQ(octet_string(Bytes(127)).size(), 129U);
    EXPECT_EQ(hex(ByteView(octet_string(Bytes(128))).first(3)), "048180");
    EXPECT_EQ(hex(ByteView(octet_string(Bytes(256))).first(4)), "04820100");
    for (const std::size_t length : {0U, 127U, 128U, 255U, 256U, 65535U, 65536U}) {
        EXPECT_EQ(octet_string(Bytes(length)).size(), header_size(length) + length);
    }
}

TEST(DerWriter, writes_integers_without_needless_octets_and_never_negative) {
    EXPECT_EQ(hex(integer(std::uint64_t{0})), "020100");
    EXPECT_EQ(hex(integer(std::uint64_t{127})), "02017f");
    EXPECT_EQ(hex(integer(std::uint64_t{128})), "02020080");
    EXPECT_EQ(hex(integer(bytes("0000ff"))), "020200ff");
}

TEST(DerWriter, writes_object_identifiers) {
    EXPECT_EQ(hex(object_identifier("1.2.840.113549.1.7.2")), "06092a864886f70d010702");
    EXPECT_EQ(hex(object_identifier("2.5.4.3")), "0603550403");
    EXPECT_EQ(hex(object_identifier("2.999.3")), "0603883703");
    EXPECT_THROW(object_identifier("1"), std::logic_error);
    EXPECT_THROW(object_identifier("1.x"), std::logic_error);
}

TEST(DerWriter, writes_named_bits_without_trailing_zeros) {
    EXPECT_EQ(hex(named_bits({0, 1})), "030206c0");
    EXPECT_EQ(hex(named_bits({5, 6})), "03020106");
    EXPECT_EQ(hex(named_bits({8})), "0303070080");
    EXPECT_EQ(hex(named_bits({})), "030100");
}

TEST(DerWriter, sorts_a_set) {
    EXPECT_EQ(hex(set_of({bytes("0202ffff"), bytes("020101")})), "31070201010202ffff");
}

TEST(DerWriter, changes_from_utc_time_to_generalized_time_in_2050) {
    const TimeZone utc = TimeZone::fixed(0);
    EXPECT_EQ(as_text(time(utc.to_utc({2049, 12, 31, 23, 59, 59}))),
              "\x17\x0d"
              "491231235959Z");
    EXPECT_EQ(as_text(time(utc.to_utc({2050, 1, 1, 0, 0, 0}))),
              "\x18\x0f"
              "20500101000000Z");
}

TEST(DerReader, walks_over_elements) {
    const Bytes data = sequence({integer(std::uint64_t{5}), null()});
    Reader outer(data);
    Reader inner(outer.take(kSequence));
    EXPECT_FALSE(inner.take_if(kBoolean));
    EXPECT_EQ(read_small_integer(inner.take(kInteger)), 5U);
    EXPECT_TRUE(inner.take_if(kNull));
    EXPECT_TRUE(inner.finished());
    EXPECT_TRUE(outer.finished());
}

TEST(DerReader, stops_at_the_first_failure) {
    const Bytes data = sequence({integer(std::uint64_t{5})});
    Reader reader(data);
    EXPECT_EQ(reader.take(kSet).tag, 0);
    EXPECT_FALSE(reader.ok());
    EXPECT_TRUE(reader.take(kSequence).encoding.empty());
}

TEST(DerReader, refuses_lengths_beyond_the_bytes_and_long_tags) {
    for (const char* malformed : {"04", "0405aaaa", "0484ffffffff00", "048500000000010a", "1f8101aa", "0480aa0000"}) {
        const Bytes data = bytes(malformed);
        Reader reader(data);
        reader.take_any();
        EXPECT_FALSE(reader.ok()) << malformed;
    }
}

TEST(DerReader, reads_object_identifiers_and_refuses_broken_ones) {
    EXPECT_EQ(oid_text(bytes("2a864886f70d010702")), "1.2.840.113549.1.7.2");
    EXPECT_EQ(oid_text(bytes("883703")), "2.999.3");
    EXPECT_EQ(oid_text({}), "");
    EXPECT_EQ(oid_text(bytes("2a86")), "");
    EXPECT_EQ(oid_text(Bytes(65, 1)), "");
    EXPECT_EQ(oid_text(bytes("2a8001")), "") << "a needless octet";
    EXPECT_EQ(oid_text(bytes("2affffffffffffffffffffffffffffffffffffff7f")), "");
    const std::string largest = "2.25.340282366920938463463374607431768211455";
    EXPECT_EQ(oid_text(Reader(object_identifier(largest)).take(kObjectIdentifier).content), largest) << "a UUID";
}

TEST(DerReader, knows_integers_and_their_significant_octets) {
    for (const char* good : {"00", "7f", "80", "0080", "ff7f"})
        EXPECT_TRUE(is_integer(bytes(good))) << good;
    for (const char* wrong : {"", "007f", "ff80"})
        EXPECT_FALSE(is_integer(bytes(wrong))) << wrong;
    EXPECT_EQ(hex(significant(bytes("000080"))), "80");
    EXPECT_EQ(hex(significant(bytes("00"))), "00");
}

TEST(DerWriter, writes_times_with_and_without_fractions) {
    const UtcTime time{1'769'904'000'120};
    EXPECT_EQ(as_text(Reader(generalized_time(time)).take(kGeneralizedTime).content), "20260201000000Z");
    EXPECT_EQ(as_text(Reader(generalized_time_with_fraction(time)).take(kGeneralizedTime).content),
              "20260201000000.12Z");
    EXPECT_EQ(generalized_time_with_fraction({1'769'904'000'000}), generalized_time(time));
}

TEST(DerReader, reads_times) {
    const auto read = [](Tag tag, std::string_view text) { return read_time({tag, as_bytes(text), {}}); };
    const UtcTime time{1'769'904'000'000};  // 2026-02-01
    EXPECT_EQ(read(kUtcTime, "260201000000Z"), time);
    EXPECT_EQ(read(kGeneralizedTime, "20260201000000Z"), time);
    EXPECT_FALSE(read(kGeneralizedTime, "20260230000000Z")) << "30 February";
    EXPECT_EQ(read(kGeneralizedTime, "20260201000000.25Z"), time + std::chrono::milliseconds(250));
    EXPECT_EQ(read(kUtcTime, "500101000000Z"), TimeZone::fixed(0).to_utc({1950, 1, 1, 0, 0, 0}));
    for (const char* wrong :
         {"", "Z", "2602010000Z", "260201000000", "261301000000Z", "26020100000xZ", "260201000000.Z"}) {
        EXPECT_FALSE(read(kUtcTime, wrong)) << wrong;
    }
    EXPECT_FALSE(read(kInteger, "260201000000Z"));
}

TEST(IndefiniteLengths, become_definite) {
    const Bytes indefinite = bytes(
        "3080020105a08004022222"
        "0000"
        "0000"
        "ffff");
    const auto definite = with_definite_lengths(indefinite);
    ASSERT_TRUE(definite);
    EXPECT_EQ(hex(definite->encoding), "3009020105a00404022222");
    EXPECT_EQ(definite->consumed, indefinite.size() - 2);
}

TEST(IndefiniteLengths, leave_definite_elements_as_they_are) {
    // A needlessly long length inside stays: it may be signed.
    const Bytes data = bytes(
        "30068204000000"
        "00");
    const Bytes odd = bytes(
        "3005048200"
        "01aa");
    const auto copied = with_definite_lengths(odd);
    ASSERT_TRUE(copied);
    EXPECT_EQ(copied->encoding, odd);
}

TEST(IndefiniteLengths, are_refused_when_broken_or_too_deep) {
    EXPECT_FALSE(with_definite_lengths(bytes("3080")));
    EXPECT_FALSE(with_definite_lengths(bytes("308002010500")));
    EXPECT_FALSE(with_definite_lengths(bytes("0480aa0000")));
    Bytes deep;
    for (int i = 0; i < 100'000; ++i)
        append(deep, bytes("3080"));
    EXPECT_FALSE(with_definite_lengths(deep));
}

}  // namespace
}  // namespace signet::crypto::der
