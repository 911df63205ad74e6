#include "service/installation.hpp"

#include "crypto/key_vault.hpp"
#include "service/callback_sealing.hpp"
#include "service/organisation.hpp"
#include "service/signing_intent.hpp"
#include "store/callback_secrets.hpp"
#include "store/database.hpp"
#include "store/directory.hpp"

#include <filesystem>
#include <utility>

namespace signet::service {
namespace {

constexpr std::string_view kCompanyName = "示例科技（演示）有限公司";
constexpr std::string_view kSubCompanyName = "示例科技子公司（演示）有限公司";
constexpr std::string_view kLeaseTitle = "房屋租赁合同（演示）";
constexpr std::string_view kLegalPerson = "韩梅梅";
constexpr std::size_t kTokenLength = 10;
constexpr std::size_t kSecretLength = 30;

model::Employee employee(Platform& platform, model::CompanyId company, std::string name, std::string mobile,
                         std::string number, std::vector<std::string> roles) {
    model::Employee person;
    person.id = platform.ids.next<model::EmployeeId>();
    person.company = company;
    person.name = std::move(name);
    person.mobile = std::move(mobile);
    person.number = std::move(number);
    person.roles = std::move(roles);
    person.create_time = platform.clock.now();
    return person;
}

model::Seal seal(Platform& platform, model::CompanyId company, std::string name, std::string design,
                 std::string specification, model::SealType type) {
    model::Seal made;
    made.id = platform.ids.next<model::SealId>();
    made.company = company;
    made.name = std::move(name);
    made.type = type;
    made.design = std::move(design);
    made.specification = std::move(specification);
    made.create_time = made.modify_time = platform.clock.now();
    return made;
}

model::Category category(Platform& platform, model::CompanyId company, std::string name, bool primary, bool add_after) {
    model::Category made;
    made.id = platform.ids.next<model::CategoryId>();
    made.company = company;
    made.name = std::move(name);
    made.primary = primary;
    made.add_after_sending = add_after;
    made.create_time = made.modify_time = platform.clock.now();
    return made;
}

/// A sub-company that receives with a flow of its own, so that the rules for internal companies can be tried at once.
OrganisationPlan sub_company() {
    OrganisationPlan::Company company;
    company.name = kSubCompanyName;
    company.register_no = "91000000000000001X";
    company.parent = kCompanyName;
    company.employees = {{"演示员工丙", "13900000011", "", "E1001", {"SEAL_ADMIN"}, false},
                         {"演示员工丁", "13900000012", "", "E1002", {}, false}};
    OrganisationPlan::Seal official;
    official.name = "公章";
    OrganisationPlan::Seal legal;
    legal.name = "法定代表人章";
    legal.type = model::SealType::Lp;
    legal.person = "演示员工丙";
    company.seals = {official, legal};
    OrganisationPlan::Node approval;
    approval.type = model::ActionType::Audit;
    approval.name = "收件审批";
    approval.operators = {"E1002"};
    OrganisationPlan::Node sealing;
    sealing.type = model::ActionType::Company;
    sealing.name = "收件盖章";
    sealing.seals = {"公章"};
    sealing.operators = {"E1001"};
    OrganisationPlan::Category receiving;
    receiving.name = "收件审批盖章";
    receiving.viewers = {"E1002"};
    receiving.intake = {approval, sealing};
    company.categories = {receiving};
    return {{company}};
}

/// A template with a category of its own: what it makes can be tried at once. It needs LibreOffice only when used.
OrganisationPlan::Company with_lease(const std::filesystem::path& file) {
    OrganisationPlan::Company company;
    company.name = kCompanyName;
    OrganisationPlan::Template lease;
    lease.title = kLeaseTitle;
    lease.file = file;
    const auto blank = [&](std::string name, model::ParamType type, bool required, int party) -> model::TemplateParam& {
        model::TemplateParam& param = lease.params.emplace_back();
        param.name = std::move(name);
        param.type = type;
        param.required = required;
        param.party = party;
        return param;
    };
    using enum model::ParamType;
    blank("房屋地址", Text, true, 0);
    blank("月租金", Number, true, 0);
    blank("付款方式", Single, true, 0).options = {"按月支付", "按季支付"};
    blank("物品", Table, false, 0);
    blank("承租人", Text, true, 1);
    blank("身份证号", IdCard, true, 1).description = "15 或 18 位";
    blank("起租日", Date, true, 1);
    blank("备注", Textarea, false, 1);
    company.templates = {lease};
    OrganisationPlan::Category category;
    category.name = "房屋租赁（模板）";
    category.templates = {lease.title};
    company.categories = {category};
    return company;
}

/// The contract that a first start leaves waiting for a person.
Result<std::string> play_contract(DemoTools& tools, const Caller& caller, const Demonstration& demo,
                                  const std::filesystem::path& contract_pdf) {
    const model::User person{"李雷", "13800000002", model::ContactType::Mobile};
    DraftCommand draft;
    draft.contract.subject = "软件服务合同（演示）";
    draft.category.id = demo.category;
    model::Signatory company;
    company.tenant_type = model::TenantType::Company;
    company.tenant_name = demo.company_name;
    model::Action sealing;
    sealing.type = model::ActionType::Company;
    sealing.seals = {demo.seal};
    company.actions = {sealing};
    model::Signatory receiver;
    receiver.tenant_type = model::TenantType::Personal;
    receiver.tenant_name = person.name;
    receiver.receiver = person;
    draft.contract.signatories = {company, receiver};
    const auto contract = tools.drafting.draft(caller, std::move(draft));
    if (!contract) return contract.error();

    AddFileCommand file;
    file.locator.contract = (*contract)->id;
    file.title = "软件服务合同";
    file.files = {{contract_pdf, std::filesystem::file_size(contract_pdf), "pdf"}};
    const auto document = tools.drafting.add_file(caller, file);
    if (!document) return document.error();

    const auto& parties = (*contract)->signatories;
    const auto keyword = [&](model::StamperType type, std::string text, double x, double y) {
        model::Stamper stamper;
        stamper.type = type;
        stamper.documents = {*document};
        stamper.keyword = std::move(text);
        stamper.offset_x = x;
        stamper.offset_y = y;
        return stamper;
    };
    model::Stamper across;
    across.type = model::StamperType::AcrossPage;
    across.documents = {*document};
    across.offset_y = 0.45;
    model::Stamper date = keyword(model::StamperType::Timestamp, "甲方日期", 0.12, -0.005);
    date.date_pattern = model::DatePattern::Chinese;
    date.width = 32;
    SendCommand send;
    send.locator.contract = (*contract)->id;
    const model::ActionId node = parties[0].actions[0].id;
    send.stampers = {{keyword(model::StamperType::Company, "甲方（盖章）", 0.02, -0.08), node, {}},
                     {date, node, {}},
                     {across, node, {}},
                     {keyword(model::StamperType::Personal, "乙方（签字）", 0.02, -0.06), {}, parties[1].id}};
    if (const auto sent = tools.sending.send(caller, send); !sent) return sent.error();
    SealSignCommand sign;
    sign.locator.contract = (*contract)->id;
    if (const Status done = tools.signing.company_sign(caller, sign); !done) return done.error();

    PageCommand page;
    page.locator.contract = (*contract)->id;
    page.user = person;
    page.hide_reject = false;
    page.lifetime = std::chrono::days(30);
    return tools.links.page_url(caller, page);
}

}  // namespace

Result<bool> is_empty(Platform& platform) {
    const auto companies =
        platform.database.read([](store::Connection& connection) { return store::directory::companies(connection); });
    if (!companies) return companies.error();
    return companies->empty();
}

Result<Demonstration> make_demonstration(Platform& platform, DemoTools tools,
                                         const std::filesystem::path& contract_pdf) {
    const model::CompanyId company_id = platform.ids.next<model::CompanyId>();
    const model::Company company{company_id, std::string(kCompanyName), "91000000000000000X", true,
                                 {},         platform.clock.now()};
    const model::Seal official =
        seal(platform, company_id, "公章", company_seal_design("UNIVERSAL_SEAL", kCompanyName, ""), "CIRCULAR_42",
             model::SealType::Enterprise);
    const model::Seal contract_seal = seal(platform, company_id, "合同专用章",
                                           company_seal_design("SPECIAL_SEAL_WITHSTAR", kCompanyName, "合同专用章"),
                                           "CIRCULAR_42", model::SealType::Enterprise);
    const model::Seal legal =
        seal(platform, company_id, "法定代表人章", name_seal_design(kLegalPerson), "SQUARE_20_20", model::SealType::Lp);
    const model::Category primary = category(platform, company_id, "默认业务分类", true, false);
    const model::Category open = category(platform, company_id, "可追加签署方", false, true);

    store::directory::StoredApplication stored;
    model::Application& application = stored.application;
    application.id = platform.ids.next<model::ApplicationId>();
    application.company = company_id;
    application.name = "演示业务系统";
    application.token = random_token(kTokenLength);
    application.create_time = platform.clock.now();
    const std::string secret = random_token(kSecretLength);
    stored.wrapped_secret = platform.vault.seal(secret, application_secret_context(application.id));

    const store::callback_secrets::Owner callbacks{store::callback_secrets::OwnerKind::Application,
                                                   application.id.value};
    const std::string callback_secret = random_token(kCallbackSecretLength);

    const Status written = platform.database.write([&](store::Transaction& transaction) -> Status {
        using store::directory::insert;
        if (const Status done = insert(transaction, company); !done) return done;
        const std::vector<std::string> all_roles{"SYSTEM_ADMIN", "SEAL_ADMIN", "TEMPLATE_ADMIN"};
        for (const model::Employee& person :
             {employee(platform, company_id, std::string(kLegalPerson), "13900000001", "E0001", all_roles),
              employee(platform, company_id, "演示员工甲", "10000000001", "E0002", {"SEAL_ADMIN"}),
              employee(platform, company_id, "演示员工乙", "10000000000", "E0003", {})}) {
            if (const Status done = insert(transaction, person); !done) return done;
        }
        for (const model::Seal& made : {official, contract_seal, legal}) {
            if (const Status done = insert(transaction, made); !done) return done;
        }
        for (const model::Category& made : {primary, open}) {
            if (const Status done = insert(transaction, made); !done) return done;
        }
        if (const Status done = insert(transaction, stored); !done) return done;
        const Status kept = store::callback_secrets::put(
            transaction, {callbacks, platform.vault.seal(callback_secret, callback_secret_context(callbacks)), {}});
        if (!kept) return kept;
        return note_agreement(transaction, application.id, application.create_time);
    });
    if (!written) return written.error();
    OrganisationPlan plan = sub_company();
    const std::filesystem::path lease = contract_pdf.parent_path() / "template-lease.html";
    if (std::filesystem::exists(lease)) plan.companies.push_back(with_lease(lease));
    const auto applied = apply_organisation(platform, tools.directory, plan);
    if (!applied) return applied.error();

    Demonstration demo;
    demo.app_token = application.token;
    demo.app_secret = secret;
    demo.callback_secret = callback_secret;
    demo.company_name = company.name;
    demo.sub_company_name = kSubCompanyName;
    demo.seal = official.id;
    demo.category = open.id;
    const auto caller = tools.directory.caller(application.token);
    if (!caller) return fail(ErrorCode::Internal, "the demo application is not there");
    auto url = play_contract(tools, *caller, demo, contract_pdf);
    if (!url) return url.error();
    demo.sign_url = std::move(*url);
    return demo;
}

}  // namespace signet::service
