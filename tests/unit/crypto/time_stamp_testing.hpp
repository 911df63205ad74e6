#pragma once

#include "crypto/algorithms.hpp"
#include "crypto/certificate_authority.hpp"
#include "crypto/certificate_view.hpp"
#include "crypto/certificate_writer.hpp"
#include "crypto/der.hpp"
#include "crypto/key.hpp"
#include "crypto/oids.hpp"
#include "crypto/time_stamp.hpp"
#include "crypto/time_stamp_authority.hpp"
#include "crypto/time_stamp_format.hpp"

#include <memory>
#include <optional>

/// Time-stamps that no honest authority makes, part by part.
namespace signet::crypto::testing {

inline constexpr UtcTime kNow{1'790'000'000'000};  // 2026-09-21

/// A root and keys below it, for certificates with any extensions.
class Forge {
  public:
    Forge() : root_(make_root()) {}

    const Bytes& root() const { return root_; }

    /// A signer below the root whose certificate has these extensions and a key identifier.
    std::shared_ptr<const Signer> signer(std::vector<Bytes> extensions,
                                         Validity validity = {kNow - std::chrono::hours(24),
                                                              kNow + std::chrono::hours(24)},
                                         KeyAlgorithm algorithm = KeyAlgorithm::EcP256) const {
        return with_key(*PrivateKey::generate(algorithm), std::move(extensions), validity);
    }

    std::shared_ptr<const Signer> with_key(const PrivateKey& key, std::vector<Bytes> extensions,
                                           Validity validity) const {
        extensions.push_back(extension::subject_key_identifier(key_identifier_of(key.public_key())));
        const Bytes certificate = *write_certificate(
            {random_serial_number(), root_name_, *encode_name({"", "Example Works", "Example TSA", ""}),
             validity.not_before, validity.not_after, key.public_key(), std::move(extensions)},
            *KeySigner::trusted(root_key_, {}));
        return KeySigner::trusted(key, {certificate, root_});
    }

    const Bytes& root_name() const { return root_name_; }

  private:
    Bytes make_root() const {
        const Bytes public_key = root_key_.public_key();
        return *write_certificate({random_serial_number(),
                                   root_name_,
                                   root_name_,
                                   kNow - std::chrono::hours(24 * 365),
                                   kNow + std::chrono::hours(24 * 365),
                                   public_key,
                                   {extension::authority(0, false), extension::certificate_authority_key_usage(),
                                    extension::subject_key_identifier(key_identifier_of(public_key))}},
                                  *KeySigner::trusted(root_key_, {}));
    }

    Bytes root_name_ = *encode_name({"", "Example Works", "Example Root " + random_token(8), ""});
    PrivateKey root_key_ = *PrivateKey::generate(KeyAlgorithm::EcP256);
    Bytes root_;
};

inline Bytes attribute(std::string_view type, ByteView value) {
    return der::sequence({der::object_identifier(type), der::element(der::kSet, value)});
}

/// A TSTInfo; every part can be another.
struct ForgedInfo {
    Bytes version = der::integer(std::uint64_t{1});
    std::string policy = "1.2.3.4";
    Bytes imprint;
    Bytes serial_number = der::integer(std::uint64_t{7});
    Bytes time = der::generalized_time(kNow);
    Bytes rest;

    static ForgedInfo answering(const TimeStampRequest& request) {
        ForgedInfo info;
        info.imprint = encode(request.imprint);
        if (!request.nonce.empty()) info.rest = der::element(der::kInteger, request.nonce);
        return info;
    }
    Bytes encoding() const {
        return der::sequence({version, der::object_identifier(policy), imprint, serial_number, time, rest});
    }
};

/// A token over any content; every part can be another.
struct ForgedToken {
    std::string content_type{oid::kTstInfo};
    Bytes content;
    /// Instead of those of RFC 5816.
    std::optional<std::vector<Bytes>> signed_attributes;
    DigestAlgorithm digest = DigestAlgorithm::Sha256;
    std::vector<Bytes> certificates;
    int signers = 1;

    static Bytes signing_certificate_v2(ByteView certificate) {
        const Bytes id = der::sequence({der::octet_string(Sha256::of(certificate))});
        return attribute(oid::kSigningCertificateV2, der::sequence({der::sequence({id})}));
    }
    std::vector<Bytes> usual_attributes(ByteView certificate) const {
        return {attribute(oid::kContentType, der::object_identifier(content_type)),
                attribute(oid::kMessageDigest, der::octet_string(Digest::of(digest, content))),
                signing_certificate_v2(certificate)};
    }
    Bytes encoding(const Signer& signer) const {
        const Bytes& own = signer.certificate_chain().front();
        const CertificateView view = view_certificate(own).value();
        Bytes attributes = der::set_of(signed_attributes ? *signed_attributes : usual_attributes(own));
        const Bytes signature_value = *signer.sign(attributes);
        attributes[0] = der::context(0);
        const Bytes digest_algorithm = encode_algorithm(digest);
        const Bytes signer_info = der::sequence(
            {der::integer(std::uint64_t{1}),
             der::sequence({view.issuer, der::element(der::kInteger, view.serial_number)}), digest_algorithm,
             attributes, encode_algorithm(signer.algorithm()), der::octet_string(signature_value)});
        const Bytes encapsulated = der::sequence(
            {der::object_identifier(content_type), der::element(der::context(0), der::octet_string(content))});
        const Bytes set =
            der::set_of(certificates.empty() ? signer.certificate_chain() : certificates, der::context(0));
        const Bytes signed_data =
            der::sequence({der::integer(std::uint64_t{3}), der::element(der::kSet, digest_algorithm), encapsulated, set,
                           der::set_of(std::vector<Bytes>(static_cast<std::size_t>(signers), signer_info))});
        return der::sequence({der::object_identifier(oid::kSignedData), der::element(der::context(0), signed_data)});
    }
};

inline Bytes granting(ByteView token, std::uint64_t status = 0) {
    return der::sequence({der::sequence({der::integer(status)}), token});
}

}  // namespace signet::crypto::testing
