#pragma once

#include "base/result.hpp"
#include "service/contract_book.hpp"
#include "service/evidence_report.hpp"
#include "service/operation_log.hpp"
#include "service/platform.hpp"

#include <filesystem>
#include <vector>

namespace signet::service {

/// Contracts with everything that proves them as one ZIP of open formats, which a checker that lies beside them checks
/// without this server: documents, uploads, attachments, evidence report, certificates, validation data, time-stamps.
/// Thread-safe.
class Archiving {
  public:
    struct Options {
        /// Where archives are made before they are packed.
        std::filesystem::path scratch;
        /// The checker and the READMEs that go into every archive.
        std::filesystem::path checker;
    };
    Archiving(const Platform& platform, ContractBook& book, const OperationLog& log, const EvidenceReports& reports,
              Options options)
        : platform_(platform), book_(book), log_(log), reports_(reports), options_(std::move(options)) {}

    /// Writes the archive of 1 to 100 contracts, for `actor`, whom the log names. An existing target is not
    /// overwritten. Errors: ContractNotFound, InvalidParameter (how many, the target), Unavailable when the checker is
    /// missing, those of the evidence report; then nothing is left.
    Status write(const std::vector<model::ContractId>& contracts, const std::filesystem::path& target,
                 const std::string& actor) const;

  private:
    Status fill(const model::Contract& contract, const std::filesystem::path& folder) const;
    Status add_documents(const model::Contract& contract, const std::filesystem::path& folder) const;
    Status add_blobs(const model::Contract& contract, const std::filesystem::path& folder) const;
    Status add_proofs(const EvidenceFacts& facts, const std::filesystem::path& folder) const;

    const Platform& platform_;
    ContractBook& book_;
    const OperationLog& log_;
    const EvidenceReports& reports_;
    const Options options_;
};

}  // namespace signet::service
