#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/key.hpp"

#include <string_view>
#include <vector>

/// Keys and certificates that somebody brings along: reading their files, and whether they may sign documents.
/// Thread-safe.
namespace signet::crypto {

/// What stood in a file, nothing of it judged.
struct KeyMaterial {
    PrivateKey key;
    /// DER, in the order found.
    std::vector<Bytes> certificates;
};

/// Reads PKCS#12 (RFC 7292), also with what Windows and Java wrote for twenty years (RC2-40, triple DES, SHA-1), whose
/// algorithms are loaded for this call alone and reach nothing else in the process. Whatever the file asks for is
/// bounded before it is done: 1 MiB, 100 bags, four levels, five million rounds of key derivation in all. KeyUnusable
/// when it is no such file, the password is wrong, or there is not exactly one private key of a kind that can sign.
Result<KeyMaterial> read_pkcs12(ByteView file, std::string_view password);

/// Reads one private key in PEM or DER: PKCS#8, encrypted or not, SEC 1, PKCS#1; bounded in the same way. A password
/// counts for nothing when the key is not encrypted. KeyUnusable with the reason.
Result<PrivateKey> read_private_key(ByteView file, std::string_view password);

/// The certificate of `public_key` (SubjectPublicKeyInfo) first, then each issuer that is among `certificates`, at most
/// ten; what does not belong to it is left out. KeyUnusable when none is for this key.
Result<std::vector<Bytes>> order_chain(const std::vector<Bytes>& certificates, ByteView public_key);

/// SubjectPublicKeyInfo of a certificate. CertificateInvalid when it is none.
Result<Bytes> public_key_of_certificate(ByteView certificate);

/// Whether a chain in this order may sign documents at `now`: it ends at a root, every signature in it holds and none
/// is made with SHA-1 or a short key, every certificate is valid at `now`, the first is no authority and its key usage
/// allows signing, and its key is P-256 or RSA. Who the root is, and whether something was revoked, is not looked at.
/// CertificateInvalid with the reason in one line.
Status check_signing_chain(const std::vector<Bytes>& chain, UtcTime now);

}  // namespace signet::crypto
