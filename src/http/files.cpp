#include "http/files.hpp"

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace signet::http {
namespace {

constexpr std::string_view kPrefix = "signet-upload-";

Error storage_error(std::string_view what, const std::filesystem::path& path) {
    return fail(ErrorCode::StorageFailed,
                fmt::format("{} {}: {}", what, path.string(), std::generic_category().message(errno)));
}

}  // namespace

OpenFile::~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

Result<FileSlice> open_slice(const std::filesystem::path& path, std::uint64_t offset, std::uint64_t length) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return storage_error("cannot open", path);
    auto file = std::make_shared<const OpenFile>(descriptor);
    struct stat status = {};
    if (::fstat(descriptor, &status) != 0) return storage_error("cannot read", path);
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (!S_ISREG(status.st_mode) || offset > size || (length != UINT64_MAX && length > size - offset)) {
        return fail(ErrorCode::StorageFailed, fmt::format("{} is too short", path.string()));
    }
    return FileSlice{std::move(file), offset, length == UINT64_MAX ? size - offset : length};
}

Result<TemporaryFile> TemporaryFile::create(const std::filesystem::path& directory) {
    std::string name = (directory / (std::string(kPrefix) + "XXXXXX")).string();
    const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
    if (descriptor < 0) return storage_error("cannot create a file in", directory);
    TemporaryFile file;
    file.path_ = name;
    file.descriptor_ = descriptor;
    return file;
}

Status TemporaryFile::append(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return storage_error("cannot write", path_);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

void TemporaryFile::close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

std::filesystem::path TemporaryFile::take() {
    close();
    return std::exchange(path_, {});
}

void TemporaryFile::swap(TemporaryFile& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(descriptor_, other.descriptor_);
}

void TemporaryFile::discard() {
    close();
    if (!path_.empty()) ::unlink(path_.c_str());
    path_.clear();
}

void remove_abandoned_files(const std::filesystem::path& directory) {
    const auto before = std::filesystem::file_time_type::clock::now() - std::chrono::hours(24);
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
        if (!entry.path().filename().string().starts_with(kPrefix)) continue;
        const auto written = entry.last_write_time(error);
        if (!error && written < before) std::filesystem::remove(entry.path(), error);
    }
}

}  // namespace signet::http
