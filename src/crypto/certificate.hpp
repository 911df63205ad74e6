#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

#include <string>
#include <vector>

namespace signet::crypto {

/// What a report says about a certificate. Names are readable UTF-8 in the order of RFC 4514 (most specific first, e.g.
/// `CN=张三,O=示例公司`), control characters escaped.
struct CertificateInfo {
    std::string subject;
    std::string subject_common_name;
    std::string subject_organization;
    std::string issuer;
    std::string issuer_common_name;
    /// Lower-case hexadecimal.
    std::string serial_number;
    UtcTime not_before;
    UtcTime not_after;
    /// `EC P-256`, `RSA 2048`, …
    std::string public_key;
    int public_key_bits = 0;
    bool is_rsa = false;
    /// `ecdsa-with-SHA256`, `sha256WithRSAEncryption`, …
    std::string signature_algorithm;
    /// SHA-256 over the DER, in lower-case hexadecimal.
    std::string fingerprint;
    bool is_authority = false;
    bool is_self_issued = false;
    /// False when a key usage extension is there and allows neither digitalSignature nor nonRepudiation.
    bool may_sign_documents = false;
    bool has_non_repudiation = false;
    /// Mail addresses and URIs (`tel:` among them) of the subject alternative name.
    std::vector<std::string> contacts;
    /// Where revocation lists (RFC 5280 §4.2.1.13), the OCSP responder and the issuer's certificate (§4.2.2.1) are, as
    /// the certificate says: outside text, to be checked before anybody follows it.
    std::vector<std::string> revocation_list_urls;
    std::vector<std::string> responder_urls;
    std::vector<std::string> issuer_urls;
};

/// CertificateInvalid when `der` is not exactly one certificate of at most 64 KB.
Result<CertificateInfo> describe_certificate(ByteView der);

enum class ChainStatus {
    Trusted,
    /// The chain is complete, but its end is no root we trust.
    UntrustedRoot,
    /// An issuer is missing.
    Incomplete,
    Expired,
    NotYetValid,
    /// MD5 or SHA-1 signatures or too short keys in the chain.
    WeakAlgorithm,
    /// A certificate's signature is wrong, or it may not do what it does here.
    Invalid,
};
std::string_view to_string(ChainStatus status);

struct ChainReport {
    /// The gravest thing found, from the end of the list above.
    ChainStatus status = ChainStatus::Invalid;
    /// What was found, in libcrypto's words; empty when trusted.
    std::vector<std::string> problems;
    /// The chain as far as it could be built: the signer's certificate first.
    std::vector<Bytes> chain;

    bool trusted() const { return status == ChainStatus::Trusted; }
};

/// Builds and checks the chain (RFC 5280 §6) from `certificate` through `others` to one of `trusted_roots`, as of `at`.
/// Revocation is not looked at. At most 100 of `others` are used, and chains of at most 10. CertificateInvalid when
/// `certificate` itself cannot be read; unreadable `others` are passed over.
Result<ChainReport> verify_chain(ByteView certificate, const std::vector<Bytes>& others,
                                 const std::vector<Bytes>& trusted_roots, UtcTime at);

}  // namespace signet::crypto
