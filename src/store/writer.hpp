#pragma once

#include "store/sqlite_connection.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace signet::store {

/// The one thread that writes. It takes everything that waits, runs each work in a savepoint of its own inside one
/// transaction, and tells everybody after the one commit is on disk.
class Writer {
  public:
    Writer(std::unique_ptr<SqliteConnection> connection, const DatabaseOptions& options);
    /// Does what waits, then stops.
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    Status write_and_wait(const std::function<Status(Transaction&)>& work);
    Status submit(std::function<Status(Transaction&)> work, std::function<void(Status)> completion);
    /// The same without hurry: waits a little for somebody whose commit it can join.
    Status submit_behind(std::function<Status(Transaction&)> work, std::function<void(Status)> completion);
    bool is_this_thread() const { return std::this_thread::get_id() == thread_.get_id(); }
    DatabaseStatistics statistics() const;

  private:
    struct Job {
        std::function<Status(Transaction&)> work;
        std::function<void(Status)> completion;
        std::vector<std::function<void()>> after_commit = {};
        Status result = {};
    };
    using Jobs = std::vector<Job>;

    Status enqueue(Job job, bool is_urgent);
    void loop();
    bool take(Jobs& jobs);
    void run_batch(Jobs& jobs);
    /// Runs jobs from `first` on in one transaction; the index behind the last one it could settle.
    std::size_t run_transaction(Jobs& jobs, std::size_t first);
    void run_job(Job& job);
    Status run_work(Job& job);
    Status last_words();
    Status end_transaction();
    void roll_back();
    void report(Jobs& jobs);

    std::unique_ptr<SqliteConnection> connection_;
    const std::size_t queue_limit_;
    const std::size_t batch_limit_;
    const std::function<Status(Transaction&)> before_commit_;

    mutable std::mutex mutex_;
    std::condition_variable filled_;
    std::deque<Job> queue_;
    bool somebody_waits_ = false;  // for a job in the queue
    bool stopping_ = false;

    std::atomic<std::uint64_t> committed_{0};
    std::atomic<std::uint64_t> failed_{0};
    std::atomic<std::uint64_t> batches_{0};
    std::thread thread_;
};

}  // namespace signet::store
