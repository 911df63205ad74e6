#pragma once

#include "base/result.hpp"
#include "model/vocabulary.hpp"

namespace signet::model {

/// A call that depends on the contract's status.
enum class Call {
    Draft,  // again, with the id or bizId of an existing contract
    AddDocument,
    Send,
    Sign,  // companysign, legalpersonsign, personalsign, employeeaudit
    Invalid,
    InvalidSign,
    Delay,
    ForceEnd,
    SignatoryAdd,
    Notice,
    PageUrl,
    ViewUrl,
    AppointUrl,
    ShortUrl,
    JoinUrl,
    PersonalJoinUrl,
    Read,  // detail, download, stream
};

inline constexpr int kCallCount = 17;
inline constexpr int kContractStatusCount = 10;

/// What a call may do in a status.
enum class Permission {
    Yes,
    No,                 // 1101 INVALID CONTRACT STATUS
    IfActionStarted,    // allowed for a node that has its turn, else 1107 NOT SIGN STEP
    IfCategoryAllows,   // else 1304
    IfDocuments,        // else 1401 DOCUMENT REQUIRED
    UnlessOnlySigning,  // with onlySigning=false
    ViewOnly,
    // The three meanings of /v2/contract/invalid.
    Delete,
    Recall,
    StartCancellation,
};

/// The table of spec §3.1.
Permission permission(Call call, ContractStatus status);

/// The table read as yes or no: the error of a cell that says no, success for every other.
Status check(Call call, ContractStatus status);

}  // namespace signet::model
