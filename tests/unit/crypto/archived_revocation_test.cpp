#include "crypto/archived_revocation.hpp"

#include "crypto/der.hpp"
#include "crypto/oids.hpp"

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

const Bytes kFirst = der::sequence({der::integer(1)});
const Bytes kSecond = der::sequence({der::integer(2)});

Bytes listed(unsigned tag, std::initializer_list<ByteView> items) {
    return der::element(der::context(tag), {der::sequence(items)});
}
SignedData with(std::vector<Bytes> values, bool is_signed = true) {
    SignedData data;
    auto& attributes = is_signed ? data.signer.signed_attributes : data.signer.unsigned_attributes;
    attributes.push_back({std::string(oid::kRevocationInfoArchival), std::move(values)});
    return data;
}

TEST(ArchivedRevocation, holds_lists_and_answers) {
    const Bytes archive = der::sequence({listed(0, {kFirst, kSecond}), listed(1, {kSecond})});
    for (const bool is_signed : {true, false}) {
        const RevocationData data = archived_revocation(with({archive}, is_signed));
        EXPECT_EQ(data.revocation_lists, (std::vector<Bytes>{kFirst, kSecond}));
        EXPECT_EQ(data.ocsp_responses, std::vector<Bytes>{kSecond});
    }
}

TEST(ArchivedRevocation, may_hold_one_kind_alone_and_kinds_nobody_knows) {
    EXPECT_EQ(archived_revocation(with({der::sequence({listed(0, {kFirst})})})).revocation_lists,
              std::vector<Bytes>{kFirst});
    const RevocationData answers =
        archived_revocation(with({der::sequence({listed(1, {kFirst}), listed(2, {kSecond})})}));
    EXPECT_TRUE(answers.revocation_lists.empty());
    EXPECT_EQ(answers.ocsp_responses, std::vector<Bytes>{kFirst});
}

TEST(ArchivedRevocation, is_left_out_as_a_whole_when_it_is_malformed) {
    Bytes trailing = der::sequence({listed(0, {kFirst})});
    trailing.push_back(0);
    const std::vector<std::vector<Bytes>> malformed{
        {},
        {trailing},
        {Bytes{}},
        {der::sequence({listed(0, {kFirst})}), der::sequence({listed(0, {kSecond})})},
        {der::sequence({listed(0, {kFirst}), der::element(der::context(1), {ByteView(kFirst), kSecond})})},
        {der::sequence({listed(0, {der::integer(5)})})},
        {der::sequence({der::element(der::context(0), {der::integer(5)})})}};
    for (std::size_t i = 0; i < malformed.size(); ++i) {
        const RevocationData data = archived_revocation(with(malformed[i]));
        EXPECT_TRUE(data.revocation_lists.empty() && data.ocsp_responses.empty()) << i;
    }
    EXPECT_TRUE(archived_revocation(SignedData()).revocation_lists.empty());
}

TEST(ArchivedRevocation, is_no_way_to_fill_the_memory) {
    Bytes many;
    for (int i = 0; i < 500; ++i)
        append(many, ByteView(kFirst));
    const Bytes archive = der::sequence({der::element(der::context(0), {der::element(der::kSequence, many)})});
    EXPECT_EQ(archived_revocation(with({archive})).revocation_lists.size(), 100U);
}

}  // namespace
}  // namespace signet::crypto
