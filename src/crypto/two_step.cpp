#include "crypto/two_step.hpp"

#include "crypto/cms_template.hpp"

namespace signet::crypto {

Result<PadesOrder> order_pades(const Signer& signer, const Sha256Digest& content_digest) {
    if (signer.algorithm() == SignatureAlgorithm::Sm2Sm3) {
        return fail(ErrorCode::KeyUnusable, "an SM2 key makes no PAdES signature");
    }
    const CmsTemplate& cms = CmsTemplate::of(signer);
    if (!cms.usable()) return cms.usable().error();
    return PadesOrder{cms.signed_attributes(content_digest)};
}

Result<PadesSignature> fulfil_pades(const ExternalSigner& signer, const PadesOrder& order, ByteView signature_value) {
    if (const Status right = signer.check(order.digest(), signature_value); !right) return right.error();
    return PadesSignature{order.signed_attributes, Bytes(signature_value.begin(), signature_value.end())};
}

}  // namespace signet::crypto
