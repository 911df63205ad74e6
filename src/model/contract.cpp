#include "model/contract.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace signet::model {
namespace {

template <typename List, typename IdType>
auto* find_by_id(List& list, IdType id) {
    const auto found = std::find_if(list.begin(), list.end(), [&](const auto& item) { return item.id == id; });
    return found == list.end() ? nullptr : &*found;
}

}  // namespace

bool Signatory::finished() const {
    return std::all_of(actions.begin(), actions.end(),
                       [](const Action& action) { return action.status == ActionStatus::Finish; });
}

bool Signatory::open() const {
    return status == SignatoryStatus::Draft || status == SignatoryStatus::Filling ||
           status == SignatoryStatus::Waiting || status == SignatoryStatus::Signing;
}

bool Signatory::awaits_joining() const {
    return delay_set && !sponsor && open() && (tenant_name.empty() || receiver.contact.empty());
}

/// The values of prohibitType are not published; what speaks of downloading keeps it back.
bool CopySendReceiver::may_download() const {
    return to_lower(prohibit_type).find("download") == std::string::npos;
}

const Cancellation* Contract::running_cancellation() const {
    return status == ContractStatus::Invaliding && cancellation ? &*cancellation : nullptr;
}

const std::vector<Signatory>& Contract::acting_parties() const {
    const Cancellation* running = running_cancellation();
    return running == nullptr ? signatories : running->parties;
}

std::string Contract::remark(std::int64_t about) const {
    const auto said =
        std::find_if(remarks.begin(), remarks.end(), [&](const Remark& one) { return one.about == about; });
    return said == remarks.end() ? std::string() : said->text;
}

bool Contract::shows(const Document& document) const {
    if (!document.is_cancellation()) return !files_deleted;
    const bool counts = status == ContractStatus::Invaliding || status == ContractStatus::Invalided;
    return counts && cancellation && cancellation->document == document.id;
}

std::optional<UtcTime> Contract::deadline() const {
    if (status == ContractStatus::Signing || status == ContractStatus::Filling) return expire_time;
    const Cancellation* running = running_cancellation();
    return running == nullptr ? std::nullopt : running->expire_time;
}

const Signatory* Contract::find(SignatoryId wanted) const {
    const Signatory* party = find_by_id(signatories, wanted);
    return party == nullptr && cancellation ? find_by_id(cancellation->parties, wanted) : party;
}
Signatory* Contract::find(SignatoryId wanted) {
    return const_cast<Signatory*>(static_cast<const Contract*>(this)->find(wanted));
}
Document* Contract::find(DocumentId wanted) {
    return find_by_id(documents, wanted);
}
const Document* Contract::find(DocumentId wanted) const {
    return find_by_id(documents, wanted);
}

const Signatory* Contract::owner(ActionId wanted) const {
    for (const Signatory& signatory : signatories) {
        if (find_by_id(signatory.actions, wanted) != nullptr) return &signatory;
    }
    if (!cancellation) return nullptr;
    for (const Signatory& signatory : cancellation->parties) {
        if (find_by_id(signatory.actions, wanted) != nullptr) return &signatory;
    }
    return nullptr;
}

Signatory* Contract::owner(ActionId wanted) {
    return const_cast<Signatory*>(static_cast<const Contract*>(this)->owner(wanted));
}

const Action* Contract::find(ActionId wanted) const {
    const Signatory* signatory = owner(wanted);
    return signatory == nullptr ? nullptr : find_by_id(signatory->actions, wanted);
}

Action* Contract::find(ActionId wanted) {
    return const_cast<Action*>(static_cast<const Contract*>(this)->find(wanted));
}

}  // namespace signet::model
