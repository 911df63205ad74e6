#pragma once

#include "app/errand.hpp"
#include "app/settings.hpp"
#include "base/metrics.hpp"
#include "base/result.hpp"
#include "crypto/certificate_authority.hpp"
#include "crypto/key_vault.hpp"
#include "crypto/pkcs11.hpp"

#include <filesystem>
#include <memory>

namespace signet::service {
class SigningKeys;
}  // namespace signet::service

namespace signet::app {

/// The master keys of a data folder; made when the folder is new. KeyUnusable when they are missing although something
/// is there that only they could open: a new one would hide that, and help nobody.
Result<crypto::KeyVault> open_vault(const std::filesystem::path& data);

/// How the own CA is opened by whoever is no server.
crypto::AuthoritySettings authority_settings(const KeySettings& settings);

/// No core dump of this process and no debugger of another user: keys lie in its memory.
void keep_memory_private();

/// `signet key rotate`: the request is `drop-old` or `keep-old`, the answer a line for people.
extern const Errand kKeyRotation;

void add_key_figures(Metrics& metrics, service::SigningKeys& keys);

}  // namespace signet::app
