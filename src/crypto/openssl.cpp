#include "crypto/openssl.hpp"

#include "base/text.hpp"
#include "crypto/sm2.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <new>
#include <string_view>

#include <openssl/err.h>

namespace signet::crypto {
namespace {

constexpr std::size_t kMaxCertificateSize = 64 * 1024;

bool is_p256(const EVP_PKEY* key) {
    char name[64] = {};
    return EVP_PKEY_is_a(key, "EC") == 1 && EVP_PKEY_get_group_name(key, name, sizeof name, nullptr) == 1 &&
           std::string_view(name) == "prime256v1";
}

bool is_usable_rsa(const EVP_PKEY* key) {
    const int bits = EVP_PKEY_get_bits(key);
    return EVP_PKEY_is_a(key, "RSA") == 1 && bits >= 2048 && bits <= 8192;
}

bool set_identity(X509* certificate) {
    if (X509_get_signature_nid(certificate) != NID_SM2_with_SM3) return true;
    std::unique_ptr<ASN1_OCTET_STRING, OpensslFree<ASN1_OCTET_STRING_free>> identity(ASN1_OCTET_STRING_new());
    if (!identity || ASN1_OCTET_STRING_set(identity.get(), as_bytes(kSm2Identity).data(),
                                           static_cast<int>(kSm2Identity.size())) != 1) {
        return false;
    }
    X509_set0_distinguishing_id(certificate, identity.release());
    return true;
}

}  // namespace

std::string openssl_reason() {
    const unsigned long error = ERR_peek_last_error();
    ERR_clear_error();
    if (error == 0) return "unknown reason";
    std::array<char, 200> text{};
    ERR_error_string_n(error, text.data(), text.size());
    return text.data();
}

std::string readable_text(std::string_view text) {
    std::string utf8 = is_utf8(text) ? std::string(text) : to_utf8(to_utf32(text));
    const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
    std::ranges::replace_if(utf8, is_control, ' ');
    return utf8;
}

MemoryBio reading_bio(ByteView bytes) {
    if (bytes.size() > std::numeric_limits<int>::max()) throw std::bad_alloc();
    MemoryBio bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
    if (!bio) throw std::bad_alloc();
    return bio;
}

X509Certificate read_certificate(ByteView der) {
    if (der.empty() || der.size() > kMaxCertificateSize) return nullptr;
    const unsigned char* at = der.data();
    X509Certificate certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    if (!certificate || at != der.data() + der.size()) {
        ERR_clear_error();
        return nullptr;
    }
    if (!set_identity(certificate.get())) return nullptr;
    return certificate;
}

bool is_signing_key(const EVP_PKEY* key) {
    return is_p256(key) || is_usable_rsa(key) || is_sm2_key(key);
}

}  // namespace signet::crypto
