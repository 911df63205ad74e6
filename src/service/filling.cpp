#include "service/filling.hpp"

#include "model/filling.hpp"
#include "model/transitions.hpp"

#include <algorithm>
#include <utility>

namespace signet::service {

using model::Contract;
using model::ContractStatus;
using model::Document;
using model::DocumentParam;
using model::ParamValue;

namespace {

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names)
        text += (text.empty() ? "" : ", ") + name;
    return text;
}

const DocumentParam* param_of(const Contract& contract, model::SignatoryId party, const std::string& name) {
    for (const Document& document : contract.documents) {
        for (const DocumentParam& one : document.params) {
            const model::Signatory* who = model::filler(contract, one);
            if (one.param.name == name && who != nullptr && who->id == party) return &one;
        }
    }
    return nullptr;
}

}  // namespace

Result<model::DocumentId> Filling::add_template(const Caller& caller, const AddTemplateCommand& command) {
    auto found = book_.locate(caller, command.locator, Access::Initiator);
    if (!found) return found.error();
    if (const Status allowed = model::check(model::Call::AddDocument, (*found)->status); !allowed)
        return allowed.error();
    if (command.title.empty()) return invalid_parameter("title: is required");
    for (std::size_t i = 0; i < command.values.size(); ++i) {
        const ParamValue& value = command.values[i];
        if (value.signatory && (*found)->find(value.signatory) == nullptr) {
            return invalid_parameter("templateParams[" + std::to_string(i) +
                                     "].signatoryId: the contract has no such party");
        }
    }
    // What the draft brought along serves where this call says nothing.
    std::vector<ParamValue> values = command.values;
    for (const ParamValue& drafted : (*found)->template_params) {
        const bool given = std::any_of(command.values.begin(), command.values.end(),
                                       [&](const ParamValue& value) { return value.name == drafted.name; });
        if (!given) values.push_back(drafted);
    }
    auto made = templates_.make_document((*found)->company, command.template_id, command.title, values);
    if (!made) return made.error();

    const ContractLock held = book_.lock((*found)->id);
    found = book_.find(held);
    if (!found) return found.error();
    if (const Status allowed = model::check(model::Call::AddDocument, (*found)->status); !allowed)
        return allowed.error();
    Contract contract = **found;
    Contract alone = contract;
    alone.documents = {*made};
    if (const auto missing = model::missing_of_initiator(alone); !missing.empty())
        return fail(ErrorCode::ParametersMissing, "templateParams: " + joined(missing));
    const model::DocumentId id = made->id;
    Change change;
    change.event = "document.added";
    change.actor = actor_of(caller);
    change.detail = R"({"document":")" + to_string(id) + R"(","sha256":")" + made->sha256 + R"(","template":")" +
                    to_string(command.template_id) + "\"}";
    const Status taken = take_in(contract, std::move(*made), command.sort, command.stampers, command.stamper_rule);
    if (!taken) return taken.error();
    const auto committed = book_.commit(std::move(contract), change);
    if (!committed) return committed.error();
    return id;
}

Status Filling::apply_values(Contract& contract, const ModifyCommand& command) const {
    for (std::size_t i = 0; i < command.values.size(); ++i) {
        const std::string& name = command.values[i].name;
        const bool known = std::any_of(contract.documents.begin(), contract.documents.end(), [&](const Document& one) {
            return std::any_of(one.params.begin(), one.params.end(),
                               [&](const DocumentParam& param) { return param.param.name == name; });
        });
        if (!known) {
            return invalid_parameter("templateParams[" + std::to_string(i) + "].name: no document has the parameter");
        }
    }
    for (Document& document : contract.documents) {
        const bool meant = command.documents.empty() || std::find(command.documents.begin(), command.documents.end(),
                                                                  document.id) != command.documents.end();
        if (!meant) continue;
        const auto changed = set_values(document.params, command.values, "templateParams");
        if (!changed) return changed.error();
        if (!*changed) continue;
        if (const Status made = templates_.render(document); !made) return made;
    }
    return {};
}

Result<ContractPointer> Filling::modify(const Caller& caller, const ModifyCommand& command) {
    const auto found = book_.locate(caller, command.locator, Access::Initiator);
    if (!found) return found;
    const ContractLock held = book_.lock((*found)->id);
    const auto fresh = book_.find(held);
    if (!fresh) return fresh;
    Contract contract = **fresh;
    const bool draft = contract.status == ContractStatus::Draft;
    const bool filling = contract.status == ContractStatus::Filling;
    const auto wrong_status = [&] {
        return fail(ErrorCode::InvalidContractStatus, "contract is " + std::string(to_wire(contract.status)));
    };
    if (!draft && !filling && contract.status != ContractStatus::Signing) return wrong_status();
    if (!command.values.empty() && !draft && !filling) return wrong_status();
    for (const model::DocumentId id : command.documents) {
        if (contract.find(id) == nullptr)
            return invalid_parameter("documents: the contract has no document " + to_string(id));
    }
    if (!command.subject.empty()) contract.subject = command.subject;
    if (command.end_time) contract.end_time = platform_.zone.end_of_day(*command.end_time);
    if (command.expire_time) {
        const UtcTime now = platform_.clock.now();
        if (*command.expire_time <= now) return invalid_parameter("expireTime: has passed already");
        contract.expire_time = *command.expire_time;
        if (contract.publish_time)
            contract.expire_time = std::min(*contract.expire_time, model::latest_deadline(*contract.publish_time));
    }
    if (!command.values.empty()) {
        if (const Status applied = apply_values(contract, command); !applied) return applied.error();
    } else if (!command.documents.empty()) {
        if (!draft) return wrong_status();
        std::erase_if(contract.documents, [&](const Document& document) {
            return std::find(command.documents.begin(), command.documents.end(), document.id) ==
                   command.documents.end();
        });
    }
    Change change;
    change.event = "contract.modified";
    change.actor = actor_of(caller);
    change.events = model::settle_filling(contract, platform_.clock.now());
    if (change.events.empty()) return book_.commit(std::move(contract), change);
    return commit_filled(held, std::move(contract), change);
}

Result<ContractPointer> Filling::fill(model::ContractId id, model::SignatoryId party,
                                      const std::vector<ParamValue>& values, const model::User& by) {
    const ContractLock held = book_.lock(id);
    const auto fresh = book_.find(held);
    if (!fresh) return fresh;
    Contract contract = **fresh;
    for (const ParamValue& value : values) {
        const DocumentParam* own = param_of(contract, party, value.name);
        if (own == nullptr) return invalid_parameter(value.name + ": is not yours to fill in");
        if (own->param.read_only && own->value != value.value)
            return invalid_parameter(value.name + ": cannot be changed");
        if (const Status sound = check_value(own->param, value.value, value.name); !sound) return sound.error();
    }
    for (Document& document : contract.documents) {
        bool changed = false;
        for (DocumentParam& one : document.params) {
            const model::Signatory* who = model::filler(contract, one);
            if (who == nullptr || who->id != party) continue;
            const auto given = std::find_if(values.begin(), values.end(),
                                            [&](const ParamValue& value) { return value.name == one.param.name; });
            if (given == values.end() || given->value == one.value) continue;
            one.value = given->value;
            changed = true;
        }
        if (!changed) continue;
        if (const Status made = templates_.render(document); !made) return made.error();
    }
    auto events = model::finish_filling(contract, party, platform_.clock.now());
    if (!events) return events.error();
    Change change;
    change.event = "contract.filled";
    change.actor = actor_of(by);
    change.detail = R"({"signatory":")" + to_string(party) + "\"}";
    change.events = std::move(*events);
    return commit_filled(held, std::move(contract), change);
}

Result<ContractPointer> Filling::commit_filled(const ContractLock& held, Contract contract, const Change& change) {
    // Also when it waits for a party to join: what is written in it is settled.
    const bool begins = !model::being_filled(contract);
    if (begins) {
        if (const Status frozen = sending_.freeze(contract); !frozen) return frozen.error();
    }
    const auto committed = book_.commit(std::move(contract), change);
    if (!committed || !begins) return committed;
    if (const Status automatic = signing_.sign_automatically(held); !automatic) return automatic.error();
    return book_.find(held);
}

Result<ContractPointer> Filling::refuse(model::ContractId id, model::SignatoryId party, const std::string& reason,
                                        const model::User& by) {
    const ContractLock held = book_.lock(id);
    const auto fresh = book_.find(held);
    if (!fresh) return fresh;
    Contract contract = **fresh;
    auto events = model::refuse_filling(contract, party, reason, platform_.clock.now());
    if (!events) return events.error();
    Change change;
    change.event = "contract.rejected";
    change.actor = actor_of(by);
    change.events = std::move(*events);
    return book_.commit(std::move(contract), change);
}

}  // namespace signet::service
