#pragma once

#include "base/result.hpp"
#include "pdf/document.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace signet::pdf {

/// One revision of a file as its cross-references tell it.
struct FileRevision {
    /// Of its newest section.
    std::uint64_t startxref = 0;
    /// Its sections within Document::sections(): [first_section, end_section). A linearised file has two in its first
    /// revision.
    std::size_t first_section = 0;
    std::size_t end_section = 0;
    /// Where `startxref` begins and where `%%EOF` ends; nothing when the section is not followed by them.
    std::optional<std::uint64_t> marker_begin;
    std::optional<std::uint64_t> marker_end;
};

/// The revisions of a document, oldest first. Offsets count as in the document's cross-references.
std::vector<FileRevision> list_revisions(const Document& document);

/// Checks that every byte of [begin, end) belongs to an object, a section or an end marker that the revision itself
/// declares; white space and comments that hide no object aside. Where the first foreign byte lies, or nothing.
Result<std::optional<std::uint64_t>> first_unaccounted(const Document& document, const FileRevision& revision,
                                                       std::uint64_t begin, std::uint64_t end);

/// Whether bytes are white space alone.
bool is_blank(ByteView bytes);

}  // namespace signet::pdf
