#include "store/callback_secrets.hpp"

#include <string>

namespace signet::store::callback_secrets {

Result<std::optional<CallbackSecret>> find(Connection& connection, Owner owner) {
    return connection.first(
        "SELECT wrapped_secret, encryption, vector FROM callback_secret WHERE kind = $1 AND id = $2",
        {static_cast<std::int64_t>(owner.kind), owner.id}, [&](const Row& row) {
            CallbackSecret secret{owner, row.get<Bytes>(0), {}};
            const auto encryption = model::from_wire<model::CallbackEncryption>(row.text(1));
            const auto vector = model::from_wire<model::CallbackVector>(row.text(2));
            if (encryption && vector) secret.cipher = {*encryption, *vector};
            return secret;
        });
}

Status put(Transaction& transaction, const CallbackSecret& secret) {
    const auto& cipher = secret.cipher;
    const auto done = transaction.execute(
        "INSERT INTO callback_secret (kind, id, wrapped_secret, encryption, vector) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT (kind, id) DO UPDATE SET wrapped_secret = excluded.wrapped_secret, "
        "encryption = excluded.encryption, vector = excluded.vector",
        {static_cast<std::int64_t>(secret.owner.kind), secret.owner.id, secret.wrapped_secret,
         std::string(cipher ? to_wire(cipher->encryption) : ""), std::string(cipher ? to_wire(cipher->vector) : "")});
    if (!done) return done.error();
    return {};
}

}  // namespace signet::store::callback_secrets
