#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace signet::http {

/// Threads for work that blocks, behind a queue of bounded length. Thread-safe.
class WorkerPool {
  public:
    WorkerPool(unsigned threads, std::size_t longest_queue);
    ~WorkerPool() { stop(); }
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    /// False when the queue is full or the pool stopped; then the work is not done. The work must not throw.
    bool submit(std::function<void()> work);
    std::size_t queued() const;
    /// Finishes what is queued and ends the threads.
    void stop();

  private:
    void run();

    const std::size_t longest_queue_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::function<void()>> queue_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace signet::http
