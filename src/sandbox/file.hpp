#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <utility>

namespace signet::sandbox {

/// A file descriptor that is closed with its owner.
class FileDescriptor {
  public:
    FileDescriptor() = default;
    explicit FileDescriptor(int fd) : fd_(fd) {}
    FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept;
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    ~FileDescriptor();

    explicit operator bool() const { return fd_ >= 0; }
    int get() const { return fd_; }
    int release() { return std::exchange(fd_, -1); }

  private:
    int fd_ = -1;
};

/// An empty file that lives in memory only (memfd_create(2)): where a worker writes what is too large for a frame.
Result<FileDescriptor> empty_memory_file();

/// A read-only file in memory that holds `content`: how bytes that are on no disk are handed to a worker.
Result<FileDescriptor> memory_file(ByteView content);

/// A copy of the file's first `length` bytes; StorageFailed when it has fewer.
Result<Bytes> read_file(int fd, std::uint64_t length);

/// The first `length` bytes of a file, mapped read-only into memory as long as the object lives.
class MappedFile {
  public:
    /// InvalidFile when `length` is zero or exceeds the file.
    static Result<MappedFile> map(int fd, std::uint64_t length);

    MappedFile(MappedFile&& other) noexcept : view_(std::exchange(other.view_, {})) {}
    MappedFile& operator=(MappedFile&& other) noexcept;
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    ~MappedFile();

    ByteView bytes() const { return view_; }

  private:
    explicit MappedFile(ByteView view) : view_(view) {}
    ByteView view_;
};

}  // namespace signet::sandbox
