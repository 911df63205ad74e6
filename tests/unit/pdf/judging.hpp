#pragma once

#include "pdf/document.hpp"
#include "pdf/revision.hpp"
#include "pdf/signatures.hpp"
#include "pdf/verify.hpp"
#include "support.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>

#include <gtest/gtest.h>

namespace signet::pdf {

inline void PrintTo(DocumentVerdict verdict, std::ostream* to) {
    *to << to_string(verdict);
}
inline void PrintTo(Finding finding, std::ostream* to) {
    *to << to_string(finding);
}
inline void PrintTo(LaterChanges changes, std::ostream* to) {
    *to << to_string(changes);
}

namespace testing {

inline VerificationReport judged(ByteView file) {
    return verify(file, {identity().root});
}

inline bool found(const VerificationReport& report, Finding wanted) {
    const auto in = [&](const std::vector<FindingReport>& findings) {
        return std::any_of(findings.begin(), findings.end(),
                           [&](const FindingReport& finding) { return finding.finding == wanted; });
    };
    return in(report.findings) || std::any_of(report.signatures.begin(), report.signatures.end(),
                                              [&](const SignatureReport& signature) { return in(signature.findings); });
}

inline std::string all_findings(const VerificationReport& report) {
    std::string text = std::string(to_string(report.verdict)) + ":";
    for (const FindingReport& finding : report.findings) {
        text += fmt::format(" {} ({})", to_string(finding.finding), finding.detail);
    }
    for (const SignatureReport& signature : report.signatures) {
        for (const FindingReport& finding : signature.findings) {
            text += fmt::format(" [{}] {} ({})", signature.field_names[0], to_string(finding.finding), finding.detail);
        }
    }
    return text;
}

inline void expect_tampered(ByteView file, Finding reason) {
    const VerificationReport report = judged(file);
    EXPECT_EQ(report.verdict, DocumentVerdict::Tampered) << all_findings(report);
    EXPECT_TRUE(found(report, reason)) << to_string(reason) << " expected; " << all_findings(report);
}

/// Appends an update by hand: what an attacker, or another program, would write.
class Update {
  public:
    explicit Update(const Bytes& file)
        : file_(file), state_(Document::open(file_)->revision_state()), writer_(state_) {}
    Update& object(std::uint32_t number, std::string_view text) {
        writer_.write(number, text);
        return *this;
    }
    Update& stream(std::uint32_t number, std::string_view dictionary, std::string_view data) {
        writer_.write_stream(number, dictionary, data);
        return *this;
    }
    std::uint32_t allocate() { return writer_.allocate(); }
    /// The newest text of an object with one piece replaced.
    Update& changed(std::uint32_t number, std::string_view piece, std::string_view replacement) {
        const Result<Document> document = Document::open(file_);
        std::string text = serialise(*document->read({number, 0}));
        const std::size_t at = text.find(piece);
        if (at == std::string::npos) throw std::runtime_error("no such piece in " + text);
        return object(number, text.replace(at, piece.size(), replacement));
    }
    Bytes finish() {
        writer_.finish();
        return joined(file_, writer_.bytes());
    }

  private:
    Bytes file_;
    RevisionState state_;
    RevisionWriter writer_;
};

inline std::uint32_t field_object(const Bytes& file, std::string_view name) {
    const Result<Document> document = Document::open(file);
    const Result<std::vector<FormField>> fields = list_form_fields(*document);
    for (const FormField& field : *fields) {
        if (field.name == name) return field.field.number;
    }
    throw std::runtime_error("no such field");
}

}  // namespace testing
}  // namespace signet::pdf
