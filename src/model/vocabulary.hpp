#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace signet::model {

/// The status of a contract (spec §3.1).
enum class ContractStatus {
    Draft,
    Filling,
    Signing,
    Complete,
    Rejected,
    Recalled,
    Expired,
    Invaliding,
    Invalided,
    ForceEnd
};

/// The status of a signatory (spec §3.2).
enum class SignatoryStatus {
    Draft,
    Filling,
    Waiting,
    Signing,
    Signed,
    Recalled,
    Rejected,
    Expired,
    ForceEnd,
    Invaliding,
    Invalided,
    Closed,
};

/// The status of an action (spec §3.3).
enum class ActionStatus { Init, Start, Finish, Stop, End };

/// What a node of a signatory's flow asks for (spec §2.3).
enum class ActionType {
    Company,   // the company's seal
    Operator,  // the handler's own signature
    Lp,        // the legal representative's seal
    Audit,     // an approval, no signature
    Personal,  // approve and sign; also the one node of a personal signatory
    Practice,  // a personal practising seal
};

enum class TenantType { Company, Personal };

enum class ContactType { Mobile, Email, EmployeeId, Number, BizId };

enum class StamperType {
    Company,
    Personal,
    Lp,
    Timestamp,
    AcrossPage,
    AcrossPageOdd,
    AcrossPageEven,
    AcrossPageScope,
};

enum class AcrossType { SingleDocument, AllDocument };

enum class DatePattern { Hyphen, Chinese, AllChinese, English };

enum class StamperRule { MustForbid, MustAllow, Optional };

enum class SignFlowStrategy { AllSignFinish, AnySignFinish };

/// When those a contract is copied to hear of it (spec §2.1).
enum class CopySendTime { Send, Finish };

enum class SealStatus { Normal, Freeze };

enum class SealType { Enterprise, Lp, PractisingSeal };

/// How a party confirms that it signs (spec §2.2). The ways by face are not here: there is nobody to compare faces.
enum class SignValidateWay {
    SaasConfig,  // as the page offers it
    Default,     // the same
    SignPwd,     // by signing password alone
    Pin,         // by code alone
};

/// What of the identity that a request states about a person he may put right himself (spec §2.6 modifyFields).
enum class ModifyField { Username, IdCardNo, BankNo, BankMobile };

/// Why a cancellation came to nothing (spec §2.1 invalidFailType).
enum class InvalidFailType { InvalidRejected, InvalidCancel };

/// How a category has the identity of a person checked (platform spec §6.2).
enum class IdentityCheck { IdCard, BankCard, None };

/// What happens when somebody signs who has not had every page on his screen: the page says so, nothing is signed until
/// he has, or nothing is asked.
enum class ReadingRule { Warn, Require, Off };

/// Matters for which the Electronic Signature Law (Art. 3) keeps electronic signatures from serving: family status
/// (marriage, adoption, succession), the end of public utilities, and others that laws and regulations name.
enum class ExcludedMatter { None, FamilyStatus, PublicUtilities, Other };

/// How long a signature can be relied upon by itself (ETSI EN 319 142-1 §6): as long as its certificate; with the time
/// proven; with everything needed to judge it inside; and sealed against the ageing of all that.
enum class SignatureLevel { Basic, Timed, LongTerm, Archival };

/// One enumerator and how the wire spells it.
template <typename Enum>
using Spelling = std::pair<Enum, std::string_view>;

/// The spellings of an enumeration, in the order of its enumerators. Specialised for each enumeration below.
template <typename Enum>
inline constexpr int spellings = 0;

template <>
inline constexpr std::array<Spelling<ContractStatus>, 10> spellings<ContractStatus>{{
    {ContractStatus::Draft, "DRAFT"},
    {ContractStatus::Filling, "FILLING"},
    {ContractStatus::Signing, "SIGNING"},
    {ContractStatus::Complete, "COMPLETE"},
    {ContractStatus::Rejected, "REJECTED"},
    {ContractStatus::Recalled, "RECALLED"},
    {ContractStatus::Expired, "EXPIRED"},
    {ContractStatus::Invaliding, "INVALIDING"},
    {ContractStatus::Invalided, "INVALIDED"},
    {ContractStatus::ForceEnd, "FORCE_END"},
}};

template <>
inline constexpr std::array<Spelling<SignatoryStatus>, 12> spellings<SignatoryStatus>{{
    {SignatoryStatus::Draft, "DRAFT"},
    {SignatoryStatus::Filling, "FILLING"},
    {SignatoryStatus::Waiting, "WAITING"},
    {SignatoryStatus::Signing, "SIGNING"},
    {SignatoryStatus::Signed, "SIGNED"},
    {SignatoryStatus::Recalled, "RECALLED"},
    {SignatoryStatus::Rejected, "REJECTED"},
    {SignatoryStatus::Expired, "EXPIRED"},
    {SignatoryStatus::ForceEnd, "FORCE_END"},
    {SignatoryStatus::Invaliding, "INVALIDING"},
    {SignatoryStatus::Invalided, "INVALIDED"},
    {SignatoryStatus::Closed, "CLOSED"},
}};

template <>
inline constexpr std::array<Spelling<ActionStatus>, 5> spellings<ActionStatus>{{
    {ActionStatus::Init, "INIT"},
    {ActionStatus::Start, "START"},
    {ActionStatus::Finish, "FINISH"},
    {ActionStatus::Stop, "STOP"},
    {ActionStatus::End, "END"},
}};

template <>
inline constexpr std::array<Spelling<ActionType>, 6> spellings<ActionType>{{
    {ActionType::Company, "COMPANY"},
    {ActionType::Operator, "OPERATOR"},
    {ActionType::Lp, "LP"},
    {ActionType::Audit, "AUDIT"},
    {ActionType::Personal, "PERSONAL"},
    {ActionType::Practice, "PRACTICE"},
}};

template <>
inline constexpr std::array<Spelling<TenantType>, 2> spellings<TenantType>{{
    {TenantType::Company, "COMPANY"},
    {TenantType::Personal, "PERSONAL"},
}};

template <>
inline constexpr std::array<Spelling<ContactType>, 5> spellings<ContactType>{{
    {ContactType::Mobile, "MOBILE"},
    {ContactType::Email, "EMAIL"},
    {ContactType::EmployeeId, "EMPLOYEEID"},
    {ContactType::Number, "NUMBER"},
    {ContactType::BizId, "BIZID"},
}};

template <>
inline constexpr std::array<Spelling<StamperType>, 8> spellings<StamperType>{{
    {StamperType::Company, "COMPANY"},
    {StamperType::Personal, "PERSONAL"},
    {StamperType::Lp, "LP"},
    {StamperType::Timestamp, "TIMESTAMP"},
    {StamperType::AcrossPage, "ACROSS_PAGE"},
    {StamperType::AcrossPageOdd, "ACROSS_PAGE_ODD"},
    {StamperType::AcrossPageEven, "ACROSS_PAGE_EVEN"},
    {StamperType::AcrossPageScope, "ACROSS_PAGE_SCOPE"},
}};

template <>
inline constexpr std::array<Spelling<AcrossType>, 2> spellings<AcrossType>{{
    {AcrossType::SingleDocument, "SINGLE_DOCUMENT"},
    {AcrossType::AllDocument, "ALL_DOCUMENT"},
}};

template <>
inline constexpr std::array<Spelling<DatePattern>, 4> spellings<DatePattern>{{
    {DatePattern::Hyphen, "HYPHEN"},
    {DatePattern::Chinese, "Chinese"},
    {DatePattern::AllChinese, "ALL_Chinese"},
    {DatePattern::English, "ENGLISH"},
}};

template <>
inline constexpr std::array<Spelling<StamperRule>, 3> spellings<StamperRule>{{
    {StamperRule::MustForbid, "MUST_FORBID"},
    {StamperRule::MustAllow, "MUST_ALLOW"},
    {StamperRule::Optional, "OPTIONAL"},
}};

template <>
inline constexpr std::array<Spelling<SignFlowStrategy>, 2> spellings<SignFlowStrategy>{{
    {SignFlowStrategy::AllSignFinish, "ALL_SIGN_FINISH"},
    {SignFlowStrategy::AnySignFinish, "ANY_SIGN_FINISH"},
}};

template <>
inline constexpr std::array<Spelling<CopySendTime>, 2> spellings<CopySendTime>{{
    {CopySendTime::Send, "SEND"},
    {CopySendTime::Finish, "FINISH"},
}};

template <>
inline constexpr std::array<Spelling<SealStatus>, 2> spellings<SealStatus>{{
    {SealStatus::Normal, "NORMAL"},
    {SealStatus::Freeze, "FREEZE"},
}};

template <>
inline constexpr std::array<Spelling<InvalidFailType>, 2> spellings<InvalidFailType>{{
    {InvalidFailType::InvalidRejected, "INVALID_REJECTED"},
    {InvalidFailType::InvalidCancel, "INVALID_CANCEL"},
}};

template <>
inline constexpr std::array<Spelling<IdentityCheck>, 3> spellings<IdentityCheck>{{
    {IdentityCheck::IdCard, "ID_CARD"},
    {IdentityCheck::BankCard, "BANK_CARD"},
    {IdentityCheck::None, "NONE"},
}};

template <>
inline constexpr std::array<Spelling<ReadingRule>, 3> spellings<ReadingRule>{{
    {ReadingRule::Warn, "WARN"},
    {ReadingRule::Require, "REQUIRE"},
    {ReadingRule::Off, "OFF"},
}};

template <>
inline constexpr std::array<Spelling<ExcludedMatter>, 4> spellings<ExcludedMatter>{{
    {ExcludedMatter::None, "NONE"},
    {ExcludedMatter::FamilyStatus, "FAMILY_STATUS"},
    {ExcludedMatter::PublicUtilities, "PUBLIC_UTILITIES"},
    {ExcludedMatter::Other, "OTHER"},
}};

template <>
inline constexpr std::array<Spelling<SealType>, 3> spellings<SealType>{{
    {SealType::Enterprise, "ENTERPRISE"},
    {SealType::Lp, "LP"},
    {SealType::PractisingSeal, "PRACTICING_SEAL"},
}};

template <>
inline constexpr std::array<Spelling<SignValidateWay>, 4> spellings<SignValidateWay>{{
    {SignValidateWay::SaasConfig, "SAAS_CONFIG"},
    {SignValidateWay::Default, "DEFAULT"},
    {SignValidateWay::SignPwd, "SIGNPWD"},
    {SignValidateWay::Pin, "PIN"},
}};

template <>
inline constexpr std::array<Spelling<ModifyField>, 4> spellings<ModifyField>{{
    {ModifyField::Username, "USERNAME"},
    {ModifyField::IdCardNo, "IDCARDNO"},
    {ModifyField::BankNo, "BANKNO"},
    {ModifyField::BankMobile, "BANKMOBILE"},
}};

template <>
inline constexpr std::array<Spelling<SignatureLevel>, 4> spellings<SignatureLevel>{{
    {SignatureLevel::Basic, "B-B"},
    {SignatureLevel::Timed, "B-T"},
    {SignatureLevel::LongTerm, "B-LT"},
    {SignatureLevel::Archival, "B-LTA"},
}};

/// Whether a table of spellings stands in the order of its enumerators.
template <typename Enum>
constexpr bool in_order() {
    for (std::size_t i = 0; i < spellings<Enum>.size(); ++i) {
        if (static_cast<std::size_t>(spellings<Enum>[i].first) != i) return false;
    }
    return true;
}

/// How the wire spells an enumerator.
template <typename Enum>
constexpr std::string_view to_wire(Enum value) {
    static_assert(in_order<Enum>());
    return spellings<Enum>[static_cast<std::size_t>(value)].second;
}

/// The enumerator behind an exact spelling; nothing when there is none.
template <typename Enum>
constexpr std::optional<Enum> from_wire(std::string_view text) {
    for (const auto& [value, spelling] : spellings<Enum>) {
        if (spelling == text) return value;
    }
    return std::nullopt;
}

constexpr bool is_across_page(StamperType type) {
    return type == StamperType::AcrossPage || type == StamperType::AcrossPageOdd ||
           type == StamperType::AcrossPageEven || type == StamperType::AcrossPageScope;
}

}  // namespace signet::model
