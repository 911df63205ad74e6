#pragma once

#include "base/result.hpp"
#include "model/contract.hpp"
#include "service/directory.hpp"

#include <string>

namespace signet::service {

/// Refuses a person who is named by a mobile number that somebody of another name has (spec §2.7). The people whose
/// names are known here are the employees of the company's group; with a number that is not theirs, without a name and
/// by mail anybody may be meant. EmployeeNameDiffers; `field` is the path of the name.
Status check_name_on_record(const Directory& directory, model::CompanyId company, const model::User& user,
                            const std::string& field);

/// The same for whoever handles a party (经办人) of a contract of `initiator`: a person's own name, or the receiver's
/// of a company. `field` is the party's path.
Status check_handler_name(const Directory& directory, model::CompanyId initiator, const model::Signatory& party,
                          const std::string& field);

}  // namespace signet::service
