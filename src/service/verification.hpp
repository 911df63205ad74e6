#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "model/vocabulary.hpp"
#include "service/assessment.hpp"
#include "service/national_seals.hpp"
#include "service/platform.hpp"
#include "service/time_stamps.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace signet::sandbox {
class WorkerPool;
}

namespace signet::service {

class SigningKeys;
class TrustServices;

/// Says of any PDF who signed it and whether anything changed since. Nothing is stored. The file is read in worker
/// processes alone; this one only hashes it. Thread-safe.
class Verification {
  public:
    /// All must outlive it; the pool runs verify workers (verify_worker.hpp).
    struct Tools {
        Platform& platform;
        const TimeStamps& time_stamps;
        TrustServices& trust;
        const SigningKeys& keys;
        sandbox::WorkerPool& workers;
        /// Workers of its own: strangers' files must not keep those waiting who sign.
        const render::PageEngine& pages;
        /// Whose root makes seals of the national algorithms known.
        NationalSeals& national_seals;
        /// DER; whose certificates make signers known besides those of the own CA.
        std::vector<Bytes> signer_roots;
    };
    explicit Verification(Tools tools) : tools_(std::move(tools)) {}

    /// A contract of this installation that has exactly this file.
    struct Held {
        /// Or an earlier state of it.
        bool is_newest = false;
        model::ContractStatus status = model::ContractStatus::Complete;
    };
    struct Report {
        Assessment assessment;
        /// SHA-256 of the file, in lower-case hexadecimal.
        std::string sha256;
        std::optional<Held> held;
    };

    /// InvalidFile when the file cannot be read from disk, Unavailable when no worker process could be had; what is
    /// wrong inside it is in the report.
    Result<Report> verify_file(const std::filesystem::path& file) const;
    /// What a signature looks like on its page, as a PNG; empty when it shows nothing or cannot be drawn.
    Bytes picture(const std::filesystem::path& file, const SignatureAssessment& signature) const;

    /// In which the wire writes times.
    const TimeZone& zone() const { return tools_.platform.zone; }

  private:
    AssessmentTrust trust() const;
    Result<std::optional<Held>> held(const std::string& sha256) const;

    Tools tools_;
};

}  // namespace signet::service
