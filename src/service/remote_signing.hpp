#pragma once

#include "base/result.hpp"
#include "crypto/digest.hpp"
#include "crypto/external_signer.hpp"
#include "crypto/signer.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet::service {

/// Somebody who keeps private keys and signs when asked over HTTP (docs/remote-signer.md).
struct RemoteSignerSettings {
    /// How keys name it.
    std::string name;
    /// Without a slash at the end.
    std::string url;
    /// Sent as `Authorization: Bearer …`; empty: none.
    std::string token;
    /// PEM of the authorities that vouch for its https certificate; empty: those of the system.
    std::string ca_file;
    /// For one call.
    std::chrono::milliseconds time_out{5'000};
    /// For one signature, from the order to the value.
    std::chrono::milliseconds patience{30'000};
};

/// What is to be signed.
struct RemoteOrder {
    /// Ours, the same in every repetition: whoever gets an order twice answers with the same handle.
    std::string request_id;
    std::string key_id;
    crypto::SignatureAlgorithm algorithm = crypto::SignatureAlgorithm::EcdsaP256Sha256;
    crypto::Sha256Digest digest{};
};

/// A remote signer in its two phases. Each is one call that may be repeated: nothing is signed twice. Thread-safe.
class RemoteSigning {
  public:
    explicit RemoteSigning(RemoteSignerSettings settings) : settings_(std::move(settings)) {}

    const RemoteSignerSettings& settings() const { return settings_; }

    /// The handle of the order. Errors: Unavailable (no answer, or 5xx: try again), KeyUnusable (it refuses).
    Result<std::string> prepare(const RemoteOrder& order) const;
    /// The signature value; nothing as long as it is not made. Errors as above.
    Result<std::optional<Bytes>> finish(std::string_view handle) const;

  private:
    RemoteSignerSettings settings_;
};

/// A signer that carries out both phases, repeats what got no answer, and waits for the value at most as long as the
/// settings say (Unavailable after that). `chain` in DER, the key's own certificate first. Nothing is signed here yet:
/// somebody may have to allow each signature.
Result<std::unique_ptr<crypto::Signer>> remote_signer(std::shared_ptr<const RemoteSigning> remote, std::string key_id,
                                                      std::vector<Bytes> chain);

}  // namespace signet::service
