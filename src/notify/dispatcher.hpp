#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "notify/retry_schedule.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace signet::notify {

enum class Kind { Callback, Sms, Mail };

/// Something to be sent, leased to this process.
struct Task {
    std::int64_t id = 0;
    Kind kind = Kind::Callback;
    std::string family;
    std::string payload;
    std::string destination;
    int attempt = 1;  // from 1
};

/// Where tasks come from: the outbox, as the dispatcher sees it. Must be thread-safe.
class TaskQueue {
  public:
    virtual ~TaskQueue() = default;
    struct Claim {
        std::string owner;
        std::size_t limit = 0;
        std::chrono::milliseconds lease{};
        std::size_t per_destination = 0;
        std::vector<std::string> busy_destinations;
    };
    virtual Result<std::vector<Task>> claim(const Claim& claim) = 0;
    virtual Status done(std::int64_t id, std::string_view owner) = 0;
    virtual Status retry_at(std::int64_t id, std::string_view owner, UtcTime when, std::string_view why) = 0;
    virtual Status dead(std::int64_t id, std::string_view owner, std::string_view why) = 0;
    virtual Status release(std::int64_t id, std::string_view owner) = 0;
};

/// What became of a task.
struct Outcome {
    enum class Verdict {
        Delivered,
        TryLater,  // by the schedule, or after `retry_after` when that is longer
        GiveUp,    // never again: a dead letter at once
    };
    Verdict verdict = Verdict::Delivered;
    std::string why;
    std::optional<std::chrono::milliseconds> retry_after;

    static Outcome delivered() { return {}; }
    static Outcome try_later(std::string why) { return {Verdict::TryLater, std::move(why), {}}; }
    static Outcome give_up(std::string why) { return {Verdict::GiveUp, std::move(why), {}}; }
    /// An error of a gateway or sender: InvalidParameter is for good, everything else may pass.
    static Outcome of(const Error& error);
};

/// Reads a task's payload and sends it. Called from several threads at once; an exception counts as TryLater.
using Carrier = std::function<Outcome(const Task&)>;

struct DispatcherSettings {
    /// Told apart from every other process and every earlier run.
    std::string owner;
    std::size_t workers = 16;
    /// How many of them one destination may occupy once it has taken something; before, and while it fails, one. Those
    /// that fail occupy a quarter of the workers together, so that slow receivers do not hold up the others.
    std::size_t per_destination = 2;
    /// Longer than any delivery can take.
    std::chrono::milliseconds lease{120'000};
    /// How often the queue is asked when nobody wakes the dispatcher.
    std::chrono::milliseconds poll{1'000};
    /// 0…1, for the jitter; the system's when empty.
    std::function<double()> random;
    std::function<RetrySchedule(std::string_view family)> schedule = schedule_of;
};

struct DispatcherStatistics {
    std::uint64_t delivered = 0;
    std::uint64_t retried = 0;
    std::uint64_t dead = 0;
    std::uint64_t under_way = 0;
};

/// Carries tasks out in the background: one thread claims, `workers` threads send. Nothing is lost when the process
/// dies: the lease runs out and the task is claimed again.
class Dispatcher {
  public:
    /// All references must outlive the dispatcher. Kinds without a carrier are dead letters.
    Dispatcher(TaskQueue& queue, const Clock& clock, std::map<Kind, Carrier> carriers, DispatcherSettings settings);
    ~Dispatcher();
    Dispatcher(const Dispatcher&) = delete;
    Dispatcher& operator=(const Dispatcher&) = delete;

    void start();
    /// There may be something new. Cheap; from any thread, after a commit for instance.
    void wake();
    /// Lets deliveries under way end, gives back what was not begun, and stops.
    void stop();

    DispatcherStatistics statistics() const;

  private:
    /// What the last attempt at a destination says about it.
    enum class Standing { Unknown, Good, Failing };
    struct Destination {
        std::size_t under_way = 0;
        Standing standing = Standing::Unknown;
    };

    void claim_loop();
    void work_loop();
    bool claim_more();
    TaskQueue::Claim next_claim() const;
    void take(std::vector<Task> tasks);
    void carry(const Task& task);
    Outcome attempt(const Task& task) const;
    void report(const Task& task, const Outcome& outcome);
    void finish(const Task& task, const Outcome& outcome);
    std::size_t limit_of(const Destination& destination) const;
    bool failing_have_enough() const;

    TaskQueue& queue_;
    const Clock& clock_;
    const std::map<Kind, Carrier> carriers_;
    DispatcherSettings settings_;

    mutable std::mutex mutex_;
    std::condition_variable wanted_;  // the claimer: woken, a worker is free, or the end
    std::condition_variable given_;   // the workers: a task, or the end
    std::deque<Task> tasks_;
    std::map<std::string, Destination> destinations_;
    DispatcherStatistics statistics_;
    bool woken_ = false;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace signet::notify
