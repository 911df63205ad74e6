#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/digest.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

/// Merkle trees over a log that only grows (RFC 6962 §2.1, RFC 9162 §2.1): one hash, the root, stands for all entries
/// in their order; short proofs show that an entry is in a tree, and that a tree is the beginning of a later one.
/// Everything here is thread-safe or a value.
namespace signet::crypto {

using MerkleHash = Sha256Digest;

/// The hash of an entry: leaves and inner nodes begin with different bytes, so that neither can pose as the other.
MerkleHash merkle_leaf(ByteView entry);
/// The hash of two subtrees, the earlier one to the left.
MerkleHash merkle_node(const MerkleHash& left, const MerkleHash& right);
/// The root of a tree without entries.
MerkleHash merkle_empty_root();

/// The right edge of a growing tree: the roots of its complete subtrees, the largest first. All that is needed to add
/// an entry and to know the root; 64 hashes at most.
class MerkleFrontier {
  public:
    MerkleFrontier() = default;
    /// From what `bytes()` wrote. StorageFailed when the number of hashes does not fit `size`.
    static Result<MerkleFrontier> from_bytes(std::uint64_t size, ByteView bytes);

    /// Called for every subtree that an entry completes: its root, its height (0 is a leaf), and how many of that
    /// height stand before it.
    using Completed = std::function<void(unsigned level, std::uint64_t position, const MerkleHash& hash)>;
    void append(const MerkleHash& leaf, const Completed& completed = nullptr);

    std::uint64_t size() const { return size_; }
    MerkleHash root() const;
    Bytes bytes() const;

  private:
    std::uint64_t size_ = 0;
    std::vector<MerkleHash> hashes_;
};

/// Where proofs find the roots of complete subtrees, named as `MerkleFrontier::Completed` names them.
using MerkleNodes = std::function<Result<MerkleHash>(unsigned level, std::uint64_t position)>;
using MerkleProof = std::vector<MerkleHash>;

/// That the entry `index`, from 0, is in the tree of the first `size` entries (RFC 6962 §2.1.1). `index` < `size`.
Result<MerkleProof> inclusion_proof(std::uint64_t index, std::uint64_t size, const MerkleNodes& nodes);
/// That the first `first` of `second` entries are those of the earlier tree (RFC 6962 §2.1.2). 0 < `first` <= `second`.
Result<MerkleProof> consistency_proof(std::uint64_t first, std::uint64_t second, const MerkleNodes& nodes);
/// The root of the tree of the first `size` entries.
Result<MerkleHash> merkle_root(std::uint64_t size, const MerkleNodes& nodes);

/// RFC 9162 §2.1.3.2. False for whatever does not fit, too.
bool verify_inclusion(const MerkleHash& leaf, std::uint64_t index, std::uint64_t size,
                      std::span<const MerkleHash> proof, const MerkleHash& root);
/// RFC 9162 §2.1.4.2.
bool verify_consistency(std::uint64_t first, const MerkleHash& first_root, std::uint64_t second,
                        const MerkleHash& second_root, std::span<const MerkleHash> proof);

}  // namespace signet::crypto
