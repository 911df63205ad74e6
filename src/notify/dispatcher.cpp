#include "notify/dispatcher.hpp"

#include "base/bytes.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <cstring>
#include <exception>

namespace signet::notify {
namespace {

constexpr std::size_t kRememberedDestinations = 10'000;

/// 0…1, evenly.
double random_share() {
    const Bytes bytes = random_bytes(sizeof(std::uint32_t));
    std::uint32_t number = 0;
    std::memcpy(&number, bytes.data(), sizeof number);
    return static_cast<double>(number) / 4'294'967'295.0;
}

}  // namespace

Outcome Outcome::of(const Error& error) {
    if (error.code == ErrorCode::InvalidParameter || error.code == ErrorCode::ParameterTooLong) {
        return give_up(describe(error));
    }
    return try_later(describe(error));
}

Dispatcher::Dispatcher(TaskQueue& queue, const Clock& clock, std::map<Kind, Carrier> carriers,
                       DispatcherSettings settings)
    : queue_(queue), clock_(clock), carriers_(std::move(carriers)), settings_(std::move(settings)) {
    settings_.workers = std::max<std::size_t>(settings_.workers, 1);
    settings_.per_destination = std::max<std::size_t>(settings_.per_destination, 1);
    if (!settings_.random) settings_.random = random_share;
    if (!settings_.schedule) settings_.schedule = schedule_of;
}

Dispatcher::~Dispatcher() {
    stop();
}

void Dispatcher::start() {
    if (!threads_.empty()) return;
    threads_.emplace_back([this] { claim_loop(); });
    for (std::size_t i = 0; i < settings_.workers; ++i)
        threads_.emplace_back([this] { work_loop(); });
}

void Dispatcher::wake() {
    {
        const std::lock_guard lock(mutex_);
        woken_ = true;
    }
    wanted_.notify_one();
}

void Dispatcher::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wanted_.notify_all();
    given_.notify_all();
    for (auto& thread : threads_)
        thread.join();
    threads_.clear();
    for (const Task& task : std::exchange(tasks_, {}))
        (void)queue_.release(task.id, settings_.owner);
}

DispatcherStatistics Dispatcher::statistics() const {
    const std::lock_guard lock(mutex_);
    return statistics_;
}

void Dispatcher::claim_loop() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        woken_ = false;
        lock.unlock();
        const bool more = claim_more();
        lock.lock();
        if (!more) wanted_.wait_for(lock, settings_.poll, [this] { return woken_ || stopping_; });
    }
}

bool Dispatcher::claim_more() {
    const TaskQueue::Claim claim = next_claim();
    if (claim.limit == 0) return false;
    auto tasks = queue_.claim(claim);
    if (!tasks) {
        spdlog::warn("the outbox cannot be read: {}", for_log(describe(tasks.error())));
        return false;
    }
    const bool some = !tasks->empty();
    take(std::move(*tasks));
    return some;
}

TaskQueue::Claim Dispatcher::next_claim() const {
    const std::lock_guard lock(mutex_);
    const std::size_t taken = std::min<std::size_t>(settings_.workers, tasks_.size() + statistics_.under_way);
    // One for each destination at a time; who may have more gets it by the next claim.
    TaskQueue::Claim claim{settings_.owner, settings_.workers - taken, settings_.lease, 1, {}};
    const bool spare_failing = failing_have_enough();
    for (const auto& [name, destination] : destinations_) {
        const bool spared = spare_failing && destination.standing == Standing::Failing;
        if (spared || destination.under_way >= limit_of(destination)) claim.busy_destinations.push_back(name);
    }
    return claim;
}

void Dispatcher::take(std::vector<Task> tasks) {
    std::vector<Task> too_many;
    {
        const std::lock_guard lock(mutex_);
        for (Task& task : tasks) {
            Destination& destination = destinations_[task.destination];
            if (destination.standing == Standing::Failing && failing_have_enough()) {
                too_many.push_back(std::move(task));
                continue;
            }
            ++destination.under_way;
            tasks_.push_back(std::move(task));
        }
    }
    given_.notify_all();
    for (const Task& task : too_many)
        (void)queue_.release(task.id, settings_.owner);
}

std::size_t Dispatcher::limit_of(const Destination& destination) const {
    return destination.standing == Standing::Good ? settings_.per_destination : 1;
}

bool Dispatcher::failing_have_enough() const {
    std::size_t under_way = 0;
    for (const auto& [name, destination] : destinations_) {
        if (destination.standing == Standing::Failing) under_way += destination.under_way;
    }
    return under_way >= std::max<std::size_t>(settings_.workers / 4, 1);
}

void Dispatcher::work_loop() {
    std::unique_lock lock(mutex_);
    for (;;) {
        given_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
        if (stopping_) return;
        const Task task = std::move(tasks_.front());
        tasks_.pop_front();
        ++statistics_.under_way;
        lock.unlock();
        carry(task);
        lock.lock();
    }
}

void Dispatcher::carry(const Task& task) {
    const Outcome outcome = attempt(task);
    report(task, outcome);
    {
        const std::lock_guard lock(mutex_);
        finish(task, outcome);
        woken_ = true;
    }
    wanted_.notify_one();
}

Outcome Dispatcher::attempt(const Task& task) const {
    const auto carrier = carriers_.find(task.kind);
    if (carrier == carriers_.end()) return Outcome::give_up("nobody carries this kind");
    try {
        return carrier->second(task);
    } catch (const std::exception& exception) {
        return Outcome::try_later(std::string("the carrier threw: ") + exception.what());
    }
}

void Dispatcher::report(const Task& task, const Outcome& outcome) {
    Status reported;
    const auto wait = settings_.schedule(task.family).after(task.attempt, settings_.random());
    if (outcome.verdict == Outcome::Verdict::Delivered) {
        reported = queue_.done(task.id, settings_.owner);
    } else if (outcome.verdict == Outcome::Verdict::GiveUp || !wait) {
        reported = queue_.dead(task.id, settings_.owner, outcome.why);
    } else {
        const auto longest = std::max(*wait, outcome.retry_after.value_or(std::chrono::milliseconds(0)));
        reported = queue_.retry_at(task.id, settings_.owner, clock_.now() + longest, outcome.why);
    }
    // Then the lease runs out and the task is carried again: at least once.
    if (!reported) spdlog::warn("outbox entry {}: {}", task.id, for_log(describe(reported.error())));
}

void Dispatcher::finish(const Task& task, const Outcome& outcome) {
    --statistics_.under_way;
    const auto found = destinations_.find(task.destination);
    --found->second.under_way;
    const bool delivered = outcome.verdict == Outcome::Verdict::Delivered;
    if (delivered) {
        ++statistics_.delivered;
    } else if (outcome.verdict == Outcome::Verdict::GiveUp || !settings_.schedule(task.family).after(task.attempt, 0)) {
        ++statistics_.dead;
    } else {
        ++statistics_.retried;
    }
    found->second.standing = delivered ? Standing::Good : Standing::Failing;
    if (found->second.under_way == 0 && destinations_.size() > kRememberedDestinations) destinations_.erase(found);
}

}  // namespace signet::notify
