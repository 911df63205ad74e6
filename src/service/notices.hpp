#pragma once

#include "base/result.hpp"
#include "model/contract.hpp"
#include "model/flow.hpp"
#include "service/directory.hpp"
#include "service/links.hpp"
#include "service/people.hpp"
#include "service/platform.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace signet::service {

/// A message to a person, before a gateway carries it.
struct PersonalMessage {
    std::string to;
    bool by_mail = false;
    /// For gateways that know texts by name.
    std::string template_name;
    std::string subject;
    std::string text;
};

/// Decides who hears of what, and puts it into the outbox within the transaction of the change: a message to whoever
/// may do a node whose turn has come and did not just act himself, one to all parties when a contract is complete, and
/// the callbacks of spec/platform §10.2. Thread-safe.
class Notices {
  public:
    Notices(Platform& platform, const Directory& directory, const People& people, Links& links)
        : platform_(platform), directory_(directory), people_(people), links_(links) {}

    Status enqueue(store::Transaction& transaction, const model::Contract& contract, const model::Events& events);
    Status enqueue(store::Transaction& transaction, const PersonalMessage& message, model::ContractId contract);
    /// Invites people to do a node whose turn has come before they were named for it.
    Status invite(store::Transaction& transaction, const model::Contract& contract, const model::Signatory& signatory,
                  const std::vector<model::User>& users);
    /// Tells again whoever may act now; `signatory` zero = in every party.
    Status remind(store::Transaction& transaction, const model::Contract& contract, model::SignatoryId signatory);
    /// Whether reminding this party tells anybody: it is its turn, and a message reaches somebody who may act.
    bool can_remind(const model::Contract& contract, const model::Signatory& signatory) const;

  private:
    Status tell_turn(store::Transaction& transaction, const model::Contract& contract,
                     const model::Signatory& signatory, const model::Action& action, const model::Events& events);
    std::string lasting_url(const model::Contract& contract) const;
    Status tell(store::Transaction& transaction, const model::Contract& contract, const model::Signatory& signatory,
                const model::User& user, bool complete);
    bool sends_messages(const model::Contract& contract) const;
    Status tell_complete(store::Transaction& transaction, const model::Contract& contract);
    Status tell_copy(store::Transaction& transaction, const model::Contract& contract, std::size_t index);
    Status tell_sponsor(store::Transaction& transaction, const model::Contract& contract);
    // In cancellation_notices.cpp.
    Status tell_of_cancellation(store::Transaction& transaction, const model::Contract& contract,
                                const model::Signatory& signatory, const model::Action& action);
    Status tell_cancelled(store::Transaction& transaction, const model::Contract& contract);
    Status call_back(store::Transaction& transaction, const model::Contract& contract, const model::Event& event);

    Platform& platform_;
    const Directory& directory_;
    const People& people_;
    Links& links_;
};

/// How the outbox holds a PersonalMessage, and back.
std::string to_text(const PersonalMessage& message);
Result<PersonalMessage> personal_message_from_text(std::string_view text);

/// The families of callbacks in the outbox (platform spec §10.1, A and E).
inline constexpr std::string_view kContractCallbacks = "contract";
inline constexpr std::string_view kGrantCallbacks = "personalsign";

/// How the outbox holds a callback: its address, its form fields in order, and whose secrets it is signed with when it
/// leaves. The category is empty where none takes part.
struct CallbackMessage {
    std::string url;
    std::vector<std::pair<std::string, std::string>> fields;
    model::ApplicationId application = {};
    model::CategoryId category = {};
};
std::string to_text(const CallbackMessage& message);
Result<CallbackMessage> callback_from_text(std::string_view text);

}  // namespace signet::service
