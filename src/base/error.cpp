#include "base/error.hpp"

namespace signet {

std::string_view to_string(ErrorCode code) {
    switch (code) {
#define SIGNET_NAME(x) \
    case ErrorCode::x: \
        return #x
        SIGNET_NAME(InvalidParameter);
        SIGNET_NAME(ParameterTooLong);
        SIGNET_NAME(PermissionDenied);
        SIGNET_NAME(TooFrequent);
        SIGNET_NAME(UploadTooLarge);
        SIGNET_NAME(ContractNotFound);
        SIGNET_NAME(ContractToInvalidNotFound);
        SIGNET_NAME(ContractToJoinNotFound);
        SIGNET_NAME(InvalidContractStatus);
        SIGNET_NAME(LegalHold);
        SIGNET_NAME(DuplicateSignatory);
        SIGNET_NAME(ActionRequired);
        SIGNET_NAME(ActionOperatorsRequired);
        SIGNET_NAME(InvalidStamperType);
        SIGNET_NAME(NotSignStep);
        SIGNET_NAME(KeywordNotFound);
        SIGNET_NAME(SignPageBeyond);
        SIGNET_NAME(NoViewPermission);
        SIGNET_NAME(NoOperationPermission);
        SIGNET_NAME(OperatorRequired);
        SIGNET_NAME(DuplicateBizId);
        SIGNET_NAME(SignatoryRequired);
        SIGNET_NAME(NobodyToJoin);
        SIGNET_NAME(ParametersMissing);
        SIGNET_NAME(NoSendPermission);
        SIGNET_NAME(TemplateNotFound);
        SIGNET_NAME(AuthorizationRequired);
        SIGNET_NAME(SealNotFound);
        SIGNET_NAME(InvalidSealStatus);
        SIGNET_NAME(LegalPersonSealExists);
        SIGNET_NAME(LegalPersonSealPending);
        SIGNET_NAME(SealUsersRequired);
        SIGNET_NAME(CategoryNotMatched);
        SIGNET_NAME(CategoryBroken);
        SIGNET_NAME(CategoryForbids);
        SIGNET_NAME(DocumentRequired);
        SIGNET_NAME(UnsupportedFileType);
        SIGNET_NAME(InvalidFile);
        SIGNET_NAME(InsufficientBalance);
        SIGNET_NAME(EmployeeNotFound);
        SIGNET_NAME(EmployeeDismissed);
        SIGNET_NAME(EmployeeNameDiffers);
        SIGNET_NAME(EmployeeNotRegistered);
        SIGNET_NAME(CompanyNotFound);
        SIGNET_NAME(CompanyNotPermitted);
        SIGNET_NAME(LinkNotFound);
        SIGNET_NAME(LinkExpired);
        SIGNET_NAME(LinkBoundElsewhere);
        SIGNET_NAME(CodeWrong);
        SIGNET_NAME(CodeExpired);
        SIGNET_NAME(CodeRequired);
        SIGNET_NAME(AttachmentRequired);
        SIGNET_NAME(PasswordRequired);
        SIGNET_NAME(PasswordWrong);
        SIGNET_NAME(PasswordNotUsable);
        SIGNET_NAME(PasswordWeak);
        SIGNET_NAME(IdentityRequired);
        SIGNET_NAME(IdentityMismatch);
        SIGNET_NAME(IdentityLocked);
        SIGNET_NAME(ReadingRequired);
        SIGNET_NAME(PasswordProtected);
        SIGNET_NAME(SigningForbidden);
        SIGNET_NAME(CertifiedNoChanges);
        SIGNET_NAME(FieldLocked);
        SIGNET_NAME(NotAPdf);
        SIGNET_NAME(DamagedDocument);
        SIGNET_NAME(DocumentTooLarge);
        SIGNET_NAME(DocumentTooDeep);
        SIGNET_NAME(DynamicXfa);
        SIGNET_NAME(HybridReference);
        SIGNET_NAME(ActiveContent);
        SIGNET_NAME(TimeLimit);
        SIGNET_NAME(KeyUnusable);
        SIGNET_NAME(CertificateInvalid);
        SIGNET_NAME(SignatureInvalid);
        SIGNET_NAME(TimeStampRefused);
        SIGNET_NAME(TimeStampUnavailable);
        SIGNET_NAME(RevocationDataInvalid);
        SIGNET_NAME(SealDataInvalid);
        SIGNET_NAME(AuditLogBroken);
        SIGNET_NAME(Conflict);
        SIGNET_NAME(StorageFailed);
        SIGNET_NAME(Unavailable);
        SIGNET_NAME(Internal);
#undef SIGNET_NAME
    }
    return "Unknown";
}

std::string describe(const Error& error) {
    std::string text(to_string(error.code));
    if (!error.detail.empty()) text.append(": ").append(error.detail);
    return text;
}

}  // namespace signet
