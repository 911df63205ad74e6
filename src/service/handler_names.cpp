#include "service/handler_names.hpp"

#include "base/text.hpp"

namespace signet::service {

Status check_name_on_record(const Directory& directory, model::CompanyId company, const model::User& user,
                            const std::string& field) {
    if (user.contact_type != model::ContactType::Mobile || trim(user.name).empty()) return {};
    bool known = false;
    for (const model::Company& one : directory.group_of(company)) {
        // Who has left may have passed the number on.
        const auto employee = directory.employee(one.id, user);
        if (!employee) continue;
        if (employee->name == trim(user.name)) return {};
        known = true;
    }
    if (!known) return {};
    return fail(ErrorCode::EmployeeNameDiffers, field + ": the mobile number belongs to somebody of another name");
}

Status check_handler_name(const Directory& directory, model::CompanyId initiator, const model::Signatory& party,
                          const std::string& field) {
    const bool is_person = party.tenant_type == model::TenantType::Personal;
    model::User handler = party.receiver;
    if (is_person) handler.name = party.tenant_name;
    return check_name_on_record(directory, initiator, handler, field + (is_person ? ".tenantName" : ".receiver.name"));
}

}  // namespace signet::service
