#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace signet::service {

/// What a cancellation file (作废协议) says: what is cancelled, why, until when, and by whom.
struct CancellationPaper {
    std::string subject;
    std::string sn;
    std::string contract_id;
    std::string initiator;
    /// Times as they are to be read; empty ones are left out.
    std::string complete_time;
    std::string deadline;
    std::string reason;
    struct File {
        std::string title;
        /// Of its bytes as they are now, in hexadecimal.
        std::string sha256;
    };
    std::vector<File> files;
    struct Signer {
        std::string name;
        bool is_initiator = false;
        /// With a seal rather than by hand.
        bool seals = false;
    };
    /// Signer `n` signs at `signing_mark(signer, n)` and is dated at `date_mark(n)`, both counted from 1.
    std::vector<Signer> signers;
};

/// The words in the file under which a signer's seal or signature belongs, each once in the part for signatures.
std::string signing_mark(const CancellationPaper::Signer& signer, std::size_t number);
/// The words beside which the date of his signature belongs.
std::string date_mark(std::size_t number);

/// Writes the paper as an Office document (ECMA-376) of A4 pages. Whatever it is told is text and nothing else. Errors:
/// StorageFailed.
Status write_cancellation_paper(const CancellationPaper& paper, const std::filesystem::path& file);

}  // namespace signet::service
