#pragma once

#include "base/bytes.hpp"
#include "crypto/digest.hpp"

#include <memory>
#include <string>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

/// Owners of libcrypto's objects, for the sources of this floor alone.
namespace signet::crypto {

template <auto Free>
struct OpensslFree {
    template <typename T>
    void operator()(T* object) const {
        Free(object);
    }
};

using EvpKey = std::unique_ptr<EVP_PKEY, OpensslFree<EVP_PKEY_free>>;
using EvpKeyContext = std::unique_ptr<EVP_PKEY_CTX, OpensslFree<EVP_PKEY_CTX_free>>;
using EvpDigestContext = std::unique_ptr<EVP_MD_CTX, OpensslFree<EVP_MD_CTX_free>>;
using EvpCipherContext = std::unique_ptr<EVP_CIPHER_CTX, OpensslFree<EVP_CIPHER_CTX_free>>;
using X509Certificate = std::unique_ptr<X509, OpensslFree<X509_free>>;
using MemoryBio = std::unique_ptr<BIO, OpensslFree<BIO_free_all>>;

/// Why libcrypto's last call on this thread failed, in its own words; empties the thread's error queue.
std::string openssl_reason();
/// Outside text becomes valid UTF-8 without control characters, whatever its certificate claims about it.
std::string readable_text(std::string_view text);
/// A BIO that reads somebody else's bytes.
MemoryBio reading_bio(ByteView bytes);
/// Reads exactly one DER certificate; null when it is none or more than 64 KB. One signed with SM2 knows the identity
/// it was signed under (GB/T 35276 §10), which libcrypto asks for when it checks the signature.
X509Certificate read_certificate(ByteView der);
/// libcrypto's own object for a digest.
const EVP_MD* libcrypto_digest(DigestAlgorithm algorithm);
/// Whether the key is one Signet signs with and certifies: P-256, RSA of 2048 to 8192 bits, or SM2.
bool is_signing_key(const EVP_PKEY* key);

}  // namespace signet::crypto
