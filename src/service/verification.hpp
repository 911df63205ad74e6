#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "service/platform.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace signet::service {

enum class Verdict { Intact, Tampered, NoSignature, Unreadable };

/// One sentence for people, in Chinese.
std::string_view sentence(Verdict verdict);
/// INTACT, TAMPERED, NO_SIGNATURE, UNREADABLE.
std::string_view word(Verdict verdict);

/// What was found about one signature; times as the wire writes them.
struct SignatureFinding {
    std::string name;
    std::string organization;
    std::string issuer;
    std::string serial_number;
    std::string not_before;
    std::string not_after;
    std::string time;
    std::string algorithm;
    std::string changes;
    bool trusted = false;
    bool intact = false;
    bool covers_whole_document = false;
};

struct VerificationFindings {
    Verdict verdict = Verdict::Unreadable;
    std::vector<std::string> reasons;
    std::vector<SignatureFinding> signatures;
    std::string sha256;
};

/// Says of any PDF who signed it and whether anything changed since. Nothing is stored. Thread-safe.
class Verification {
  public:
    explicit Verification(Platform& platform) : platform_(platform) {}

    /// InvalidFile when the file cannot be read from disk; what is wrong inside it is a finding.
    Result<VerificationFindings> verify_file(const std::filesystem::path& file) const;
    VerificationFindings verify(ByteView file) const;

  private:
    Platform& platform_;
};

}  // namespace signet::service
