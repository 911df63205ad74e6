#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "store/database.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

/// Every column that holds what the key vault sealed, so that a new master key can reach all of it. Whoever adds such a
/// column adds it here.
namespace signet::store::sealed_secrets {

enum class Place { ApplicationSecret, GrantSignature, SigningKey, CallbackSecret };
inline constexpr std::array kPlaces{Place::ApplicationSecret, Place::GrantSignature, Place::SigningKey,
                                    Place::CallbackSecret};
/// For messages: `secrets of applications`.
std::string_view to_string(Place place);

struct Secret {
    /// Of the row; for a signing key the company and the employee, for the secret of callbacks the kind of its owner
    /// and the owner, else `id` alone.
    std::int64_t id = 0;
    std::int64_t second_id = 0;
    Bytes sealed;
};

/// At most `limit` rows behind the one with these ids, in the order of their ids; the empty ones are left out.
Result<std::vector<Secret>> after(Connection& connection, Place place, std::int64_t id, std::int64_t second_id,
                                  std::size_t limit);
/// Puts `resealed` in the place of what was read; false when somebody changed the row meanwhile.
Result<bool> replace(Transaction& transaction, Place place, const Secret& read, ByteView resealed);

}  // namespace signet::store::sealed_secrets
