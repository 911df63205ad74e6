#pragma once

#include <span>
#include <string>
#include <string_view>

namespace signet::service {

/// What is asked about a signature, each apart from the others.
enum class Question {
    /// Are these the bytes that were signed, and does the file show what they show?
    Integrity,
    /// Does the signer's certificate lead to somebody we trust?
    Trust,
    /// When was it made, and what proves that?
    Time,
    /// Was a certificate revoked?
    Revocation,
};
std::string_view to_string(Question question);

/// What a reason does to the verdict, from the lightest.
enum class Weight {
    /// Worth knowing.
    Note,
    /// Nothing is wrong, but nobody known vouches for the signer.
    SignerUnknown,
    /// Whether the signature holds cannot be told from what is at hand.
    Undecided,
    Invalid,
};

/// Why a verdict is as it is. Each code is documented in docs/verdicts.md; the order is that of the table there.
enum class ReasonCode {
    SignatureIncomplete,
    WrongGap,
    NotWholeRevision,
    UnaccountedBytes,
    ForbiddenChange,
    HiddenContent,
    AnnotationAdded,
    LockedFieldChanged,
    CertificationViolated,
    PagesChanged,
    PageLooksDifferent,
    SealNotSigned,
    DigestMismatch,
    SignatureValueWrong,
    CmsMalformed,
    SeveralSigners,
    AmbiguousStructure,
    ElectronicSealInvalid,
    AlgorithmBroken,
    AlgorithmAged,
    LaterSignatures,
    LaterExtension,
    PagesNotCompared,
    OnlyTimeStamps,
    FileEncrypted,
    FileNotPdf,
    FileDamaged,
    FileTooComplex,
    RootUnknown,
    ChainIncomplete,
    ChainInvalid,
    ChainWeak,
    KeyNotForSigning,
    ExpiredWhenSigned,
    ExpiredWithoutProof,
    NotYetValid,
    TimeNotProven,
    TimeStampUntrusted,
    TimeStampInvalid,
    TimeStampExpired,
    TimeStampRevoked,
    ClaimedTimeLater,
    RevokedWhenSigned,
    RevokedWithoutProof,
    RevokedLater,
    RevocationUnknown,
};

struct ReasonText {
    ReasonCode code;
    /// As programs see it: `DIGEST_MISMATCH`.
    std::string_view word;
    Question question;
    Weight weight;
    /// One sentence each, for people.
    std::string_view chinese;
    std::string_view english;
};
const ReasonText& text_of(ReasonCode code);
/// All of them, in the order of the codes.
std::span<const ReasonText> all_reasons();

struct Reason {
    ReasonCode code = ReasonCode::FileDamaged;
    /// One English line for experts: which object, which certificate; may be empty. Words of the file may stand in it.
    std::string detail;
};

/// What may be said of a signature, or of a whole file, and no more than that.
enum class Conclusion {
    Valid,
    /// Intact, but nobody we trust says who the signer is.
    SignerUnknown,
    Undecided,
    Invalid,
    NotSigned,
    Unreadable,
};
/// VALID, SIGNER_UNKNOWN, UNDECIDED, INVALID, NOT_SIGNED, UNREADABLE.
std::string_view to_wire(Conclusion conclusion);

struct Sentence {
    std::string_view chinese;
    std::string_view english;
};
/// The verdict in one sentence. `modified`: when Invalid, because the file is not what was signed.
Sentence sentence(Conclusion conclusion, bool modified);

}  // namespace signet::service
