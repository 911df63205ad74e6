#include "service/assessment.hpp"

#include "crypto/cms.hpp"
#include "crypto/time_stamp.hpp"
#include "pdf/cms_judge.hpp"
#include "service/signature_levels.hpp"

#include <algorithm>
#include <chrono>

namespace signet::service {
namespace {

/// What stands where a PAdES signature has its level.
constexpr std::string_view kSealStandard = "GB/T 38540";
/// How far a signer's clock may be ahead of the time-stamp's.
constexpr std::chrono::minutes kClockTolerance{5};

// Until when algorithms could be relied upon (ETSI TS 119 312).
constexpr UtcTime kMd5End{1'091'318'400'000};       // 2004-08-01
constexpr UtcTime kSha1End{1'343'779'200'000};      // 2012-08-01
constexpr UtcTime kShortRsaEnd{1'569'888'000'000};  // 2019-10-01
constexpr UtcTime kRsa2048End{1'861'920'000'000};   // 2029-01-01
constexpr int kShortRsaBits = 1900;
constexpr int kLongRsaBits = 3000;

ReasonCode code_of(pdf::Finding finding) {
    using pdf::Finding;
    switch (finding) {
        case Finding::SignatureIncomplete:
            return ReasonCode::SignatureIncomplete;
        case Finding::WrongGap:
            return ReasonCode::WrongGap;
        case Finding::NotWholeRevision:
            return ReasonCode::NotWholeRevision;
        case Finding::UnaccountedBytes:
            return ReasonCode::UnaccountedBytes;
        case Finding::ForbiddenChange:
            return ReasonCode::ForbiddenChange;
        case Finding::HiddenContent:
            return ReasonCode::HiddenContent;
        case Finding::LockedFieldChanged:
            return ReasonCode::LockedFieldChanged;
        case Finding::CertificationViolated:
            return ReasonCode::CertificationViolated;
        case Finding::PagesChanged:
            return ReasonCode::PagesChanged;
        case Finding::SealNotSigned:
            return ReasonCode::SealNotSigned;
        case Finding::DigestMismatch:
            return ReasonCode::DigestMismatch;
        case Finding::SignatureValueWrong:
            return ReasonCode::SignatureValueWrong;
        case Finding::CmsMalformed:
            return ReasonCode::CmsMalformed;
        case Finding::WeakAlgorithm:
            return ReasonCode::AlgorithmBroken;
        case Finding::AmbiguousStructure:
            return ReasonCode::AmbiguousStructure;
        case Finding::ElectronicSealInvalid:
            return ReasonCode::ElectronicSealInvalid;
        case Finding::AnnotationAdded:
            return ReasonCode::AnnotationAdded;
        case Finding::SeveralSigners:
            return ReasonCode::SeveralSigners;
    }
    return ReasonCode::ForbiddenChange;
}

ReasonCode code_of(const Error& error) {
    switch (error.code) {
        case ErrorCode::PasswordProtected:
            return ReasonCode::FileEncrypted;
        case ErrorCode::NotAPdf:
            return ReasonCode::FileNotPdf;
        case ErrorCode::DocumentTooLarge:
        case ErrorCode::DocumentTooDeep:
        case ErrorCode::TimeLimit:
            return ReasonCode::FileTooComplex;
        default:
            return ReasonCode::FileDamaged;
    }
}

Weight weight_of(const std::vector<Reason>& reasons) {
    Weight gravest = Weight::Note;
    for (const Reason& reason : reasons)
        gravest = std::max(gravest, text_of(reason.code).weight);
    return gravest;
}

Conclusion conclusion_of(Weight weight) {
    switch (weight) {
        case Weight::Note:
            return Conclusion::Valid;
        case Weight::SignerUnknown:
            return Conclusion::SignerUnknown;
        case Weight::Undecided:
            return Conclusion::Undecided;
        case Weight::Invalid:
            return Conclusion::Invalid;
    }
    return Conclusion::Undecided;
}

std::string date_text(UtcTime time) {
    return TimeZone::fixed(0).format(time) + " UTC";
}

std::string name_of(ByteView certificate) {
    const auto info = crypto::describe_certificate(certificate);
    return info ? info->subject : std::string("an unreadable certificate");
}

/// Whether a revocation for this reason also spoils what was time-stamped before it (RFC 3161 §4).
bool spoils_earlier_time_stamps(const std::optional<crypto::RevocationReason>& reason) {
    using crypto::RevocationReason;
    if (!reason) return true;
    return *reason == RevocationReason::KeyCompromise || *reason == RevocationReason::CaCompromise ||
           *reason == RevocationReason::AaCompromise;
}

class Assessor {
  public:
    Assessor(const pdf::VerificationReport& report, const AssessmentTrust& trust)
        : report_(report),
          trust_(trust),
          stamp_trust_{trust.time_stamp_roots, report.security_store.certificates},
          data_(trust.revocations) {
        const pdf::SecurityStore& store = report.security_store;
        data_.revocation_lists.insert(data_.revocation_lists.end(), store.crls.begin(), store.crls.end());
        data_.ocsp_responses.insert(data_.ocsp_responses.end(), store.ocsp_responses.begin(),
                                    store.ocsp_responses.end());
        for (const pdf::SignatureReport& signature : report.signatures) {
            const crypto::RevocationData& own = signature.archived_revocation;
            data_.revocation_lists.insert(data_.revocation_lists.end(), own.revocation_lists.begin(),
                                          own.revocation_lists.end());
            data_.ocsp_responses.insert(data_.ocsp_responses.end(), own.ocsp_responses.begin(),
                                        own.ocsp_responses.end());
        }
    }

    Assessment assess() {
        Assessment assessment;
        assessment.page_count = report_.page_count;
        assessment.revision_count = report_.revisions.size();
        assessment.unsigned_fields = report_.unsigned_fields.size();
        if (report_.error) assessment.reasons.push_back({code_of(*report_.error), describe(*report_.error)});
        for (const pdf::FindingReport& finding : report_.findings)
            assessment.reasons.push_back({code_of(finding.finding), finding.detail});
        const std::vector<SignatureStanding> standings = judge_standing(report_, trust_.time_stamp_roots, trust_.now);
        // From the newest to the oldest: what a time-stamp proves holds for everything before it.
        UtcTime known = trust_.now;
        std::optional<Proof> proof;
        assessment.signatures.resize(report_.signatures.size());
        for (std::size_t i = report_.signatures.size(); i-- > 0;) {
            const pdf::SignatureReport& signature = report_.signatures[i];
            SignatureAssessment& one = assessment.signatures[i];
            one = described(signature, standings[i]);
            if (!signature.is_document_time_stamp) {
                judge_signature(signature, one, known, proof);
                continue;
            }
            const std::optional<Proof> own = judge_document_time_stamp(signature, one, known);
            if (!own) continue;
            known = own->time;
            proof = own;
        }
        assessment.conclusion =
            report_.verdict == pdf::DocumentVerdict::Unreadable ? Conclusion::Unreadable : Conclusion::NotSigned;
        assessment.conclude();
        assessment.modified = assessment.modified || report_.verdict == pdf::DocumentVerdict::Tampered;
        return assessment;
    }

  private:
    /// What proves that something existed.
    struct Proof {
        UtcTime time;
        std::string authority;
    };

    static void add(SignatureAssessment& one, ReasonCode code, std::string detail = {}) {
        one.reasons.push_back({code, std::move(detail)});
    }

    static SignatureAssessment described(const pdf::SignatureReport& signature, const SignatureStanding& standing) {
        SignatureAssessment one;
        one.fields = signature.field_names;
        one.is_document_time_stamp = signature.is_document_time_stamp;
        one.is_electronic_seal = signature.seal.has_value();
        one.signer = signature.signer;
        one.signer_name = signature.signer ? signature.signer->subject_common_name : signature.signer_name;
        one.purpose = signature.reason;
        one.location = signature.location;
        one.claimed_time_text = signature.claimed_time;
        one.claimed_time = pdf::parse_date(signature.claimed_time);
        if (standing.level) one.level = to_wire(*standing.level);
        if (signature.seal) one.level = kSealStandard;
        one.digest_algorithm = signature.digest_algorithm;
        one.revision = signature.revision;
        one.coverage = signature.coverage;
        one.later_changes = signature.later_changes;
        one.intact = signature.intact;
        one.signed_length = signature.signed_length;
        one.open_areas = signature.open_areas;
        for (const pdf::FindingReport& finding : signature.findings) {
            if (finding.finding != pdf::Finding::WeakAlgorithm) add(one, code_of(finding.finding), finding.detail);
        }
        if (signature.later_changes == pdf::LaterChanges::FormFilling) add(one, ReasonCode::LaterSignatures);
        if (signature.later_changes == pdf::LaterChanges::Extension) add(one, ReasonCode::LaterExtension);
        return one;
    }

    /// Nothing, with the reason added, when the time-stamp does not count. `known` is the moment at which the token is
    /// known to have existed.
    std::optional<Proof> judge_stamp(const crypto::TimeStampReport& stamp, UtcTime known, SignatureAssessment& one) {
        if (stamp.accepted() && trust_.time_stamp_roots.empty()) {  // then its chain was only built
            add(one, ReasonCode::TimeStampUntrusted, "no root is trusted");
            return std::nullopt;
        }
        if (!stamp.accepted()) {
            const bool only_trust = stamp.token && stamp.faults.size() == 1 &&
                                    stamp.faults.front() == crypto::TimeStampFault::ChainNotTrusted;
            add(one, only_trust ? ReasonCode::TimeStampUntrusted : ReasonCode::TimeStampInvalid, stamp.describe());
            return std::nullopt;
        }
        const crypto::TimeStampToken& token = *stamp.token;
        for (const Bytes& certificate : token.chain) {
            const auto info = crypto::describe_certificate(certificate);
            if (!info || info->not_after >= known) continue;
            add(one, ReasonCode::TimeStampExpired, info->subject + " expired at " + date_text(info->not_after));
            return std::nullopt;
        }
        if (is_spoilt_by_revocation(token, known)) {
            add(one, ReasonCode::TimeStampRevoked, name_of(token.authority_certificate));
            return std::nullopt;
        }
        const auto authority = crypto::describe_certificate(token.authority_certificate);
        return Proof{token.time, authority ? authority->subject_common_name : std::string()};
    }

    bool is_spoilt_by_revocation(const crypto::TimeStampToken& token, UtcTime known) const {
        const auto states = crypto::judge_revocation(token.chain, data_, known);
        if (!states) return false;
        return std::ranges::any_of(*states, [&](const crypto::CertificateRevocation& one) {
            if (one.state != crypto::RevocationState::Revoked) return false;
            return *one.revoked_at <= token.time || spoils_earlier_time_stamps(one.reason);
        });
    }

    std::optional<Proof> judge_document_time_stamp(const pdf::SignatureReport& signature, SignatureAssessment& one,
                                                   UtcTime known) {
        judge_algorithms(signature, one, std::nullopt);
        if (!signature.intact) return std::nullopt;
        const auto stamp = crypto::verify_time_stamp_token(signature.cms, signature.covered_digest, stamp_trust_);
        const std::optional<Proof> proof = judge_stamp(stamp, known, one);
        one.trusted = proof.has_value();
        if (!proof) return std::nullopt;
        one.proven_time = proof->time;
        one.time_authority = proof->authority;
        return proof;
    }

    void judge_signature(const pdf::SignatureReport& signature, SignatureAssessment& one, UtcTime known,
                         const std::optional<Proof>& later) {
        std::optional<Proof> proof;
        if (signature.has_time_stamp && !signature.seal && !signature.signature_time_stamp.empty()) {
            const auto stamp =
                crypto::verify_time_stamp_of(signature.signature_time_stamp, signature.signature_value, stamp_trust_);
            proof = judge_stamp(stamp, known, one);
        }
        if (!proof) proof = later;
        if (proof) {
            one.proven_time = proof->time;
            one.time_authority = proof->authority;
            if (one.claimed_time && *one.claimed_time > proof->time + kClockTolerance)
                add(one, ReasonCode::ClaimedTimeLater);
        } else {
            add(one, ReasonCode::TimeNotProven);
        }
        judge_algorithms(signature, one, one.proven_time);
        judge_certificate(signature, one);
    }

    void judge_algorithms(const pdf::SignatureReport& signature, SignatureAssessment& one,
                          std::optional<UtcTime> proven) const {
        const UtcTime at = proven.value_or(trust_.now);
        const auto ended = [&](UtcTime end, const std::string& what) {
            if (trust_.now < end) return;
            add(one, at < end ? ReasonCode::AlgorithmAged : ReasonCode::AlgorithmBroken,
                what + ": to be relied upon until " + date_text(end));
        };
        for (const pdf::FindingReport& finding : signature.findings) {
            if (finding.finding != pdf::Finding::WeakAlgorithm) continue;
            const bool md5 = finding.detail.find("MD5") != std::string::npos;
            const bool key = finding.detail.find("key") != std::string::npos;
            ended(md5 ? kMd5End : key ? kShortRsaEnd : kSha1End, finding.detail);
        }
        if (!signature.signer || !signature.signer->is_rsa) return;
        const int bits = signature.signer->public_key_bits;
        if (bits >= kShortRsaBits && bits < kLongRsaBits) ended(kRsa2048End, signature.signer->public_key);
    }

    void judge_certificate(const pdf::SignatureReport& signature, SignatureAssessment& one) const {
        if (!signature.signer) return;  // a finding says why
        if (!signature.signer->may_sign_documents) add(one, ReasonCode::KeyNotForSigning, signature.signer->subject);
        const UtcTime at = one.proven_time.value_or(trust_.now);
        crypto::ChainReport chain;
        chain.status = signature.trust;
        chain.chain = signature.chain;
        if (!signature.seal && !signature.chain.empty()) chain = chain_of(signature, at);
        one.trusted = chain.trusted();
        judge_chain(signature, chain, one);
        judge_revocation(chain, one, at);
    }

    crypto::ChainReport chain_of(const pdf::SignatureReport& signature, UtcTime at) const {
        std::vector<Bytes> others = report_.security_store.certificates;
        if (auto data = crypto::parse_cms(signature.cms))
            others.insert(others.begin(), data->certificates.begin(), data->certificates.end());
        auto chain = crypto::verify_chain(signature.chain.front(), others, trust_.roots, at);
        return chain ? std::move(*chain) : crypto::ChainReport{};
    }

    void judge_chain(const pdf::SignatureReport& signature, const crypto::ChainReport& chain,
                     SignatureAssessment& one) const {
        using crypto::ChainStatus;
        std::string detail;
        for (const std::string& problem : chain.problems)
            detail += (detail.empty() ? "" : "; ") + problem;
        switch (chain.status) {
            case ChainStatus::Trusted:
                return;
            case ChainStatus::UntrustedRoot:
                return add(one, ReasonCode::RootUnknown, signature.signer->issuer);
            case ChainStatus::Incomplete:
                return add(one, ReasonCode::ChainIncomplete, signature.signer->issuer);
            case ChainStatus::Expired:
                add(one, one.proven_time ? ReasonCode::ExpiredWhenSigned : ReasonCode::ExpiredWithoutProof,
                    "until " + date_text(signature.signer->not_after));
                return judge_trust_alone(signature, one);
            case ChainStatus::NotYetValid:
                add(one, ReasonCode::NotYetValid, "from " + date_text(signature.signer->not_before));
                return judge_trust_alone(signature, one);
            case ChainStatus::WeakAlgorithm:
                return add(one, ReasonCode::ChainWeak, detail);
            case ChainStatus::Invalid:
                return add(one, ReasonCode::ChainInvalid, detail);
        }
    }

    /// Whether the signer would be known if it were not for the time.
    void judge_trust_alone(const pdf::SignatureReport& signature, SignatureAssessment& one) const {
        if (signature.seal || signature.chain.empty()) return;
        const UtcTime last_moment = signature.signer->not_after + std::chrono::seconds(-1);
        const crypto::ChainStatus then = chain_of(signature, last_moment).status;
        if (then == crypto::ChainStatus::UntrustedRoot) add(one, ReasonCode::RootUnknown, signature.signer->issuer);
        if (then == crypto::ChainStatus::Incomplete) add(one, ReasonCode::ChainIncomplete, signature.signer->issuer);
        if (then == crypto::ChainStatus::Invalid) add(one, ReasonCode::ChainInvalid, signature.signer->issuer);
    }

    void judge_revocation(const crypto::ChainReport& chain, SignatureAssessment& one, UtcTime at) const {
        const auto states = crypto::judge_revocation(chain.chain, data_, at);
        if (!states) return;
        for (std::size_t i = 0; i < states->size(); ++i) {
            const crypto::CertificateRevocation& state = (*states)[i];
            std::string detail = name_of(chain.chain[i]);
            if (state.revoked_at) {
                detail += " at " + date_text(*state.revoked_at);
                if (state.reason) detail += " (" + std::string(to_string(*state.reason)) + ")";
            }
            if (state.state == crypto::RevocationState::Revoked) {
                one.revoked = true;
                add(one, one.proven_time ? ReasonCode::RevokedWhenSigned : ReasonCode::RevokedWithoutProof, detail);
            } else if (state.revoked_at) {
                add(one, ReasonCode::RevokedLater, detail);
            } else if (state.state == crypto::RevocationState::NoData && chain.trusted()) {
                add(one, ReasonCode::RevocationUnknown, detail);
            }
        }
    }

    const pdf::VerificationReport& report_;
    const AssessmentTrust& trust_;
    crypto::TimeStampTrust stamp_trust_;
    crypto::RevocationData data_;
};

}  // namespace

std::string_view to_string(Answer answer) {
    constexpr std::array<std::string_view, 3> kNames = {"good", "unknown", "bad"};
    return kNames[static_cast<std::size_t>(answer)];
}

Answer SignatureAssessment::answer(Question question) const {
    Answer answer = question == Question::Time && !proven_time ? Answer::Unknown : Answer::Good;
    for (const Reason& reason : reasons) {
        const ReasonText& text = text_of(reason.code);
        if (text.question != question || text.weight == Weight::Note) continue;
        answer = std::max(answer, text.weight == Weight::Invalid ? Answer::Bad : Answer::Unknown);
    }
    // Nobody can say of a certificate without a known issuer whether it was revoked.
    if (question == Question::Revocation && !trusted) answer = std::max(answer, Answer::Unknown);
    return answer;
}

bool SignatureAssessment::covers_whole_document() const {
    // Validation data and time-stamps that came later say nothing new.
    return coverage == pdf::Coverage::WholeFile ||
           (coverage == pdf::Coverage::WholeRevision && later_changes == pdf::LaterChanges::Extension);
}

void Assessment::conclude() {
    Weight gravest = weight_of(reasons);
    bool is_signed = false;
    const auto breaks = [](const Reason& reason) {
        const ReasonText& text = text_of(reason.code);
        return text.question == Question::Integrity && text.weight == Weight::Invalid;
    };
    modified = modified || std::ranges::any_of(reasons, breaks);
    for (SignatureAssessment& one : signatures) {
        const Weight weight = weight_of(one.reasons);
        one.conclusion = conclusion_of(weight);
        modified = modified || std::ranges::any_of(one.reasons, breaks);
        // A time-stamp that does not count leaves the signatures without its proof, and no worse.
        if (!one.is_document_time_stamp || weight == Weight::Invalid) gravest = std::max(gravest, weight);
        is_signed = is_signed || !one.is_document_time_stamp;
    }
    if (gravest == Weight::Invalid) {
        conclusion = Conclusion::Invalid;
        return;
    }
    if (conclusion == Conclusion::Unreadable) return;
    if (is_signed) {
        conclusion = conclusion_of(gravest);
        return;
    }
    conclusion = Conclusion::NotSigned;
    const bool told =
        std::ranges::any_of(reasons, [](const Reason& reason) { return reason.code == ReasonCode::OnlyTimeStamps; });
    if (!signatures.empty() && !told) reasons.push_back({ReasonCode::OnlyTimeStamps, {}});
}

Assessment assess(const pdf::VerificationReport& report, const AssessmentTrust& trust) {
    return Assessor(report, trust).assess();
}

}  // namespace signet::service
