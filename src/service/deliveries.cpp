#include "service/deliveries.hpp"

#include "base/text.hpp"
#include "service/notices.hpp"
#include "store/audit.hpp"

#include <string>

#include <boost/json.hpp>

namespace signet::service {

namespace json = boost::json;
using store::OutboxEntry;
using store::OutboxKind;
using store::OutboxState;

namespace {

Result<json::object> describe_message(const OutboxEntry& entry) {
    const auto message = personal_message_from_text(entry.message.payload);
    if (!message) return message.error();
    return json::object{{"way", message->by_mail ? "MAIL" : "SMS"},
                        {"to", mask_contact(message->to)},
                        {"template", message->template_name},
                        {"attempts", entry.attempts}};
}

Status log(const Clock& clock, store::Transaction& transaction, const OutboxEntry& entry, std::string_view event,
           const json::object& detail) {
    const auto logged = store::append_audit(
        transaction, {clock.now(), "system", entry.message.contract, std::string(event), json::serialize(detail)});
    return logged ? Status() : Status(logged.error());
}

}  // namespace

store::Outbox::Witness deliveries_into_the_log(const Clock& clock) {
    return [&clock](store::Transaction& transaction, const OutboxEntry& entry) -> Status {
        if (entry.message.contract.value == 0) return {};
        const bool sent = entry.state == OutboxState::Done;
        if (entry.message.kind == OutboxKind::Callback) {
            if (sent) return {};
            return log(clock, transaction, entry, kCallbackUndeliverable, {{"attempts", entry.attempts}});
        }
        const auto detail = describe_message(entry);
        if (!detail) return detail.error();
        return log(clock, transaction, entry, sent ? kMessageSent : kMessageUndeliverable, *detail);
    };
}

}  // namespace signet::service
