#include "service/drafting.hpp"

#include "base/file_descriptor.hpp"
#include "base/text.hpp"
#include "convert/converter.hpp"
#include "crypto/key_vault.hpp"
#include "model/flow.hpp"
#include "model/placing.hpp"
#include "model/transitions.hpp"
#include "pdf/document.hpp"
#include "pdf/signatures.hpp"
#include "render/page_engine.hpp"
#include "sandbox/file.hpp"
#include "store/blobs.hpp"
#include "store/database.hpp"
#include "store/document_files.hpp"

#include <algorithm>
#include <fcntl.h>
#include <set>
#include <utility>

namespace signet::service {

using model::Action;
using model::ActionStatus;
using model::ActionType;
using model::Call;
using model::Company;
using model::Contract;
using model::Document;
using model::Signatory;
using model::TenantType;
using model::User;

namespace {

constexpr std::size_t kMostDocuments = 100;
constexpr std::size_t kMostSignatories = 200;

/// A person who is a party himself only signs; `PERSONAL` among a company's nodes approves and signs.
std::string_view default_name(const Action& action) {
    if (action.implicit) return "个人签字";
    switch (action.type) {
        case ActionType::Company:
            return "企业签章";
        case ActionType::Operator:
            return "经办人签字";
        case ActionType::Lp:
            return "法定代表人签字";
        case ActionType::Audit:
            return "审批";
        case ActionType::Personal:
            return "审批并签字";
        case ActionType::Practice:
            return "个人执业章";
    }
    return "";
}

bool looks_like_mobile(std::string_view text) {
    if (!text.empty() && text.front() == '+') text.remove_prefix(1);
    return text.size() >= 5 && text.size() <= 20 &&
           std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || c == '-'; });
}

bool looks_like_mail(std::string_view text) {
    const std::size_t at = text.find('@');
    return at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
           text.find('@', at + 1) == std::string_view::npos &&
           text.find_first_of(" \t\r\n<>,;") == std::string_view::npos;
}

/// A number for showing: its first three and last four places.
std::string masked(const std::string& number) {
    constexpr std::size_t kFirst = 3;
    constexpr std::size_t kLast = 4;
    if (number.size() < kFirst + kLast + 1) return std::string(number.size(), '*');
    return number.substr(0, kFirst) + std::string(number.size() - kFirst - kLast, '*') +
           number.substr(number.size() - kLast);
}

}  // namespace

std::string serial_number(const TimeZone& zone, UtcTime now, model::ContractId id) {
    const CivilTime day = zone.to_civil(now);
    const std::string tail = std::to_string(100'000'000 + (id.value >> 2) % 100'000'000).substr(1);
    return std::to_string(day.year * 10'000 + day.month * 100 + day.day) + tail;
}

std::string actor_of(const Caller& caller) {
    return "application:" + caller.application.token;
}
std::string actor_of(const User& user) {
    return "user:" + mask_contact(user.contact);
}

Status Drafting::check_user(const User& user, const std::string& field) const {
    if (user.contact.empty()) return invalid_parameter(field + ".contact: is required");
    if (user.contact_type == model::ContactType::Mobile && !looks_like_mobile(user.contact)) {
        return invalid_parameter(field + ".contact: is not a mobile number");
    }
    if (user.contact_type == model::ContactType::Email && !looks_like_mail(user.contact)) {
        return invalid_parameter(field + ".contact: is not a mail address");
    }
    return {};
}

Result<User> Drafting::resolved_receiver(const Company& company, User receiver, const std::string& field) const {
    if (const Status sound = check_user(receiver, field); !sound) return sound.error();
    const bool internal_kind =
        receiver.contact_type == model::ContactType::EmployeeId || receiver.contact_type == model::ContactType::Number;
    if (!internal_kind) return receiver;
    const auto employee = directory_.employee(company.id, receiver);
    if (!employee) return fail(employee.error().code, field + ": " + employee.error().detail);
    if (receiver.name.empty()) receiver.name = employee->name;
    return receiver;
}

Status Drafting::check_actions(const Setting& setting, const Signatory& signatory, const std::string& field) const {
    const bool internal = directory_.same_group(setting.initiator.id, signatory.company);
    int index = 0;
    for (const Action& action : signatory.actions) {
        const std::string path = field + ".actions[" + std::to_string(index++) + "]";
        if (internal && action.type == ActionType::Audit && action.operators.empty()) {
            return fail(ErrorCode::ActionOperatorsRequired, path + ".corpOperators");
        }
        if (action.type == ActionType::Practice && !signatory.sponsor)
            return invalid_parameter(path + ".type: PRACTICE is for the initiator's own nodes");
        const bool has_handler =
            !signatory.receiver.empty() || (signatory.sponsor && setting.has_creator) || signatory.awaits_joining();
        if (action.type == ActionType::Operator && !has_handler) return fail(ErrorCode::OperatorRequired, path);
        for (const model::SealId seal : action.seals) {
            const auto usable = directory_.usable_seal(signatory.company, seal);
            if (!usable) return fail(usable.error().code, path + ": " + usable.error().detail);
        }
        for (std::size_t i = 0; i < action.stampers.size(); ++i) {
            const std::string place = path + ".stampers[" + std::to_string(i) + "]";
            if (const Status listed = model::check_listed_seal(action, action.stampers[i], place); !listed)
                return listed;
        }
        for (std::size_t i = 0; internal && i < action.operators.size(); ++i) {
            const std::string who = path + ".corpOperators[" + std::to_string(i) + "]";
            if (const Status sound = check_user(action.operators[i], who); !sound) return sound;
            const auto employee = directory_.employee(signatory.company, action.operators[i]);
            if (!employee) return fail(employee.error().code, who + ": " + employee.error().detail);
        }
    }
    return {};
}

Status Drafting::protect_auth_info(Signatory& signatory, const std::string& field) const {
    if (!signatory.auth_info) return {};
    model::UserAuthInfo& info = *signatory.auth_info;
    const std::string path = field + ".userAuthInfo";
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto is_letter_or_digit = [&](char c) {
        return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    };
    const auto all = [](const std::string& text, const auto& suits) {
        return std::all_of(text.begin(), text.end(), suits);
    };
    info.id_card_no = trim(info.id_card_no);
    const bool card_fits = info.id_card_no.size() == 15 || info.id_card_no.size() == 18;
    if (!info.id_card_no.empty() && !(card_fits && all(info.id_card_no, is_letter_or_digit))) {
        return invalid_parameter(path + ".idCardNo: has 15 or 18 letters and digits");
    }
    std::erase(info.bank_no, ' ');
    if (!info.bank_no.empty() && (info.bank_no.size() < 8 || !all(info.bank_no, is_digit))) {
        return invalid_parameter(path + ".bankNo: is not a bank card number");
    }
    if (!info.bank_mobile.empty() && !looks_like_mobile(info.bank_mobile)) {
        return invalid_parameter(path + ".bankMobile: is not a mobile number");
    }
    info.id_card_no_masked = masked(info.id_card_no);
    info.bank_no_masked = masked(info.bank_no);
    info.bank_mobile_masked = masked(info.bank_mobile);
    for (std::string* number : {&info.id_card_no, &info.bank_no, &info.bank_mobile}) {
        if (!number->empty()) *number = identity_digest(platform_, signatory.id, *number);
    }
    return {};
}

std::string identity_digest(const Platform& platform, model::SignatoryId party, std::string_view number) {
    std::string bare;
    for (const char c : number) {
        if (c != ' ' && c != '-') bare += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return hex(platform.vault.lookup_digest(bare, "user-auth-info/" + to_string(party)));
}

bool Drafting::same_party(const Company& initiator, const Signatory& a, const Signatory& b) const {
    if (model::same_party(a, b)) return true;
    const bool persons = a.tenant_type == TenantType::Personal && b.tenant_type == TenantType::Personal;
    if (!persons || a.awaits_joining() || b.awaits_joining() || a.tenant_name != b.tenant_name) return false;
    return directory_.same_person({initiator.id}, a.receiver, b.receiver);
}

void Drafting::number_nodes(Signatory& signatory) const {
    int order = 0;
    for (Action& action : signatory.actions) {
        if (!action.id) action.id = platform_.ids.next<model::ActionId>();
        if (action.name.empty()) action.name = std::string(default_name(action));
        if (action.serial_no < 0) action.serial_no = order;
        ++order;
    }
}

Result<Signatory> Drafting::complete(const Setting& setting, Signatory signatory, const std::string& field) const {
    const bool is_company = signatory.tenant_type == TenantType::Company;
    if (!is_company && signatory.tenant_name.empty()) signatory.tenant_name = signatory.receiver.name;
    if (signatory.tenant_name.empty() && !signatory.delay_set)
        return invalid_parameter(field + ".tenantName: is required");

    signatory.id = platform_.ids.next<model::SignatoryId>();
    signatory.status = model::SignatoryStatus::Draft;
    std::optional<Company> own;
    if (is_company) own = directory_.company_on_record(signatory.tenant_name);
    signatory.company = own ? own->id : model::CompanyId{};
    signatory.sponsor = is_company && own && own->id == setting.initiator.id;
    if (signatory.serial_no == 0) signatory.serial_no = setting.position + 1;

    const bool needs_receiver = !signatory.sponsor && !signatory.delay_set;
    if (!signatory.receiver.empty() || needs_receiver) {
        auto receiver = resolved_receiver(own.value_or(setting.initiator), signatory.receiver, field + ".receiver");
        if (!receiver) return receiver.error();
        signatory.receiver = std::move(*receiver);
        if (!is_company && signatory.receiver.name.empty()) signatory.receiver.name = signatory.tenant_name;
    }

    if (!is_company) {
        Action only;
        only.type = ActionType::Personal;
        only.implicit = true;
        if (!signatory.actions.empty()) only.stampers = signatory.actions.front().stampers;
        signatory.actions = {std::move(only)};
    }
    if (is_company && signatory.sponsor && signatory.actions.empty()) {
        return fail(ErrorCode::ActionRequired, field + ".actions");
    }
    const Status settled = intake_.settle(setting.initiator, signatory, setting.gives_default_flow, field);
    if (!settled) return settled.error();
    number_nodes(signatory);
    for (model::Attachment& attachment : signatory.attachments)
        attachment.id = platform_.ids.next<model::AttachmentId>();
    if (const Status sound = check_actions(setting, signatory, field); !sound) return sound.error();
    if (const Status sound = protect_auth_info(signatory, field); !sound) return sound.error();
    return signatory;
}

Result<ContractPointer> Drafting::find_existing(const Caller& caller, const Company& company, const Contract& wanted) {
    if (wanted.id) {
        auto found = book_.locate(caller, {wanted.id, {}, {}}, Access::Initiator);
        if (!found) return found;
        if (!model::check(Call::Draft, (*found)->status)) {
            return fail(ErrorCode::InvalidContractStatus, "id: contract is " + std::string(to_wire((*found)->status)));
        }
        return found;
    }
    if (wanted.biz_id.empty()) return ContractPointer();
    auto found = book_.locate(caller, {{}, wanted.biz_id, company.name}, Access::Initiator);
    if (!found && found.error().code == ErrorCode::ContractNotFound) return ContractPointer();
    if (!found) return found;
    if (!model::check(Call::Draft, (*found)->status)) return fail(ErrorCode::DuplicateBizId, "bizId: " + wanted.biz_id);
    return found;
}

Result<ContractPointer> Drafting::draft(const Caller& caller, DraftCommand command) {
    Contract& contract = command.contract;
    const auto company = directory_.company(caller, contract.tenant_name);
    if (!company) return company.error();
    const auto category = directory_.category(company->id, command.category);
    if (!category) return category.error();
    if (contract.subject.empty() && category->policy.subject_rule.empty())
        return invalid_parameter("subject: is required");
    if (contract.signatories.size() > kMostSignatories) return invalid_parameter("signatories: too many");
    if (contract.creator && !contract.creator->empty()) {
        const auto employee = directory_.employee(company->id, *contract.creator);
        if (!employee) return fail(employee.error().code, "creator: " + employee.error().detail);
        contract.creator->name = employee->name;
    } else {
        contract.creator.reset();
    }
    if (const Status may = presets_.check_initiator(*category, contract.creator); !may) return may.error();
    if (const Status preset = presets_.apply(*category, *company, contract.signatories); !preset) return preset.error();

    contract.tenant_name = company->name;
    contract.company = company->id;
    contract.application = caller.application.id;
    contract.category = category->id;
    contract.category_name = category->name;
    if (!contract.copy_send_time) contract.copy_send_time = category->policy.copy_send_time;
    // Contract before category before application (spec §6.28). Settled now: whoever hears of a contract hears of all
    // that becomes of it.
    if (contract.callback_url.empty()) contract.callback_url = category->policy.callback_url;
    if (contract.callback_url.empty()) contract.callback_url = caller.application.callback_url;
    contract.status = model::ContractStatus::Draft;
    std::vector<Signatory> parties;
    for (Signatory& signatory : contract.signatories) {
        const auto position = static_cast<int>(parties.size());
        const std::string field = "signatories[" + std::to_string(position) + "]";
        auto completed =
            complete({*company, contract.creator.has_value(), position, false}, std::move(signatory), field);
        if (!completed) return completed.error();
        const bool twice = std::any_of(parties.begin(), parties.end(),
                                       [&](const Signatory& other) { return same_party(*company, other, *completed); });
        if (twice) return fail(ErrorCode::DuplicateSignatory, field + ": " + completed->tenant_name);
        parties.push_back(std::move(*completed));
    }
    contract.signatories = std::move(parties);

    // A deadline that has passed already cannot be meant; like a missing one it becomes the category's.
    const UtcTime now = platform_.clock.now();
    if (!contract.expire_time || *contract.expire_time <= now) {
        contract.expire_time = platform_.zone.end_of_day(now + std::chrono::hours(24) * category->expire_days);
    }
    if (contract.end_time) contract.end_time = platform_.zone.end_of_day(*contract.end_time);
    for (std::size_t i = 0; i < contract.copy_send_receivers.size(); ++i) {
        model::CopySendReceiver& copy = contract.copy_send_receivers[i];
        copy.create_time = now;
        auto known =
            resolved_receiver(*company, copy.receiver, "copySendReceivers[" + std::to_string(i) + "].receiver");
        if (!known) return known.error();
        copy.receiver = std::move(*known);
    }

    Change change;
    change.event = "contract.drafted";
    change.actor = actor_of(caller);
    // A second try follows when somebody else has just taken the same bizId: then there is a draft to write over.
    for (int attempt = 0; attempt < 3; ++attempt) {
        const auto existing = find_existing(caller, *company, contract);
        if (!existing) return existing.error();
        Contract copy = contract;
        if (*existing == nullptr) {
            copy.id = platform_.ids.next<model::ContractId>();
            copy.create_time = now;
            if (copy.sn.empty()) copy.sn = serial_number(platform_.zone, now, copy.id);
            if (copy.subject.empty()) copy.subject = Presets::subject(*category, copy, platform_.zone, now);
            if (const Status settled = settle_templates(copy, *category, {}); !settled) return settled.error();
            change.is_new = true;
            auto committed = book_.commit(std::move(copy), change);
            if (committed || store::violated_constraint(committed.error()) != "contract_biz_id") return committed;
            continue;
        }
        const ContractLock held = book_.lock((*existing)->id);
        const auto fresh = book_.find(held);
        if (!fresh) return fresh;
        if (!model::check(Call::Draft, (*fresh)->status)) return find_existing(caller, *company, contract);
        copy.id = (*fresh)->id;
        copy.create_time = (*fresh)->create_time;
        copy.documents = (*fresh)->documents;
        copy.attachments = (*fresh)->attachments;
        copy.watermarks = (*fresh)->watermarks;
        copy.version = (*fresh)->version;
        if (copy.biz_id.empty()) copy.biz_id = (*fresh)->biz_id;
        if (copy.sn.empty()) copy.sn = (*fresh)->sn;
        if (copy.subject.empty()) copy.subject = Presets::subject(*category, copy, platform_.zone, now);
        if (const Status settled = settle_templates(copy, *category, (*fresh)->category); !settled)
            return settled.error();
        change.is_new = false;
        return book_.commit(std::move(copy), change);
    }
    return fail(ErrorCode::DuplicateBizId, "bizId: " + contract.biz_id);
}

namespace {

/// A file that came with signatures gets new fields when it is signed. What its certification forbids is better said
/// now than when others have signed already.
Status check_signed_upload(ByteView content) {
    const auto parsed = pdf::Document::open(content);
    if (!parsed) return parsed.error();
    if (const Status fit = pdf::check_signable(*parsed); !fit) return fit;
    const auto fields = pdf::list_signature_fields(*parsed);
    if (!fields) return fields.error();
    const bool is_certified = std::any_of(fields->begin(), fields->end(), [](const pdf::SignatureField& field) {
        return field.value && field.value->certification_level > 0;
    });
    if (is_certified)
        return fail(ErrorCode::SigningForbidden, "the document is certified: no visible field may be added");
    return {};
}

}  // namespace

Result<Document> Drafting::make_document(const std::vector<Upload>& files, const std::string& title) const {
    std::vector<FileDescriptor> open_files;
    std::vector<convert::SourceFile> sources;
    for (const Upload& upload : files) {
        const FileDescriptor& file = open_files.emplace_back(::open(upload.file.c_str(), O_RDONLY | O_CLOEXEC));
        if (!file) return fail(ErrorCode::StorageFailed, "the upload cannot be read back");
        sources.push_back({file.get(), upload.size, upload.suffix});
    }
    const auto converted = platform_.converter.to_one_pdf(sources);
    if (!converted) return converted.error();
    if (converted->had_signatures) {
        if (const Status fit = check_signed_upload(converted->pdf); !fit) return fit.error();
    }
    const auto memory = sandbox::memory_file(converted->pdf);
    if (!memory) return memory.error();
    const auto sizes = platform_.pages.page_sizes({memory->get(), converted->pdf.size()});
    if (!sizes) return sizes.error();

    Document document;
    for (const Upload& upload : files) {
        const auto blob = platform_.blobs.put_file(upload.file);
        if (!blob) return blob.error();
        document.original_blob += (document.original_blob.empty() ? "" : ",") + blob->hex();
        document.original_suffix += (document.original_suffix.empty() ? "" : ",") + to_lower(upload.suffix);
    }
    document.id = platform_.ids.next<model::DocumentId>();
    document.title = title;
    document.create_time = platform_.clock.now();
    document.signed_before = converted->had_signatures;
    for (const render::PageSize& page : *sizes)
        document.pages.push_back({page.width, page.height});
    const auto extent = platform_.documents.create(document.id, converted->pdf);
    if (!extent) return extent.error();
    document.length = extent->length;
    document.sha256 = hex(extent->sha256);
    return document;
}

Result<model::DocumentId> Drafting::add_file(const Caller& caller, const AddFileCommand& command) {
    auto found = book_.locate(caller, command.locator, Access::Initiator);
    if (!found) return found.error();
    if (const Status allowed = model::check(Call::AddDocument, (*found)->status); !allowed) return allowed.error();
    if (command.title.empty()) return invalid_parameter("title: is required");
    if (command.files.empty()) return invalid_parameter("files: at least one is required");
    std::uint64_t size = 0;
    for (const Upload& upload : command.files)
        size += upload.size;
    if (size > platform_.upload_limit) return fail(ErrorCode::UploadTooLarge, "file");

    auto made = make_document(command.files, command.title);
    if (!made) return made.error();
    Document document = std::move(*made);

    const ContractLock held = book_.lock((*found)->id);
    found = book_.find(held);
    if (!found) return found.error();
    if (const Status allowed = model::check(Call::AddDocument, (*found)->status); !allowed) return allowed.error();
    Contract contract = **found;
    const model::DocumentId id = document.id;
    Change change;
    change.event = "document.added";
    change.actor = actor_of(caller);
    change.detail = R"({"document":")" + to_string(id) + R"(","sha256":")" + document.sha256 + R"(","original":")" +
                    document.original_blob + "\"}";
    const Status taken = take_in(contract, std::move(document), command.sort, command.stampers, command.stamper_rule);
    if (!taken) return taken.error();

    const auto committed = book_.commit(std::move(contract), change);
    if (!committed) return committed.error();
    return id;
}

Status put_document(Contract& contract, Document document, std::optional<int> sort) {
    if (contract.documents.size() >= kMostDocuments)
        return invalid_parameter("file: a contract holds at most 100 documents");
    if (document.signed_before && !contract.watermarks.empty()) {
        return fail(ErrorCode::SigningForbidden, "file: it is signed, and the contract's watermarks would break that");
    }
    int last = -1;
    for (const Document& other : contract.documents)
        last = std::max(last, other.sort);
    document.sort = sort.value_or(last + 1);
    contract.documents.push_back(std::move(document));
    std::stable_sort(contract.documents.begin(), contract.documents.end(),
                     [](const Document& a, const Document& b) { return a.sort < b.sort; });
    return {};
}

Status take_in(Contract& contract, Document document, std::optional<int> sort, std::vector<BoundStamper> stampers,
               const std::optional<model::StamperRule>& rule) {
    for (BoundStamper& bound : stampers) {
        if (bound.stamper.documents.empty()) bound.stamper.documents = {document.id};
    }
    if (const Status put = put_document(contract, std::move(document), sort); !put) return put;
    if (const Status bound = bind_stampers(contract, stampers, "stampers", false); !bound) return bound;
    if (rule) contract.stamper_rule = rule;
    return {};
}

Status Drafting::settle_templates(Contract& contract, const model::Category& category, model::CategoryId before) const {
    const std::vector<model::TemplateId>& wanted = category.policy.templates;
    const auto is_in = [](const std::vector<model::TemplateId>& list, model::TemplateId id) {
        return id && std::find(list.begin(), list.end(), id) != list.end();
    };
    if (before && before != category.id) {
        const auto old = directory_.category(before);
        std::erase_if(contract.documents, [&](const Document& one) {
            return old && is_in(old->policy.templates, one.template_id) && !is_in(wanted, one.template_id);
        });
    }
    for (Document& document : contract.documents) {
        const auto changed = set_values(document.params, contract.template_params, "templateParams");
        if (!changed) return changed.error();
        if (!*changed) continue;
        if (const Status made = templates_.render(document); !made) return made;
    }
    for (const model::TemplateId id : wanted) {
        const bool there = std::any_of(contract.documents.begin(), contract.documents.end(),
                                       [&](const Document& one) { return one.template_id == id; });
        if (there) continue;
        const auto source = templates_.usable(contract.company, id);
        if (!source) return fail(ErrorCode::CategoryBroken, "a template of the category cannot be used");
        auto made = templates_.make_document(*source, source->title, contract.template_params);
        if (!made) return made.error();
        if (const Status put = put_document(contract, std::move(*made), std::nullopt); !put) return put;
    }
    return {};
}

Status bind_stampers(Contract& contract, const std::vector<BoundStamper>& stampers, const std::string& field,
                     bool replace) {
    std::set<model::ActionId> touched;
    int index = 0;
    for (const BoundStamper& bound : stampers) {
        const std::string path = field + "[" + std::to_string(index++) + "]";
        Action* action = nullptr;
        if (bound.action) {
            action = contract.find(bound.action);
            if (action == nullptr) return invalid_parameter(path + ".actionId: the contract has no such node");
        } else if (bound.signatory) {
            Signatory* signatory = contract.find(bound.signatory);
            if (signatory == nullptr) return invalid_parameter(path + ".signatoryId: the contract has no such party");
            if (signatory->tenant_type == TenantType::Company && signatory->actions.size() != 1) {
                return invalid_parameter(path + ".actionId: is required for the places of a company");
            }
            action = &signatory->actions.front();
        } else {
            return invalid_parameter(path + ": actionId or signatoryId is required");
        }
        if (replace && touched.insert(action->id).second) action->stampers.clear();
        action->stampers.push_back(bound.stamper);
    }
    return {};
}

}  // namespace signet::service
