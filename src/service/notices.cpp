#include "service/notices.hpp"

#include "base/text.hpp"
#include "notify/callback_sender.hpp"
#include "service/watermarks.hpp"
#include "store/database.hpp"
#include "store/outbox.hpp"

#include <algorithm>
#include <utility>

namespace signet::service {

using model::ContactType;
using model::Contract;
using model::Event;
using model::Signatory;
using model::User;

namespace {

constexpr char kSeparator = '\x1f';  // unit separator: never part of a text that came through validation

std::string clean(std::string_view text) {
    std::string result(text);
    std::erase(result, kSeparator);
    return result;
}

/// Whether these are the events of the initiator's own sending: filling in and joining may publish as well, later.
bool is_sending(const model::Events& events) {
    const auto has = [&](Event::Kind kind) {
        return std::any_of(events.begin(), events.end(), [&](const Event& event) { return event.kind == kind; });
    };
    const bool out = has(Event::Kind::Published) || has(Event::Kind::SentForFilling);
    return out && !has(Event::Kind::Filled) && !has(Event::Kind::SignatoryChanged);
}

std::string_view callback_type(const Contract& contract, const Event& event) {
    switch (event.kind) {
        case Event::Kind::Published:
            return contract.status == model::ContractStatus::Filling ? "SEND_FILLING" : "SEND_SIGNING";
        case Event::Kind::Completed:
            return "COMPLETE";
        case Event::Kind::Rejected:
            return "REJECTED";
        case Event::Kind::Recalled:
            return "RECALLED";
        case Event::Kind::Expired:
            return "EXPIRED";
        case Event::Kind::ForceEnded:
            return "UNKNOWN";
        case Event::Kind::ActionFinished:
            break;
        case Event::Kind::SignatoryAdded:
            return "SEND_SIGNING";
        case Event::Kind::SentForFilling:
            return "SEND_FILLING";
        case Event::Kind::Filled:
            return "FILLED";
        case Event::Kind::CancellationStarted:
            return "SEND_INVALID";
        case Event::Kind::CancellationSigned:
            return "INVALIDING";
        case Event::Kind::Cancelled:
            return "INVALIDED";
        case Event::Kind::CancellationRefused:
            return "INVALID_REJECTED";
        case Event::Kind::CancellationExpired:
            return "UNKNOWN";
        case Event::Kind::CancellationTurn:
        case Event::Kind::FillingTurn:
        case Event::Kind::SignatoryTurn:
        case Event::Kind::ActionTurn:
        case Event::Kind::SignatorySigned:
        case Event::Kind::SignatoryChanged:
        case Event::Kind::CopyDue:
            return {};
    }
    const model::Action* action = contract.find(event.action);
    if (action == nullptr) return {};
    switch (action->type) {
        case model::ActionType::Company:
        case model::ActionType::Practice:
            return "SEAL";
        case model::ActionType::Operator:
            return "OPERATOR";
        case model::ActionType::Lp:
            return "LEGAL_PERSON";
        case model::ActionType::Audit:
            return "AUDIT";
        case model::ActionType::Personal:
            return action->implicit ? "PERSONAL" : "AUDIT_SIGN";
    }
    return {};
}

}  // namespace

std::string to_text(const PersonalMessage& message) {
    std::string text = message.by_mail ? "1" : "0";
    for (const std::string& part : {message.to, message.template_name, message.subject, message.text}) {
        text += kSeparator + clean(part);
    }
    return text;
}

Result<PersonalMessage> personal_message_from_text(std::string_view text) {
    const auto parts = split(text, kSeparator);
    if (parts.size() != 5) return fail(ErrorCode::StorageFailed, "an outbox message has another form");
    return PersonalMessage{std::string(parts[1]), parts[0] == "1", std::string(parts[2]), std::string(parts[3]),
                           std::string(parts[4])};
}

std::string to_text(const CallbackMessage& message) {
    std::string text = clean(message.url);
    // One part more: the number of parts tells such a callback from one without an application.
    if (message.application) text += kSeparator + to_string(message.application) + '/' + to_string(message.category);
    for (const auto& [name, value] : message.fields)
        text += kSeparator + clean(name) + kSeparator + clean(value);
    return text;
}

Result<CallbackMessage> callback_from_text(std::string_view text) {
    const auto parts = split(text, kSeparator);
    CallbackMessage message{std::string(parts[0]), {}};
    std::size_t next = 1;
    if (parts.size() % 2 == 0) {
        const auto owners = split(parts[next++], '/');
        const auto application = parse_id(owners[0]);
        if (!application || owners.size() != 2)
            return fail(ErrorCode::StorageFailed, "an outbox callback has another form");
        message.application = {*application};
        message.category = {parse_id(owners[1]).value_or(0)};
    }
    for (; next < parts.size(); next += 2)
        message.fields.emplace_back(parts[next], parts[next + 1]);
    return message;
}

Status Notices::enqueue(store::Transaction& transaction, const PersonalMessage& message, model::ContractId contract) {
    store::OutboxMessage row;
    row.kind = message.by_mail ? store::OutboxKind::Mail : store::OutboxKind::Sms;
    row.family = "message";
    row.destination = message.by_mail ? "mail" : "sms";
    row.payload = to_text(message);
    row.contract = contract;
    const auto id = platform_.outbox.enqueue(transaction, row);
    if (!id) return id.error();
    return {};
}

bool Notices::sends_messages(const Contract& contract) const {
    const auto category = directory_.category(contract.category);
    return !category || category->policy.messages;
}

/// An address that never ends: it asks whoever opens it for a contact that has a part in the contract, and a code.
std::string Notices::lasting_url(const Contract& contract) const {
    return platform_.base_url + "/s/" + code_token(platform_, {contract.id, model::ViewPermission::Private, false});
}

Status Notices::tell(store::Transaction& transaction, const Contract& contract, const Signatory& signatory,
                     const User& user, bool complete) {
    const User recipient = people_.reachable(contract, signatory, user);
    if (recipient.empty()) return {};
    const auto url = links_.notice_url(transaction, contract, signatory, user);
    if (!url) return url.error();
    PersonalMessage message;
    message.to = recipient.contact;
    message.by_mail = recipient.contact_type == ContactType::Email;
    if (complete) {
        message.template_name = "complete";
        message.subject = "《" + contract.subject + "》已签署完成";
        message.text = "【Signet】《" + contract.subject + "》各方均已签署完成，可在此查看和下载：" + *url +
                       " ，以后可凭您的手机号或邮箱随时打开：" + lasting_url(contract);
    } else if (contract.status == model::ContractStatus::Filling) {
        message.template_name = "fill";
        message.subject = "请填写《" + contract.subject + "》";
        message.text =
            "【Signet】" + contract.tenant_name + " 请您填写《" + contract.subject + "》的内容，请打开 " + *url;
    } else {
        message.template_name = "sign";
        message.subject = "请签署《" + contract.subject + "》";
        message.text = "【Signet】" + contract.tenant_name + " 邀请您签署《" + contract.subject + "》，请打开 " + *url;
    }
    return enqueue(transaction, message, contract.id);
}

Status Notices::tell_turn(store::Transaction& transaction, const Contract& contract, const Signatory& signatory,
                          const model::Action& action, const model::Events& events) {
    // The initiator's own people started the contract; only those it appoints for a node hear of it.
    if (signatory.sponsor && action.operators.empty()) return {};
    const auto just_acted = [&](const User& user) {
        return std::any_of(events.begin(), events.end(), [&](const Event& event) {
            const model::Action* done =
                event.kind == Event::Kind::ActionFinished ? contract.find(event.action) : nullptr;
            return done != nullptr && done->completed_by &&
                   people_.same(contract, signatory, *done->completed_by, user);
        });
    };
    for (const User& user : people_.doers(contract, signatory, action)) {
        if (just_acted(user)) continue;
        if (const Status told = tell(transaction, contract, signatory, user, false); !told) return told;
    }
    return {};
}

Status Notices::invite(store::Transaction& transaction, const Contract& contract, const Signatory& signatory,
                       const std::vector<User>& users) {
    if (!sends_messages(contract)) return {};
    for (const User& user : users) {
        if (const Status told = tell(transaction, contract, signatory, user, false); !told) return told;
    }
    return {};
}

Status Notices::remind(store::Transaction& transaction, const Contract& contract, model::SignatoryId only) {
    for (const Signatory& signatory : contract.acting_parties()) {
        if (only && signatory.id != only) continue;
        if (signatory.status == model::SignatoryStatus::Filling && !signatory.receiver.empty()) {
            const Status told = tell(transaction, contract, signatory, signatory.receiver, false);
            if (!told) return told;
        }
        for (const model::Action& action : signatory.actions) {
            if (action.status != model::ActionStatus::Start) continue;
            if (contract.running_cancellation() != nullptr) {
                const Status told = tell_of_cancellation(transaction, contract, signatory, action);
                if (!told) return told;
                continue;
            }
            for (const User& user : people_.doers(contract, signatory, action)) {
                if (const Status told = tell(transaction, contract, signatory, user, false); !told) return told;
            }
        }
    }
    return {};
}

bool Notices::can_remind(const Contract& contract, const Signatory& signatory) const {
    const auto acting = contract.acting_parties();
    const auto here = [&](const Signatory& party) { return party.id == signatory.id; };
    if (std::none_of(acting.begin(), acting.end(), here)) return false;
    const auto reached = [&](const User& user) { return !people_.reachable(contract, signatory, user).empty(); };
    if (signatory.status == model::SignatoryStatus::Filling && reached(signatory.receiver)) return true;
    return std::any_of(signatory.actions.begin(), signatory.actions.end(), [&](const model::Action& action) {
        if (action.status != model::ActionStatus::Start) return false;
        const auto doers = people_.doers(contract, signatory, action);
        return std::any_of(doers.begin(), doers.end(), reached);
    });
}

Status Notices::tell_complete(store::Transaction& transaction, const Contract& contract) {
    for (const Signatory& signatory : contract.signatories) {
        if (signatory.receiver.empty() || signatory.status != model::SignatoryStatus::Signed) continue;
        if (const Status told = tell(transaction, contract, signatory, signatory.receiver, true); !told) return told;
    }
    return {};
}

Status Notices::tell_copy(store::Transaction& transaction, const Contract& contract, std::size_t index) {
    const model::CopySendReceiver& copy = contract.copy_send_receivers.at(index);
    const Signatory* seen_from = people_.viewed_party(contract, copy.receiver);
    if (seen_from == nullptr) return {};
    const User recipient = people_.reachable(contract, *seen_from, copy.receiver);
    if (recipient.empty()) return {};
    const auto url = links_.copy_url(transaction, contract, copy);
    if (!url) return url.error();
    PersonalMessage message;
    message.to = recipient.contact;
    message.by_mail = recipient.contact_type == ContactType::Email;
    message.template_name = "copy";
    message.subject = "抄送：《" + contract.subject + "》";
    message.text = "【Signet】" + contract.tenant_name + " 向您抄送了《" + contract.subject + "》，可在此查看：" + *url;
    return enqueue(transaction, message, contract.id);
}

/// The initiator's handler, who asked to hear of the sending.
Status Notices::tell_sponsor(store::Transaction& transaction, const Contract& contract) {
    if (!contract.creator) return {};
    const Signatory* own = people_.party_of(contract, *contract.creator);
    if (own == nullptr) return {};
    const User recipient = people_.reachable(contract, *own, *contract.creator);
    if (recipient.empty()) return {};
    const auto url = links_.notice_url(transaction, contract, *own, *contract.creator);
    if (!url) return url.error();
    PersonalMessage message;
    message.to = recipient.contact;
    message.by_mail = recipient.contact_type == ContactType::Email;
    message.template_name = "sent";
    message.subject = "《" + contract.subject + "》已发起";
    message.text = "【Signet】您的《" + contract.subject + "》已发起，可在此查看签署进度：" + *url;
    return enqueue(transaction, message, contract.id);
}

Status Notices::call_back(store::Transaction& transaction, const Contract& contract, const Event& event) {
    const std::string_view type = callback_type(contract, event);
    if (contract.callback_url.empty() || type.empty()) return {};
    const auto destination = notify::origin_of(contract.callback_url);
    // An address that can never be called was the caller's to avoid; the contract goes on.
    if (!destination) return {};
    // The last signature is told while the contract still counts as SIGNING; COMPLETE follows by itself.
    const bool last_action = event.kind == Event::Kind::ActionFinished;
    CallbackMessage message{contract.callback_url, {}, contract.application, contract.category};
    message.fields.emplace_back("contractId", to_string(contract.id));
    message.fields.emplace_back("callbackType", type);
    std::string status(to_wire(contract.status));
    if (last_action) status = "SIGNING";
    // The same for the last signature on a cancellation.
    if (event.kind == Event::Kind::CancellationSigned) status = "INVALIDING";
    message.fields.emplace_back("contractStatus", status);
    if (const Signatory* signatory = contract.find(event.signatory)) {
        message.fields.emplace_back("tenantType", to_wire(signatory->tenant_type));
        message.fields.emplace_back("tenantName", signatory->tenant_name);
        const model::Action* action = contract.find(event.action);
        const bool acted = action != nullptr && action->completed_by;
        message.fields.emplace_back("contact", acted ? action->completed_by->contact : signatory->receiver.contact);
        if (signatory->company) message.fields.emplace_back("tenantId", to_string(signatory->company));
    }
    if (!contract.business_data.empty()) message.fields.emplace_back("businessData", contract.business_data);
    if (!contract.biz_id.empty()) message.fields.emplace_back("bizId", contract.biz_id);
    message.fields.emplace_back("sn", contract.sn);
    store::OutboxMessage row;
    row.kind = store::OutboxKind::Callback;
    row.family = kContractCallbacks;
    row.payload = to_text(message);
    row.destination = *destination;
    row.contract = contract.id;
    const auto id = platform_.outbox.enqueue(transaction, row);
    if (!id) return id.error();
    return {};
}

Status Notices::enqueue(store::Transaction& transaction, const Contract& contract, const model::Events& events) {
    const bool messages = sends_messages(contract);
    for (const Event& event : events) {
        if (const Status told = call_back(transaction, contract, event); !told) return told;
        const Signatory* signatory = contract.find(event.signatory);
        const model::Action* action = contract.find(event.action);
        if (event.kind == Event::Kind::ActionTurn && messages && signatory != nullptr && action != nullptr) {
            const Status told = tell_turn(transaction, contract, *signatory, *action, events);
            if (!told) return told;
        }
        if (event.kind == Event::Kind::FillingTurn && messages && signatory != nullptr) {
            const Status told = tell(transaction, contract, *signatory, signatory->receiver, false);
            if (!told) return told;
        }
        const Signatory* canceller = contract.owner(event.action);
        const bool to_cancel = event.kind == Event::Kind::CancellationTurn && canceller != nullptr;
        // The initiator began it.
        if (to_cancel && messages && action != nullptr && !canceller->sponsor) {
            const Status told = tell_of_cancellation(transaction, contract, *canceller, *action);
            if (!told) return told;
        }
        if (event.kind == Event::Kind::Cancelled && messages) {
            if (const Status told = tell_cancelled(transaction, contract); !told) return told;
        }
        if (event.kind == Event::Kind::Completed && messages) {
            if (const Status told = tell_complete(transaction, contract); !told) return told;
        }
        if (event.kind == Event::Kind::CopyDue && messages) {
            if (const Status told = tell_copy(transaction, contract, event.copy); !told) return told;
        }
    }
    if (messages && contract.notify_sponsor && is_sending(events)) return tell_sponsor(transaction, contract);
    return {};
}

}  // namespace signet::service
