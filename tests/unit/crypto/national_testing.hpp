#pragma once

#include "crypto/certificate_authority.hpp"
#include "crypto/certificate_view.hpp"
#include "crypto/certificate_writer.hpp"
#include "crypto/der.hpp"
#include "crypto/key.hpp"
#include "crypto/oids.hpp"

#include <memory>

/// SM2 authorities and signers, honest ones and others.
namespace signet::crypto::testing {

inline constexpr UtcTime kThatDay{1'790'000'000'000};  // 2026-09-21
inline constexpr std::chrono::hours kDay{24};
inline constexpr std::chrono::hours kYear{24 * 365};

inline AuthoritySettings national_settings() {
    AuthoritySettings settings;
    settings.organization = "示例机构";
    settings.key_algorithm = KeyAlgorithm::Sm2;
    return settings;
}

/// An SM2 root whose key is at hand: certificates below it can have any extensions and validity, and can be revoked.
class Sm2Root {
  public:
    const Bytes& certificate() const { return certificate_; }

    std::unique_ptr<Signer> signer(std::string_view common_name, Validity validity = wide(),
                                   std::vector<Bytes> extensions = {extension::document_signing_key_usage()}) const {
        const PrivateKey key = *PrivateKey::generate(KeyAlgorithm::Sm2);
        extensions.push_back(extension::subject_key_identifier(key_identifier_of(key.public_key())));
        extensions.push_back(extension::authority_key_identifier(key_identifier_of(key_.public_key())));
        const Bytes certificate = *write_certificate(
            {random_serial_number(), name_, *encode_name({"CN", "示例公司", std::string(common_name), ""}),
             validity.not_before, validity.not_after, key.public_key(), std::move(extensions)},
            *KeySigner::trusted(key_, {}));
        return KeySigner::trusted(key, {certificate, certificate_});
    }

    /// This root's list, with the certificate of `signer` revoked at `at`.
    Bytes list_revoking(const Signer& signer, UtcTime at) const {
        const ByteView serial = view_certificate(signer.certificate_chain().front())->serial_number;
        RevocationListFields fields{name_, kThatDay - kDay, kThatDay + 30 * kDay, {}, {}};
        fields.entries.push_back({Bytes(serial.begin(), serial.end()), at, RevocationReason::KeyCompromise});
        fields.extensions = {extension::authority_key_identifier(key_identifier_of(key_.public_key())),
                             extension::revocation_list_number(1)};
        return *write_revocation_list(fields, *KeySigner::trusted(key_, {}));
    }

    static Validity wide() { return {kThatDay - kYear, kThatDay + kYear}; }

  private:
    Bytes make() const {
        const Bytes public_key = key_.public_key();
        return *write_certificate({random_serial_number(),
                                   name_,
                                   name_,
                                   kThatDay - 5 * kYear,
                                   kThatDay + 5 * kYear,
                                   public_key,
                                   {extension::authority(0, false), extension::certificate_authority_key_usage(),
                                    extension::subject_key_identifier(key_identifier_of(public_key))}},
                                  *KeySigner::trusted(key_, {}));
    }

    PrivateKey key_ = *PrivateKey::generate(KeyAlgorithm::Sm2);
    Bytes name_ = *encode_name({"CN", "示例机构", "Example SM2 Root", ""});
    Bytes certificate_ = make();
};

}  // namespace signet::crypto::testing
