#include "crypto/private_file.hpp"

#include "base/file_descriptor.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace signet::crypto {
namespace {

constexpr mode_t kOwnerOnly = 0600;

Error storage_failure(std::string_view what, const std::filesystem::path& path) {
    const int error = errno;
    return fail(ErrorCode::StorageFailed,
                fmt::format("{} {}: {}", what, path.string(), std::generic_category().message(error)));
}

Error unreadable(const std::filesystem::path& path) {
    const int error = errno;
    return fail(ErrorCode::KeyUnusable,
                fmt::format("cannot read {}: {}", path.string(), std::generic_category().message(error)));
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

bool write_all(int fd, ByteView content) {
    while (!content.empty()) {
        const ssize_t written = write(fd, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        content = content.subspan(static_cast<std::size_t>(written));
    }
    return true;
}

Status write_durably(const std::filesystem::path& path, ByteView content) {
    const FileDescriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kOwnerOnly));
    if (!file) return storage_failure("cannot create", path);
    if (!write_all(file.get(), content) || fsync(file.get()) != 0) return storage_failure("cannot write", path);
    return {};
}

Status sync_folder(const std::filesystem::path& folder) {
    const FileDescriptor directory(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory || fsync(directory.get()) != 0) return storage_failure("cannot sync", folder);
    return {};
}

/// Writes beside the target under a name nobody else uses, then lets `publish` put it in place.
template <typename Publish>
Status write_then(const std::filesystem::path& path, ByteView content, const Publish& publish) {
    const std::filesystem::path draft = path.string() + "." + random_token(12) + ".new";
    Status done = write_durably(draft, content);
    if (done) done = publish(draft);
    unlink(draft.c_str());
    if (!done) return done;
    return sync_folder(folder_of(path));
}

}  // namespace

Status write_private_file(const std::filesystem::path& path, ByteView content) {
    return write_then(path, content, [&](const std::filesystem::path& draft) -> Status {
        if (rename(draft.c_str(), path.c_str()) != 0) return storage_failure("cannot replace", path);
        return {};
    });
}

Status publish_new(const std::filesystem::path& draft, const std::filesystem::path& path) {
    // Unlike rename(2), this never takes the place of what is there.
    if (renameat2(AT_FDCWD, draft.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) == 0) {
        return sync_folder(folder_of(path));
    }
    // Some file systems know no RENAME_NOREPLACE.
    const bool unsupported = errno == EINVAL && !std::filesystem::exists(path);
    if (unsupported && rename(draft.c_str(), path.c_str()) == 0) return sync_folder(folder_of(path));
    if (std::filesystem::exists(path)) return fail(ErrorCode::Conflict, path.string() + " exists already");
    return storage_failure("cannot create", path);
}

Status create_private_file(const std::filesystem::path& path, ByteView content) {
    return write_then(path, content, [&](const std::filesystem::path& draft) { return publish_new(draft, path); });
}

Result<SecretBytes> read_secret_file(const std::filesystem::path& path, std::size_t limit) {
    const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat about {};
    if (!file || fstat(file.get(), &about) != 0) return unreadable(path);
    if (!S_ISREG(about.st_mode)) return fail(ErrorCode::KeyUnusable, path.string() + " is not a regular file");
    if (static_cast<std::size_t>(about.st_size) > limit) {
        return fail(ErrorCode::KeyUnusable, path.string() + " is too large");
    }
    SecretBytes content(static_cast<std::size_t>(about.st_size));
    std::size_t filled = 0;
    while (filled < content.size()) {
        const ssize_t got = read(file.get(), content.data() + filled, content.size() - filled);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return unreadable(path);
        if (got == 0) break;
        filled += static_cast<std::size_t>(got);
    }
    content.shrink(filled);
    return content;
}

Status require_private(const std::filesystem::path& path) {
    struct stat about {};
    if (stat(path.c_str(), &about) != 0) return unreadable(path);
    if (!S_ISREG(about.st_mode)) return fail(ErrorCode::KeyUnusable, path.string() + " is not a regular file");
    if ((about.st_mode & 077) != 0) {
        return fail(ErrorCode::KeyUnusable, path.string() + " must be readable by its owner alone (chmod 600)");
    }
    return {};
}

}  // namespace signet::crypto
