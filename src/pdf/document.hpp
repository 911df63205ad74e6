#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "pdf/geometry.hpp"
#include "pdf/object.hpp"
#include "pdf/revision.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace signet::pdf {

/// Bounds for a file from outside. Beyond them the answer is DocumentTooLarge, DocumentTooDeep or TimeLimit.
struct ReadLimits {
    std::size_t file_bytes = std::size_t{512} << 20;
    std::size_t objects = 1'000'000;
    std::size_t depth = 100;
    std::size_t pages = 5000;
    /// All streams the reader itself must decode (cross-references and object streams), together.
    std::size_t decoded_bytes = std::size_t{512} << 20;
    /// Beyond the first megabyte a stream may grow at most this much when decoded.
    std::size_t decode_ratio = 100;
    std::size_t revisions = 2000;
    /// How many bytes may be tokenised in all, beyond eight times the file's size: what a maze of references runs into.
    std::size_t work_bytes = std::size_t{64} << 20;
};

/// One page, with what it inherits.
struct Page {
    Reference reference;
    PageGeometry geometry;
    /// The page's own dictionary, as the file has it.
    std::shared_ptr<const Dictionary> dictionary;
};

/// Where the newest version of an object lies.
struct XrefEntry {
    enum class Kind : std::uint8_t { Free, InFile, InStream };
    Kind kind = Kind::Free;
    /// Generation; for InStream the index within the object stream.
    std::uint32_t generation = 0;
    /// Offset in the file; for InStream the object stream's number.
    std::uint64_t offset = 0;
    friend bool operator==(const XrefEntry&, const XrefEntry&) = default;
};

/// One cross-reference section (§7.5.4, §7.5.8) with the trailer that belongs to it.
struct XrefSection {
    XrefKind kind = XrefKind::Table;
    /// Offset of `xref` or of the cross-reference stream's object.
    std::uint64_t offset = 0;
    /// Offset just behind the section: behind the trailer dictionary or the stream's `endobj`.
    std::uint64_t end = 0;
    std::shared_ptr<const Dictionary> trailer;
    /// A table whose trailer names a hidden stream (/XRefStm).
    bool hybrid = false;
    /// The objects the section itself speaks of, and what it says of each.
    std::vector<std::uint32_t> objects;
    std::vector<XrefEntry> entries;
};

/// A PDF read strictly: it follows the cross-references the file declares and repairs nothing, so that what is signed
/// or verified is what every other reader sees. A file whose cross-references do not hold is DamagedDocument; uploads
/// are normalised before they come here. Objects are read when asked for. Not thread-safe; the bytes must outlive the
/// document.
class Document {
  public:
    /// Reads the newest revision. Errors: NotAPdf, DamagedDocument, PasswordProtected (an encrypted file cannot be read
    /// at all), DocumentTooLarge, DocumentTooDeep, TimeLimit.
    static Result<Document> open(ByteView file, const ReadLimits& limits = {});
    /// Reads the file as it was when the cross-reference section at `startxref` was its newest.
    static Result<Document> open_revision(ByteView file, std::uint64_t startxref, const ReadLimits& limits = {});

    Document(Document&&) noexcept;
    Document& operator=(Document&&) noexcept;
    ~Document();

    ByteView file() const;
    /// How many bytes lie before `%PDF-`; offsets count from there. Zero in any file that may be signed.
    std::size_t leading_junk() const;

    /// The newest trailer.
    const Dictionary& trailer() const;
    /// The cross-reference sections, newest first. A linearised file has two for its first revision.
    std::span<const XrefSection> sections() const;
    bool is_hybrid() const;
    /// The offset the last `startxref` names.
    std::uint64_t startxref() const;
    /// One more than the highest object number any section or /Size speaks of.
    std::uint32_t next_object_number() const;
    std::span<const XrefEntry> entries() const;

    /// The object itself, null when there is none (§7.3.10). Errors as for open.
    Result<Object> read(Reference reference) const;
    /// Follows references until something else comes; anything else is answered as it is.
    Result<Object> resolve(const Object& object) const;
    /// The value of `key`, resolved.
    Result<Object> get(const Dictionary& dictionary, std::string_view key) const;
    /// A stream's bytes after all its filters. Filters that are not structural (images, encryption) are
    /// DamagedDocument.
    Result<Bytes> decode(const Stream& stream) const;

    /// Whether `predicate` holds for any object in use. Reads them all, keeping none. An object that cannot be read
    /// ends the search with its error, or counts as null.
    enum class Unreadable { IsAnError, IsNull };
    Result<bool> any_object(const std::function<bool(Reference, const Object&)>& predicate,
                            Unreadable unreadable = Unreadable::IsAnError) const;
    /// The offset behind the `endobj` of the object that begins at `offset`, whether a cross-reference names it or not.
    Result<std::size_t> object_end(std::uint64_t offset) const;

    Result<std::shared_ptr<const Dictionary>> catalog() const;
    Reference catalog_reference() const;
    /// The pages in reading order, at most `ReadLimits::pages`. Read once, then kept.
    Result<std::span<const Page>> pages() const;

    /// What an appender must know of this file; see RevisionState.
    RevisionState revision_state() const;

  private:
    struct Implementation;
    explicit Document(std::unique_ptr<Implementation> implementation);
    std::unique_ptr<Implementation> implementation_;
};

/// Document::revision_state with a first object number that no object refers to either: a new object must not fill the
/// hole that a dangling reference left. Reads every object, so a server keeps the answer. DocumentTooLarge, TimeLimit.
Result<RevisionState> state_for_new_objects(const Document& document);

/// What makes a document unfit for signing although it can be read.
struct SigningPolicy {
    /// Refuse JavaScript, /Launch and other actions that run by themselves (§12.6.4): for uploads.
    bool refuse_active_content = false;
    /// Refuse cross-reference sections of both kinds at once (§7.5.8.4); validators disagree about such files.
    bool refuse_hybrid = true;
};

/// Whether one more signature may be appended: HybridReference, DamagedDocument (bytes before `%PDF-`, no page),
/// DynamicXfa, CertifiedNoChanges (a certification with P=1), SigningForbidden (other permissions), ActiveContent.
/// Locks of single fields are checked when a field is signed.
Status check_signable(const Document& document, const SigningPolicy& policy = {});

}  // namespace signet::pdf
