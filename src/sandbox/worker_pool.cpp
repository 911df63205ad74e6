#include "sandbox/worker_pool.hpp"

#include "base/log.hpp"
#include "sandbox/worker_process.hpp"

#include <algorithm>
#include <condition_variable>
#include <list>
#include <mutex>
#include <optional>
#include <thread>

namespace signet::sandbox {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kLargestRequest = 16ULL << 20;
constexpr milliseconds kFirstPause{50};
constexpr unsigned kMostDoublings = 7;

struct Worker {
    WorkerProcess process;
    std::uint64_t affinity = 0;
    Clock::time_point idle_since;
};
/// A list, so that a worker changes hands between idle and busy by splicing, without a move.
using Workers = std::list<Worker>;

}  // namespace

/// Owns the workers. One thread of its own starts them, because a worker dies with the thread that started it.
class WorkerPool::Keeper {
  public:
    Keeper(std::vector<std::string> command, PoolOptions options, WorkerLimits limits)
        : command_(std::move(command)), options_(options), limits_(limits) {
        options_.count = std::max(options_.count, 1U);
        options_.warm = std::min(options_.warm, options_.count);
        thread_ = std::jthread([this] { keep(); });
    }

    ~Keeper() {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }

    Result<Bytes> call(ByteView request, std::span<const int> files, milliseconds time_limit, std::uint64_t affinity) {
        auto taken = acquire(affinity);
        while (taken && !taken->front().process.is_ready()) {
            discard(std::move(*taken));
            taken = acquire(affinity);
        }
        if (!taken) return taken.error();
        Worker& worker = taken->front();
        worker.affinity = affinity;
        auto reply = worker.process.run(request, files, limits_, Clock::now() + time_limit);
        release(std::move(*taken));
        return reply;
    }

    PoolStatistics statistics() const {
        const std::lock_guard lock(mutex_);
        PoolStatistics now = statistics_;
        now.alive = alive_;
        return now;
    }

  private:
    Result<Workers> acquire(std::uint64_t affinity) {
        const Clock::time_point deadline = Clock::now() + options_.queue_time;
        std::unique_lock lock(mutex_);
        const std::uint64_t failures_before = failures_;
        ++waiting_;
        changed_.notify_all();
        const bool served = available_.wait_until(
            lock, deadline, [&] { return !idle_.empty() || stopping_ || failures_ != failures_before; });
        --waiting_;
        if (idle_.empty()) {
            return fail(ErrorCode::Unavailable, served ? "no worker could be started" : "all workers are busy");
        }
        Workers taken;
        taken.splice(taken.begin(), idle_, choose(affinity));
        return taken;
    }

    /// The worker that knows the document, else one that would forget least: a fresh one, else the longest idle.
    Workers::iterator choose(std::uint64_t affinity) {
        const auto of = [this](std::uint64_t wanted) {
            return std::ranges::find_if(idle_, [&](const Worker& worker) { return worker.affinity == wanted; });
        };
        if (auto knows = of(affinity); knows != idle_.end()) return knows;
        if (auto fresh = of(0); fresh != idle_.end()) return fresh;
        return idle_.begin();
    }

    void release(Workers taken) {
        Worker& worker = taken.front();
        const bool lost = !worker.process.is_alive();
        {
            const std::lock_guard lock(mutex_);
            ++statistics_.jobs;
            if (lost) ++statistics_.lost;
        }
        if (lost || worker.process.jobs() >= limits_.jobs_per_life || has_grown(worker.process)) {
            return discard(std::move(taken));
        }
        worker.idle_since = Clock::now();
        {
            const std::lock_guard lock(mutex_);
            idle_.splice(idle_.end(), taken);
        }
        available_.notify_one();
        changed_.notify_all();
    }

    bool has_grown(const WorkerProcess& process) const {
        return limits_.resident_bytes != 0 && process.resident_bytes() > limits_.resident_bytes;
    }

    void discard(Workers taken) {
        taken.clear();  // kills and reaps, outside the lock
        {
            const std::lock_guard lock(mutex_);
            --alive_;
        }
        changed_.notify_all();
    }

    void keep() {
        std::unique_lock lock(mutex_);
        while (!stopping_) {
            if (wants_another() && Clock::now() >= not_before_) {
                start_one(lock);
            } else if (Workers ended = take_expired(); !ended.empty()) {
                end(std::move(ended), lock);
            } else {
                wait_for_change(lock);
            }
        }
        available_.notify_all();
        idle_.clear();
    }

    bool wants_another() const {
        if (alive_ >= options_.count) return false;
        return alive_ < options_.warm || waiting_ > idle_.size();
    }

    void start_one(std::unique_lock<std::mutex>& lock) {
        ++alive_;
        lock.unlock();
        auto started = WorkerProcess::start(command_, limits_, options_.keep_standard_error);
        lock.lock();
        if (started) {
            ++statistics_.started;
            failures_in_a_row_ = 0;
            idle_.push_back(Worker{std::move(*started), 0, Clock::now()});
            available_.notify_one();
            return;
        }
        --alive_;
        ++failures_;
        not_before_ = Clock::now() + kFirstPause * (1U << std::min(failures_in_a_row_, kMostDoublings));
        ++failures_in_a_row_;
        spdlog::error("{}", describe(started.error()));
        available_.notify_all();
    }

    /// Used workers give their memory back after a while; fresh ones beyond the warm number go as well.
    bool may_expire(const Worker& worker) const { return worker.process.jobs() > 0 || alive_ > options_.warm; }

    Workers take_expired() {
        Workers ended;
        const Clock::time_point now = Clock::now();
        for (auto next = idle_.begin(); next != idle_.end();) {
            const auto worker = next++;
            if (!may_expire(*worker) || now < worker->idle_since + options_.idle_life) continue;
            ended.splice(ended.end(), idle_, worker);
        }
        return ended;
    }

    void end(Workers ended, std::unique_lock<std::mutex>& lock) {
        const auto count = static_cast<unsigned>(ended.size());
        lock.unlock();
        ended.clear();  // kills and reaps
        lock.lock();
        alive_ -= count;
    }

    void wait_for_change(std::unique_lock<std::mutex>& lock) {
        std::optional<Clock::time_point> wake;
        const auto at = [&wake](Clock::time_point time) { wake = wake ? std::min(*wake, time) : time; };
        if (wants_another()) at(not_before_);
        for (const Worker& worker : idle_) {
            if (may_expire(worker)) at(worker.idle_since + options_.idle_life);
        }
        if (wake) {
            changed_.wait_until(lock, *wake);
        } else {
            changed_.wait(lock);
        }
    }

    const std::vector<std::string> command_;
    PoolOptions options_;
    const WorkerLimits limits_;

    mutable std::mutex mutex_;
    std::condition_variable changed_;    // to the keeper's thread
    std::condition_variable available_;  // to those who wait for a worker
    Workers idle_;
    unsigned alive_ = 0;  // idle, busy and being started
    std::size_t waiting_ = 0;
    std::uint64_t failures_ = 0;
    unsigned failures_in_a_row_ = 0;
    Clock::time_point not_before_{};
    PoolStatistics statistics_;
    bool stopping_ = false;
    std::jthread thread_;
};

WorkerPool::WorkerPool(std::vector<std::string> command, PoolOptions options, WorkerLimits limits)
    : keeper_(std::make_unique<Keeper>(std::move(command), options, limits)) {}

WorkerPool::~WorkerPool() = default;

Result<Bytes> WorkerPool::call(ByteView request, std::span<const int> files, milliseconds time_limit,
                               std::uint64_t affinity) {
    if (request.size() > kLargestRequest) return invalid_parameter("the request to a worker is too large");
    if (files.size() > kMostFiles) return invalid_parameter("too many files for a worker");
    return keeper_->call(request, files, time_limit, affinity);
}

PoolStatistics WorkerPool::statistics() const {
    return keeper_->statistics();
}

}  // namespace signet::sandbox
