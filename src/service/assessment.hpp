#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "crypto/certificate.hpp"
#include "crypto/revocation.hpp"
#include "pdf/verify.hpp"
#include "service/verdict_reasons.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace signet::service {

enum class Answer { Good, Unknown, Bad };
/// good, unknown, bad.
std::string_view to_string(Answer answer);

/// A page that looks different than it was signed.
struct PageDifference {
    /// Counted from 0.
    int page = 0;
    /// Where, as fractions of the page: from the left, from the top, width and height.
    std::vector<std::array<double, 4>> places;
    /// JPEG; empty where no picture was made, or the page was not there.
    Bytes before;
    Bytes after;
};

/// One signature, or one document time-stamp, and what may be said of it.
struct SignatureAssessment {
    std::vector<std::string> fields;
    bool is_document_time_stamp = false;
    /// Made with an electronic seal of GB/T 38540.
    bool is_electronic_seal = false;
    Conclusion conclusion = Conclusion::Undecided;
    std::vector<Reason> reasons;

    /// What the certificate says; without one `signer_name` is what the signature dictionary says.
    std::optional<crypto::CertificateInfo> signer;
    std::string signer_name;
    /// The reason and the place that the signer gave.
    std::string purpose;
    std::string location;
    /// As the file spells it, and read.
    std::string claimed_time_text;
    std::optional<UtcTime> claimed_time;
    /// The earliest moment at which a time-stamp proves it existed, and whose; of a time-stamp its own.
    std::optional<UtcTime> proven_time;
    std::string time_authority;
    /// B-B … B-LTA; `GB/T 38540` for an electronic seal; empty for a document time-stamp.
    std::string level;
    std::string digest_algorithm;

    std::size_t revision = 0;
    pdf::Coverage coverage = pdf::Coverage::Less;
    pdf::LaterChanges later_changes = pdf::LaterChanges::Suspicious;
    bool intact = false;
    bool trusted = false;
    bool revoked = false;

    // For drawing the revision it signed beside the newest one; see pdf::SignatureReport.
    std::uint64_t signed_length = 0;
    std::vector<pdf::PageArea> open_areas;
    std::vector<PageDifference> differences;

    /// Of the reasons, and for the time of whether it is proven.
    Answer answer(Question question) const;
    bool covers_whole_document() const;
};

/// What may be said of a whole file.
struct Assessment {
    Conclusion conclusion = Conclusion::Unreadable;
    /// Something is not what was signed.
    bool modified = false;
    /// What concerns the file rather than one signature.
    std::vector<Reason> reasons;
    /// In the order they were made.
    std::vector<SignatureAssessment> signatures;
    std::size_t page_count = 0;
    std::size_t revision_count = 0;
    std::size_t unsigned_fields = 0;

    Sentence sentence() const { return service::sentence(conclusion, modified); }
    /// Draws the conclusions anew from the reasons: for whoever added one.
    void conclude();
};

struct AssessmentTrust {
    /// DER; whose certificates make signers known, and whose time-stamps prove times.
    std::vector<Bytes> roots;
    std::vector<Bytes> time_stamp_roots;
    /// What is known of revocations besides what the file holds.
    crypto::RevocationData revocations;
    /// The moment asked about where no time is proven.
    UtcTime now;
};

/// Judges each signature as of the moment that is proven for it (ETSI EN 319 102-1's best signature time), or `now`.
/// Asks nobody over the network. Thread-safe.
Assessment assess(const pdf::VerificationReport& report, const AssessmentTrust& trust);

}  // namespace signet::service
