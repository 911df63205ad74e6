#pragma once

#include "base/result.hpp"

#include <string>
#include <utility>
#include <vector>

namespace signet::notify {

using NamedValues = std::vector<std::pair<std::string, std::string>>;

/// A short message. Most gateways accept only texts that were registered with them: those read `template_name` and
/// `parameters`; others read `text`, which says the same in full.
struct SmsMessage {
    std::string number;  // as the user typed it, digits and an optional leading `+`
    std::string template_name;
    NamedValues parameters;
    std::string text;
};

struct MailMessage {
    std::string to;  // one address, `name@example.com`
    std::string subject;
    std::string text;
    std::string html;  // empty: text alone
};

/// What a gateway said when it took a message.
struct Receipt {
    std::string id;  // the gateway's own number for it, when it gave one
};

/// Errors of both: InvalidParameter when the message can never be sent (a malformed number or address, refused for
/// good); TooFrequent when the gateway asks to slow down; Unavailable for everything that may pass. Thread-safe. A call
/// blocks until the gateway has answered, within the time-outs of its settings.
class SmsGateway {
  public:
    virtual ~SmsGateway() = default;
    virtual Result<Receipt> send(const SmsMessage& message) = 0;
};

class MailGateway {
  public:
    virtual ~MailGateway() = default;
    virtual Result<Receipt> send(const MailMessage& message) = 0;
};

}  // namespace signet::notify
