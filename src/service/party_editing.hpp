#pragma once

#include "base/result.hpp"
#include "model/contract.hpp"
#include "model/flow.hpp"
#include "service/contract_book.hpp"
#include "service/directory.hpp"
#include "service/drafting.hpp"
#include "service/intake.hpp"
#include "service/notices.hpp"
#include "service/people.hpp"
#include "service/places.hpp"
#include "service/platform.hpp"
#include "service/signing.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace signet::service {

/// Who a party shall be from now on; what is empty stays as it is.
struct PartyChange {
    std::string tenant_name;
    model::User receiver;
    std::optional<model::SignValidateWay> way;
};

/// A party is edited by the initiator (spec §4.36).
struct EditCommand {
    model::SignatoryId signatory;
    PartyChange change;
    /// The employee of the initiator who does it; nothing = the application.
    std::optional<model::User> by;
};

enum class OperatorsEdit { Cover, Add, Remove };

/// Who may do a node is edited (spec §4.37).
struct OperatorsCommand {
    Locator locator;
    model::ActionId action;
    std::vector<model::User> operators;
    OperatorsEdit edit = OperatorsEdit::Cover;
    std::optional<model::User> by;
};

/// What is known of a party's signer, its numbers masked (spec §4.38).
struct PartyIdentity {
    model::TenantType type = model::TenantType::Personal;
    std::string name;
    std::string register_no;
    std::string contact;
    std::string id_card_no;
    std::string bank_no;
    std::string bank_mobile;
};

/// Changing who signs in a contract that was sent. Thread-safe.
class PartyEditing {
  public:
    struct Tools {
        Platform& platform;
        const Directory& directory;
        const People& people;
        const Intake& intake;
        ContractBook& book;
        const Drafting& drafting;
        const PlaceFinder& places;
        Signing& signing;
        Notices& notices;
    };
    explicit PartyEditing(Tools tools) : tools_(tools) {}

    /// Completes or changes a party that has not signed; a company that has done a node has accepted and stays as it
    /// is. Links of a person who is no longer part of the contract open nothing any more; whoever takes his place gets
    /// the message. Errors: InvalidContractStatus, InvalidParameter, DuplicateSignatory, EmployeeNotFound.
    Status edit(const Caller& caller, const EditCommand& command);

    /// Changes who may do a node of one of the caller's companies; employees only. Errors: InvalidContractStatus,
    /// NotSignStep for a node that is done, PermissionDenied for another's node, ActionOperatorsRequired when an
    /// approval would have nobody, those of employees.
    Status edit_operators(const Caller& caller, const OperatorsCommand& command);

    /// Errors: InvalidParameter when nobody with this contact signs for a party.
    Result<PartyIdentity> identity(const Caller& caller, const Locator& locator, const model::User& user);

    /// Changes a party within a copy of its contract: names, the company behind it, its places where its seal has
    /// another size. `field` leads its errors. The contract's lock is held.
    Result<model::Events> apply(model::Contract& contract, model::SignatoryId id, const PartyChange& change,
                                const std::string& field) const;

  private:
    Result<std::string> actor(const Caller& caller, const model::Contract& contract,
                              const std::optional<model::User>& by) const;
    Status rename(const model::Contract& contract, model::Signatory& party, const std::string& name,
                  const std::string& field) const;
    std::set<model::DocumentId> place_anew(model::Contract& contract, model::Signatory& party) const;

    Tools tools_;
};

}  // namespace signet::service
