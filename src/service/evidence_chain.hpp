#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "model/chain_record.hpp"
#include "service/contract_book.hpp"
#include "service/directory.hpp"
#include "service/platform.hpp"
#include "service/time_stamps.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace signet::service {

class PaperSigner;

/// An uploaded file that is only hashed; the caller keeps it until the call returns.
struct HashedFile {
    std::string name;
    std::filesystem::path path;
    std::uint64_t size = 0;
};

/// Data to be recorded: the file, its digest, or both.
struct NotaryCommand {
    std::string name;
    std::string data_id;
    /// FILE, DATA or HASH.
    std::string type;
    std::string file_type;
    std::optional<HashedFile> file;
    /// Hexadecimal of either case; empty when the file is there.
    std::string hash;
    /// SHA256, SHA512 or SM3.
    std::string algorithm;
    model::User operator_info;
};

/// What a paper shall be about. The record is named by either id, or by both when they agree.
struct ProofCommand {
    model::ChainRecordId record;
    std::string data_id;
    /// As the caller says it.
    std::string source;
    model::User operator_info;
    /// The report (完整版存证报告), not the certificate about one record (电子数据存证证明).
    bool complete = false;
    std::vector<model::DocumentId> documents;
    std::vector<HashedFile> materials;
};

/// Evidence that business systems have recorded here (spec §4.42): digests under an RFC 3161 time-stamp, and papers
/// about them. Nobody but this server and its time-stamp authorities stands behind them. Thread-safe.
class EvidenceChain {
  public:
    EvidenceChain(Platform& platform, ContractBook& book, const TimeStamps& time_stamps, const PaperSigner& signer)
        : platform_(platform), book_(book), time_stamps_(time_stamps), signer_(signer) {}

    /// Records data. The same data id with the same digest gives the record that is there. Errors: InvalidParameter
    /// when file and digest disagree or the data id has another digest, UploadTooLarge, TimeStampUnavailable; then
    /// nothing is stored.
    Result<model::ChainRecord> notarise(const Caller& caller, const NotaryCommand& command);

    /// Makes a paper from what is stored at this moment, signed by this installation; it never changes later. Errors:
    /// InvalidParameter when there is no such record of this application, or nothing to prove; those of
    /// ContractBook::of_document; DocumentRequired for deleted documents; UploadTooLarge.
    Result<model::Proof> prove(const Caller& caller, const ProofCommand& command);

    /// InvalidParameter when this application asked for no such paper.
    Result<model::Proof> proof(const Caller& caller, model::ProofId id) const;
    /// The paper as a PDF; who got it is written down.
    Result<Bytes> paper(const Caller& caller, const model::Proof& proof) const;

  private:
    Result<std::optional<model::ChainRecord>> record_of(const Caller& caller, const ProofCommand& command) const;
    Result<Bytes> write_paper(const Caller& caller, const ProofCommand& command,
                              const std::optional<model::ChainRecord>& record, const model::Proof& proof);

    Platform& platform_;
    ContractBook& book_;
    const TimeStamps& time_stamps_;
    const PaperSigner& signer_;
};

}  // namespace signet::service
