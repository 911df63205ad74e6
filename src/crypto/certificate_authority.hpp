#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/key.hpp"
#include "crypto/key_vault.hpp"
#include "crypto/revocation_reason.hpp"
#include "crypto/signer.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace signet::crypto {

class Pkcs11Tokens;

/// For whom a certificate is made. Names are UTF-8 of at most 64 characters (RFC 5280).
struct Subject {
    /// The person's or company's name as it was verified.
    std::string common_name;
    /// The company the signer acts for; empty for a person who signs alone.
    std::string organization;
    /// Tells namesakes apart: an id of ours, never a number of an identity document. Letters, digits, ` '()+,-./:=?`.
    std::string serial_number;
    /// A mobile number or mail address, for the subject alternative name; empty for none. Everybody who receives the
    /// signed document can read it.
    std::string contact;
    /// ISO 3166, two letters; may be empty.
    std::string country;
};

struct Validity {
    UtcTime not_before;
    UtcTime not_after;

    /// From five minutes before `now`, for validators whose clock is behind, for `lifetime` after it.
    static Validity starting(UtcTime now, std::chrono::seconds lifetime);
};

struct AuthoritySettings {
    /// Organization of the CA's own certificates.
    std::string organization = "Signet";
    std::string country;
    std::chrono::days root_lifetime{20 * 365};
    std::chrono::days issuing_lifetime{10 * 365};
    /// Where others find the issuing CA's certificate and its revocation list; empty: the extension is left out. In
    /// these and in `responder_url`, `{issuing}` becomes the issuing CA's key identifier (hexadecimal): after a renewal
    /// each issuing CA needs a list at an address of its own.
    std::string issuer_url;
    std::string revocation_list_url;
    /// Where the issuing CA's OCSP responder is; empty: the extension is left out.
    std::string responder_url;
    /// Where the root's certificate, revocation list and OCSP responder are, for the issuing CA's certificate; fixed
    /// when it is made.
    std::string root_url;
    std::string root_revocation_list_url;
    std::string root_responder_url;
    /// A certificate that lives no longer than this and has neither revocation list nor responder says so itself (RFC
    /// 9608, ETSI EN 319 412-1): validators then ask for no revocation data.
    std::chrono::hours short_term_limit{7 * 24};
    /// EcP256, or Sm2: the CA then signs with SM2 and SM3 (GB/T 20518) and certifies SM2 keys alone, as the other
    /// certifies none. It matters when the CA is made or renewed; a loaded one is what its keys are.
    KeyAlgorithm key_algorithm = KeyAlgorithm::EcP256;
    /// Where issuing CAs may have their keys beside the folder; null: nowhere.
    std::shared_ptr<Pkcs11Tokens> tokens = nullptr;
    /// The issuing CA's key in one of them (`pkcs11:token=…;object=…`), P-256 or RSA; empty: as it is. When the present
    /// issuing CA has another key, `load_or_create` makes a new one with this.
    std::string issuing_key = {};
};

/// What the CA runs beside its certificates: each has a key and a certificate of its own.
enum class AuthorityService {
    /// Time-stamps (RFC 3161), below the issuing CA.
    TimeStamping,
    /// OCSP (RFC 6960) for the issuing CA's certificates, and for the root's.
    Responder,
    RootResponder,
    /// Makes the seals of GB/T 38540 (制章者), below the issuing CA.
    SealMaker,
};

/// The installation's own certification authority: a root, an issuing CA below it (path length 0), and one certificate
/// for each signing event, with a key of its own. All its keys are P-256, or all are SM2. Thread-safe.
///
/// The issuing CA can be renewed below the same root. It then has another name and key; the former ones stay, because
/// their certificates still need revocation lists. Wherever a number `issuing` is asked for, 0 is the present one.
class CertificateAuthority {
  public:
    static Result<CertificateAuthority> create(const AuthoritySettings& settings, UtcTime now);
    /// Reads what `save` wrote. The root's key may have been taken away to a safe place: only a new issuing CA and the
    /// root's revocation list need it.
    static Result<CertificateAuthority> load(const std::filesystem::path& folder, const KeyVault& vault,
                                             const AuthoritySettings& settings);
    /// Loads the folder, or makes a CA and the folder when there is none.
    static Result<CertificateAuthority> load_or_create(const std::filesystem::path& folder, const KeyVault& vault,
                                                       const AuthoritySettings& settings, UtcTime now);

    /// Adds a new issuing CA to the folder and loads the result; nothing in the folder is overwritten. KeyUnusable when
    /// the root's key was taken away, or the token's key has been an issuing CA's before, CertificateInvalid when the
    /// root is not valid at `now`.
    static Result<CertificateAuthority> renew_issuing(const std::filesystem::path& folder, const KeyVault& vault,
                                                      const AuthoritySettings& settings, UtcTime now);

    /// Seals every key in the folder anew that an older master key sealed; how many there were. Whoever reads the
    /// folder meanwhile finds each key whole, sealed by one or the other. KeyUnusable when one cannot be opened; those
    /// before it are done then.
    static Result<std::size_t> reseal_keys(const std::filesystem::path& folder, const KeyVault& vault);
    /// How many that would be.
    static Result<std::size_t> count_old_seals(const std::filesystem::path& folder, const KeyVault& vault);

    CertificateAuthority(CertificateAuthority&&) noexcept;
    CertificateAuthority& operator=(CertificateAuthority&&) noexcept;
    ~CertificateAuthority();

    /// Writes `root.pem`, `issuing.pem` and the sealed keys `root.key`, `issuing.key` into a new folder: all of it or
    /// nothing. Conflict when the folder exists.
    Status save(const std::filesystem::path& folder, const KeyVault& vault) const;

    /// A signer with a fresh key and a certificate for `subject`; its chain ends at the root. The certificate never
    /// outlives the issuing CA. KeyUnusable when the key is SM2 and the CA is not, or the other way round,
    /// InvalidParameter or ParameterTooLong when the subject cannot stand in a certificate,
    /// CertificateInvalid when the issuing CA is not valid at `validity.not_before`.
    Result<std::unique_ptr<Signer>> issue(const Subject& subject, const Validity& validity,
                                          KeyAlgorithm algorithm = KeyAlgorithm::EcP256) const;
    /// The chain for a key that lives elsewhere: the new certificate first, the root last. `public_key` is a
    /// SubjectPublicKeyInfo of P-256 or RSA of 2048 to 8192 bits, or of SM2 where the CA is SM2; the caller has seen
    /// proof that the subject holds the private key.
    Result<std::vector<Bytes>> issue_for(ByteView public_key, const Subject& subject, const Validity& validity) const;

    /// A fresh key and certificate for a service; the signer's chain ends at the root. KeyUnusable when the root's key
    /// is needed and was taken away, CertificateInvalid when the CA is not valid at `validity.not_before`.
    Result<std::unique_ptr<Signer>> issue_service(AuthorityService service, const Validity& validity,
                                                  std::size_t issuing = 0) const;
    /// The service's signer as kept in the CA's folder. A new one is issued for `lifetime`, and kept instead, when
    /// there is none, or it ends within `renew_before` of `now`, or it was issued by another CA than the present one.
    Result<std::unique_ptr<Signer>> load_or_issue_service(AuthorityService service, const std::filesystem::path& folder,
                                                          const KeyVault& vault, UtcTime now,
                                                          std::chrono::seconds lifetime,
                                                          std::chrono::seconds renew_before) const;

    struct Revoked {
        std::string serial_number;  // hexadecimal
        UtcTime at;
        RevocationReason reason = RevocationReason::Unspecified;
    };
    /// An issuing CA's full list (RFC 5280 §5) in DER. `number` must grow from list to list. `revoked` must name all
    /// that were ever revoked, also those that have ended since: the list says that it does (expiredCertsOnCRL), so
    /// that it serves for signatures whose certificates ended before anybody asked. InvalidParameter when a serial
    /// number is not hexadecimal, or the list would end before it begins.
    Result<Bytes> revocation_list(std::uint64_t number, const std::vector<Revoked>& revoked, UtcTime this_update,
                                  UtcTime next_update, std::size_t issuing = 0) const;
    /// The root's full list, about the issuing CAs. KeyUnusable when the root's key was taken away.
    Result<Bytes> root_revocation_list(std::uint64_t number, const std::vector<Revoked>& revoked, UtcTime this_update,
                                       UtcTime next_update) const;

    /// DER.
    const Bytes& root_certificate() const;
    const Bytes& issuing_certificate() const;
    /// The present issuing CA first, then the former ones, newest first.
    std::vector<Bytes> issuing_certificates() const;
    /// Their key identifiers in hexadecimal, in the same order: what `{issuing}` stands for.
    std::vector<std::string> issuing_identifiers() const;

  private:
    struct IssuingCa;
    struct Parts;
    explicit CertificateAuthority(std::unique_ptr<Parts> parts);
    Result<std::vector<Bytes>> issue_checked(ByteView public_key, const Subject& subject,
                                             const Validity& validity) const;
    Result<std::vector<Bytes>> issue_service_for(AuthorityService service, const PrivateKey& key,
                                                 const Validity& validity, std::size_t issuing) const;
    Result<std::unique_ptr<Signer>> load_service(AuthorityService service, const std::filesystem::path& folder,
                                                 const KeyVault& vault) const;
    static Result<IssuingCa> make_issuing_ca(const Bytes& root, Bytes certificate, const PrivateKey& key);
    static Result<IssuingCa> issuing_ca_of(Bytes certificate, std::unique_ptr<Signer> signer);
    static Result<IssuingCa> load_issuing_from_token(const Bytes& root, Bytes certificate,
                                                     const std::filesystem::path& file,
                                                     const AuthoritySettings& settings);
    Status add_issuing_in_token(const std::filesystem::path& folder, const AuthoritySettings& settings,
                                UtcTime now) const;
    Result<bool> wants_other_key(const AuthoritySettings& settings) const;
    static Result<std::unique_ptr<Parts>> assemble(const AuthoritySettings& settings, Bytes root,
                                                   std::unique_ptr<PrivateKey> root_key,
                                                   std::vector<IssuingCa> issuing);
    static Result<std::vector<IssuingCa>> load_issuing(const std::filesystem::path& folder, const KeyVault& vault,
                                                       const Bytes& root, const AuthoritySettings& settings);

    std::unique_ptr<Parts> parts_;
};

}  // namespace signet::crypto
