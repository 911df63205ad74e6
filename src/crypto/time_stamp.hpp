#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/digest.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Asking for time-stamps and checking them (RFC 3161, RFC 5816; ETSI EN 319 422). Bytes in, bytes out: who carries
/// them to the time-stamp authority, and what time it is, is the caller's matter. Everything here is thread-safe.
namespace signet::crypto {

/// What is time-stamped: a digest (RFC 3161 §2.4.1).
struct MessageImprint {
    DigestAlgorithm algorithm = DigestAlgorithm::Sha256;
    Bytes digest;

    friend bool operator==(const MessageImprint&, const MessageImprint&) = default;
};

/// TimeStampReq (RFC 3161 §2.4.1), version 1, without extensions.
struct TimeStampRequest {
    MessageImprint imprint;
    /// The INTEGER's content octets; empty for none.
    Bytes nonce;
    /// Under which policy, dotted; empty: whichever the authority likes.
    std::string policy;
    /// The answer shall hold the authority's certificates.
    bool wants_certificates = true;

    /// A request with a random nonce of 64 bits, which is what every authority takes.
    static TimeStampRequest over(const Sha256Digest& digest, std::string policy = {});
};

/// The body of a `POST` with `Content-Type: application/timestamp-query` (RFC 3161 §3.4). `policy` must be a dotted
/// OID.
Bytes encode(const TimeStampRequest& request);

/// PKIFailureInfo (RFC 3161 §2.4.2): why an authority grants nothing. The values are the numbers of the bits.
enum class TimeStampFailure {
    BadAlgorithm = 0,
    BadRequest = 2,
    BadDataFormat = 5,
    TimeNotAvailable = 14,
    UnacceptedPolicy = 15,
    UnacceptedExtension = 16,
    AdditionalInfoNotAvailable = 17,
    SystemFailure = 25,
};
/// In the standard's own words: `badAlg`, `badRequest`, …
std::string_view to_string(TimeStampFailure failure);

/// What a token says (TSTInfo, RFC 3161 §2.4.2) and who says it.
struct TimeStampToken {
    /// The whole token: a CMS ContentInfo, for a signature-time-stamp attribute or a document time-stamp.
    Bytes der;
    /// genTime, read down to milliseconds.
    UtcTime time;
    /// Lower-case hexadecimal.
    std::string serial_number;
    /// Dotted.
    std::string policy;
    MessageImprint imprint;
    /// The INTEGER's content octets; empty for none.
    Bytes nonce;
    /// How far `time` may be off; nothing when the token does not say.
    std::optional<std::chrono::microseconds> accuracy;
    bool ordering = false;
    /// The authority's certificate; empty when neither the token nor the caller has it.
    Bytes authority_certificate;
    /// The authority's certificate first, then each issuer as far as the chain could be built.
    std::vector<Bytes> chain;
    /// Every certificate the token carries.
    std::vector<Bytes> certificates;
};

/// Why a time-stamp proves nothing, or not what it should.
enum class TimeStampFault {
    // The answer.
    Malformed,        // no TimeStampResp or token in DER, or something behind it
    TooLarge,         // more than kMaxTimeStampTokenSize
    Rejected,         // the authority grants nothing; the detail names its failure info and words
    TokenMissing,     // granted, but there is no token
    TokenUnexpected,  // rejected, with a token all the same
    // The token.
    ContentTypeWrong,  // no TSTInfo, or the attribute says something else
    SeveralSigners,    // or none
    UnknownCriticalExtension,
    UnknownAlgorithm,
    WeakAlgorithm,  // MD5 or SHA-1, RSA below 2048 bits
    SignerCertificateMissing,
    SignatureWrong,
    MessageDigestWrong,         // the TSTInfo was changed
    SigningCertificateMissing,  // neither signing-certificate nor -v2 (RFC 5816)
    SigningCertificateWrong,    // it names another certificate
    // The authority's certificate.
    KeyPurposeWrong,        // extended key usage is not id-kp-timeStamping alone (§2.3)
    KeyPurposeNotCritical,  // §2.3
    KeyUsageWrong,          // neither digitalSignature nor nonRepudiation, or more than these
    CertificateExpired,     // at genTime
    CertificateNotYetValid,
    ChainNotTrusted,
    // What was asked.
    ImprintDiffers,
    NonceDiffers,
    PolicyDiffers,
    ClockSkew,  // genTime is too far from the caller's clock
};
/// One line, for a log or a report.
std::string_view to_string(TimeStampFault fault);

/// What a time-stamp is checked against.
struct TimeStampTrust {
    /// Roots that are trusted for time-stamps, in DER. Empty: the chain is not judged, only built.
    std::vector<Bytes> roots;
    /// Certificates that tokens may leave out.
    std::vector<Bytes> others;
};

/// What came of a check. `accepted()` is the only good outcome: a caller that cannot have it either fails or falls back
/// to a signature without time-stamp and records `describe()`; there is nothing in between.
struct TimeStampReport {
    /// As far as it could be read.
    std::optional<TimeStampToken> token;
    /// Everything that was found, without repetition.
    std::vector<TimeStampFault> faults;
    /// Details, one line, for a log.
    std::string detail;
    /// What the authority gave as reason, when it rejected and gave one.
    std::optional<TimeStampFailure> failure;

    bool accepted() const { return token.has_value() && faults.empty(); }
    bool has(TimeStampFault fault) const;
    std::string describe() const;
    /// TimeStampRefused with `describe()`.
    Error error() const;
};

/// Checks an answer (`application/timestamp-reply`) before its token may be embedded: status, form, signature,
/// certificate, imprint, nonce, policy, and that genTime is not further than `window` from `now`. What may be passed on
/// is `token->der` of an accepted report.
TimeStampReport verify_time_stamp_response(ByteView response, const TimeStampRequest& request,
                                           const TimeStampTrust& trust, UtcTime now,
                                           std::chrono::milliseconds window = std::chrono::seconds(60));

/// Reads a token without checking anything. TimeStampRefused when `bytes` is not exactly one token: cut a PDF's padding
/// off first (`SignedData::encoded_size`).
Result<TimeStampToken> parse_time_stamp_token(ByteView bytes);

/// Checks a token found in a file over the digest of what it should cover, made with the token's `imprint.algorithm`.
/// The certificate is judged as of genTime; whether it has been revoked since is for `judge_revocation`.
TimeStampReport verify_time_stamp_token(ByteView token, ByteView digest, const TimeStampTrust& trust);
/// The same over the message itself: a signature-time-stamp covers the signature value.
TimeStampReport verify_time_stamp_of(ByteView token, ByteView message, const TimeStampTrust& trust);

}  // namespace signet::crypto
