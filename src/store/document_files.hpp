#pragma once

#include "base/bytes.hpp"
#include "base/file_descriptor.hpp"
#include "base/result.hpp"
#include "model/contract.hpp"

#include <array>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

namespace signet::store {

using Sha256Digest = std::array<std::uint8_t, 32>;

/// How far a document's file counts: `length` bytes, whose SHA-256 is `sha256`.
struct DocumentExtent {
    std::uint64_t length = 0;
    Sha256Digest sha256{};
    friend bool operator==(const DocumentExtent&, const DocumentExtent&) = default;
};

class DocumentFiles;

/// The right to append to one document, held until the append is committed in the database or given up. While it is
/// held nobody else in this process appends to that document. It may be released on another thread than took it.
class DocumentLock {
  public:
    DocumentLock() = default;
    DocumentLock(DocumentLock&& other) noexcept;
    DocumentLock& operator=(DocumentLock&& other) noexcept;
    ~DocumentLock();

    explicit operator bool() const { return files_ != nullptr; }
    model::DocumentId document() const { return document_; }
    void release();

  private:
    friend class DocumentFiles;
    DocumentLock(DocumentFiles& files, model::DocumentId document) : files_(&files), document_(document) {}
    DocumentFiles* files_ = nullptr;
    model::DocumentId document_;
};

/// One file a contract document, which from its first revision on only grows. How many of its bytes count stands in the
/// database; what lies behind them is the rest of an append that was never committed. Thread-safe.
///
/// To append a revision:
///   1. `lock(document)`, and under the lock read length and revision from the database;
///   2. `append(lock, length, bytes)`: on disk when it returns;
///   3. commit the new length and hash in the database, comparing the revision; then let go of the lock.
/// A crash anywhere leaves either the old document with a tail that the next append overwrites, or the new document.
class DocumentFiles {
  public:
    /// What the database says counts of a document; nothing when it knows no such document.
    using CommittedLength = std::function<Result<std::optional<std::uint64_t>>(model::DocumentId)>;

    /// Uses `folder`, made when missing. `committed_length` is asked only when a file is longer than expected, before
    /// anything is cut off.
    static Result<std::unique_ptr<DocumentFiles>> open(const std::filesystem::path& folder,
                                                       CommittedLength committed_length);

    enum class Existing { Refuse, Replace };
    /// Publishes the first revision: temporary file, fsync, rename, fsync of the folder. Conflict when the document has
    /// a file already; Existing::Replace is for a document of which the database has committed nothing yet.
    Result<DocumentExtent> create(model::DocumentId document, ByteView bytes, Existing existing = Existing::Refuse);
    Result<DocumentExtent> create_from(model::DocumentId document, const std::filesystem::path& source,
                                       Existing existing = Existing::Refuse);

    /// Waits until nobody else holds the document.
    DocumentLock lock(model::DocumentId document);
    /// The lock, or an empty one when somebody else holds it.
    DocumentLock try_lock(model::DocumentId document);

    /// Writes `bytes` at `expected_length` and has them on disk (fdatasync) before it returns the new length. A longer
    /// tail is cut off first when the database confirms that `expected_length` is what counts; otherwise Conflict: the
    /// caller built on an old revision. StorageFailed when the file is shorter, and when the disk is full: then it is
    /// as before.
    Result<std::uint64_t> append(const DocumentLock& lock, std::uint64_t expected_length, ByteView bytes);

    /// For reading; more may lie in it than counts. StorageFailed when there is none.
    Result<FileDescriptor> open_file(model::DocumentId document) const;
    /// Exactly `length` bytes from `offset`; StorageFailed when the file is shorter.
    Result<Bytes> read(model::DocumentId document, std::uint64_t offset, std::uint64_t length) const;
    /// The first `length` bytes in pieces, without ever holding them all.
    Status stream(model::DocumentId document, std::uint64_t length, const std::function<void(ByteView)>& take) const;
    /// How long the file is, a tail included.
    Result<std::uint64_t> file_length(model::DocumentId document) const;

    /// Reads back what is stored and compares; StorageFailed names the document when its bytes are not what was
    /// recorded.
    Status scrub(model::DocumentId document, const DocumentExtent& recorded) const;

    /// Success also when it is gone already.
    Status remove(model::DocumentId document);
    /// Every document that has a file, in no order, until `visit` returns false; for finding those nobody knows.
    Status for_each(const std::function<bool(model::DocumentId)>& visit) const;

  private:
    friend class DocumentLock;
    struct Holder {
        bool held = false;
        int waiting = 0;
        std::condition_variable freed;
    };

    DocumentFiles(std::filesystem::path folder, CommittedLength committed_length);
    std::filesystem::path path_of(model::DocumentId document) const;
    Result<DocumentExtent> publish_new(
        model::DocumentId document, Existing existing,
        const std::function<Result<DocumentExtent>(int fd, const std::filesystem::path& path)>& fill);
    Status cut_tail(model::DocumentId document, int fd, std::uint64_t expected_length);
    void unlock(model::DocumentId document);

    std::filesystem::path folder_;
    CommittedLength committed_length_;
    std::mutex folders_mutex_;
    std::mutex holders_mutex_;
    std::map<model::DocumentId, Holder> holders_;
};

}  // namespace signet::store
