#include "pdf/xref.hpp"

#include "pdf/filters.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <unordered_set>

namespace signet::pdf {

namespace {

/// Type, offset and generation of eight bytes each, and a predictor's byte.
constexpr std::size_t kMaxRowBytes = 25;

Error damaged(std::string detail) {
    return fail(ErrorCode::DamagedDocument, std::move(detail));
}

/// Reads the sections one after the other into a map.
class XrefReader {
  public:
    XrefReader(ByteView file, const ReadLimits& limits, WorkBudget& budget)
        : file_(file), limits_(limits), budget_(budget) {}

    Result<XrefMap> read(std::uint64_t startxref) {
        std::optional<std::uint64_t> next = startxref;
        while (next) {
            if (!visited_.insert(*next).second) return damaged("the cross-reference sections form a loop");
            if (map_.sections.size() >= limits_.revisions) {
                return fail(ErrorCode::DocumentTooLarge, "the document has too many revisions");
            }
            Status section = read_section(*next);
            if (!section) return section.error();
            Result<std::optional<std::uint64_t>> previous = offset_entry(*map_.sections.back().trailer, "Prev");
            if (!previous) return previous.error();
            next = *previous;
        }
        return std::move(map_);
    }

  private:
    Status read_section(std::uint64_t offset) {
        if (offset >= file_.size()) return damaged("a cross-reference section lies behind the end of the file");
        Parser parser(file_, static_cast<std::size_t>(offset), budget_);
        parser.skip_space();
        const std::size_t start = parser.position();
        if (parser.take_keyword("xref")) return read_table(parser, start);
        return read_stream(start, false);
    }

    Status read_table(Parser& parser, std::size_t start) {
        XrefSection section;
        section.kind = XrefKind::Table;
        section.offset = start;
        while (!parser.take_keyword("trailer")) {
            Status subsection = read_subsection(parser, section);
            if (!subsection) return subsection.error();
        }
        Result<Object> trailer = parser.object();
        if (!trailer) return trailer.error();
        section.trailer = trailer->as_dictionary() != nullptr && trailer->as_stream() == nullptr
                              ? trailer->share_dictionary()
                              : nullptr;
        if (!section.trailer) return damaged("a trailer is no dictionary");
        section.end = parser.position();

        Result<std::optional<std::uint64_t>> hidden = offset_entry(*section.trailer, "XRefStm");
        if (!hidden) return hidden.error();
        section.hybrid = hidden->has_value();
        Status kept = keep(std::move(section));
        if (!kept || !hidden->has_value()) return kept;
        map_.hybrid = true;
        if (!visited_.insert(**hidden).second) return damaged("the cross-reference sections form a loop");
        if (**hidden >= file_.size()) return damaged("a cross-reference section lies behind the end of the file");
        return read_stream(static_cast<std::size_t>(**hidden), true);
    }

    Status read_subsection(Parser& parser, XrefSection& section) {
        const std::optional<std::uint64_t> first = parser.take_unsigned();
        const std::optional<std::uint64_t> count = parser.take_unsigned();
        if (!first || !count)
            return damaged(fmt::format("a cross-reference table is broken at byte {}", parser.position()));
        if (*first > limits_.objects || *count > limits_.objects || *first + *count > limits_.objects) {
            return fail(ErrorCode::DocumentTooLarge, "the document has too many objects");
        }
        for (std::uint64_t i = 0; i < *count; ++i) {
            const std::optional<std::uint64_t> offset = parser.take_unsigned();
            const std::optional<std::uint64_t> generation = parser.take_unsigned();
            const bool in_use = parser.take_keyword("n");
            const bool sound = offset && generation && *generation <= 65535 && (in_use || parser.take_keyword("f"));
            if (!sound) return damaged(fmt::format("a cross-reference entry is broken at byte {}", parser.position()));
            if (budget_.bytes == 0) return fail(ErrorCode::TimeLimit, "the document takes too long to read");
            const bool used = in_use && *offset != 0;
            const Pending entry{static_cast<std::uint32_t>(*first + i),
                                {used ? XrefEntry::Kind::InFile : XrefEntry::Kind::Free,
                                 static_cast<std::uint32_t>(*generation), used ? *offset : 0}};
            section.objects.push_back(entry.number);
            section.entries.push_back(entry.entry);
            pending_.push_back(entry);
        }
        return {};
    }

    /// `hidden`: the stream belongs to the table before it (§7.5.8.4) and has no say about /Prev.
    Status read_stream(std::size_t start, bool hidden) {
        const auto direct = [](const Object& object) -> Result<Object> {
            if (object.as_reference() != nullptr)
                return damaged("a cross-reference stream must not refer to other objects");
            return object;
        };
        Result<IndirectObject> read = read_indirect(file_, start, budget_, direct);
        if (!read) return read.error();
        const Stream* stream = read->object.as_stream();
        if (stream == nullptr || !stream->dictionary->get("Type").is_name("XRef")) {
            return damaged("there is no cross-reference section where one should be");
        }
        XrefSection section;
        section.kind = XrefKind::Stream;
        section.offset = start;
        section.end = read->end;
        section.trailer = stream->dictionary;

        // No honest section needs more than this for every object there may be.
        const std::size_t allowed = std::min(limits_.objects * kMaxRowBytes, limits_.decoded_bytes);
        Result<Bytes> rows = decode_stream(*stream, allowed, direct);
        if (!rows) return rows.error();
        Status entries = read_rows(*rows, section);
        if (!entries) return entries.error();
        if (!hidden) return keep(std::move(section));
        XrefSection& table = map_.sections.back();
        table.objects.insert(table.objects.end(), section.objects.begin(), section.objects.end());
        table.entries.insert(table.entries.end(), section.entries.begin(), section.entries.end());
        return apply_pending();
    }

    Status read_rows(ByteView rows, XrefSection& section) {
        std::array<std::size_t, 3> widths{};
        const Array* w = section.trailer->get("W").as_array();
        if (w == nullptr || w->size() < 3) return damaged("a cross-reference stream has no /W");
        for (std::size_t i = 0; i < 3; ++i) {
            const std::int64_t* width = (*w)[i].as_integer();
            if (width == nullptr || *width < 0 || *width > 8)
                return damaged("a cross-reference stream has a broken /W");
            widths[i] = static_cast<std::size_t>(*width);
        }
        const std::size_t row_size = widths[0] + widths[1] + widths[2];
        if (row_size == 0) return damaged("a cross-reference stream has a broken /W");

        Result<std::vector<std::pair<std::uint32_t, std::uint32_t>>> index = read_index(*section.trailer);
        if (!index) return index.error();
        std::size_t at = 0;
        for (const auto& [first, count] : *index) {
            if (count > (rows.size() - at) / row_size) return damaged("a cross-reference stream is too short");
            budget_.spend(std::size_t{count} * row_size);
            for (std::uint32_t i = 0; i < count; ++i, at += row_size) {
                Status row = read_row(rows.subspan(at, row_size), widths, first + i, section);
                if (!row) return row.error();
            }
        }
        return {};
    }

    Result<std::vector<std::pair<std::uint32_t, std::uint32_t>>> read_index(const Dictionary& trailer) const {
        const std::int64_t* size = trailer.get("Size").as_integer();
        if (size == nullptr || *size < 0) return damaged("a cross-reference stream has no /Size");
        const auto max = static_cast<std::int64_t>(limits_.objects);
        if (*size > max) return fail(ErrorCode::DocumentTooLarge, "the document has too many objects");
        std::vector<std::pair<std::uint32_t, std::uint32_t>> index;
        if (!trailer.has("Index")) {
            index.emplace_back(0, static_cast<std::uint32_t>(*size));
            return index;
        }
        const Array* pairs = trailer.get("Index").as_array();
        if (pairs == nullptr || pairs->size() % 2 != 0) return damaged("a cross-reference stream has a broken /Index");
        for (std::size_t i = 0; i < pairs->size(); i += 2) {
            const std::int64_t* first = (*pairs)[i].as_integer();
            const std::int64_t* count = (*pairs)[i + 1].as_integer();
            if (first == nullptr || count == nullptr || *first < 0 || *count < 0) {
                return damaged("a cross-reference stream has a broken /Index");
            }
            if (*first > max || *count > max - *first) {
                return fail(ErrorCode::DocumentTooLarge, "the document has too many objects");
            }
            index.emplace_back(static_cast<std::uint32_t>(*first), static_cast<std::uint32_t>(*count));
        }
        return index;
    }

    Status read_row(ByteView row, const std::array<std::size_t, 3>& widths, std::uint32_t number,
                    XrefSection& section) {
        const auto field = [&row](std::size_t from, std::size_t width) {
            std::uint64_t value = 0;
            for (std::size_t i = 0; i < width; ++i)
                value = value << 8 | row[from + i];
            return value;
        };
        const std::uint64_t type = widths[0] == 0 ? 1 : field(0, widths[0]);
        const std::uint64_t second = field(widths[0], widths[1]);
        const std::uint64_t third = field(widths[0] + widths[1], widths[2]);
        XrefEntry entry;
        if (type == 1) {
            if (third > 65535) return damaged("a cross-reference entry is broken");
            entry = {XrefEntry::Kind::InFile, static_cast<std::uint32_t>(third), second};
        } else if (type == 2) {
            if (second == 0 || second > kMaxObjectNumber || third > limits_.objects) {
                return damaged("a cross-reference entry is broken");
            }
            entry = {XrefEntry::Kind::InStream, static_cast<std::uint32_t>(third), second};
        }
        // Type 0 is free; other types are for the future and count as null (§7.5.8.3).
        section.objects.push_back(number);
        section.entries.push_back(entry);
        pending_.push_back({number, entry});
        return {};
    }

    Status keep(XrefSection section) {
        Result<Object> size = section.trailer->get("Size");
        if (const std::int64_t* count = size->as_integer(); count != nullptr && *count > 0) {
            if (*count > static_cast<std::int64_t>(limits_.objects)) {
                return fail(ErrorCode::DocumentTooLarge, "the document has too many objects");
            }
            map_.next_object = std::max(map_.next_object, static_cast<std::uint32_t>(*count));
        }
        map_.sections.push_back(std::move(section));
        return apply_pending();
    }

    Status apply_pending() {
        total_ += pending_.size();
        if (total_ > limits_.objects * 4) return fail(ErrorCode::DocumentTooLarge, "the document has too many objects");
        for (const Pending& entry : pending_) {
            if (entry.number >= map_.entries.size()) {
                map_.entries.resize(std::size_t{entry.number} + 1);
                known_.resize(map_.entries.size(), false);
            }
            map_.next_object = std::max(map_.next_object, entry.number + 1);
            if (known_[entry.number]) continue;
            known_[entry.number] = true;
            map_.entries[entry.number] = entry.entry;
        }
        pending_.clear();
        return {};
    }

    static Result<std::optional<std::uint64_t>> offset_entry(const Dictionary& trailer, std::string_view key) {
        if (!trailer.has(key)) return std::optional<std::uint64_t>{};
        const std::int64_t* offset = trailer.get(key).as_integer();
        if (offset == nullptr || *offset < 0) return damaged(fmt::format("/{} of a trailer is no offset", key));
        return std::optional<std::uint64_t>(static_cast<std::uint64_t>(*offset));
    }

    struct Pending {
        std::uint32_t number;
        XrefEntry entry;
    };

    ByteView file_;
    const ReadLimits& limits_;
    WorkBudget& budget_;
    XrefMap map_;
    std::vector<bool> known_;
    std::vector<Pending> pending_;
    std::unordered_set<std::uint64_t> visited_;
    std::size_t total_ = 0;
};

/// The bytes of a stream whose `stream` keyword has just been taken.
Result<ByteView> stream_bytes(ByteView file, std::size_t position, const Object& length) {
    const std::int64_t* count = length.as_integer();
    if (count == nullptr || *count < 0) return damaged("a stream has no /Length");
    if (position < file.size() && file[position] == '\r') ++position;
    if (position < file.size() && file[position] == '\n') ++position;
    if (static_cast<std::uint64_t>(*count) > file.size() - std::min(position, file.size())) {
        return damaged("a stream is longer than the file");
    }
    return file.subspan(position, static_cast<std::size_t>(*count));
}

}  // namespace

Result<XrefMap> read_xref(ByteView file, std::uint64_t startxref, const ReadLimits& limits, WorkBudget& budget) {
    return XrefReader(file, limits, budget).read(startxref);
}

Result<std::uint64_t> find_startxref(ByteView file) {
    const std::size_t at = as_text(file).rfind("startxref");
    if (at == std::string_view::npos) return damaged("the document has no startxref");
    WorkBudget budget{1024, 1, 1};
    Parser parser(file.subspan(0, std::min(file.size(), at + 1024)), at + 9, budget);
    const std::optional<std::uint64_t> offset = parser.take_unsigned();
    if (!offset) return damaged("the document's startxref names no offset");
    return *offset;
}

Result<IndirectObject> read_indirect(ByteView file, std::uint64_t offset, WorkBudget& budget,
                                     const std::function<Result<Object>(const Object&)>& resolve) {
    if (offset >= file.size()) return damaged("an object lies behind the end of the file");
    Parser parser(file, static_cast<std::size_t>(offset), budget);
    const std::optional<std::uint64_t> number = parser.take_unsigned();
    const std::optional<std::uint64_t> generation = parser.take_unsigned();
    const bool sound =
        number && generation && *number <= kMaxObjectNumber && *generation <= 65535 && parser.take_keyword("obj");
    if (!sound) return damaged(fmt::format("there is no object at byte {}", offset));

    IndirectObject result;
    result.reference = {static_cast<std::uint32_t>(*number), static_cast<std::uint32_t>(*generation)};
    if (parser.take_keyword("endobj")) {  // an empty object is null
        result.end = parser.position();
        return result;
    }
    Result<Object> object = parser.object();
    if (!object) return object.error();
    result.object = std::move(*object);
    if (result.object.as_dictionary() != nullptr && parser.take_keyword("stream")) {
        Result<Object> length = resolve(result.object.as_dictionary()->get("Length"));
        if (!length) return length.error();
        Result<ByteView> encoded = stream_bytes(file, parser.position(), *length);
        if (!encoded) return encoded.error();
        const auto behind = static_cast<std::size_t>(encoded->data() - file.data()) + encoded->size();
        parser = Parser(file, behind, budget);
        if (!parser.take_keyword("endstream")) return damaged(fmt::format("a stream does not end at byte {}", behind));
        result.object = Object(Stream{result.object.share_dictionary(), *encoded});
    }
    parser.take_keyword("endobj");
    result.end = parser.position();
    return result;
}

}  // namespace signet::pdf
