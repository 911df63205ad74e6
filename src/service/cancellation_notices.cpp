#include "service/notices.hpp"

#include <set>

// What people hear of a cancellation.
namespace signet::service {

using model::ContactType;
using model::Contract;
using model::Signatory;
using model::User;

namespace {

bool is_reachable(const User& user) {
    return user.contact_type == ContactType::Mobile || user.contact_type == ContactType::Email;
}

PersonalMessage message_to(const User& recipient) {
    PersonalMessage message;
    message.to = recipient.contact;
    message.by_mail = recipient.contact_type == ContactType::Email;
    return message;
}

/// As part of a sentence: empty when there is none.
std::string because(const Contract& contract) {
    const std::string& reason = contract.cancellation->reason;
    return reason.empty() ? std::string() : "，原因：" + reason;
}

}  // namespace

Status Notices::tell_of_cancellation(store::Transaction& transaction, const Contract& contract,
                                     const Signatory& signatory, const model::Action& action) {
    for (const User& user : people_.doers(contract, signatory, action)) {
        const User recipient = people_.reachable(contract, signatory, user);
        if (recipient.empty()) continue;
        const auto url = links_.notice_url(transaction, contract, signatory, user);
        if (!url) return url.error();
        PersonalMessage message = message_to(recipient);
        message.template_name = "cancel";
        message.subject = "请签署《" + contract.subject + "》的作废协议";
        message.text = "【Signet】" + contract.tenant_name + " 申请作废《" + contract.subject + "》" +
                       because(contract) + "。同意请签署作废协议，不同意可以拒绝：" + *url;
        if (const Status told = enqueue(transaction, message, contract.id); !told) return told;
    }
    return {};
}

Status Notices::tell_cancelled(store::Transaction& transaction, const Contract& contract) {
    std::set<std::pair<ContactType, std::string>> told_already;
    const auto tell_once = [&](const User& recipient) -> Status {
        if (!is_reachable(recipient) || recipient.contact.empty()) return {};
        if (!told_already.emplace(recipient.contact_type, recipient.contact).second) return {};
        PersonalMessage message = message_to(recipient);
        message.template_name = "cancelled";
        message.subject = "《" + contract.subject + "》已作废";
        message.text = "【Signet】" + contract.tenant_name + " 发起的《" + contract.subject + "》已作废" +
                       because(contract) + "。";
        return enqueue(transaction, message, contract.id);
    };
    for (const Signatory& signatory : contract.signatories) {
        if (signatory.status != model::SignatoryStatus::Invalided || signatory.receiver.empty()) continue;
        const Status told = tell_once(people_.reachable(contract, signatory, signatory.receiver));
        if (!told) return told;
    }
    for (const model::CopySendReceiver& receiver : contract.cancellation->receivers) {
        if (const Status told = tell_once(receiver.receiver); !told) return told;
    }
    return {};
}

}  // namespace signet::service
