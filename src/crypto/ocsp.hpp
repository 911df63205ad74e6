#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/digest.hpp"
#include "crypto/revocation_reason.hpp"
#include "crypto/signer.hpp"

#include <optional>
#include <vector>

/// The Online Certificate Status Protocol (RFC 6960), both sides of it. Bytes in, bytes out, time handed in.
namespace signet::crypto {

/// CertID (§4.1.1): a certificate, by its issuer and serial number.
struct OcspCertificateId {
    DigestAlgorithm digest = DigestAlgorithm::Sha1;
    Bytes issuer_name_hash;
    Bytes issuer_key_hash;
    /// The INTEGER's content octets.
    Bytes serial_number;

    /// SHA-1 is what every responder knows (RFC 5019 §2.1.1); the hash only finds the issuer and proves nothing.
    /// CertificateInvalid when one of the certificates cannot be read.
    static Result<OcspCertificateId> of(ByteView certificate, ByteView issuer_certificate,
                                        DigestAlgorithm digest = DigestAlgorithm::Sha1);
    /// Whether it means a certificate of this issuer.
    bool is_issued_by(ByteView issuer_certificate) const;

    friend bool operator==(const OcspCertificateId&, const OcspCertificateId&) = default;
};

/// OCSPRequest (§4.1).
struct OcspRequest {
    std::vector<OcspCertificateId> ids;
    /// RFC 8954; empty for none.
    Bytes nonce;
};

/// The body of a `POST` with `Content-Type: application/ocsp-request`.
Bytes encode(const OcspRequest& request);
/// Reads a request from anybody: at most 16 KB, 1 to 32 certificates, a nonce of 1 to 128 bytes, CertIDs with SHA-1 or
/// a SHA-2. A requestor's name and signature are passed over. InvalidParameter for anything else.
Result<OcspRequest> parse_ocsp_request(ByteView der);

/// OCSPResponseStatus (§4.2.1), with its numbers.
enum class OcspResponseStatus {
    Successful = 0,
    MalformedRequest = 1,
    InternalError = 2,
    TryLater = 3,
    SignatureRequired = 5,
    Unauthorized = 6,
};
enum class OcspCertificateStatus { Good, Revoked, Unknown };

struct OcspSingleResponse {
    OcspCertificateId id;
    OcspCertificateStatus status = OcspCertificateStatus::Unknown;
    /// When revoked.
    UtcTime revoked_at;
    std::optional<RevocationReason> reason;
    UtcTime this_update;
    /// Nothing: newer information is always at hand.
    std::optional<UtcTime> next_update;
};

/// A signed answer, in whole seconds. `responder` is the issuer of the certificates itself, or holds a certificate of
/// that issuer for OCSP (`AuthorityService::Responder`), which goes into the answer. `nonce` repeats the request's.
/// InvalidParameter without any response; KeyUnusable, CertificateInvalid as the signer says.
Result<Bytes> make_ocsp_response(const Signer& responder, const std::vector<OcspSingleResponse>& responses,
                                 UtcTime produced_at, ByteView nonce = {});
/// An answer that says nothing about any certificate; anything but Successful.
Bytes ocsp_error_response(OcspResponseStatus status);

/// OCSPResponse as read. Nothing in it is true before `judge_revocation` or `check_ocsp_response` has found out who
/// signed it.
struct OcspResponse {
    Bytes der;
    OcspResponseStatus status = OcspResponseStatus::InternalError;
    // What follows is there when it was successful.
    /// The responder's encoded Name, or the SHA-1 of its key; one of both.
    Bytes responder_name;
    Bytes responder_key_hash;
    UtcTime produced_at;
    std::vector<OcspSingleResponse> responses;
    /// Empty for none.
    Bytes nonce;
    std::vector<Bytes> certificates;
    /// Some critical extension is not known.
    bool has_unknown_critical_extension = false;
};

/// RevocationDataInvalid when `der` is not exactly one OCSPResponse of at most 256 KB, 200 responses and 20
/// certificates.
Result<OcspResponse> parse_ocsp_response(ByteView der);

/// Who signed an answer.
struct OcspSigner {
    Bytes certificate;
    /// It is the CA itself.
    bool is_issuer = false;
    /// The CA says that nobody need ask whether this responder was revoked (§4.2.2.2.1).
    bool needs_no_check = false;
};
/// Whether the answer was signed by someone who may speak for this CA (§4.2.2.2): the CA itself, or the holder of a
/// certificate that the CA issued, with id-kp-OCSPSigning, valid when the answer was made. RevocationDataInvalid with
/// the reason otherwise, also for MD5 and SHA-1.
Result<OcspSigner> check_ocsp_response(const OcspResponse& response, ByteView issuer_certificate);

}  // namespace signet::crypto
