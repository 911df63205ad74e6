#include "service/replay_guard.hpp"

#include "base/log.hpp"
#include "store/database.hpp"
#include "store/directory.hpp"

#include <utility>
#include <vector>

namespace signet::service {
namespace {

std::string key_of(model::ApplicationId application, std::string_view nonce) {
    return to_string(application) + "/" + std::string(nonce);
}

}  // namespace

/// Nonces on their way to the database. One work in the writer's queue is enough for all of them: it stands before
/// every change of a request whose nonce it finds here.
struct ReplayGuard::Unwritten {
    std::mutex mutex;
    std::vector<store::directory::RememberedNonce> nonces;
    bool is_queued = false;

    std::vector<store::directory::RememberedNonce> take() {
        const std::lock_guard lock(mutex);
        is_queued = false;
        return std::exchange(nonces, {});
    }
};

ReplayGuard::ReplayGuard(Platform& platform) : platform_(platform), unwritten_(std::make_shared<Unwritten>()) {}
ReplayGuard::~ReplayGuard() = default;

Status ReplayGuard::load() {
    const auto remembered = platform_.database.read(
        [&](store::Connection& connection) { return store::directory::nonces(connection, platform_.clock.now()); });
    if (!remembered) return remembered.error();
    const std::lock_guard lock(mutex_);
    for (const auto& nonce : *remembered)
        seen_.insert_or_assign(key_of(nonce.application, nonce.nonce), nonce.expires);
    return {};
}

bool ReplayGuard::first_use(model::ApplicationId application, std::string_view nonce, UtcTime expires) {
    {
        const std::lock_guard lock(mutex_);
        const auto [entry, is_new] = seen_.emplace(key_of(application, nonce), expires);
        if (!is_new && entry->second >= platform_.clock.now()) return false;
        entry->second = expires;
    }
    {
        const std::lock_guard lock(unwritten_->mutex);
        unwritten_->nonces.push_back({application, std::string(nonce), expires});
        if (std::exchange(unwritten_->is_queued, true)) return true;
    }
    // When the writer's queue is full the request would fail anyway as soon as it wants to change something.
    return static_cast<bool>(write_behind());
}

Status ReplayGuard::write_behind() {
    const Status queued = platform_.database.write_behind(
        [unwritten = unwritten_](store::Transaction& transaction) {
            return store::directory::remember_nonces(transaction, unwritten->take());
        },
        [](const Status& written) {
            if (!written) spdlog::error("nonces could not be written: {}", for_log(describe(written.error())));
        });
    if (queued) return queued;
    const std::lock_guard lock(unwritten_->mutex);
    unwritten_->is_queued = false;
    return queued;
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
