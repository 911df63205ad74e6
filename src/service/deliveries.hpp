#pragma once

#include "base/clock.hpp"
#include "store/outbox.hpp"

#include <string_view>

namespace signet::service {

/// The events of messages about a contract that left this server, and of those that never will.
inline constexpr std::string_view kMessageSent = "message.sent";
inline constexpr std::string_view kMessageUndeliverable = "message.undeliverable";
inline constexpr std::string_view kCallbackUndeliverable = "callback.undeliverable";

/// When a message counts as sent (Electronic Signature Law, Art. 9 to 11): when it has left the sender's system. What
/// the outbox carries about a contract is told in its log: a message that a gateway took, with the masked contact, and
/// what was given up. Callbacks that arrive are many and prove nothing to people; they are not told. `clock` must
/// outlive the outbox.
store::Outbox::Witness deliveries_into_the_log(const Clock& clock);

}  // namespace signet::service
