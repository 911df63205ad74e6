#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/contract.hpp"
#include "store/database.hpp"

#include <optional>
#include <string>
#include <string_view>

/// What is kept of the people who sign: hashed passwords, the minutes in which they may be used, and whether an
/// identity was proven. People are known by a keyed digest of their contact alone.
namespace signet::store::people {

/// The encoded Argon2id hash, if there is one.
Result<std::optional<std::string>> password(Connection& connection, std::string_view person);
Status put_password(Transaction& transaction, std::string_view person, std::string_view encoded, UtcTime time);

/// Until when a person may confirm by password in one browser; `key` names both.
Result<std::optional<UtcTime>> window(Connection& connection, std::string_view key);
/// Begins it anew, without failures.
Status put_window(Transaction& transaction, std::string_view key, UtcTime until);
Status close_window(Transaction& transaction, std::string_view key);
/// Counts a wrong password; returns how many there were.
Result<int> count_window_failure(Transaction& transaction, std::string_view key);
/// How many wrong ones were counted in a time that still runs.
Result<int> window_failures(Connection& connection, std::string_view key, UtcTime now);
Status forget_windows(Transaction& transaction, UtcTime ended_before);

/// How far a person got in proving the identity that a party asks for.
struct IdentityProof {
    int failures = 0;
    std::optional<UtcTime> proven_time;
};
Result<std::optional<IdentityProof>> identity_proof(Connection& connection, model::SignatoryId signatory,
                                                    std::string_view person);
/// Writes down a try: a success at `proven_time`, or one more failure. Returns how many failures there were.
Result<int> count_identity_try(Transaction& transaction, model::SignatoryId signatory, std::string_view person,
                               std::optional<UtcTime> proven_time);

}  // namespace signet::store::people
