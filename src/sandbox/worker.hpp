#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <functional>
#include <span>

namespace signet::sandbox {

/// Does one job inside the locked worker: reads the request and the files that came with it, returns the reply. The
/// files are closed when it returns; who needs one longer duplicates it.
using JobHandler = std::function<Result<Bytes>(ByteView request, std::span<const int> files)>;

/// The main of a worker process. Calls `prepare`, which may still open files and load libraries, then locks the process
/// in for good (resource limits, no new privileges, no core dump, death with the parent, seccomp allow-list: no open,
/// no socket, no process, no executable memory) and serves jobs until the pool hangs up. Returns the exit status.
///
/// An exception of the handler becomes an error reply (std::bad_alloc: DocumentTooLarge) and ends the worker.
int run_worker(const std::function<JobHandler()>& prepare);

}  // namespace signet::sandbox
