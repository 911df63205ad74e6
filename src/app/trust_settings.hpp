#pragma once

#include "base/result.hpp"
#include "model/vocabulary.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include <toml++/toml.h>

namespace signet::app {

/// A time-stamp authority as the operator names it.
struct TimeStampAuthoritySettings {
    /// `own`, or an address of http or https.
    std::string url;
    std::string policy;
    /// PEM with the roots its chain must end at.
    std::filesystem::path roots;
    std::chrono::milliseconds time_out{5'000};
    /// A file of one line `user:password`, readable by its owner alone.
    std::filesystem::path credentials;
    std::filesystem::path ca_file;
};

/// How long signatures last and who vouches for their time (`[signatures]` and `[[time_stamp_authority]]`), and whom to
/// believe.
struct TrustSettings {
    model::SignatureLevel level = model::SignatureLevel::Archival;
    /// In the order in which they are asked; empty: the own one.
    std::vector<TimeStampAuthoritySettings> authorities;
    /// The longest that one signature waits for its time-stamp.
    std::chrono::milliseconds patience{10'000};
    /// Whether the own authority gives time-stamps to whoever asks, at `/tsa`.
    bool serves_time_stamps = true;
    /// PEM: whose certificates make signers known when files are verified, besides those of the own CA
    /// (`[verification]`).
    std::vector<std::filesystem::path> signer_roots;
};

/// Errors: InvalidParameter that names the field.
Status read_trust(const toml::table& table, TrustSettings& settings);

}  // namespace signet::app
