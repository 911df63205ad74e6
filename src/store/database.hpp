#pragma once

#include "base/result.hpp"
#include "store/migrations.hpp"
#include "store/statement.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace signet::crypto {
class FieldCipher;
}

namespace signet::store {

/// A conversation with the database, handed to the work of `Database::read` and `Database::write`; it must not leave
/// that function. Statements have parameters `$1`, `$2` … and are prepared once per connection, so write their text as
/// a constant and never paste values into it. One call is one statement.
///
/// Errors: Conflict when a unique constraint or a foreign key is violated (see `violated_constraint`), StorageFailed
/// when the disk or the file failed, Internal when the SQL is wrong or breaks NOT NULL or CHECK.
class Connection {
  public:
    virtual ~Connection() = default;

    /// Runs a statement and says how many rows it inserted, updated or deleted.
    Result<std::int64_t> execute(std::string_view sql, const Parameters& parameters = {}) {
        return run(sql, parameters, nullptr);
    }

    /// All rows, each read by `read(const Row&)`:
    ///   connection.all("SELECT id, name FROM seal WHERE company = $1", {company},
    ///                  [](const Row& row) { return Seal{row.get<SealId>(0), row.get<std::string>(1)}; });
    template <typename Reader, typename T = std::invoke_result_t<Reader&, const Row&>>
    Result<std::vector<T>> all(std::string_view sql, const Parameters& parameters, Reader read) {
        std::vector<T> rows;
        const auto status = run(sql, parameters, [&](const Row& row) {
            rows.push_back(read(row));
            return true;
        });
        if (!status) return status.error();
        return rows;
    }

    /// The first row, or nothing. Also for `INSERT … RETURNING`.
    template <typename Reader, typename T = std::invoke_result_t<Reader&, const Row&>>
    Result<std::optional<T>> first(std::string_view sql, const Parameters& parameters, Reader read) {
        std::optional<T> found;
        const auto status = run(sql, parameters, [&](const Row& row) {
            if (!found) found.emplace(read(row));
            return true;
        });
        if (!status) return status.error();
        return found;
    }

    /// The first column of the first row as `T`, or nothing: counts, existence, one id.
    template <typename T>
    Result<std::optional<T>> value(std::string_view sql, const Parameters& parameters = {}) {
        return first(sql, parameters, [](const Row& row) { return row.get<T>(0); });
    }

    /// Hands every row to `visit` until it returns false; for answers too large to keep.
    Status each(std::string_view sql, const Parameters& parameters, const std::function<bool(const Row&)>& visit) {
        const auto status = run(sql, parameters, visit);
        if (!status) return status.error();
        return {};
    }

  protected:
    virtual Result<std::int64_t> run(std::string_view sql, const Parameters& parameters,
                                     const std::function<bool(const Row&)>& visit) = 0;
};

/// A connection that may write. What it wrote becomes durable and visible to others all at once, after the work has
/// returned success; after a failure or an exception nothing of it remains.
class Transaction : public Connection {
  public:
    /// Runs several statements separated by `;`, without parameters. For migrations.
    virtual Status script(std::string_view sql) = 0;

    /// Has `action` called once the transaction is durable, and never when it is not. It runs on the writer's thread:
    /// it must be short, must not throw and must not write.
    virtual void after_commit(std::function<void()> action) = 0;
};

/// The constraint an error of the database names: the index as it was created, or `<table>_pkey`,
/// `<table>_<columns>_key` as PostgreSQL names those of a table, or `foreign_key`. Nothing for any other error.
std::optional<std::string> violated_constraint(const Error& error);

struct DatabaseOptions {
    /// Connections for reading at the same time, opened when first needed.
    std::size_t readers = 4;
    /// Works that may wait for the writer; one more is refused with Unavailable.
    std::size_t write_queue = 10'000;
    /// Works that share one commit at most.
    std::size_t write_batch = 1'024;
    /// Page cache of the writer and of each reader, in KiB.
    std::size_t cache_kib = 2'048;
    /// How much of the file is mapped into memory, in MiB. Faster for large read-mostly files, but then a failing disk
    /// ends the process with SIGBUS where a read would have returned StorageFailed.
    std::size_t mmap_mib = 0;
    /// How long a reader waits for a free connection.
    std::chrono::milliseconds wait{10'000};
    /// What `seal(value, context)` and `unseal(value, context)` in a statement encrypt with. Without it `seal` leaves a
    /// value as it is: for tests of this floor alone.
    std::shared_ptr<const crypto::FieldCipher> cipher = {};
    /// Writes last in every transaction, just before it is committed; when it fails nothing is committed.
    std::function<Status(Transaction&)> before_commit = {};
    /// Looks through the whole file before anything is done with it.
    bool check_integrity = false;
};

struct DatabaseStatistics {
    std::uint64_t committed = 0;  // works whose result is durable
    std::uint64_t failed = 0;     // works that were rolled back
    std::uint64_t batches = 0;    // commits to disk
    std::uint64_t queued = 0;     // works waiting now
};

/// The one store of a node: a single writer that groups what waits into one durable commit, and readers that see a
/// consistent snapshot. Thread-safe. Works return `Result<T>` or `Status`. The work of a write runs on the writer's
/// thread, everybody else's writes waiting: it must not wait for anything nor call read or write itself, which is
/// refused with Internal; an exception it throws comes back as Internal. The work of a read runs on the caller's
/// thread.
class Database {
  public:
    /// Opens or creates the file and migrates it. StorageFailed when another process holds it, when it is damaged or is
    /// not a Signet database; Conflict when it belongs to a newer program.
    static Result<std::unique_ptr<Database>> open(const std::filesystem::path& path,
                                                  const std::vector<Migration>& migrations,
                                                  const DatabaseOptions& options = {});
    /// Finishes what waits, then closes.
    virtual ~Database() = default;

    /// Runs `work(Transaction&)` and returns its result once that is durable. When the work fails it alone is undone;
    /// when the commit fails nobody's work counts and everybody gets StorageFailed.
    template <typename Work, typename R = std::invoke_result_t<Work&, Transaction&>>
    R write(Work&& work) {
        std::optional<R> result;
        const Status status = write_and_wait([&](Transaction& transaction) -> Status {
            result.emplace(work(transaction));
            if (!*result) return result->error();
            return {};
        });
        if (!status) return status.error();
        return std::move(*result);
    }

    /// The same without waiting: `completion(R)` is called on the writer's thread when all is durable or has failed. It
    /// must be short and must not throw. An error returned here means that the work was not taken and nothing will be
    /// called.
    template <typename Work, typename Completion, typename R = std::invoke_result_t<Work&, Transaction&>>
    Status write_async(Work work, Completion completion) {
        return write_async_as<R>(std::move(work), std::move(completion), Urgency::Now);
    }

    /// As `write_async`, for what nobody waits for: it joins the next commit that somebody does wait for, in its place
    /// in the order of writes, and comes by itself after a few hundredths of a second.
    template <typename Work, typename Completion, typename R = std::invoke_result_t<Work&, Transaction&>>
    Status write_behind(Work work, Completion completion) {
        return write_async_as<R>(std::move(work), std::move(completion), Urgency::Soon);
    }

    /// Runs `work(Connection&)` on one snapshot: everything that was durable when it began, and nothing later.
    template <typename Work, typename R = std::invoke_result_t<Work&, Connection&>>
    R read(Work&& work) {
        std::optional<R> result;
        const Status status = read_snapshot([&](Connection& connection) { result.emplace(work(connection)); });
        if (!status) return status.error();
        return std::move(*result);
    }

    /// A consistent copy of everything into a new file, while readers and the writer go on. Refuses an existing target.
    virtual Status copy_to(const std::filesystem::path& target) = 0;

    virtual DatabaseStatistics statistics() const = 0;

  protected:
    enum class Urgency { Now, Soon };
    virtual Status write_and_wait(const std::function<Status(Transaction&)>& work) = 0;
    virtual Status submit(std::function<Status(Transaction&)> work, std::function<void(Status)> completion,
                          Urgency urgency) = 0;
    virtual Status read_snapshot(const std::function<void(Connection&)>& work) = 0;

  private:
    template <typename R, typename Work, typename Completion>
    Status write_async_as(Work work, Completion completion, Urgency urgency) {
        auto result = std::make_shared<std::optional<R>>();
        return submit(
            [work = std::move(work), result](Transaction& transaction) mutable -> Status {
                result->emplace(work(transaction));
                if (!**result) return (*result)->error();
                return {};
            },
            [completion = std::move(completion), result](Status status) mutable {
                if (!status) {
                    completion(R{status.error()});
                } else {
                    completion(std::move(**result));
                }
            },
            urgency);
    }
};

/// One snapshot of a database for reading, also while another process runs on it; nothing is migrated. StorageFailed
/// when there is none or it is not a Signet database.
Result<std::unique_ptr<Connection>> open_snapshot(const std::filesystem::path& path);

}  // namespace signet::store
