#pragma once

#include "base/result.hpp"
#include "model/contract.hpp"
#include "service/contract_book.hpp"
#include "service/platform.hpp"
#include "store/final_files.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace signet::service {

/// Whether the files are still those that were written (Electronic Signature Law, Art. 5): each is read and compared
/// with its recorded SHA-256 whenever it is handed out, and all of them from time to time although nobody asks. What is
/// found damaged is told in the log, in the figures and by the doctor, and is never handed out. Thread-safe.
class Integrity {
  public:
    Integrity(Platform& platform, ContractBook& book) : platform_(platform), book_(book) {}

    /// StorageFailed when the file is not what was recorded of it.
    Status check(const model::Contract& contract, const model::Document& document) const;

    /// Reads back at most `limit` documents, and the uploads they were made from, going on where the last call ended.
    /// When all have been read, the next pass begins a week after the last one began. How many were read.
    Result<std::size_t> scrub(std::size_t limit);
    /// Reads back everything once, whatever was read before; how many documents there are.
    Result<std::size_t> scrub_all();

    /// Computes the SM3 (GB/T 32905) of at most `limit` files of completed contracts that have none; how many.
    Result<std::size_t> add_sm3(std::size_t limit) const;

    Result<std::vector<store::final_files::Damage>> damages() const;
    std::uint64_t scrubbed() const { return scrubbed_; }

  private:
    Status scrub_one(const store::final_files::StoredDocument& stored);
    Status note(const model::Contract& contract, const model::Document& document, const Status& found) const;
    Status check_uploads(const model::Document& document) const;

    Platform& platform_;
    ContractBook& book_;
    model::DocumentId cursor_;
    std::optional<UtcTime> pass_began_;
    bool pass_done_ = false;
    std::atomic<std::uint64_t> scrubbed_ = 0;
};

}  // namespace signet::service
