#include "store/audit_tree.hpp"

#include "base/text.hpp"
#include "store/audit_rows.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace signet::store {
namespace {

using crypto::MerkleHash;

/// Subtrees of these heights are stored: 8, 16, 24, …
constexpr unsigned kStep = 8;
constexpr std::uint64_t kBlock = 1U << kStep;
constexpr std::string_view kAnchorWord = "signet-anchor-1";
constexpr std::string_view kEntries =
    "SELECT sequence, time, actor, contract, event, detail, hash FROM audit WHERE sequence > $1 AND sequence <= $2 "
    "ORDER BY sequence";

void add_number(Bytes& bytes, std::uint64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8)
        bytes.push_back(static_cast<std::uint8_t>(number >> shift));
}

void add_text(Bytes& bytes, std::string_view text) {
    add_number(bytes, text.size());
    append(bytes, as_bytes(text));
}

AuditAnchor anchor_of(const Row& row) {
    AuditAnchor anchor;
    anchor.head = {static_cast<std::uint64_t>(row.integer(0)), audit_hash_of(row.blob(1))};
    anchor.time = row.get<UtcTime>(2);
    const ByteView token = row.blob(3);
    anchor.token.assign(token.begin(), token.end());
    return anchor;
}

struct StoredTree {
    std::uint64_t size = 0;
    MerkleHash root{};
    Bytes frontier;
    MerkleHash last_hash{};
    std::uint64_t anchor_wanted = 0;
};

Result<std::optional<StoredTree>> stored_tree(Connection& connection) {
    return connection.first(
        "SELECT size, root, frontier, last_hash, anchor_wanted FROM audit_tree WHERE id = 1", {}, [](const Row& row) {
            const ByteView frontier = row.blob(2);
            return StoredTree{static_cast<std::uint64_t>(row.integer(0)), audit_hash_of(row.blob(1)),
                              Bytes(frontier.begin(), frontier.end()), audit_hash_of(row.blob(3)),
                              static_cast<std::uint64_t>(row.integer(4))};
        });
}

constexpr std::int64_t kNoEnd = INT64_MAX;

}  // namespace

Bytes audit_encoding(std::int64_t sequence, const AuditRecord& record) {
    Bytes bytes = to_bytes("signet audit entry 1\n");
    add_number(bytes, static_cast<std::uint64_t>(sequence));
    add_number(bytes, static_cast<std::uint64_t>(record.time.milliseconds));
    add_text(bytes, record.actor);
    add_number(bytes, static_cast<std::uint64_t>(record.contract.value));
    add_text(bytes, record.event);
    add_text(bytes, record.detail);
    return bytes;
}

MerkleHash audit_leaf(std::int64_t sequence, const AuditRecord& record) {
    return crypto::merkle_leaf(audit_encoding(sequence, record));
}

Result<AuditTree> AuditTree::load(Connection& connection) {
    AuditTree tree;
    const auto stored = stored_tree(connection);
    if (!stored) return stored.error();
    if (*stored) {
        auto frontier = crypto::MerkleFrontier::from_bytes((*stored)->size, (*stored)->frontier);
        if (!frontier) return frontier.error();
        tree.frontier_ = std::move(*frontier);
        tree.last_hash_ = (*stored)->last_hash;
        tree.is_new_ = false;
        return tree;
    }
    const Status built = connection.each(kEntries, {std::int64_t{0}, kNoEnd}, [&](const Row& row) {
        tree.add(audit_entry_of(row));
        return true;
    });
    if (!built) return built.error();
    return tree;
}

void AuditTree::add(const AuditEntry& entry) {
    frontier_.append(audit_leaf(entry.sequence, entry.record),
                     [&](unsigned level, std::uint64_t position, const MerkleHash& hash) {
                         if (level > 0 && level % kStep == 0) completed_.push_back({level, position, hash});
                     });
    last_hash_ = entry.hash;
}

Status AuditTree::store(Transaction& transaction) {
    const MerkleHash root = frontier_.root();
    const Bytes edge = frontier_.bytes();
    const auto size = static_cast<std::int64_t>(frontier_.size());
    const auto written = is_new_ ? transaction.execute(
                                       "INSERT INTO audit_tree (id, size, root, frontier, last_hash, anchor_wanted) "
                                       "VALUES (1, $1, $2, $3, $4, 0)",
                                       {size, ByteView(root), ByteView(edge), ByteView(last_hash_)})
                                 : transaction.execute(
                                       "UPDATE audit_tree SET size = $1, root = $2, frontier = $3, last_hash = $4 "
                                       "WHERE id = 1",
                                       {size, ByteView(root), ByteView(edge), ByteView(last_hash_)});
    if (!written) return written.error();
    is_new_ = false;
    for (const Subtree& subtree : completed_) {
        const auto kept = transaction.execute(
            "INSERT INTO audit_subtree (level, position, hash) VALUES ($1, $2, $3)",
            {static_cast<int>(subtree.level), static_cast<std::int64_t>(subtree.position), ByteView(subtree.hash)});
        if (!kept) return kept.error();
    }
    completed_.clear();
    return {};
}

Result<AuditVerdict> prepare_audit_tree(Database& database) {
    const auto known = database.read([](Connection& connection) { return stored_tree(connection); });
    if (!known) return known.error();
    if (*known) return AuditVerdict{};
    const auto verdict = database.read([](Connection& connection) { return verify_chain(connection); });
    if (!verdict) return verdict.error();
    const Status built = database.write([](Transaction& transaction) -> Status {
        auto tree = AuditTree::load(transaction);
        if (!tree) return tree.error();
        return tree->store(transaction);
    });
    if (!built) return built.error();
    return *verdict;
}

Result<TreeHead> tree_head(Connection& connection) {
    const auto tree = AuditTree::load(connection);
    if (!tree) return tree.error();
    return tree->tree_head();
}

Result<crypto::MerkleProof> AuditProver::inclusion(std::int64_t sequence, std::uint64_t size) {
    if (sequence < 1) return fail(ErrorCode::InvalidParameter, "entries count from 1");
    return crypto::inclusion_proof(static_cast<std::uint64_t>(sequence) - 1, size,
                                   [this](unsigned level, std::uint64_t position) { return node(level, position); });
}

Result<crypto::MerkleProof> AuditProver::consistency(std::uint64_t first, std::uint64_t second) {
    return crypto::consistency_proof(first, second,
                                     [this](unsigned level, std::uint64_t position) { return node(level, position); });
}

Result<MerkleHash> AuditProver::root(std::uint64_t size) {
    return crypto::merkle_root(size, [this](unsigned level, std::uint64_t position) { return node(level, position); });
}

Status AuditProver::load_leaves(std::uint64_t block) {
    const auto first = static_cast<std::int64_t>(block * kBlock);
    std::vector<MerkleHash> leaves;
    bool gapless = true;
    const Status read =
        connection_.each(kEntries, {first, first + static_cast<std::int64_t>(kBlock)}, [&](const Row& row) {
            const AuditEntry entry = audit_entry_of(row);
            gapless = entry.sequence == first + static_cast<std::int64_t>(leaves.size()) + 1;
            if (gapless) leaves.push_back(audit_leaf(entry.sequence, entry.record));
            return gapless;
        });
    if (!read) return read;
    leaves_[block] = std::move(leaves);
    return {};
}

Result<MerkleHash> AuditProver::stored(unsigned level, std::uint64_t position) {
    const auto key = std::pair(level, position);
    if (const auto known = subtrees_.find(key); known != subtrees_.end()) return known->second;
    // Its neighbours are asked for next.
    const std::uint64_t first = position - position % kBlock;
    const auto rows = connection_.all(
        "SELECT position, hash FROM audit_subtree WHERE level = $1 AND position >= $2 AND position < $3",
        {static_cast<int>(level), static_cast<std::int64_t>(first), static_cast<std::int64_t>(first + kBlock)},
        [](const Row& row) {
            return std::pair(static_cast<std::uint64_t>(row.integer(0)), audit_hash_of(row.blob(1)));
        });
    if (!rows) return rows.error();
    for (const auto& [at, hash] : *rows)
        subtrees_[{level, at}] = hash;
    const auto found = subtrees_.find(key);
    if (found == subtrees_.end()) return fail(ErrorCode::AuditLogBroken, "a subtree of the log is missing");
    return found->second;
}

Result<MerkleHash> AuditProver::node(unsigned level, std::uint64_t position) {
    if (level == 0) {
        const std::uint64_t block = position / kBlock;
        if (!leaves_.contains(block)) {
            if (const Status read = load_leaves(block); !read) return read.error();
        }
        const std::vector<MerkleHash>& leaves = leaves_[block];
        if (position % kBlock < leaves.size()) return leaves[position % kBlock];
        return fail(ErrorCode::AuditLogBroken, fmt::format("entry {} of the log is missing", position + 1));
    }
    if (level % kStep == 0) return stored(level, position);
    const auto left = node(level - 1, 2 * position);
    if (!left) return left;
    const auto right = node(level - 1, 2 * position + 1);
    if (!right) return right;
    return crypto::merkle_node(*left, *right);
}

std::string anchor_statement(const TreeHead& head) {
    return fmt::format("signet audit anchor 1\n{}\n{}\n", head.size, hex(head.root));
}

std::string to_line(const AuditAnchor& anchor) {
    return fmt::format("{} {} {} {} {}", kAnchorWord, anchor.head.size, hex(anchor.head.root), anchor.time.milliseconds,
                       base64(anchor.token));
}

Result<AuditAnchor> anchor_from_line(std::string_view line) {
    const auto words = split(line, ' ');
    const auto size = words.size() == 5 && words[0] == kAnchorWord ? parse_integer(words[1]) : std::nullopt;
    const auto root = size ? from_hex(words[2]) : std::nullopt;
    const auto time = size ? parse_integer(words[3]) : std::nullopt;
    auto token = size ? from_base64(words[4]) : std::nullopt;
    if (!size || *size < 1 || !root || root->size() != sizeof(MerkleHash) || !time || !token)
        return invalid_parameter("an anchor is `signet-anchor-1 SIZE ROOT TIME TOKEN`");
    return AuditAnchor{{static_cast<std::uint64_t>(*size), audit_hash_of(*root)}, {*time}, std::move(*token)};
}

Status want_anchor(Transaction& transaction) {
    const auto noted = transaction.execute("UPDATE audit_tree SET anchor_wanted = size WHERE id = 1");
    if (!noted) return noted.error();
    return {};
}

Result<std::optional<AuditAnchor>> last_anchor(Connection& connection) {
    return connection.first("SELECT size, root, time, token FROM audit_anchor ORDER BY size DESC LIMIT 1", {},
                            anchor_of);
}

Result<std::optional<AnchorNeed>> anchor_need(Connection& connection) {
    const auto stored = stored_tree(connection);
    if (!stored) return stored.error();
    if (!*stored || (*stored)->size == 0) return std::optional<AnchorNeed>();
    const auto last = connection.first(
        "SELECT size, time FROM audit_anchor ORDER BY size DESC LIMIT 1", {},
        [](const Row& row) { return std::pair(static_cast<std::uint64_t>(row.integer(0)), row.get<UtcTime>(1)); });
    if (!last) return last.error();
    const std::uint64_t covered = *last ? (*last)->first : 0;
    if (covered >= (*stored)->size) return std::optional<AnchorNeed>();
    AnchorNeed need;
    need.head = {(*stored)->size, (*stored)->root};
    need.is_pressing = (*stored)->anchor_wanted > covered;
    if (*last) need.last_time = (*last)->second;
    return std::optional(need);
}

Status insert_anchor(Transaction& transaction, const AuditAnchor& anchor) {
    const auto written = transaction.execute(
        "INSERT INTO audit_anchor (size, root, time, token) VALUES ($1, $2, $3, $4)",
        {static_cast<std::int64_t>(anchor.head.size), ByteView(anchor.head.root), anchor.time, ByteView(anchor.token)});
    if (!written) return written.error();
    return {};
}

Result<std::vector<AuditAnchor>> list_anchors(Connection& connection, std::uint64_t size, std::size_t limit) {
    return connection.all("SELECT size, root, time, token FROM audit_anchor WHERE size >= $1 ORDER BY size LIMIT $2",
                          {static_cast<std::int64_t>(size), static_cast<std::int64_t>(limit)}, anchor_of);
}

namespace {

/// Walks the log once and compares whatever was written down about it.
class LogWalk {
  public:
    LogWalk(Connection& connection, std::vector<TreeHead> anchors)
        : connection_(connection), anchors_(std::move(anchors)) {
        std::ranges::sort(anchors_, {}, &TreeHead::size);
    }

    Result<LogVerdict> run() {
        const Status walked = connection_.each(kEntries, {INT64_MIN, kNoEnd},
                                               [&](const Row& row) { return take(audit_entry_of(row), row.blob(6)); });
        if (!walked) return walked.error();
        if (!verdict_) return finish();
        if (next_anchor_ < anchors_.size()) stop_at_end("an anchor reaches further");
        if (verdict_) {
            if (const Status done = compare_head(); !done) return done.error();
        }
        if (verdict_) {
            if (const Status done = compare_subtrees(); !done) return done.error();
        }
        return finish();
    }

  private:
    std::int64_t next() const { return static_cast<std::int64_t>(frontier_.size()) + 1; }

    bool take(const AuditEntry& entry, ByteView stored_hash) {
        if (entry.sequence < next())
            return stop(AuditFault::Inserted, entry.sequence, entry.sequence, "a number below 1");
        if (entry.sequence != next()) return stop(AuditFault::Missing, next(), next(), "the number is not there");
        const MerkleHash hash = audit_hash(last_hash_, entry.sequence, entry.record);
        if (stored_hash.size() != hash.size() || hash != entry.hash)
            return stop(AuditFault::Altered, entry.sequence, entry.sequence, "the chain breaks here");
        last_hash_ = hash;
        frontier_.append(audit_leaf(entry.sequence, entry.record),
                         [&](unsigned level, std::uint64_t position, const MerkleHash& root) {
                             if (level > 0 && level % kStep == 0) subtrees_[{level, position}] = root;
                         });
        for (; next_anchor_ < anchors_.size() && anchors_[next_anchor_].size == frontier_.size(); ++next_anchor_) {
            if (anchors_[next_anchor_].root != frontier_.root()) {
                const std::int64_t from = covered_ + 1;
                return stop(AuditFault::Altered, from, entry.sequence, "an anchor says otherwise");
            }
            covered_ = entry.sequence;
            ++verdict_.anchors;
        }
        return true;
    }

    Status compare_head() {
        const auto stored = stored_tree(connection_);
        if (!stored) return stored.error();
        if (!*stored && frontier_.size() == 0) return {};
        if (!*stored) {
            stop(AuditFault::Altered, covered_ + 1, next() - 1, "the tree's head is missing");
            return {};
        }
        const std::uint64_t size = (*stored)->size;
        if (size > frontier_.size()) {
            stop_at_end("the tree's head reaches further");
        } else if (size < frontier_.size()) {
            stop(AuditFault::Inserted, static_cast<std::int64_t>(size) + 1, next() - 1,
                 "the tree's head does not reach it");
        } else if ((*stored)->root != frontier_.root() || (*stored)->frontier != frontier_.bytes() ||
                   (*stored)->last_hash != last_hash_) {
            stop(AuditFault::Altered, covered_ + 1, next() - 1, "the tree's head says otherwise");
        }
        return {};
    }

    Status compare_subtrees() {
        std::size_t seen = 0;
        const Status read = connection_.each(
            "SELECT level, position, hash FROM audit_subtree ORDER BY level, position", {}, [&](const Row& row) {
                const auto level = row.get<int>(0);
                const auto position = static_cast<std::uint64_t>(row.integer(1));
                const auto known = subtrees_.find({static_cast<unsigned>(level), position});
                const bool same = known != subtrees_.end() && known->second == audit_hash_of(row.blob(2));
                if (same) ++seen;
                return same || stop_at_subtree(static_cast<unsigned>(level), position);
            });
        if (!read) return read;
        if (verdict_ && seen != subtrees_.size())
            stop(AuditFault::Altered, covered_ + 1, next() - 1, "a subtree's root is missing");
        return {};
    }

    bool stop_at_subtree(unsigned level, std::uint64_t position) {
        const bool is_sane = level < 63 && position <= (frontier_.size() >> level);
        const std::int64_t from = is_sane ? static_cast<std::int64_t>(position << level) + 1 : 1;
        return stop(AuditFault::Altered, from, next() - 1, "a subtree's root says otherwise");
    }

    /// Entries are missing behind the last one, unless some were taken out before it and the rest moved up.
    void stop_at_end(std::string reason) {
        stop(AuditFault::Truncated, covered_ + 1, next(), std::move(reason));
        verdict_.first_bad = next();
    }

    bool stop(AuditFault fault, std::int64_t from, std::int64_t to, std::string reason) {
        verdict_.fault = fault;
        verdict_.first_bad = from;
        verdict_.first_suspect = from;
        verdict_.last_suspect = to;
        verdict_.reason = std::move(reason);
        return false;
    }

    LogVerdict finish() {
        const auto good =
            verdict_ ? frontier_.size() : static_cast<std::uint64_t>(std::max<std::int64_t>(verdict_.first_bad, 1) - 1);
        verdict_.checked = std::min<std::uint64_t>(good, frontier_.size());
        verdict_.head = {frontier_.size(), frontier_.root()};
        return verdict_;
    }

    Connection& connection_;
    std::vector<TreeHead> anchors_;
    std::size_t next_anchor_ = 0;
    std::int64_t covered_ = 0;  // by an anchor that agreed
    crypto::MerkleFrontier frontier_;
    MerkleHash last_hash_{};
    std::map<std::pair<unsigned, std::uint64_t>, MerkleHash> subtrees_;
    LogVerdict verdict_;
};

}  // namespace

Result<LogVerdict> verify_log(Connection& connection, std::vector<TreeHead> anchors) {
    const auto stored = list_anchors(connection);
    if (!stored) return stored.error();
    for (const AuditAnchor& anchor : *stored)
        anchors.push_back(anchor.head);
    return LogWalk(connection, std::move(anchors)).run();
}

}  // namespace signet::store
