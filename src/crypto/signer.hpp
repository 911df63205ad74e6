#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/digest.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace signet::crypto {

class CmsTemplate;

/// How a signature value is made.
enum class SignatureAlgorithm {
    EcdsaP256Sha256,  // RFC 5758 §3.2, ecdsa-with-SHA256
    RsaPkcs1Sha256,   // RFC 4055 §5, sha256WithRSAEncryption
    Sm2Sm3,           // GB/T 32918.2 with GB/T 32905, and the identity that GB/T 35276 gives everybody; no PAdES
};

/// A private key with its certificate chain, wherever the key lives: a wrapped file, a PKCS#11 token, a remote service.
/// Thread-safe: `sign` may run on several threads at once. Key and chain never change during a signer's life.
class Signer {
  public:
    Signer() = default;
    Signer(const Signer&) = delete;
    Signer& operator=(const Signer&) = delete;
    virtual ~Signer() = default;

    virtual SignatureAlgorithm algorithm() const = 0;
    /// DER certificates: the signer's own first, then each issuer up to and including the root.
    virtual const std::vector<Bytes>& certificate_chain() const = 0;
    /// The signature value over `message` (which is hashed inside), as CMS wants it: DER ECDSA-Sig-Value (SM2 has the
    /// same form) or PKCS#1 v1.5.
    virtual Result<Bytes> sign(ByteView message) const = 0;
    /// No signature value of this key is longer.
    virtual std::size_t max_signature_size() const = 0;

  private:
    friend class CmsTemplate;
    // What is the same in every CMS of this signer, made with the first one.
    mutable std::once_flag template_made_;
    mutable std::shared_ptr<const CmsTemplate> template_;
};

/// A detached CMS SignedData (RFC 5652) for PAdES B-B (ETSI EN 319 142-1 §5.3): one SignerInfo, no encapsulated
/// content, signed attributes content-type, message-digest, signing-certificate-v2 (RFC 5035) and
/// cms-algorithm-protection (RFC 6211), DER-sorted, no signing-time; the whole chain in `certificates`. KeyUnusable for
/// an SM2 key: see `make_national_cms`.
Result<Bytes> make_pades_cms(const Signer& signer, const Sha256Digest& content_digest);

/// The same by GB/T 35275-2017, with an SM2 key: its content types, SM3 for `content_digest` and inside, SM2 with SM3
/// as signature algorithm. `parse_cms` and `verify_cms` read it like any other. KeyUnusable for another kind of key.
Result<Bytes> make_national_cms(const Signer& signer, const Sm3Digest& content_digest);

/// An upper bound of make_pades_cms's (or make_national_cms's) size for this signer, in bytes; 0 when its certificate
/// chain is unusable.
std::size_t max_pades_cms_size(const Signer& signer);

/// The same in two steps, for PAdES B-T (ETSI EN 319 142-1 §5.3): between them the caller has the signature value
/// time-stamped, in this process or elsewhere. A value; it holds nothing secret.
struct PadesSignature {
    /// DER SET OF: what was signed.
    Bytes signed_attributes;
    Bytes signature_value;

    /// What the time-stamp must be over: SHA-256 of the signature value (RFC 3161 appendix A).
    Sha256Digest time_stamp_imprint() const { return Sha256::of(signature_value); }
};

/// No time-stamp token is longer, in bytes: the bound of every decoder and placeholder.
inline constexpr std::size_t kMaxTimeStampTokenSize = 64 * 1024;

/// The first step: everything that needs the key.
Result<PadesSignature> sign_pades(const Signer& signer, const Sha256Digest& content_digest);
/// The second step, by the same signer: the CMS of `make_pades_cms` with the unsigned attribute signature-time-stamp
/// that holds `time_stamp_token`, which the caller has verified (`verify_time_stamp_response`). InvalidParameter when
/// the token is empty or longer than kMaxTimeStampTokenSize.
Result<Bytes> finish_pades_cms(const Signer& signer, const PadesSignature& signature, ByteView time_stamp_token);
/// The second step when there is to be no time-stamp: B-B, by a caller who says so and records why.
Result<Bytes> finish_pades_cms_without_time_stamp(const Signer& signer, const PadesSignature& signature);
/// An upper bound of finish_pades_cms's size, in bytes, for tokens of at most `max_token_size`; 0 when the signer's
/// certificate chain is unusable.
std::size_t max_pades_cms_size(const Signer& signer, std::size_t max_token_size);

}  // namespace signet::crypto
