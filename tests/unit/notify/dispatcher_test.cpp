#include "notify/dispatcher.hpp"

#include <algorithm>
#include <atomic>
#include <latch>
#include <set>
#include <stdexcept>

#include <gtest/gtest.h>

namespace signet::notify {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

constexpr UtcTime kNow{1'800'000'000'000};

/// An outbox in memory that notes what becomes of its tasks.
class MemoryQueue final : public TaskQueue {
  public:
    void add(Task task) {
        const std::lock_guard lock(mutex_);
        task.id = ++last_;
        waiting_.push_back(std::move(task));
    }
    Result<std::vector<Task>> claim(const Claim& claim) override {
        const std::lock_guard lock(mutex_);
        if (broken_) return fail(ErrorCode::StorageFailed, "no disk");
        std::vector<Task> claimed;
        std::map<std::string, std::size_t> per_destination;
        for (auto task = waiting_.begin(); task != waiting_.end() && claimed.size() < claim.limit;) {
            const bool busy =
                std::ranges::find(claim.busy_destinations, task->destination) != claim.busy_destinations.end();
            if (busy || per_destination[task->destination]++ >= claim.per_destination) {
                ++task;
                continue;
            }
            claimed.push_back(std::move(*task));
            task = waiting_.erase(task);
        }
        return claimed;
    }
    Status done(std::int64_t id, std::string_view) override { return settle("done", id); }
    Status retry_at(std::int64_t id, std::string_view, UtcTime when, std::string_view why) override {
        return settle("retry+" + std::to_string((when - kNow).count()) + " " + std::string(why), id);
    }
    Status dead(std::int64_t id, std::string_view, std::string_view why) override {
        return settle("dead " + std::string(why), id);
    }
    Status release(std::int64_t id, std::string_view) override {
        const std::lock_guard lock(mutex_);
        released_.insert(id);
        return {};
    }

    void wait_settled(std::size_t count) {
        std::unique_lock lock(mutex_);
        settled_changed_.wait(lock, [&] { return settled_.size() >= count; });
    }
    std::string fate(std::int64_t id) {
        const std::lock_guard lock(mutex_);
        return settled_.at(id);
    }
    std::set<std::int64_t> released() {
        const std::lock_guard lock(mutex_);
        return released_;
    }
    std::size_t waiting() {
        const std::lock_guard lock(mutex_);
        return waiting_.size();
    }
    void set_broken(bool broken) {
        const std::lock_guard lock(mutex_);
        broken_ = broken;
    }

  private:
    Status settle(std::string fate, std::int64_t id) {
        const std::lock_guard lock(mutex_);
        EXPECT_TRUE(settled_.emplace(id, std::move(fate)).second) << "settled twice";
        settled_changed_.notify_all();
        return {};
    }

    std::mutex mutex_;
    std::condition_variable settled_changed_;
    std::deque<Task> waiting_;
    std::map<std::int64_t, std::string> settled_;
    std::set<std::int64_t> released_;
    std::int64_t last_ = 0;
    bool broken_ = false;
};

class DispatcherTest : public testing::Test {
  protected:
    ManualClock clock_{kNow};
    MemoryQueue queue_;

    static DispatcherSettings settings() {
        DispatcherSettings settings;
        settings.owner = "test";
        settings.workers = 8;
        settings.poll = milliseconds(1);
        settings.random = [] { return 0.0; };
        return settings;
    }
    static Task task(std::string destination, int attempt = 1, std::string family = "contract") {
        Task made;
        made.destination = std::move(destination);
        made.attempt = attempt;
        made.family = std::move(family);
        return made;
    }
    std::unique_ptr<Dispatcher> start(Carrier carrier, DispatcherSettings with = settings()) {
        auto dispatcher = std::make_unique<Dispatcher>(
            queue_, clock_, std::map<Kind, Carrier>{{Kind::Callback, std::move(carrier)}}, std::move(with));
        dispatcher->start();
        return dispatcher;
    }
};

TEST_F(DispatcherTest, reports_what_became_of_each_task) {
    queue_.add(task("good"));
    queue_.add(task("bad"));
    queue_.add(task("gone"));
    queue_.add(task("throws"));
    queue_.add(task("asks"));
    Task sms = task("sms");
    sms.kind = Kind::Sms;
    queue_.add(sms);
    const auto dispatcher = start([](const Task& task) -> Outcome {
        if (task.destination == "bad") return Outcome::try_later("503");
        if (task.destination == "gone") return Outcome::give_up("410");
        if (task.destination == "throws") throw std::runtime_error("a bug");
        if (task.destination == "asks") return {Outcome::Verdict::TryLater, "429", minutes(30)};
        return Outcome::delivered();
    });
    queue_.wait_settled(6);
    EXPECT_EQ(queue_.fate(1), "done");
    EXPECT_EQ(queue_.fate(2), "retry+300000 503");
    EXPECT_EQ(queue_.fate(3), "dead 410");
    EXPECT_EQ(queue_.fate(4), "retry+300000 the carrier threw: a bug");
    EXPECT_EQ(queue_.fate(5), "retry+1800000 429");
    EXPECT_EQ(queue_.fate(6), "dead nobody carries this kind");
    dispatcher->stop();
    const auto statistics = dispatcher->statistics();
    EXPECT_EQ(statistics.delivered, 1U);
    EXPECT_EQ(statistics.retried, 3U);
    EXPECT_EQ(statistics.dead, 2U);
    EXPECT_EQ(statistics.under_way, 0U);
}

TEST_F(DispatcherTest, follows_the_schedule_of_the_family_to_its_end) {
    queue_.add(task("a", 2));
    queue_.add(task("b", 7));
    queue_.add(task("c", 8));
    queue_.add(task("d", 1, "companyauth"));
    queue_.add(task("e", 4, "companyauth"));
    const auto dispatcher = start([](const Task&) { return Outcome::try_later("no"); });
    queue_.wait_settled(5);
    EXPECT_EQ(queue_.fate(1), "retry+7200000 no");
    EXPECT_EQ(queue_.fate(2), "retry+86400000 no");
    EXPECT_EQ(queue_.fate(3), "dead no");
    EXPECT_EQ(queue_.fate(4), "retry+0 no");
    EXPECT_EQ(queue_.fate(5), "dead no");
}

TEST_F(DispatcherTest, is_woken_before_it_would_look) {
    auto patient = settings();
    patient.poll = hours(1);
    const auto dispatcher = start([](const Task&) { return Outcome::delivered(); }, patient);
    queue_.add(task("a"));
    dispatcher->wake();
    queue_.wait_settled(1);
}

TEST_F(DispatcherTest, goes_on_when_the_outbox_cannot_be_read_for_a_while) {
    queue_.set_broken(true);
    queue_.add(task("a"));
    const auto dispatcher = start([](const Task&) { return Outcome::delivered(); });
    std::this_thread::sleep_for(milliseconds(5));
    queue_.set_broken(false);
    queue_.wait_settled(1);
}

TEST_F(DispatcherTest, delivers_to_healthy_receivers_while_slow_ones_hang) {
    std::latch never(1);
    for (int i = 0; i < 4; ++i) {
        for (int slow = 0; slow < 5; ++slow)
            queue_.add(task("slow " + std::to_string(slow)));
    }
    for (int i = 0; i < 200; ++i)
        queue_.add(task("good " + std::to_string(i % 10)));
    std::atomic<int> hanging{0};
    std::atomic<int> delivered{0};
    std::latch all(200);
    const auto dispatcher = start([&](const Task& task) {
        if (task.destination.starts_with("slow")) {
            ++hanging;
            never.wait();
            return Outcome::try_later("too slow");
        }
        ++delivered;
        all.count_down();
        return Outcome::delivered();
    });
    all.wait();  // although five receivers of eight workers hang
    EXPECT_EQ(delivered, 200);
    EXPECT_LE(hanging, 5);
    never.count_down();
}

TEST_F(DispatcherTest, grants_failing_receivers_a_quarter_of_the_workers) {
    for (int slow = 0; slow < 6; ++slow)
        queue_.add(task("slow " + std::to_string(slow)));
    std::atomic<bool> hang{false};
    std::atomic<int> hanging{0};
    std::latch never(1);
    std::latch all(50);
    const auto dispatcher = start([&](const Task& task) {
        if (task.destination.starts_with("slow")) {
            if (hang) {
                ++hanging;
                never.wait();
            }
            return Outcome::try_later("down");
        }
        all.count_down();
        return Outcome::delivered();
    });
    queue_.wait_settled(6);  // now they are known to fail
    hang = true;
    for (int slow = 0; slow < 6; ++slow)
        queue_.add(task("slow " + std::to_string(slow)));
    for (int i = 0; i < 50; ++i)
        queue_.add(task("good " + std::to_string(i % 5)));
    dispatcher->wake();
    all.wait();
    EXPECT_LE(hanging, 2);
    never.count_down();
    dispatcher->stop();
}

TEST_F(DispatcherTest, lets_what_is_under_way_end_and_gives_back_the_rest) {
    auto one = settings();
    one.workers = 1;
    std::latch begun(1);
    std::latch finish(1);
    queue_.add(task("a"));
    queue_.add(task("b"));
    const auto dispatcher = start(
        [&](const Task&) {
            begun.count_down();
            finish.wait();
            return Outcome::delivered();
        },
        one);
    begun.wait();
    std::thread stopper([&] { dispatcher->stop(); });
    finish.count_down();
    stopper.join();
    EXPECT_EQ(queue_.fate(1), "done");
    EXPECT_TRUE(queue_.waiting() == 1 || queue_.released().contains(2) || queue_.fate(2) == "done");
}

TEST(RetrySchedule, is_that_of_the_specification) {
    std::vector<milliseconds> waits;
    for (int attempt = 1; const auto wait = contract_schedule().after(attempt, 0); ++attempt)
        waits.push_back(*wait);
    EXPECT_EQ(waits,
              (std::vector<milliseconds>{minutes(5), hours(2), hours(2), hours(2), hours(2), hours(12), hours(24)}));
    EXPECT_EQ(schedule_of("sealreview").waits.size(), 4U);
    EXPECT_EQ(schedule_of("personalauth").waits.size(), 3U);
    EXPECT_EQ(schedule_of("unheard-of").waits.size(), 7U);
    EXPECT_EQ(schedule_of("message").after(1, 0), milliseconds(5'000));
}

TEST(RetrySchedule, spreads_what_failed_together) {
    const RetrySchedule schedule{{minutes(10)}, 0.1};
    EXPECT_EQ(schedule.after(1, 0), minutes(10));
    EXPECT_EQ(schedule.after(1, 1), minutes(11));
    EXPECT_EQ(schedule.after(1, 7), minutes(11));
    EXPECT_FALSE(schedule.after(2, 0));
    EXPECT_FALSE(schedule.after(0, 0));
}

TEST(Outcomes, give_up_on_what_the_message_itself_does_wrong) {
    EXPECT_EQ(Outcome::of(invalid_parameter("x")).verdict, Outcome::Verdict::GiveUp);
    EXPECT_EQ(Outcome::of(fail(ErrorCode::Unavailable)).verdict, Outcome::Verdict::TryLater);
}

}  // namespace
}  // namespace signet::notify
