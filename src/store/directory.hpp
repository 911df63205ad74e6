#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "model/directory.hpp"
#include "store/database.hpp"

#include <optional>
#include <string_view>
#include <vector>

/// Companies, people, applications, categories and seals in the database.
namespace signet::store::directory {

Status insert(Transaction& transaction, const model::Company& company);
/// All but the name, which is how a company is known.
Status update(Transaction& transaction, const model::Company& company);
Result<std::optional<model::Company>> find_company(Connection& connection, model::CompanyId id);
Result<std::optional<model::Company>> find_company(Connection& connection, std::string_view name);
Result<std::vector<model::Company>> companies(Connection& connection);

Status insert(Transaction& transaction, const model::Employee& employee);
Status update(Transaction& transaction, const model::Employee& employee);
/// The dismissed too.
Result<std::vector<model::Employee>> employees(Connection& connection);

/// An application as it rests: the secret wrapped by the master key.
struct StoredApplication {
    model::Application application;  // its `secret` is empty
    Bytes wrapped_secret;
};
Status insert(Transaction& transaction, const StoredApplication& application);
/// Its token, its secret and its callback.
Status update(Transaction& transaction, const StoredApplication& application);
Result<std::vector<StoredApplication>> applications(Connection& connection);

Status insert(Transaction& transaction, const model::Category& category);
/// All but the name.
Status update(Transaction& transaction, const model::Category& category);
Result<std::vector<model::Category>> categories(Connection& connection);

Status insert(Transaction& transaction, const model::Seal& seal);
Status update(Transaction& transaction, const model::Seal& seal);
Result<std::vector<model::Seal>> seals(Connection& connection);

/// A nonce that serves once until it expires.
struct RememberedNonce {
    model::ApplicationId application;
    std::string nonce;
    UtcTime expires;
};
/// Whether one is remembered already is for the caller to know.
Status remember_nonces(Transaction& transaction, const std::vector<RememberedNonce>& nonces);
/// Those that have not expired, in the order in which they came.
Result<std::vector<RememberedNonce>> nonces(Connection& connection, UtcTime now);
/// Forgets the expired ones that came before the first that has not.
Status forget_nonces(Transaction& transaction, UtcTime expired_before);

/// Small values the installation keeps, such as the wrapped keys of its own CA.
Result<std::optional<Bytes>> setting(Connection& connection, std::string_view name);
Status put_setting(Transaction& transaction, std::string_view name, ByteView value);

}  // namespace signet::store::directory
