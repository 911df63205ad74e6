#include "app/outbox_queue.hpp"

#include <utility>

namespace signet::app {
namespace {

notify::Kind kind_of(store::OutboxKind kind) {
    switch (kind) {
        case store::OutboxKind::Callback:
            return notify::Kind::Callback;
        case store::OutboxKind::Sms:
            return notify::Kind::Sms;
        case store::OutboxKind::Mail:
            return notify::Kind::Mail;
    }
    return notify::Kind::Callback;
}

}  // namespace

Result<std::vector<notify::Task>> OutboxQueue::claim(const Claim& claim) {
    store::Outbox::Claim wanted;
    wanted.owner = claim.owner;
    wanted.limit = claim.limit;
    wanted.lease = claim.lease;
    wanted.per_destination = claim.per_destination;
    wanted.busy_destinations = claim.busy_destinations;
    auto entries = outbox_.claim(wanted);
    if (!entries) return entries.error();
    std::vector<notify::Task> tasks;
    for (store::OutboxEntry& entry : *entries) {
        tasks.push_back({entry.id.value, kind_of(entry.message.kind), std::move(entry.message.family),
                         std::move(entry.message.payload), std::move(entry.message.destination), entry.attempts});
    }
    return tasks;
}

Status OutboxQueue::done(std::int64_t id, std::string_view owner) {
    return outbox_.done({id}, owner);
}

Status OutboxQueue::retry_at(std::int64_t id, std::string_view owner, UtcTime when, std::string_view why) {
    return outbox_.retry_at({id}, owner, when, why);
}

Status OutboxQueue::dead(std::int64_t id, std::string_view owner, std::string_view why) {
    return outbox_.dead({id}, owner, why);
}

Status OutboxQueue::release(std::int64_t id, std::string_view owner) {
    return outbox_.release({id}, owner);
}

}  // namespace signet::app
