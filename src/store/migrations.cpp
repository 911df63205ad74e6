#include "store/migrations.hpp"

#include "base/bytes.hpp"
#include "crypto/digest.hpp"
#include "store/database.hpp"

#include <fmt/format.h>
#include <map>

namespace signet::store {
namespace {

constexpr const char* kOutbox = R"sql(
CREATE TABLE outbox (
    id {serial},
    kind SMALLINT NOT NULL,
    family TEXT NOT NULL,
    payload TEXT NOT NULL,
    destination TEXT NOT NULL,
    contract BIGINT NOT NULL,
    dedupe_key TEXT,
    state SMALLINT NOT NULL,
    attempts BIGINT NOT NULL,
    created BIGINT NOT NULL,
    next_attempt BIGINT NOT NULL,
    lease_owner TEXT NOT NULL,
    lease_until BIGINT NOT NULL,
    last_error TEXT NOT NULL
);
CREATE UNIQUE INDEX outbox_dedupe_key ON outbox (dedupe_key) WHERE dedupe_key IS NOT NULL;
CREATE INDEX outbox_due ON outbox (next_attempt) WHERE state = 0;
CREATE INDEX outbox_waiting ON outbox (destination, next_attempt, id) WHERE state = 0;
CREATE INDEX outbox_leased ON outbox (lease_until, id) WHERE state = 1;
CREATE INDEX outbox_order ON outbox (contract, kind, id) WHERE contract <> 0 AND state < 2;
CREATE INDEX outbox_settled ON outbox (state, next_attempt) WHERE state >= 2;
)sql";

constexpr const char* kAudit = R"sql(
CREATE TABLE audit (
    sequence {id},
    time BIGINT NOT NULL,
    actor TEXT NOT NULL,
    contract BIGINT NOT NULL,
    event TEXT NOT NULL,
    detail TEXT NOT NULL,
    hash {bytes} NOT NULL
);
CREATE INDEX audit_contract ON audit (contract, sequence);
{append_only audit}
)sql";

// One row says where the tree over the log ends. Below it stand the roots of complete subtrees of 256, 65536, …
// entries, so that proofs need not hash the whole log, and the roots that were time-stamped.
constexpr const char* kAuditTree = R"sql(
CREATE TABLE audit_tree (
    id {id},
    size BIGINT NOT NULL,
    root {bytes} NOT NULL,
    frontier {bytes} NOT NULL,
    last_hash {bytes} NOT NULL,
    anchor_wanted BIGINT NOT NULL
);
CREATE TABLE audit_subtree (
    level SMALLINT NOT NULL,
    position BIGINT NOT NULL,
    hash {bytes} NOT NULL,
    PRIMARY KEY (level, position)
);
CREATE TABLE audit_anchor (
    size {id},
    root {bytes} NOT NULL,
    time BIGINT NOT NULL,
    token {bytes} NOT NULL
);
{append_only audit_subtree}
{append_only audit_anchor}
)sql";

std::string checksum(const Migration& migration) {
    return hex(crypto::Sha256::of(as_bytes(migration.sql)));
}

struct Applied {
    int version = 0;
    std::string sha256;
};

Status check_order(const std::vector<Migration>& migrations) {
    int last = 0;
    for (const auto& migration : migrations) {
        if (migration.version <= last) {
            return fail(ErrorCode::Internal, fmt::format("migration {} stands behind {}", migration.version, last));
        }
        last = migration.version;
    }
    return {};
}

/// What the database has and the program does not is the mark of a newer program.
Status check_known(const std::vector<Applied>& applied, const std::map<int, std::string>& known) {
    for (const auto& [version, sha256] : applied) {
        const auto found = known.find(version);
        if (found == known.end()) {
            return fail(ErrorCode::Conflict,
                        fmt::format("the data has schema version {} and belongs to a newer program", version));
        }
        if (found->second != sha256) {
            return fail(ErrorCode::Conflict, fmt::format("schema version {} is not the one that was applied", version));
        }
    }
    return {};
}

Status apply(Transaction& transaction, const Migration& migration, UtcTime now) {
    if (const Status done = transaction.script(migration.sql); !done) {
        return fail(done.error().code,
                    fmt::format("migration {} {}: {}", migration.version, migration.name, done.error().detail));
    }
    const auto recorded =
        transaction.execute("INSERT INTO schema_version (version, name, sha256, applied) VALUES ($1, $2, $3, $4)",
                            {migration.version, migration.name, checksum(migration), now});
    if (!recorded) return recorded.error();
    return {};
}

}  // namespace

std::vector<Migration> layer_migrations() {
    return {{1, "outbox", kOutbox}, {2, "audit", kAudit}, {3, "audit tree", kAuditTree}};
}

Status migrate(Transaction& transaction, const std::vector<Migration>& migrations, UtcTime now) {
    if (const Status ordered = check_order(migrations); !ordered) return ordered;
    const Status table = transaction.script(
        "CREATE TABLE IF NOT EXISTS schema_version (version {id}, name TEXT NOT NULL, sha256 TEXT NOT NULL, "
        "applied BIGINT NOT NULL)");
    if (!table) return table;
    const auto applied =
        transaction.all("SELECT version, sha256 FROM schema_version ORDER BY version", {}, [](const Row& row) {
            return Applied{row.get<int>(0), row.get<std::string>(1)};
        });
    if (!applied) return applied.error();

    std::map<int, std::string> known;
    for (const auto& migration : migrations)
        known.emplace(migration.version, checksum(migration));
    if (const Status checked = check_known(*applied, known); !checked) return checked;

    for (const auto& [version, sha256] : *applied)
        known.erase(version);
    for (const auto& migration : migrations) {
        if (!known.contains(migration.version)) continue;
        if (const Status done = apply(transaction, migration, now); !done) return done;
    }
    return {};
}

}  // namespace signet::store
