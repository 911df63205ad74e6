#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/file_descriptor.hpp"
#include "base/result.hpp"

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace signet::store {

/// The name of stored bytes: their SHA-256.
struct BlobId {
    std::array<std::uint8_t, 32> sha256{};

    /// 64 lower-case hexadecimal digits.
    std::string hex() const;
    static std::optional<BlobId> from_hex(std::string_view text);
    friend auto operator<=>(const BlobId&, const BlobId&) = default;
};

enum class Verify { No, Yes };

/// Immutable files under the SHA-256 of their content: uploads, attachments, seal images. Thread-safe.
///
/// What `put` has returned is on disk: written to a temporary file, fsync, rename, fsync of the folder. Only then may
/// its id go into the database. A crash in between leaves a file that nothing names; `sweep` finds it.
class Blobs {
  public:
    /// Uses `folder`, made when missing, and clears away what a crash left half-written there.
    static Result<std::unique_ptr<Blobs>> open(const std::filesystem::path& folder);

    /// Stores the bytes; the same bytes have the same id and are stored once. A stored copy found damaged is replaced.
    Result<BlobId> put(ByteView bytes);
    /// The same from a file, read in pieces. InvalidFile when it cannot be read.
    Result<BlobId> put_file(const std::filesystem::path& source);

    /// For reading; StorageFailed when there is no such blob. With Verify::Yes also when its bytes are not those of the
    /// id.
    Result<FileDescriptor> open_blob(const BlobId& id, Verify verify = Verify::No) const;
    Result<Bytes> read(const BlobId& id, Verify verify = Verify::Yes) const;
    Result<std::uint64_t> size(const BlobId& id) const;
    bool contains(const BlobId& id) const;
    /// Success also when it is gone already.
    Status remove(const BlobId& id);

    struct SweepReport {
        std::uint64_t kept = 0;
        std::uint64_t removed = 0;
        std::uint64_t removed_bytes = 0;
    };
    /// Removes every blob that `is_live` denies and that nobody has put for `minimum_age`, which must exceed the
    /// longest time between a put and the commit that names it.
    Result<SweepReport> sweep(const std::function<bool(const BlobId&)>& is_live,
                              std::chrono::seconds minimum_age = std::chrono::hours(1));

  private:
    explicit Blobs(std::filesystem::path folder);
    std::filesystem::path path_of(const BlobId& id) const;
    std::filesystem::path temporary_path() const;
    bool keeps_good_copy(const BlobId& id) const;
    Status publish_as(const BlobId& id, const std::filesystem::path& temporary);
    Result<std::uint64_t> remove_if_older(const std::filesystem::path& path, std::filesystem::file_time_type limit);

    std::filesystem::path folder_;
    mutable std::mutex mutex_;  // making folders; touching against sweeping
};

}  // namespace signet::store
