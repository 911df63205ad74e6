#include "service/key_use.hpp"

#include "base/bytes.hpp"
#include "crypto/certificate_view.hpp"

#include <string_view>

namespace signet::service {
namespace {

std::string_view name_of(crypto::SignatureAlgorithm algorithm) {
    using enum crypto::SignatureAlgorithm;
    switch (algorithm) {
        case EcdsaP256Sha256:
            return "ecdsa-with-SHA256";
        case RsaPkcs1Sha256:
            return "sha256WithRSAEncryption";
        case Sm2Sm3:
            return "SM2-with-SM3";
    }
    return "";
}

}  // namespace

pdf::CmsMaker noting(const pdf::CmsMaker& maker, std::optional<crypto::Sha256Digest>& digest) {
    pdf::CmsMaker noted;
    noted.max_size = maker.max_size;
    noted.make = [&maker, &digest](const crypto::Sha256Digest& given) {
        digest = given;
        return maker.make(given);
    };
    return noted;
}

std::string key_use(const crypto::Signer& signer, const SignedDigests& digests) {
    const auto certificate = crypto::view_certificate(signer.certificate_chain().front());
    const std::string key = certificate ? crypto::sha256_hex(certificate->public_key) : std::string();
    std::string list;
    for (const auto& [document, digest] : digests) {
        if (!digest) continue;
        list += (list.empty() ? "\"" : ",\"") + to_string(document) + "\":\"" + hex(*digest) + "\"";
    }
    return "\"key\":\"" + key + "\",\"algorithm\":\"" + std::string(name_of(signer.algorithm())) + "\",\"digests\":{" +
           list + "}";
}

}  // namespace signet::service
