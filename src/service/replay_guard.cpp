#include "service/replay_guard.hpp"

#include "base/log.hpp"
#include "store/database.hpp"
#include "store/directory.hpp"

#include <utility>

namespace signet::service {
namespace {

std::string key_of(model::ApplicationId application, std::string_view nonce) {
    return to_string(application) + "/" + std::string(nonce);
}

}  // namespace

Status ReplayGuard::load() {
    const auto remembered = platform_.database.read(
        [&](store::Connection& connection) { return store::directory::nonces(connection, platform_.clock.now()); });
    if (!remembered) return remembered.error();
    const std::lock_guard lock(mutex_);
    for (const auto& nonce : *remembered)
        seen_.emplace(key_of(nonce.application, nonce.nonce), nonce.expires);
    return {};
}

bool ReplayGuard::first_use(model::ApplicationId application, std::string_view nonce, UtcTime expires) {
    {
        const std::lock_guard lock(mutex_);
        const auto [entry, is_new] = seen_.emplace(key_of(application, nonce), expires);
        if (!is_new && entry->second >= platform_.clock.now()) return false;
        entry->second = expires;
    }
    const Status queued = platform_.database.write_async(
        [application, nonce = std::string(nonce), expires](store::Transaction& transaction) {
            return store::directory::remember_nonce(transaction, application, nonce, expires);
        },
        [](const Result<bool>& written) {
            if (!written) spdlog::error("a nonce could not be written: {}", for_log(describe(written.error())));
        });
    // When the writer's queue is full the request would fail anyway as soon as it wants to change something.
    return static_cast<bool>(queued);
}

void ReplayGuard::forget_expired() {
    const UtcTime now = platform_.clock.now();
    {
        const std::lock_guard lock(mutex_);
        std::erase_if(seen_, [&](const auto& entry) { return entry.second < now; });
    }
    const Status forgotten = platform_.database.write(
        [&](store::Transaction& transaction) { return store::directory::forget_nonces(transaction, now); });
    if (!forgotten) spdlog::error("old nonces could not be forgotten: {}", for_log(describe(forgotten.error())));
}

}  // namespace signet::service
