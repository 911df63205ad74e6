#pragma once

#include "base/bytes.hpp"
#include "sandbox/file.hpp"

#include <chrono>
#include <cstdint>
#include <span>
#include <sys/types.h>
#include <vector>

namespace signet::sandbox {

// The talk between pool and worker over a Unix stream socket. Both ends are the same program, so the structures are
// sent as they lie in memory.

/// The descriptor at which a worker finds its socket.
inline constexpr int kWorkerSocket = 3;
inline constexpr std::size_t kMostFiles = 4;

/// The first thing a worker reads.
struct Greeting {
    pid_t parent = 0;
    std::uint64_t memory_bytes = 0;
    std::uint64_t written_bytes = 0;
    std::uint64_t job_processor_seconds = 0;
    std::uint64_t life_processor_seconds = 0;
};

/// What a worker says once it is locked in.
inline constexpr std::uint32_t kReady = 0x59444552;

/// Comes before a request. The job's files travel with it (SCM_RIGHTS).
struct RequestHeader {
    std::uint64_t length = 0;
    std::uint64_t file_count = 0;
};

/// Comes before a reply.
struct ReplyHeader {
    std::uint64_t length = 0;
    /// 0 for success, or 1 + the ErrorCode; the reply is then the error's detail.
    std::uint32_t status = 0;
    /// Not 0 when the worker ends after this reply.
    std::uint32_t is_last = 0;
};

enum class Transfer { Done, HungUp, TimedOut };

using Deadline = std::chrono::steady_clock::time_point;
inline constexpr Deadline kNoDeadline = Deadline::max();

Transfer send_bytes(int socket, ByteView bytes, Deadline deadline);
/// Sends the first byte together with `files`.
Transfer send_with_files(int socket, ByteView bytes, std::span<const int> files, Deadline deadline);
Transfer receive_bytes(int socket, std::span<std::uint8_t> into, Deadline deadline);
/// Receives bytes and the files that come with them (at most kMostFiles; more are closed). Blocks.
Transfer receive_with_files(int socket, std::span<std::uint8_t> into, std::vector<FileDescriptor>& files);

template <typename T>
ByteView raw(const T& value) {
    return {reinterpret_cast<const std::uint8_t*>(&value), sizeof(T)};
}
template <typename T>
std::span<std::uint8_t> raw_writable(T& value) {
    return {reinterpret_cast<std::uint8_t*>(&value), sizeof(T)};
}

}  // namespace signet::sandbox
