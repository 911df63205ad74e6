#include "store/id_mark.hpp"

#include "store/schema.hpp"
#include "temporary_folder.hpp"

#include <gtest/gtest.h>

namespace signet::store {
namespace {

class IdMarkTest : public testing::Test {
  protected:
    std::unique_ptr<Database> open(const std::vector<Migration>& migrations, const DatabaseOptions& options = {}) {
        auto database = Database::open(folder_.path() / "signet.db", migrations, options);
        EXPECT_TRUE(database) << describe(database.error());
        return std::move(*database);
    }
    DatabaseOptions raising_to(const std::int64_t& greatest) {
        DatabaseOptions options;
        options.before_commit = [&greatest](Transaction& transaction) { return id_mark::raise(transaction, greatest); };
        return options;
    }
    static std::int64_t mark(Database& database) {
        return *database.read([](Connection& connection) { return id_mark::find(connection); });
    }
    static Status write_something(Database& database) {
        return database.write([](Transaction& transaction) -> Status {
            const auto done = transaction.execute("DELETE FROM nonce");
            return done ? Status() : Status(done.error());
        });
    }

    TemporaryFolder folder_;
};

TEST_F(IdMarkTest, rises_with_every_commit_and_outlasts_the_run) {
    std::int64_t greatest = 0;
    {
        const auto database = open(schema(), raising_to(greatest));
        EXPECT_EQ(mark(*database), 0);
        greatest = 77;
        ASSERT_TRUE(write_something(*database));
        EXPECT_EQ(mark(*database), 77);
        greatest = 60;
        ASSERT_TRUE(write_something(*database));
        EXPECT_EQ(mark(*database), 77);
    }
    EXPECT_EQ(mark(*open(schema())), 77);
}

TEST_F(IdMarkTest, begins_at_what_an_older_version_gave) {
    std::vector<Migration> older = schema();
    std::erase_if(older, [](const Migration& one) { return one.version >= 118; });
    {
        const auto database = open(older);
        const Status written = database->write([](Transaction& transaction) {
            return transaction.script(
                "INSERT INTO company (id, name, register_no, platform, parent, create_time) VALUES (5, 'A', '', 1, 0, "
                "0);"
                "INSERT INTO company (id, name, register_no, platform, parent, create_time) VALUES (31, 'B', '', 1, 0, "
                "0)");
        });
        ASSERT_TRUE(written) << describe(written.error());
    }
    EXPECT_EQ(mark(*open(schema())), 31);
}

TEST_F(IdMarkTest, commits_nothing_when_the_last_words_fail) {
    bool broken = false;
    DatabaseOptions options;
    options.before_commit = [&](Transaction&) -> Status {
        return broken ? Status(fail(ErrorCode::StorageFailed, "no")) : Status();
    };
    const auto database = open(schema(), options);
    broken = true;
    const auto raise = [&] {
        return database->write([](Transaction& transaction) { return id_mark::raise(transaction, 9); });
    };
    EXPECT_FALSE(raise());
    EXPECT_EQ(mark(*database), 0);
    broken = false;
    EXPECT_TRUE(raise());
    EXPECT_EQ(mark(*database), 9);
}

}  // namespace
}  // namespace signet::store
