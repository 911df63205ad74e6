#include "pdf/page_marks.hpp"

#include "pdf/filters.hpp"
#include "pdf/lexer.hpp"
#include "pdf/signatures.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <tuple>

namespace signet::pdf {

namespace {

constexpr int kDeepestPageTree = 100;
/// A content that leaves more open than this is taken as it is.
constexpr int kMostStates = 1000;

/// Walks over a content stream word by word.
class ContentScanner {
  public:
    explicit ContentScanner(ByteView content) : content_(content) {}

    /// The next operator or other bare word; empty at the end.
    std::string_view next_word() {
        while (at_ < content_.size()) {
            const std::uint8_t byte = content_[at_];
            if (byte == '(') {
                skip_string();
            } else if (byte == '%') {
                while (at_ < content_.size() && content_[at_] != '\r' && content_[at_] != '\n')
                    ++at_;
            } else if (byte == '/') {
                ++at_;
                take_regular();
            } else if (is_pdf_space(byte) || is_pdf_delimiter(byte)) {
                ++at_;
            } else {
                const std::string_view word = take_regular();
                if (word == "ID") skip_inline_image();
                return word;
            }
        }
        return {};
    }

  private:
    std::string_view take_regular() {
        const std::size_t start = at_;
        while (at_ < content_.size() && !is_pdf_space(content_[at_]) && !is_pdf_delimiter(content_[at_]))
            ++at_;
        return as_text(content_.subspan(start, at_ - start));
    }

    void skip_string() {
        int depth = 0;
        for (; at_ < content_.size(); ++at_) {
            const std::uint8_t byte = content_[at_];
            if (byte == '\\') {
                ++at_;
            } else if (byte == '(') {
                ++depth;
            } else if (byte == ')' && --depth == 0) {
                ++at_;
                return;
            }
        }
    }

    /// To behind the `EI` that stands alone.
    void skip_inline_image() {
        for (++at_; at_ + 2 < content_.size(); ++at_) {
            const bool is_end = is_pdf_space(content_[at_]) && content_[at_ + 1] == 'E' && content_[at_ + 2] == 'I' &&
                                (at_ + 3 >= content_.size() || is_pdf_space(content_[at_ + 3]));
            if (!is_end) continue;
            at_ += 3;
            return;
        }
        at_ = content_.size();
    }

    ByteView content_;
    std::size_t at_ = 0;
};

Matrix stretched(double x, double y) {
    return {x, 0, 0, y, 0, 0};
}

/// Where a drawing of this size goes to on the displayed page.
Matrix placed(const CompiledDrawing& drawing, const ImagePlacement& image) {
    return stretched(image.width / drawing.width(), image.height / drawing.height())
        .then(Matrix::translation(-image.width / 2, -image.height / 2))
        .then(Matrix::clockwise(image.clockwise_degrees))
        .then(Matrix::translation(image.x + image.width / 2, image.y + image.height / 2));
}

std::string operands(const Matrix& m) {
    return fmt::format("{:.6f} {:.6f} {:.6f} {:.6f} {:.3f} {:.3f}", m.a, m.b, m.c, m.d, m.e, m.f);
}

class PageMarker {
  public:
    PageMarker(const Document& document, std::span<const PageMark> marks, RevisionWriter& writer)
        : document_(document), marks_(marks), writer_(writer) {
        for (const PageMark& mark : marks_)
            forms_.push_back(mark.drawing->write(writer_));
    }

    bool concerns(int number) const {
        return std::ranges::any_of(marks_, [&](const PageMark& mark) { return is_on(mark, number); });
    }

    Status mark(const Page& page, int number) {
        Result<Array> contents = contents_of(page);
        if (!contents) return contents.error();
        const StateBalance balance = balance_of(*contents);
        Array marked{Reference{opening(1 + balance.missing), 0}};
        marked.insert(marked.end(), contents->begin(), contents->end());
        Dictionary changed = *page.dictionary;
        const Result<std::string> names = set_resources(page, changed);
        if (!names) return names.error();
        marked.emplace_back(Reference{closing(1 + balance.open, page.geometry, *names, number), 0});
        changed.set("Contents", std::move(marked));
        writer_.write(page.reference.number, serialise(changed), page.reference.generation);
        return {};
    }

  private:
    /// The page's streams, as references where the file has references.
    Result<Array> contents_of(const Page& page) const {
        const Object& entry = page.dictionary->get("Contents");
        const Result<Object> resolved = document_.resolve(entry);
        if (!resolved) return resolved.error();
        if (const Array* array = resolved->as_array()) return *array;
        if (resolved->as_stream() != nullptr && entry.as_reference() != nullptr) return Array{entry};
        return Array{};
    }

    StateBalance balance_of(const Array& contents) const {
        Bytes content;
        for (const Object& part : contents) {
            const Result<Object> resolved = document_.resolve(part);
            const Stream* stream = resolved ? resolved->as_stream() : nullptr;
            if (stream == nullptr) continue;
            const Result<Bytes> decoded = document_.decode(*stream);
            if (!decoded) return {};  // what nobody can read draws nothing either
            append(content, *decoded);
            append(content, "\n");
        }
        const StateBalance balance = state_balance(content);
        return balance.missing > kMostStates || balance.open > kMostStates ? StateBalance{} : balance;
    }

    /// The resources a page uses: its own or those it inherits; as the file refers to them.
    Result<Object> resources_of(const Page& page) const {
        Object node{Dictionary(*page.dictionary)};
        for (int depth = 0; depth < kDeepestPageTree && node.as_dictionary() != nullptr; ++depth) {
            const Object& found = node.as_dictionary()->get("Resources");
            if (!found.is_null()) return found;
            Result<Object> parent = document_.get(*node.as_dictionary(), "Parent");
            if (!parent) return parent.error();
            node = *parent;
        }
        return Object();
    }

    struct Names {
        std::string prefix;
        Dictionary resources;
    };
    Result<Names> extended(const Object& resources) const {
        const Result<Object> resolved = document_.resolve(resources);
        if (!resolved) return resolved.error();
        Names names;
        if (const Dictionary* old = resolved->as_dictionary()) names.resources = *old;
        const Result<Object> forms = document_.get(names.resources, "XObject");
        if (!forms) return forms.error();
        Dictionary named = forms->as_dictionary() != nullptr ? *forms->as_dictionary() : Dictionary();
        int attempt = 0;
        do {
            names.prefix = fmt::format("Mark{}_", attempt++);
        } while (std::ranges::any_of(
            named.entries(), [&](const Dictionary::Entry& entry) { return entry.key.text.starts_with(names.prefix); }));
        for (std::size_t i = 0; i < forms_.size(); ++i)
            named.set(names.prefix + std::to_string(i), Reference{forms_[i], 0});
        names.resources.set("XObject", std::move(named));
        return names;
    }

    /// Gives the page resources with the marks in them; how their names begin. Pages that share resources go on doing
    /// so.
    Result<std::string> set_resources(const Page& page, Dictionary& changed) {
        const Result<Object> resources = resources_of(page);
        if (!resources) return resources.error();
        const Reference* shared = resources->as_reference();
        if (shared != nullptr) {
            if (const auto known = shared_.find(*shared); known != shared_.end()) {
                changed.set("Resources", Reference{known->second.second, 0});
                return known->second.first;
            }
        }
        Result<Names> names = extended(*resources);
        if (!names) return names.error();
        if (shared == nullptr) {
            changed.set("Resources", std::move(names->resources));
            return names->prefix;
        }
        const std::uint32_t number = writer_.allocate();
        writer_.write(number, serialise(names->resources));
        shared_.emplace(*shared, std::pair{names->prefix, number});
        changed.set("Resources", Reference{number, 0});
        return names->prefix;
    }

    std::uint32_t opening(int states) {
        const auto [known, is_new] = openings_.try_emplace(states, 0);
        if (is_new) {
            std::string content;
            for (int i = 0; i < states; ++i)
                content += "q\n";
            known->second = write_content(content);
        }
        return known->second;
    }

    static bool is_on(const PageMark& mark, int number) { return mark.page == 0 || mark.page == number; }

    std::uint32_t closing(int states, const PageGeometry& page, const std::string& names, int number) {
        const Rectangle& crop = page.crop;
        const bool all_alike = std::ranges::all_of(marks_, [](const PageMark& mark) { return mark.page == 0; });
        const auto key = std::tuple(states, crop.left, crop.bottom, crop.right, crop.top, page.rotation, page.user_unit,
                                    names, all_alike ? 0 : number);
        const auto [known, is_new] = closings_.try_emplace(key, 0);
        if (!is_new) return known->second;
        std::string content;
        for (int i = 0; i < states; ++i)
            content += "\nQ";
        content += "\n";
        for (std::size_t i = 0; i < marks_.size(); ++i) {
            if (!is_on(marks_[i], number)) continue;
            // What stands on one page was written for it; what stands on all of them belongs to the paper.
            const bool is_artifact = marks_[i].page == 0;
            if (is_artifact) content += "/Artifact <</Type/Pagination/Subtype/Watermark>> BDC\n";
            for (const ImagePlacement& image : marks_[i].layout(page.displayed_width(), page.displayed_height())) {
                const Matrix matrix = placed(*marks_[i].drawing, image).then(page.from_displayed());
                content += fmt::format("q {} cm /{}{} Do Q\n", operands(matrix), names, i);
            }
            if (is_artifact) content += "EMC\n";
        }
        known->second = write_content(content);
        return known->second;
    }

    std::uint32_t write_content(const std::string& content) {
        const std::uint32_t number = writer_.allocate();
        writer_.write_stream(number, "/Filter/FlateDecode", deflate(content));
        return number;
    }

    const Document& document_;
    std::span<const PageMark> marks_;
    RevisionWriter& writer_;
    std::vector<std::uint32_t> forms_;
    std::map<Reference, std::pair<std::string, std::uint32_t>> shared_;
    std::map<int, std::uint32_t> openings_;
    std::map<std::tuple<int, double, double, double, double, int, double, std::string, int>, std::uint32_t> closings_;
};

Status check_unsigned(const Document& document) {
    const Result<std::vector<SignatureField>> fields = list_signature_fields(document);
    if (!fields) return fields.error();
    const bool is_signed =
        std::ranges::any_of(*fields, [](const SignatureField& field) { return field.value.has_value(); });
    if (is_signed) return fail(ErrorCode::SigningForbidden, "the document is signed and its pages cannot change");
    return {};
}

}  // namespace

StateBalance state_balance(ByteView content) {
    StateBalance balance;
    ContentScanner scanner(content);
    for (std::string_view word = scanner.next_word(); !word.empty(); word = scanner.next_word()) {
        if (word == "q") {
            ++balance.open;
        } else if (word == "Q" && balance.open > 0) {
            --balance.open;
        } else if (word == "Q") {
            ++balance.missing;
        }
    }
    return balance;
}

Result<MarkedRevision> mark_pages(const Document& document, std::span<const PageMark> marks) {
    if (marks.empty()) return invalid_parameter("there is no mark");
    if (const Status signable = check_signable(document); !signable) return signable.error();
    if (const Status is_unsigned = check_unsigned(document); !is_unsigned) return is_unsigned.error();
    const Result<std::span<const Page>> pages = document.pages();
    if (!pages) return pages.error();
    const Result<RevisionState> before = state_for_new_objects(document);
    if (!before) return before.error();
    RevisionWriter writer(*before);
    PageMarker marker(document, marks, writer);
    std::map<Reference, bool> done;
    int number = 0;
    for (const Page& page : *pages) {
        if (!marker.concerns(++number)) continue;
        // A page that the tree names twice is one object all the same.
        if (!done.emplace(page.reference, true).second) continue;
        if (const Status marked = marker.mark(page, number); !marked) return marked.error();
    }
    MarkedRevision revision;
    revision.state = writer.finish();
    revision.increment = std::move(writer.bytes());
    return revision;
}

}  // namespace signet::pdf
