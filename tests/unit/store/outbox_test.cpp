#include "store/outbox.hpp"

#include "temporary_folder.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include <gtest/gtest.h>

namespace signet::store {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class OutboxTest : public testing::Test {
  protected:
    TemporaryFolder folder_;
    ManualClock clock_{UtcTime{1'800'000'000'000}};
    std::unique_ptr<Database> database_ = std::move(*Database::open(folder_ / "signet.db", layer_migrations()));
    Outbox outbox_{*database_, clock_};

    OutboxId enqueue(const OutboxMessage& message) {
        const auto id =
            database_->write([&](Transaction& transaction) { return outbox_.enqueue(transaction, message); });
        EXPECT_TRUE(id) << describe(id.error());
        return *id;
    }
    OutboxId enqueue_for(std::int64_t contract, std::string destination = "https://erp.example.com:443") {
        OutboxMessage message;
        message.family = "contract";
        message.contract = {contract};
        message.destination = std::move(destination);
        return enqueue(message);
    }
    std::vector<OutboxId> claim(std::size_t limit = 16, std::vector<std::string> busy = {}) {
        const auto entries = outbox_.claim({.owner = "a", .limit = limit, .busy_destinations = std::move(busy)});
        EXPECT_TRUE(entries) << describe(entries.error());
        std::vector<OutboxId> ids;
        for (const auto& entry : *entries)
            ids.push_back(entry.id);
        return ids;
    }
    OutboxEntry entry(OutboxId id) { return outbox_.list({.after = {id.value - 1}, .limit = 1})->front(); }
    using Ids = std::vector<OutboxId>;
};

TEST_F(OutboxTest, hands_out_what_was_enqueued_as_it_was) {
    const OutboxMessage message{OutboxKind::Mail, "message", R"({"to":"章三"})", "smtp", {42}, "key", {}};
    const auto id = enqueue(message);
    const auto entries = outbox_.claim({.owner = "node 1", .lease = seconds(30)});
    ASSERT_EQ(entries->size(), 1U);
    const OutboxEntry& got = entries->front();
    EXPECT_EQ(got.id, id);
    EXPECT_EQ(got.message.kind, OutboxKind::Mail);
    EXPECT_EQ(got.message.family, "message");
    EXPECT_EQ(got.message.payload, message.payload);
    EXPECT_EQ(got.message.destination, "smtp");
    EXPECT_EQ(got.message.contract.value, 42);
    EXPECT_EQ(got.message.dedupe_key, "key");
    EXPECT_EQ(got.state, OutboxState::Leased);
    EXPECT_EQ(got.attempts, 1);
    EXPECT_EQ(got.lease_owner, "node 1");
    EXPECT_EQ(got.lease_until, clock_.now() + seconds(30));
    EXPECT_TRUE(claim().empty());
}

TEST_F(OutboxTest, holds_nothing_of_a_transaction_that_failed) {
    const Status failed = database_->write([&](Transaction& transaction) -> Status {
        EXPECT_TRUE(outbox_.enqueue(transaction, {}));
        return fail(ErrorCode::Conflict);
    });
    EXPECT_FALSE(failed);
    EXPECT_TRUE(claim().empty());
}

TEST_F(OutboxTest, takes_a_dedupe_key_once_until_it_is_purged) {
    OutboxMessage message;
    message.dedupe_key = "contract 1 sent";
    const auto id = enqueue(message);
    EXPECT_EQ(enqueue(message), id);
    EXPECT_NE(enqueue({}), enqueue({}));
    ASSERT_EQ(claim().size(), 3U);
    ASSERT_TRUE(outbox_.done(id, "a"));
    EXPECT_EQ(enqueue(message), id);
    clock_.advance(minutes(1));
    EXPECT_EQ(*outbox_.purge_done(clock_.now()), 1);
    EXPECT_NE(enqueue(message), id);
}

TEST_F(OutboxTest, refuses_what_is_too_long) {
    const auto refused = [&](OutboxMessage message) {
        return database_->write([&](Transaction& transaction) { return outbox_.enqueue(transaction, message); })
            .error()
            .code;
    };
    OutboxMessage message;
    message.payload.assign(1024 * 1024 + 1, 'x');
    EXPECT_EQ(refused(message), ErrorCode::ParameterTooLong);
    message.payload.clear();
    message.dedupe_key.assign(501, 'x');
    EXPECT_EQ(refused(message), ErrorCode::ParameterTooLong);
}

TEST_F(OutboxTest, waits_for_the_time_it_was_told) {
    OutboxMessage message;
    message.not_before = clock_.now() + minutes(5);
    enqueue(message);
    EXPECT_TRUE(claim().empty());
    EXPECT_EQ(*outbox_.next_due(), clock_.now() + minutes(5));
    clock_.advance(minutes(5));
    EXPECT_EQ(claim().size(), 1U);
}

TEST_F(OutboxTest, hands_out_again_what_nobody_reported) {
    const auto id = enqueue_for(1);
    ASSERT_EQ(claim(), Ids{id});
    clock_.advance(minutes(1));
    EXPECT_TRUE(claim().empty());
    EXPECT_EQ(*outbox_.next_due(), clock_.now() + minutes(1));
    clock_.advance(minutes(1));
    const auto again = outbox_.claim({.owner = "b"});
    ASSERT_EQ(again->size(), 1U);
    EXPECT_EQ(again->front().attempts, 2);
    EXPECT_EQ(outbox_.done(id, "a").error().code, ErrorCode::Conflict) << "the first owner has lost it";
    EXPECT_TRUE(outbox_.done(id, "b"));
    EXPECT_EQ(outbox_.done(id, "b").error().code, ErrorCode::Conflict);
    EXPECT_EQ(entry(id).state, OutboxState::Done);
}

TEST_F(OutboxTest, tries_again_when_told_and_remembers_why) {
    const auto id = enqueue_for(1);
    claim();
    ASSERT_TRUE(outbox_.retry_at(id, "a", clock_.now() + minutes(5), std::string(2'000, 'x') + "\xff"));
    EXPECT_EQ(entry(id).last_error.size(), 1'000U);
    EXPECT_EQ(entry(id).attempts, 1);
    EXPECT_TRUE(claim().empty());
    clock_.advance(minutes(5));
    EXPECT_EQ(claim(), Ids{id});
    ASSERT_TRUE(outbox_.dead(id, "a", "answered 410"));
    EXPECT_EQ(outbox_.list({.state = OutboxState::Dead})->front().last_error, "answered 410");
    EXPECT_EQ(outbox_.depth()->dead, 1);
}

TEST_F(OutboxTest, forgets_an_attempt_that_was_given_back) {
    const auto id = enqueue_for(1);
    claim();
    ASSERT_TRUE(outbox_.release(id, "a"));
    EXPECT_EQ(entry(id).attempts, 0);
    EXPECT_EQ(claim(), Ids{id});
}

TEST_F(OutboxTest, keeps_the_callbacks_of_one_contract_in_order) {
    const auto first = enqueue_for(1);
    const auto second = enqueue_for(1);
    const auto other = enqueue_for(2);
    EXPECT_EQ(claim(), (Ids{first, other}));
    ASSERT_TRUE(outbox_.done(other, "a"));
    EXPECT_TRUE(claim().empty()) << "the second waits while the first is under way";
    ASSERT_TRUE(outbox_.retry_at(first, "a", clock_.now() + minutes(5), "no answer"));
    EXPECT_TRUE(claim().empty()) << "and until it was tried again";
    clock_.advance(minutes(5));
    EXPECT_EQ(claim(), Ids{first});
    ASSERT_TRUE(outbox_.done(first, "a"));
    EXPECT_EQ(claim(), Ids{second});
}

TEST_F(OutboxTest, lets_later_callbacks_pass_one_that_failed_twice) {
    const auto first = enqueue_for(1);
    const auto second = enqueue_for(1);
    claim();
    ASSERT_TRUE(outbox_.retry_at(first, "a", clock_.now() + minutes(5), ""));
    const auto third = enqueue_for(1);
    EXPECT_EQ(entry(third).next_attempt, clock_.now() + minutes(5)) << "no use to look before";
    clock_.advance(minutes(5));
    EXPECT_EQ(claim(), Ids{first});
    ASSERT_TRUE(outbox_.retry_at(first, "a", clock_.now() + minutes(120), ""));
    EXPECT_EQ(claim(), Ids{second});
    ASSERT_TRUE(outbox_.done(second, "a"));
    EXPECT_EQ(claim(), Ids{third});
}

TEST_F(OutboxTest, orders_callbacks_not_messages_without_a_contract) {
    enqueue({});
    enqueue({});
    EXPECT_EQ(claim().size(), 2U);
    OutboxMessage sms;
    sms.kind = OutboxKind::Sms;
    sms.contract = {1};
    enqueue_for(1);
    enqueue(sms);
    EXPECT_EQ(claim().size(), 2U) << "a message does not wait for a callback";
}

TEST_F(OutboxTest, does_not_let_one_destination_take_everything) {
    for (int i = 1; i <= 50; ++i)
        enqueue_for(i, "slow");
    const auto quick = enqueue_for(100, "quick");
    const auto claimed = claim();
    EXPECT_EQ(claimed.size(), 5U) << "four for one destination";
    EXPECT_NE(std::ranges::find(claimed, quick), claimed.end());
    EXPECT_TRUE(claim(16, {"slow"}).empty());
    EXPECT_EQ(claim(2).size(), 2U);
}

TEST_F(OutboxTest, skips_an_expired_lease_of_a_busy_destination) {
    const auto id = enqueue_for(1, "slow");
    claim();
    clock_.advance(minutes(3));
    EXPECT_TRUE(claim(16, {"slow"}).empty());
    EXPECT_EQ(claim(), Ids{id});
}

TEST_F(OutboxTest, replays_what_is_settled_and_nothing_else) {
    const auto id = enqueue_for(1);
    EXPECT_EQ(outbox_.replay(id).error().code, ErrorCode::Conflict);
    claim();
    EXPECT_EQ(outbox_.replay(id).error().code, ErrorCode::Conflict);
    ASSERT_TRUE(outbox_.dead(id, "a", "gave up"));
    ASSERT_TRUE(outbox_.replay(id));
    const auto again = outbox_.claim({.owner = "a"});
    ASSERT_EQ(again->size(), 1U);
    EXPECT_EQ(again->front().attempts, 1);
    EXPECT_EQ(again->front().last_error, "");
}

TEST_F(OutboxTest, lists_page_by_page) {
    for (int i = 1; i <= 5; ++i)
        enqueue_for(i % 2 + 1);
    const auto page = outbox_.list({.limit = 2});
    ASSERT_EQ(page->size(), 2U);
    EXPECT_EQ(outbox_.list({.after = page->back().id})->size(), 3U);
    EXPECT_EQ(outbox_.list({.kind = OutboxKind::Callback, .contract = {1}})->size(), 2U);
    EXPECT_EQ(outbox_.list({.kind = OutboxKind::Sms})->size(), 0U);
}

TEST_F(OutboxTest, gives_each_entry_to_one_of_many_claimers) {
    constexpr int kEntries = 300;
    for (int i = 1; i <= kEntries; ++i)
        enqueue_for(i, "destination " + std::to_string(i % 7));
    std::mutex mutex;
    std::multiset<std::int64_t> seen;
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
        threads.emplace_back([&, t] {
            const std::string owner = "node " + std::to_string(t);
            for (int idle = 0; idle < 3;) {
                const auto entries = outbox_.claim({.owner = owner, .limit = 5});
                if (!entries || entries->empty()) ++idle;
                for (const auto& entry : *entries) {
                    EXPECT_TRUE(outbox_.done(entry.id, owner));
                    const std::lock_guard lock(mutex);
                    seen.insert(entry.id.value);
                }
            }
        });
    }
    for (auto& thread : threads)
        thread.join();
    for (auto rest = claim(); !rest.empty(); rest = claim()) {
        for (const auto id : rest)
            seen.insert(id.value);
    }
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(kEntries));
    EXPECT_EQ((std::set(seen.begin(), seen.end()).size()), static_cast<std::size_t>(kEntries));
}

TEST_F(OutboxTest, tells_its_witness_what_went_out_and_what_never_will_and_nothing_else) {
    std::vector<OutboxState> seen;
    Outbox witnessed(*database_, clock_, [&](Transaction&, const OutboxEntry& entry) {
        seen.push_back(entry.state);
        return Status();
    });
    const OutboxId id = enqueue_for(1);
    ASSERT_EQ(claim(), Ids{id});
    ASSERT_TRUE(witnessed.retry_at(id, "a", clock_.now(), "busy"));
    ASSERT_EQ(claim(), Ids{id});
    ASSERT_TRUE(witnessed.release(id, "a"));
    EXPECT_TRUE(seen.empty());
    ASSERT_EQ(claim(), Ids{id});
    ASSERT_TRUE(witnessed.done(id, "a"));
    const OutboxId lost = enqueue_for(2);
    ASSERT_EQ(claim(), Ids{lost});
    ASSERT_TRUE(witnessed.dead(lost, "a", "refused"));
    EXPECT_EQ(seen, (std::vector{OutboxState::Done, OutboxState::Dead}));
}

TEST_F(OutboxTest, carries_again_what_its_witness_could_not_write_down) {
    Outbox witnessed(*database_, clock_, [](Transaction&, const OutboxEntry&) -> Status {
        return fail(ErrorCode::StorageFailed, "the log is full");
    });
    const OutboxId id = enqueue_for(1);
    ASSERT_EQ(claim(), Ids{id});
    const Status done = witnessed.done(id, "a");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::StorageFailed);
    EXPECT_EQ(entry(id).state, OutboxState::Leased);
    clock_.advance(minutes(3));
    EXPECT_EQ(claim(), Ids{id});
}

TEST_F(OutboxTest, finds_its_entries_by_indexes_alone) {
    // A scan of the table would make every claim as slow as the outbox is long.
    const auto plan = [&](const std::string& sql, const Parameters& parameters) {
        std::string steps;
        const Status explained = database_->read([&](Connection& connection) {
            return connection.each("EXPLAIN QUERY PLAN " + sql, parameters, [&](const Row& row) {
                steps += row.get<std::string>(3) + "\n";
                return true;
            });
        });
        EXPECT_TRUE(explained) << describe(explained.error());
        return steps;
    };
    const std::string due = plan(
        "SELECT o.id FROM outbox o WHERE o.state = 0 AND o.destination = $1 AND o.next_attempt <= $2 AND NOT EXISTS "
        "(SELECT 1 FROM outbox e WHERE e.contract = o.contract AND e.kind = o.kind AND e.id < o.id AND e.contract <> 0 "
        "AND e.state < 2 AND (e.state = 1 OR e.attempts < 2)) ORDER BY o.next_attempt, o.id LIMIT $3",
        {"a", 1, 1});
    EXPECT_NE(due.find("outbox_waiting (destination=? AND next_attempt<?)"), std::string::npos) << due;
    EXPECT_NE(due.find("outbox_order (contract=? AND kind=? AND id<?)"), std::string::npos) << due;
    EXPECT_EQ(due.find("SCAN"), std::string::npos) << due;
}

}  // namespace
}  // namespace signet::store
