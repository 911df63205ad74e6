#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet::service {

/// What a check of an evidence report says. No server is asked, and nothing is believed but the roots that are given.
struct EvidenceVerdict {
    /// Everything that is wrong, one line each; empty: all of it holds together.
    std::vector<std::string> faults;
    std::string contract;
    std::string subject;
    std::size_t entries = 0;
    std::size_t signatures = 0;
    std::uint64_t log_size = 0;
    std::string log_root;
    std::optional<UtcTime> anchor_time;
    std::string anchor_authority;
    /// Whether the time-stamp's chain ends at a root that was given.
    bool anchor_trusted = false;
    /// The same of the report's own signature; false when only the JSON was checked.
    bool report_trusted = false;
    /// Which revision of which document each given file is: `<document id> revision <n> of <m>`.
    std::vector<std::string> documents;
    bool good() const { return faults.empty(); }
};

/// A contract's file to be compared with what the report says.
struct PresentedDocument {
    std::string name;
    ByteView bytes;
};

/// Checks the JSON of a report: the time-stamp over the log's root, the proof of every entry up to it, that the acts,
/// certificates and digests agree with the entries, and that the files presented are those it speaks of. `roots` in
/// DER. InvalidFile when it is no evidence of this format.
Result<EvidenceVerdict> check_evidence(std::string_view text, const std::vector<Bytes>& roots,
                                       const std::vector<PresentedDocument>& documents = {});

/// The same for the PDF, with its own signature. InvalidFile when it cannot be read or holds no evidence.
Result<EvidenceVerdict> check_evidence_report(ByteView pdf, const std::vector<Bytes>& roots,
                                              const std::vector<PresentedDocument>& documents = {});

}  // namespace signet::service
