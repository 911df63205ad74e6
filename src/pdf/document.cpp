#include "pdf/document.hpp"

#include "pdf/filters.hpp"
#include "pdf/lexer.hpp"
#include "pdf/xref.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace signet::pdf {

namespace {

constexpr std::size_t kMaxJunk = 1024;
constexpr std::size_t kFreeDecodeBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxReferenceChain = 32;
constexpr std::size_t kMaxValues = 4'000'000;

Error damaged(std::string detail) {
    return fail(ErrorCode::DamagedDocument, std::move(detail));
}

Rectangle intersection(const Rectangle& a, const Rectangle& b) {
    return {std::max(a.left, b.left), std::max(a.bottom, b.bottom), std::min(a.right, b.right), std::min(a.top, b.top)};
}

/// /ID of a trailer (§14.4): two strings.
bool is_file_identifier(const Object& object) {
    const Array* array = object.as_array();
    return array != nullptr && array->size() == 2 && std::all_of(array->begin(), array->end(), [](const Object& part) {
               return part.as_string() != nullptr && part.as_string()->spelling.size() <= 256;
           });
}

bool has_area(const Rectangle& rectangle) {
    return rectangle.width() >= 1 && rectangle.height() >= 1;
}

}  // namespace

struct Document::Implementation {
    ByteView file;
    ByteView body;  // file without the junk before it
    ReadLimits limits;
    mutable WorkBudget budget;
    XrefMap xref;
    std::uint64_t startxref = 0;
    mutable std::size_t decoded_left = 0;

    struct ObjectStream {
        Bytes decoded;
        std::vector<std::pair<std::uint32_t, std::size_t>> objects;  // number and absolute position in `decoded`
    };
    mutable std::unordered_map<std::uint32_t, Object> cache;
    mutable std::unordered_map<std::uint32_t, ObjectStream> object_streams;
    mutable std::unordered_set<std::uint32_t> being_read;
    mutable std::optional<std::vector<Page>> pages;

    Status load(std::uint64_t at) {
        startxref = at;
        Result<XrefMap> map = read_xref(body, at, limits, budget);
        if (!map) return map.error();
        xref = std::move(*map);
        if (xref.sections.front().trailer->has("Encrypt")) {
            return fail(ErrorCode::PasswordProtected, "the document is encrypted");
        }
        return {};
    }

    Result<Object> read(Reference reference) const {
        if (reference.number == 0 || reference.number >= xref.entries.size()) return Object();
        const XrefEntry& entry = xref.entries[reference.number];
        const std::uint32_t generation = entry.kind == XrefEntry::Kind::InFile ? entry.generation : 0;
        if (entry.kind == XrefEntry::Kind::Free || generation != reference.generation) return Object();
        if (const auto known = cache.find(reference.number); known != cache.end()) return known->second;

        if (being_read.size() > limits.depth)
            return fail(ErrorCode::DocumentTooDeep, "objects refer to each other too deeply");
        if (!being_read.insert(reference.number).second) {
            return damaged(fmt::format("object {} is needed to read itself", reference.number));
        }
        Result<Object> object =
            entry.kind == XrefEntry::Kind::InFile ? read_in_file(reference, entry) : read_in_stream(reference, entry);
        being_read.erase(reference.number);
        if (object) cache.emplace(reference.number, *object);
        return object;
    }

    Result<Object> read_unkept(std::uint32_t number) const {
        const XrefEntry& entry = xref.entries[number];
        const bool in_file = entry.kind == XrefEntry::Kind::InFile;
        return in_file ? read_in_file({number, entry.generation}, entry) : read_in_stream({number, 0}, entry);
    }

    Result<Object> read_in_file(Reference reference, const XrefEntry& entry) const {
        Result<IndirectObject> read =
            read_indirect(body, entry.offset, budget, [this](const Object& object) { return resolve(object); });
        if (!read) return read.error();
        if (read->reference != reference) {
            return damaged(fmt::format("object {} is not where the cross-reference says", reference.number));
        }
        return std::move(read->object);
    }

    Result<Object> read_in_stream(Reference reference, const XrefEntry& entry) const {
        Result<const ObjectStream*> stream = object_stream(static_cast<std::uint32_t>(entry.offset));
        if (!stream) return stream.error();
        const auto& objects = (*stream)->objects;
        if (entry.generation >= objects.size() || objects[entry.generation].first != reference.number) {
            return damaged(fmt::format("object {} is not where the cross-reference says", reference.number));
        }
        Parser parser((*stream)->decoded, objects[entry.generation].second, budget);
        return parser.object();
    }

    Result<const ObjectStream*> object_stream(std::uint32_t number) const {
        if (const auto known = object_streams.find(number); known != object_streams.end()) return &known->second;
        if (number >= xref.entries.size() || xref.entries[number].kind != XrefEntry::Kind::InFile) {
            return damaged(fmt::format("object stream {} is missing", number));
        }
        Result<Object> object = read({number, xref.entries[number].generation});
        if (!object) return object.error();
        const Stream* stream = object->as_stream();
        if (stream == nullptr || !stream->dictionary->get("Type").is_name("ObjStm")) {
            return damaged(fmt::format("object {} is no object stream", number));
        }
        Result<Object> first = get(*stream->dictionary, "First");
        Result<Object> count = get(*stream->dictionary, "N");
        if (!first) return first.error();
        if (!count) return count.error();
        Result<Bytes> decoded = decode(*stream);
        if (!decoded) return decoded.error();
        return keep_object_stream(number, std::move(*decoded), *first, *count);
    }

    Result<const ObjectStream*> keep_object_stream(std::uint32_t number, Bytes decoded, const Object& first,
                                                   const Object& count) const {
        const std::int64_t* start = first.as_integer();
        const std::int64_t* objects = count.as_integer();
        const bool sound = start != nullptr && objects != nullptr && *start >= 0 && *objects >= 0 &&
                           static_cast<std::uint64_t>(*start) <= decoded.size() &&
                           static_cast<std::uint64_t>(*objects) <= decoded.size() / 2;
        if (!sound) return damaged(fmt::format("object stream {} is broken", number));
        ObjectStream stream;
        stream.decoded = std::move(decoded);
        Parser parser(ByteView(stream.decoded).subspan(0, static_cast<std::size_t>(*start)), 0, budget);
        for (std::int64_t i = 0; i < *objects; ++i) {
            const std::optional<std::uint64_t> object = parser.take_unsigned();
            const std::optional<std::uint64_t> offset = parser.take_unsigned();
            const bool known = object && offset && *object <= kMaxObjectNumber &&
                               *offset < stream.decoded.size() - static_cast<std::size_t>(*start);
            if (!known) return damaged(fmt::format("object stream {} is broken", number));
            stream.objects.emplace_back(static_cast<std::uint32_t>(*object),
                                        static_cast<std::size_t>(*start) + *offset);
        }
        return &object_streams.emplace(number, std::move(stream)).first->second;
    }

    Result<Object> resolve(Object object) const {
        for (std::size_t i = 0; i < kMaxReferenceChain; ++i) {
            const Reference* reference = object.as_reference();
            if (reference == nullptr) return object;
            Result<Object> next = read(*reference);
            if (!next) return next;
            object = std::move(*next);
        }
        return damaged("references form a loop");
    }

    Result<Object> get(const Dictionary& dictionary, std::string_view key) const {
        return resolve(dictionary.get(key));
    }

    Result<Bytes> decode(const Stream& stream) const {
        const std::size_t by_ratio = std::max(kFreeDecodeBytes, stream.encoded.size() * limits.decode_ratio);
        Result<Bytes> decoded = decode_stream(stream, std::min(by_ratio, decoded_left),
                                              [this](const Object& object) { return resolve(object); });
        if (decoded) decoded_left -= decoded->size();
        return decoded;
    }

    // The page tree.

    struct Inherited {
        Object media_box;
        Object crop_box;
        Object rotation;
    };
    struct Node {
        Reference reference;
        Inherited inherited;
        std::size_t depth;
    };

    Result<std::vector<Page>> read_pages() const {
        Result<Object> catalog = get(*xref.sections.front().trailer, "Root");
        if (!catalog) return catalog.error();
        if (catalog->as_dictionary() == nullptr) return damaged("the document has no catalog");
        const Reference* root = catalog->as_dictionary()->get("Pages").as_reference();
        if (root == nullptr) return damaged("the document has no page tree");

        std::vector<Page> found;
        std::unordered_set<std::uint32_t> visited;
        std::vector<Node> stack{{*root, {}, 0}};
        while (!stack.empty()) {
            const Node node = std::move(stack.back());
            stack.pop_back();
            if (!visited.insert(node.reference.number).second) return damaged("the page tree forms a loop");
            if (node.depth > limits.depth) return fail(ErrorCode::DocumentTooDeep, "the page tree is too deep");
            Status read = read_node(node, found, stack);
            if (!read) return read.error();
            if (found.size() > limits.pages)
                return fail(ErrorCode::DocumentTooLarge, "the document has too many pages");
        }
        return found;
    }

    Status read_node(const Node& node, std::vector<Page>& found, std::vector<Node>& stack) const {
        Result<Object> object = read(node.reference);
        if (!object) return object.error();
        const Dictionary* dictionary = object->as_dictionary();
        if (dictionary == nullptr)
            return damaged(fmt::format("object {} of the page tree is missing", node.reference.number));
        Inherited inherited = node.inherited;
        for (const auto& [key, target] :
             {std::pair{"MediaBox", &inherited.media_box}, std::pair{"CropBox", &inherited.crop_box},
              std::pair{"Rotate", &inherited.rotation}}) {
            if (dictionary->has(key)) *target = dictionary->get(key);
        }
        if (!dictionary->has("Kids")) {
            Result<PageGeometry> geometry = read_geometry(inherited, *dictionary);
            if (!geometry) return geometry.error();
            found.push_back({node.reference, *geometry, object->share_dictionary()});
            return {};
        }
        Result<Object> kids = get(*dictionary, "Kids");
        if (!kids) return kids.error();
        if (kids->as_array() == nullptr) return damaged("the page tree is broken");
        if (kids->as_array()->size() + stack.size() > limits.objects) {
            return fail(ErrorCode::DocumentTooLarge, "the page tree is too large");
        }
        for (auto kid = kids->as_array()->rbegin(); kid != kids->as_array()->rend(); ++kid) {
            if (kid->as_reference() == nullptr) return damaged("a page is no object of its own");
            stack.push_back({*kid->as_reference(), inherited, node.depth + 1});
        }
        return {};
    }

    Result<std::optional<Rectangle>> read_box(const Object& object) const {
        Result<Object> array = resolve(object);
        if (!array) return array.error();
        if (array->as_array() == nullptr || array->as_array()->size() < 4) return std::optional<Rectangle>{};
        std::array<double, 4> values{};
        for (std::size_t i = 0; i < 4; ++i) {
            Result<Object> value = resolve((*array->as_array())[i]);
            if (!value) return value.error();
            if (!value->is_number() || std::abs(value->number()) > 1e7) return std::optional<Rectangle>{};
            values[i] = value->number();
        }
        return std::optional<Rectangle>(Rectangle{std::min(values[0], values[2]), std::min(values[1], values[3]),
                                                  std::max(values[0], values[2]), std::max(values[1], values[3])});
    }

    Result<PageGeometry> read_geometry(const Inherited& inherited, const Dictionary& page) const {
        PageGeometry geometry;
        Result<std::optional<Rectangle>> media = read_box(inherited.media_box);
        if (!media) return media.error();
        if (*media && has_area(**media)) geometry.crop = **media;
        Result<std::optional<Rectangle>> crop = read_box(inherited.crop_box);
        if (!crop) return crop.error();
        if (*crop) {
            const Rectangle clipped = intersection(**crop, geometry.crop);
            if (has_area(clipped)) geometry.crop = clipped;
        }
        Result<Object> rotation = resolve(inherited.rotation);
        if (!rotation) return rotation.error();
        const double turns = std::fmod(rotation->number(), 360);
        if (std::fmod(turns, 90) == 0) geometry.rotation = (static_cast<int>(turns) + 360) % 360;
        Result<Object> unit = get(page, "UserUnit");
        if (!unit) return unit.error();
        if (unit->number() > 0.001 && unit->number() < 1e5) geometry.user_unit = unit->number();
        return geometry;
    }
};

Document::Document(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

namespace {

Result<std::size_t> find_header(ByteView file, const ReadLimits& limits) {
    if (file.size() > limits.file_bytes) return fail(ErrorCode::DocumentTooLarge, "the file is too large");
    const std::string_view head = as_text(file.subspan(0, std::min(file.size(), kMaxJunk + 8)));
    const std::size_t at = head.find("%PDF-");
    if (at == std::string_view::npos || at > kMaxJunk)
        return fail(ErrorCode::NotAPdf, "the file does not begin with %PDF-");
    return at;
}

}  // namespace

Result<Document> Document::open(ByteView file, const ReadLimits& limits) {
    Result<std::size_t> header = find_header(file, limits);
    if (!header) return header.error();
    Result<std::uint64_t> startxref = find_startxref(file.subspan(*header));
    if (!startxref) return startxref.error();
    return open_revision(file, *startxref, limits);
}

Result<Document> Document::open_revision(ByteView file, std::uint64_t startxref, const ReadLimits& limits) {
    Result<std::size_t> header = find_header(file, limits);
    if (!header) return header.error();
    auto implementation = std::make_unique<Implementation>();
    implementation->file = file;
    implementation->body = file.subspan(*header);
    implementation->limits = limits;
    implementation->decoded_left = limits.decoded_bytes;
    implementation->budget = {limits.work_bytes + 8 * file.size(), kMaxValues, limits.depth};
    Status loaded = implementation->load(startxref);
    if (!loaded) return loaded.error();
    return Document(std::move(implementation));
}

ByteView Document::file() const {
    return implementation_->file;
}
std::size_t Document::leading_junk() const {
    return implementation_->file.size() - implementation_->body.size();
}
const Dictionary& Document::trailer() const {
    return *implementation_->xref.sections.front().trailer;
}
std::span<const XrefSection> Document::sections() const {
    return implementation_->xref.sections;
}
bool Document::is_hybrid() const {
    return implementation_->xref.hybrid;
}
std::uint64_t Document::startxref() const {
    return implementation_->startxref;
}
std::uint32_t Document::next_object_number() const {
    return std::max(implementation_->xref.next_object, 1U);
}
std::span<const XrefEntry> Document::entries() const {
    return implementation_->xref.entries;
}

Result<Object> Document::read(Reference reference) const {
    return implementation_->read(reference);
}
Result<bool> Document::any_object(const std::function<bool(Reference, const Object&)>& predicate,
                                  Unreadable unreadable) const {
    const std::size_t values = implementation_->budget.values;
    for (std::uint32_t number = 1; number < entries().size(); ++number) {
        if (entries()[number].kind == XrefEntry::Kind::Free) continue;
        Result<Object> object = implementation_->read_unkept(number);
        implementation_->budget.values = values;  // nothing is kept
        const bool pass_over =
            unreadable == Unreadable::IsNull && !object && object.error().code == ErrorCode::DamagedDocument;
        if (pass_over) continue;
        if (!object) return object.error();
        const bool in_file = entries()[number].kind == XrefEntry::Kind::InFile;
        if (predicate({number, in_file ? entries()[number].generation : 0}, *object)) return true;
    }
    return false;
}
Result<std::size_t> Document::object_end(std::uint64_t offset) const {
    Result<IndirectObject> object = read_indirect(implementation_->body, offset, implementation_->budget,
                                                  [this](const Object& length) { return resolve(length); });
    if (!object) return object.error();
    return object->end;
}
Result<Object> Document::resolve(const Object& object) const {
    return implementation_->resolve(object);
}
Result<Object> Document::get(const Dictionary& dictionary, std::string_view key) const {
    return implementation_->get(dictionary, key);
}
Result<Bytes> Document::decode(const Stream& stream) const {
    return implementation_->decode(stream);
}

Reference Document::catalog_reference() const {
    const Reference* root = trailer().get("Root").as_reference();
    return root != nullptr ? *root : Reference{};
}

Result<std::shared_ptr<const Dictionary>> Document::catalog() const {
    Result<Object> catalog = get(trailer(), "Root");
    if (!catalog) return catalog.error();
    if (catalog->as_dictionary() == nullptr || !catalog_reference()) return damaged("the document has no catalog");
    return catalog->share_dictionary();
}

Result<std::span<const Page>> Document::pages() const {
    if (!implementation_->pages) {
        Result<std::vector<Page>> pages = implementation_->read_pages();
        if (!pages) return pages.error();
        implementation_->pages = std::move(*pages);
    }
    return std::span<const Page>(*implementation_->pages);
}

RevisionState Document::revision_state() const {
    RevisionState state;
    state.length = file().size();
    state.startxref = startxref();
    state.kind = sections().front().kind;
    state.next_object = next_object_number();
    state.ends_with_newline = !file().empty() && (file().back() == '\n' || file().back() == '\r');
    state.catalog = catalog_reference();
    for (const std::string_view key : {"Root", "Info", "ID"}) {
        const Object& value = trailer().get(key);
        const bool fits = key == "ID" ? is_file_identifier(value) : value.as_reference() != nullptr;
        if (!fits) continue;
        state.trailer += '/';
        state.trailer += key;
        state.trailer += ' ';
        state.trailer += serialise(value);
    }
    return state;
}

}  // namespace signet::pdf
