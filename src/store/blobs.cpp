#include "store/blobs.hpp"

#include "crypto/digest.hpp"
#include "store/files.hpp"

#include <algorithm>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace signet::store {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTemporaryFolder = "tmp";

Error missing(const BlobId& id) {
    return fail(ErrorCode::StorageFailed, "no blob " + id.hex());
}

Result<BlobId> hash_of(int fd, const fs::path& path) {
    const auto length = length_of(fd, path);
    if (!length) return length.error();
    crypto::Sha256 hash;
    const Status read = read_pieces(fd, 0, *length, path, [&](ByteView piece) { hash.update(piece); });
    if (!read) return read.error();
    return BlobId{hash.digest()};
}

}  // namespace

std::string BlobId::hex() const {
    return signet::hex(sha256);
}

std::optional<BlobId> BlobId::from_hex(std::string_view text) {
    const auto bytes = signet::from_hex(text);
    BlobId id;
    if (!bytes || bytes->size() != id.sha256.size()) return std::nullopt;
    std::copy(bytes->begin(), bytes->end(), id.sha256.begin());
    return id;
}

Blobs::Blobs(fs::path folder) : folder_(std::move(folder)) {}

Result<std::unique_ptr<Blobs>> Blobs::open(const fs::path& folder) {
    if (const Status made = make_folders(folder / kTemporaryFolder); !made) return made.error();
    if (const Status cleared = empty_folder(folder / kTemporaryFolder); !cleared) return cleared.error();
    return std::unique_ptr<Blobs>(new Blobs(folder));
}

fs::path Blobs::path_of(const BlobId& id) const {
    const std::string name = id.hex();
    return folder_ / name.substr(0, 2) / name.substr(2, 2) / name;
}

fs::path Blobs::temporary_path() const {
    return folder_ / kTemporaryFolder / random_token(20);
}

/// Also makes the copy young again, so that a sweep under way leaves it alone.
bool Blobs::keeps_good_copy(const BlobId& id) const {
    const fs::path path = path_of(id);
    {
        const std::lock_guard lock(mutex_);
        if (::utimensat(AT_FDCWD, path.c_str(), nullptr, 0) != 0) return false;
    }
    // Whoever put it first may not have recorded its name on disk yet.
    return open_blob(id, Verify::Yes) && sync_folder(path.parent_path());
}

Status Blobs::publish_as(const BlobId& id, const fs::path& temporary) {
    const fs::path path = path_of(id);
    {
        const std::lock_guard lock(mutex_);
        if (const Status made = make_folders(path.parent_path()); !made) return made;
    }
    return publish(temporary, path, Publish::Replace);
}

Result<BlobId> Blobs::put(ByteView bytes) {
    const BlobId id{crypto::Sha256::of(bytes)};
    if (keeps_good_copy(id)) return id;
    const fs::path temporary = temporary_path();
    auto fd = create_temporary(temporary);
    if (!fd) return fd.error();
    Status stored = write_all(fd->get(), 0, bytes, temporary);
    if (stored) stored = publish_as(id, temporary);
    if (stored) return id;
    ::unlink(temporary.c_str());
    return stored.error();
}

Result<BlobId> Blobs::put_file(const fs::path& source) {
    const FileDescriptor from(::open(source.c_str(), O_RDONLY | O_CLOEXEC));
    if (!from) return fail(ErrorCode::InvalidFile, storage_error("open", source).detail);
    const fs::path temporary = temporary_path();
    auto to = create_temporary(temporary);
    if (!to) return to.error();
    const auto copied = copy_all(from.get(), source, to->get(), temporary);
    Status stored = copied ? Status{} : Status{copied.error()};
    if (stored && !keeps_good_copy(BlobId{copied->sha256})) {
        stored = publish_as(BlobId{copied->sha256}, temporary);
    } else {
        ::unlink(temporary.c_str());
    }
    if (!stored) {
        ::unlink(temporary.c_str());
        return stored.error();
    }
    return BlobId{copied->sha256};
}

Result<FileDescriptor> Blobs::open_blob(const BlobId& id, Verify verify) const {
    const fs::path path = path_of(id);
    FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) return errno == ENOENT ? missing(id) : storage_error("open", path);
    if (verify == Verify::No) return fd;
    const auto found = hash_of(fd.get(), path);
    if (!found) return found.error();
    if (*found != id) return fail(ErrorCode::StorageFailed, "blob " + id.hex() + " is damaged");
    return fd;
}

Result<Bytes> Blobs::read(const BlobId& id, Verify verify) const {
    const auto fd = open_blob(id);
    if (!fd) return fd.error();
    const fs::path path = path_of(id);
    const auto length = length_of(fd->get(), path);
    if (!length) return length.error();
    Bytes bytes;
    bytes.reserve(static_cast<std::size_t>(*length));
    const Status read = read_pieces(fd->get(), 0, *length, path, [&](ByteView piece) { append(bytes, piece); });
    if (!read) return read.error();
    if (verify == Verify::Yes && crypto::Sha256::of(bytes) != id.sha256) {
        return fail(ErrorCode::StorageFailed, "blob " + id.hex() + " is damaged");
    }
    return bytes;
}

Result<std::uint64_t> Blobs::size(const BlobId& id) const {
    const auto fd = open_blob(id);
    if (!fd) return fd.error();
    return length_of(fd->get(), path_of(id));
}

bool Blobs::contains(const BlobId& id) const {
    return ::access(path_of(id).c_str(), F_OK) == 0;
}

Status Blobs::remove(const BlobId& id) {
    const fs::path path = path_of(id);
    if (::unlink(path.c_str()) == 0) return sync_folder(path.parent_path());
    if (errno == ENOENT) return {};
    return storage_error("remove", path);
}

/// How many bytes went with it; nothing lost when somebody has put it again meanwhile.
Result<std::uint64_t> Blobs::remove_if_older(const fs::path& path, fs::file_time_type limit) {
    const std::lock_guard lock(mutex_);
    std::error_code error;
    const auto touched = fs::last_write_time(path, error);
    if (error || touched > limit) return std::uint64_t{0};
    const auto size = fs::file_size(path, error);
    if (::unlink(path.c_str()) != 0) return storage_error("remove", path);
    return error ? 0 : size;
}

Result<Blobs::SweepReport> Blobs::sweep(const std::function<bool(const BlobId&)>& is_live,
                                        std::chrono::seconds minimum_age) {
    const auto limit = fs::file_time_type::clock::now() - minimum_age;
    SweepReport report;
    std::error_code error;
    for (fs::recursive_directory_iterator entry(folder_, error), end; !error && entry != end; entry.increment(error)) {
        const auto id = BlobId::from_hex(entry->path().filename().string());
        if (!id) continue;
        std::error_code gone;
        if (is_live(*id) || fs::last_write_time(entry->path(), gone) > limit) {
            ++report.kept;
            continue;
        }
        const auto removed = remove_if_older(entry->path(), limit);
        if (!removed) return removed.error();
        ++report.removed;
        report.removed_bytes += *removed;
    }
    if (error) return fail(ErrorCode::StorageFailed, "cannot list " + folder_.string() + ": " + error.message());
    return report;
}

}  // namespace signet::store
