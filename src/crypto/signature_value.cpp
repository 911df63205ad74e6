#include "crypto/signature_value.hpp"

#include "crypto/sm2.hpp"

#include <openssl/rsa.h>

namespace signet::crypto {
namespace {

bool set_up(EVP_PKEY_CTX* context, const SignatureMethod& method) {
    if (EVP_PKEY_verify_init(context) != 1) return false;
    if (method.scheme == SignatureScheme::RsaPkcs1 && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) != 1) {
        return false;
    }
    if (method.scheme == SignatureScheme::RsaPss && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) != 1) {
        return false;
    }
    if (EVP_PKEY_CTX_set_signature_md(context, libcrypto_digest(method.digest)) != 1) return false;
    if (method.scheme != SignatureScheme::RsaPss) return true;
    return EVP_PKEY_CTX_set_rsa_mgf1_md(context, libcrypto_digest(method.mask_digest)) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context, method.salt_length) == 1;
}

}  // namespace

bool goes_with(const EVP_PKEY* key, SignatureScheme scheme) {
    switch (scheme) {
        case SignatureScheme::RsaPkcs1:
            return EVP_PKEY_is_a(key, "RSA") == 1;
        case SignatureScheme::RsaPss:
            return EVP_PKEY_is_a(key, "RSA") == 1 || EVP_PKEY_is_a(key, "RSA-PSS") == 1;
        case SignatureScheme::Ecdsa:
            return EVP_PKEY_is_a(key, "EC") == 1;
        case SignatureScheme::Eddsa:
            return EVP_PKEY_is_a(key, "ED25519") == 1 || EVP_PKEY_is_a(key, "ED448") == 1;
        case SignatureScheme::Sm2:
            return is_sm2_key(key);
    }
    return false;
}

bool verify_digest(EVP_PKEY* key, const SignatureMethod& method, ByteView signature_value, ByteView digest) {
    const EvpKeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    return context && set_up(context.get(), method) &&
           EVP_PKEY_verify(context.get(), signature_value.data(), signature_value.size(), digest.data(),
                           digest.size()) == 1;
}

bool verify_message(EVP_PKEY* key, const SignatureMethod& method, ByteView signature_value, ByteView message) {
    if (method.scheme == SignatureScheme::Sm2) {
        const auto digest = method.digest == DigestAlgorithm::Sm3 ? sm2_digest(key, message) : std::nullopt;
        return digest && verify_digest(key, method, signature_value, *digest);
    }
    if (method.scheme != SignatureScheme::Eddsa) {
        return verify_digest(key, method, signature_value, Digest::of(method.digest, message));
    }
    const EvpDigestContext context(EVP_MD_CTX_new());
    return context && EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key, nullptr) == 1 &&
           EVP_DigestVerify(context.get(), signature_value.data(), signature_value.size(), message.data(),
                            message.size()) == 1;
}

bool is_weak(DigestAlgorithm digest) {
    return digest == DigestAlgorithm::Md5 || digest == DigestAlgorithm::Sha1;
}

}  // namespace signet::crypto
