#include "store/database.hpp"

#include "base/clock.hpp"
#include "base/file_descriptor.hpp"
#include "base/text.hpp"
#include "store/files.hpp"
#include "store/sqlite_connection.hpp"
#include "store/writer.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <fcntl.h>
#include <fmt/format.h>
#include <mutex>
#include <sys/file.h>
#include <unistd.h>

#include <sqlite3.h>

namespace signet::store {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kApplicationId = 0x53474E54;  // "SGNT"
constexpr int kCheckpointPages = 2'000;
constexpr int kLogLimit = 64 * 1024 * 1024;

/// Holds the data for this process alone. The kernel lets go of it when the process ends, however it ends.
Result<FileDescriptor> hold(const fs::path& database) {
    const fs::path path = database.string() + ".lock";
    FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!file) return storage_error("open", path);
    std::array<char, 24> holder{};
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        const auto length = ::pread(file.get(), holder.data(), holder.size() - 1, 0);
        const std::string pid(trim(std::string_view(holder.data(), length > 0 ? static_cast<std::size_t>(length) : 0)));
        return fail(ErrorCode::StorageFailed,
                    fmt::format("{} is in use by process {}", database.string(), pid.empty() ? "unknown" : pid));
    }
    const std::string pid = fmt::format("{}\n", ::getpid());
    if (::ftruncate(file.get(), 0) != 0 || ::pwrite(file.get(), pid.data(), pid.size(), 0) < 0) {
        return storage_error("write", path);
    }
    return file;
}

template <typename T>
Result<T> required(Connection& connection, std::string_view sql) {
    auto found = connection.value<T>(sql);
    if (!found) return found.error();
    if (!*found) return fail(ErrorCode::StorageFailed, "the database gives no answer");
    return std::move(**found);
}

/// Refuses what is not ours before a byte of it is changed.
Status check_file(SqliteConnection& connection, const fs::path& path, bool check_integrity) {
    const auto application = required<std::int64_t>(connection, "PRAGMA application_id");
    if (!application) return application.error();
    const auto tables = required<std::int64_t>(connection, "SELECT count(*) FROM sqlite_master");
    if (!tables) return tables.error();
    if (*application != kApplicationId && (*application != 0 || *tables != 0)) {
        return fail(ErrorCode::StorageFailed, path.string() + " is not a Signet database");
    }
    if (!check_integrity) return {};
    const auto verdict = required<std::string>(connection, "PRAGMA quick_check(1)");
    if (!verdict) return verdict.error();
    if (*verdict != "ok") return fail(ErrorCode::StorageFailed, path.string() + " is damaged: " + *verdict);
    return {};
}

Status set_up(SqliteConnection& connection) {
    const auto mode = required<std::string>(connection, "PRAGMA journal_mode=WAL");
    if (!mode) return mode.error();
    if (*mode != "wal") return fail(ErrorCode::StorageFailed, "the file system allows no write-ahead log");
    return connection.script(
        fmt::format("PRAGMA wal_autocheckpoint={}; PRAGMA journal_size_limit={};", kCheckpointPages, kLogLimit));
}

class SqliteDatabase final : public Database {
  public:
    SqliteDatabase(fs::path path, FileDescriptor lock, std::unique_ptr<SqliteConnection> writer,
                   const DatabaseOptions& options)
        : path_(std::move(path)), options_(options), lock_(std::move(lock)), writer_(std::move(writer), options) {}

    /// Only the writer's connection may fold the log into the file, and only when it is the last to close; nobody reads
    /// any more.
    ~SqliteDatabase() override { idle_.clear(); }

    Status copy_to(const fs::path& target) override;
    DatabaseStatistics statistics() const override { return writer_.statistics(); }

  protected:
    Status write_and_wait(const std::function<Status(Transaction&)>& work) override {
        return writer_.write_and_wait(work);
    }
    Status submit(std::function<Status(Transaction&)> work, std::function<void(Status)> completion,
                  Urgency urgency) override {
        const bool soon = urgency == Urgency::Soon;
        return soon ? writer_.submit_behind(std::move(work), std::move(completion))
                    : writer_.submit(std::move(work), std::move(completion));
    }
    Status read_snapshot(const std::function<void(Connection&)>& work) override;

  private:
    class Borrowed;
    Result<std::unique_ptr<SqliteConnection>> borrow();
    void give_back(std::unique_ptr<SqliteConnection> connection);

    const fs::path path_;
    const DatabaseOptions options_;
    const FileDescriptor lock_;
    std::mutex mutex_;
    std::condition_variable returned_;
    std::vector<std::unique_ptr<SqliteConnection>> idle_;
    std::size_t lent_ = 0;
    Writer writer_;  // the last to be made and the first to end
};

/// A reader's connection inside a snapshot, given back without it however the work ends.
class SqliteDatabase::Borrowed {
  public:
    Borrowed(SqliteDatabase& database, std::unique_ptr<SqliteConnection> connection)
        : database_(database), connection_(std::move(connection)) {}
    ~Borrowed() {
        if (connection_->in_transaction()) (void)connection_->run("ROLLBACK", {}, nullptr);
        if (connection_->in_transaction()) connection_.reset();
        database_.give_back(std::move(connection_));
    }
    Borrowed(const Borrowed&) = delete;
    Borrowed& operator=(const Borrowed&) = delete;
    SqliteConnection& operator*() const { return *connection_; }

  private:
    SqliteDatabase& database_;
    std::unique_ptr<SqliteConnection> connection_;
};

Result<std::unique_ptr<SqliteConnection>> SqliteDatabase::borrow() {
    std::unique_lock lock(mutex_);
    const std::size_t limit = std::max<std::size_t>(options_.readers, 1);
    const auto free = [&] { return !idle_.empty() || lent_ < limit; };
    if (!returned_.wait_for(lock, options_.wait, free)) {
        return fail(ErrorCode::Unavailable, "all readers of the store are busy");
    }
    ++lent_;
    if (!idle_.empty()) {
        auto connection = std::move(idle_.back());
        idle_.pop_back();
        return connection;
    }
    lock.unlock();
    auto connection = SqliteConnection::open(path_, SqliteConnection::Access::ReadOnly, options_);
    if (!connection) give_back(nullptr);
    return connection;
}

void SqliteDatabase::give_back(std::unique_ptr<SqliteConnection> connection) {
    {
        const std::lock_guard lock(mutex_);
        --lent_;
        if (connection) idle_.push_back(std::move(connection));
    }
    returned_.notify_one();
}

Status SqliteDatabase::read_snapshot(const std::function<void(Connection&)>& work) {
    if (writer_.is_this_thread()) return fail(ErrorCode::Internal, "a write reads through its transaction");
    auto connection = borrow();
    if (!connection) return connection.error();
    const Borrowed borrowed(*this, std::move(*connection));
    if (const auto begun = (*borrowed).run("BEGIN", {}, nullptr); !begun) return begun.error();
    work(*borrowed);
    return {};
}

Status copy_pages(sqlite3* source, const fs::path& target) {
    sqlite3* handle = nullptr;
    int code = sqlite3_open_v2(target.c_str(), &handle,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    const std::unique_ptr<sqlite3, ConnectionDeleter> copy(handle);
    if (code == SQLITE_OK) {
        sqlite3_backup* backup = sqlite3_backup_init(handle, "main", source, "main");
        if (backup != nullptr) (void)sqlite3_backup_step(backup, -1);  // all at once: one snapshot
        code = backup != nullptr ? sqlite3_backup_finish(backup) : sqlite3_extended_errcode(handle);
    }
    if (code == SQLITE_OK) return {};
    return fail(ErrorCode::StorageFailed, fmt::format("cannot copy to {}: {}", target.string(), sqlite3_errstr(code)));
}

Status SqliteDatabase::copy_to(const fs::path& target) {
    std::error_code ignored;
    if (fs::exists(target, ignored)) return fail(ErrorCode::Conflict, target.string() + " exists already");
    const auto source = SqliteConnection::open(path_, SqliteConnection::Access::ReadOnly, options_);
    if (!source) return source.error();
    const fs::path part = target.string() + ".part";
    fs::remove(part, ignored);
    if (const Status made = create_private_file(part); !made) return made;
    Status copied = copy_pages((*source)->handle(), part);
    if (copied) copied = publish(part, target, Publish::New);
    if (!copied) fs::remove(part, ignored);
    return copied;
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const fs::path& path, const std::vector<Migration>& migrations,
                                                 const DatabaseOptions& options) {
    const fs::path folder = path.parent_path().empty() ? "." : path.parent_path();
    if (const Status made = make_folders(folder); !made) return made.error();
    auto lock = hold(path);
    if (!lock) return lock.error();
    // SQLite gives its log and its index the rights of the file: nobody else may read contracts there. Made and closed
    // before SQLite opens it, because closing any descriptor of a file gives up all its POSIX locks.
    if (const Status made = create_private_file(path); !made) return made.error();

    auto connection = SqliteConnection::open(path, SqliteConnection::Access::ReadWrite, options);
    if (!connection) return connection.error();
    if (const Status checked = check_file(**connection, path, options.check_integrity); !checked)
        return checked.error();
    if (const Status ready = set_up(**connection); !ready) return ready.error();

    auto database = std::make_unique<SqliteDatabase>(path, std::move(*lock), std::move(*connection), options);
    const UtcTime now = SystemClock().now();
    const Status migrated = database->write([&](Transaction& transaction) -> Status {
        if (const Status done = migrate(transaction, migrations, now); !done) return done;
        return transaction.script(fmt::format("PRAGMA application_id={}", kApplicationId));
    });
    if (!migrated) return migrated.error();
    if (const Status synced = sync_folder(folder); !synced) return synced.error();
    return database;
}

Result<std::unique_ptr<Connection>> open_snapshot(const fs::path& path) {
    std::error_code ignored;
    if (!fs::is_regular_file(path, ignored)) return fail(ErrorCode::StorageFailed, "there is no " + path.string());
    auto connection = SqliteConnection::open(path, SqliteConnection::Access::ReadOnly, {});
    if (!connection) return connection.error();
    if (const auto begun = (*connection)->run("BEGIN", {}, nullptr); !begun) return begun.error();
    // The snapshot is that of the first question.
    if (const Status checked = check_file(**connection, path, false); !checked) return checked.error();
    return std::unique_ptr<Connection>(std::move(*connection));
}

}  // namespace signet::store
