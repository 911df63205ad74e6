#pragma once

#include "base/result.hpp"
#include "crypto/pkcs11.hpp"
#include "service/remote_signing.hpp"

#include <string>
#include <vector>

#include <toml++/toml.h>

namespace signet::app {

/// Where private keys may lie beside the data folder (`[[token]]`, `[[remote_signer]]`, `[certificate_authority]`).
struct KeySettings {
    std::vector<crypto::Pkcs11TokenSettings> tokens;
    std::vector<service::RemoteSignerSettings> remote_signers;
    /// The issuing CA's key in a token; empty: in the data folder.
    std::string issuing_key;
};

/// Errors: InvalidParameter that names the field.
Status read_keys(const toml::table& table, KeySettings& settings);

/// A file's first line, which nobody else may read. InvalidParameter naming `field`.
Result<std::string> read_secret_line(const std::filesystem::path& file, const std::string& field);

}  // namespace signet::app
