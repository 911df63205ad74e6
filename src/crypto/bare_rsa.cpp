#include "crypto/bare_rsa.hpp"

#include "crypto/certificate_view.hpp"
#include "crypto/der.hpp"
#include "crypto/oids.hpp"

namespace signet::crypto {

Result<SignedData> parse_bare_rsa(ByteView bytes, const std::vector<Bytes>& certificates) {
    der::Reader reader(bytes);
    const der::Element value = reader.take(der::kOctetString);
    if (!reader.ok() || value.content.empty()) {
        return fail(ErrorCode::SignatureInvalid, "adbe.x509.rsa_sha1: no OCTET STRING");
    }
    const auto signer = certificates.empty() ? std::nullopt : view_certificate(certificates.front());
    if (!signer) return fail(ErrorCode::SignatureInvalid, "adbe.x509.rsa_sha1: no certificate");
    SignedData data;
    data.encoded_size = value.encoding.size();
    data.content_type = oid::kData;
    data.certificates = certificates;
    data.signer.issuer.assign(signer->issuer.begin(), signer->issuer.end());
    data.signer.serial_number.assign(signer->serial_number.begin(), signer->serial_number.end());
    data.signer.digest_algorithm.oid = oid::kSha1;
    data.signer.signature_algorithm.oid = oid::kSha1WithRsa;
    data.signer.signature_value.assign(value.content.begin(), value.content.end());
    return data;
}

}  // namespace signet::crypto
