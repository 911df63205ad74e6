#pragma once

#include "base/result.hpp"
#include "sandbox/channel.hpp"
#include "sandbox/worker_pool.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <sys/types.h>
#include <vector>

namespace signet::sandbox {

/// One worker process, from spawn to the end. Used by one thread at a time; its destructor kills and reaps it.
class WorkerProcess {
  public:
    /// Starts a worker and waits until it has locked itself in. The process dies with the calling *thread*
    /// (PR_SET_PDEATHSIG), so that thread must live as long as the worker may.
    static Result<WorkerProcess> start(const std::vector<std::string>& command, const WorkerLimits& limits,
                                       bool keep_standard_error);

    WorkerProcess(WorkerProcess&& other) noexcept;
    WorkerProcess& operator=(WorkerProcess&& other) noexcept;
    WorkerProcess(const WorkerProcess&) = delete;
    WorkerProcess& operator=(const WorkerProcess&) = delete;
    ~WorkerProcess() { end(); }

    /// One job. When `is_alive()` is false afterwards, the worker is gone and the job with it.
    Result<Bytes> run(ByteView request, std::span<const int> files, const WorkerLimits& limits, Deadline deadline);

    bool is_alive() const { return pid_ > 0; }
    /// Whether it waits for a job: it has not died meanwhile, and has not spoken without being asked.
    bool is_ready() const;
    unsigned jobs() const { return jobs_; }
    /// The memory it holds now; 0 when it cannot be told.
    std::uint64_t resident_bytes() const;

  private:
    WorkerProcess(pid_t pid, FileDescriptor socket) : pid_(pid), socket_(std::move(socket)) {}

    Transfer exchange(ByteView request, std::span<const int> files, const WorkerLimits& limits, Deadline deadline,
                      ReplyHeader& header, Bytes& reply);
    void grant_processor_time(std::chrono::seconds span) const;
    /// Kills and reaps; the wait status, or nothing when somebody else reaped it.
    std::optional<int> end();
    Error cause_of_death(Transfer transfer);

    pid_t pid_ = -1;
    FileDescriptor socket_;
    unsigned jobs_ = 0;
};

}  // namespace signet::sandbox
