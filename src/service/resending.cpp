#include "service/resending.hpp"

#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "service/draft_length.hpp"
#include "store/blobs.hpp"
#include "store/database.hpp"
#include "store/document_files.hpp"

#include <algorithm>
#include <utility>

namespace signet::service {

using model::Action;
using model::ActionStatus;
using model::Contract;
using model::ContractStatus;
using model::Document;
using model::Signatory;
using model::SignatoryStatus;

namespace {

bool ended_without_success(ContractStatus status) {
    return status == ContractStatus::Rejected || status == ContractStatus::Recalled ||
           status == ContractStatus::Expired || status == ContractStatus::ForceEnd ||
           status == ContractStatus::Invalided;
}

/// The places of the old contract that a new one's parties take over: from the same party, node by node.
void take_places(Signatory& fresh, const Signatory& old) {
    for (Action& action : fresh.actions) {
        if (!action.stampers.empty()) continue;
        const auto same = std::find_if(old.actions.begin(), old.actions.end(), [&](const Action& other) {
            return other.type == action.type && other.serial_no == action.serial_no;
        });
        if (same != old.actions.end()) action.stampers = same->stampers;
    }
}

void rename_documents(Signatory& party, const std::map<model::DocumentId, model::DocumentId>& ids) {
    for (Action& action : party.actions) {
        for (model::Stamper& stamper : action.stampers) {
            for (model::DocumentId& document : stamper.documents) {
                if (const auto found = ids.find(document); found != ids.end()) document = found->second;
            }
        }
    }
}

}  // namespace

Result<std::uint64_t> Resending::draft_length(const Document& document) const {
    if (document.draft_length != 0) return document.draft_length;
    if (document.revision_state.empty()) return document.length;
    // It was sent by a version that did not write the length down.
    const auto file = platform_.documents.read(document.stored(), 0, document.length);
    if (!file) return file.error();
    const auto blob = store::BlobId::from_hex(document.original_blob);
    const auto upload =
        blob && document.original_suffix == "pdf" ? platform_.blobs.read(*blob) : Result<Bytes>(Bytes());
    return first_length(*file, upload ? ByteView(*upload) : ByteView());
}

/// The bytes as they were before the contract was sent lie at the beginning of each file, which only grows.
Result<Resending::DocumentIds> Resending::copy_documents(Contract& contract) const {
    // Whoever wished the files away did not mean them to come back, even where they are not gone yet.
    if (contract.files_deleted)
        return fail(ErrorCode::DocumentRequired, "the files of " + to_string(contract.id) + " were deleted");
    DocumentIds ids;
    std::vector<Document> copies;
    for (const Document& old : contract.documents) {
        if (old.content_type != model::kContractContent) continue;
        const auto length = draft_length(old);
        if (!length) return fail(ErrorCode::DocumentRequired, "document " + to_string(old.id) + " is gone");
        const auto bytes = platform_.documents.read(old.stored(), 0, *length);
        if (!bytes) return fail(ErrorCode::DocumentRequired, "document " + to_string(old.id) + " is gone");
        Document copy = old;
        copy.id = platform_.ids.next<model::DocumentId>();
        const auto extent = platform_.documents.create(copy.id, *bytes);
        if (!extent) return extent.error();
        copy.create_time = platform_.clock.now();
        copy.length = extent->length;
        copy.sha256 = hex(extent->sha256);
        copy.draft_length = 0;
        copy.revision = 0;
        copy.signatures = 0;
        copy.revision_state.clear();
        copy.level.reset();
        copy.sealed_until.reset();
        copy.file = {};
        ids.emplace(old.id, copy.id);
        copies.push_back(std::move(copy));
    }
    if (copies.empty()) return fail(ErrorCode::DocumentRequired, "contract " + to_string(contract.id));
    contract.documents = std::move(copies);
    return ids;
}

/// The values of the call win over those of the old contract, in what is there and in what is still to be made.
Status Resending::fill_in(Contract& contract, const std::vector<model::ParamValue>& values) const {
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i].signatory && contract.find(values[i].signatory) == nullptr) {
            return invalid_parameter("templateParams[" + std::to_string(i) +
                                     "].signatoryId: the contract has no such party");
        }
        std::erase_if(contract.template_params,
                      [&](const model::ParamValue& before) { return before.name == values[i].name; });
        contract.template_params.push_back(values[i]);
    }
    for (Document& document : contract.documents) {
        const auto changed = set_values(document.params, values, "templateParams");
        if (!changed) return changed.error();
        if (!*changed) continue;
        if (const Status made = templates_.render(document); !made) return made;
    }
    return {};
}

/// The same party, as if it had just been named.
Status Resending::renew(Signatory& party, const DocumentIds& ids) const {
    const model::SignatoryId old = std::exchange(party.id, platform_.ids.next<model::SignatoryId>());
    // The numbers themselves are not kept, so the digests stay those of the first party.
    if (party.auth_info && !party.auth_info->digests_of) party.auth_info->digests_of = old;
    party.status = SignatoryStatus::Draft;
    party.receive_time.reset();
    party.complete_time.reset();
    for (Action& action : party.actions) {
        action.id = platform_.ids.next<model::ActionId>();
        action.status = ActionStatus::Init;
        action.places.clear();
        action.complete_time.reset();
        action.completed_by.reset();
        action.used_seal = {};
    }
    for (model::Attachment& attachment : party.attachments) {
        attachment.id = platform_.ids.next<model::AttachmentId>();
        attachment.blob.clear();
        attachment.file_name.clear();
        attachment.document = {};
    }
    rename_documents(party, ids);
    return {};
}

Status Resending::replace(Contract& contract, const model::Company& initiator, std::vector<Signatory> wanted,
                          const DocumentIds& ids) const {
    const std::vector<Signatory> old = std::exchange(contract.signatories, {});
    for (Signatory& signatory : wanted) {
        const auto position = static_cast<int>(contract.signatories.size());
        const std::string field = "signatories[" + std::to_string(position) + "]";
        auto party =
            drafting_.complete({initiator, contract.creator.has_value(), position, false}, std::move(signatory), field);
        if (!party) return party.error();
        const auto same = [&](const Signatory& other) { return drafting_.same_party(initiator, other, *party); };
        if (std::any_of(contract.signatories.begin(), contract.signatories.end(), same)) {
            return fail(ErrorCode::DuplicateSignatory, field + ": " + party->tenant_name);
        }
        if (const auto before = std::find_if(old.begin(), old.end(), same); before != old.end()) {
            take_places(*party, *before);
        }
        rename_documents(*party, ids);
        contract.signatories.push_back(std::move(*party));
    }
    return {};
}

Status Resending::override_fields(Contract& contract, const model::Company& initiator,
                                  const ResendCommand& command) const {
    const auto set = [](auto& field, const auto& value) {
        if (value) field = *value;
    };
    set(contract.subject, command.subject);
    set(contract.description, command.description);
    set(contract.ordinal, command.ordinal);
    set(contract.sign_flow_strategy, command.sign_flow_strategy);
    set(contract.copy_send_receivers, command.copy_send_receivers);
    set(contract.tags, command.tags);
    set(contract.related_contracts, command.related_contracts);
    set(contract.custom_fields, command.custom_fields);
    set(contract.business_data, command.business_data);
    set(contract.notify_sponsor, command.notify_sponsor);
    if (command.copy_send_time) contract.copy_send_time = command.copy_send_time;
    if (command.end_time) contract.end_time = platform_.zone.end_of_day(*command.end_time);
    if (command.creator) {
        const auto employee = directory_.employee(initiator.id, *command.creator);
        if (!employee) return fail(employee.error().code, "creator: " + employee.error().detail);
        contract.creator = command.creator;
        contract.creator->name = employee->name;
    }
    for (std::size_t i = 0; i < contract.copy_send_receivers.size(); ++i) {
        model::CopySendReceiver& copy = contract.copy_send_receivers[i];
        copy.create_time = platform_.clock.now();
        copy.sent = false;
        auto known = drafting_.resolved_receiver(initiator, copy.receiver,
                                                 "copySendReceivers[" + std::to_string(i) + "].receiver");
        if (!known) return known.error();
        copy.receiver = std::move(*known);
    }
    return {};
}

namespace {

/// Who fills in what was asked of a party is the new party; where the parties are others, the template tells.
void rename_fillers(Contract& contract, const std::vector<Signatory>& old) {
    const auto renamed = [&](model::SignatoryId& id) {
        const auto was = std::find_if(old.begin(), old.end(), [&](const Signatory& party) { return party.id == id; });
        const auto index = static_cast<std::size_t>(was - old.begin());
        const bool kept = was != old.end() && index < contract.signatories.size() &&
                          contract.signatories[index].tenant_name == was->tenant_name;
        id = kept ? contract.signatories[index].id : model::SignatoryId{};
    };
    for (model::ParamValue& value : contract.template_params)
        renamed(value.signatory);
    for (Document& document : contract.documents) {
        for (model::DocumentParam& param : document.params)
            renamed(param.signatory);
    }
}

}  // namespace

Result<ContractPointer> Resending::resend(const Caller& caller, const ResendCommand& command) {
    const auto found = book_.locate(caller, command.locator, Access::Initiator);
    if (!found) return found;
    const Contract& old = **found;
    if (!ended_without_success(old.status)) {
        return fail(ErrorCode::InvalidContractStatus,
                    "contract " + to_string(old.id) + " is " + std::string(to_wire(old.status)));
    }
    const auto initiator = directory_.company(old.company);
    if (!initiator) return fail(ErrorCode::CompanyNotFound, "company " + to_string(old.company));
    const auto category = directory_.category(old.category);
    if (!category) return category.error();

    const UtcTime now = platform_.clock.now();
    Contract contract = old;
    contract.application = caller.application.id;
    contract.biz_id = command.new_biz_id;
    contract.status = ContractStatus::Draft;
    contract.comments.clear();
    contract.remarks.clear();
    contract.cancellation.reset();
    contract.end_attachments.clear();
    contract.prepared_fields.clear();
    contract.publish_time.reset();
    contract.complete_time.reset();
    contract.create_time = now;
    contract.version = 0;
    if (const Status overridden = override_fields(contract, *initiator, command); !overridden)
        return overridden.error();
    contract.expire_time = command.expire_time;
    if (!contract.expire_time || *contract.expire_time <= now) {
        contract.expire_time = platform_.zone.end_of_day(now + std::chrono::hours(24) * category->expire_days);
    }
    const auto ids = copy_documents(contract);
    if (!ids) return ids.error();
    if (const Status filled = fill_in(contract, command.template_params); !filled) return filled.error();
    if (command.signatories) {
        const Status replaced = replace(contract, *initiator, *command.signatories, *ids);
        if (!replaced) return replaced.error();
    } else {
        for (Signatory& party : contract.signatories) {
            if (const Status renewed = renew(party, *ids); !renewed) return renewed.error();
        }
    }
    rename_fillers(contract, old.signatories);
    contract.id = platform_.ids.next<model::ContractId>();
    contract.sn = command.sn.empty() ? serial_number(platform_.zone, now, contract.id) : command.sn;

    Change change;
    change.event = "contract.drafted";
    change.actor = actor_of(caller);
    change.detail = R"({"again":")" + to_string(old.id) + "\"}";
    change.is_new = true;
    const auto made = book_.commit(std::move(contract), change);
    if (!made && store::violated_constraint(made.error()) == "contract_biz_id") {
        return fail(ErrorCode::DuplicateBizId, "newBizId: " + command.new_biz_id);
    }
    if (!made || !command.send) return made;
    SendCommand sending;
    sending.locator.contract = (*made)->id;
    return sending_.send(caller, sending);
}

}  // namespace signet::service
