#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/personal_grant.hpp"
#include "store/database.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What people allow an application to sign in their name (personal silent signing, platform spec §8.1), and the links
/// by which they are asked for it.
namespace signet::store::personal_grants {

Status insert(Transaction& transaction, std::string_view token_hash, const model::GrantRequest& request);
Result<std::optional<model::GrantRequest>> find_request(Connection& connection, std::string_view token_hash);
/// Counts a wrong statement about the identity; returns how many there were.
Result<int> count_failure(Transaction& transaction, std::string_view token_hash);
/// The request was granted; its page can be opened at least until then. False when it was granted before.
Result<bool> settle(Transaction& transaction, std::string_view token_hash, model::PersonalGrantId granted,
                    UtcTime shown_until);
Status forget_requests(Transaction& transaction, UtcTime expired_before);

Status insert(Transaction& transaction, const model::PersonalGrant& grant);
Result<std::optional<model::PersonalGrant>> find(Connection& connection, model::PersonalGrantId id);
/// All that the application has of a person, known by any of these digests; the latest first.
Result<std::vector<model::PersonalGrant>> of_person(Connection& connection, model::ApplicationId application,
                                                    const std::vector<std::string>& persons);
/// False when it was cancelled before.
Result<bool> cancel(Transaction& transaction, model::PersonalGrantId id, UtcTime time);

}  // namespace signet::store::personal_grants
