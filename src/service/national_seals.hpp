#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/certificate_authority.hpp"
#include "crypto/digest.hpp"
#include "crypto/electronic_seal.hpp"
#include "crypto/signer.hpp"
#include "pdf/appended_revision.hpp"
#include "pdf/document.hpp"
#include "pdf/sign.hpp"
#include "service/time_stamps.hpp"

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace signet::crypto {
class KeyVault;
}

namespace signet::service {

/// The second track beside PAdES (docs/national-algorithms.md): the installation's own SM2 authority, and signatures
/// with electronic seals (GB/T 38540-2020) that it makes behind the PAdES signatures of companies that want them. The
/// authority is made when somebody first needs it. Thread-safe.
class NationalSeals {
  public:
    /// `folder` holds the authority or will hold it. All three must outlive this.
    NationalSeals(const Clock& clock, const crypto::KeyVault& vault, std::filesystem::path folder)
        : clock_(clock), vault_(vault), folder_(std::move(folder)) {}

    /// What a company's seal becomes for one signature.
    struct Seal {
        /// esID: the seal's id here.
        std::string id;
        std::string name;
        crypto::SealPicture picture;
    };
    /// Whoever seals one contract: a fresh SM2 key with a certificate of one day, and the seal whose list names it.
    class Desk {
      public:
        /// A revision with an invisible field of this name and the seal's signature in it. `file` is the whole file,
        /// `document` the same, read; `hash` its running hash. `time_stamps`: who stamps the value; null for nobody.
        /// Errors: those of `pdf::build_with_new_fields` and `crypto::sign_with_seal`, TimeStampUnavailable.
        Result<pdf::AppendedRevision> seal(ByteView file, const pdf::Document& document, const crypto::Sha256& hash,
                                           const std::string& field, const pdf::SignatureDetails& details,
                                           const TimeStamps* time_stamps) const;

      private:
        friend class NationalSeals;
        Desk(crypto::ElectronicSeal seal, std::unique_ptr<crypto::Signer> signer)
            : seal_(std::move(seal)), signer_(std::move(signer)) {}

        crypto::ElectronicSeal seal_;
        std::unique_ptr<crypto::Signer> signer_;
    };
    /// For signatures made at `time`. Errors: those of the authority (`CertificateAuthority::issue`) and of
    /// `make_electronic_seal`.
    Result<Desk> open(const crypto::Subject& subject, const Seal& seal, UtcTime time);

    /// The authority's root in DER, to be trusted when verifying; nothing as long as there is no authority.
    std::optional<Bytes> root();

  private:
    struct Office {
        crypto::CertificateAuthority authority;
        std::unique_ptr<crypto::Signer> maker;
        UtcTime maker_since;
    };
    Result<std::shared_ptr<const Office>> office();
    Result<std::shared_ptr<const Office>> furnish() const;

    const Clock& clock_;
    const crypto::KeyVault& vault_;
    const std::filesystem::path folder_;
    std::mutex mutex_;
    std::shared_ptr<const Office> office_;  // guarded by mutex_
};

}  // namespace signet::service
