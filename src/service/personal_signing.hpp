#pragma once

#include "base/result.hpp"
#include "model/contract.hpp"
#include "service/contract_book.hpp"
#include "service/directory.hpp"
#include "service/people.hpp"
#include "service/personal_grants.hpp"
#include "service/places.hpp"
#include "service/platform.hpp"
#include "service/signer_proof.hpp"
#include "service/signing.hpp"

#include <optional>
#include <string>
#include <vector>

namespace signet::service {

/// Which company of the group a personal node is in; empty = the person is a party of his own.
struct CompanyReference {
    model::CompanyId id;
    std::string name;
    std::string register_no;
    bool empty() const { return !id && name.empty() && register_no.empty(); }
};

/// A call that signs silently for a person (spec §4.21).
struct PersonalSignCommand {
    Locator locator;
    model::User user;
    CompanyReference company;
    /// The signature the person gave with his authorisation; none = the latest.
    model::SealId seal;
    std::vector<model::Stamper> stampers;
    bool locate_all = true;
};

/// Signing with a person's own signature on the strength of his authorisation. Thread-safe.
class PersonalSigning {
  public:
    struct Tools {
        Platform& platform;
        const Directory& directory;
        const People& people;
        ContractBook& book;
        const PlaceFinder& places;
        SignerProof& proof;
        PersonalGrants& grants;
        Signing& signing;
    };
    explicit PersonalSigning(Tools tools) : tools_(tools) {}

    /// Signs the open node that is the person's: that of his own party, or a PERSONAL one of the company named. Errors
    /// as in spec §4.21; AuthorizationRequired without an authorisation that counts at the moment of signing.
    Status sign(const Caller& caller, const PersonalSignCommand& command);

  private:
    struct Node {
        const model::Signatory* party = nullptr;
        const model::Action* action = nullptr;
    };
    Result<std::optional<model::Company>> company(const Caller& caller, const CompanyReference& reference) const;
    Result<Node> node(const model::Contract& contract, const std::optional<model::Company>& company,
                      const model::User& user) const;
    Result<std::vector<model::Place>> more_places(const model::Contract& contract, const Node& node,
                                                  const PersonalSignCommand& command) const;
    Status check_identity(const model::Contract& contract, const Node& node, const model::User& user) const;

    Tools tools_;
};

}  // namespace signet::service
