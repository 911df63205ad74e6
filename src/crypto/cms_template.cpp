#include "crypto/cms_template.hpp"

#include "crypto/algorithms.hpp"
#include "crypto/certificate_view.hpp"
#include "crypto/der.hpp"
#include "crypto/oids.hpp"

#include <algorithm>

namespace signet::crypto {
namespace {

Bytes attribute(std::string_view type, ByteView value) {
    return der::sequence({der::object_identifier(type), der::element(der::kSet, value)});
}

std::size_t whole(std::size_t length) {
    return der::header_size(length) + length;
}

}  // namespace

struct CmsTemplate::Lengths {
    std::size_t encapsulated = 0;  // EncapsulatedContentInfo
    std::size_t signer_info = 0;
    std::size_t signer_infos = 0;
    std::size_t signed_data = 0;
    std::size_t explicit_content = 0;
    std::size_t content_info = 0;
};

CmsTemplate::CmsTemplate(const Signer& signer, std::string_view content_type) {
    const std::vector<Bytes>& chain = signer.certificate_chain();
    if (chain.empty()) {
        usable_ = fail(ErrorCode::CertificateInvalid, "the signer has no certificate");
        return;
    }
    const auto certificate = view_certificate(chain.front());
    if (!certificate) {
        usable_ = fail(ErrorCode::CertificateInvalid, "the signer's certificate is no DER certificate");
        return;
    }
    const bool is_national = signer.algorithm() == SignatureAlgorithm::Sm2Sm3;
    if (is_national && content_type != oid::kData) {
        usable_ = fail(ErrorCode::KeyUnusable, "an SM2 key signs documents alone");
        return;
    }
    if (is_national) digest_ = DigestAlgorithm::Sm3;
    const Bytes serial_number = der::element(der::kInteger, certificate->serial_number);
    signed_data_type_ = der::object_identifier(is_national ? oid::kNationalSignedData : oid::kSignedData);
    content_type_ = der::object_identifier(is_national ? oid::kNationalData : content_type);
    signature_algorithm_ = encode_algorithm(signer.algorithm());

    append(before_content_, der::integer(std::uint64_t{content_type == oid::kData ? 1U : 3U}));  // RFC 5652 §5.1
    append(before_content_, der::element(der::kSet, digest_algorithm()));
    certificates_ = der::set_of(chain, der::context(0));

    append(before_attributes_, der::integer(std::uint64_t{1}));
    append(before_attributes_, der::sequence({certificate->issuer, serial_number}));
    append(before_attributes_, digest_algorithm());

    make_attributes(chain.front(), certificate->issuer, serial_number);
}

/// RFC 5035 §3: hashAlgorithm is DEFAULT sha-256 and therefore absent with it.
Bytes CmsTemplate::signing_certificate_v2(ByteView certificate, ByteView issuer, ByteView serial_number) const {
    const Bytes directory_name = der::element(der::context(4), issuer);
    const Bytes issuer_serial = der::sequence({der::sequence({directory_name}), serial_number});
    const Bytes algorithm = digest_ == DigestAlgorithm::Sha256 ? Bytes{} : digest_algorithm();
    const Bytes certificate_id =
        der::sequence({algorithm, der::octet_string(Digest::of(digest_, certificate)), issuer_serial});
    return der::sequence({der::sequence({certificate_id})});
}

/// RFC 6211 §2, with the choice for signed data.
Bytes CmsTemplate::algorithm_protection() const {
    const der::Element inside = der::Reader(signature_algorithm_).take(der::kSequence);
    return der::sequence({digest_algorithm(), der::element(der::context(1), inside.content)});
}

void CmsTemplate::make_attributes(ByteView certificate, ByteView issuer, ByteView serial_number) {
    const Bytes digest = attribute(oid::kMessageDigest, der::octet_string(Sha256Digest{}));
    attributes_ = der::set_of({
        attribute(oid::kContentType, content_type_),
        digest,
        attribute(oid::kSigningCertificateV2, signing_certificate_v2(certificate, issuer, serial_number)),
        attribute(oid::kCmsAlgorithmProtection, algorithm_protection()),
    });
    // The order of the set does not depend on the digest: the attributes differ before it begins.
    const auto at = std::search(attributes_.begin(), attributes_.end(), digest.begin(), digest.end());
    digest_at_ = static_cast<std::size_t>(at - attributes_.begin()) + digest.size() - Sha256Digest{}.size();
}

const CmsTemplate& CmsTemplate::of(const Signer& signer) {
    std::call_once(signer.template_made_,
                   [&] { signer.template_ = std::make_shared<const CmsTemplate>(signer, oid::kData); });
    return *signer.template_;
}

Bytes CmsTemplate::signed_attributes(const Sha256Digest& content_digest) const {
    Bytes attributes = attributes_;
    std::copy(content_digest.begin(), content_digest.end(),
              attributes.begin() + static_cast<std::ptrdiff_t>(digest_at_));
    return attributes;
}

CmsTemplate::Lengths CmsTemplate::lengths_with(const Sizes& sizes) const {
    Lengths lengths;
    lengths.encapsulated = content_type_.size() + (sizes.content == 0 ? 0 : whole(whole(sizes.content)));
    lengths.signer_info = before_attributes_.size() + attributes_.size() + signature_algorithm_.size() +
                          whole(sizes.signature_value) +
                          (sizes.unsigned_attributes == 0 ? 0 : whole(sizes.unsigned_attributes));
    lengths.signer_infos = whole(lengths.signer_info);
    lengths.signed_data = before_content_.size() + whole(lengths.encapsulated) +
                          (sizes.with_certificates ? certificates_.size() : 0) + whole(lengths.signer_infos);
    lengths.explicit_content = whole(lengths.signed_data);
    lengths.content_info = signed_data_type_.size() + whole(lengths.explicit_content);
    return lengths;
}

std::size_t CmsTemplate::size_with(const Sizes& sizes) const {
    return whole(lengths_with(sizes).content_info);
}

Bytes CmsTemplate::assemble(const Parts& parts) const {
    const Lengths lengths = lengths_with({parts.signature_value.size(), parts.content.size(),
                                          parts.unsigned_attributes.size(), parts.with_certificates});
    Bytes cms;
    cms.reserve(whole(lengths.content_info));
    der::append_header(cms, der::kSequence, lengths.content_info);
    append(cms, signed_data_type_);
    der::append_header(cms, der::context(0), lengths.explicit_content);
    der::append_header(cms, der::kSequence, lengths.signed_data);
    append(cms, before_content_);
    der::append_header(cms, der::kSequence, lengths.encapsulated);
    append(cms, content_type_);
    if (!parts.content.empty()) {
        der::append_header(cms, der::context(0), whole(parts.content.size()));
        der::append_header(cms, der::kOctetString, parts.content.size());
        append(cms, parts.content);
    }
    if (parts.with_certificates) append(cms, certificates_);
    der::append_header(cms, der::kSet, lengths.signer_infos);
    der::append_header(cms, der::kSequence, lengths.signer_info);
    append(cms, before_attributes_);
    const std::size_t attributes_at = cms.size();
    append(cms, parts.signed_attributes);
    cms[attributes_at] = der::context(0);  // signed as a SET OF, stored as [0] IMPLICIT
    append(cms, signature_algorithm_);
    der::append_header(cms, der::kOctetString, parts.signature_value.size());
    append(cms, parts.signature_value);
    if (!parts.unsigned_attributes.empty()) {
        der::append_header(cms, der::context(1), parts.unsigned_attributes.size());
        append(cms, parts.unsigned_attributes);
    }
    return cms;
}

Result<Bytes> sign_attributes(const Signer& signer, ByteView signed_attributes) {
    auto signature_value = signer.sign(signed_attributes);
    if (signature_value && signature_value->size() > signer.max_signature_size()) {
        return fail(ErrorCode::KeyUnusable, "the key made a longer signature value than it announced");
    }
    return signature_value;
}

namespace {

Result<PadesSignature> sign_attributes_over(const Signer& signer, const std::array<std::uint8_t, 32>& content_digest) {
    const CmsTemplate& cms = CmsTemplate::of(signer);
    if (!cms.usable()) return cms.usable().error();
    Bytes attributes = cms.signed_attributes(content_digest);
    auto signature_value = sign_attributes(signer, attributes);
    if (!signature_value) return signature_value.error();
    return PadesSignature{std::move(attributes), std::move(*signature_value)};
}

}  // namespace

Result<Bytes> make_pades_cms(const Signer& signer, const Sha256Digest& content_digest) {
    const auto signature = sign_pades(signer, content_digest);
    if (!signature) return signature.error();
    return finish_pades_cms_without_time_stamp(signer, *signature);
}

Result<Bytes> finish_pades_cms_without_time_stamp(const Signer& signer, const PadesSignature& signature) {
    const CmsTemplate& cms = CmsTemplate::of(signer);
    if (!cms.usable()) return cms.usable().error();
    return cms.assemble({signature.signed_attributes, signature.signature_value});
}

std::size_t max_pades_cms_size(const Signer& signer) {
    const CmsTemplate& cms = CmsTemplate::of(signer);
    return cms.usable() ? cms.size_with({signer.max_signature_size()}) : 0;
}

Result<PadesSignature> sign_pades(const Signer& signer, const Sha256Digest& content_digest) {
    if (signer.algorithm() == SignatureAlgorithm::Sm2Sm3) {
        return fail(ErrorCode::KeyUnusable, "an SM2 key makes no PAdES signature");
    }
    return sign_attributes_over(signer, content_digest);
}

Result<Bytes> make_national_cms(const Signer& signer, const Sm3Digest& content_digest) {
    if (signer.algorithm() != SignatureAlgorithm::Sm2Sm3) {
        return fail(ErrorCode::KeyUnusable, "a signature by GB/T 35275 needs an SM2 key");
    }
    const auto signature = sign_attributes_over(signer, content_digest);
    if (!signature) return signature.error();
    return finish_pades_cms_without_time_stamp(signer, *signature);
}

Result<Bytes> finish_pades_cms(const Signer& signer, const PadesSignature& signature, ByteView time_stamp_token) {
    const CmsTemplate& cms = CmsTemplate::of(signer);
    if (!cms.usable()) return cms.usable().error();
    if (time_stamp_token.empty() || time_stamp_token.size() > kMaxTimeStampTokenSize) {
        return invalid_parameter("a time-stamp token has 1 to 65536 bytes");
    }
    const Bytes stamp = attribute(oid::kSignatureTimeStamp, time_stamp_token);
    return cms.assemble({signature.signed_attributes, signature.signature_value, {}, stamp});
}

std::size_t max_pades_cms_size(const Signer& signer, std::size_t max_token_size) {
    const CmsTemplate& cms = CmsTemplate::of(signer);
    if (!cms.usable()) return 0;
    const std::size_t type_size = der::object_identifier(oid::kSignatureTimeStamp).size();
    const std::size_t attribute_size = whole(type_size + whole(max_token_size));
    return cms.size_with({signer.max_signature_size(), 0, attribute_size});
}

}  // namespace signet::crypto
