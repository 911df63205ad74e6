#include "service/cancelling.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "convert/converter.hpp"
#include "model/cancellation.hpp"
#include "model/transitions.hpp"
#include "store/audit.hpp"
#include "store/blobs.hpp"
#include "store/contracts.hpp"
#include "store/database.hpp"
#include "store/document_files.hpp"

#include <algorithm>
#include <chrono>
#include <fcntl.h>
#include <limits>
#include <set>
#include <system_error>
#include <utility>

namespace signet::service {

using model::Action;
using model::ActionStatus;
using model::ActionType;
using model::Call;
using model::Cancellation;
using model::Contract;
using model::Document;
using model::Permission;
using model::Signatory;
using model::SignatoryStatus;
using model::Stamper;
using model::StamperType;

namespace {

constexpr int kMostTries = 3;
constexpr std::size_t kMostEndAttachments = 100;

Error wrong_status(const Contract& contract) {
    return fail(ErrorCode::InvalidContractStatus,
                "contract " + to_string(contract.id) + " is " + std::string(to_wire(contract.status)));
}

Status may_start(const Contract& contract) {
    if (model::permission(Call::Invalid, contract.status) == Permission::StartCancellation) return {};
    return wrong_status(contract);
}

/// A file in the making, gone at the end.
class ScratchFile {
  public:
    ScratchFile(const std::filesystem::path& folder, std::string_view suffix)
        : path_(folder / ("cancellation-" + random_token(24) + std::string(suffix))) {}
    ScratchFile(const ScratchFile&) = delete;
    ScratchFile& operator=(const ScratchFile&) = delete;
    ~ScratchFile() {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

/// How strongly a node speaks for its company: one signature a party is enough to cancel.
int weight(ActionType type) {
    switch (type) {
        case ActionType::Company:
            return 5;
        case ActionType::Lp:
            return 4;
        case ActionType::Practice:
            return 3;
        case ActionType::Personal:
            return 2;
        case ActionType::Operator:
            return 1;
        case ActionType::Audit:
            return 0;
    }
    return 0;
}

/// The node by which a party signed the contract and shall sign its cancellation; null when it only approved.
const Action* signing_node(const Signatory& party) {
    const Action* best = nullptr;
    for (const Action& action : party.actions) {
        if (weight(action.type) == 0 || action.status != ActionStatus::Finish) continue;
        if (best == nullptr || weight(action.type) > weight(best->type)) best = &action;
    }
    return best;
}

std::string name_of(ActionType type) {
    return type == ActionType::Personal || type == ActionType::Operator ? "签署作废协议" : "作废协议签章";
}

Action cancelling_node(IdGenerator& ids, ActionType type) {
    Action node;
    node.id = ids.next<model::ActionId>();
    node.type = type;
    node.name = name_of(type);
    return node;
}

bool seals(const Signatory& party) {
    const ActionType type = party.actions.front().type;
    return type == ActionType::Company || type == ActionType::Practice || (type == ActionType::Lp && party.company);
}

StamperType stamper_type(ActionType type) {
    if (type == ActionType::Company || type == ActionType::Practice) return StamperType::Company;
    return type == ActionType::Lp ? StamperType::Lp : StamperType::Personal;
}

/// The cancellation file and its signers as a contract of their own, for what finds places and readies fields.
Contract alone(const Contract& contract, const Cancellation& cancellation) {
    Contract file;
    file.id = contract.id;
    file.company = contract.company;
    file.tenant_name = contract.tenant_name;
    file.documents = {*contract.find(cancellation.document)};
    file.signatories = cancellation.parties;
    return file;
}

/// The initiator signs by its application, in the name of whoever handles the contract.
SigningAct initiators_act(const Caller& caller, const Contract& contract, const Signatory& initiator,
                          model::SealId seal) {
    SigningAct act;
    act.action = initiator.actions.front().id;
    act.by = initiator.receiver;
    if (act.by.empty() && contract.creator) act.by = *contract.creator;
    if (act.by.empty()) act.by.name = contract.tenant_name;
    act.actor = actor_of(caller);
    act.factor = "application";
    act.intent.consent = &application_agreement();
    act.intent.factor_id = to_string(caller.application.id);
    act.seal = seal;
    return act;
}

bool same_files(const Contract& a, const Contract& b) {
    return std::equal(a.documents.begin(), a.documents.end(), b.documents.begin(), b.documents.end(),
                      [](const Document& x, const Document& y) { return x.id == y.id && x.sha256 == y.sha256; });
}

std::vector<model::CopySendReceiver> each_contact_once(const std::vector<model::CopySendReceiver>& receivers) {
    std::vector<model::CopySendReceiver> kept;
    std::set<std::pair<model::ContactType, std::string>> seen;
    for (const model::CopySendReceiver& receiver : receivers) {
        if (receiver.receiver.empty()) continue;
        if (seen.emplace(receiver.receiver.contact_type, receiver.receiver.contact).second) kept.push_back(receiver);
    }
    return kept;
}

}  // namespace

Result<ContractPointer> Cancelling::locate(const Caller& caller, const Locator& locator) const {
    auto found = tools_.book.locate(caller, locator, Access::Initiator);
    if (!found && found.error().code == ErrorCode::ContractNotFound) {
        return fail(ErrorCode::ContractToInvalidNotFound, found.error().detail);
    }
    return found;
}

std::vector<Signatory> Cancelling::signers(const Contract& contract) const {
    IdGenerator& ids = tools_.platform.ids;
    std::vector<Signatory> parties;
    bool has_initiator = false;
    const bool is_alone = contract.signatories.size() == 1;
    for (const Signatory& signatory : contract.signatories) {
        const Action* node = signing_node(signatory);
        if (!signatory.sponsor && (is_alone || signatory.status != SignatoryStatus::Signed || node == nullptr))
            continue;
        Signatory copy = signatory;
        copy.attachments.clear();
        copy.receive_time = copy.complete_time = std::nullopt;
        // The initiator cancels with its seal, in whatever way it signed.
        Action own = cancelling_node(ids, signatory.sponsor ? ActionType::Company : node->type);
        if (node != nullptr && node->type == own.type) {
            own.operators = node->operators;
            own.seals = node->seals;
        }
        own.implicit = signatory.tenant_type == model::TenantType::Personal;
        copy.actions = {std::move(own)};
        has_initiator = has_initiator || signatory.sponsor;
        parties.push_back(std::move(copy));
    }
    if (has_initiator) return parties;
    Signatory initiator;
    initiator.id = ids.next<model::SignatoryId>();
    initiator.tenant_name = contract.tenant_name;
    initiator.company = contract.company;
    initiator.sponsor = true;
    if (contract.creator) initiator.receiver = *contract.creator;
    initiator.actions = {cancelling_node(ids, ActionType::Company)};
    parties.insert(parties.begin(), std::move(initiator));
    return parties;
}

Result<model::SealId> Cancelling::initiators_seal(const Contract& contract, model::SealId wanted) const {
    for (const Signatory& signatory : contract.signatories) {
        for (const Action& action : signatory.actions) {
            const bool sealed = signatory.sponsor && action.type == ActionType::Company && action.used_seal;
            if (sealed && !wanted) wanted = action.used_seal;
        }
    }
    if (!wanted) {
        return invalid_parameter("sealId: is required, because the initiator has not sealed this contract");
    }
    const auto usable = tools_.directory.usable_seal(contract.company, wanted);
    if (!usable) return usable.error();
    return wanted;
}

CancellationPaper Cancelling::paper_for(const Contract& contract, const Cancellation& cancellation) const {
    const TimeZone& zone = tools_.platform.zone;
    CancellationPaper paper;
    paper.subject = contract.subject;
    paper.sn = contract.sn;
    paper.contract_id = to_string(contract.id);
    paper.initiator = contract.tenant_name;
    paper.reason = cancellation.reason;
    if (contract.complete_time) paper.complete_time = zone.format(*contract.complete_time);
    if (cancellation.expire_time) paper.deadline = zone.format(*cancellation.expire_time);
    for (const Document& document : contract.documents) {
        if (!document.is_cancellation()) paper.files.push_back({document.title, document.sha256});
    }
    for (const Signatory& party : cancellation.parties)
        paper.signers.push_back({party.tenant_name, party.sponsor, seals(party)});
    return paper;
}

Result<Document> Cancelling::write_file(const Contract& contract, const Cancellation& cancellation) const {
    const ScratchFile file(tools_.scratch, ".docx");
    const Status written = write_cancellation_paper(paper_for(contract, cancellation), file.path());
    if (!written) return written.error();
    std::error_code error;
    const std::uint64_t size = std::filesystem::file_size(file.path(), error);
    if (error) return fail(ErrorCode::StorageFailed, "the cancellation file: " + error.message());
    auto document = tools_.drafting.make_document({{file.path(), size, "docx"}}, "作废协议");
    // Nothing the caller said is at fault when our own paper cannot be printed.
    if (!document) return fail(ErrorCode::Unavailable, "the cancellation file: " + describe(document.error()));
    return document;
}

/// Seals and signatures hang under the words that announce them, the date stands beside its own.
Status Cancelling::place_by_marks(Contract& file, const CancellationPaper& paper) const {
    constexpr double kBelowTheMark = 6;
    constexpr double kRightOfTheMark = 24;
    constexpr double kBesideTheDate = 62;
    constexpr double kAboveTheLine = 2;
    constexpr int kDateWidth = 30;
    const model::PageSize page = file.documents.front().pages.front();
    std::vector<StamperOfAction> stampers;
    for (std::size_t i = 0; i < file.signatories.size(); ++i) {
        const Signatory& party = file.signatories[i];
        const Action& node = party.actions.front();
        Stamper stamper;
        stamper.type = stamper_type(node.type);
        stamper.documents = {file.documents.front().id};
        stamper.keyword = signing_mark(paper.signers[i], i + 1);
        // What the contract's own names and reasons say stands before the part for signatures.
        stamper.keyword_index = -1;
        if (!node.seals.empty()) stamper.seal = node.seals.front();
        const auto size = tools_.places.image_size(file, stamper, node, party);
        if (!size) return size.error();
        stamper.seal = {};
        stamper.offset_x = kRightOfTheMark / page.width;
        stamper.offset_y = -(size->height - kBelowTheMark) / page.height;
        stampers.push_back({stamper, &node, &party, "cancellation"});
        Stamper date;
        date.type = StamperType::Timestamp;
        date.documents = stamper.documents;
        date.keyword = date_mark(i + 1);
        date.keyword_index = -1;
        date.offset_x = kBesideTheDate / page.width;
        date.offset_y = kAboveTheLine / page.height;
        date.width = kDateWidth;
        stampers.push_back({date, &node, &party, "cancellation"});
    }
    const auto places = tools_.places.find(file, stampers, true);
    if (!places) return places.error();
    for (const auto& [action, found] : *places)
        file.find(action)->places = found;
    return {};
}

Status Cancelling::place_by_stampers(Contract& file, const OwnFileCommand& command) const {
    std::vector<StamperOfAction> stampers;
    for (std::size_t i = 0; i < command.stampers.size(); ++i) {
        const BoundStamper& bound = command.stampers[i];
        const std::string field = "stampers[" + std::to_string(i) + "]";
        if (!bound.signatory) return invalid_parameter(field + ".signatoryId: is required");
        const Signatory* party = file.find(bound.signatory);
        if (party == nullptr) {
            return invalid_parameter(field + ".signatoryId: is no party that signs the cancellation");
        }
        StamperOfAction item{bound.stamper, &party->actions.front(), party, field};
        // Whatever document is named, there is only the cancellation file to be signed.
        item.stamper.documents = {file.documents.front().id};
        stampers.push_back(std::move(item));
    }
    const auto places = tools_.places.find(file, stampers, command.locate_all);
    if (!places) return places.error();
    for (const auto& [action, found] : *places)
        file.find(action)->places = found;
    return {};
}

void Cancelling::discard(model::DocumentId document) const {
    if (!tools_.platform.documents.remove(document)) spdlog::warn("document {} stays on disk", to_string(document));
}

/// Makes the document the contract's cancellation file, with a field for each signer, and gives them the turn; a file
/// that comes to nothing is gone afterwards.
Status Cancelling::begin(const Caller& caller, const Contract& before, Document document, Cancellation& cancellation,
                         const FindPlaces& find_places) {
    document.content_type = model::kCancellationContent;
    document.sort = std::numeric_limits<int>::max();
    Contract contract = before;
    contract.documents.push_back(std::move(document));
    Contract file = alone(contract, cancellation);
    const auto commit = [&]() -> Status {
        if (const Status placed = find_places(file); !placed) return placed;
        if (const Status frozen = tools_.signing.freeze(file); !frozen) return frozen;
        cancellation.parties = file.signatories;
        *contract.find(cancellation.document) = file.documents.front();
        contract.prepared_fields.insert(contract.prepared_fields.end(), file.prepared_fields.begin(),
                                        file.prepared_fields.end());
        Change change;
        change.event = "cancellation.started";
        change.actor = actor_of(caller);
        change.detail = R"({"document":")" + to_string(cancellation.document) + R"(","sha256":")" +
                        file.documents.front().sha256 + "\"}";
        auto events = model::start_cancellation(contract, cancellation, tools_.platform.clock.now());
        if (!events) return events.error();
        change.events = std::move(*events);
        const auto committed = tools_.book.commit(std::move(contract), change);
        return committed ? Status() : Status(committed.error());
    };
    const Status begun = commit();
    if (!begun) discard(cancellation.document);
    return begun;
}

Status Cancelling::recall(const Caller& caller, const Contract& before, const InvalidCommand& command) {
    Contract contract = before;
    auto events = model::recall(contract, command.reason, tools_.platform.clock.now());
    if (!events) return events.error();
    contract.files_deleted = command.delete_files;
    Change change;
    change.event = "contract.recalled";
    change.actor = actor_of(caller);
    change.events = std::move(*events);
    const auto committed = tools_.book.commit(std::move(contract), change);
    if (!committed) return committed.error();
    return {};
}

Status Cancelling::invalid(const Caller& caller, const InvalidCommand& command) {
    const auto found = locate(caller, command.locator);
    if (!found) return found.error();
    {
        const ContractLock held = tools_.book.lock((*found)->id);
        const auto fresh = tools_.book.find(held);
        if (!fresh) return fresh.error();
        switch (model::permission(Call::Invalid, (*fresh)->status)) {
            case Permission::Delete: {
                Change change;
                change.event = "contract.deleted";
                change.actor = actor_of(caller);
                return tools_.book.remove(**fresh, change);
            }
            case Permission::Recall:
                return recall(caller, **fresh, command);
            case Permission::StartCancellation:
                break;
            default:
                return wrong_status(**fresh);
        }
    }
    return cancel(caller, *found, command);
}

/// Writing the file takes a moment and is done without the lock; whoever changed the contract's files meanwhile makes
/// it be written anew.
Status Cancelling::cancel(const Caller& caller, const ContractPointer& found, const InvalidCommand& command) {
    Cancellation cancellation;
    cancellation.reason = command.reason;
    cancellation.delete_files = command.delete_files;
    const UtcTime now = tools_.platform.clock.now();
    if (command.expire_day) {
        const UtcTime last = tools_.platform.zone.end_of_day(*command.expire_day);
        const auto longest = std::chrono::hours(24) * (365 * model::kLongestCancellationYears + 1);
        if (last < now) return invalid_parameter("expireTime: lies in the past");
        if (last > tools_.platform.zone.end_of_day(now + longest))
            return invalid_parameter("expireTime: lies more than three years ahead");
        cancellation.expire_time = last;
    }
    for (int tries = 0; tries < kMostTries; ++tries) {
        const auto before = tools_.book.find(found->id);
        if (!before) return before.error();
        if (const Status allowed = may_start(**before); !allowed) return allowed;
        const auto seal = initiators_seal(**before, command.seal);
        if (!seal && (command.auto_sign || command.seal)) return seal.error();
        cancellation.parties = signers(**before);
        if ((*before)->signatories.size() == 1) cancellation.receivers = each_contact_once(command.receivers);
        for (Signatory& party : cancellation.parties) {
            if (party.sponsor && seal) party.actions.front().seals = {*seal};
        }
        auto document = write_file(**before, cancellation);
        if (!document) return document.error();
        const model::DocumentId id = document->id;

        const ContractLock held = tools_.book.lock(found->id);
        const auto fresh = tools_.book.find(held);
        if (!fresh || !may_start(**fresh) || !same_files(**before, **fresh)) {
            discard(id);
            if (!fresh) return fresh.error();
            if (const Status allowed = may_start(**fresh); !allowed) return allowed;
            continue;
        }
        cancellation.document = id;
        const Status started = begin(caller, **fresh, std::move(*document), cancellation, [&](Contract& file) {
            return place_by_marks(file, paper_for(**fresh, cancellation));
        });
        if (!started) return started;
        if (!command.auto_sign) return {};
        const auto initiator = std::find_if(cancellation.parties.begin(), cancellation.parties.end(),
                                            [](const Signatory& party) { return party.sponsor; });
        const SigningAct act = initiators_act(caller, **fresh, *initiator, *seal);
        if (const auto done = tools_.signing.sign(held, act); !done) {
            spdlog::warn("contract {}: the initiator's signature on the cancellation failed: {}", to_string(found->id),
                         for_log(describe(done.error())));
        }
        return {};
    }
    return fail(ErrorCode::Conflict, "contract " + to_string(found->id) + " changed meanwhile");
}

Status Cancelling::with_file(const Caller& caller, const OwnFileCommand& command, const Upload& upload) {
    if (upload.size > tools_.platform.upload_limit) return fail(ErrorCode::UploadTooLarge, "file");
    return with_document(caller, command, [&](const Contract&) {
        return tools_.drafting.make_document({upload}, command.title.empty() ? "作废文件" : command.title);
    });
}

Status Cancelling::with_document(const Caller& caller, const OwnFileCommand& command, const MakeDocument& make) {
    const auto found = locate(caller, command.locator);
    if (!found) return found.error();
    if (const Status allowed = may_start(**found); !allowed) return allowed;
    auto document = make(**found);
    if (!document) return document.error();
    const model::DocumentId id = document->id;

    const ContractLock held = tools_.book.lock((*found)->id);
    const auto fresh = tools_.book.find(held);
    if (!fresh || !may_start(**fresh)) {
        discard(id);
        return fresh ? may_start(**fresh) : Status(fresh.error());
    }
    Cancellation cancellation;
    cancellation.document = id;
    cancellation.reason = command.reason;
    cancellation.delete_files = command.delete_files;
    cancellation.parties = signers(**fresh);
    if ((*fresh)->signatories.size() == 1) cancellation.receivers = each_contact_once(command.receivers);
    const auto seal = initiators_seal(**fresh, {});
    for (Signatory& party : cancellation.parties) {
        if (party.sponsor && seal) party.actions.front().seals = {*seal};
    }
    return begin(caller, **fresh, std::move(*document), cancellation,
                 [&](Contract& file) { return place_by_stampers(file, command); });
}

Status Cancelling::with_template(const Caller& caller, const OwnFileCommand& command, model::TemplateId id,
                                 const std::vector<model::ParamValue>& values) {
    return with_document(caller, command, [&](const Contract& contract) -> Result<Document> {
        const auto source = tools_.templates.usable(contract.company, id);
        if (!source) return source.error();
        auto made =
            tools_.templates.make_document(*source, command.title.empty() ? source->title : command.title, values);
        if (!made) return made.error();
        std::string missing;
        for (const model::DocumentParam& param : made->params) {
            if (param.param.required && param.value.empty())
                missing += (missing.empty() ? "" : ", ") + param.param.name;
        }
        if (missing.empty()) return made;
        discard(made->id);
        return fail(ErrorCode::ParametersMissing, "templateParams: " + missing);
    });
}

Status Cancelling::sign(const Caller& caller, const CancellationSignCommand& command) {
    const auto found = locate(caller, command.locator);
    if (!found) return found.error();
    const ContractLock held = tools_.book.lock((*found)->id);
    const auto fresh = tools_.book.find(held);
    if (!fresh) return fresh.error();
    if (const Status allowed = model::check(Call::InvalidSign, (*fresh)->status); !allowed) return allowed;
    const Cancellation& cancellation = *(*fresh)->running_cancellation();
    const auto initiator = std::find_if(cancellation.parties.begin(), cancellation.parties.end(),
                                        [](const Signatory& party) { return party.sponsor; });
    if (initiator == cancellation.parties.end() || initiator->actions.front().status != ActionStatus::Start) {
        return fail(ErrorCode::NotSignStep, "the initiator has signed the cancellation");
    }
    const Action& node = initiator->actions.front();
    model::SealId wanted = command.seal;
    if (!wanted && node.seals.size() == 1) wanted = node.seals.front();
    const auto seal = initiators_seal(**fresh, wanted);
    if (!seal) return seal.error();

    SigningAct act = initiators_act(caller, **fresh, *initiator, *seal);
    const Contract file = alone(**fresh, cancellation);
    std::vector<StamperOfAction> stampers;
    for (std::size_t i = 0; i < command.stampers.size(); ++i) {
        StamperOfAction item{command.stampers[i], &node, &*initiator, "stampers[" + std::to_string(i) + "]"};
        if (!item.stamper.seal) item.stamper.seal = *seal;
        if (item.stamper.documents.empty()) item.stamper.documents = {cancellation.document};
        const auto usable = tools_.directory.usable_seal((*fresh)->company, item.stamper.seal);
        if (!usable) return usable.error();
        stampers.push_back(std::move(item));
    }
    if (!stampers.empty()) {
        auto places = tools_.places.find(file, stampers, command.locate_all);
        if (!places) return places.error();
        act.more_places = std::move((*places)[node.id]);
    }
    if (const auto done = tools_.signing.sign(held, act); !done) return done.error();
    return {};
}

Result<model::AttachmentId> Cancelling::add_end_attachment(const Caller& caller, const Locator& locator,
                                                           const std::string& title, const Upload& upload) {
    const auto found = tools_.book.locate(caller, locator, Access::Initiator);
    if (!found) return found.error();
    if ((*found)->status != model::ContractStatus::ForceEnd) return wrong_status(**found);
    if (upload.size > tools_.platform.upload_limit) return fail(ErrorCode::UploadTooLarge, "file");
    // Converted only to know that it is a file of the types taken: what comes out again is what was handed in.
    const FileDescriptor file(::open(upload.file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return fail(ErrorCode::StorageFailed, "the upload cannot be read back");
    const auto readable = tools_.platform.converter.to_pdf(file.get(), upload.size, upload.suffix);
    if (!readable) return readable.error();
    const auto blob = tools_.platform.blobs.put_file(upload.file);
    if (!blob) return blob.error();

    const ContractLock held = tools_.book.lock((*found)->id);
    const auto fresh = tools_.book.find(held);
    if (!fresh) return fresh.error();
    if ((*fresh)->status != model::ContractStatus::ForceEnd) return wrong_status(**fresh);
    if ((*fresh)->end_attachments.size() >= kMostEndAttachments)
        return invalid_parameter("file: a contract takes at most 100 attachments after its end");
    Contract contract = **fresh;
    model::Attachment& attachment = contract.end_attachments.emplace_back();
    attachment.id = tools_.platform.ids.next<model::AttachmentId>();
    attachment.title = title;
    attachment.blob = blob->hex();
    attachment.file_name = title + "." + to_lower(upload.suffix);
    const model::AttachmentId id = attachment.id;
    Change change;
    change.event = "attachment.added";
    change.actor = actor_of(caller);
    change.detail = R"({"attachment":")" + to_string(id) + R"(","sha256":")" + blob->hex() + "\"}";
    const auto committed = tools_.book.commit(std::move(contract), change);
    if (!committed) return committed.error();
    return id;
}

Status Cancelling::remove_deleted_files(std::size_t limit) {
    const auto noted = tools_.platform.database.read(
        [&](store::Connection& connection) { return store::contracts::noted_removals(connection, limit); });
    if (!noted) return noted.error();
    for (const model::DocumentId document : *noted) {
        if (const Status removed = tools_.platform.documents.remove(document); !removed) return removed;
        const Status struck = tools_.platform.database.write(
            [&](store::Transaction& transaction) { return store::contracts::strike_removal(transaction, document); });
        if (!struck) return struck;
    }
    return {};
}

}  // namespace signet::service
