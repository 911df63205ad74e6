#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "pdf/object.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace signet::pdf {

/// The two ways a file may hold its cross-references; a revision continues the one it finds.
enum class XrefKind { Table, Stream };

/// Everything needed to append the next revision without reading the file again. Kept by the server beside the document
/// and bound to its length and hash; never taken from outside.
struct RevisionState {
    /// The file's length in bytes.
    std::uint64_t length = 0;
    /// Where its newest cross-reference section begins.
    std::uint64_t startxref = 0;
    XrefKind kind = XrefKind::Table;
    /// The first object number never used before.
    std::uint32_t next_object = 0;
    /// Whether the file ends with a line break, so that the next revision may begin at once.
    bool ends_with_newline = true;
    /// The catalog, the target of signature references.
    Reference catalog;
    /// The object number of an empty /Perms dictionary made by `prepare` for a certification signature; 0 when there is
    /// none.
    std::uint32_t permissions = 0;
    /// Trailer entries that every revision repeats, as PDF text: /Root, /Info, /ID.
    std::string trailer;

    friend bool operator==(const RevisionState&, const RevisionState&) = default;
};

/// One line of text for a database, and back. Reading checks every field (ranges, PDF syntax of the trailer) and
/// answers StorageFailed for anything `to_text` did not write.
std::string to_text(const RevisionState& state);
Result<RevisionState> revision_state_from_text(std::string_view text);

/// Writes one incremental update (ISO 32000-1 §7.5.6): objects one after the other, then the cross-reference section of
/// the file's own kind. Nothing it writes lies in an object stream.
class RevisionWriter {
  public:
    explicit RevisionWriter(const RevisionState& before, std::size_t expected_size = 0);

    /// A number for a new object.
    std::uint32_t allocate() { return next_object_++; }
    /// Begins `number generation obj`; the caller appends the object's text to `bytes()`, then calls `end`.
    void begin(std::uint32_t number, std::uint32_t generation = 0);
    void end();
    /// begin, the text, end.
    void write(std::uint32_t number, std::string_view text, std::uint32_t generation = 0);
    /// A stream object: `dictionary` without its `<<`, `>>` and /Length.
    void write_stream(std::uint32_t number, std::string_view dictionary, std::string_view data);

    Bytes& bytes() { return bytes_; }
    /// The file offset at which the next byte will lie.
    std::uint64_t offset() const { return before_.length + bytes_.size(); }

    /// Writes the cross-reference section, the trailer, `startxref` and `%%EOF`; the state afterwards. The writer is
    /// then done; the increment is `bytes()`.
    RevisionState finish();

  private:
    struct Written {
        std::uint32_t number;
        std::uint32_t generation;
        std::uint64_t offset;
    };
    void write_table();
    void write_stream_section(std::uint64_t at);

    RevisionState before_;
    std::uint32_t next_object_;
    std::vector<Written> written_;
    Bytes bytes_;
};

}  // namespace signet::pdf
