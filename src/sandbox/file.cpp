#include "sandbox/file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace signet::sandbox {
namespace {

Error storage_failed(const char* what) {
    return fail(ErrorCode::StorageFailed, std::string(what) + ": " + std::generic_category().message(errno));
}

Status write_all(int fd, ByteView content) {
    while (!content.empty()) {
        const ssize_t written = ::write(fd, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return storage_failed("write to a memory file");
        content = content.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
        if (fd_ >= 0) ::close(fd_);
        fd_ = other.release();
    }
    return *this;
}

FileDescriptor::~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
}

Result<FileDescriptor> empty_memory_file() {
    FileDescriptor file(::memfd_create("signet", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!file) return storage_failed("memfd_create");
    return file;
}

Result<FileDescriptor> memory_file(ByteView content) {
    auto file = empty_memory_file();
    if (!file) return file.error();
    if (auto written = write_all(file->get(), content); !written) return written.error();
    // Sealed, so that nobody who is handed the file can change what the next reader sees.
    if (::fcntl(file->get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
        return storage_failed("seal a memory file");
    }
    return file;
}

Result<Bytes> read_file(int fd, std::uint64_t length) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) return storage_failed("fstat");
    if (static_cast<std::uint64_t>(status.st_size) < length) {
        return fail(ErrorCode::StorageFailed, "the file is shorter than it should be");
    }
    Bytes content(static_cast<std::size_t>(length));
    std::size_t done = 0;
    while (done < content.size()) {
        const ssize_t got = ::pread(fd, content.data() + done, content.size() - done, static_cast<off_t>(done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return storage_failed("pread");
        if (got == 0) return fail(ErrorCode::StorageFailed, "the file became shorter while it was read");
        done += static_cast<std::size_t>(got);
    }
    return content;
}

Result<MappedFile> MappedFile::map(int fd, std::uint64_t length) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) return storage_failed("fstat");
    if (length == 0) return fail(ErrorCode::InvalidFile, "the file is empty");
    if (static_cast<std::uint64_t>(status.st_size) < length) {
        return fail(ErrorCode::InvalidFile, "the file is shorter than its length says");
    }
    void* memory = ::mmap(nullptr, static_cast<std::size_t>(length), PROT_READ, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) return storage_failed("mmap");
    return MappedFile(ByteView(static_cast<const std::uint8_t*>(memory), static_cast<std::size_t>(length)));
}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
    std::swap(view_, other.view_);
    return *this;
}

MappedFile::~MappedFile() {
    if (!view_.empty()) ::munmap(const_cast<std::uint8_t*>(view_.data()), view_.size());
}

}  // namespace signet::sandbox
