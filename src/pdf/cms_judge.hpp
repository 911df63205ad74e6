#pragma once

#include "crypto/cms.hpp"
#include "pdf/signatures.hpp"
#include "pdf/verify.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace signet::pdf {

/// Answers the digest of a signature's byte range with the algorithm it wants.
using DigestOfRange = std::function<Bytes(crypto::DigestAlgorithm)>;

/// Judges the CMS of a signature, or its seal by GB/T 38540, whose byte range has been found sound: fills in what
/// `report` says about value, signer and trust, and appends findings.
class CmsJudge {
  public:
    CmsJudge(const std::vector<Bytes>& trusted_roots, const VerificationOptions& options)
        : trusted_roots_(trusted_roots), options_(options) {}

    void judge(const SignatureValue& value, const DigestOfRange& digest, SignatureReport& report) const;

  private:
    crypto::CmsReport check(const SignatureValue& value, const crypto::SignedData& data, const DigestOfRange& digest,
                            SignatureReport& report) const;
    void judge_seal(const SignatureValue& value, const DigestOfRange& digest, SignatureReport& report) const;
    void judge_trust(const crypto::CmsReport& cms, const SignatureValue& value, SignatureReport& report) const;

    const std::vector<Bytes>& trusted_roots_;
    const VerificationOptions& options_;
};

/// Reads a PDF date (ISO 32000-1 §7.9.4), `D:20261122093000+08'00'`, with whatever is left out at its end; nothing when
/// it is none.
std::optional<UtcTime> parse_date(std::string_view text);

}  // namespace signet::pdf
