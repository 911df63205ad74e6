#include "service/master_key.hpp"

#include "crypto/certificate_authority.hpp"
#include "crypto/key_vault.hpp"
#include "service/callback_sealing.hpp"
#include "service/directory.hpp"
#include "service/personal_grants.hpp"
#include "service/signing_keys.hpp"
#include "store/audit.hpp"
#include "store/database.hpp"
#include "store/sealed_secrets.hpp"

#include <functional>
#include <string>

namespace signet::service {

namespace sealed_secrets = store::sealed_secrets;

namespace {

constexpr std::size_t kAtOnce = 200;

std::string context_of(sealed_secrets::Place place, const sealed_secrets::Secret& secret) {
    switch (place) {
        case sealed_secrets::Place::ApplicationSecret:
            return application_secret_context({secret.id});
        case sealed_secrets::Place::GrantSignature:
            return grant_signature_context({secret.id});
        case sealed_secrets::Place::SigningKey:
            return signing_key_context({secret.id}, {secret.second_id});
        case sealed_secrets::Place::CallbackSecret:
            return callback_secret_context({store::callback_secrets::OwnerKind{secret.id}, secret.second_id});
    }
    return {};
}

using Visit = std::function<Status(sealed_secrets::Place, const std::vector<sealed_secrets::Secret>&)>;

/// Shows every stored secret, some at a time.
Status visit(store::Database& database, const Visit& show) {
    for (const sealed_secrets::Place place : sealed_secrets::kPlaces) {
        std::int64_t id = -1;
        std::int64_t second_id = -1;
        for (;;) {
            const auto some = database.read([&](store::Connection& connection) {
                return sealed_secrets::after(connection, place, id, second_id, kAtOnce);
            });
            if (!some) return some.error();
            if (some->empty()) break;
            id = some->back().id;
            second_id = some->back().second_id;
            if (const Status shown = show(place, *some); !shown) return shown;
        }
    }
    return {};
}

}  // namespace

Result<std::size_t> MasterKey::outstanding() {
    std::size_t waiting = 0;
    const Status seen = visit(database_, [&](sealed_secrets::Place, const auto& secrets) -> Status {
        for (const auto& secret : secrets)
            waiting += vault_.needs_resealing(secret.sealed) ? 1 : 0;
        return {};
    });
    if (!seen) return seen.error();
    for (const OtherKey& other : others_) {
        const auto is_old = other.is_old();
        if (!is_old) return is_old.error();
        waiting += *is_old ? 1 : 0;
    }
    for (const std::filesystem::path& folder : places_.authorities) {
        if (!std::filesystem::exists(folder)) continue;
        const auto keys = crypto::CertificateAuthority::count_old_seals(folder, vault_);
        if (!keys) return keys.error();
        waiting += *keys;
    }
    return waiting;
}

Result<std::size_t> MasterKey::reseal_all() {
    std::size_t resealed = 0;
    for (const std::filesystem::path& folder : places_.authorities) {
        if (!std::filesystem::exists(folder)) continue;
        const auto keys = crypto::CertificateAuthority::reseal_keys(folder, vault_);
        if (!keys) return keys.error();
        resealed += *keys;
    }
    for (const OtherKey& other : others_) {
        const auto is_old = other.is_old();
        if (!is_old) return is_old.error();
        if (!*is_old) continue;
        if (const Status sealed = other.reseal(); !sealed) return sealed.error();
        ++resealed;
    }
    const Status done = visit(database_, [&](sealed_secrets::Place place, const auto& secrets) -> Status {
        return database_.write([&](store::Transaction& transaction) -> Status {
            for (const auto& secret : secrets) {
                if (!vault_.needs_resealing(secret.sealed)) continue;
                const std::string context = context_of(place, secret);
                const auto opened = vault_.open(secret.sealed, context);
                if (!opened) {
                    return fail(opened.error().code,
                                std::string(to_string(place)) + ", " + context + ": " + opened.error().detail);
                }
                const auto replaced =
                    sealed_secrets::replace(transaction, place, secret, vault_.seal(opened->view(), context));
                if (!replaced) return replaced.error();
                // Whoever changed it meanwhile sealed it with the newest key.
                resealed += *replaced ? 1 : 0;
            }
            return {};
        });
    });
    if (!done) return done.error();
    return resealed;
}

Result<std::size_t> MasterKey::resume() {
    const std::lock_guard lock(rotating_);
    const auto waiting = outstanding();
    if (!waiting || *waiting == 0) return waiting;
    return reseal_all();
}

Result<MasterKey::Rotation> MasterKey::rotate(bool drop_old) {
    const std::lock_guard lock(rotating_);
    Rotation rotation;
    const auto waiting = outstanding();
    if (!waiting) return waiting.error();
    rotation.resumed = *waiting > 0;
    if (!rotation.resumed) {
        if (const Status made = vault_.rotate(places_.file); !made) return made.error();
    }
    const auto resealed = reseal_all();
    if (!resealed) return resealed.error();
    rotation.resealed = *resealed;
    rotation.key_id = vault_.newest_key_id();
    rotation.versions = vault_.key_count();
    if (drop_old) {
        const auto left = outstanding();
        if (!left) return left.error();
        if (*left > 0) return fail(ErrorCode::Conflict, "something is still sealed with an older key; rotate again");
        if (const Status dropped = vault_.drop_old(places_.file); !dropped) return dropped.error();
        rotation.versions = 1;
    }
    const store::AuditRecord record{
        clock_.now(),
        "operator",
        {},
        "master_key.rotated",
        "{\"key\":" + std::to_string(rotation.key_id) + ",\"resealed\":" + std::to_string(rotation.resealed) + "}"};
    const Status noted = database_.write([&](store::Transaction& transaction) -> Status {
        const auto logged = store::append_audit(transaction, record);
        return logged ? Status() : logged.error();
    });
    if (!noted) return noted.error();
    return rotation;
}

}  // namespace signet::service
