#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "service/platform.hpp"
#include "service/time_stamps.hpp"

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
    /// The full name of the form field that shows it.
    std::string field;
    std::string name;
    std::string organization;
    std::string issuer;
    /// The subject of its certificate, as RFC 4514 writes it.
    std::string subject;
    std::string serial_number;
    std::string not_before;
    std::string not_after;
    std::string time;
    std::string algorithm;
    std::string changes;
    bool trusted = false;
    bool intact = false;
    bool covers_whole_document = false;
    /// B-B, B-T, B-LT or B-LTA: what the file itself holds for it and was found good; `GB/T 38540` for a seal by it.
    std::string level;
    /// When a trusted time-stamp proves that it existed; empty when none does.
    std::string proven_time;
    bool revoked = false;
};

/// What was found about one document time-stamp: nobody's consent, but proof that everything before it existed.
struct TimeStampFinding {
    std::string authority;
    std::string time;
    bool trusted = false;
};

struct VerificationFindings {
    Verdict verdict = Verdict::Unreadable;
    std::vector<std::string> reasons;
    std::vector<SignatureFinding> signatures;
    std::vector<TimeStampFinding> time_stamps = {};
    std::string sha256;
};

/// Says of any PDF who signed it and whether anything changed since. Nothing is stored. Thread-safe.
class Verification {
  public:
    Verification(Platform& platform, const TimeStamps& time_stamps) : platform_(platform), time_stamps_(time_stamps) {}

    /// InvalidFile when the file cannot be read from disk; what is wrong inside it is a finding.
    Result<VerificationFindings> verify_file(const std::filesystem::path& file) const;
    VerificationFindings verify(ByteView file) const;
    /// What a signature looks like on its page, as a PNG; empty when it shows nothing or cannot be drawn.
    Bytes picture(const std::filesystem::path& file, const SignatureFinding& signature) const;

  private:
    std::vector<Bytes> trusted_roots() const;

    Platform& platform_;
    const TimeStamps& time_stamps_;
};

}  // namespace signet::service
