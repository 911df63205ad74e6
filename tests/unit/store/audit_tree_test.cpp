#include "store/audit_tree.hpp"

#include "temporary_folder.hpp"

#include <algorithm>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace signet::store {
namespace {

using Entries = std::vector<AuditEntry>;

AuditRecord record_of(std::int64_t n) {
    return {{1'800'000'000'000 + n * 7},
            "user:" + std::to_string(n % 5),
            {n % 3},
            "contract.sent",
            "{\"n\":" + std::to_string(n) + "}"};
}

class AuditTreeTest : public testing::Test {
  protected:
    TemporaryFolder folder_;
    std::unique_ptr<Database> database_ = std::move(*Database::open(folder_ / "signet.db", layer_migrations()));

    void fill(int count) {
        const Status filled = database_->write([&](Transaction& transaction) -> Status {
            for (int i = 0; i < count; ++i) {
                const auto added = append_audit(transaction, record_of(++filled_));
                if (!added) return added.error();
            }
            return {};
        });
        ASSERT_TRUE(filled) << describe(filled.error());
    }
    TreeHead head() {
        return *database_->read([](Connection& connection) { return tree_head(connection); });
    }
    LogVerdict verify(const std::vector<TreeHead>& anchors = {}) {
        return *database_->read([&](Connection& connection) { return verify_log(connection, anchors); });
    }

    std::int64_t filled_ = 0;
};

TEST_F(AuditTreeTest, knows_the_root_over_every_entry_at_every_commit) {
    EXPECT_EQ(head().size, 0U);
    crypto::MerkleFrontier expected;
    for (int i = 1; i <= 20; ++i) {
        fill(1);
        expected.append(audit_leaf(i, record_of(i)));
        EXPECT_EQ(head(), (TreeHead{static_cast<std::uint64_t>(i), expected.root()}));
    }
    EXPECT_TRUE(verify());
}

TEST_F(AuditTreeTest, encodes_every_field_of_an_entry) {
    const AuditRecord record{{258}, "ab", {3}, "e", "{}"};
    EXPECT_EQ(hex(audit_encoding(1, record)),
              hex(as_bytes("signet audit entry 1\n")) + "0000000000000001" + "0000000000000102" + "0000000000000002" +
                  "6162" + "0000000000000003" + "0000000000000001" + "65" + "0000000000000002" + "7b7d");
}

TEST_F(AuditTreeTest, forgets_what_a_failed_work_added) {
    fill(3);
    const TreeHead before = head();
    const Status undone = database_->write([](Transaction& transaction) -> Status {
        EXPECT_TRUE(append_audit(transaction, record_of(4)));
        return fail(ErrorCode::Conflict);
    });
    EXPECT_FALSE(undone);
    EXPECT_EQ(head(), before);
    EXPECT_TRUE(verify());
}

TEST_F(AuditTreeTest, proves_entries_and_growth_from_what_is_stored) {
    fill(700);
    const TreeHead earlier = head();
    fill(900);
    const TreeHead later = head();
    const Status proven = database_->read([&](Connection& connection) -> Status {
        AuditProver prover(connection);
        EXPECT_EQ(*prover.root(later.size), later.root);
        for (const std::int64_t sequence : {1, 2, 256, 257, 512, 513, 699, 700}) {
            const auto proof = prover.inclusion(sequence, earlier.size);
            if (!proof) return proof.error();
            const auto leaf = audit_leaf(sequence, record_of(sequence));
            const auto index = static_cast<std::uint64_t>(sequence) - 1;
            EXPECT_TRUE(crypto::verify_inclusion(leaf, index, earlier.size, *proof, earlier.root)) << sequence;
            EXPECT_FALSE(crypto::verify_inclusion(leaf, index, earlier.size, *proof, later.root)) << sequence;
        }
        EXPECT_EQ(prover.inclusion(701, earlier.size).error().code, ErrorCode::InvalidParameter);
        EXPECT_EQ(prover.inclusion(0, earlier.size).error().code, ErrorCode::InvalidParameter);
        EXPECT_EQ(prover.inclusion(5'000, 6'000).error().code, ErrorCode::AuditLogBroken);
        const auto growth = prover.consistency(earlier.size, later.size);
        if (!growth) return growth.error();
        EXPECT_TRUE(crypto::verify_consistency(earlier.size, earlier.root, later.size, later.root, *growth));
        return {};
    });
    EXPECT_TRUE(proven) << describe(proven.error());
}

TEST_F(AuditTreeTest, is_built_over_a_log_that_is_older_than_the_tree) {
    fill(600);
    const TreeHead before = head();
    const Status forgotten = database_->write([](Transaction& transaction) {
        return transaction.script(
            "DROP TRIGGER audit_subtree_no_delete; DELETE FROM audit_tree; DELETE FROM audit_subtree;");
    });
    ASSERT_TRUE(forgotten);
    const auto prepared = prepare_audit_tree(*database_);
    ASSERT_TRUE(prepared);
    EXPECT_TRUE(*prepared);
    EXPECT_EQ(prepared->checked, 600);
    EXPECT_EQ(head(), before);
    fill(1);
    const LogVerdict verdict = verify({before});
    EXPECT_TRUE(verdict) << verdict.reason;
    EXPECT_EQ(verdict.checked, 601U);
}

TEST_F(AuditTreeTest, says_when_the_old_log_was_broken_before_the_tree_was_built) {
    fill(30);
    const Status broken = database_->write([](Transaction& transaction) {
        return transaction.script(
            "DROP TRIGGER audit_no_update; UPDATE audit SET actor = 'x' WHERE sequence = 12; DELETE FROM audit_tree;");
    });
    ASSERT_TRUE(broken);
    const auto prepared = prepare_audit_tree(*database_);
    ASSERT_TRUE(prepared);
    EXPECT_EQ(prepared->first_bad, 12);
}

TEST_F(AuditTreeTest, leaves_a_gap_where_the_running_log_was_cut) {
    fill(9);
    ASSERT_TRUE(database_->write([](Transaction& transaction) {
        return transaction.script("DROP TRIGGER audit_no_delete; DELETE FROM audit WHERE sequence > 6;");
    }));
    LogVerdict verdict = verify();
    EXPECT_EQ(verdict.fault, AuditFault::Truncated);
    EXPECT_EQ(verdict.first_bad, 7);
    fill(1);
    verdict = verify();
    EXPECT_EQ(verdict.fault, AuditFault::Missing);
    EXPECT_EQ(verdict.first_bad, 7);
}

TEST_F(AuditTreeTest, asks_for_an_anchor_until_there_is_one) {
    const auto need = [&] { return *database_->read([](Connection& connection) { return anchor_need(connection); }); };
    EXPECT_FALSE(need());
    fill(2);
    ASSERT_TRUE(need());
    EXPECT_FALSE(need()->is_pressing);
    EXPECT_EQ(need()->head, head());
    ASSERT_TRUE(database_->write([](Transaction& transaction) { return want_anchor(transaction); }));
    EXPECT_TRUE(need()->is_pressing);
    const AuditAnchor anchor{head(), {77}, to_bytes("token")};
    ASSERT_TRUE(database_->write([&](Transaction& transaction) { return insert_anchor(transaction, anchor); }));
    EXPECT_FALSE(need());
    fill(1);
    ASSERT_TRUE(need());
    EXPECT_FALSE(need()->is_pressing);
    EXPECT_EQ(need()->last_time, UtcTime{77});
    const auto listed = database_->read([](Connection& connection) { return list_anchors(connection, 2); });
    ASSERT_EQ(listed->size(), 1U);
    EXPECT_EQ(listed->front().head, anchor.head);
    EXPECT_EQ(listed->front().token, anchor.token);
    EXPECT_TRUE(database_->read([](Connection& connection) { return list_anchors(connection, 3); })->empty());
    EXPECT_FALSE(database_->write([](Transaction& transaction) {
        return transaction.script("DELETE FROM audit_anchor");
    })) << "anchors stay";
}

TEST_F(AuditTreeTest, writes_an_anchor_as_one_line_and_reads_it_back) {
    fill(3);
    const AuditAnchor anchor{head(), {1'800'000'000'123}, to_bytes("any token")};
    const std::string line = to_line(anchor);
    const auto again = anchor_from_line(line);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->head, anchor.head);
    EXPECT_EQ(again->time, anchor.time);
    EXPECT_EQ(again->token, anchor.token);
    for (const std::string& bad : {std::string(), line + " x", line.substr(1), std::string("signet-anchor-1 0 00 1 AA"),
                                   std::string("signet-anchor-1 1 00 1 AA"), std::string("a b c d e")}) {
        EXPECT_FALSE(anchor_from_line(bad)) << bad;
    }
    EXPECT_EQ(anchor_statement({3, anchor.head.root}), "signet audit anchor 1\n3\n" + hex(anchor.head.root) + "\n");
}

TEST_F(AuditTreeTest, can_be_looked_at_while_the_server_runs) {
    fill(5);
    const auto snapshot = open_snapshot(folder_ / "signet.db");
    ASSERT_TRUE(snapshot) << describe(snapshot.error());
    fill(1);
    const auto verdict = verify_log(**snapshot);
    ASSERT_TRUE(verdict);
    EXPECT_TRUE(*verdict) << verdict->reason;
    EXPECT_EQ(verdict->checked, 5U);
    EXPECT_FALSE((*snapshot)->execute("DELETE FROM audit_tree"));
    EXPECT_EQ(open_snapshot(folder_ / "nothing.db").error().code, ErrorCode::StorageFailed);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "nothing.db"));
}

/// What somebody with the database in his hands may do to it. The first takes nothing else along, the second makes the
/// chain of hashes anew, the third also the tree, and takes out the anchors in the database.
enum class Attacker { Careless, Careful, Thorough };

class Mutation : public AuditTreeTest {
  protected:
    static constexpr int kEntries = 300;
    std::mt19937 random_{20'240'317};
    std::vector<TreeHead> anchors_;

    void SetUp() override {
        for (const int more : {50, 90, 100, 60}) {
            fill(more);
            anchors_.push_back(head());
        }
    }
    std::int64_t any(std::int64_t from, std::int64_t to) {
        return std::uniform_int_distribution<std::int64_t>(from, to)(random_);
    }
    static Entries read_all(Connection& connection) {
        Entries all;
        for (std::int64_t after = 0;;) {
            auto page = list_audit(connection, {}, after, 1'000);
            if (!page || page->empty()) return all;
            after = page->back().sequence;
            all.insert(all.end(), page->begin(), page->end());
        }
    }
    static Status write_all(Transaction& transaction, Entries entries, Attacker attacker) {
        const Status open = transaction.script(
            "DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete; DROP TRIGGER audit_subtree_no_delete;"
            "DROP TRIGGER audit_anchor_no_delete; DELETE FROM audit;");
        if (!open) return open;
        std::array<std::uint8_t, 32> last{};
        std::int64_t number = 0;
        for (AuditEntry& entry : entries) {
            if (attacker != Attacker::Careless) {
                entry.sequence = ++number;
                entry.hash = audit_hash(last, entry.sequence, entry.record);
                last = entry.hash;
            }
            const auto& record = entry.record;
            const auto written = transaction.execute(
                "INSERT INTO audit (sequence, time, actor, contract, event, detail, hash) VALUES "
                "($1, $2, $3, $4, $5, $6, $7)",
                {entry.sequence, record.time, record.actor, record.contract, record.event, record.detail,
                 ByteView(entry.hash)});
            if (!written) return written.error();
        }
        if (attacker != Attacker::Thorough) return {};
        const Status emptied =
            transaction.script("DELETE FROM audit_tree; DELETE FROM audit_subtree; DELETE FROM audit_anchor;");
        if (!emptied) return emptied;
        auto tree = AuditTree::load(transaction);
        if (!tree) return tree.error();
        return tree->store(transaction);
    }

    /// Changes the log, looks, and undoes it. `change` says which entry is the first that is not as it was.
    LogVerdict after(const std::function<std::int64_t(Entries&)>& change, Attacker attacker, std::int64_t& first_bad) {
        LogVerdict verdict;
        (void)database_->write([&](Transaction& transaction) -> Status {
            Entries entries = read_all(transaction);
            first_bad = change(entries);
            const Status written = write_all(transaction, std::move(entries), attacker);
            EXPECT_TRUE(written) << describe(written.error());
            verdict = *verify_log(transaction, anchors_);
            return fail(ErrorCode::Conflict);  // undone
        });
        return verdict;
    }

    void expect_found(const std::function<std::int64_t(Entries&)>& change) {
        constexpr int kTimes = 200;
        for (int i = 0; i < kTimes; ++i) {
            const auto attacker = static_cast<Attacker>(i % 3);
            std::int64_t first_bad = 0;
            const LogVerdict verdict = after(change, attacker, first_bad);
            ASSERT_NE(verdict.fault, AuditFault::None) << "round " << i << ", entry " << first_bad;
            // Who leaves the chain alone is found at the very entry; else between two anchors.
            if (attacker == Attacker::Careless) {
                ASSERT_EQ(verdict.first_bad, first_bad) << "round " << i << ": " << verdict.reason;
            } else {
                ASSERT_LE(verdict.first_suspect, first_bad) << "round " << i << ": " << verdict.reason;
                ASSERT_GE(verdict.last_suspect, first_bad) << "round " << i << ": " << verdict.reason;
            }
        }
        EXPECT_TRUE(verify(anchors_)) << "everything was undone";
    }
};

TEST_F(Mutation, edits_are_found_two_hundred_times) {
    expect_found([this](Entries& entries) {
        AuditEntry& entry = entries[static_cast<std::size_t>(any(0, kEntries - 1))];
        switch (any(0, 4)) {
            case 0:
                entry.record.time.milliseconds += any(1, 100'000);
                break;
            case 1:
                entry.record.actor += "0";
                break;
            case 2:
                entry.record.contract = {any(100, 1'000)};
                break;
            case 3:
                entry.record.event = "contract.rejected";
                break;
            default:
                entry.record.detail = "{\"n\":" + std::to_string(any(1'000, 9'999)) + "}";
        }
        return entry.sequence;
    });
}

TEST_F(Mutation, deletions_are_found_two_hundred_times) {
    expect_found([this](Entries& entries) {
        const auto at = any(0, kEntries - 2);
        entries.erase(entries.begin() + at,
                      entries.begin() + at + any(1, std::min<std::int64_t>(9, kEntries - 1 - at)));
        return at + 1;
    });
}

TEST_F(Mutation, insertions_are_found_two_hundred_times) {
    expect_found([this](Entries& entries) {
        const auto at = any(0, kEntries);
        AuditEntry entry = entries[static_cast<std::size_t>(any(0, kEntries - 1))];
        entry.record.event = "contract.forged";
        entry.sequence = at + 1;
        entries.insert(entries.begin() + at, entry);
        for (std::size_t i = static_cast<std::size_t>(at) + 1; i < entries.size(); ++i)
            ++entries[i].sequence;
        // Behind the last entry a thorough attacker is a writer like any other; he is kept before it.
        if (at == kEntries) {
            entries.pop_back();
            entries.front().record.event = "contract.forged";
            return std::int64_t{1};
        }
        return at + 1;
    });
}

TEST_F(Mutation, reordering_is_found_two_hundred_times) {
    expect_found([this](Entries& entries) {
        const auto a = any(0, kEntries - 2);
        const auto b = any(a + 1, kEntries - 1);
        std::swap(entries[static_cast<std::size_t>(a)], entries[static_cast<std::size_t>(b)]);
        std::swap(entries[static_cast<std::size_t>(a)].sequence, entries[static_cast<std::size_t>(b)].sequence);
        return a + 1;
    });
}

TEST_F(Mutation, a_cut_tail_is_found_two_hundred_times) {
    expect_found([this](Entries& entries) {
        const auto left = any(0, kEntries - 1);
        entries.resize(static_cast<std::size_t>(left));
        return left + 1;
    });
}

TEST_F(Mutation, a_thorough_cut_is_found_by_the_anchors_kept_elsewhere_alone) {
    std::int64_t first_bad = 0;
    const auto cut = [](Entries& entries) {
        entries.resize(280);
        return std::int64_t{281};
    };
    EXPECT_EQ(after(cut, Attacker::Thorough, first_bad).fault, AuditFault::Truncated);
    anchors_.clear();
    EXPECT_EQ(after(cut, Attacker::Thorough, first_bad).fault, AuditFault::None);
}

TEST_F(Mutation, an_entry_forged_behind_the_head_is_found) {
    std::int64_t first_bad = 0;
    const auto forge = [](Entries& entries) {
        AuditEntry entry = entries.back();
        ++entry.sequence;
        entry.hash = audit_hash(entries.back().hash, entry.sequence, entry.record);
        entries.push_back(entry);
        return entry.sequence;
    };
    const LogVerdict verdict = after(forge, Attacker::Careless, first_bad);
    EXPECT_EQ(verdict.fault, AuditFault::Inserted);
    EXPECT_EQ(verdict.first_bad, first_bad);
}

}  // namespace
}  // namespace signet::store
