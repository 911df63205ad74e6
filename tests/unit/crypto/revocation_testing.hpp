#pragma once

#include "crypto/certificate_authority.hpp"
#include "crypto/certificate_view.hpp"
#include "crypto/certificate_writer.hpp"
#include "crypto/der.hpp"
#include "crypto/ocsp.hpp"
#include "crypto/oids.hpp"
#include "crypto/revocation.hpp"
#include "crypto/revocation_list.hpp"

#include <memory>

namespace signet::crypto::testing {

/// Any extension, for lists and certificates that the own CA never makes.
inline Bytes make_extension(std::string_view type, bool critical, ByteView value) {
    return der::sequence(
        {der::object_identifier(type), critical ? der::boolean(true) : Bytes{}, der::octet_string(value)});
}

/// One issuing CA whose key is at hand, with one certificate below it.
class SmallCa {
  public:
    explicit SmallCa(UtcTime now, std::vector<Bytes> leaf_extensions = {}) : now_(now) {
        certificate_ = make(key_, name_,
                            {extension::authority(0, false), extension::certificate_authority_key_usage(),
                             extension::subject_key_identifier(key_identifier_of(key_.public_key()))},
                            now + std::chrono::hours(24 * 365));
        leaf_ = make(leaf_key_, *encode_name({"", "", "Test Person", ""}), with_identifier(std::move(leaf_extensions)),
                     now + std::chrono::hours(24));
    }

    const Bytes& certificate() const { return certificate_; }
    const Bytes& leaf() const { return leaf_; }
    Bytes leaf_serial() const {
        const ByteView serial = view_certificate(leaf_)->serial_number;
        return Bytes(serial.begin(), serial.end());
    }
    std::vector<Bytes> chain() const { return {leaf_, certificate_}; }
    std::shared_ptr<const Signer> signer() const { return KeySigner::trusted(key_, {certificate_}); }

    std::shared_ptr<const Signer> responder(std::vector<Bytes> extensions, std::chrono::hours lifetime) const {
        const PrivateKey key = *PrivateKey::generate(KeyAlgorithm::EcP256);
        const Bytes certificate = make(key, *encode_name({"", "", "Example Responder", ""}),
                                       with_identifier(std::move(extensions)), now_ + lifetime);
        return KeySigner::trusted(key, {certificate, certificate_});
    }
    std::shared_ptr<const Signer> responder() const {
        return responder({extension::ocsp_signing_purpose(), extension::ocsp_no_check()}, std::chrono::hours(24));
    }

    Bytes list(std::vector<RevocationListFields::Entry> entries, UtcTime this_update, UtcTime next_update,
               std::vector<Bytes> more_extensions = {}) const {
        std::vector<Bytes> extensions{extension::authority_key_identifier(key_identifier_of(key_.public_key())),
                                      extension::revocation_list_number(17)};
        for (Bytes& one : more_extensions)
            extensions.push_back(std::move(one));
        return *write_revocation_list({name_, this_update, next_update, std::move(entries), std::move(extensions)},
                                      *signer());
    }

  private:
    static std::vector<Bytes> with_identifier(std::vector<Bytes> extensions) {
        extensions.push_back(extension::subject_key_identifier(Bytes(20, 1)));
        return extensions;
    }
    Bytes make(const PrivateKey& key, const Bytes& subject, std::vector<Bytes> extensions, UtcTime not_after) const {
        const Bytes public_key = key.public_key();
        return *write_certificate({random_serial_number(), name_, subject, now_ - std::chrono::hours(24), not_after,
                                   public_key, std::move(extensions)},
                                  *KeySigner::trusted(key_, {}));
    }

    UtcTime now_;
    PrivateKey key_ = *PrivateKey::generate(KeyAlgorithm::EcP256);
    PrivateKey leaf_key_ = *PrivateKey::generate(KeyAlgorithm::EcP256);
    Bytes name_ = *encode_name({"", "Example Works", "Example CA " + random_token(8), ""});
    Bytes certificate_;
    Bytes leaf_;
};

}  // namespace signet::crypto::testing
