#include "openapi/wire_codes.hpp"

#include "base/text.hpp"

namespace signet::openapi {

WireCode wire_code(ErrorCode code) {
    switch (code) {
        case ErrorCode::InvalidParameter:
            return {1005, "11990005", "INVALID PARAM"};
        case ErrorCode::ParameterTooLong:
            return {1011, "11990011", "PARAM TOO LONG"};
        case ErrorCode::PermissionDenied:
            return {1002, "14990002", "PERMISSION DENIED"};
        case ErrorCode::TooFrequent:
            return {1006, "11990006", "TOO FREQUENT"};
        case ErrorCode::UploadTooLarge:
            return {1010, "11990010", "UPLOAD FILE OVERSIZE"};

        case ErrorCode::ContractNotFound:
            return {1003, "11101003", "CONTRACT NOT FOUND"};
        case ErrorCode::ContractToInvalidNotFound:
            return {1126, "11011126", "CONTRACT NOT FOUND"};
        case ErrorCode::ContractToJoinNotFound:
            return {3004, "11013004", "CONTRACT NOT FOUND"};
        case ErrorCode::InvalidContractStatus:
        case ErrorCode::LegalHold:
            return {1101, "11011101", "INVALID CONTRACT STATUS"};
        case ErrorCode::DuplicateSignatory:
            return {1102, "11011102", "DUPLICATE SIGNATORY"};
        case ErrorCode::ActionRequired:
            return {1103, "11011103", "ACTION REQUIRED"};
        case ErrorCode::ActionOperatorsRequired:
            return {1105, "11011105", "ACTION OPERATORS REQUIRED"};
        case ErrorCode::InvalidStamperType:
            return {1106, "11011106", "INVALID STAMPER TYPE"};
        case ErrorCode::NotSignStep:
            return {1107, "11011107", "NOT SIGN STEP"};
        case ErrorCode::KeywordNotFound:
            return {1108, "11011108", "KEYWORD NOT FOUND"};
        case ErrorCode::SignPageBeyond:
            return {1109, "11011109", "SIGN PAGE BEYOND"};
        case ErrorCode::NoViewPermission:
            return {1110, "11011110", "NO VIEW PERMISSION"};
        case ErrorCode::OperatorRequired:
            return {1111, "11011111", "OPERATOR REQUIRED"};
        case ErrorCode::DuplicateBizId:
            return {1112, "11011112", "DUPLICATE BIZID"};
        case ErrorCode::SignatoryRequired:
            return {1113, "11011113", "SIGNATORY REQUIRED"};
        case ErrorCode::ParametersMissing:
            return {1116, "11011116", "DOCUMENT PARAM REQUIRED"};
        case ErrorCode::NoOperationPermission:
            return {1121, "11011121", "NO OPERATION PERMISSION"};
        case ErrorCode::NobodyToJoin:
            return {1125, "11011125", "NO SIGNATORY TO JOIN"};
        case ErrorCode::NoSendPermission:
            return {1151, "11011151", "NO SEND PERMISSION"};

        case ErrorCode::TemplateNotFound:
            return {1005, "11990005", "TEMPLATE NOT FOUND"};
        case ErrorCode::AuthorizationRequired:
            return {1002, "14990002", "PERSONAL SIGN AUTHORIZATION REQUIRED"};

        case ErrorCode::SealNotFound:
            return {1201, "11011201", "SEAL NOT FOUND"};
        case ErrorCode::InvalidSealStatus:
            return {1203, "11011203", "INVALID SEAL STATUS"};
        case ErrorCode::LegalPersonSealExists:
            return {1204, "11011204", "LP SEAL EXISTS"};
        case ErrorCode::LegalPersonSealPending:
            return {1205, "11011205", "LP SEAL PENDING"};
        case ErrorCode::SealUsersRequired:
            return {1207, "11011207", "SEAL USERS REQUIRED"};

        case ErrorCode::CategoryNotMatched:
            return {1301, "11011301", "CATEGORY CONFIG NOT MATCH"};
        case ErrorCode::CategoryBroken:
            return {1302, "11011302", "CATEGORY CONFIG ERROR"};
        case ErrorCode::CategoryForbids:
            return {1304, "11011304", "CATEGORY NOT PERMIT"};

        case ErrorCode::DocumentRequired:
            return {1401, "11011401", "DOCUMENT REQUIRED"};
        case ErrorCode::UnsupportedFileType:
            return {1402, "11011402", "UNSUPPORTED FILE TYPE"};
        case ErrorCode::InvalidFile:
        case ErrorCode::PasswordProtected:
        case ErrorCode::SigningForbidden:
        case ErrorCode::CertifiedNoChanges:
        case ErrorCode::FieldLocked:
        case ErrorCode::NotAPdf:
        case ErrorCode::DamagedDocument:
        case ErrorCode::DocumentTooLarge:
        case ErrorCode::DocumentTooDeep:
        case ErrorCode::DynamicXfa:
        case ErrorCode::HybridReference:
        case ErrorCode::ActiveContent:
        case ErrorCode::TimeLimit:
            return {1403, "11011403", "INVALID FILE"};

        case ErrorCode::InsufficientBalance:
            return {1601, "11011601", "INSUFFICIENT BALANCE"};

        case ErrorCode::EmployeeNotFound:
            return {1701, "11041701", "EMPLOYEE NOT FOUND"};
        case ErrorCode::EmployeeDismissed:
            return {1702, "11041702", "EMPLOYEE DISMISSED"};
        case ErrorCode::EmployeeNameDiffers:
            return {1703, "11041703", "EMPLOYEE NAME NOT MATCH"};
        case ErrorCode::EmployeeNotRegistered:
            return {1705, "11041705", "EMPLOYEE NOT REGISTE"};
        case ErrorCode::CompanyNotFound:
            return {1801, "11041801", "COMPANY NOT FOUND"};
        case ErrorCode::CompanyNotPermitted:
            return {1802, "11041802", "COMPANY NOT PERMIT"};

        // Pages have their own answers; should one of these reach a program, it is a question of permission.
        case ErrorCode::LinkNotFound:
        case ErrorCode::LinkExpired:
        case ErrorCode::LinkBoundElsewhere:
        case ErrorCode::CodeWrong:
        case ErrorCode::CodeExpired:
        case ErrorCode::CodeRequired:
        case ErrorCode::PasswordRequired:
        case ErrorCode::PasswordWrong:
        case ErrorCode::PasswordNotUsable:
        case ErrorCode::PasswordWeak:
        case ErrorCode::IdentityRequired:
        case ErrorCode::IdentityMismatch:
        case ErrorCode::IdentityLocked:
        case ErrorCode::ReadingRequired:
            return {1002, "14990002", "PERMISSION DENIED"};
        case ErrorCode::AttachmentRequired:
            return {1005, "11990005", "INVALID PARAM"};

        case ErrorCode::KeyUnusable:
        case ErrorCode::CertificateInvalid:
        case ErrorCode::SignatureInvalid:
        case ErrorCode::TimeStampRefused:
        case ErrorCode::TimeStampUnavailable:
        case ErrorCode::RevocationDataInvalid:
        case ErrorCode::SealDataInvalid:
        case ErrorCode::AuditLogBroken:
        case ErrorCode::Conflict:
        case ErrorCode::StorageFailed:
        case ErrorCode::Unavailable:
        case ErrorCode::Internal:
            return {1001, "21990001", "ERROR"};
    }
    return {1001, "21990001", "ERROR"};
}

std::string wire_message(const Error& error) {
    constexpr std::size_t kLongest = 200;
    std::string message(wire_code(error.code).message);
    if (!error.detail.empty()) message.append(",").append(error.detail);
    std::u32string characters = to_utf32(message);
    if (characters.size() > kLongest) characters.resize(kLongest);
    for (char32_t& c : characters) {
        if (c == U'"' || c == U'\\') c = U'\'';
        if (c < 0x20 || c == 0x7F) c = U' ';
    }
    return to_utf8(characters);
}

std::string_view gateway_message(GatewayCode code) {
    switch (code) {
        case GatewayCode::HeaderRequired:
            return "HEADER REQUIRED";
        case GatewayCode::InvalidToken:
            return "INVALID TOKEN";
        case GatewayCode::InvalidSignature:
            return "INVALID SIGNATURE";
        case GatewayCode::InvalidTimestamp:
            return "INVALID TIMESTAMP";
        case GatewayCode::InvalidNonce:
            return "INVALID NONCE";
        case GatewayCode::InvalidAddress:
            return "INVALID IP";
        case GatewayCode::NotFound:
            return "NOT FOUND";
        case GatewayCode::MethodNotAllowed:
            return "METHOD NOT ALLOWED";
    }
    return "ERROR";
}

}  // namespace signet::openapi
