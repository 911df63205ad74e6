#include "store/sqlite_connection.hpp"

#include "base/text.hpp"
#include "crypto/field_cipher.hpp"

#include <array>
#include <exception>
#include <fmt/format.h>

#include <sqlite3.h>

namespace signet::store {
namespace {

constexpr std::size_t kCachedStatements = 256;
constexpr int kBusyMilliseconds = 5'000;
constexpr std::string_view kConstraintPrefix = "constraint ";

class SqliteRow final : public Row {
  public:
    explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}

    int columns() const override { return sqlite3_column_count(statement_); }
    bool is_null(int column) const override { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
    std::int64_t integer(int column) const override { return sqlite3_column_int64(statement_, column); }
    double real(int column) const override { return sqlite3_column_double(statement_, column); }
    std::string_view text(int column) const override {
        const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
        return data == nullptr ? std::string_view() : std::string_view(data, size(column));
    }
    ByteView blob(int column) const override {
        const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
        return data == nullptr ? ByteView() : ByteView(data, size(column));
    }

  private:
    std::size_t size(int column) const { return static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)); }
    sqlite3_stmt* statement_;
};

/// Binds one value where it lies: a statement runs to its end before its parameters go away.
struct Binder {
    sqlite3_stmt* statement;
    int position;

    int operator()(std::nullptr_t) const { return sqlite3_bind_null(statement, position); }
    int operator()(std::int64_t number) const { return sqlite3_bind_int64(statement, position, number); }
    int operator()(double number) const { return sqlite3_bind_double(statement, position, number); }
    int operator()(std::string_view text) const {
        const char* data = text.data() == nullptr ? "" : text.data();
        return sqlite3_bind_text64(statement, position, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
    }
    int operator()(ByteView bytes) const {
        if (bytes.empty()) return sqlite3_bind_zeroblob(statement, position, 0);
        return sqlite3_bind_blob64(statement, position, bytes.data(), bytes.size(), SQLITE_STATIC);
    }
    int operator()(const std::string& text) const { return (*this)(std::string_view(text)); }
    int operator()(const Bytes& bytes) const { return (*this)(ByteView(bytes)); }
};

/// Leaves a statement as it was found, however its run ends.
class InUse {
  public:
    InUse(sqlite3_stmt* statement, bool& flag) : statement_(statement), flag_(flag) { flag_ = true; }
    ~InUse() {
        sqlite3_reset(statement_);
        sqlite3_clear_bindings(statement_);
        flag_ = false;
    }
    InUse(const InUse&) = delete;
    InUse& operator=(const InUse&) = delete;

  private:
    sqlite3_stmt* statement_;
    bool& flag_;
};

ErrorCode code_of(int primary) {
    switch (primary) {
        case SQLITE_FULL:
        case SQLITE_IOERR:
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
        case SQLITE_PROTOCOL:
        case SQLITE_PERM:
        case SQLITE_NOMEM:
        case SQLITE_NOLFS:
            return ErrorCode::StorageFailed;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_INTERRUPT:
            return ErrorCode::Unavailable;
        case SQLITE_TOOBIG:
            return ErrorCode::ParameterTooLong;
        default:
            return ErrorCode::Internal;
    }
}

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
    std::string all;
    for (const auto& part : parts) {
        if (!all.empty()) all.append(separator);
        all.append(part);
    }
    return all;
}

/// The table and columns of "UNIQUE constraint failed: seal.company, seal.name".
struct Columns {
    std::string table;
    std::vector<std::string> names;
};

Columns columns_named_in(std::string_view message) {
    Columns columns;
    for (const auto part : split(message, ',')) {
        const auto qualified = trim(part);
        const auto dot = qualified.find('.');
        if (dot == std::string_view::npos) return {};
        columns.table = qualified.substr(0, dot);
        columns.names.emplace_back(qualified.substr(dot + 1));
    }
    return columns;
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
        text.replace(at, what.size(), with);
    }
}

void refuse(sqlite3_context* context, std::string_view why) {
    sqlite3_result_error(context, why.data(), static_cast<int>(why.size()));
    sqlite3_result_error_code(context, SQLITE_CORRUPT);
}

ByteView bytes_of(sqlite3_value* value) {
    const auto* data = static_cast<const std::uint8_t*>(sqlite3_value_blob(value));
    return data == nullptr ? ByteView() : ByteView(data, static_cast<std::size_t>(sqlite3_value_bytes(value)));
}

const crypto::FieldCipher* cipher_of(sqlite3_context* context) {
    return static_cast<const std::shared_ptr<const crypto::FieldCipher>*>(sqlite3_user_data(context))->get();
}

/// `seal(value, context)`: a text becomes bytes that only `unseal` with the same context reads.
void seal_value(sqlite3_context* context, int, sqlite3_value** values) {
    const crypto::FieldCipher* cipher = cipher_of(context);
    if (cipher == nullptr || sqlite3_value_type(values[0]) != SQLITE_TEXT) {
        return sqlite3_result_value(context, values[0]);
    }
    try {
        const Bytes sealed = cipher->seal(bytes_of(values[0]), as_text(bytes_of(values[1])));
        sqlite3_result_blob64(context, sealed.data(), sealed.size(), SQLITE_TRANSIENT);
    } catch (const std::exception& error) {
        refuse(context, error.what());
    }
}

/// `unseal(value, context)`: what was never sealed comes as it is.
void unseal_value(sqlite3_context* context, int, sqlite3_value** values) {
    if (sqlite3_value_type(values[0]) != SQLITE_BLOB) return sqlite3_result_value(context, values[0]);
    const crypto::FieldCipher* cipher = cipher_of(context);
    if (cipher == nullptr) return refuse(context, "personal data is sealed and there is no key");
    try {
        const auto plaintext = cipher->open(bytes_of(values[0]), as_text(bytes_of(values[1])));
        if (!plaintext) return refuse(context, plaintext.error().detail);
        const std::string_view text = as_text(*plaintext);
        sqlite3_result_text64(context, text.data() == nullptr ? "" : text.data(), text.size(), SQLITE_TRANSIENT,
                              SQLITE_UTF8);
    } catch (const std::exception& error) {
        refuse(context, error.what());
    }
}

/// Gives statements the two functions; the connection keeps a hand on the cipher as long as it lives.
bool add_functions(sqlite3* connection, const std::shared_ptr<const crypto::FieldCipher>& cipher) {
    using Cipher = std::shared_ptr<const crypto::FieldCipher>;
    const auto forget = [](void* kept) { delete static_cast<Cipher*>(kept); };
    constexpr int kArguments = 2;
    const int sealing = sqlite3_create_function_v2(connection, "seal", kArguments, SQLITE_UTF8, new Cipher(cipher),
                                                   seal_value, nullptr, nullptr, forget);
    const int unsealing = sqlite3_create_function_v2(connection, "unseal", kArguments, SQLITE_UTF8, new Cipher(cipher),
                                                     unseal_value, nullptr, nullptr, forget);
    return sealing == SQLITE_OK && unsealing == SQLITE_OK;
}

std::string append_only_triggers(std::string_view table) {
    std::string triggers;
    for (const std::string_view change : {"UPDATE", "DELETE"}) {
        triggers += fmt::format(
            "CREATE TRIGGER {0}_no_{2} BEFORE {1} ON {0} BEGIN SELECT RAISE(ABORT, '{0} is append-only'); END;", table,
            change, to_lower(change));
    }
    return triggers;
}

}  // namespace

void StatementDeleter::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}
void ConnectionDeleter::operator()(sqlite3* connection) const {
    sqlite3_close_v2(connection);
}

std::optional<std::string> violated_constraint(const Error& error) {
    if (error.code != ErrorCode::Conflict || !error.detail.starts_with(kConstraintPrefix)) return std::nullopt;
    const auto rest = std::string_view(error.detail).substr(kConstraintPrefix.size());
    return std::string(rest.substr(0, rest.find(':')));
}

std::string in_sqlite_dialect(std::string_view sql) {
    constexpr std::string_view kAppendOnly = "{append_only ";
    std::string text(sql);
    replace_all(text, "{id}", "INTEGER PRIMARY KEY NOT NULL");
    replace_all(text, "{serial}", "INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL");
    replace_all(text, "{bytes}", "BLOB");
    for (auto at = text.find(kAppendOnly); at != std::string::npos; at = text.find(kAppendOnly, at)) {
        const auto end = text.find('}', at);
        if (end == std::string::npos) break;
        const auto name_at = at + kAppendOnly.size();
        text.replace(at, end + 1 - at, append_only_triggers(text.substr(name_at, end - name_at)));
    }
    return text;
}

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const std::filesystem::path& path, Access access,
                                                                 const DatabaseOptions& options) {
    std::unique_ptr<SqliteConnection> connection(new SqliteConnection);
    const int flags = access == Access::ReadWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    sqlite3* handle = nullptr;
    const int code =
        sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    connection->connection_.reset(handle);
    if (code != SQLITE_OK) {
        return fail(ErrorCode::StorageFailed, fmt::format("cannot open {}: {}", path.string(), sqlite3_errstr(code)));
    }
    sqlite3_busy_timeout(handle, kBusyMilliseconds);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
    if (!add_functions(handle, options.cipher)) return fail(ErrorCode::Internal, "the database takes no functions");
    const Status settings =
        connection->script(fmt::format("PRAGMA foreign_keys=ON; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY; "
                                       "PRAGMA secure_delete=FAST; PRAGMA cache_size=-{};"
                                       "PRAGMA mmap_size={}; PRAGMA cell_size_check=ON;",
                                       options.cache_kib, options.mmap_mib * 1024 * 1024));
    if (!settings) return settings.error();
    return connection;
}

bool SqliteConnection::in_transaction() const {
    return sqlite3_get_autocommit(handle()) == 0;
}

bool SqliteConnection::has_deferred_violations() const {
    int violations = 0;
    int highest = 0;
    sqlite3_db_status(handle(), SQLITE_DBSTATUS_DEFERRED_FKS, &violations, &highest, 0);
    return violations != 0;
}

Status SqliteConnection::script(std::string_view sql) {
    if (sqlite3_exec(handle(), in_sqlite_dialect(sql).c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
        return last_error();
    }
    return {};
}

Result<std::int64_t> SqliteConnection::run(std::string_view sql, const Parameters& parameters,
                                           const std::function<bool(const Row&)>& visit) {
    auto known = cached(sql);
    if (!known) return known.error();
    if (!(*known)->in_use) return run(**known, parameters, visit);
    // A visitor asks the same question again while the first answer is being read.
    auto another = prepare(sql);
    if (!another) return another.error();
    return run(*another, parameters, visit);
}

Result<SqliteConnection::Prepared> SqliteConnection::prepare(std::string_view sql) const {
    Prepared prepared;
    prepared.sql = sql;
    sqlite3_stmt* statement = nullptr;
    const char* rest = nullptr;
    const int code = sqlite3_prepare_v3(handle(), prepared.sql.data(), static_cast<int>(prepared.sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, &rest);
    prepared.statement.reset(statement);
    if (code != SQLITE_OK) {
        return fail(code_of(code & 0xff),
                    fmt::format("the database refuses a statement: {}", sqlite3_errmsg(handle())));
    }
    const std::string_view behind(rest, prepared.sql.data() + prepared.sql.size());
    if (statement == nullptr || !trim(behind).empty()) {
        return fail(ErrorCode::Internal, "one call is one statement: " + prepared.sql);
    }
    const int count = sqlite3_bind_parameter_count(statement);
    for (int number = 1; number <= count; ++number) {
        const int position = sqlite3_bind_parameter_index(statement, fmt::format("${}", number).c_str());
        if (position == 0) {
            return fail(ErrorCode::Internal, fmt::format("parameters are $1 to ${}: {}", count, prepared.sql));
        }
        prepared.positions.push_back(position);
    }
    return prepared;
}

Result<SqliteConnection::Prepared*> SqliteConnection::cached(std::string_view sql) {
    if (const auto known = index_.find(sql); known != index_.end()) {
        cache_.splice(cache_.begin(), cache_, known->second);
        return &cache_.front();
    }
    auto prepared = prepare(sql);
    if (!prepared) return prepared.error();
    if (cache_.size() >= kCachedStatements && !cache_.back().in_use) {
        index_.erase(cache_.back().sql);
        cache_.pop_back();
    }
    cache_.push_front(std::move(*prepared));
    index_.emplace(cache_.front().sql, cache_.begin());
    return &cache_.front();
}

Result<std::int64_t> SqliteConnection::run(Prepared& prepared, const Parameters& parameters,
                                           const std::function<bool(const Row&)>& visit) {
    sqlite3_stmt* statement = prepared.statement.get();
    const InUse in_use(statement, prepared.in_use);
    if (const Status bound = bind(prepared, parameters); !bound) return bound.error();
    const SqliteRow row(statement);
    for (;;) {
        const int code = sqlite3_step(statement);
        if (code == SQLITE_DONE) break;
        if (code != SQLITE_ROW) return last_error();
        if (visit && !visit(row)) break;
    }
    return sqlite3_stmt_readonly(statement) != 0 ? 0 : sqlite3_changes64(handle());
}

Status SqliteConnection::bind(const Prepared& prepared, const Parameters& parameters) const {
    if (parameters.size() != prepared.positions.size()) {
        return fail(ErrorCode::Internal, fmt::format("{} parameters for the {} of: {}", parameters.size(),
                                                     prepared.positions.size(), prepared.sql));
    }
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const Binder binder{prepared.statement.get(), prepared.positions[i]};
        const int code = std::visit(binder, parameters[i].storage());
        if (code != SQLITE_OK) {
            return fail(code_of(code & 0xff), fmt::format("parameter ${}: {}", i + 1, sqlite3_errstr(code)));
        }
    }
    return {};
}

Error SqliteConnection::last_error() {
    const int code = sqlite3_extended_errcode(handle());
    std::string message = sqlite3_errmsg(handle());
    if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_ROWID) {
        return constraint_error(std::move(message));
    }
    if (code == SQLITE_CONSTRAINT_FOREIGNKEY) {
        return fail(ErrorCode::Conflict, std::string(kConstraintPrefix) + "foreign_key: " + message);
    }
    return fail(code_of(code & 0xff), fmt::format("the database failed: {} ({})", message, code));
}

Error SqliteConnection::constraint_error(std::string message) {
    const auto colon = message.find(": ");
    const std::string what = colon == std::string::npos ? message : message.substr(colon + 2);
    if (what.starts_with("index '") && what.ends_with("'")) {  // of an index on expressions
        return fail(ErrorCode::Conflict,
                    fmt::format("{}{}: unique", kConstraintPrefix, what.substr(7, what.size() - 8)));
    }
    const Columns columns = columns_named_in(what);
    return fail(ErrorCode::Conflict,
                fmt::format("{}{}: {}", kConstraintPrefix, constraint_name(columns.table, columns.names), what));
}

std::string SqliteConnection::constraint_name(const std::string& table, const std::vector<std::string>& columns) {
    const std::string wanted = joined(columns, ",");
    std::string name = table + "_pkey";  // a primary key that is the row's own number has no index
    const std::string_view indexes =
        "SELECT l.name, l.origin, (SELECT group_concat(name, ',') FROM "
        "(SELECT i.name FROM pragma_index_info(l.name) i ORDER BY i.seqno)) FROM pragma_index_list($1) l "
        "WHERE l.\"unique\" = 1";
    const auto found = each(indexes, {table}, [&](const Row& row) {
        if (row.text(2) != wanted) return true;
        if (row.text(1) == "c") name = row.text(0);
        if (row.text(1) == "u") name = fmt::format("{}_{}_key", table, joined(columns, "_"));
        return false;
    });
    return found ? name : wanted;
}

}  // namespace signet::store
