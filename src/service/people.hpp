#pragma once

#include "model/contract.hpp"
#include "service/directory.hpp"

#include <vector>

namespace signet::service {

/// Who may do what in a contract. A person is the same whether named by mobile, mail, employee id or number.
/// Thread-safe.
class People {
  public:
    explicit People(const Directory& directory) : directory_(directory) {}

    /// Whether both references mean the same person, seen from a party of the contract.
    bool same(const model::Contract& contract, const model::Signatory& party, const model::User& a,
              const model::User& b) const;

    /// Whether the user is the party's handler (经办人): its receiver, or the creator for the initiator's own party.
    bool is_handler(const model::Contract& contract, const model::Signatory& party, const model::User& user) const;

    /// Whether the node is the user's to do, whatever its status. A node with operators is theirs; otherwise it is the
    /// handler's, and a seal of a company on record also belongs to whoever may use one of the seals the node offers.
    bool may_do(const model::Contract& contract, const model::Signatory& party, const model::Action& action,
                const model::User& user) const;

    /// The normal seals the user may choose among for a node of a company on record: the node's own list when it has
    /// one, else all of the company; of these the ones he may use, unless the initiator named both seals and operators.
    /// Empty for other nodes and companies.
    std::vector<model::Seal> offered_seals(const model::Contract& contract, const model::Signatory& party,
                                           const model::Action& action, const model::User& user) const;

    /// Whom to tell that a node's turn has come; `contact` and `contact_type` are those on record.
    std::vector<model::User> doers(const model::Contract& contract, const model::Signatory& party,
                                   const model::Action& action) const;

    /// The party the user acts for; of several, one whose turn it is comes first. Null when he acts for none.
    const model::Signatory* party_of(const model::Contract& contract, const model::User& user) const;

    /// The entry of the copies' list (抄送人) that means the user; null when there is none.
    const model::CopySendReceiver* copy_of(const model::Contract& contract, const model::User& user) const;

    /// The party through whose category the user may look without acting (查看人), or the initiator's for who gets a
    /// copy; null when he may not.
    const model::Signatory* viewed_party(const model::Contract& contract, const model::User& user) const;

    /// The category that rules how a receiving company of the initiator's group goes through a contract: the one named
    /// for it, else its default one. Nothing for everybody else.
    std::optional<model::Category> governing_category(model::CompanyId initiator, const model::Signatory& party) const;

    /// The user by a contact that messages reach: an employee's mobile or mail address. Empty when there is none.
    model::User reachable(const model::Contract& contract, const model::Signatory& party,
                          const model::User& user) const;

  private:
    bool acts_for(const model::Contract& contract, const model::Signatory& party, const model::User& user) const;
    std::vector<model::Seal> node_seals(const model::Signatory& party, const model::Action& action) const;

    const Directory& directory_;
};

/// Whether a node is done with a seal of the company or of its legal representative.
bool is_sealing(model::ActionType type);
/// Which of the company's seals a sealing node is done with when it names none.
model::SealType seal_type_of(model::ActionType type);

}  // namespace signet::service
