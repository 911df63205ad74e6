#include "crypto/merkle_tree.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace signet::crypto {
namespace {

constexpr std::array<std::uint8_t, 1> kLeaf{0};
constexpr std::array<std::uint8_t, 1> kNode{1};

/// The root over the entries from `begin` to before `end`, as §2.1 splits them; `begin` is where a subtree of that
/// height may begin.
Result<MerkleHash> root_of(std::uint64_t begin, std::uint64_t end, const MerkleNodes& nodes) {
    const std::uint64_t count = end - begin;
    if (std::has_single_bit(count)) {
        const auto level = static_cast<unsigned>(std::countr_zero(count));
        return nodes(level, begin >> level);
    }
    const std::uint64_t left_count = std::bit_floor(count);
    const auto left = root_of(begin, begin + left_count, nodes);
    if (!left) return left;
    const auto right = root_of(begin + left_count, end, nodes);
    if (!right) return right;
    return merkle_node(*left, *right);
}

/// How many entries the left subtree of so many has: the largest power of two below.
std::uint64_t left_of(std::uint64_t count) {
    return std::bit_floor(count - 1);
}

/// A sibling of a path: the entries from `begin` to before `end`.
struct Sibling {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

/// From the leaf upwards.
Result<MerkleProof> roots_of(std::vector<Sibling> from_above, const MerkleNodes& nodes) {
    MerkleProof proof;
    for (auto sibling = from_above.rbegin(); sibling != from_above.rend(); ++sibling) {
        const auto root = root_of(sibling->begin, sibling->end, nodes);
        if (!root) return root.error();
        proof.push_back(*root);
    }
    return proof;
}

bool is_odd(std::uint64_t number) {
    return (number & 1) != 0;
}

}  // namespace

MerkleHash merkle_leaf(ByteView entry) {
    Sha256 hash;
    hash.update(kLeaf);
    hash.update(entry);
    return hash.digest();
}

MerkleHash merkle_node(const MerkleHash& left, const MerkleHash& right) {
    Sha256 hash;
    hash.update(kNode);
    hash.update(left);
    hash.update(right);
    return hash.digest();
}

MerkleHash merkle_empty_root() {
    return Sha256::of({});
}

Result<MerkleFrontier> MerkleFrontier::from_bytes(std::uint64_t size, ByteView bytes) {
    MerkleFrontier frontier;
    const auto count = static_cast<std::size_t>(std::popcount(size));
    if (bytes.size() != count * sizeof(MerkleHash)) return fail(ErrorCode::StorageFailed, "the edge of a Merkle tree");
    frontier.size_ = size;
    frontier.hashes_.resize(count);
    for (std::size_t i = 0; i < count; ++i)
        std::ranges::copy(bytes.subspan(i * sizeof(MerkleHash), sizeof(MerkleHash)), frontier.hashes_[i].begin());
    return frontier;
}

void MerkleFrontier::append(const MerkleHash& leaf, const Completed& completed) {
    MerkleHash hash = leaf;
    unsigned level = 0;
    if (completed) completed(level, size_, hash);
    for (; is_odd(size_ >> level); ++level) {
        hash = merkle_node(hashes_.back(), hash);
        hashes_.pop_back();
        if (completed) completed(level + 1, size_ >> (level + 1), hash);
    }
    hashes_.push_back(hash);
    ++size_;
}

MerkleHash MerkleFrontier::root() const {
    if (hashes_.empty()) return merkle_empty_root();
    MerkleHash root = hashes_.back();
    for (std::size_t i = hashes_.size() - 1; i-- > 0;)
        root = merkle_node(hashes_[i], root);
    return root;
}

Bytes MerkleFrontier::bytes() const {
    Bytes bytes;
    for (const MerkleHash& hash : hashes_)
        bytes.insert(bytes.end(), hash.begin(), hash.end());
    return bytes;
}

Result<MerkleProof> inclusion_proof(std::uint64_t index, std::uint64_t size, const MerkleNodes& nodes) {
    if (index >= size) return fail(ErrorCode::InvalidParameter, "the tree does not have that entry");
    std::vector<Sibling> siblings;
    std::uint64_t begin = 0;
    std::uint64_t end = size;
    while (end - begin > 1) {
        const std::uint64_t middle = begin + left_of(end - begin);
        if (index < middle) {
            siblings.push_back({middle, end});
            end = middle;
        } else {
            siblings.push_back({begin, middle});
            begin = middle;
        }
    }
    return roots_of(std::move(siblings), nodes);
}

Result<MerkleProof> consistency_proof(std::uint64_t first, std::uint64_t second, const MerkleNodes& nodes) {
    if (first == 0 || first > second) return fail(ErrorCode::InvalidParameter, "no earlier tree of that size");
    std::vector<Sibling> siblings;
    std::uint64_t begin = 0;
    std::uint64_t end = second;
    bool whole = true;  // what is left of the earlier tree is that tree itself, whose root the verifier knows
    while (end != first) {
        const std::uint64_t middle = begin + left_of(end - begin);
        if (first <= middle) {
            siblings.push_back({middle, end});
            end = middle;
        } else {
            siblings.push_back({begin, middle});
            begin = middle;
            whole = false;
        }
    }
    if (!whole) siblings.push_back({begin, end});
    return roots_of(std::move(siblings), nodes);
}

Result<MerkleHash> merkle_root(std::uint64_t size, const MerkleNodes& nodes) {
    if (size == 0) return merkle_empty_root();
    return root_of(0, size, nodes);
}

bool verify_inclusion(const MerkleHash& leaf, std::uint64_t index, std::uint64_t size,
                      std::span<const MerkleHash> proof, const MerkleHash& root) {
    if (index >= size) return false;
    std::uint64_t here = index;
    std::uint64_t last = size - 1;
    MerkleHash hash = leaf;
    for (const MerkleHash& sibling : proof) {
        if (last == 0) return false;
        if (is_odd(here) || here == last) {
            hash = merkle_node(sibling, hash);
            for (; !is_odd(here) && here != 0; last >>= 1)
                here >>= 1;
        } else {
            hash = merkle_node(hash, sibling);
        }
        here >>= 1;
        last >>= 1;
    }
    return last == 0 && hash == root;
}

bool verify_consistency(std::uint64_t first, const MerkleHash& first_root, std::uint64_t second,
                        const MerkleHash& second_root, std::span<const MerkleHash> proof) {
    if (first == 0 || first > second) return false;
    if (first == second) return proof.empty() && first_root == second_root;
    std::uint64_t here = first - 1;
    std::uint64_t last = second - 1;
    for (; is_odd(here); last >>= 1)
        here >>= 1;
    MerkleHash earlier = first_root;
    if (!std::has_single_bit(first)) {
        if (proof.empty()) return false;
        earlier = proof.front();
        proof = proof.subspan(1);
    }
    MerkleHash later = earlier;
    for (const MerkleHash& sibling : proof) {
        if (last == 0) return false;
        if (is_odd(here) || here == last) {
            earlier = merkle_node(sibling, earlier);
            later = merkle_node(sibling, later);
            for (; !is_odd(here) && here != 0; last >>= 1)
                here >>= 1;
        } else {
            later = merkle_node(later, sibling);
        }
        here >>= 1;
        last >>= 1;
    }
    return last == 0 && earlier == first_root && later == second_root;
}

}  // namespace signet::crypto
