#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/ocsp.hpp"
#include "crypto/revocation_reason.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Whether certificates were revoked, told from what is at hand: for verifying, and for choosing what goes into a PDF's
/// document security store (ETSI EN 319 142-1 §5.4). Thread-safe.
namespace signet::crypto {

struct RevocationData {
    /// Whole lists and whole OCSPResponses in DER, in any order and about anybody; what cannot be read is passed over.
    /// At most 1,000 of each are looked at.
    std::vector<Bytes> revocation_lists;
    std::vector<Bytes> ocsp_responses;
};

enum class RevocationState {
    Good,
    Revoked,
    /// Nothing usable is there.
    NoData,
    /// Nobody can say, and nobody need: a trust anchor, a short-lived certificate that says so (RFC 9608, ETSI EN
    /// 319 412-1), an OCSP responder with id-pkix-ocsp-nocheck.
    NotNeeded,
};
std::string_view to_string(RevocationState state);

enum class RevocationSource { RevocationList, Ocsp };

/// Data that is about the certificate, and could not be used.
struct UnusedRevocationData {
    RevocationSource source = RevocationSource::RevocationList;
    /// Its place in `RevocationData`.
    std::size_t index = 0;
    /// One line.
    std::string why;
};

struct CertificateRevocation {
    RevocationState state = RevocationState::NoData;
    /// Set when revoked; also when good at the time asked about and revoked later.
    std::optional<UtcTime> revoked_at;
    std::optional<RevocationReason> reason;
    // What says so, when the state is Good or Revoked.
    RevocationSource source = RevocationSource::RevocationList;
    std::size_t index = 0;
    /// The source's thisUpdate.
    UtcTime as_of;
    std::vector<UnusedRevocationData> unused;
};

/// Judges every certificate of `chain` (the signer's first, each followed by its issuer, the trust anchor last) as of
/// `at`: the time that is proven for the signature, or now. Data counts when it is signed by the issuer or its
/// delegate, was current at `at` or made later, and was made before the certificate expired (afterwards its entry may
/// be gone, unless the list says that it stays). Of several, the latest decides; but a revocation that was not only a
/// hold stays one.
///
/// Whether the chain itself holds is for `verify_chain` to say before.
/// The result has one element for each certificate. A last certificate that is not self-issued has no issuer here, so
/// there is no data for it. CertificateInvalid when a certificate cannot be read, InvalidParameter for an empty chain
/// or one of more than 10.
Result<std::vector<CertificateRevocation>> judge_revocation(const std::vector<Bytes>& chain, const RevocationData& data,
                                                            UtcTime at);

/// Checks an answer just received about `certificate`, before it is kept: form, signer, certificate, nonce (when
/// `nonce` is not empty and the answer has one: many responders answer from a stock without it), and that it is current
/// at `now`. RevocationDataInvalid with the reason otherwise. The status may be any of the three.
Result<OcspSingleResponse> verify_ocsp_response(ByteView response, ByteView certificate, ByteView issuer_certificate,
                                                UtcTime now, ByteView nonce = {});

}  // namespace signet::crypto
