#include "pdf/revision.hpp"

#include "pdf/lexer.hpp"
#include "pdf/packed_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>

namespace signet::pdf {

namespace {

constexpr std::uint64_t kMaxTableOffset = 9'999'999'999ULL;
constexpr std::string_view kStateTag = "revision1";

template <typename Integer>
void append_number(Bytes& to, Integer value) {
    std::array<char, 24> buffer{};
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    append(to, std::string_view(buffer.data(), static_cast<std::size_t>(result.ptr - buffer.data())));
}

int bytes_needed(std::uint64_t value) {
    int count = 1;
    while (value >>= 8)
        ++count;
    return count;
}

void append_big_endian(Bytes& to, std::uint64_t value, int width) {
    for (int shift = (width - 1) * 8; shift >= 0; shift -= 8)
        to.push_back(static_cast<std::uint8_t>(value >> shift));
}

}  // namespace

std::string to_text(const RevisionState& state) {
    PackedTextWriter writer(kStateTag);
    writer.add(state.length);
    writer.add(state.startxref);
    writer.add(state.kind == XrefKind::Table ? 0 : 1);
    writer.add(state.next_object);
    writer.add(state.ends_with_newline ? 1 : 0);
    writer.add(state.catalog.number);
    writer.add(state.catalog.generation);
    writer.add(state.permissions);
    writer.add(state.trailer);
    return writer.take();
}

Result<RevisionState> revision_state_from_text(std::string_view text) {
    PackedTextReader reader(kStateTag, text);
    RevisionState state;
    state.length = reader.number(kMaxTableOffset);
    state.startxref = reader.number(state.length);
    state.kind = reader.number(1) == 0 ? XrefKind::Table : XrefKind::Stream;
    state.next_object = static_cast<std::uint32_t>(reader.number(kMaxObjectNumber + 1));
    state.ends_with_newline = reader.number(1) == 1;
    state.catalog.number = static_cast<std::uint32_t>(reader.number(kMaxObjectNumber));
    state.catalog.generation = static_cast<std::uint32_t>(reader.number(65535));
    state.permissions = static_cast<std::uint32_t>(reader.number(kMaxObjectNumber));
    state.trailer = reader.text(4096);
    const bool sound = reader.finished() && state.catalog && state.catalog.number < state.next_object &&
                       state.permissions < state.next_object && is_dictionary_content(state.trailer);
    if (!sound) return fail(ErrorCode::StorageFailed, "the stored state of a document's last revision is not readable");
    return state;
}

RevisionWriter::RevisionWriter(const RevisionState& before, std::size_t expected_size)
    : before_(before), next_object_(before.next_object) {
    bytes_.reserve(expected_size);
    if (!before_.ends_with_newline) bytes_.push_back('\n');
}

void RevisionWriter::begin(std::uint32_t number, std::uint32_t generation) {
    written_.push_back({number, generation, offset()});
    append_number(bytes_, number);
    bytes_.push_back(' ');
    append_number(bytes_, generation);
    append(bytes_, " obj\n");
}

void RevisionWriter::end() {
    append(bytes_, "\nendobj\n");
}

void RevisionWriter::write(std::uint32_t number, std::string_view text, std::uint32_t generation) {
    begin(number, generation);
    append(bytes_, text);
    end();
}

void RevisionWriter::write_stream(std::uint32_t number, std::string_view dictionary, std::string_view data) {
    begin(number);
    append(bytes_, "<<");
    append(bytes_, dictionary);
    append(bytes_, "/Length ");
    append_number(bytes_, data.size());
    append(bytes_, ">>\nstream\n");
    append(bytes_, data);
    append(bytes_, "\nendstream");
    end();
}

RevisionState RevisionWriter::finish() {
    // A classic table cannot say an offset beyond ten digits; documents are bounded far below.
    const std::uint64_t at = offset();
    if (before_.kind == XrefKind::Stream) {
        write_stream_section(at);
    } else {
        write_table();
    }
    append(bytes_, "startxref\n");
    append_number(bytes_, at);
    append(bytes_, "\n%%EOF\n");

    RevisionState after = before_;
    after.length = offset();
    after.startxref = at;
    after.next_object = next_object_;
    after.ends_with_newline = true;
    return after;
}

void RevisionWriter::write_table() {
    std::sort(written_.begin(), written_.end(), [](const Written& a, const Written& b) { return a.number < b.number; });
    append(bytes_, "xref\n");
    for (std::size_t first = 0; first < written_.size();) {
        std::size_t last = first + 1;
        while (last < written_.size() && written_[last].number == written_[last - 1].number + 1)
            ++last;
        append(bytes_, fmt::format("{} {}\n", written_[first].number, last - first));
        for (; first < last; ++first) {
            append(bytes_, fmt::format("{:010} {:05} n\r\n", written_[first].offset, written_[first].generation));
        }
    }
    append(bytes_, "trailer\n<<");
    append(bytes_, before_.trailer);
    append(bytes_, fmt::format("/Size {}/Prev {}>>\n", next_object_, before_.startxref));
}

void RevisionWriter::write_stream_section(std::uint64_t at) {
    const std::uint32_t number = allocate();
    written_.push_back({number, 0, at});
    std::sort(written_.begin(), written_.end(), [](const Written& a, const Written& b) { return a.number < b.number; });

    const int width = bytes_needed(at);
    std::string index;
    Bytes rows;
    rows.reserve(written_.size() * static_cast<std::size_t>(width + 3));
    for (std::size_t first = 0; first < written_.size();) {
        std::size_t last = first + 1;
        while (last < written_.size() && written_[last].number == written_[last - 1].number + 1)
            ++last;
        index += fmt::format("{}{} {}", index.empty() ? "" : " ", written_[first].number, last - first);
        for (; first < last; ++first) {
            rows.push_back(1);
            append_big_endian(rows, written_[first].offset, width);
            append_big_endian(rows, written_[first].generation, 2);
        }
    }
    append(bytes_, fmt::format("{} 0 obj\n<</Type/XRef/W[1 {} 2]/Index[{}]{}/Size {}/Prev {}/Length {}>>\nstream\n",
                               number, width, index, before_.trailer, next_object_, before_.startxref, rows.size()));
    append(bytes_, rows);
    append(bytes_, "\nendstream\nendobj\n");
}

}  // namespace signet::pdf
