#pragma once

#include "store/database.hpp"

#include <filesystem>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace signet::store {

/// Ends a statement with its owner.
struct StatementDeleter {
    void operator()(sqlite3_stmt* statement) const;
};
struct ConnectionDeleter {
    void operator()(sqlite3* connection) const;
};

/// One connection of SQLite. Used by one thread at a time.
class SqliteConnection final : public Connection {
  public:
    enum class Access { ReadWrite, ReadOnly };
    static Result<std::unique_ptr<SqliteConnection>> open(const std::filesystem::path& path, Access access,
                                                          const DatabaseOptions& options);

    Result<std::int64_t> run(std::string_view sql, const Parameters& parameters,
                             const std::function<bool(const Row&)>& visit) override;
    /// Several statements at once, in the words of both databases (`Migration`).
    Status script(std::string_view sql);

    bool in_transaction() const;
    /// Whether a foreign key that is checked at the commit is violated now.
    bool has_deferred_violations() const;
    sqlite3* handle() const { return connection_.get(); }

  private:
    struct Prepared {
        std::string sql;
        std::unique_ptr<sqlite3_stmt, StatementDeleter> statement;
        std::vector<int> positions;  // of $1, $2 … among SQLite's own
        bool in_use = false;
    };
    using Cache = std::list<Prepared>;

    SqliteConnection() = default;
    Result<Prepared> prepare(std::string_view sql) const;
    Result<Prepared*> cached(std::string_view sql);
    Result<std::int64_t> run(Prepared& prepared, const Parameters& parameters,
                             const std::function<bool(const Row&)>& visit);
    Status bind(const Prepared& prepared, const Parameters& parameters) const;
    Error last_error();
    Error constraint_error(std::string message);
    std::string constraint_name(const std::string& table, const std::vector<std::string>& columns);

    std::unique_ptr<sqlite3, ConnectionDeleter> connection_;
    Cache cache_;  // the most recently used first; after the connection, so that statements end before it
    std::unordered_map<std::string_view, Cache::iterator> index_;  // the keys lie in the cache
};

/// What a script for both databases means to SQLite.
std::string in_sqlite_dialect(std::string_view sql);

}  // namespace signet::store
