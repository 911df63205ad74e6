#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/directory.hpp"
#include "store/database.hpp"

#include <optional>
#include <string>
#include <vector>

/// The keys and certificates that companies and their people brought along, instead of those this installation makes
/// for each signature.
namespace signet::store::signing_keys {

/// Where the private key lies. The numbers are in databases and never change.
enum class Place {
    Wrapped = 0,  // here, sealed with the master key
    Token = 1,    // in a PKCS#11 token
    Remote = 2,   // with a remote signer
};

struct SigningKey {
    model::CompanyId company;
    /// Whose key it is within the company; zero: the company's own.
    model::EmployeeId employee;
    Place place = Place::Wrapped;
    /// Where it lies in the token or with the remote signer; empty when wrapped.
    std::string reference;
    /// What the vault made of the key (PKCS#8); empty unless wrapped.
    Bytes wrapped_key;
    /// DER certificates one behind the other: the key's own first, the root last.
    Bytes chain;
    UtcTime create_time;
    /// When somebody was last asked whether the chain was revoked.
    std::optional<UtcTime> checked = {};
    /// Why it must not be used any more, in one line: somebody revoked it. Empty as long as nobody did.
    std::string revoked = {};
};

/// Takes the place of the one before.
Status put(Transaction& transaction, const SigningKey& key);
/// Whether there was one.
Result<bool> remove(Transaction& transaction, model::CompanyId company, model::EmployeeId employee);
Result<std::vector<SigningKey>> all(Connection& connection);
/// What was found out about the chain that begins with this one; nothing happens when the key was replaced meanwhile.
Status set_checked(Transaction& transaction, const SigningKey& key);

}  // namespace signet::store::signing_keys
