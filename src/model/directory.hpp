#pragma once

#include "base/clock.hpp"
#include "base/id.hpp"
#include "model/stamper.hpp"
#include "model/template.hpp"
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

/// A company that this server works for: a platform company (对接方) or one of its sub-companies, which together are a
/// group. A company that only receives contracts needs no record; it is known by its name. For an initiator the
/// companies of its own group are "internal", all others "external".
struct Company {
    CompanyId id;
    std::string name;
    std::string register_no;
    bool platform = false;
    /// The platform company a sub-company belongs to; empty for a platform company.
    CompanyId parent;
    UtcTime create_time;
    /// Whether its seals are also put by the national algorithms, as a second track (GB/T 38540).
    bool national_seals = false;

    /// What tells groups apart: the id of the platform company.
    CompanyId group() const { return parent ? parent : id; }
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

    bool has_role(std::string_view role) const;
    /// Whether a reference of any of the kinds that the API knows means this person.
    bool is(const User& user) const;
};

/// Uses every seal of the company (platform spec §3).
inline constexpr std::string_view kSealAdministrator = "SEAL_ADMIN";

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
    /// Who hears of its contracts where neither the request nor the category names anybody.
    std::string callback_url;
    UtcTime create_time;
};

/// A node of a flow that a category prescribes.
struct FlowNode {
    ActionType type = ActionType::Company;
    std::string name;  // empty = the usual one of its type
    std::vector<SealId> seals;
    std::vector<User> operators;
    std::vector<Stamper> stampers;
};

/// A party that a category presets (预设签署方). One of them may be the initiator's own.
struct PresetSignatory {
    TenantType tenant_type = TenantType::Company;
    bool sponsor = false;
    /// The only party that may stand here; empty = any of its type.
    std::string tenant_name;
    std::vector<FlowNode> nodes;    // of a company
    std::vector<Stamper> stampers;  // of a person
};

/// What a category says beyond its everyday settings.
struct CategoryPolicy {
    /// 收件流程: the nodes a company goes through when it receives a contract under this category.
    std::vector<FlowNode> intake;
    /// 查看人: who may look at contracts under this category without acting in them.
    std::vector<User> viewers;
    /// 认证方式: what `userAuthInfo` is compared with.
    IdentityCheck identity = IdentityCheck::IdCard;
    /// 短信设置: whether notices go out by SMS and mail.
    bool messages = true;
    /// 预设签署方 (`defineSignatories`): the parties of every contract under this category, in their order; empty = the
    /// request's.
    std::vector<PresetSignatory> signatories;
    /// 内部流程设置 (`defineSponsor`): the nodes of the initiator's own party; empty = the request's.
    std::vector<FlowNode> sponsor;
    /// Who may initiate contracts under this category; empty = every employee.
    std::vector<User> initiators;
    /// 文件主题按规则生成: makes a subject where the request has none. `{category}`, `{company}`, `{receiver}`,
    /// `{date}` and `{sn}` in it are replaced. Empty = the request must say it.
    std::string subject_rule;
    /// When copies go out, unless the request says it.
    std::optional<CopySendTime> copy_send_time;
    /// How long the signatures under this category shall last; nothing: as the installation has it.
    std::optional<SignatureLevel> level;
    /// What is asked of who signs without having seen every page.
    ReadingRule reading = ReadingRule::Warn;
    /// Years for which an ended contract is kept; 0: without end. Never less than the law wants.
    int retention_years = 0;
    /// Whoever drafts or signs under this category is told that the law may not accept it.
    ExcludedMatter excluded_matter = ExcludedMatter::None;
    /// 回调设置: who hears of its contracts where the request names nobody; empty = the application's.
    std::string callback_url;
    /// 文件模板: become documents of a contract when it is drafted under this category.
    std::vector<TemplateId> templates;
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
    CategoryPolicy policy;
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
    std::vector<User> users;  // who may use it besides the seal administrators
    UtcTime create_time;
    UtcTime modify_time;

    /// Whether an employee of the seal's company may use it.
    bool may_be_used_by(const Employee& employee) const;
};

}  // namespace signet::model
