#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <string>
#include <vector>

namespace signet::store {

class Transaction;

/// One step of the schema. `sql` is one or more statements separated by `;`, written for both databases: BIGINT, TEXT,
/// BOOLEAN, SMALLINT, DOUBLE PRECISION, partial indexes and foreign keys are the same in both; what differs is written
/// as
///   {id}                a column's type when it is the table's own 64-bit primary key, minted by us
///   {serial}            the same, counted by the database: 1, 2, 3 … and never used again
///   {bytes}             a column of bytes
///   {append_only NAME}  a statement of its own: the table NAME refuses UPDATE and DELETE from now on
struct Migration {
    int version = 0;
    std::string name;
    std::string sql;
};

/// The tables of this layer: outbox and audit. They have versions below 100; repositories count from 100.
std::vector<Migration> layer_migrations();

/// Brings the schema to what the list says, inside the caller's transaction: what `schema_version` does not record is
/// run in the order of the list and recorded with its SHA-256. Conflict when the database holds a migration that the
/// list does not have (the data belongs to a newer program), or one whose text has changed since it ran.
Status migrate(Transaction& transaction, const std::vector<Migration>& migrations, UtcTime now);

}  // namespace signet::store
