#include "service/operation_log.hpp"

#include "base/text.hpp"
#include "service/deliveries.hpp"
#include "store/audit.hpp"
#include "store/database.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <boost/json.hpp>

namespace signet::service {

namespace json = boost::json;
using model::Contract;
using model::Signatory;
using model::User;

namespace {

struct Wording {
    std::string_view event;
    std::string_view text;
};

/// What the log's words mean to people; an event that is not here shows its own word.
constexpr std::array kWordings{
    Wording{kPageOpened, "查看合同"},
    Wording{kDownloaded, "下载合同"},
    Wording{kPrinted, "打印合同"},
    Wording{"contract.drafted", "创建合同草稿"},
    Wording{"contract.modified", "修改合同"},
    Wording{"contract.sent", "发起合同"},
    Wording{"contract.approved", "审批通过"},
    Wording{"contract.rejected", "拒签合同"},
    Wording{"contract.recalled", "撤回合同"},
    Wording{"contract.deleted", "删除合同"},
    Wording{"contract.force_ended", "强制结束合同"},
    Wording{"contract.delayed", "延长签署截止时间"},
    Wording{"contract.reminded", "催签"},
    Wording{"contract.expired", "合同过期"},
    Wording{"contract.completed", "合同完成"},
    Wording{"contract.copied", "抄送合同"},
    Wording{"contract.resent", "重新发起合同"},
    Wording{"contract.filled", "填写参数"},
    Wording{"cancellation.started", "发起作废"},
    Wording{"cancellation.refused", "拒绝作废"},
    Wording{"cancellation.expired", "作废逾期"},
    Wording{"contract.watermarked", "添加水印"},
    Wording{"document.added", "添加合同文档"},
    Wording{"document.signed", "签署合同"},
    Wording{"document.unfinished", "撤销未完成的签署"},
    Wording{"signatory.added", "添加签署方"},
    Wording{"signatory.edited", "修改签署方"},
    Wording{"signatory.joined", "加入签署"},
    Wording{"operators.edited", "修改签署人"},
    Wording{"stampers.placed", "指定签署位置"},
    Wording{"attachment.uploaded", "上传附件"},
    Wording{"attachment.added", "添加合同附件"},
    Wording{"code.sent", "发送签署验证码"},
    Wording{"contract.read", "阅读合同全文"},
    Wording{"signing.intended", "确认签署意愿"},
    Wording{"identity.viewed", "查看身份信息"},
    Wording{"identity.proven", "核验身份"},
    Wording{"identity.mismatch", "身份核验不一致"},
    Wording{kMessageSent, "发出通知"},
    Wording{kMessageUndeliverable, "通知未能发出"},
    Wording{kCallbackUndeliverable, "回调未能送达"},
};

/// Entries that prove what somebody did, that he was told, or that somebody looked at who he is.
constexpr std::array<std::string_view, 7> kProofs{"code.sent",           "contract.read", "signing.intended",
                                                  "identity.viewed",     kMessageSent,    kMessageUndeliverable,
                                                  kCallbackUndeliverable};

std::string describe_event(const std::string& event) {
    const auto found = std::find_if(kWordings.begin(), kWordings.end(),
                                    [&](const Wording& wording) { return wording.event == event; });
    return found == kWordings.end() ? event : std::string(found->text);
}

OperationKind kind_of(std::string_view event) {
    if (event == kPageOpened) return OperationKind::View;
    if (event == kDownloaded) return OperationKind::Download;
    if (event == kPrinted) return OperationKind::Print;
    return OperationKind::Modify;
}

json::object object_of(const std::string& detail) {
    json::error_code error;
    json::value value = json::parse(detail, error);
    return !error && value.is_object() ? std::move(value.get_object()) : json::object();
}

std::string text_of(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::string title_of(const Contract& contract, std::string_view id) {
    const auto number = parse_id(id);
    const model::Document* document = number ? contract.find(model::DocumentId{*number}) : nullptr;
    return document == nullptr ? std::string() : "《" + document->title + "》";
}

/// Why it was done, in the words of whoever did it. They lie in the contract alone: what the log holds is there for
/// good.
std::string reason_of(const Contract& contract, std::string_view event, const json::object& detail) {
    const auto said_with = [&](std::string_view member) {
        const auto about = parse_id(text_of(detail, member));
        return about ? contract.remark(*about) : std::string();
    };
    if (event == "contract.approved" || event == "cancellation.refused") return said_with("action");
    if (event == "cancellation.started") return said_with("document");
    // Each of these is the end, so the contract's comments are about it.
    const bool is_end = event == "contract.rejected" || event == "contract.recalled" || event == "contract.force_ended";
    return is_end ? contract.comments : std::string();
}

/// What an entry says besides its event: the documents it is about, what was asked for.
std::string describe_detail(const Contract& contract, const json::object& detail) {
    std::string words;
    const auto add = [&](const std::string& word) {
        if (!word.empty()) words += (words.empty() ? "" : "、") + word;
    };
    add(title_of(contract, text_of(detail, "document")));
    if (const json::value* documents = detail.if_contains("documents")) {
        if (documents->is_object()) {
            for (const auto& [id, hash] : documents->get_object())
                add(title_of(contract, std::string_view(id.data(), id.size())));
        } else if (documents->is_array()) {
            for (const json::value& id : documents->get_array()) {
                if (id.is_string()) add(title_of(contract, std::string_view(id.get_string())));
            }
        }
    }
    add(text_of(detail, "items"));
    add(text_of(detail, "reason"));
    if (const std::string deadline = text_of(detail, "deadline"); !deadline.empty()) add("截止时间 " + deadline);
    return words;
}

/// Somebody the contract knows, and the company or person he acts for.
struct Person {
    const User* user = nullptr;
    std::string tenant;
};

/// Those that somebody may know: all of them for the initiator, its copies for nobody else.
std::vector<Person> people_of(const Contract& contract, bool for_initiator) {
    std::vector<Person> people;
    if (contract.creator) people.push_back({&*contract.creator, contract.tenant_name});
    for (const Signatory& party : contract.signatories) {
        if (!party.receiver.empty()) people.push_back({&party.receiver, party.tenant_name});
        for (const model::Action& action : party.actions) {
            if (action.completed_by) people.push_back({&*action.completed_by, party.tenant_name});
            for (const User& user : action.operators)
                people.push_back({&user, party.tenant_name});
        }
    }
    if (!for_initiator) return people;
    for (const model::CopySendReceiver& copy : contract.copy_send_receivers)
        people.push_back({&copy.receiver, copy.name});
    return people;
}

/// The log holds masked contacts alone. One that fits a single person of the contract names him.
void name_user(const Contract& contract, const LogReader& reader, std::string_view masked, Operation& operation) {
    operation.contact = masked;
    std::set<std::string> contacts;
    for (const Person& person : people_of(contract, reader.is_initiator())) {
        if (mask_contact(person.user->contact) != masked) continue;
        contacts.insert(person.user->contact);
        if (contacts.size() > 1) {
            operation.operator_name.clear();
            operation.tenant_name.clear();
            operation.contact = masked;
            return;
        }
        operation.contact = person.user->contact;
        if (operation.operator_name.empty()) operation.operator_name = person.user->name;
        if (operation.tenant_name.empty()) operation.tenant_name = person.tenant;
    }
    if (operation.operator_name.empty() && !contacts.empty()) operation.operator_name = operation.tenant_name;
}

void name_actor(const Contract& contract, const Directory& directory, const LogReader& reader, const std::string& actor,
                Operation& operation) {
    constexpr std::string_view kUser = "user:";
    constexpr std::string_view kApplication = "application:";
    if (actor.starts_with(kUser))
        return name_user(contract, reader, std::string_view(actor).substr(kUser.size()), operation);
    if (actor.starts_with(kApplication)) {
        const auto caller = directory.caller(std::string_view(actor).substr(kApplication.size()));
        const bool known =
            caller && (reader.is_initiator() || directory.same_group(caller->company.id, reader.company));
        operation.operator_name = known ? caller->application.name : "业务系统";
        operation.tenant_name = caller ? caller->company.name : contract.tenant_name;
        return;
    }
    operation.operator_name = actor == "reader" ? "持浏览链接者" : "系统";
}

/// Whether a contact is that of somebody who acts for the reader's own companies.
bool is_own(const Contract& contract, const Directory& directory, const LogReader& reader, std::string_view contact) {
    if (reader.is_initiator()) return true;
    return std::any_of(contract.signatories.begin(), contract.signatories.end(), [&](const Signatory& party) {
        if (!directory.same_group(reader.company, party.company)) return false;
        if (party.receiver.contact == contact) return true;
        return std::any_of(party.actions.begin(), party.actions.end(), [&](const model::Action& action) {
            return action.completed_by && action.completed_by->contact == contact;
        });
    });
}

/// What an approver noted is for his own company.
bool may_know_note(const Contract& contract, const Directory& directory, const LogReader& reader,
                   const json::object& detail) {
    const auto node = parse_id(text_of(detail, "action"));
    const Signatory* party = node ? contract.owner(model::ActionId{*node}) : nullptr;
    return party != nullptr &&
           directory.same_group(reader.is_initiator() ? contract.company : reader.company, party->company);
}

Operation operation_of(const Contract& contract, const Directory& directory, const LogReader& reader,
                       const store::AuditEntry& entry) {
    Operation operation;
    operation.id = entry.sequence;
    operation.kind = kind_of(entry.record.event);
    operation.event = entry.record.event;
    operation.description = describe_event(entry.record.event);
    operation.time = entry.record.time;
    operation.record = entry.record.detail;
    operation.hash = hex(entry.hash);
    const json::object detail = object_of(entry.record.detail);
    operation.detail = describe_detail(contract, detail);
    const bool is_note = entry.record.event == "contract.approved";
    if (!is_note || may_know_note(contract, directory, reader, detail))
        operation.reason = reason_of(contract, entry.record.event, detail);
    name_actor(contract, directory, reader, entry.record.actor, operation);
    // Who acted is a party's node in many entries, which says more than a masked contact.
    const auto node = parse_id(text_of(detail, "action"));
    const Signatory* owner = node ? contract.owner(model::ActionId{*node}) : nullptr;
    if (owner != nullptr) {
        operation.tenant_name = owner->tenant_name;
        const model::Action* action = contract.find(model::ActionId{*node});
        const bool by_user = entry.record.actor.starts_with("user:");
        if (by_user && action->completed_by) {
            operation.operator_name = action->completed_by->name;
            operation.contact = action->completed_by->contact;
        }
    }
    const auto party = parse_id(text_of(detail, "signatory"));
    const Signatory* named = party ? contract.find(model::SignatoryId{*party}) : nullptr;
    if (named != nullptr && operation.kind != OperationKind::Modify) operation.tenant_name = named->tenant_name;
    if (!is_own(contract, directory, reader, operation.contact)) operation.contact = mask_contact(operation.contact);
    return operation;
}

}  // namespace

std::string_view to_wire(OperationKind kind) {
    constexpr std::array<std::string_view, 4> kWords{"VIEW", "MODIFY", "DOWNLOAD", "PRINT"};
    return kWords[static_cast<std::size_t>(kind)];
}

std::string_view title_of(OperationKind kind) {
    constexpr std::array<std::string_view, 4> kTitles{"查看", "操作", "下载", "打印"};
    return kTitles[static_cast<std::size_t>(kind)];
}

Result<Page<Operation>> OperationLog::list(const Contract& contract, const std::vector<OperationKind>& kinds,
                                           const Paging& paging, const LogReader& reader) const {
    const auto wants = [&](OperationKind kind) {
        return kinds.empty() || std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
    };
    store::AuditChoice choice;
    choice.offset = paging.offset;
    choice.limit = paging.limit;
    // What is not reading is a change: either name what is wanted, or leave out what is not.
    choice.all_but_these = wants(OperationKind::Modify);
    const std::array readings{std::pair{OperationKind::View, kPageOpened},
                              std::pair{OperationKind::Download, kDownloaded},
                              std::pair{OperationKind::Print, kPrinted}};
    for (const auto& [kind, event] : readings) {
        if (wants(kind) != choice.all_but_these) choice.events.emplace_back(event);
    }
    // What proves an operation is none: the report has it, this list does not.
    if (choice.all_but_these) choice.events.insert(choice.events.end(), kProofs.begin(), kProofs.end());
    const auto found = platform_.database.read(
        [&](store::Connection& connection) { return store::latest_audit(connection, contract.id, choice); });
    if (!found) return found.error();
    Page<Operation> page;
    page.total = found->total;
    for (const store::AuditEntry& entry : found->entries)
        page.items.push_back(operation_of(contract, directory_, reader, entry));
    return page;
}

Result<std::vector<Operation>> OperationLog::all(const Contract& contract) const {
    constexpr std::size_t kMost = 20'000;
    std::vector<Operation> operations;
    std::int64_t after = 0;
    while (operations.size() < kMost) {
        const auto page = platform_.database.read(
            [&](store::Connection& connection) { return store::list_audit(connection, contract.id, after, 500); });
        if (!page) return page.error();
        if (page->empty()) break;
        for (const store::AuditEntry& entry : *page)
            operations.push_back(operation_of(contract, directory_, {}, entry));
        after = page->back().sequence;
    }
    return operations;
}

Status OperationLog::record(const Contract& contract, std::string_view event, const std::string& actor,
                            const std::string& detail) const {
    const store::AuditRecord record{platform_.clock.now(), actor, contract.id, std::string(event), detail};
    return platform_.database.write([&](store::Transaction& transaction) -> Status {
        const auto logged = store::append_audit(transaction, record);
        if (!logged) return logged.error();
        return {};
    });
}

std::string detail_of_documents(const std::vector<model::DocumentId>& documents) {
    json::array ids;
    for (const model::DocumentId id : documents)
        ids.push_back(json::string(to_string(id)));
    return json::serialize(json::object{{"documents", std::move(ids)}});
}

std::string detail_of_items(std::string_view items) {
    return json::serialize(json::object{{"items", json::string(items)}});
}

}  // namespace signet::service
