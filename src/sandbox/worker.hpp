#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <filesystem>
#include <functional>
#include <span>
#include <vector>

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

/// What a worker that carries a whole foreign program sees of the file system.
struct ProgramRights {
    /// The one folder it may write in.
    std::filesystem::path writable;
    /// Files and folders it may read, with everything below them. What does not exist is passed over.
    std::vector<std::filesystem::path> readable;
};

/// The main of a worker that carries a foreign program, which loads libraries, opens fonts and starts threads while it
/// works, so that `run_worker`'s rules are too strict. It is locked in *before* `prepare` starts the program: the same
/// resource limits, no capabilities, only the files that `rights` names (Landlock), and a seccomp list without a way to
/// another process, a new socket or a signal to somebody else. A kernel without Landlock is refused.
int run_program_worker(const ProgramRights& rights, const std::function<Result<JobHandler>()>& prepare);

}  // namespace signet::sandbox
