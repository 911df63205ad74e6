#include "crypto/cms_template.hpp"

#include "crypto/der.hpp"
#include "crypto/oids.hpp"

#include <algorithm>

namespace signet::crypto {
namespace {

Bytes digest_algorithm() {
    return der::sequence({der::object_identifier(oid::kSha256)});  // RFC 5754 §2: parameters absent
}

Bytes signature_algorithm(SignatureAlgorithm algorithm) {
    if (algorithm == SignatureAlgorithm::RsaPkcs1Sha256) {
        return der::sequence({der::object_identifier(oid::kSha256WithRsa), der::null()});
    }
    return der::sequence({der::object_identifier(oid::kEcdsaWithSha256)});
}

Bytes attribute(std::string_view type, ByteView value) {
    return der::sequence({der::object_identifier(type), der::element(der::kSet, value)});
}

/// RFC 5035 §3: hashAlgorithm is DEFAULT sha-256 and therefore absent.
Bytes signing_certificate_v2(ByteView certificate, ByteView issuer, ByteView serial_number) {
    const Bytes directory_name = der::element(der::context(4), issuer);
    const Bytes issuer_serial = der::sequence({der::sequence({directory_name}), serial_number});
    const Bytes certificate_id = der::sequence({der::octet_string(Sha256::of(certificate)), issuer_serial});
    return der::sequence({der::sequence({certificate_id})});
}

/// RFC 6211 §2, with the choice for signed data.
Bytes algorithm_protection(ByteView signature_algorithm) {
    const der::Element inside = der::Reader(signature_algorithm).take(der::kSequence);
    return der::sequence({digest_algorithm(), der::element(der::context(1), inside.content)});
}

struct IssuerAndSerialNumber {
    ByteView issuer;         // Name
    ByteView serial_number;  // INTEGER
};

/// RFC 5280 §4.1: both are copied as they stand in the certificate.
Result<IssuerAndSerialNumber> issuer_and_serial_number(ByteView certificate) {
    der::Reader outer(certificate);
    der::Reader certificate_fields(outer.take(der::kSequence));
    der::Reader tbs(certificate_fields.take(der::kSequence));
    tbs.take_if(der::context(0));
    const der::Element serial_number = tbs.take(der::kInteger);
    tbs.take(der::kSequence);
    const der::Element issuer = tbs.take(der::kSequence);
    if (!outer.finished() || !tbs.ok()) {
        return fail(ErrorCode::CertificateInvalid, "the signer's certificate is no DER certificate");
    }
    return IssuerAndSerialNumber{issuer.encoding, serial_number.encoding};
}

}  // namespace

CmsTemplate::CmsTemplate(const Signer& signer) {
    const std::vector<Bytes>& chain = signer.certificate_chain();
    if (chain.empty()) {
        usable_ = fail(ErrorCode::CertificateInvalid, "the signer has no certificate");
        return;
    }
    const auto id = issuer_and_serial_number(chain.front());
    if (!id) {
        usable_ = id.error();
        return;
    }
    content_type_ = der::object_identifier(oid::kSignedData);
    signature_algorithm_ = signature_algorithm(signer.algorithm());

    append(before_signer_infos_, der::integer(std::uint64_t{1}));
    append(before_signer_infos_, der::element(der::kSet, digest_algorithm()));
    append(before_signer_infos_, der::sequence({der::object_identifier(oid::kData)}));
    append(before_signer_infos_, der::set_of(chain, der::context(0)));

    append(before_attributes_, der::integer(std::uint64_t{1}));
    append(before_attributes_, der::sequence({id->issuer, id->serial_number}));
    append(before_attributes_, digest_algorithm());

    make_attributes(chain.front(), id->issuer, id->serial_number);
}

void CmsTemplate::make_attributes(ByteView certificate, ByteView issuer, ByteView serial_number) {
    const Bytes digest = attribute(oid::kMessageDigest, der::octet_string(Sha256Digest{}));
    attributes_ = der::set_of({
        attribute(oid::kContentType, der::object_identifier(oid::kData)),
        digest,
        attribute(oid::kSigningCertificateV2, signing_certificate_v2(certificate, issuer, serial_number)),
        attribute(oid::kCmsAlgorithmProtection, algorithm_protection(signature_algorithm_)),
    });
    // The order of the set does not depend on the digest: the attributes differ before it begins.
    const auto at = std::search(attributes_.begin(), attributes_.end(), digest.begin(), digest.end());
    digest_at_ = static_cast<std::size_t>(at - attributes_.begin()) + digest.size() - Sha256Digest{}.size();
}

const CmsTemplate& CmsTemplate::of(const Signer& signer) {
    std::call_once(signer.template_made_, [&] { signer.template_ = std::make_shared<const CmsTemplate>(signer); });
    return *signer.template_;
}

Bytes CmsTemplate::signed_attributes(const Sha256Digest& content_digest) const {
    Bytes attributes = attributes_;
    std::copy(content_digest.begin(), content_digest.end(),
              attributes.begin() + static_cast<std::ptrdiff_t>(digest_at_));
    return attributes;
}

CmsTemplate::Lengths CmsTemplate::lengths_with(std::size_t signature_size) const {
    const auto whole = [](std::size_t length) { return der::header_size(length) + length; };
    Lengths lengths;
    lengths.signer_info =
        before_attributes_.size() + attributes_.size() + signature_algorithm_.size() + whole(signature_size);
    lengths.signer_infos = whole(lengths.signer_info);
    lengths.signed_data = before_signer_infos_.size() + whole(lengths.signer_infos);
    lengths.explicit_content = whole(lengths.signed_data);
    lengths.content_info = content_type_.size() + whole(lengths.explicit_content);
    return lengths;
}

std::size_t CmsTemplate::size_with(std::size_t signature_size) const {
    const std::size_t length = lengths_with(signature_size).content_info;
    return der::header_size(length) + length;
}

Bytes CmsTemplate::assemble(ByteView signed_attributes, ByteView signature_value) const {
    const Lengths lengths = lengths_with(signature_value.size());
    Bytes cms;
    cms.reserve(size_with(signature_value.size()));
    der::append_header(cms, der::kSequence, lengths.content_info);
    append(cms, content_type_);
    der::append_header(cms, der::context(0), lengths.explicit_content);
    der::append_header(cms, der::kSequence, lengths.signed_data);
    append(cms, before_signer_infos_);
    der::append_header(cms, der::kSet, lengths.signer_infos);
    der::append_header(cms, der::kSequence, lengths.signer_info);
    append(cms, before_attributes_);
    const std::size_t attributes_at = cms.size();
    append(cms, signed_attributes);
    cms[attributes_at] = der::context(0);  // signed as a SET OF, stored as [0] IMPLICIT
    append(cms, signature_algorithm_);
    der::append_header(cms, der::kOctetString, signature_value.size());
    append(cms, signature_value);
    return cms;
}

Result<Bytes> make_pades_cms(const Signer& signer, const Sha256Digest& content_digest) {
    const CmsTemplate& cms = CmsTemplate::of(signer);
    if (!cms.usable()) return cms.usable().error();
    const Bytes attributes = cms.signed_attributes(content_digest);
    const auto signature_value = signer.sign(attributes);
    if (!signature_value) return signature_value.error();
    if (signature_value->size() > signer.max_signature_size()) {
        return fail(ErrorCode::KeyUnusable, "the key made a longer signature value than it announced");
    }
    return cms.assemble(attributes, *signature_value);
}

std::size_t max_pades_cms_size(const Signer& signer) {
    const CmsTemplate& cms = CmsTemplate::of(signer);
    return cms.usable() ? cms.size_with(signer.max_signature_size()) : 0;
}

}  // namespace signet::crypto
