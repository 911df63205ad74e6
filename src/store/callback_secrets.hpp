#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "model/callback_setting.hpp"
#include "store/database.hpp"

#include <cstdint>
#include <optional>

/// What applications and categories sign and encrypt their callbacks with.
namespace signet::store::callback_secrets {

/// Stored by number; never renumber.
enum class OwnerKind : std::int64_t { Application = 0, Category = 1 };

struct Owner {
    OwnerKind kind = OwnerKind::Application;
    std::int64_t id = 0;
};

struct CallbackSecret {
    Owner owner;
    /// Wrapped by the master key; empty when the owner says none.
    Bytes wrapped_secret;
    /// Nothing when the owner leaves it to another.
    std::optional<model::CallbackCipher> cipher;
};

Result<std::optional<CallbackSecret>> find(Connection& connection, Owner owner);
/// In the place of what the owner had.
Status put(Transaction& transaction, const CallbackSecret& secret);

}  // namespace signet::store::callback_secrets
