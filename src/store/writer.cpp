#include "store/writer.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <semaphore>

namespace signet::store {
namespace {

/// How long a write that nobody waits for waits for company.
constexpr std::chrono::milliseconds kPatience{50};

class SqliteTransaction final : public Transaction {
  public:
    SqliteTransaction(SqliteConnection& connection, std::vector<std::function<void()>>& after_commit)
        : connection_(connection), after_commit_(after_commit) {}

    Status script(std::string_view sql) override { return connection_.script(sql); }
    void after_commit(std::function<void()> action) override { after_commit_.push_back(std::move(action)); }

  protected:
    Result<std::int64_t> run(std::string_view sql, const Parameters& parameters,
                             const std::function<bool(const Row&)>& visit) override {
        return connection_.run(sql, parameters, visit);
    }

  private:
    SqliteConnection& connection_;
    std::vector<std::function<void()>>& after_commit_;
};

Status plain(const Result<std::int64_t>& changed) {
    if (!changed) return changed.error();
    return {};
}

}  // namespace

Writer::Writer(std::unique_ptr<SqliteConnection> connection, const DatabaseOptions& options)
    : connection_(std::move(connection)),
      queue_limit_(std::max<std::size_t>(options.write_queue, 1)),
      batch_limit_(std::max<std::size_t>(options.write_batch, 1)),
      before_commit_(options.before_commit),
      thread_([this] { loop(); }) {}

Writer::~Writer() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    filled_.notify_one();
    thread_.join();
}

Status Writer::write_and_wait(const std::function<Status(Transaction&)>& work) {
    if (is_this_thread()) return fail(ErrorCode::Internal, "a write inside a write would wait for itself");
    Status result;
    std::binary_semaphore settled(0);
    const Status taken = submit([&work](Transaction& transaction) { return work(transaction); },
                                [&](Status status) {
                                    result = std::move(status);
                                    settled.release();
                                });
    if (!taken) return taken;
    settled.acquire();
    return result;
}

Status Writer::submit(std::function<Status(Transaction&)> work, std::function<void(Status)> completion) {
    return enqueue(Job{std::move(work), std::move(completion)}, true);
}

Status Writer::submit_behind(std::function<Status(Transaction&)> work, std::function<void(Status)> completion) {
    return enqueue(Job{std::move(work), std::move(completion)}, false);
}

Status Writer::enqueue(Job job, bool is_urgent) {
    {
        const std::lock_guard lock(mutex_);
        if (stopping_) return fail(ErrorCode::Unavailable, "the store is closing");
        if (queue_.size() >= queue_limit_) return fail(ErrorCode::Unavailable, "the store has too much to write");
        queue_.push_back(std::move(job));
        if (is_urgent) somebody_waits_ = true;
    }
    filled_.notify_one();
    return {};
}

DatabaseStatistics Writer::statistics() const {
    const std::lock_guard lock(mutex_);
    return {committed_, failed_, batches_, queue_.size()};
}

void Writer::loop() {
    Jobs jobs;
    while (take(jobs)) {
        run_batch(jobs);
        report(jobs);
        jobs.clear();
    }
}

bool Writer::take(Jobs& jobs) {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    filled_.wait_for(lock, kPatience, [this] { return stopping_ || somebody_waits_; });
    const std::size_t count = std::min(queue_.size(), batch_limit_);
    for (std::size_t i = 0; i < count; ++i) {
        jobs.push_back(std::move(queue_.front()));
        queue_.pop_front();
    }
    somebody_waits_ = !queue_.empty();
    return count > 0;
}

void Writer::run_batch(Jobs& jobs) {
    for (std::size_t next = 0; next < jobs.size();)
        next = run_transaction(jobs, next);
}

std::size_t Writer::run_transaction(Jobs& jobs, std::size_t first) {
    std::size_t next = first;
    Status all = plain(connection_->run("BEGIN IMMEDIATE", {}, nullptr));
    if (!all) {
        // Nothing can be written now: nobody behind would fare better.
        for (; next < jobs.size(); ++next)
            jobs[next].result = all;
        return next;
    }
    while (next < jobs.size() && connection_->in_transaction())
        run_job(jobs[next++]);
    all = end_transaction();
    if (all) return next;
    for (std::size_t i = first; i < next; ++i) {
        if (jobs[i].result) jobs[i].result = all;
    }
    return next;
}

void Writer::run_job(Job& job) {
    job.result = plain(connection_->run("SAVEPOINT work", {}, nullptr));
    if (!job.result) return;
    job.result = run_work(job);
    if (job.result && connection_->has_deferred_violations()) {
        job.result = fail(ErrorCode::Conflict, "constraint foreign_key: FOREIGN KEY constraint failed");
    }
    if (!connection_->in_transaction()) {  // a failing disk makes SQLite undo everything at once
        if (job.result) job.result = fail(ErrorCode::StorageFailed, "the transaction was undone");
        return;
    }
    Status end;
    if (!job.result) end = plain(connection_->run("ROLLBACK TO work", {}, nullptr));
    if (end) end = plain(connection_->run("RELEASE work", {}, nullptr));
    if (end) return;
    // What belongs to this work cannot be told from the others' any more.
    if (job.result) job.result = end.error();
    roll_back();
}

Status Writer::run_work(Job& job) {
    SqliteTransaction transaction(*connection_, job.after_commit);
    try {
        return job.work(transaction);
    } catch (const std::exception& exception) {
        return fail(ErrorCode::Internal, std::string("a write threw: ") + exception.what());
    } catch (...) {
        return fail(ErrorCode::Internal, "a write threw");
    }
}

/// What every transaction ends with.
Status Writer::last_words() {
    if (!before_commit_) return {};
    Job job;
    job.work = before_commit_;
    return run_work(job);
}

Status Writer::end_transaction() {
    if (!connection_->in_transaction()) return fail(ErrorCode::StorageFailed, "the transaction was undone");
    if (const Status said = last_words(); !said) {
        roll_back();
        return fail(ErrorCode::StorageFailed, "nothing was committed: " + said.error().detail);
    }
    ++batches_;
    const Status committed = plain(connection_->run("COMMIT", {}, nullptr));
    if (committed) return {};
    roll_back();
    return fail(ErrorCode::StorageFailed, "nothing was committed: " + committed.error().detail);
}

void Writer::roll_back() {
    if (!connection_->in_transaction()) return;
    const Status undone = plain(connection_->run("ROLLBACK", {}, nullptr));
    if (!undone) spdlog::error("rollback failed: {}", for_log(undone.error().detail));
}

void Writer::report(Jobs& jobs) {
    for (Job& job : jobs)
        ++(job.result ? committed_ : failed_);
    for (Job& job : jobs) {
        // What a work or a listener got wrong must not take the writer with it.
        try {
            if (job.result) {
                for (const auto& action : job.after_commit)
                    action();
            }
        } catch (const std::exception& exception) {
            spdlog::error("an action after a commit threw: {}", for_log(exception.what()));
        }
        try {
            job.completion(std::move(job.result));
        } catch (const std::exception& exception) {
            spdlog::error("the completion of a write threw: {}", for_log(exception.what()));
        }
    }
}

}  // namespace signet::store
