#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/callback_setting.hpp"
#include "model/directory.hpp"
#include "service/directory.hpp"
#include "service/notices.hpp"
#include "service/platform.hpp"
#include "store/callback_secrets.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace signet::service {

/// A callback secret is at once a key of AES-128: 16 letters and digits (platform spec §10.3).
inline constexpr std::size_t kCallbackSecretLength = 16;
bool is_callback_secret(std::string_view text);

/// What a wrapped callback secret is bound to in the key vault.
std::string callback_secret_context(store::callback_secrets::Owner owner);

/// What a callback is signed and encrypted with.
struct CallbackKey {
    std::string secret;
    model::CallbackCipher cipher;
    /// Of the application, for the initialisation vector.
    std::string token;
};

/// The fields of a contract's callback as they leave: with `timestamp` and `signature` behind them, or, encrypted,
/// `signature`, `timestamp` and `content` alone (platform spec §10.3).
CallbackMessage sealed_contract_callback(const CallbackMessage& message, const CallbackKey& key, UtcTime now);

/// The callback of an authorisation, whose address carries `signature` and `timestamp` (platform spec §10.7).
CallbackMessage signed_grant_callback(const CallbackMessage& message, std::string_view secret, UtcTime now);

/// Signs and encrypts callbacks as they leave, with the secrets and the time of that moment: a try of tomorrow has
/// tomorrow's timestamp, and a secret that was replaced serves no more. Thread-safe.
class CallbackSealing {
  public:
    CallbackSealing(Platform& platform, const Directory& directory) : platform_(platform), directory_(directory) {}

    /// What is to be sent for a message of this family of the outbox. A message that names no application goes as it
    /// is. KeyUnusable when it has to be encrypted and there is no secret to do it with.
    Result<CallbackMessage> seal(const CallbackMessage& message, std::string_view family) const;

  private:
    Result<CallbackKey> key_of(model::ApplicationId application, model::CategoryId category) const;

    Platform& platform_;
    const Directory& directory_;
};

}  // namespace signet::service
