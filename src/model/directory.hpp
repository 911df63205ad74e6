#pragma once

#include "base/clock.hpp"
#include "base/id.hpp"
#include "model/vocabulary.hpp"

#include <optional>
#include <string>
#include <vector>

namespace signet::model {

using CompanyId = Id<struct CompanyTag>;
using PersonId = Id<struct PersonTag>;
using EmployeeId = Id<struct EmployeeTag>;
using ApplicationId = Id<struct ApplicationTag>;
using CategoryId = Id<struct CategoryTag>;
using SealId = Id<struct SealTag>;

/// A reference to somebody, as the API writes it: a contact and what kind of contact it is (spec §2.7).
struct User {
    std::string name;
    std::string contact;
    ContactType contact_type = ContactType::Mobile;

    bool empty() const { return contact.empty(); }
    /// The same contact of the same kind; the name does not matter.
    bool same_contact(const User& other) const {
        return contact == other.contact && contact_type == other.contact_type;
    }
    friend bool operator==(const User&, const User&) = default;
};

/// A company that this server works for: the platform company (对接方) or one of its sub-companies. A company that only
/// receives contracts ("external") has no record; it is known by its name.
struct Company {
    CompanyId id;
    std::string name;
    std::string register_no;
    bool platform = false;
    UtcTime create_time;
};

/// Somebody on record as an employee of a company of ours.
struct Employee {
    EmployeeId id;
    CompanyId company;
    std::string name;
    std::string mobile;
    std::string email;
    std::string number;
    std::vector<std::string> roles;  // SYSTEM_ADMIN, SEAL_ADMIN, TEMPLATE_ADMIN
    bool dismissed = false;
    UtcTime create_time;
};

/// A business system that may call the API.
struct Application {
    ApplicationId id;
    CompanyId company;  // the platform company
    std::string name;
    std::string token;
    std::string secret;  // in the clear only in memory; at rest it is wrapped by the master key
    bool enabled = true;
    bool require_nonce = false;
    /// How far a request's timestamp may be off, in minutes; 0 = no window.
    int window_with_nonce_minutes = 10;
    int window_without_nonce_minutes = 0;
    /// Addresses that may call; empty = any.
    std::vector<std::string> allowed_addresses;
    UtcTime create_time;
};

/// A business category (业务分类): the policy behind a contract.
struct Category {
    CategoryId id;
    CompanyId company;
    std::string name;
    bool primary = false;            // 默认业务分类
    bool add_after_sending = false;  // 发起后允许继续发送签署
    StamperRule stamper_rule = StamperRule::MustAllow;
    int expire_days = 30;
    UtcTime create_time;
    UtcTime modify_time;
};

/// A seal of a company. How it looks is drawn from `design`, a text that the seal floor understands.
struct Seal {
    SealId id;
    CompanyId company;
    std::string name;
    SealType type = SealType::Enterprise;
    SealStatus status = SealStatus::Normal;
    std::string specification = "CIRCULAR_42";  // platform spec §4
    std::string design;
    std::vector<User> users;  // empty = the seal administrators
    UtcTime create_time;
    UtcTime modify_time;
};

}  // namespace signet::model
