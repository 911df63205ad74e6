#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/pkcs11.hpp"
#include "crypto/secret.hpp"
#include "crypto/signer.hpp"
#include "model/directory.hpp"
#include "service/organisation.hpp"
#include "service/platform.hpp"
#include "service/remote_signing.hpp"
#include "store/signing_keys.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace signet::service {

/// What the sealed key of a company or one of its people is bound to in the key vault.
std::string signing_key_context(model::CompanyId company, model::EmployeeId employee);

/// Its chain, taken apart.
std::vector<Bytes> certificates_of(const store::signing_keys::SigningKey& key);

/// The keys and certificates that companies and their people brought along. Whoever has one signs with it; the others
/// get a certificate of the own CA for each act. Thread-safe.
class SigningKeys {
  public:
    SigningKeys(Platform& platform, std::shared_ptr<crypto::Pkcs11Tokens> tokens,
                std::vector<std::shared_ptr<const RemoteSigning>> remotes);

    /// Reads all of them from the database; call after whatever changed them. A key that cannot be opened now (a token
    /// that is not there) does not stop anybody else: it is tried again when it is wanted.
    Status reload();

    /// Null when nobody brought one. Errors: CertificateInvalid when it has expired or was revoked, KeyUnusable and
    /// Unavailable when the key does not answer. Zero as employee: the company's own.
    Result<std::shared_ptr<const crypto::Signer>> signer(model::CompanyId company, model::EmployeeId employee = {});

    /// Reads a key that an operator names and checks it in full: it belongs to the certificate, the chain holds, may
    /// sign documents, names its owner (a company or a person), and is not revoked as far as anybody answers. Errors:
    /// InvalidParameter with the reason. What comes back is not sealed yet and stands in no database.
    struct Prepared {
        store::signing_keys::SigningKey key;
        crypto::SecretBytes private_key;  // PKCS#8; empty when it lies elsewhere
        /// Whom the certificate names, and the first end in the chain.
        std::string subject;
        UtcTime not_after;
    };
    Result<Prepared> prepare(const OrganisationPlan::Key& plan, const std::string& owner) const;

    /// Asks about the chains that nobody was asked about for an hour whether something was revoked. Slow: it goes over
    /// the network.
    Status check_revocation();

    /// The roots of all chains: the operator brought them, so they are trusted here.
    std::vector<Bytes> roots() const;

    struct Standing {
        model::CompanyId company;
        model::EmployeeId employee;
        std::string subject;
        UtcTime not_after;
        /// Empty as long as nobody revoked it.
        std::string revoked;
    };
    std::vector<Standing> standings() const;
    /// How many of them have ended, were revoked, or end within `span`.
    std::size_t count_ending(std::chrono::hours span) const;

  private:
    struct Kept {
        store::signing_keys::SigningKey stored;
        std::vector<Bytes> chain;
        std::string subject;
        /// The first end in the chain.
        UtcTime not_after;
        std::shared_ptr<const crypto::Signer> signer;  // null until it is wanted
    };
    using Owner = std::pair<model::CompanyId, model::EmployeeId>;
    Result<std::shared_ptr<const crypto::Signer>> open(const Kept& kept) const;
    Result<std::shared_ptr<const RemoteSigning>> remote(const std::string& name) const;
    Result<std::vector<Bytes>> read_chain(const OrganisationPlan::Key& plan) const;
    Status take_key(const OrganisationPlan::Key& plan, Prepared& prepared, std::vector<Bytes>& chain) const;

    Platform& platform_;
    const std::shared_ptr<crypto::Pkcs11Tokens> tokens_;
    const std::vector<std::shared_ptr<const RemoteSigning>> remotes_;
    mutable std::mutex mutex_;
    std::map<Owner, Kept> keys_;  // guarded by mutex_
};

}  // namespace signet::service
