#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

namespace signet::http {

/// A file open for reading, closed when the last owner lets go.
class OpenFile {
  public:
    /// Takes over the descriptor.
    explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
    ~OpenFile();
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;

    int descriptor() const { return descriptor_; }

  private:
    int descriptor_;
};

/// A stretch of a file that becomes (part of) the body of an answer without passing through memory. The file may grow
/// meanwhile; it must not shrink.
struct FileSlice {
    std::shared_ptr<const OpenFile> file;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

/// A slice of the file at `path` from `offset` on, `length` bytes or up to the end. Fails with StorageFailed when the
/// file cannot be opened or is shorter.
Result<FileSlice> open_slice(const std::filesystem::path& path, std::uint64_t offset = 0,
                             std::uint64_t length = UINT64_MAX);

/// A file of this process alone (mode 0600), removed with the object unless it is taken. Move-only.
class TemporaryFile {
  public:
    TemporaryFile() = default;
    ~TemporaryFile() { discard(); }
    TemporaryFile(TemporaryFile&& other) noexcept { swap(other); }
    TemporaryFile& operator=(TemporaryFile&& other) noexcept {
        TemporaryFile(std::move(other)).swap(*this);
        return *this;
    }

    /// A new, empty file in the directory, which must exist. Fails with StorageFailed.
    static Result<TemporaryFile> create(const std::filesystem::path& directory);

    /// Fails with StorageFailed, for a full disk among other reasons.
    Status append(std::string_view bytes);
    /// No more will be appended: gives the descriptor back.
    void close();

    const std::filesystem::path& path() const { return path_; }
    bool exists() const { return !path_.empty(); }
    /// Leaves the file where it is, to the caller to move or remove.
    std::filesystem::path take();

  private:
    void swap(TemporaryFile& other) noexcept;
    void discard();

    std::filesystem::path path_;
    int descriptor_ = -1;
};

/// Removes temporary files older than a day that a crash left in the directory.
void remove_abandoned_files(const std::filesystem::path& directory);

}  // namespace signet::http
