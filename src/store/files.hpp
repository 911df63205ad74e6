#pragma once

#include "base/bytes.hpp"
#include "base/file_descriptor.hpp"
#include "base/result.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

namespace signet::store {

/// How files of this floor get onto the disk and stay there. Files are readable by their owner alone.

/// StorageFailed with what errno says.
Error storage_error(std::string_view what, const std::filesystem::path& path);

/// Makes what is missing of a folder's path, each new one recorded on disk in the one above.
Status make_folders(const std::filesystem::path& folder);
Status sync_folder(const std::filesystem::path& folder);

/// Removes the files in a folder: what a crash left half-written.
Status empty_folder(const std::filesystem::path& folder);

/// Makes an empty file unless there is one.
Status create_private_file(const std::filesystem::path& path);
/// A new, empty file for reading and writing; an existing one is an error.
Result<FileDescriptor> create_temporary(const std::filesystem::path& path);

Status write_all(int fd, std::uint64_t offset, ByteView bytes, const std::filesystem::path& path);
/// `length` bytes from `offset` in pieces of at most 1 MiB; StorageFailed when the file ends before.
Status read_pieces(int fd, std::uint64_t offset, std::uint64_t length, const std::filesystem::path& path,
                   const std::function<void(ByteView)>& take);
Result<std::uint64_t> length_of(int fd, const std::filesystem::path& path);

/// What was copied and its SHA-256.
struct Copied {
    std::uint64_t length = 0;
    std::array<std::uint8_t, 32> sha256{};
};
/// Copies a whole file, from wherever it stands, in pieces. InvalidFile when the source cannot be read.
Result<Copied> copy_all(int from, const std::filesystem::path& source, int to, const std::filesystem::path& target);

enum class Publish { New, Replace };
/// Gives a finished temporary file its name: fsync, rename, fsync of the folder. Conflict when Publish::New finds the
/// name taken; then the temporary file is still there.
Status publish(const std::filesystem::path& temporary, const std::filesystem::path& target, Publish mode);

}  // namespace signet::store
