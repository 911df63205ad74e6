#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "pdf/document.hpp"
#include "pdf/lexer.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace signet::pdf {

/// The cross-reference sections of a file from one `startxref` back to the first, and the map they make together.
struct XrefMap {
    /// Newest first.
    std::vector<XrefSection> sections;
    /// By object number; the newest section that speaks of a number wins.
    std::vector<XrefEntry> entries;
    /// One more than the highest number in any section or /Size.
    std::uint32_t next_object = 0;
    bool hybrid = false;
};

/// Follows the sections strictly. `file` begins with `%PDF-`. Errors: DamagedDocument, DocumentTooLarge, TimeLimit.
Result<XrefMap> read_xref(ByteView file, std::uint64_t startxref, const ReadLimits& limits, WorkBudget& budget);

/// The offset the last `startxref` of the file names.
Result<std::uint64_t> find_startxref(ByteView file);

/// The object `number generation obj` at `offset`, with the stream behind it when there is one. `length_of` answers the
/// stream's /Length. `end`, when asked for, receives the offset behind `endobj` (or behind the object when it is
/// missing).
struct IndirectObject {
    Reference reference;
    Object object;
    std::size_t end = 0;
};
Result<IndirectObject> read_indirect(ByteView file, std::uint64_t offset, WorkBudget& budget,
                                     const std::function<Result<Object>(const Object&)>& resolve);

}  // namespace signet::pdf
