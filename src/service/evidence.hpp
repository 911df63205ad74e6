#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "model/contract.hpp"
#include "service/operation_log.hpp"
#include "service/platform.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace signet::seal {
class Report;
}

namespace signet::service {

/// A certificate that stands in the signatures of a contract.
struct EvidenceCertificate {
    std::string holder;
    Bytes der;
};

/// What a contract's log and signatures say, for people: the signing log as a paper, and the certificates. Everything
/// is read from what is stored. The evidence report is `EvidenceReports`. Thread-safe.
class Evidence {
  public:
    explicit Evidence(const Platform& platform) : platform_(platform) {}

    /// The operation log of a contract, the oldest first, as a PDF.
    Result<Bytes> sign_log(const model::Contract& contract, const std::vector<Operation>& operations) const;

    /// The certificates in the signatures of all documents, each once: signers first, then those above them.
    std::vector<EvidenceCertificate> certificates(const model::Contract& contract) const;

  private:
    const Platform& platform_;
};

// The parts that papers about contracts have in common.

/// A status in Chinese.
std::string_view status_text(model::ContractStatus status);
std::string_view status_text(model::SignatoryStatus status);
/// Long hexadecimal numbers in groups, so that two can be compared by eye.
std::string grouped(std::string_view hexadecimal);
/// What a contract is called and where it stands.
void add_contract(seal::Report& report, const model::Contract& contract, const TimeZone& zone);
/// Who its parties are, and which have signed.
void add_parties(seal::Report& report, const model::Contract& contract, const TimeZone& zone);
/// A document's digest and its signatures: who, when, by which certificate, and the file as each left it.
Status add_document(seal::Report& report, const model::Document& document, const Platform& platform);

}  // namespace signet::service
