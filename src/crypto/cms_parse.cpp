#include "crypto/algorithms.hpp"
#include "crypto/cms.hpp"
#include "crypto/der.hpp"
#include "crypto/oids.hpp"

#include <algorithm>

namespace signet::crypto {
namespace {

constexpr std::size_t kMaxSize = 4 * 1024 * 1024;
constexpr std::size_t kMaxCertificates = 200;
constexpr std::size_t kMaxAttributes = 200;
constexpr std::size_t kMaxValues = 50;

Bytes copy(ByteView bytes) {
    return Bytes(bytes.begin(), bytes.end());
}

Error malformed(std::string_view what) {
    return fail(ErrorCode::SignatureInvalid, "CMS: " + std::string(what));
}

std::string read_oid(der::Reader& reader) {
    return der::oid_text(reader.take(der::kObjectIdentifier).content);
}

/// Attribute ::= SEQUENCE { attrType, attrValues SET OF }
std::optional<Attribute> read_attribute(der::Reader& attributes) {
    der::Reader fields(attributes.take(der::kSequence));
    Attribute attribute;
    attribute.type = read_oid(fields);
    der::Reader values(fields.take(der::kSet));
    while (values.ok() && !values.at_end() && attribute.values.size() <= kMaxValues) {
        attribute.values.push_back(copy(values.take_any().encoding));
    }
    if (!fields.finished() || !values.finished() || attribute.type.empty()) return std::nullopt;
    return attribute;
}

std::optional<std::vector<Attribute>> read_attributes(ByteView content) {
    der::Reader reader(content);
    std::vector<Attribute> attributes;
    while (!reader.at_end()) {
        auto attribute = read_attribute(reader);
        if (!attribute || !reader.ok() || attributes.size() == kMaxAttributes) return std::nullopt;
        attributes.push_back(std::move(*attribute));
    }
    return attributes;
}

/// An OCTET STRING, or one that BER cut into pieces.
std::optional<Bytes> read_octets(const der::Element& element) {
    if (element.tag == der::kOctetString) return copy(element.content);
    if (element.tag != der::kConstructedOctetString) return std::nullopt;
    Bytes bytes;
    der::Reader pieces(element);
    while (!pieces.at_end())
        append(bytes, pieces.take(der::kOctetString).content);
    if (!pieces.ok()) return std::nullopt;
    return bytes;
}

/// EncapsulatedContentInfo ::= SEQUENCE { eContentType, eContent [0] EXPLICIT OCTET STRING OPTIONAL }
bool read_content(der::Reader fields, SignedData& data) {
    data.content_type = read_oid(fields);
    if (const auto wrapped = fields.take_if(der::context(0))) {
        der::Reader inside(*wrapped);
        data.content = read_octets(inside.take_any());
        if (!inside.finished() || !data.content) return false;
    }
    return fields.finished() && !data.content_type.empty();
}

/// CertificateSet: X.509 certificates, and choices with context tags that nobody uses.
bool read_certificates_of(const der::Element& set, SignedData& data) {
    der::Reader reader(set);
    while (reader.ok() && !reader.at_end()) {
        const der::Element element = reader.take_any();
        if (element.tag == der::kSequence) data.certificates.push_back(copy(element.encoding));
        if (data.certificates.size() > kMaxCertificates) return false;
    }
    return reader.ok();
}

bool read_signer_identifier(der::Reader& fields, SignerInfo& signer) {
    if (const auto key_identifier = fields.take_if(der::context_primitive(0))) {
        signer.subject_key_identifier = copy(key_identifier->content);
        return !signer.subject_key_identifier.empty();
    }
    der::Reader inside(fields.take(der::kSequence));
    signer.issuer = copy(inside.take(der::kSequence).encoding);
    signer.serial_number = copy(inside.take(der::kInteger).content);
    return inside.finished() && !signer.serial_number.empty();
}

bool read_signed_attributes(const der::Element& element, SignerInfo& signer) {
    auto attributes = read_attributes(element.content);
    if (!attributes || attributes->empty()) return false;
    signer.signed_attributes = std::move(*attributes);
    signer.signed_attributes_encoding = copy(element.encoding);
    signer.signed_attributes_encoding[0] = der::kSet;  // §5.4: hashed as SET OF, not with the tag found here
    return true;
}

bool read_signer(der::Reader fields, SignerInfo& signer) {
    signer.version = der::read_small_integer(fields.take(der::kInteger));
    if (!read_signer_identifier(fields, signer)) return false;
    const auto digest_algorithm = read_algorithm(fields);
    if (const auto attributes = fields.take_if(der::context(0))) {
        if (!read_signed_attributes(*attributes, signer)) return false;
    }
    const auto signature_algorithm = read_algorithm(fields);
    const auto signature_value = read_octets(fields.take_any());
    if (!digest_algorithm || !signature_algorithm || !signature_value || signature_value->empty()) return false;
    signer.digest_algorithm = *digest_algorithm;
    signer.signature_algorithm = *signature_algorithm;
    signer.signature_value = *signature_value;
    if (const auto attributes = fields.take_if(der::context(1))) {
        auto read = read_attributes(attributes->content);
        if (!read) return false;
        signer.unsigned_attributes = std::move(*read);
    }
    return fields.finished();
}

std::vector<std::string> read_digest_algorithms(der::Reader set) {
    std::vector<std::string> algorithms;
    while (set.ok() && !set.at_end()) {
        const auto algorithm = read_algorithm(set);
        if (!algorithm || algorithms.size() == kMaxAttributes) return {};
        algorithms.push_back(algorithm->oid);
    }
    return set.ok() ? algorithms : std::vector<std::string>{};
}

Result<SignedData> read_signed_data(der::Reader fields) {
    SignedData data;
    data.version = der::read_small_integer(fields.take(der::kInteger));
    data.digest_algorithms = read_digest_algorithms(der::Reader(fields.take(der::kSet)));
    if (!read_content(der::Reader(fields.take(der::kSequence)), data)) return malformed("damaged content");
    if (const auto certificates = fields.take_if(der::context(0))) {
        if (!read_certificates_of(*certificates, data)) return malformed("damaged certificates, or too many");
    }
    fields.take_if(der::context(1));  // crls
    der::Reader signers(fields.take(der::kSet));
    if (!fields.finished()) return malformed("damaged SignedData");
    const der::Element signer = signers.take(der::kSequence);
    if (!signers.ok()) return malformed("no SignerInfo");
    if (!signers.at_end()) return malformed("more than one SignerInfo");
    if (!read_signer(der::Reader(signer), data.signer)) return malformed("damaged SignerInfo");
    return data;
}

/// ContentInfo ::= SEQUENCE { contentType, content [0] EXPLICIT }
std::optional<der::Element> find_signed_data(ByteView encoding) {
    der::Reader outer(encoding);
    der::Reader content_info(outer.take(der::kSequence));
    const std::string type = read_oid(content_info);
    der::Reader content(content_info.take(der::context(0)));
    const der::Element signed_data = content.take(der::kSequence);
    const bool is_signed_data = type == oid::kSignedData || type == oid::kNationalSignedData;
    if (!content_info.finished() || !content.finished() || !is_signed_data) return std::nullopt;
    return signed_data;
}

}  // namespace

std::optional<std::size_t> count_signer_infos(ByteView bytes) {
    if (bytes.size() > kMaxSize) return std::nullopt;
    const auto definite = der::with_definite_lengths(bytes);
    const auto signed_data = definite ? find_signed_data(definite->encoding) : std::nullopt;
    if (!signed_data) return std::nullopt;
    der::Reader fields(*signed_data);
    fields.take(der::kInteger);
    fields.take(der::kSet);
    fields.take(der::kSequence);
    fields.take_if(der::context(0));
    fields.take_if(der::context(1));
    der::Reader signers(fields.take(der::kSet));
    if (!fields.finished()) return std::nullopt;
    std::size_t count = 0;
    while (signers.ok() && !signers.at_end()) {
        signers.take(der::kSequence);
        ++count;
    }
    return signers.finished() ? std::optional(count) : std::nullopt;
}

std::optional<DigestAlgorithm> SignedData::digest_algorithm() const {
    if (const auto digest = digest_of_oid(signer.digest_algorithm.oid)) return digest;
    // Some signers name the algorithm of the signature here, which says what was hashed with as well.
    return digest_of_rsa_signature(signer.digest_algorithm.oid);
}

Result<SignedData> parse_cms(ByteView bytes) {
    if (bytes.size() > kMaxSize) return malformed("too large");
    const auto definite = der::with_definite_lengths(bytes);
    if (!definite) return malformed("no ASN.1");
    const auto signed_data = find_signed_data(definite->encoding);
    if (!signed_data) return malformed("no SignedData");
    auto data = read_signed_data(der::Reader(*signed_data));
    if (!data) return data;
    data->encoded_size = definite->consumed;
    data->is_definite = std::ranges::equal(definite->encoding, bytes.first(definite->consumed));
    return data;
}

}  // namespace signet::crypto
