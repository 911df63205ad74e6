#include "crypto/merkle_tree.hpp"

#include "base/bytes.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

/// The definition of RFC 6962 §2.1, word by word.
MerkleHash defined_root(std::span<const std::string> entries) {
    if (entries.empty()) return Sha256::of({});
    if (entries.size() == 1) return merkle_leaf(as_bytes(entries.front()));
    std::size_t left = 1;
    while (left * 2 < entries.size())
        left *= 2;
    return merkle_node(defined_root(entries.first(left)), defined_root(entries.subspan(left)));
}

std::vector<std::string> entries_of(std::size_t count) {
    std::vector<std::string> entries;
    for (std::size_t i = 0; i < count; ++i)
        entries.push_back("entry " + std::to_string(i));
    return entries;
}

MerkleNodes nodes_of(const std::vector<std::string>& entries) {
    return [&entries](unsigned level, std::uint64_t position) -> Result<MerkleHash> {
        const std::size_t count = std::size_t{1} << level;
        return defined_root(std::span(entries).subspan(position * count, count));
    };
}

TEST(MerkleTree, has_the_roots_that_certificate_transparency_publishes) {
    // The entries and roots of the tests of Certificate Transparency's own reference.
    const std::vector<std::string> inputs{
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
    MerkleFrontier frontier;
    EXPECT_EQ(hex(frontier.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (const std::string& input : inputs)
        frontier.append(merkle_leaf(*from_hex(input)));
    EXPECT_EQ(hex(frontier.root()), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
}

TEST(MerkleTree, grows_to_the_root_that_the_standard_defines) {
    const auto entries = entries_of(130);
    MerkleFrontier frontier;
    for (std::size_t size = 0; size <= entries.size(); ++size) {
        EXPECT_EQ(frontier.root(), defined_root(std::span(entries).first(size))) << size;
        const auto again = MerkleFrontier::from_bytes(size, frontier.bytes());
        ASSERT_TRUE(again) << size;
        EXPECT_EQ(again->root(), frontier.root());
        if (size < entries.size()) frontier.append(merkle_leaf(as_bytes(entries[size])));
    }
    EXPECT_FALSE(MerkleFrontier::from_bytes(3, Bytes(32)));
}

TEST(MerkleTree, names_every_subtree_it_completes) {
    const auto entries = entries_of(64);
    const auto nodes = nodes_of(entries);
    MerkleFrontier frontier;
    std::size_t completed = 0;
    for (const std::string& entry : entries) {
        frontier.append(merkle_leaf(as_bytes(entry)),
                        [&](unsigned level, std::uint64_t position, const MerkleHash& hash) {
                            ++completed;
                            EXPECT_EQ(hash, *nodes(level, position)) << level << " " << position;
                        });
    }
    EXPECT_EQ(completed, 127U);
}

TEST(MerkleTree, proves_every_entry_of_every_tree_and_no_other) {
    const auto entries = entries_of(34);
    const auto nodes = nodes_of(entries);
    for (std::uint64_t size = 1; size <= entries.size(); ++size) {
        const MerkleHash root = *merkle_root(size, nodes);
        EXPECT_EQ(root, defined_root(std::span(entries).first(size)));
        for (std::uint64_t index = 0; index < size; ++index) {
            const auto proof = inclusion_proof(index, size, nodes);
            ASSERT_TRUE(proof);
            const MerkleHash leaf = merkle_leaf(as_bytes(entries[index]));
            EXPECT_TRUE(verify_inclusion(leaf, index, size, *proof, root)) << index << " of " << size;
            EXPECT_FALSE(verify_inclusion(merkle_leaf(as_bytes("another")), index, size, *proof, root));
            EXPECT_FALSE(verify_inclusion(leaf, index, size, *proof, merkle_leaf({})));
            for (std::uint64_t other = 0; other < size; ++other) {
                EXPECT_EQ(verify_inclusion(leaf, other, size, *proof, root), other == index);
            }
            MerkleProof longer = *proof;
            longer.push_back(root);
            EXPECT_FALSE(verify_inclusion(leaf, index, size, longer, root));
            if (proof->empty()) continue;
            EXPECT_FALSE(verify_inclusion(leaf, index, size, std::span(*proof).first(proof->size() - 1), root));
            MerkleProof changed = *proof;
            changed.front()[7] ^= 1;
            EXPECT_FALSE(verify_inclusion(leaf, index, size, changed, root));
        }
        EXPECT_FALSE(inclusion_proof(size, size, nodes));
    }
}

TEST(MerkleTree, proves_that_a_tree_is_the_beginning_of_a_later_one) {
    const auto entries = entries_of(34);
    const auto nodes = nodes_of(entries);
    for (std::uint64_t second = 1; second <= entries.size(); ++second) {
        const MerkleHash root = *merkle_root(second, nodes);
        for (std::uint64_t first = 1; first <= second; ++first) {
            const MerkleHash earlier = *merkle_root(first, nodes);
            const auto proof = consistency_proof(first, second, nodes);
            ASSERT_TRUE(proof);
            EXPECT_TRUE(verify_consistency(first, earlier, second, root, *proof)) << first << " of " << second;
            MerkleHash forged = earlier;
            forged[0] ^= 1;
            EXPECT_FALSE(verify_consistency(first, forged, second, root, *proof)) << first << " of " << second;
            forged = root;
            forged[0] ^= 1;
            EXPECT_FALSE(verify_consistency(first, earlier, second, forged, *proof)) << first << " of " << second;
            if (proof->empty()) continue;
            MerkleProof changed = *proof;
            changed.back()[31] ^= 1;
            EXPECT_FALSE(verify_consistency(first, earlier, second, root, changed)) << first << " of " << second;
            EXPECT_FALSE(verify_consistency(first, earlier, second, root, std::span(*proof).first(proof->size() - 1)));
        }
        EXPECT_FALSE(consistency_proof(0, second, nodes));
        EXPECT_FALSE(consistency_proof(second + 1, second, nodes));
    }
}

}  // namespace
}  // namespace signet::crypto
