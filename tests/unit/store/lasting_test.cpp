#include "store/database.hpp"
#include "store/preservation.hpp"
#include "store/revocations.hpp"
#include "store/schema.hpp"
#include "temporary_folder.hpp"

#include <gtest/gtest.h>

namespace signet::store {
namespace {

class Lasting : public testing::Test {
  protected:
    template <typename Work>
    void write(Work work) {
        const Status done = database_->write(work);
        ASSERT_TRUE(done) << describe(done.error());
    }
    std::vector<std::int64_t> due_at(std::int64_t now, std::size_t limit = 10) {
        const auto tasks =
            database_->read([&](Connection& connection) { return preservation::due(connection, UtcTime{now}, limit); });
        std::vector<std::int64_t> contracts;
        for (const preservation::Task& task : *tasks)
            contracts.push_back(task.contract.value);
        return contracts;
    }
    preservation::Depth depth_at(std::int64_t now) {
        return *database_->read([&](Connection& connection) { return preservation::depth(connection, UtcTime{now}); });
    }

    TemporaryFolder folder_;
    std::unique_ptr<Database> database_ = std::move(*Database::open(folder_.path() / "signet.db", schema()));
};

using List = std::vector<std::int64_t>;

TEST_F(Lasting, contracts_come_up_when_they_are_due_the_longest_due_first) {
    write([](Transaction& transaction) -> Status {
        for (const auto& [contract, due] : {std::pair{1, 300}, {2, 100}, {3, 200}}) {
            if (Status put = preservation::put(transaction, {contract}, UtcTime{due}); !put) return put;
        }
        return {};
    });
    EXPECT_EQ(due_at(99), List{});
    EXPECT_EQ(due_at(200), (List{2, 3}));
    EXPECT_EQ(due_at(300, 2), (List{2, 3}));
    write([](Transaction& transaction) { return preservation::forget(transaction, {2}); });
    EXPECT_EQ(due_at(300), (List{3, 1}));
}

TEST_F(Lasting, a_failure_is_counted_and_told_until_it_is_put_right) {
    write([](Transaction& transaction) { return preservation::put(transaction, {1}, UtcTime{100}); });
    for (int i = 0; i < 2; ++i)
        write([](Transaction& transaction) {
            return preservation::put_off(transaction, {1}, UtcTime{500}, "no authority answers");
        });
    EXPECT_EQ(due_at(499), List{});
    preservation::Depth depth = depth_at(200);
    EXPECT_EQ(depth.waiting, 1) << "a task that failed still waits";
    EXPECT_EQ(depth.failing, 1);
    EXPECT_EQ(depth.problem, "no authority answers");
    const auto found = database_->read([](Connection& connection) { return preservation::find(connection, {1}); });
    EXPECT_EQ((*found)->attempts, 2);

    write([](Transaction& transaction) { return preservation::put(transaction, {1}, UtcTime{900}); });
    depth = depth_at(200);
    EXPECT_EQ(depth.waiting, 0);
    EXPECT_EQ(depth.failing, 0);
    EXPECT_EQ(depth.problem, "");
}

TEST_F(Lasting, a_certificate_is_revoked_once_and_keeps_its_first_reason) {
    const auto add = [&](std::string serial, std::int64_t time, int reason) {
        return *database_->write([&](Transaction& transaction) {
            return revocations::add(transaction, {serial, UtcTime{time}, reason});
        });
    };
    EXPECT_TRUE(add("0b", 20, 1));
    EXPECT_TRUE(add("0a", 10, 4));
    EXPECT_FALSE(add("0b", 30, 5));
    const auto all = database_->read([](Connection& connection) { return revocations::all(connection); });
    ASSERT_EQ(all->size(), 2U);
    EXPECT_EQ((*all)[0].serial_number, "0a");
    EXPECT_EQ((*all)[1].time, UtcTime{20});
    EXPECT_EQ((*all)[1].reason, 1);
}

}  // namespace
}  // namespace signet::store
