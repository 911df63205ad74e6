#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "model/contract.hpp"
#include "service/evidence_facts.hpp"
#include "service/paper_signer.hpp"

namespace signet::service {

/// The evidence report of a contract (存证报告): a paper in Chinese and English about identities, intents, files,
/// certificates, times and the log, with the same facts as JSON inside (`evidence.json`), signed by this installation.
/// `check_evidence` checks it without this server. Thread-safe.
class EvidenceReports {
  public:
    EvidenceReports(const Platform& platform, const OperationLog& log, Anchoring& anchoring,
                    const TimeStamps& time_stamps, const PaperSigner& signer, const Preservation& preservation)
        : platform_(platform),
          log_(log),
          anchoring_(anchoring),
          time_stamps_(time_stamps),
          signer_(signer),
          preservation_(preservation) {}

    Result<EvidenceFacts> facts(const model::Contract& contract) const;
    /// The signed PDF. Errors: those of `gather_evidence` and of signing.
    Result<Bytes> report(const model::Contract& contract) const;
    Result<Bytes> report(const EvidenceFacts& facts) const;

  private:
    const Platform& platform_;
    const OperationLog& log_;
    Anchoring& anchoring_;
    const TimeStamps& time_stamps_;
    const PaperSigner& signer_;
    const Preservation& preservation_;
};

/// What the JSON inside a report is called.
inline constexpr std::string_view kEvidenceFile = "evidence.json";

}  // namespace signet::service
