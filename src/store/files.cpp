#include "store/files.hpp"

#include "crypto/digest.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace signet::store {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kPiece = 1024 * 1024;

fs::path parent_of(const fs::path& path) {
    return path.parent_path().empty() ? fs::path(".") : path.parent_path();
}

/// rename(2) that refuses a taken name; by link(2) where the file system knows no such rename.
int rename_to_free_name(const fs::path& from, const fs::path& to) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return -1;
    if (::link(from.c_str(), to.c_str()) != 0) return -1;
    return ::unlink(from.c_str());
}

}  // namespace

Error storage_error(std::string_view what, const fs::path& path) {
    const int number = errno;
    return fail(ErrorCode::StorageFailed,
                fmt::format("cannot {} {}: {}", what, path.string(), std::generic_category().message(number)));
}

Status sync_folder(const fs::path& folder) {
    const FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0) return storage_error("sync the folder", folder);
    return {};
}

Status make_folders(const fs::path& folder) {
    struct stat status {};
    if (::stat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return {};
    const fs::path parent = parent_of(folder);
    if (parent != folder) {
        if (const Status above = make_folders(parent); !above) return above;
    }
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return storage_error("make the folder", folder);
    return sync_folder(parent);
}

Status empty_folder(const fs::path& folder) {
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        std::error_code gone;
        fs::remove(entry->path(), gone);
    }
    if (error) return fail(ErrorCode::StorageFailed, "cannot clear " + folder.string() + ": " + error.message());
    return {};
}

Status create_private_file(const fs::path& path) {
    const FileDescriptor fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!fd) return storage_error("make", path);
    return {};
}

Result<FileDescriptor> create_temporary(const fs::path& path) {
    FileDescriptor fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd) return storage_error("make", path);
    return fd;
}

Status write_all(int fd, std::uint64_t offset, ByteView bytes, const fs::path& path) {
    while (!bytes.empty()) {
        const ssize_t written = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR) continue;
        if (written == 0) errno = ENOSPC;
        if (written <= 0) return storage_error("write", path);
        offset += static_cast<std::uint64_t>(written);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

Status read_pieces(int fd, std::uint64_t offset, std::uint64_t length, const fs::path& path,
                   const std::function<void(ByteView)>& take) {
    Bytes piece(static_cast<std::size_t>(std::min(length, kPiece)));
    while (length > 0) {
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(length, piece.size()));
        const ssize_t count = ::pread(fd, piece.data(), wanted, static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return storage_error("read", path);
        if (count == 0) return fail(ErrorCode::StorageFailed, fmt::format("{} ends at {}", path.string(), offset));
        take(ByteView(piece.data(), static_cast<std::size_t>(count)));
        offset += static_cast<std::uint64_t>(count);
        length -= static_cast<std::uint64_t>(count);
    }
    return {};
}

Result<std::uint64_t> length_of(int fd, const fs::path& path) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) return storage_error("look at", path);
    return static_cast<std::uint64_t>(status.st_size);
}

Result<Copied> copy_all(int from, const fs::path& source, int to, const fs::path& target) {
    Bytes piece(kPiece);
    crypto::Sha256 hash;
    for (;;) {
        const ssize_t count = ::pread(from, piece.data(), piece.size(), static_cast<off_t>(hash.length()));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail(ErrorCode::InvalidFile, storage_error("read", source).detail);
        if (count == 0) return Copied{hash.length(), hash.digest()};
        const ByteView read(piece.data(), static_cast<std::size_t>(count));
        if (const Status written = write_all(to, hash.length(), read, target); !written) return written.error();
        hash.update(read);
    }
}

Status publish(const fs::path& temporary, const fs::path& target, Publish mode) {
    const FileDescriptor fd(::open(temporary.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0) return storage_error("sync", temporary);
    const int renamed =
        mode == Publish::New ? rename_to_free_name(temporary, target) : ::rename(temporary.c_str(), target.c_str());
    if (renamed != 0 && errno == EEXIST) return fail(ErrorCode::Conflict, target.string() + " exists already");
    if (renamed != 0) return storage_error("rename to", target);
    return sync_folder(parent_of(target));
}

}  // namespace signet::store
