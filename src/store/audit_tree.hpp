#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/merkle_tree.hpp"
#include "store/audit.hpp"
#include "store/database.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The audit log as a Merkle tree (RFC 6962): the entry with sequence n is the leaf n-1. Its head is stored with every
/// commit that adds an entry; heads that were time-stamped are anchors, and prove later that nothing before them was
/// changed, taken out, put in, moved or cut off.
namespace signet::store {

/// What a leaf is the hash of: every field of an entry with its length before it, so that no two entries read the same.
/// Numbers are eight bytes, the highest first:
///   "signet audit entry 1\n" sequence milliseconds |actor| actor contract |event| event |detail| detail
Bytes audit_encoding(std::int64_t sequence, const AuditRecord& record);
crypto::MerkleHash audit_leaf(std::int64_t sequence, const AuditRecord& record);

/// A tree by its size and root.
struct TreeHead {
    std::uint64_t size = 0;
    crypto::MerkleHash root{};
    friend bool operator==(const TreeHead&, const TreeHead&) = default;
};

/// The tree's right edge, and the chain's last link: what one more entry needs.
class AuditTree {
  public:
    /// As it was stored last; built over the whole log when there is none yet, as after an upgrade.
    static Result<AuditTree> load(Connection& connection);

    AuditHead head() const { return {static_cast<std::int64_t>(frontier_.size()), last_hash_}; }
    TreeHead tree_head() const { return {frontier_.size(), frontier_.root()}; }
    void add(const AuditEntry& entry);
    /// Writes what `add` changed.
    Status store(Transaction& transaction);

  private:
    struct Subtree {
        unsigned level = 0;
        std::uint64_t position = 0;
        crypto::MerkleHash hash{};
    };
    crypto::MerkleFrontier frontier_;
    std::array<std::uint8_t, 32> last_hash_{};
    std::vector<Subtree> completed_;
    bool is_new_ = true;
};

/// Builds the tree over a log that was written before there was one; nothing to do otherwise. Returns what a check of
/// the old chain says, since from now on the tree vouches for whatever stands there.
Result<AuditVerdict> prepare_audit_tree(Database& database);

Result<TreeHead> tree_head(Connection& connection);

/// Makes proofs from what is stored. Reads at most a few hundred rows for each; keeps them for the next one, so use it
/// within one work of `Database::read`.
class AuditProver {
  public:
    explicit AuditProver(Connection& connection) : connection_(connection) {}

    /// That the entry is in the tree of `size` entries. InvalidParameter when it is not, StorageFailed when an entry
    /// that is needed is gone.
    Result<crypto::MerkleProof> inclusion(std::int64_t sequence, std::uint64_t size);
    Result<crypto::MerkleProof> consistency(std::uint64_t first, std::uint64_t second);
    Result<crypto::MerkleHash> root(std::uint64_t size);

  private:
    Result<crypto::MerkleHash> node(unsigned level, std::uint64_t position);
    Result<crypto::MerkleHash> stored(unsigned level, std::uint64_t position);
    Status load_leaves(std::uint64_t block);

    Connection& connection_;
    std::map<std::uint64_t, std::vector<crypto::MerkleHash>> leaves_;  // by block of 256
    std::map<std::pair<unsigned, std::uint64_t>, crypto::MerkleHash> subtrees_;
};

/// A head under a time-stamp (RFC 3161) over its `anchor_statement`.
struct AuditAnchor {
    TreeHead head;
    UtcTime time;
    Bytes token;
};
/// What the time-stamp covers, so that it cannot be one about anything else:
/// "signet audit anchor 1\n<size>\n<root in hexadecimal>\n".
std::string anchor_statement(const TreeHead& head);
/// One line without its end, as it is kept outside the database: `signet-anchor-1 SIZE ROOT TIME TOKEN`, time in
/// milliseconds, token in Base64; and back. InvalidParameter for anything else.
std::string to_line(const AuditAnchor& anchor);
Result<AuditAnchor> anchor_from_line(std::string_view line);

/// Notes in the transaction of something important that the head shall be time-stamped soon.
Status want_anchor(Transaction& transaction);
/// What is to be time-stamped, and whether it is pressing. Nothing when the last anchor covers everything.
struct AnchorNeed {
    TreeHead head;
    bool is_pressing = false;
    std::optional<UtcTime> last_time;
};
Result<std::optional<AnchorNeed>> anchor_need(Connection& connection);
Status insert_anchor(Transaction& transaction, const AuditAnchor& anchor);
/// Those with at least `size` entries, the smallest first.
Result<std::vector<AuditAnchor>> list_anchors(Connection& connection, std::uint64_t size = 0,
                                              std::size_t limit = 100'000);
Result<std::optional<AuditAnchor>> last_anchor(Connection& connection);

/// What a check of the whole log says.
struct LogVerdict {
    AuditFault fault = AuditFault::None;
    /// The first entry that is seen not to be as it was written, or not to be there.
    std::int64_t first_bad = 0;
    /// Where somebody made the chain anew behind his change, only an anchor contradicts: then the first change lies
    /// somewhere from `first_suspect` to `last_suspect`. Otherwise both are `first_bad`.
    std::int64_t first_suspect = 0;
    std::int64_t last_suspect = 0;
    /// What it was found by, in a few words.
    std::string reason;
    /// How many entries are good.
    std::uint64_t checked = 0;
    /// How many anchors agreed.
    std::size_t anchors = 0;
    /// The tree of the good ones.
    TreeHead head;
    explicit operator bool() const { return fault == AuditFault::None; }
};

/// Recomputes everything from the entries: chain, leaves, subtrees, head, and compares with the anchors that are stored
/// and with `anchors` kept elsewhere. Whose time-stamps are good is for the caller.
Result<LogVerdict> verify_log(Connection& connection, std::vector<TreeHead> anchors = {});

}  // namespace signet::store
