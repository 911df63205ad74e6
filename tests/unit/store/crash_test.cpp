#include "crypto/digest.hpp"
#include "store/audit.hpp"
#include "store/blobs.hpp"
#include "store/database.hpp"
#include "store/document_files.hpp"
#include "store/hash_state_cache.hpp"
#include "store/outbox.hpp"
#include "temporary_folder.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <functional>
#include <random>
#include <set>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

namespace signet::store {
namespace {

namespace fs = std::filesystem;
using model::DocumentId;

constexpr DocumentId kDocument{1};

/// A small product on top of the floor: acknowledged numbers, one growing document, an audit entry and an outbox row
/// each.
class Shop {
  public:
    explicit Shop(const fs::path& folder)
        : database_(must(Database::open(folder / "signet.db", migrations()))),
          files_(must(
              DocumentFiles::open(folder / "documents", [this](DocumentId document) { return committed(document); }))),
          blobs_(must(Blobs::open(folder / "blobs"))) {}

    Status set_up() {
        const auto r0 = files_->create(kDocument, as_bytes("R0."), DocumentFiles::Existing::Replace);
        if (!r0) return r0.error();
        return database_->write([&](Transaction& transaction) { return record(transaction, *r0); });
    }

    /// What one request does.
    Status sell(std::int64_t number) {
        const auto blob = blobs_->put(as_bytes("blob " + std::to_string(number)));
        if (!blob) return blob.error();
        return database_->write([&](Transaction& transaction) -> Status {
            const auto sold = transaction.execute("INSERT INTO sale (id, blob) VALUES ($1, $2)", {number, blob->hex()});
            if (!sold) return sold.error();
            OutboxMessage message;
            message.dedupe_key = std::to_string(number);
            const auto queued = outbox_.enqueue(transaction, message);
            if (!queued) return queued.error();
            const auto logged = append_audit(transaction, {{number}, "system", {}, "sale", "{}"});
            if (!logged) return logged.error();
            return {};
        });
    }

    Status sign(const std::function<void()>& between_append_and_commit = [] {}) {
        const auto lock = files_->lock(kDocument);
        const auto extent = recorded();
        if (!extent) return extent.error();
        auto state = states_.at(*files_, kDocument, *extent);
        if (!state) return state.error();
        const std::string revision = "revision behind " + std::to_string(extent->length) + "\n";
        state->update(as_bytes(revision));
        const auto length = files_->append(lock, extent->length, as_bytes(revision));
        if (!length) return length.error();
        between_append_and_commit();
        const DocumentExtent next{*length, state->digest()};
        const Status done = database_->write([&](Transaction& transaction) { return record(transaction, next); });
        if (!done) return done;
        return states_.keep(kDocument, next, *state);
    }

    Result<DocumentExtent> recorded() {
        return database_->read([](Connection& connection) -> Result<DocumentExtent> {
            const auto found =
                connection.first("SELECT length, sha256 FROM document WHERE id = $1", {kDocument}, [](const Row& row) {
                    DocumentExtent extent{row.get<std::uint64_t>(0), {}};
                    std::ranges::copy(row.blob(1), extent.sha256.begin());
                    return extent;
                });
            if (!found) return found.error();
            if (!*found) return fail(ErrorCode::Internal, "no document");
            return **found;
        });
    }

    std::set<std::int64_t> sales() {
        const auto all = database_->read([](Connection& connection) {
            return connection.all("SELECT id, blob FROM sale", {}, [](const Row& row) {
                return std::pair(row.get<std::int64_t>(0), row.get<std::string>(1));
            });
        });
        std::set<std::int64_t> numbers;
        for (const auto& [number, blob] : *all) {
            EXPECT_TRUE(blobs_->read(*BlobId::from_hex(blob))) << number;
            numbers.insert(number);
        }
        return numbers;
    }

    void expect_whole() {
        const auto extent = recorded();
        ASSERT_TRUE(extent);
        EXPECT_TRUE(files_->scrub(kDocument, *extent));
        const auto chain = database_->read([](Connection& connection) { return verify_chain(connection); });
        EXPECT_TRUE(*chain);
        const auto count = static_cast<std::int64_t>(sales().size());
        EXPECT_EQ(chain->checked, count);
        EXPECT_EQ(outbox_.depth()->waiting, count);
    }

    DocumentFiles& files() { return *files_; }
    Blobs& blobs() { return *blobs_; }

  private:
    static std::vector<Migration> migrations() {
        auto all = layer_migrations();
        all.push_back({100, "shop",
                       "CREATE TABLE sale (id {id}, blob TEXT NOT NULL);"
                       "CREATE TABLE document (id {id}, length BIGINT NOT NULL, sha256 {bytes} NOT NULL)"});
        return all;
    }
    template <typename T>
    static T must(Result<T> result) {
        if (!result) throw std::runtime_error(describe(result.error()));
        return std::move(*result);
    }
    static Status record(Transaction& transaction, const DocumentExtent& extent) {
        const auto done = transaction.execute(
            "INSERT INTO document (id, length, sha256) VALUES ($1, $2, $3) "
            "ON CONFLICT (id) DO UPDATE SET length = excluded.length, sha256 = excluded.sha256",
            {kDocument, static_cast<std::int64_t>(extent.length), ByteView(extent.sha256)});
        if (!done) return done.error();
        return {};
    }
    Result<std::optional<std::uint64_t>> committed(DocumentId document) {
        return database_->read([&](Connection& connection) {
            return connection.value<std::uint64_t>("SELECT length FROM document WHERE id = $1", {document});
        });
    }

    SystemClock clock_;
    std::unique_ptr<Database> database_;
    std::unique_ptr<DocumentFiles> files_;
    std::unique_ptr<Blobs> blobs_;
    HashStateCache<crypto::Sha256> states_{8};
    Outbox outbox_{*database_, clock_};
};

/// Runs `work(pipe)` in a process of its own.
struct Child {
    pid_t pid = -1;
    FileDescriptor acknowledged;

    explicit Child(const std::function<int(int pipe)>& work) {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        pid = ::fork();
        if (pid == 0) {
            ::close(ends[0]);
            int code = 99;
            try {
                code = work(ends[1]);
            } catch (const std::exception& exception) {
                std::fprintf(stderr, "child: %s\n", exception.what());
            }
            ::_exit(code);
        }
        ::close(ends[1]);
        acknowledged = FileDescriptor(ends[0]);
    }

    std::set<std::int64_t> read_acknowledged() const {
        std::set<std::int64_t> numbers;
        std::int64_t number = 0;
        while (::read(acknowledged.get(), &number, sizeof number) == sizeof number)
            numbers.insert(number);
        return numbers;
    }
    int wait() const {
        int status = 0;
        EXPECT_EQ(::waitpid(pid, &status, 0), pid);
        return status;
    }
};

TEST(Crash, loses_nothing_acknowledged_when_killed_at_any_moment) {
    const TemporaryFolder folder;
    { ASSERT_TRUE(Shop(folder.path()).set_up()); }
    std::mt19937 random(20'260'101);
    std::set<std::int64_t> acknowledged;
    std::uint64_t length = 0;
    for (int round = 0; round < 50; ++round) {
        const Child child([&](int pipe) {
            Shop shop(folder.path());
            std::vector<std::thread> threads;
            for (int t = 0; t < 4; ++t) {
                threads.emplace_back([&, t] {
                    for (std::int64_t i = 1;; ++i) {
                        const std::int64_t number = (round * 4LL + t) * 1'000'000 + i;
                        if (shop.sell(number)) (void)!::write(pipe, &number, sizeof number);
                        if (t == 0) (void)shop.sign();
                    }
                });
            }
            for (auto& thread : threads)
                thread.join();
            return 0;
        });
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 60'000));
        ::kill(child.pid, SIGKILL);
        child.wait();
        acknowledged.merge(child.read_acknowledged());

        Shop shop(folder.path());
        const auto kept = shop.sales();
        ASSERT_TRUE(std::ranges::includes(kept, acknowledged)) << "round " << round;
        shop.expect_whole();
        const auto extent = shop.recorded();
        ASSERT_GE(extent->length, length);
        ASSERT_TRUE(shop.sign()) << "the next signature gets over what the crash left";
        shop.expect_whole();
        length = shop.recorded()->length;
        if (HasFailure()) break;
    }
    EXPECT_GT(acknowledged.size(), 100U);
}

TEST(Crash, overwrites_a_revision_that_was_appended_and_never_committed) {
    const TemporaryFolder folder;
    { ASSERT_TRUE(Shop(folder.path()).set_up()); }
    const Child child([&](int) {
        Shop shop(folder.path());
        (void)shop.sign([] { ::kill(::getpid(), SIGKILL); });
        return 0;
    });
    EXPECT_TRUE(WIFSIGNALED(child.wait()));

    Shop shop(folder.path());
    EXPECT_EQ(shop.recorded()->length, 3U);
    EXPECT_GT(*shop.files().file_length(kDocument), 3U);
    shop.expect_whole();
    ASSERT_TRUE(shop.sign());
    EXPECT_EQ(*shop.files().file_length(kDocument), shop.recorded()->length);
    shop.expect_whole();
}

bool limit_file_size(rlim_t bytes) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_FSIZE, &limit) != 0) return false;
    limit.rlim_cur = std::min(bytes, limit.rlim_max);
    return ::setrlimit(RLIMIT_FSIZE, &limit) == 0;
}

/// A disk that is full and then is not: no process may die of it, nothing may be half there.
int outlive_a_full_disk(const fs::path& folder, int pipe) {
    std::signal(SIGXFSZ, SIG_IGN);
    Shop shop(folder);
    const Bytes large(2'000'000, 'x');
    if (!limit_file_size(600'000)) return 1;
    std::int64_t number = 1;
    Status sold;
    for (; (sold = shop.sell(number)); ++number)
        (void)!::write(pipe, &number, sizeof number);
    if (sold.error().code != ErrorCode::StorageFailed) return 2;
    if (shop.blobs().put(large).error().code != ErrorCode::StorageFailed) return 3;
    {
        const auto extent = shop.recorded();
        const auto lock = shop.files().lock(kDocument);
        const auto appended = shop.files().append(lock, extent->length, large);
        if (appended || appended.error().code != ErrorCode::StorageFailed) return 4;
        if (*shop.files().file_length(kDocument) != extent->length) return 5;
    }
    if (shop.files().create(DocumentId{2}, large).error().code != ErrorCode::StorageFailed) return 6;
    if (shop.files().open_file(DocumentId{2})) return 7;
    if (!shop.recorded()) return 8;  // reading goes on

    if (!limit_file_size(RLIM_INFINITY)) return 9;
    for (int i = 0; i < 10; ++i) {
        const std::int64_t later = 1'000'000 + i;
        if (!shop.sell(later)) return 10;
        (void)!::write(pipe, &later, sizeof later);
    }
    if (!shop.sign() || !shop.blobs().put(large)) return 11;
    return 0;
}

TEST(Crash, outlives_a_full_disk_and_goes_on_when_there_is_room) {
    const TemporaryFolder folder;
    { ASSERT_TRUE(Shop(folder.path()).set_up()); }
    const Child child([&](int pipe) { return outlive_a_full_disk(folder.path(), pipe); });
    const auto acknowledged = child.read_acknowledged();
    const int status = child.wait();
    ASSERT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
    EXPECT_EQ(WEXITSTATUS(status), 0);
    Shop shop(folder.path());
    EXPECT_EQ(shop.sales(), acknowledged);
    EXPECT_GT(acknowledged.size(), 10U);
    shop.expect_whole();
    std::size_t half = 0;
    for (const char* place : {"blobs/tmp", "documents/tmp"}) {
        half +=
            static_cast<std::size_t>(std::distance(fs::directory_iterator(folder / place), fs::directory_iterator()));
    }
    EXPECT_EQ(half, 0U);
}

TEST(Crash, says_so_when_no_file_can_be_opened_and_recovers) {
    const TemporaryFolder folder;
    { ASSERT_TRUE(Shop(folder.path()).set_up()); }
    const Child child([&](int) {
        Shop shop(folder.path());
        rlimit limit{};
        if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1;
        const rlimit none{3, limit.rlim_max};
        if (::setrlimit(RLIMIT_NOFILE, &none) != 0) return 2;
        if (shop.sell(1).error().code != ErrorCode::StorageFailed) return 3;
        if (shop.sign().error().code != ErrorCode::StorageFailed) return 4;
        if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return 5;
        if (!shop.sell(1) || !shop.sign()) return 6;
        return 0;
    });
    const int status = child.wait();
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
    Shop(folder.path()).expect_whole();
}

}  // namespace
}  // namespace signet::store
