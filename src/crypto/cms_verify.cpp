#include "crypto/algorithms.hpp"
#include "crypto/certificate.hpp"
#include "crypto/cms.hpp"
#include "crypto/der.hpp"
#include "crypto/oids.hpp"
#include "crypto/openssl.hpp"
#include "crypto/signature_value.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <set>

#include <openssl/err.h>
#include <openssl/x509v3.h>

namespace signet::crypto {
namespace {

constexpr int kLeastRsaBits = 2048;
constexpr int kLeastCurveBits = 224;

using NamePointer = std::unique_ptr<X509_NAME, OpensslFree<X509_NAME_free>>;

ByteView bytes_of(const ASN1_STRING* string) {
    if (string == nullptr) return {};
    return {ASN1_STRING_get0_data(string), static_cast<std::size_t>(std::max(ASN1_STRING_length(string), 0))};
}

NamePointer read_name(ByteView der) {
    const unsigned char* at = der.data();
    return NamePointer(d2i_X509_NAME(nullptr, &at, static_cast<long>(der.size())));
}

/// The INTEGER's content octets. Programs of old made negative numbers, of which OpenSSL hands out the magnitude alone.
Bytes serial_number_of(const X509* certificate) {
    const ASN1_INTEGER* number = X509_get0_serialNumber(certificate);
    Bytes encoding(static_cast<std::size_t>(std::max(i2d_ASN1_INTEGER(number, nullptr), 0)));
    unsigned char* at = encoding.data();
    i2d_ASN1_INTEGER(number, &at);
    const ByteView content = der::Reader(encoding).take(der::kInteger).content;
    return {content.begin(), content.end()};
}

bool has_serial_number(const X509* certificate, ByteView serial_number) {
    const Bytes own = serial_number_of(certificate);
    return std::ranges::equal(der::significant(own), der::significant(serial_number));
}

bool has_issuer(const X509* certificate, ByteView issuer) {
    const NamePointer name = read_name(issuer);
    return name != nullptr && X509_NAME_cmp(name.get(), X509_get_issuer_name(certificate)) == 0;
}

/// §5.3: does the SignerInfo mean this certificate?
bool fits(X509* certificate, const SignerInfo& signer) {
    if (!signer.subject_key_identifier.empty()) {
        return std::ranges::equal(bytes_of(X509_get0_subject_key_id(certificate)), signer.subject_key_identifier);
    }
    return has_serial_number(certificate, signer.serial_number) && has_issuer(certificate, signer.issuer);
}

const Attribute* find(const std::vector<Attribute>& attributes, std::string_view type) {
    const auto found = std::ranges::find(attributes, type, &Attribute::type);
    return found == attributes.end() ? nullptr : &*found;
}

/// The attribute's value when it has exactly one.
const Bytes* single_value(const std::vector<Attribute>& attributes, std::string_view type) {
    const Attribute* attribute = find(attributes, type);
    return attribute != nullptr && attribute->values.size() == 1 ? &attribute->values.front() : nullptr;
}

/// What signing-certificate or signing-certificate-v2 says about the signer's certificate (RFC 5035 §3, §4).
struct CertificateId {
    DigestAlgorithm digest = DigestAlgorithm::Sha256;
    Bytes certificate_digest;
    Bytes issuer;  // empty when there is no issuerSerial
    Bytes serial_number;

    bool names(ByteView certificate) const { return Digest::of(digest, certificate) == certificate_digest; }
};

bool read_issuer_serial(der::Reader fields, CertificateId& id) {
    der::Reader names(fields.take(der::kSequence));
    const auto directory_name = names.take_if(der::context(4));
    if (directory_name) id.issuer.assign(directory_name->content.begin(), directory_name->content.end());
    const der::Element serial_number = fields.take(der::kInteger);
    id.serial_number.assign(serial_number.content.begin(), serial_number.content.end());
    return fields.finished() && names.ok();
}

/// The first ESSCertID of the attribute's value: by definition the signer's.
std::optional<CertificateId> read_certificate_id(ByteView value, DigestAlgorithm default_digest) {
    der::Reader outer(value);
    der::Reader signing_certificate(outer.take(der::kSequence));
    der::Reader ids(signing_certificate.take(der::kSequence));
    der::Reader fields(ids.take(der::kSequence));
    if (!outer.finished() || !signing_certificate.ok() || !ids.ok()) return std::nullopt;

    CertificateId id;
    id.digest = default_digest;
    if (const auto algorithm = fields.take_if(der::kSequence)) {
        const auto identifier = read_algorithm_fields(der::Reader(*algorithm));
        const auto digest = identifier ? digest_of_oid(identifier->oid) : std::nullopt;
        if (!digest || default_digest == DigestAlgorithm::Sha1) return std::nullopt;
        id.digest = *digest;
    }
    const der::Element certificate_digest = fields.take(der::kOctetString);
    id.certificate_digest.assign(certificate_digest.content.begin(), certificate_digest.content.end());
    if (!fields.ok()) return std::nullopt;
    if (const auto issuer_serial = fields.take_if(der::kSequence)) {
        if (!read_issuer_serial(der::Reader(*issuer_serial), id)) return std::nullopt;
    }
    if (!fields.finished()) return std::nullopt;
    return id;
}

/// The signed attributes with their elements sorted, as DER wants them.
Bytes sorted(ByteView set) {
    der::Reader outer(set);
    der::Reader reader(outer.take(der::kSet));
    std::vector<Bytes> elements;
    while (reader.ok() && !reader.at_end()) {
        const ByteView element = reader.take_any().encoding;
        elements.emplace_back(element.begin(), element.end());
    }
    return der::set_of(std::move(elements));
}

std::string describe_method(const SignatureMethod& method, const EVP_PKEY* key, const CertificateInfo& certificate) {
    switch (method.scheme) {
        case SignatureScheme::RsaPkcs1:
            return fmt::format("{} PKCS#1 with {}", certificate.public_key, to_string(method.digest));
        case SignatureScheme::RsaPss:
            return fmt::format("{} PSS with {}", certificate.public_key, to_string(method.digest));
        case SignatureScheme::Ecdsa:
            return fmt::format("ECDSA {} with {}", certificate.public_key.substr(certificate.public_key.find(' ') + 1),
                               to_string(method.digest));
        case SignatureScheme::Eddsa:
            return EVP_PKEY_get0_type_name(key);
        case SignatureScheme::Sm2:
            return fmt::format("SM2 with {}", to_string(method.digest));
    }
    return {};
}

/// Checks one signature; every step adds what it finds to the report.
class Verifier {
  public:
    /// `content`: where it is at hand.
    Verifier(const SignedData& data, ByteView content_digest, std::optional<ByteView> content = std::nullopt)
        : data_(data), content_digest_(content_digest), content_(content) {}

    CmsReport run() {
        note_form();
        check_repetition();
        find_signer_certificate();
        check_content();
        check_signing_certificate();
        check_algorithm_protection();
        check_signature_value();
        read_claims();
        ERR_clear_error();
        return std::move(report_);
    }

  private:
    const SignerInfo& signer() const { return data_.signer; }
    bool has_attributes() const { return !signer().signed_attributes.empty(); }
    void note(CmsFinding finding) {
        if (!report_.has(finding)) report_.findings.push_back(finding);
    }
    const Bytes* signed_value(std::string_view type) const { return single_value(signer().signed_attributes, type); }
    const Attribute* signed_attribute(std::string_view type) const { return find(signer().signed_attributes, type); }

    void note_form() {
        if (!data_.is_definite) note(CmsFinding::IndefiniteLengths);
        if (data_.content) note(CmsFinding::EncapsulatedContent);
        if (!has_attributes()) note(CmsFinding::NoSignedAttributes);
        if (has_attributes() && sorted(signer().signed_attributes_encoding) != signer().signed_attributes_encoding) {
            note(CmsFinding::AttributesNotSorted);
        }
    }

    /// An attribute that stands there twice could show two readers two different things.
    void check_repetition() {
        std::set<std::string_view> seen;
        for (const Attribute& attribute : signer().signed_attributes) {
            if (!seen.insert(attribute.type).second) note(CmsFinding::AttributeRepeated);
        }
    }

    /// Of several that fit, the one that signing-certificate names: names and serial numbers can be copied.
    void find_signer_certificate() {
        read_signing_certificate();
        for (const Bytes& der : data_.certificates) {
            X509Certificate certificate = read_certificate(der);
            if (!certificate || !fits(certificate.get(), signer())) continue;
            const bool named = certificate_id_ && certificate_id_->names(der);
            if (certificate_ && !named) continue;
            certificate_ = std::move(certificate);
            report_.signer_certificate = der;
            if (named) break;
        }
        for (const Bytes& der : data_.certificates) {
            if (der != report_.signer_certificate) report_.other_certificates.push_back(der);
        }
        if (!certificate_) note(CmsFinding::SignerCertificateMissing);
    }

    void read_signing_certificate() {
        if (const Bytes* value = signed_value(oid::kSigningCertificateV2)) {
            certificate_id_ = read_certificate_id(*value, DigestAlgorithm::Sha256);
        } else if (const Bytes* old_value = signed_value(oid::kSigningCertificate)) {
            certificate_id_ = read_certificate_id(*old_value, DigestAlgorithm::Sha1);
        }
    }

    void check_signing_certificate() {
        const bool has_v2 = signed_attribute(oid::kSigningCertificateV2) != nullptr;
        const bool has_v1 = signed_attribute(oid::kSigningCertificate) != nullptr;
        if (!has_v2 && !has_v1) return note(CmsFinding::SigningCertificateMissing);
        if (!has_v2) note(CmsFinding::SigningCertificateOfVersion1);
        if (!certificate_id_) return note(CmsFinding::SigningCertificateWrong);
        if (!certificate_) return;
        if (!certificate_id_->names(report_.signer_certificate)) return note(CmsFinding::SigningCertificateWrong);
        if (certificate_id_->serial_number.empty()) return;
        const bool same = has_serial_number(certificate_.get(), certificate_id_->serial_number) &&
                          has_issuer(certificate_.get(), certificate_id_->issuer);
        if (!same) note(CmsFinding::IssuerSerialDiffers);
    }

    /// §11.1, §11.2: content-type and message-digest.
    void check_content() {
        const auto digest = data_.digest_algorithm();
        if (!digest) return note(CmsFinding::UnknownAlgorithm);
        if (*digest == DigestAlgorithm::Md5 || *digest == DigestAlgorithm::Sha1) note(CmsFinding::WeakDigest);
        if (!has_attributes()) {
            // The signature value is over the content's digest itself.
            report_.content_digest_ok = content_digest_.size() == digest_size(*digest);
            if (!report_.content_digest_ok) note(CmsFinding::ContentDigestWrong);
            return;
        }
        const Bytes* type = signed_value(oid::kContentType);
        if (type == nullptr || *type != der::object_identifier(data_.content_type)) note(CmsFinding::ContentTypeWrong);
        const Bytes* value = signed_value(oid::kMessageDigest);
        if (value == nullptr) return note(CmsFinding::MessageDigestMissing);
        der::Reader reader(*value);
        const der::Element claimed = reader.take(der::kOctetString);
        report_.content_digest_ok =
            reader.finished() && !claimed.content.empty() && std::ranges::equal(claimed.content, content_digest_);
        if (!report_.content_digest_ok) note(CmsFinding::ContentDigestWrong);
    }

    void check_algorithm_protection() {
        const Attribute* attribute = signed_attribute(oid::kCmsAlgorithmProtection);
        if (attribute == nullptr) return;
        if (attribute->values.size() != 1) return note(CmsFinding::AlgorithmProtectionWrong);
        der::Reader outer(attribute->values.front());
        der::Reader fields(outer.take(der::kSequence));
        const auto digest = read_algorithm(fields);
        const auto signature = read_algorithm_fields(der::Reader(fields.take(der::context(1))));
        const bool same = outer.finished() && fields.finished() && digest == signer().digest_algorithm &&
                          signature == signer().signature_algorithm;
        if (!same) note(CmsFinding::AlgorithmProtectionWrong);
    }

    void check_signature_value() {
        const auto method = signature_method(signer().signature_algorithm, data_.digest_algorithm());
        EVP_PKEY* key = certificate_ ? X509_get0_pubkey(certificate_.get()) : nullptr;
        if (!method || (certificate_ && key == nullptr) || (key != nullptr && !goes_with(key, method->scheme))) {
            return note(CmsFinding::UnknownAlgorithm);
        }
        if (method->digest == DigestAlgorithm::Md5 || method->digest == DigestAlgorithm::Sha1) {
            note(CmsFinding::WeakDigest);
        }
        if (key == nullptr) return;
        // SM2 hashes who signs before what is signed, so the content's digest does not help.
        const bool needs_content = method->scheme == SignatureScheme::Sm2 && !has_attributes();
        if (needs_content && !content_) return note(CmsFinding::UnknownAlgorithm);
        note_key_strength(key);
        if (const auto info = describe_certificate(report_.signer_certificate)) {
            report_.algorithm = describe_method(*method, key, *info);
        }
        report_.signature_value_ok = has_attributes() ? verify_attributes(key, *method) : verify_content(key, *method);
        if (!report_.signature_value_ok) note(CmsFinding::SignatureValueWrong);
    }

    void note_key_strength(const EVP_PKEY* key) {
        const bool is_rsa = EVP_PKEY_is_a(key, "RSA") == 1 || EVP_PKEY_is_a(key, "RSA-PSS") == 1;
        if (EVP_PKEY_get_bits(key) < (is_rsa ? kLeastRsaBits : kLeastCurveBits)) note(CmsFinding::WeakKey);
    }

    /// As found; and if they are not sorted, also as they ought to be: both kinds of signers exist.
    bool verify_attributes(EVP_PKEY* key, const SignatureMethod& method) const {
        const Bytes& found = signer().signed_attributes_encoding;
        if (verify_message(key, method, signer().signature_value, found)) return true;
        return report_.has(CmsFinding::AttributesNotSorted) &&
               verify_message(key, method, signer().signature_value, sorted(found));
    }

    bool verify_content(EVP_PKEY* key, const SignatureMethod& method) const {
        const bool same_digest = data_.digest_algorithm() == method.digest;
        if (method.scheme == SignatureScheme::Sm2) {
            return same_digest && verify_message(key, method, signer().signature_value, *content_);
        }
        return method.scheme != SignatureScheme::Eddsa && same_digest &&
               verify_digest(key, method, signer().signature_value, content_digest_);
    }

    void read_claims() {
        if (signed_attribute(oid::kSigningTime) != nullptr) note(CmsFinding::SigningTimePresent);
        if (const Bytes* value = signed_value(oid::kSigningTime)) {
            report_.claimed_signing_time = der::read_time(der::Reader(*value).take_any());
        }
        if (const Bytes* token = single_value(signer().unsigned_attributes, oid::kSignatureTimeStamp)) {
            report_.signature_time_stamp = *token;
        }
    }

    const SignedData& data_;
    ByteView content_digest_;
    std::optional<ByteView> content_;
    std::optional<CertificateId> certificate_id_;
    X509Certificate certificate_;
    CmsReport report_;
};

}  // namespace

std::string_view to_string(CmsFinding finding) {
    switch (finding) {
        case CmsFinding::SignerCertificateMissing:
            return "the signer's certificate is missing";
        case CmsFinding::UnknownAlgorithm:
            return "unknown algorithm";
        case CmsFinding::SignatureValueWrong:
            return "the signature value is wrong";
        case CmsFinding::ContentDigestWrong:
            return "the signed content was changed";
        case CmsFinding::MessageDigestMissing:
            return "message-digest is missing";
        case CmsFinding::ContentTypeWrong:
            return "content-type is missing or wrong";
        case CmsFinding::SigningCertificateWrong:
            return "signing-certificate names another certificate";
        case CmsFinding::AlgorithmProtectionWrong:
            return "the algorithms were changed";
        case CmsFinding::AttributeRepeated:
            return "a signed attribute is repeated";
        case CmsFinding::WeakDigest:
            return "weak digest algorithm";
        case CmsFinding::WeakKey:
            return "weak key";
        case CmsFinding::NoSignedAttributes:
            return "no signed attributes";
        case CmsFinding::SigningCertificateMissing:
            return "no signing-certificate attribute";
        case CmsFinding::SigningCertificateOfVersion1:
            return "signing-certificate of version 1 (SHA-1)";
        case CmsFinding::IssuerSerialDiffers:
            return "issuer and serial number in signing-certificate differ";
        case CmsFinding::SigningTimePresent:
            return "signing-time is present";
        case CmsFinding::EncapsulatedContent:
            return "content is encapsulated";
        case CmsFinding::IndefiniteLengths:
            return "BER with indefinite lengths";
        case CmsFinding::AttributesNotSorted:
            return "signed attributes are not in DER order";
    }
    return "unknown";
}

bool is_fatal(CmsFinding finding) {
    return finding <= CmsFinding::AttributeRepeated;
}

bool CmsReport::has(CmsFinding finding) const {
    return std::ranges::find(findings, finding) != findings.end();
}

bool CmsReport::valid() const {
    return signature_value_ok && content_digest_ok && std::ranges::none_of(findings, is_fatal);
}

CmsReport verify_cms(const SignedData& signed_data, ByteView content_digest) {
    return Verifier(signed_data, content_digest).run();
}

CmsReport verify_cms_of(const SignedData& signed_data, ByteView content) {
    const auto digest = signed_data.digest_algorithm();
    if (!digest) return verify_cms(signed_data, {});
    const Bytes content_digest = Digest::of(*digest, content);
    return Verifier(signed_data, content_digest, content).run();
}

CmsReport verify_encapsulated_cms(const SignedData& signed_data) {
    const auto digest = signed_data.digest_algorithm();
    if (!digest || !signed_data.content) return verify_cms(signed_data, {});
    return verify_cms_of(signed_data, *signed_data.content);
}

}  // namespace signet::crypto
