#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace signet::sandbox {

/// What one worker process may use. The worker takes these upon itself before it sees the first document, and cannot
/// widen them again.
struct WorkerLimits {
    /// Memory it may allocate (RLIMIT_DATA); documents mapped read-only do not count.
    std::uint64_t memory_bytes = 1ULL << 30;
    /// Largest file it may write (RLIMIT_FSIZE).
    std::uint64_t written_bytes = 1ULL << 30;
    /// Processor time of one job (RLIMIT_CPU, whole seconds).
    std::chrono::seconds job_processor_time{10};
    /// After so many jobs a worker is replaced by a fresh one.
    unsigned jobs_per_life = 500;
    /// A worker that holds more than this after a job (resident set) is replaced by a fresh one. 0: no such bound.
    std::uint64_t resident_bytes = 0;
    /// Largest reply the pool accepts from a worker.
    std::uint64_t reply_bytes = 256ULL << 20;
};

struct PoolOptions {
    /// At most so many workers at once.
    unsigned count = 2;
    /// So many are kept started while nothing is to do; the rest start on demand.
    unsigned warm = 1;
    /// A worker idle for this long ends, and its memory with it; the warm ones are replaced by fresh ones.
    std::chrono::milliseconds idle_life{60'000};
    /// How long a call may wait for a free worker before it fails with Unavailable.
    std::chrono::milliseconds queue_time{30'000};
    /// Lets the workers' standard error through. For tests only: a worker may be in a stranger's hands.
    bool keep_standard_error = false;
};

/// How the pool has fared since it was made.
struct PoolStatistics {
    std::uint64_t started = 0;
    std::uint64_t jobs = 0;
    /// Workers that died or had to be killed over a document.
    std::uint64_t lost = 0;
    /// Workers alive now.
    unsigned alive = 0;
};

/// Worker processes for hostile documents (ISO 32000 files, pictures): each is a fresh process image without the
/// server's memory, environment or open files, locked in by `run_worker` (worker.hpp). A worker may die; the caller
/// then gets an error as a value and the pool goes on.
///
/// Thread-safe. Forks only through posix_spawn, so it may live in a server with many threads. The process must not wait
/// for children it does not know (`waitpid(-1)`) nor ignore SIGCHLD.
class WorkerPool {
  public:
    /// `command` starts a worker, e.g. `{"/proc/self/exe", "worker", "render"}`; its process ends in `run_worker`.
    WorkerPool(std::vector<std::string> command, PoolOptions options = {}, WorkerLimits limits = {});
    /// Ends all workers. No call may be under way.
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    /// Gives a worker one job and waits for its reply.
    ///
    /// `files` become the worker's for the duration of the job, with the rights they were opened with: pass documents
    /// read-only. They stay the caller's. `time_limit` is wall-clock time from the moment a worker takes the job.
    /// Jobs of the same `affinity` (0: none) go to the same worker when it is free, so that what it has kept of a
    /// document serves again.
    ///
    /// Errors: what the worker's handler returned; TimeLimit when the job took too long and was killed; DamagedDocument
    /// when the worker died over it (crash, forbidden system call); Unavailable when no worker could be had.
    Result<Bytes> call(ByteView request, std::span<const int> files, std::chrono::milliseconds time_limit,
                       std::uint64_t affinity = 0);

    PoolStatistics statistics() const;

  private:
    class Keeper;
    std::unique_ptr<Keeper> keeper_;
};

}  // namespace signet::sandbox
