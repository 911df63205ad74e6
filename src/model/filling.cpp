#include "model/filling.hpp"

#include "model/transitions.hpp"

#include <algorithm>
#include <utility>

namespace signet::model {
namespace {

using Kind = Event::Kind;

/// The receiving parties as they sign: by serialNo, else as they stand.
std::vector<const Signatory*> receivers(const Contract& contract) {
    std::vector<const Signatory*> list;
    for (const Signatory& signatory : contract.signatories) {
        if (!signatory.sponsor) list.push_back(&signatory);
    }
    std::stable_sort(list.begin(), list.end(),
                     [](const Signatory* a, const Signatory* b) { return a->serial_no < b->serial_no; });
    return list;
}

void add_missing(const DocumentParam& param, std::vector<std::string>& names) {
    if (!param.param.required || !param.value.empty()) return;
    if (std::find(names.begin(), names.end(), param.param.name) == names.end()) names.push_back(param.param.name);
}

template <typename Mine>
std::vector<std::string> missing(const Contract& contract, Mine is_mine) {
    std::vector<std::string> names;
    for (const Document& document : contract.documents) {
        for (const DocumentParam& param : document.params) {
            // Nobody can change it on the page, so its value is the initiator's to give.
            const Signatory* who = param.param.read_only ? nullptr : filler(contract, param);
            if (is_mine(who)) add_missing(param, names);
        }
    }
    return names;
}

Result<Signatory*> party_that_fills(Contract& contract, SignatoryId id) {
    if (contract.status != ContractStatus::Filling) {
        return fail(ErrorCode::InvalidContractStatus, "contract is " + std::string(to_wire(contract.status)));
    }
    Signatory* party = contract.find(id);
    if (party == nullptr || party->status != SignatoryStatus::Filling) {
        return fail(ErrorCode::NotSignStep, "signatory " + to_string(id) + " has nothing to fill in");
    }
    return party;
}

}  // namespace

const Signatory* filler(const Contract& contract, const DocumentParam& param) {
    if (param.signatory) {
        const Signatory* named = contract.find(param.signatory);
        if (named != nullptr) return named->sponsor ? nullptr : named;
    }
    if (param.param.party <= 0) return nullptr;
    const auto list = receivers(contract);
    const auto index = static_cast<std::size_t>(param.param.party - 1);
    // A template for more parties than the contract has: what nobody else can fill in is the initiator's.
    return index < list.size() ? list[index] : nullptr;
}

std::vector<std::string> missing_of_initiator(const Contract& contract) {
    return missing(contract, [](const Signatory* who) { return who == nullptr; });
}

std::vector<std::string> missing_of(const Contract& contract, const Signatory& party) {
    return missing(contract, [&](const Signatory* who) { return who != nullptr && who->id == party.id; });
}

bool must_be_filled(const Contract& contract) {
    return !missing(contract, [](const Signatory* who) { return who != nullptr; }).empty();
}

bool being_filled(const Contract& contract) {
    return std::any_of(contract.signatories.begin(), contract.signatories.end(),
                       [](const Signatory& party) { return party.status == SignatoryStatus::Filling; });
}

Result<Events> publish_for_filling(Contract& contract, UtcTime now) {
    if (const Status allowed = check(Call::Send, contract.status); !allowed) return allowed.error();
    if (contract.documents.empty()) return fail(ErrorCode::DocumentRequired, "contract " + to_string(contract.id));
    if (contract.signatories.empty()) return fail(ErrorCode::SignatoryRequired, "contract " + to_string(contract.id));
    contract.status = ContractStatus::Filling;
    contract.publish_time = now;
    Events events{{Kind::SentForFilling, {}, {}}};
    for (Signatory& signatory : contract.signatories) {
        const bool fills = !missing_of(contract, signatory).empty();
        signatory.status = fills ? SignatoryStatus::Filling : SignatoryStatus::Waiting;
        if (!fills) continue;
        signatory.receive_time = now;
        events.push_back({Kind::FillingTurn, signatory.id, {}});
    }
    // It is published (spec §4.5), though its pages have blanks still.
    if (contract.copy_send_time == CopySendTime::Send) mark_copies(contract, events);
    return events;
}

Result<Events> finish_filling(Contract& contract, SignatoryId id, UtcTime now) {
    const auto party = party_that_fills(contract, id);
    if (!party) return party.error();
    if (const auto names = missing_of(contract, **party); !names.empty()) {
        return invalid_parameter(names.front() + ": is required");
    }
    (*party)->status = SignatoryStatus::Waiting;
    Events events{{Kind::Filled, id, {}}};
    if (being_filled(contract)) return events;
    begin_turns(contract, now, events);
    return events;
}

Events settle_filling(Contract& contract, UtcTime now) {
    Events events;
    if (contract.status != ContractStatus::Filling) return events;
    for (Signatory& party : contract.signatories) {
        if (party.status != SignatoryStatus::Filling || !missing_of(contract, party).empty()) continue;
        party.status = SignatoryStatus::Waiting;
        events.push_back({Kind::Filled, party.id, {}});
    }
    if (!events.empty() && !being_filled(contract)) begin_turns(contract, now, events);
    return events;
}

Result<Events> refuse_filling(Contract& contract, SignatoryId id, std::string reason, UtcTime now) {
    const auto party = party_that_fills(contract, id);
    if (!party) return party.error();
    for (Signatory& signatory : contract.signatories) {
        if (!signatory.open()) continue;
        signatory.status = SignatoryStatus::Rejected;
        for (Action& action : signatory.actions)
            action.status = ActionStatus::Stop;
    }
    contract.status = ContractStatus::Rejected;
    contract.comments = std::move(reason);
    contract.complete_time = now;
    return Events{{Kind::Rejected, id, {}}};
}

}  // namespace signet::model
