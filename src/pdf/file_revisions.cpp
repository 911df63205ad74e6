#include "pdf/file_revisions.hpp"

#include "pdf/lexer.hpp"

#include <algorithm>

namespace signet::pdf {

namespace {

struct Range {
    std::uint64_t begin;
    std::uint64_t end;
};

/// `startxref N %%EOF` behind a section; nothing when something else stands there or N is another section's.
std::optional<Range> marker_behind(ByteView body, std::uint64_t section_end, std::uint64_t startxref) {
    WorkBudget budget{4096, 1, 1};
    const std::size_t window_end = std::min<std::size_t>(body.size(), section_end + 2048);
    Parser parser(body.subspan(0, window_end), static_cast<std::size_t>(section_end), budget);
    parser.skip_space();
    const std::size_t begin = parser.position();
    if (!parser.take_keyword("startxref")) return std::nullopt;
    const std::optional<std::uint64_t> named = parser.take_unsigned();
    if (!named || *named != startxref) return std::nullopt;
    std::size_t at = parser.position();
    while (at < body.size() && is_pdf_space(body[at]))
        ++at;
    if (!as_text(body.subspan(at)).starts_with("%%EOF")) return std::nullopt;
    return Range{begin, at + 5};
}

ByteView body_of(const Document& document) {
    return document.file().subspan(document.leading_junk());
}

/// White space, and comments that no repairing reader could take for an object.
bool is_inert(ByteView gap) {
    for (std::size_t at = 0; at < gap.size(); ++at) {
        if (is_pdf_space(gap[at])) continue;
        if (gap[at] != '%') return false;
        std::size_t end = at;
        while (end < gap.size() && gap[end] != '\n' && gap[end] != '\r')
            ++end;
        const std::string_view comment = as_text(gap.subspan(at, end - at));
        for (const std::string_view word : {"obj", "xref", "trailer"}) {
            if (comment.find(word) != std::string_view::npos) return false;
        }
        at = end - 1;
    }
    return true;
}

}  // namespace

bool is_blank(ByteView bytes) {
    return std::all_of(bytes.begin(), bytes.end(), is_pdf_space);
}

std::vector<FileRevision> list_revisions(const Document& document) {
    const std::span<const XrefSection> sections = document.sections();
    std::vector<FileRevision> revisions;
    for (std::size_t i = 0; i < sections.size();) {
        FileRevision revision;
        revision.startxref = sections[i].offset;
        revision.first_section = i;
        std::size_t end = i + 1;
        // An older section that lies further back belongs to a linearised file's first revision (annex F).
        while (end < sections.size() && sections[end].offset > sections[end - 1].offset)
            ++end;
        revision.end_section = end;
        for (std::size_t k = i; k < end && !revision.marker_end; ++k) {
            const std::optional<Range> marker = marker_behind(body_of(document), sections[k].end, revision.startxref);
            if (!marker) continue;
            revision.marker_begin = marker->begin;
            revision.marker_end = marker->end;
        }
        revisions.push_back(revision);
        i = end;
    }
    std::reverse(revisions.begin(), revisions.end());
    return revisions;
}

Result<std::optional<std::uint64_t>> first_unaccounted(const Document& document, const FileRevision& revision,
                                                       std::uint64_t begin, std::uint64_t end) {
    std::vector<Range> known;
    if (revision.marker_end) known.push_back({*revision.marker_begin, *revision.marker_end});
    for (std::size_t i = revision.first_section; i < revision.end_section; ++i) {
        const XrefSection& section = document.sections()[i];
        known.push_back({section.offset, section.end});
        for (const XrefEntry& entry : section.entries) {
            if (entry.kind != XrefEntry::Kind::InFile || entry.offset < begin || entry.offset >= end) continue;
            Result<std::size_t> object_end = document.object_end(entry.offset);
            if (!object_end) return object_end.error();
            known.push_back({entry.offset, *object_end});
        }
    }
    std::sort(known.begin(), known.end(), [](const Range& a, const Range& b) { return a.begin < b.begin; });
    known.push_back({end, end});
    const ByteView body = body_of(document);
    std::uint64_t at = begin;
    for (const Range& range : known) {
        if (range.begin > at && !is_inert(body.subspan(at, std::min(range.begin, end) - at))) {
            return std::optional<std::uint64_t>(at);
        }
        at = std::max(at, range.end);
    }
    return std::optional<std::uint64_t>{};
}

}  // namespace signet::pdf
