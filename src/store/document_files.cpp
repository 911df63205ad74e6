#include "store/document_files.hpp"

#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "store/files.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <limits>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace signet::store {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTemporaryFolder = "tmp";
constexpr const char* kSuffix = ".pdf";

std::string named(model::DocumentId document) {
    return "document " + to_string(document);
}

/// Which document a file belongs to; nothing for a foreign file.
std::optional<model::DocumentId> document_of(const fs::path& path) {
    if (path.extension() != kSuffix) return std::nullopt;
    const auto number = parse_id(path.stem().string());
    if (!number) return std::nullopt;
    return model::DocumentId{*number};
}

}  // namespace

DocumentLock::DocumentLock(DocumentLock&& other) noexcept
    : files_(std::exchange(other.files_, nullptr)), document_(other.document_) {}

DocumentLock& DocumentLock::operator=(DocumentLock&& other) noexcept {
    if (this != &other) {
        release();
        files_ = std::exchange(other.files_, nullptr);
        document_ = other.document_;
    }
    return *this;
}

DocumentLock::~DocumentLock() {
    release();
}

void DocumentLock::release() {
    if (files_ != nullptr) std::exchange(files_, nullptr)->unlock(document_);
}

DocumentFiles::DocumentFiles(fs::path folder, CommittedLength committed_length)
    : folder_(std::move(folder)), committed_length_(std::move(committed_length)) {}

Result<std::unique_ptr<DocumentFiles>> DocumentFiles::open(const fs::path& folder, CommittedLength committed_length) {
    const fs::path temporaries = folder / kTemporaryFolder;
    if (const Status made = make_folders(temporaries); !made) return made.error();
    if (const Status cleared = empty_folder(temporaries); !cleared) return cleared.error();
    return std::unique_ptr<DocumentFiles>(new DocumentFiles(folder, std::move(committed_length)));
}

/// By the milliseconds in the id, whose low bits spread evenly.
fs::path DocumentFiles::path_of(model::DocumentId document) const {
    const auto milliseconds = static_cast<std::uint64_t>(document.value) >> 22U;
    return folder_ / fmt::format("{:02x}", milliseconds & 0xffU) / fmt::format("{:02x}", (milliseconds >> 8U) & 0xffU) /
           (to_string(document) + kSuffix);
}

Result<DocumentExtent> DocumentFiles::create(model::DocumentId document, ByteView bytes, Existing existing) {
    const DocumentExtent extent{bytes.size(), crypto::Sha256::of(bytes)};
    return publish_new(document, existing, [&](int fd, const fs::path& path) -> Result<DocumentExtent> {
        if (const Status written = write_all(fd, 0, bytes, path); !written) return written.error();
        return extent;
    });
}

Result<DocumentExtent> DocumentFiles::create_from(model::DocumentId document, const fs::path& source,
                                                  Existing existing) {
    const FileDescriptor from(::open(source.c_str(), O_RDONLY | O_CLOEXEC));
    if (!from) return fail(ErrorCode::InvalidFile, storage_error("open", source).detail);
    return publish_new(document, existing, [&](int fd, const fs::path& path) -> Result<DocumentExtent> {
        const auto copied = copy_all(from.get(), source, fd, path);
        if (!copied) return copied.error();
        return DocumentExtent{copied->length, copied->sha256};
    });
}

Result<DocumentExtent> DocumentFiles::publish_new(
    model::DocumentId document, Existing existing,
    const std::function<Result<DocumentExtent>(int fd, const fs::path& path)>& fill) {
    const fs::path path = path_of(document);
    {
        const std::lock_guard lock(folders_mutex_);
        if (const Status made = make_folders(path.parent_path()); !made) return made.error();
    }
    const fs::path temporary = folder_ / kTemporaryFolder / random_token(20);
    const auto fd = create_temporary(temporary);
    if (!fd) return fd.error();
    auto extent = fill(fd->get(), temporary);
    if (extent) {
        const auto mode = existing == Existing::Refuse ? Publish::New : Publish::Replace;
        const Status published = publish(temporary, path, mode);
        if (published) return extent;
        extent = published.error();
    }
    ::unlink(temporary.c_str());
    if (extent.error().code == ErrorCode::Conflict)
        return fail(ErrorCode::Conflict, named(document) + " has a file already");
    return extent;
}

DocumentLock DocumentFiles::lock(model::DocumentId document) {
    std::unique_lock guard(holders_mutex_);
    Holder& holder = holders_[document];
    ++holder.waiting;
    holder.freed.wait(guard, [&] { return !holder.held; });
    --holder.waiting;
    holder.held = true;
    return DocumentLock(*this, document);
}

DocumentLock DocumentFiles::try_lock(model::DocumentId document) {
    const std::lock_guard guard(holders_mutex_);
    Holder& holder = holders_[document];
    if (holder.held || holder.waiting > 0) return {};
    holder.held = true;
    return DocumentLock(*this, document);
}

void DocumentFiles::unlock(model::DocumentId document) {
    const std::lock_guard guard(holders_mutex_);
    const auto found = holders_.find(document);
    found->second.held = false;
    if (found->second.waiting == 0) {
        holders_.erase(found);
    } else {
        found->second.freed.notify_one();
    }
}

Result<std::uint64_t> DocumentFiles::append(const DocumentLock& lock, std::uint64_t expected_length, ByteView bytes) {
    if (lock.files_ != this) return fail(ErrorCode::Internal, "an append needs the lock of its document");
    const model::DocumentId document = lock.document();
    constexpr auto kLongest = static_cast<std::uint64_t>(std::numeric_limits<off_t>::max());
    if (expected_length > kLongest || bytes.size() > kLongest - expected_length) {
        return fail(ErrorCode::DocumentTooLarge, named(document));
    }
    const fs::path path = path_of(document);
    const FileDescriptor fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    if (!fd) return storage_error("open", path);
    if (const Status ready = cut_tail(document, fd.get(), expected_length); !ready) return ready.error();

    Status written = write_all(fd.get(), expected_length, bytes, path);
    if (written && ::fdatasync(fd.get()) != 0) written = storage_error("sync", path);
    if (written) return expected_length + bytes.size();
    if (::ftruncate(fd.get(), static_cast<off_t>(expected_length)) != 0) {
        return fail(ErrorCode::StorageFailed, written.error().detail + "; a tail is left");
    }
    return written.error();
}

/// Makes the file end where the next revision begins. Only the database can say that what lies behind was never
/// committed.
Status DocumentFiles::cut_tail(model::DocumentId document, int fd, std::uint64_t expected_length) {
    const auto length = length_of(fd, path_of(document));
    if (!length) return length.error();
    if (*length == expected_length) return {};
    if (*length < expected_length) {
        return fail(ErrorCode::StorageFailed,
                    fmt::format("{} has {} of {} bytes", named(document), *length, expected_length));
    }
    const auto committed = committed_length_(document);
    if (!committed) return committed.error();
    if (*committed != expected_length) {
        return fail(ErrorCode::Conflict, fmt::format("{} does not end at {}", named(document), expected_length));
    }
    if (::ftruncate(fd, static_cast<off_t>(expected_length)) != 0) return storage_error("shorten", path_of(document));
    return {};
}

Result<FileDescriptor> DocumentFiles::open_file(model::DocumentId document) const {
    const fs::path path = path_of(document);
    FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd) return fd;
    return errno == ENOENT ? fail(ErrorCode::StorageFailed, named(document) + " has no file")
                           : storage_error("open", path);
}

Result<Bytes> DocumentFiles::read(model::DocumentId document, std::uint64_t offset, std::uint64_t length) const {
    const auto fd = open_file(document);
    if (!fd) return fd.error();
    const fs::path path = path_of(document);
    const auto present = length_of(fd->get(), path);
    if (!present) return present.error();
    if (offset > *present || length > *present - offset) {
        return fail(ErrorCode::StorageFailed,
                    fmt::format("{} has {} bytes, not {} from {}", named(document), *present, length, offset));
    }
    Bytes bytes;
    bytes.reserve(static_cast<std::size_t>(length));
    const Status read =
        read_pieces(fd->get(), offset, length, path, [&](ByteView piece) { signet::append(bytes, piece); });
    if (!read) return read.error();
    return bytes;
}

Status DocumentFiles::stream(model::DocumentId document, std::uint64_t length,
                             const std::function<void(ByteView)>& take) const {
    const auto fd = open_file(document);
    if (!fd) return fd.error();
    return read_pieces(fd->get(), 0, length, path_of(document), take);
}

Result<std::uint64_t> DocumentFiles::file_length(model::DocumentId document) const {
    const auto fd = open_file(document);
    if (!fd) return fd.error();
    return length_of(fd->get(), path_of(document));
}

Status DocumentFiles::scrub(model::DocumentId document, const DocumentExtent& recorded) const {
    crypto::Sha256 hash;
    const Status read = stream(document, recorded.length, [&](ByteView piece) { hash.update(piece); });
    if (!read) return read;
    if (hash.digest() == recorded.sha256) return {};
    return fail(ErrorCode::StorageFailed, named(document) + ": its bytes do not have the recorded SHA-256");
}

Status DocumentFiles::remove(model::DocumentId document) {
    const fs::path path = path_of(document);
    if (::unlink(path.c_str()) == 0) return sync_folder(path.parent_path());
    if (errno == ENOENT) return {};
    return storage_error("remove", path);
}

Status DocumentFiles::for_each(const std::function<bool(model::DocumentId)>& visit) const {
    std::error_code error;
    for (fs::recursive_directory_iterator entry(folder_, error), end; !error && entry != end; entry.increment(error)) {
        const auto document = document_of(entry->path());
        if (document && !visit(*document)) return {};
    }
    if (error) return fail(ErrorCode::StorageFailed, "cannot list " + folder_.string() + ": " + error.message());
    return {};
}

}  // namespace signet::store
