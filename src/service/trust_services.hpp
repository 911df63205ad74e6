#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/certificate_authority.hpp"
#include "crypto/digest.hpp"
#include "crypto/ocsp.hpp"
#include "crypto/time_stamp_authority.hpp"
#include "store/revocations.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet::crypto {
class KeyVault;
}
namespace signet::store {
class Database;
}

namespace signet::service {

/// The installation's own CA at work: its time-stamp authority (RFC 3161), its OCSP responders (RFC 6960) and its
/// revocation lists (RFC 5280). What is issued for these services, and the issuing CA itself, is replaced in time by
/// `renew`; who took something before may go on using it. Thread-safe.
class TrustServices {
  public:
    struct Settings {
        /// The CA's folder.
        std::filesystem::path folder;
        /// How the world reaches this server, without a slash at the end. Certificates then say where their revocation
        /// lists and responders are; empty: they live briefly and say that nobody need ask.
        std::string public_url;
        /// Where the issuing CA may have its key, and which one it is; null and empty: in the folder.
        std::shared_ptr<crypto::Pkcs11Tokens> tokens = nullptr;
        std::string issuing_key = {};
    };

    /// Loads the CA, or makes it.
    static Result<std::unique_ptr<TrustServices>> open(const Clock& clock, store::Database& database,
                                                       const crypto::KeyVault& vault, Settings settings);
    ~TrustServices();

    /// The CA as it is now.
    std::shared_ptr<const crypto::CertificateAuthority> authority() const;
    std::shared_ptr<const crypto::TimeStampAuthority> time_stamps() const;

    /// Whether the present issuing CA may still issue: CertificateInvalid when it was revoked and, the root's key not
    /// being here, nothing took its place.
    Status check_issuing() const;

    /// A time-stamp token for this process's own use. TimeStampUnavailable also when the authority, or who issued its
    /// certificate, was revoked and not replaced.
    Result<Bytes> token(const crypto::Sha256Digest& imprint) const;
    /// A TimeStampResp for whoever asked.
    Bytes answer_time_stamp_query(ByteView query);
    /// An OCSPResponse, whatever was asked. Only about certificates of this CA.
    Bytes answer_ocsp(ByteView request);

    /// What hangs out under `/ca/`: `root.cer`, `root.crl`, and `<key identifier of an issuing CA>.cer` and `.crl`, in
    /// DER. Nothing for other names; KeyUnusable for the root's list when its key was taken away and no list is left.
    Result<std::optional<Bytes>> file(std::string_view name);

    /// The lists about a chain that ends at our root: that of the root and that of the issuing CA, both made at
    /// `since` or later, to the second. Empty for other chains.
    Result<std::vector<Bytes>> lists_about(const std::vector<Bytes>& chain, UtcTime since);

    /// Revokes one certificate of this CA by its hexadecimal serial number; from then on lists and responder say so.
    /// The issuing CA and the time-stamp authority are replaced at once; without the root's key the former cannot be,
    /// and nothing is issued or stamped any more. False when it was revoked before, which stands. InvalidParameter for
    /// what is no serial number.
    Result<bool> revoke(std::string_view serial_number, crypto::RevocationReason reason);

    /// Replaces what comes near its end or was revoked: the certificates of the services and the issuing CA. Cheap when
    /// there is nothing to do; call it every few minutes.
    Status renew();

    struct Statistics {
        std::uint64_t granted = 0;   // time-stamps, for others
        std::uint64_t rejected = 0;  // time-stamp queries
        std::uint64_t answered = 0;  // OCSP requests
    };
    Statistics statistics() const { return {granted_, rejected_, answered_}; }

  private:
    /// Everything that `renew` replaces, as one unchanging picture.
    struct Desk;
    struct KeptList;

    TrustServices(const Clock& clock, store::Database& database, const crypto::KeyVault& vault, Settings settings);
    crypto::AuthoritySettings authority_settings() const;
    Result<std::shared_ptr<const Desk>> furnish(crypto::CertificateAuthority authority) const;
    std::shared_ptr<const Desk> desk() const;
    Status reload_revocations();
    Result<Bytes> list(const Desk& desk, std::size_t issuer, UtcTime since);
    Result<Bytes> root_list(const Desk& desk, UtcTime since);
    Result<Bytes> last_root_list(const Error& why_not_new) const;
    std::vector<crypto::CertificateAuthority::Revoked> revoked(bool authorities, const Desk& desk) const;
    std::optional<store::revocations::Revocation> revocation_of(ByteView serial_number) const;
    bool is_revoked(ByteView certificate) const;
    Status check_time_stamps() const;
    std::uint64_t next_list_number();

    const Clock& clock_;
    store::Database& database_;
    const crypto::KeyVault& vault_;
    const Settings settings_;

    mutable std::mutex mutex_;
    std::shared_ptr<const Desk> desk_;                         // guarded by mutex_
    std::vector<store::revocations::Revocation> revocations_;  // guarded by mutex_
    std::mutex lists_mutex_;
    std::vector<KeptList> lists_;    // guarded by lists_mutex_
    std::uint64_t list_number_ = 0;  // guarded by lists_mutex_
    std::mutex renewing_;
    std::atomic<std::uint64_t> granted_ = 0;
    std::atomic<std::uint64_t> rejected_ = 0;
    std::atomic<std::uint64_t> answered_ = 0;
};

}  // namespace signet::service
