#include "store/database.hpp"

#include "temporary_folder.hpp"

#include <atomic>
#include <fstream>
#include <latch>
#include <stdexcept>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>
#include <sqlite3.h>

namespace signet::store {
namespace {

std::vector<Migration> thing_migrations() {
    return {{1, "things", R"sql(
        CREATE TABLE thing (id {id}, name TEXT NOT NULL, amount DOUBLE PRECISION, content {bytes}, company BIGINT NOT NULL,
                            UNIQUE (company, name));
        CREATE TABLE part (id {serial}, thing BIGINT NOT NULL REFERENCES thing (id) DEFERRABLE INITIALLY DEFERRED,
                           label TEXT CHECK (label <> 'wrong'));
        CREATE UNIQUE INDEX part_label ON part (thing, label);
        CREATE UNIQUE INDEX thing_lower_name ON thing (lower(name)) WHERE company = 2;
        CREATE TABLE child (thing BIGINT NOT NULL REFERENCES thing (id));
    )sql"}};
}

class DatabaseTest : public testing::Test {
  protected:
    std::unique_ptr<Database> open(const DatabaseOptions& options = {}) {
        auto database = Database::open(folder_ / "signet.db", thing_migrations(), options);
        EXPECT_TRUE(database) << describe(database.error());
        return std::move(*database);
    }

    static Result<std::int64_t> insert(Transaction& transaction, std::int64_t id) {
        return transaction.execute("INSERT INTO thing (id, name, company) VALUES ($1, $2, 1)",
                                   {id, "thing " + std::to_string(id)});
    }
    static Status add(Database& database, std::int64_t id) {
        return database.write([&](Transaction& transaction) -> Status {
            const auto done = insert(transaction, id);
            if (!done) return done.error();
            return {};
        });
    }
    static std::int64_t count(Database& database) {
        return **database.read(
            [](Connection& connection) { return connection.value<std::int64_t>("SELECT count(*) FROM thing"); });
    }

    TemporaryFolder folder_;
};

TEST_F(DatabaseTest, reads_every_type_as_it_was_written) {
    const auto database = open();
    const Bytes content{0, 1, 2, 255};
    const auto written = database->write([&](Transaction& transaction) {
        return transaction.execute("INSERT INTO thing (id, name, amount, content, company) VALUES ($1, $2, $3, $4, $5)",
                                   {INT64_MAX, std::string("a\0b章", 6), 0.1, content, UtcTime{1'800'000'000'123}});
    });
    ASSERT_TRUE(written) << describe(written.error());
    EXPECT_EQ(*written, 1);
    const auto found = database->read([&](Connection& connection) {
        return connection.first("SELECT id, name, amount, content, company, NULL FROM thing WHERE id = $1", {INT64_MAX},
                                [&](const Row& row) {
                                    EXPECT_EQ(row.get<std::int64_t>(0), INT64_MAX);
                                    EXPECT_EQ(row.get<std::string>(1), std::string("a\0b章", 6));
                                    EXPECT_EQ(row.get<double>(2), 0.1);
                                    EXPECT_EQ(row.get<Bytes>(3), content);
                                    EXPECT_EQ(row.get<UtcTime>(4).milliseconds, 1'800'000'000'123);
                                    EXPECT_EQ(row.get<std::optional<std::int64_t>>(5), std::nullopt);
                                    EXPECT_EQ(row.get<std::string>(5), "");
                                    EXPECT_THROW((void)row.get<int>(0), std::out_of_range);
                                    return true;
                                });
    });
    ASSERT_TRUE(found && *found);
}

TEST_F(DatabaseTest, tells_null_from_empty) {
    const auto database = open();
    const std::optional<double> no_amount;
    const std::optional<std::string> name = "";
    const auto kinds = database->write([&](Transaction& transaction) {
        return transaction.first(
            "INSERT INTO thing (id, name, amount, content, company) VALUES (1, $1, $2, $3, $4) "
            "RETURNING typeof(name), typeof(amount), typeof(content)",
            {name, no_amount, Bytes{}, std::optional<int>(7)}, [](const Row& row) {
                return row.get<std::string>(0) + " " + row.get<std::string>(1) + " " + row.get<std::string>(2);
            });
    });
    EXPECT_EQ(**kinds, "text null blob");
}

TEST_F(DatabaseTest, refuses_parameters_that_do_not_fit_the_statement) {
    const auto database = open();
    const auto run = [&](std::string_view sql, const Parameters& parameters) {
        return database->write([&](Transaction& transaction) { return transaction.execute(sql, parameters); });
    };
    EXPECT_EQ(run("DELETE FROM thing WHERE id = $1", {}).error().code, ErrorCode::Internal);
    EXPECT_EQ(run("DELETE FROM thing WHERE id = $1", {1, 2}).error().code, ErrorCode::Internal);
    EXPECT_EQ(run("DELETE FROM thing WHERE id = ?", {1}).error().code, ErrorCode::Internal);
    EXPECT_EQ(run("DELETE FROM thing; DELETE FROM part", {}).error().code, ErrorCode::Internal);
    EXPECT_EQ(run("DELETE FROM nothing", {}).error().code, ErrorCode::Internal);
}

TEST_F(DatabaseTest, takes_parameters_in_any_order_and_more_than_once) {
    const auto database = open();
    const auto sum = database->read([](Connection& connection) {
        return connection.value<std::int64_t>("SELECT $2 * 100 + $1 * 10 + $2", {3, 4});
    });
    EXPECT_EQ(**sum, 434);
}

TEST_F(DatabaseTest, answers_a_question_inside_the_same_question) {
    const auto database = open();
    for (int id = 1; id <= 3; ++id)
        ASSERT_TRUE(add(*database, id));
    int pairs = 0;
    const Status asked = database->read([&](Connection& connection) -> Status {
        return connection.each("SELECT id FROM thing", {}, [&](const Row&) {
            const auto inner = connection.each("SELECT id FROM thing", {}, [&](const Row&) { return ++pairs > 0; });
            return static_cast<bool>(inner);
        });
    });
    ASSERT_TRUE(asked);
    EXPECT_EQ(pairs, 9);
}

TEST_F(DatabaseTest, names_the_constraint_that_was_violated) {
    const auto database = open();
    ASSERT_TRUE(add(*database, 1));
    const auto violated = [&](std::string_view sql) {
        const auto done = database->write([&](Transaction& transaction) { return transaction.execute(sql); });
        EXPECT_EQ(done.error().code, ErrorCode::Conflict) << describe(done.error());
        return violated_constraint(done.error()).value_or("none");
    };
    EXPECT_EQ(violated("INSERT INTO thing (id, name, company) VALUES (1, 'x', 1)"), "thing_pkey");
    EXPECT_EQ(violated("INSERT INTO thing (id, name, company) VALUES (2, 'thing 1', 1)"), "thing_company_name_key");
    EXPECT_EQ(violated("INSERT INTO thing (id, name, company) VALUES (2, 'a', 2), (3, 'A', 2)"), "thing_lower_name");
    EXPECT_EQ(violated("INSERT INTO part (thing, label) VALUES (1, 'a'), (1, 'a')"), "part_label");
    EXPECT_EQ(violated("INSERT INTO child (thing) VALUES (99)"), "foreign_key");
    EXPECT_EQ(violated_constraint(fail(ErrorCode::Internal, "constraint x: y")), std::nullopt);
    const auto check = database->write([](Transaction& transaction) {
        return transaction.execute("INSERT INTO part (thing, label) VALUES (1, 'wrong')");
    });
    EXPECT_EQ(check.error().code, ErrorCode::Internal);
}

TEST_F(DatabaseTest, undoes_a_failed_work_alone) {
    const auto database = open();
    const Status failed = database->write([](Transaction& transaction) -> Status {
        EXPECT_TRUE(insert(transaction, 1));
        return fail(ErrorCode::InvalidParameter, "no");
    });
    EXPECT_EQ(failed.error().code, ErrorCode::InvalidParameter);
    const Status thrown = database->write([](Transaction& transaction) -> Status {
        EXPECT_TRUE(insert(transaction, 2));
        throw std::runtime_error("a bug");
    });
    EXPECT_EQ(thrown.error().code, ErrorCode::Internal);
    ASSERT_TRUE(add(*database, 3));
    EXPECT_EQ(count(*database), 1);
}

/// Holds the writer until many works wait, so that they share one commit.
class HeldWriter {
  public:
    explicit HeldWriter(Database& database) {
        EXPECT_TRUE(database.write_async(
            [this](Transaction&) -> Status {
                held_.count_down();
                free_.wait();
                return {};
            },
            [](Status) {}));
        held_.wait();
    }
    void let_go() { free_.count_down(); }

  private:
    std::latch held_{1};
    std::latch free_{1};
};

TEST_F(DatabaseTest, commits_what_waits_together_and_each_by_its_own_merit) {
    const auto database = open();
    HeldWriter held(*database);
    const auto before = database->statistics().batches;
    constexpr int kWorks = 60;
    std::latch done(kWorks);
    std::atomic<int> succeeded{0};
    for (int id = 0; id < kWorks; ++id) {
        ASSERT_TRUE(database->write_async(
            [id](Transaction& transaction) -> Status {
                EXPECT_TRUE(insert(transaction, id + 1));
                if (id % 3 == 0) return fail(ErrorCode::Conflict, "every third");
                if (id % 3 == 1) return {};
                const auto orphan = transaction.execute("INSERT INTO part (thing, label) VALUES (-1, 'orphan')");
                EXPECT_TRUE(orphan) << "deferred until the commit";
                return {};
            },
            [&](Status status) {
                if (status) ++succeeded;
                done.count_down();
            }));
    }
    held.let_go();
    done.wait();
    EXPECT_EQ(succeeded, kWorks / 3);
    EXPECT_EQ(count(*database), kWorks / 3);
    EXPECT_LE(database->statistics().batches - before, 2U);
}

TEST_F(DatabaseTest, writes_behind_before_what_comes_later_and_in_its_commit) {
    const auto database = open();
    HeldWriter held(*database);
    const auto before = database->statistics().batches;
    std::atomic<bool> first{false};
    ASSERT_TRUE(database->write_behind([](Transaction& transaction) { return insert(transaction, 1); },
                                       [&](const auto& written) { first = written.has_value(); }));
    std::latch done(1);
    ASSERT_TRUE(database->write_async(
        [](Transaction& transaction) {
            EXPECT_EQ(transaction.value<std::int64_t>("SELECT count(*) FROM thing")->value_or(0), 1);
            return insert(transaction, 2);
        },
        [&](const auto&) { done.count_down(); }));
    held.let_go();
    done.wait();
    EXPECT_TRUE(first);
    EXPECT_EQ(count(*database), 2);
    EXPECT_LE(database->statistics().batches - before, 2U);
}

TEST_F(DatabaseTest, writes_behind_though_nothing_else_comes) {
    const auto database = open();
    std::latch done(1);
    ASSERT_TRUE(database->write_behind([](Transaction& transaction) { return insert(transaction, 1); },
                                       [&](const auto&) { done.count_down(); }));
    done.wait();
    EXPECT_EQ(count(*database), 1);
}

TEST_F(DatabaseTest, refuses_more_than_may_wait) {
    const auto database = open({.write_queue = 2});
    HeldWriter held(*database);
    const auto nothing = [](Transaction&) -> Status { return {}; };
    EXPECT_TRUE(database->write_async(nothing, [](Status) {}));
    EXPECT_TRUE(database->write_async(nothing, [](Status) {}));
    EXPECT_EQ(database->write_async(nothing, [](Status) {}).error().code, ErrorCode::Unavailable);
    EXPECT_EQ(database->write(nothing).error().code, ErrorCode::Unavailable);
    held.let_go();
}

TEST_F(DatabaseTest, finishes_what_waits_before_it_closes) {
    std::atomic<int> completed{0};
    {
        const auto database = open();
        HeldWriter held(*database);
        for (int id = 1; id <= 10; ++id) {
            ASSERT_TRUE(database->write_async([id](Transaction& transaction) { return insert(transaction, id); },
                                              [&](Result<std::int64_t> result) { completed += result ? 1 : 0; }));
        }
        held.let_go();
    }
    EXPECT_EQ(completed, 10);
    EXPECT_EQ(count(*open()), 10);
}

TEST_F(DatabaseTest, calls_after_commit_only_for_what_was_committed) {
    const auto database = open();
    std::vector<std::string> calls;
    const auto work = [&](const char* name, bool good) {
        return database->write([&, name](Transaction& transaction) -> Status {
            transaction.after_commit([&calls, name] { calls.emplace_back(name); });
            if (good) return {};
            return fail(ErrorCode::Conflict);
        });
    };
    EXPECT_TRUE(work("good", true));
    EXPECT_FALSE(work("bad", false));
    EXPECT_EQ(calls, std::vector<std::string>{"good"});
}

TEST_F(DatabaseTest, refuses_to_wait_for_itself) {
    const auto database = open();
    const Status nested = database->write([&](Transaction&) { return add(*database, 1); });
    EXPECT_EQ(nested.error().code, ErrorCode::Internal);
    const auto read = database->write([&](Transaction&) {
        return database->read([](Connection& connection) { return connection.value<int>("SELECT 1"); });
    });
    EXPECT_EQ(read.error().code, ErrorCode::Internal);
}

TEST_F(DatabaseTest, shows_a_reader_one_moment_only) {
    const auto database = open();
    ASSERT_TRUE(add(*database, 1));
    const Status read = database->read([&](Connection& connection) -> Status {
        EXPECT_EQ(**connection.value<int>("SELECT count(*) FROM thing"), 1);
        std::thread other([&] { EXPECT_TRUE(add(*database, 2)); });
        other.join();
        EXPECT_EQ(**connection.value<int>("SELECT count(*) FROM thing"), 1);
        return {};
    });
    ASSERT_TRUE(read);
    EXPECT_EQ(count(*database), 2);
}

TEST_F(DatabaseTest, lets_readers_read_only) {
    const auto database = open();
    const auto written = database->read([](Connection& connection) {
        return connection.execute("INSERT INTO thing (id, name, company) VALUES (1, 'a', 1)");
    });
    EXPECT_FALSE(written);
    EXPECT_EQ(count(*database), 0);
}

TEST_F(DatabaseTest, gives_a_reader_back_when_its_work_throws) {
    const auto database = open({.readers = 1, .wait = std::chrono::milliseconds(50)});
    const auto throwing = [](Connection&) -> Status { throw std::runtime_error("a bug"); };
    EXPECT_THROW((void)database->read(throwing), std::runtime_error);
    EXPECT_EQ(count(*database), 0);
    const Status nested =
        database->read([&](Connection&) -> Status { return database->read([](Connection&) -> Status { return {}; }); });
    EXPECT_EQ(nested.error().code, ErrorCode::Unavailable);
}

TEST_F(DatabaseTest, keeps_what_thirty_two_threads_write_and_read) {
    const auto database = open();
    constexpr int kThreads = 32;
    constexpr int kEach = 100;
    std::atomic<int> errors{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < kEach; ++i) {
                const std::int64_t id = 1 + t * kEach + i;
                if (!add(*database, id)) ++errors;
                const auto own = database->read([&](Connection& connection) {
                    return connection.value<std::string>("SELECT name FROM thing WHERE id = $1", {id});
                });
                if (!own || *own != "thing " + std::to_string(id)) ++errors;
            }
        });
    }
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(errors, 0);
    EXPECT_EQ(count(*database), kThreads * kEach);
    EXPECT_EQ(database->statistics().failed, 0U);
}

TEST_F(DatabaseTest, belongs_to_one_process_at_a_time) {
    const auto database = open();
    const auto second = Database::open(folder_ / "signet.db", thing_migrations());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::StorageFailed);
    EXPECT_NE(second.error().detail.find(std::to_string(::getpid())), std::string::npos) << second.error().detail;
}

TEST_F(DatabaseTest, is_readable_by_its_owner_alone) {
    const auto database = open();
    ASSERT_TRUE(add(*database, 1));
    for (const char* name : {"signet.db", "signet.db-wal", "signet.db-shm", "signet.db.lock"}) {
        struct stat status {};
        ASSERT_EQ(::stat((folder_ / name).c_str(), &status), 0) << name;
        EXPECT_EQ(status.st_mode & 0777U, 0600U) << name;
    }
}

TEST_F(DatabaseTest, refuses_a_file_that_is_not_its_own) {
    std::ofstream(folder_ / "signet.db") << std::string(5'000, 'x');
    EXPECT_EQ(Database::open(folder_ / "signet.db", {}).error().code, ErrorCode::StorageFailed);

    sqlite3* foreign = nullptr;
    ASSERT_EQ(sqlite3_open((folder_ / "foreign.db").c_str(), &foreign), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(foreign, "CREATE TABLE a (b)", nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(foreign);
    const auto opened = Database::open(folder_ / "foreign.db", thing_migrations());
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().detail.find("not a Signet database"), std::string::npos);
}

TEST_F(DatabaseTest, finds_damage_when_asked_to_look) {
    {
        const auto database = open();
        for (int id = 1; id <= 2'000; ++id) {
            ASSERT_TRUE(database->write_async([id](Transaction& transaction) { return insert(transaction, id); },
                                              [](const Result<std::int64_t>&) {}));
        }
    }
    {
        std::fstream file(folder_ / "signet.db", std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(40'000);
        file << std::string(8'192, '\xa5');
    }
    const auto opened = Database::open(folder_ / "signet.db", thing_migrations(), {.check_integrity = true});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::StorageFailed);
}

TEST_F(DatabaseTest, copies_itself_while_it_is_written_to) {
    const auto database = open();
    ASSERT_TRUE(add(*database, 1));
    std::atomic<bool> stop{false};
    std::thread writer([&] {
        for (std::int64_t id = 2; !stop; ++id)
            EXPECT_TRUE(add(*database, id));
    });
    const Status copied = database->copy_to(folder_ / "copy.db");
    stop = true;
    writer.join();
    ASSERT_TRUE(copied) << describe(copied.error());
    EXPECT_EQ(database->copy_to(folder_ / "copy.db").error().code, ErrorCode::Conflict);
    const auto copy = Database::open(folder_ / "copy.db", thing_migrations(), {.check_integrity = true});
    ASSERT_TRUE(copy) << describe(copy.error());
    EXPECT_GE(count(**copy), 1);
}

// Migrations

TEST_F(DatabaseTest, refuses_the_data_of_a_newer_program) {
    auto newer = thing_migrations();
    newer.push_back({7, "later", "CREATE TABLE later (id {id})"});
    { ASSERT_TRUE(Database::open(folder_ / "signet.db", newer)); }
    const auto opened = Database::open(folder_ / "signet.db", thing_migrations());
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::Conflict);
    EXPECT_NE(opened.error().detail.find("newer"), std::string::npos);
    EXPECT_TRUE(Database::open(folder_ / "signet.db", newer)) << "and leaves it as it was";
}

TEST_F(DatabaseTest, refuses_a_migration_whose_text_has_changed) {
    { open(); }
    auto changed = thing_migrations();
    changed[0].sql += " ";
    EXPECT_EQ(Database::open(folder_ / "signet.db", changed).error().code, ErrorCode::Conflict);
}

TEST_F(DatabaseTest, applies_what_is_missing_and_nothing_twice) {
    {
        const auto database = open();
        ASSERT_TRUE(add(*database, 1));
    }
    auto longer = thing_migrations();
    longer.push_back({2, "notes", "CREATE TABLE note (thing BIGINT); INSERT INTO note SELECT id FROM thing"});
    for (int round = 0; round < 2; ++round) {
        const auto database = Database::open(folder_ / "signet.db", longer);
        ASSERT_TRUE(database);
        const auto notes = (*database)->read(
            [](Connection& connection) { return connection.value<int>("SELECT count(*) FROM note"); });
        EXPECT_EQ(**notes, 1);
    }
}

TEST_F(DatabaseTest, leaves_the_old_schema_when_a_migration_fails) {
    { open(); }
    auto broken = thing_migrations();
    broken.push_back({2, "good", "CREATE TABLE good (id {id})"});
    broken.push_back({3, "bad", "CREATE TABLE good (id {id})"});
    const auto opened = Database::open(folder_ / "signet.db", broken);
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().detail.find("migration 3 bad"), std::string::npos) << opened.error().detail;
    EXPECT_TRUE(Database::open(folder_ / "signet.db", thing_migrations()));
}

TEST_F(DatabaseTest, refuses_migrations_out_of_order) {
    auto twice = thing_migrations();
    twice.push_back(twice.front());
    EXPECT_EQ(Database::open(folder_ / "signet.db", twice).error().code, ErrorCode::Internal);
}

TEST_F(DatabaseTest, keeps_an_append_only_table_from_changing) {
    auto migrations = thing_migrations();
    migrations.push_back({2, "log", "CREATE TABLE log (line TEXT); {append_only log}"});
    const auto database = Database::open(folder_ / "signet.db", migrations);
    ASSERT_TRUE(database) << describe(database.error());
    const auto run = [&](std::string_view sql) {
        return static_cast<bool>(
            (*database)->write([&](Transaction& transaction) { return transaction.execute(sql); }));
    };
    EXPECT_TRUE(run("INSERT INTO log VALUES ('a')"));
    EXPECT_FALSE(run("UPDATE log SET line = 'b'"));
    EXPECT_FALSE(run("DELETE FROM log"));
}

}  // namespace
}  // namespace signet::store
