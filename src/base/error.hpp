#pragma once

#include <string>
#include <string_view>

namespace signet {

/// What can go wrong, in the words of the domain. No number of the wire stands here: `openapi/wire_codes.cpp` is the
/// one table that gives each of these its `code`, `responseCode` and message.
enum class ErrorCode {
    // The caller's input.
    InvalidParameter,
    ParameterTooLong,
    PermissionDenied,
    TooFrequent,
    UploadTooLarge,

    // Contracts and signing.
    ContractNotFound,
    ContractToInvalidNotFound,  // the same for /v2/contract/invalid, which has a code of its own
    ContractToJoinNotFound,     // the same for /v2/contract/personal/joinurl
    InvalidContractStatus,
    LegalHold,  // somebody keeps it from being deleted
    DuplicateSignatory,
    ActionRequired,
    ActionOperatorsRequired,
    InvalidStamperType,
    NotSignStep,
    KeywordNotFound,
    SignPageBeyond,
    NoViewPermission,
    NoOperationPermission,
    OperatorRequired,
    DuplicateBizId,
    SignatoryRequired,
    NobodyToJoin,
    ParametersMissing,
    NoSendPermission,
    TemplateNotFound,
    AuthorizationRequired,  // nobody granted that his signature be made without him
    SealNotFound,
    InvalidSealStatus,
    LegalPersonSealExists,
    LegalPersonSealPending,
    SealUsersRequired,
    CategoryNotMatched,
    CategoryBroken,
    CategoryForbids,
    DocumentRequired,
    UnsupportedFileType,
    InvalidFile,
    InsufficientBalance,

    // People and companies.
    EmployeeNotFound,
    EmployeeDismissed,
    EmployeeNameDiffers,
    EmployeeNotRegistered,
    CompanyNotFound,
    CompanyNotPermitted,

    // Links, codes and sessions of a browser.
    LinkNotFound,
    LinkExpired,
    LinkBoundElsewhere,
    CodeWrong,
    CodeExpired,
    CodeRequired,
    AttachmentRequired,
    PasswordRequired,
    PasswordWrong,
    PasswordNotUsable,
    PasswordWeak,
    IdentityRequired,
    IdentityMismatch,
    IdentityLocked,
    ReadingRequired,  // pages are left that the signer has not seen

    // Why a PDF is refused. Each has one sentence in `docs/refusals.md`.
    PasswordProtected,
    SigningForbidden,
    CertifiedNoChanges,
    FieldLocked,
    NotAPdf,
    DamagedDocument,
    DocumentTooLarge,
    DocumentTooDeep,
    DynamicXfa,
    HybridReference,
    ActiveContent,
    TimeLimit,

    // Keys, certificates and signatures.
    KeyUnusable,
    CertificateInvalid,
    SignatureInvalid,
    TimeStampRefused,
    TimeStampUnavailable,
    RevocationDataInvalid,
    SealDataInvalid,  // GB/T 38540
    AuditLogBroken,

    // The world.
    Conflict,
    StorageFailed,
    Unavailable,
    Internal,
};

/// The enumerator's own name, for logs and tests.
std::string_view to_string(ErrorCode code);

/// An expected failure as a value. `detail` names the ids and the field that matter, in one English line without
/// secrets; it may be shown to the caller.
struct Error {
    ErrorCode code = ErrorCode::Internal;
    std::string detail;

    friend bool operator==(const Error&, const Error&) = default;
};

/// One line for a log: `KeywordNotFound: "甲方" in document 3501…`.
std::string describe(const Error& error);

}  // namespace signet
