#pragma once

#include "base/result.hpp"
#include "service/assessment.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace signet::sandbox {
class WorkerPool;
struct WorkerLimits;
struct PoolOptions;
}  // namespace signet::sandbox

namespace signet::service {

/// Strangers' files are read and judged in a process of their own (`signet worker verify`), one process a file: a file
/// that takes its process over can lie about itself, and about no other.

/// The main of such a process.
int verify_worker_main();
/// What a pool of them may use, `count` at a time.
sandbox::WorkerLimits verify_worker_limits();
sandbox::PoolOptions verify_worker_pool(unsigned count);

/// `assess` of the first `length` bytes of an open file, elsewhere. A file that cannot be judged within the limits, or
/// kills its process, is Unreadable with the reason FileTooComplex. Unavailable when no process could be had. The pool
/// runs verify workers. Thread-safe.
Result<Assessment> assess_apart(sandbox::WorkerPool& workers, int fd, std::uint64_t length,
                                const AssessmentTrust& trust);

}  // namespace signet::service
