#include "service/verification.hpp"

#include "base/file_descriptor.hpp"
#include "crypto/certificate_authority.hpp"
#include "crypto/digest.hpp"
#include "pdf/cms_judge.hpp"
#include "pdf/verify.hpp"
#include "render/page_engine.hpp"
#include "sandbox/file.hpp"
#include "service/signature_levels.hpp"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>

namespace signet::service {
namespace {

/// What stands where a PAdES signature has its level.
constexpr std::string_view kSealStandard = "GB/T 38540";

Verdict verdict_of(pdf::DocumentVerdict verdict) {
    switch (verdict) {
        case pdf::DocumentVerdict::Intact:
            return Verdict::Intact;
        case pdf::DocumentVerdict::Tampered:
            return Verdict::Tampered;
        case pdf::DocumentVerdict::NoSignature:
            return Verdict::NoSignature;
        case pdf::DocumentVerdict::Unreadable:
            return Verdict::Unreadable;
    }
    return Verdict::Unreadable;
}

}  // namespace

std::string_view sentence(Verdict verdict) {
    switch (verdict) {
        case Verdict::Intact:
            return "文件未被修改";
        case Verdict::Tampered:
            return "文件已被修改";
        case Verdict::NoSignature:
            return "文件没有签名";
        case Verdict::Unreadable:
            return "文件无法读取";
    }
    return "";
}

std::string_view word(Verdict verdict) {
    switch (verdict) {
        case Verdict::Intact:
            return "INTACT";
        case Verdict::Tampered:
            return "TAMPERED";
        case Verdict::NoSignature:
            return "NO_SIGNATURE";
        case Verdict::Unreadable:
            return "UNREADABLE";
    }
    return "";
}

std::vector<Bytes> Verification::trusted_roots() const {
    std::vector<Bytes> roots{platform_.authority.root_certificate()};
    for (Bytes& root : time_stamps_.roots()) {
        if (std::ranges::find(roots, root) == roots.end()) roots.push_back(std::move(root));
    }
    return roots;
}

VerificationFindings Verification::verify(ByteView file) const {
    const std::vector<Bytes> roots = trusted_roots();
    const pdf::VerificationReport report = pdf::verify(file, roots);
    const std::vector<SignatureStanding> standings = judge_standing(report, roots, platform_.clock.now());
    VerificationFindings findings;
    findings.verdict = verdict_of(report.verdict);
    findings.sha256 = hex(crypto::Sha256::of(file));
    if (report.error) findings.reasons.push_back(describe(*report.error));
    for (const pdf::FindingReport& finding : report.findings) {
        findings.reasons.push_back(std::string(to_string(finding.finding)) + ": " + finding.detail);
    }
    for (std::size_t i = 0; i < report.signatures.size(); ++i) {
        const pdf::SignatureReport& signature = report.signatures[i];
        const SignatureStanding& standing = standings[i];
        for (const pdf::FindingReport& finding : signature.findings) {
            findings.reasons.push_back(std::string(to_string(finding.finding)) + ": " + finding.detail);
        }
        if (!standing.problem.empty()) findings.reasons.push_back("TimeStamp: " + standing.problem);
        const std::string proven = standing.proven_time ? platform_.zone.format(*standing.proven_time) : std::string();
        if (signature.is_document_time_stamp) {
            const std::string authority = signature.signer ? signature.signer->subject_common_name : std::string();
            findings.time_stamps.push_back({authority, proven, standing.proven_time && !standing.revoked});
            continue;
        }
        SignatureFinding found;
        if (!signature.field_names.empty()) found.field = signature.field_names.front();
        found.level = standing.level ? std::string(to_wire(*standing.level)) : std::string(kSealStandard);
        found.proven_time = proven;
        found.revoked = standing.revoked;
        if (signature.signer) {
            found.name = signature.signer->subject_common_name;
            found.organization = signature.signer->subject_organization;
            found.issuer = signature.signer->issuer_common_name;
            found.subject = signature.signer->subject;
            found.serial_number = signature.signer->serial_number;
            found.not_before = platform_.zone.format(signature.signer->not_before);
            found.not_after = platform_.zone.format(signature.signer->not_after);
        } else {
            found.name = signature.signer_name;
        }
        const auto claimed = pdf::parse_date(signature.claimed_time);
        found.time = claimed ? platform_.zone.format(*claimed) : signature.claimed_time;
        found.algorithm = signature.digest_algorithm;
        found.changes = std::string(to_string(signature.later_changes));
        found.trusted = signature.trusted() && !standing.revoked;
        found.intact = signature.intact;
        // Validation data and time-stamps that came later say nothing new.
        found.covers_whole_document =
            signature.coverage == pdf::Coverage::WholeFile || (signature.coverage == pdf::Coverage::WholeRevision &&
                                                               signature.later_changes == pdf::LaterChanges::Extension);
        findings.signatures.push_back(std::move(found));
    }
    return findings;
}

Bytes Verification::picture(const std::filesystem::path& file, const SignatureFinding& signature) const {
    constexpr int kPixels = 300;
    const FileDescriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status {};
    if (!descriptor || ::fstat(descriptor.get(), &status) != 0) return {};
    auto drawn = platform_.pages.field_png({descriptor.get(), static_cast<std::uint64_t>(status.st_size)},
                                           signature.field, kPixels);
    return drawn ? std::move(*drawn) : Bytes{};
}

Result<VerificationFindings> Verification::verify_file(const std::filesystem::path& file) const {
    const FileDescriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status {};
    if (!descriptor || ::fstat(descriptor.get(), &status) != 0)
        return fail(ErrorCode::InvalidFile, "the file cannot be read");
    if (status.st_size == 0) return VerificationFindings{Verdict::Unreadable, {"the file is empty"}, {}, {}, {}};
    const auto mapped = sandbox::MappedFile::map(descriptor.get(), static_cast<std::uint64_t>(status.st_size));
    if (!mapped) return mapped.error();
    return verify(mapped->bytes());
}

}  // namespace signet::service
