#include "model/directory.hpp"

#include <algorithm>

namespace signet::model {

bool Employee::has_role(std::string_view role) const {
    return std::find(roles.begin(), roles.end(), role) != roles.end();
}

bool Employee::is(const User& user) const {
    if (user.contact.empty()) return false;
    switch (user.contact_type) {
        case ContactType::Mobile:
            return user.contact == mobile;
        case ContactType::Email:
            return user.contact == email;
        case ContactType::EmployeeId:
            return user.contact == to_string(id);
        case ContactType::Number:
            return user.contact == number;
        case ContactType::BizId:
            return false;
    }
    return false;
}

bool Seal::may_be_used_by(const Employee& employee) const {
    if (employee.company != company || employee.dismissed) return false;
    return employee.has_role(kSealAdministrator) ||
           std::any_of(users.begin(), users.end(), [&](const User& user) { return employee.is(user); });
}

}  // namespace signet::model
