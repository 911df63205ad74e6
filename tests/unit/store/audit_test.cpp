#include "store/audit.hpp"

#include "temporary_folder.hpp"

#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <sqlite3.h>

namespace signet::store {
namespace {

class AuditTest : public testing::Test {
  protected:
    TemporaryFolder folder_;
    std::unique_ptr<Database> database_ = open();

    std::unique_ptr<Database> open() { return std::move(*Database::open(folder_ / "signet.db", layer_migrations())); }
    Result<AuditEntry> add(const AuditRecord& record) {
        return database_->write([&](Transaction& transaction) { return append_audit(transaction, record); });
    }
    void fill(int count) {
        for (int i = 1; i <= count; ++i) {
            ASSERT_TRUE(add(
                {{1'800'000'000'000 + i}, "user:1", {i % 3}, "contract.sent", "{\"n\":" + std::to_string(i) + "}"}));
        }
    }
    AuditVerdict verify(const std::vector<AuditHead>& anchors = {}, const AuditHead& from = {}) {
        return *database_->read([&](Connection& connection) { return verify_chain(connection, anchors, from); });
    }
    AuditHead head() {
        return *database_->read([](Connection& connection) { return audit_head(connection); });
    }
    /// What somebody with the file in his hands does.
    void tamper(const std::string& sql) {
        database_.reset();
        sqlite3* file = nullptr;
        ASSERT_EQ(sqlite3_open((folder_ / "signet.db").c_str(), &file), SQLITE_OK);
        const std::string all = "DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete;" + sql;
        EXPECT_EQ(sqlite3_exec(file, all.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(file);
        sqlite3_close(file);
        database_ = open();
    }
};

TEST_F(AuditTest, counts_and_chains_what_happened) {
    const auto first = add({{1}, "user:1", {7}, "contract.sent", "{}"});
    ASSERT_TRUE(first) << describe(first.error());
    EXPECT_EQ(first->sequence, 1);
    EXPECT_EQ(first->hash, audit_hash({}, 1, first->record));
    const auto second = add({{2}, "system", {}, "contract.expired", "{\"a\":\"签\"}"});
    EXPECT_EQ(second->sequence, 2);
    EXPECT_EQ(second->hash, audit_hash(first->hash, 2, second->record));
    EXPECT_EQ(head(), (AuditHead{2, second->hash}));

    const auto listed = database_->read([](Connection& connection) { return list_audit(connection, {7}); });
    ASSERT_EQ(listed->size(), 1U);
    EXPECT_EQ(listed->front().record.event, "contract.sent");
    EXPECT_EQ(listed->front().hash, first->hash);
    const auto rest = database_->read([](Connection& connection) { return list_audit(connection, {}, 1); });
    ASSERT_EQ(rest->size(), 1U);
    EXPECT_EQ(rest->front().record.detail, "{\"a\":\"签\"}");
}

TEST_F(AuditTest, leaves_no_gap_for_what_was_undone) {
    fill(1);
    const Status undone = database_->write([](Transaction& transaction) -> Status {
        EXPECT_TRUE(append_audit(transaction, {{1}, "a", {}, "b", "{}"}));
        return fail(ErrorCode::Conflict);
    });
    EXPECT_FALSE(undone);
    fill(1);
    EXPECT_EQ(head().sequence, 2);
    EXPECT_TRUE(verify());
}

TEST_F(AuditTest, refuses_entries_that_are_not_well_formed) {
    EXPECT_FALSE(add({{1}, "a", {}, "", "{}"}));
    EXPECT_FALSE(add({{1}, "a", {}, "two words", "{}"}));
    EXPECT_FALSE(add({{1}, "a\xff", {}, "b", "{}"}));
    EXPECT_FALSE(add({{1}, "a", {}, "b", std::string(65 * 1024, 'x')}));
    EXPECT_EQ(head().sequence, 0);
    EXPECT_TRUE(verify());
}

TEST_F(AuditTest, takes_the_operation_with_it_when_it_cannot_be_written) {
    ASSERT_TRUE(database_->write([](Transaction& transaction) { return transaction.execute("DROP TABLE audit"); }));
    const auto operation = database_->write([](Transaction& transaction) -> Status {
        const auto changed = transaction.execute(
            "INSERT INTO outbox (kind, family, payload, destination, contract, state, attempts, created, next_attempt, "
            "lease_owner, lease_until, last_error) VALUES (0, '', '', '', 0, 0, 0, 0, 0, '', 0, '')");
        EXPECT_TRUE(changed);
        const auto logged = append_audit(transaction, {{1}, "a", {}, "b", "{}"});
        if (!logged) return logged.error();
        return {};
    });
    EXPECT_FALSE(operation);
    const auto left =
        database_->read([](Connection& connection) { return connection.value<int>("SELECT count(*) FROM outbox"); });
    EXPECT_EQ(**left, 0);
}

TEST_F(AuditTest, finds_every_changed_column) {
    fill(9);
    const auto whole = verify();
    EXPECT_TRUE(whole);
    EXPECT_EQ(whole.checked, 9);
    for (const char* change : {"time = time + 1", "actor = 'user:2'", "contract = 99", "event = 'contract.sen'",
                               "detail = '{}'", "hash = zeroblob(32)", "hash = x'00'"}) {
        tamper(std::string("CREATE TABLE kept AS SELECT * FROM audit WHERE sequence = 5; UPDATE audit SET ") + change +
               " WHERE sequence = 5;");
        const auto verdict = verify();
        EXPECT_EQ(verdict.fault, AuditFault::Altered) << change;
        EXPECT_EQ(verdict.first_bad, 5) << change;
        EXPECT_EQ(verdict.head.sequence, 4) << change;
        database_.reset();
        database_ = open();
        ASSERT_TRUE(database_->write([](Transaction& transaction) {
            return transaction.script(
                "DELETE FROM audit WHERE sequence = 5; INSERT INTO audit SELECT * FROM kept; DROP TABLE kept;"
                "{append_only audit}");
        }));
        EXPECT_TRUE(verify()) << "put right again";
    }
}

TEST_F(AuditTest, finds_what_was_taken_out_put_in_or_moved) {
    const auto found = [&](const std::string& sql) {
        tamper(sql);
        const auto verdict = verify();
        return std::pair(verdict.fault, verdict.first_bad);
    };
    fill(9);
    EXPECT_EQ(found("DELETE FROM audit WHERE sequence = 4"), std::pair(AuditFault::Missing, std::int64_t{4}));
    ASSERT_TRUE(database_->write([](Transaction& transaction) { return transaction.script("{append_only audit}"); }));
    EXPECT_EQ(found("UPDATE audit SET sequence = sequence - 1 WHERE sequence = 5;"
                    "UPDATE audit SET sequence = sequence - 1 WHERE sequence = 6;"
                    "UPDATE audit SET sequence = sequence - 1 WHERE sequence > 6"),
              std::pair(AuditFault::Altered, std::int64_t{4}));
}

TEST_F(AuditTest, finds_two_entries_that_changed_places) {
    fill(5);
    tamper(
        "UPDATE audit SET sequence = 99 WHERE sequence = 2; UPDATE audit SET sequence = 2 WHERE sequence = 3;"
        "UPDATE audit SET sequence = 3 WHERE sequence = 99;");
    EXPECT_EQ(verify().first_bad, 2);
}

TEST_F(AuditTest, finds_a_cut_tail_by_a_head_kept_elsewhere) {
    fill(9);
    const AuditHead anchor = head();
    tamper("DELETE FROM audit WHERE sequence > 6");
    EXPECT_TRUE(verify()) << "the chain itself is whole";
    const auto verdict = verify({anchor});
    EXPECT_EQ(verdict.fault, AuditFault::Truncated);
    EXPECT_EQ(verdict.first_bad, 7);
}

TEST_F(AuditTest, finds_a_rewritten_chain_by_a_head_kept_elsewhere) {
    fill(6);
    const AuditHead anchor = head();
    tamper(
        "DELETE FROM audit WHERE sequence > 3; DELETE FROM audit_tree; DROP TRIGGER audit_subtree_no_delete;"
        "DELETE FROM audit_subtree;");
    fill(6);  // a new, coherent history
    EXPECT_TRUE(verify());
    const auto verdict = verify({anchor});
    EXPECT_EQ(verdict.fault, AuditFault::Altered);
    EXPECT_EQ(verdict.first_bad, 6);
}

TEST_F(AuditTest, goes_on_from_where_it_was_checked) {
    fill(4);
    const AuditHead checked = head();
    fill(3);
    const auto verdict = verify({checked}, checked);
    EXPECT_TRUE(verdict);
    EXPECT_EQ(verdict.checked, 3);
    EXPECT_EQ(verdict.head, head());
    EXPECT_EQ(verify({}, {4, {}}).fault, AuditFault::Altered);
    EXPECT_EQ(verify({}, {40, checked.hash}).fault, AuditFault::Missing);
}

TEST_F(AuditTest, stays_one_chain_under_thirty_two_threads) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 32; ++t)
        threads.emplace_back([&] { fill(20); });
    for (auto& thread : threads)
        thread.join();
    const auto verdict = verify();
    EXPECT_TRUE(verdict);
    EXPECT_EQ(verdict.checked, 640);
}

}  // namespace
}  // namespace signet::store
