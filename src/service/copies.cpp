#include "service/copies.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace signet::service {

using model::Contract;
using model::CopySendReceiver;

namespace {

constexpr std::size_t kMostCopies = 200;
constexpr std::ptrdiff_t kMostAtOnce = 50;
constexpr std::chrono::minutes kPause{1};

}  // namespace

/// Puts somebody on the list, or anew in his old place; where he stands.
Result<std::size_t> Copies::put(Contract& contract, const model::Company& initiator, CopySendReceiver copy,
                                const std::string& field) const {
    auto receiver = drafting_.resolved_receiver(initiator, copy.receiver, field + ".receiver");
    if (!receiver) return receiver.error();
    copy.receiver = std::move(*receiver);
    copy.create_time = platform_.clock.now();
    copy.sent = true;
    auto& list = contract.copy_send_receivers;
    const auto known = std::find_if(list.begin(), list.end(), [&](const CopySendReceiver& other) {
        return directory_.same_person({contract.company}, other.receiver, copy.receiver);
    });
    if (known == list.end()) {
        if (list.size() >= kMostCopies) return invalid_parameter("receivers: a contract has at most 200");
        list.push_back(std::move(copy));
        return list.size() - 1;
    }
    if (known->sent && copy.create_time - known->create_time < kPause) {
        return fail(ErrorCode::TooFrequent, field + ": has got a copy just now");
    }
    *known = std::move(copy);
    return static_cast<std::size_t>(known - list.begin());
}

Status Copies::send(const Caller& caller, const Locator& locator, const std::vector<CopySendReceiver>& receivers) {
    if (receivers.empty()) return invalid_parameter("receivers: is required");
    const auto found = book_.locate(caller, locator, Access::Initiator);
    if (!found) return found.error();
    const ContractLock held = book_.lock((*found)->id);
    const auto fresh = book_.find(held);
    if (!fresh) return fresh.error();
    Contract contract = **fresh;
    if (contract.status == model::ContractStatus::Draft) {
        return fail(ErrorCode::InvalidContractStatus, "contract " + to_string(contract.id) + " is DRAFT");
    }
    const auto initiator = directory_.company(contract.company);
    if (!initiator) return fail(ErrorCode::CompanyNotFound, "company " + to_string(contract.company));
    const UtcTime now = platform_.clock.now();
    const auto& list = contract.copy_send_receivers;
    const auto lately = std::count_if(list.begin(), list.end(), [&](const CopySendReceiver& copy) {
        return copy.sent && now - copy.create_time < kPause;
    });
    if (lately >= kMostAtOnce) return fail(ErrorCode::TooFrequent, "receivers: wait a minute");
    Change change;
    change.event = "contract.copied";
    change.actor = actor_of(caller);
    for (std::size_t i = 0; i < receivers.size(); ++i) {
        const auto earlier = std::span(receivers).first(i);
        const auto same = [&](const CopySendReceiver& other) {
            return directory_.same_person({contract.company}, other.receiver, receivers[i].receiver);
        };
        if (std::any_of(earlier.begin(), earlier.end(), same)) continue;  // the first of them counts
        const auto at = put(contract, *initiator, receivers[i], "receivers[" + std::to_string(i) + "]");
        if (!at) return at.error();
        change.events.push_back({model::Event::Kind::CopyDue, {}, {}, *at});
    }
    const auto committed = book_.commit(std::move(contract), change);
    if (!committed) return committed.error();
    return {};
}

}  // namespace signet::service
