#include "model/transitions.hpp"

#include <array>
#include <string>

namespace signet::model {
namespace {

using enum Permission;
using Row = std::array<Permission, kContractStatusCount>;

// clang-format off
constexpr std::array<Row, kCallCount> kTable{{
    //                   Draft             Filling            Signing            Complete           Rejected  Recalled  Expired  Invaliding         Invalided  ForceEnd
    /* Draft           */ {Yes,            No,                No,                No,                No,       No,       No,      No,                No,        No},
    /* AddDocument     */ {Yes,            No,                No,                No,                No,       No,       No,      No,                No,        No},
    /* Send            */ {Yes,            No,                No,                No,                No,       No,       No,      No,                No,        No},
    /* Sign            */ {No,             No,                IfActionStarted,   No,                No,       No,       No,      No,                No,        No},
    /* Invalid         */ {Delete,         Recall,            Recall,            StartCancellation, Delete,   Delete,   Delete,  No,                No,        No},
    /* InvalidSign     */ {No,             No,                No,                No,                No,       No,       No,      IfActionStarted,   No,        No},
    /* Delay           */ {No,             Yes,               Yes,               No,                No,       No,       Yes,     No,                No,        No},
    /* ForceEnd        */ {No,             Yes,               Yes,               No,                No,       No,       Yes,     No,                No,        No},
    /* SignatoryAdd    */ {No,             No,                IfCategoryAllows,  IfCategoryAllows,  No,       No,       No,      No,                No,        No},
    /* Notice          */ {No,             UnlessOnlySigning, Yes,               No,                No,       No,       No,      UnlessOnlySigning, No,        No},
    /* PageUrl         */ {No,             Yes,               Yes,               ViewOnly,          ViewOnly, ViewOnly, ViewOnly, Yes,              ViewOnly,  ViewOnly},
    /* ViewUrl         */ {IfDocuments,    Yes,               Yes,               Yes,               Yes,      Yes,      Yes,     Yes,               Yes,       Yes},
    /* AppointUrl      */ {Yes,            No,                No,                No,                No,       No,       No,      No,                No,        No},
    /* ShortUrl        */ {No,             Yes,               Yes,               Yes,               Yes,      Yes,      Yes,     Yes,               Yes,       Yes},
    /* JoinUrl         */ {No,             Yes,               Yes,               No,                No,       No,       No,      No,                No,        No},
    /* PersonalJoinUrl */ {No,             Yes,               Yes,               No,                No,       No,       No,      No,                No,        No},
    /* Read            */ {Yes,            Yes,               Yes,               Yes,               Yes,      Yes,      Yes,     Yes,               Yes,       Yes},
}};
// clang-format on

}  // namespace

Permission permission(Call call, ContractStatus status) {
    return kTable[static_cast<std::size_t>(call)][static_cast<std::size_t>(status)];
}

Status check(Call call, ContractStatus status) {
    if (permission(call, status) == No) {
        return fail(ErrorCode::InvalidContractStatus, "contract is " + std::string(to_wire(status)));
    }
    return {};
}

}  // namespace signet::model
