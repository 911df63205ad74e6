#include "pdf/bare_signatures.hpp"

#include "pdf/lexer.hpp"

#include <array>
#include <string_view>

namespace signet::pdf {

namespace {

constexpr std::size_t kMaxSignatures = 100;
constexpr std::size_t kMaxAttempts = 1000;
/// A dictionary may say its /Contents before its /ByteRange.
constexpr std::size_t kMaxDistance = std::size_t{1} << 20;

/// The dictionary of the object around `at`, when it is a signature that lies where its byte range says.
std::optional<BareSignature> read_around(ByteView file, std::size_t at, WorkBudget& budget) {
    const std::size_t from = at > kMaxDistance ? at - kMaxDistance : 0;
    const std::string_view before = as_text(file.subspan(from, at - from));
    const std::size_t keyword = before.rfind(" obj");
    if (keyword == std::string_view::npos) return std::nullopt;
    const std::size_t begin = from + keyword + 4;
    Parser parser(file, begin, budget);
    Result<Object> object = parser.object();
    if (!object || object->as_dictionary() == nullptr) return std::nullopt;
    // Some write it into its field.
    const Object signature = object->as_dictionary()->has("ByteRange") ? *object : object->as_dictionary()->get("V");
    const Dictionary* dictionary = signature.as_dictionary();
    if (dictionary == nullptr) return std::nullopt;

    BareSignature found;
    found.value.dictionary = signature.share_dictionary();
    found.value.byte_range = read_byte_range(dictionary->get("ByteRange"));
    const String* contents = dictionary->get("Contents").as_string();
    if (!found.value.byte_range || contents == nullptr) return std::nullopt;
    const auto& [zero, a, b, c] = *found.value.byte_range;
    const bool sound = zero == 0 && begin < a && a < b && b <= parser.position() && c <= file.size() - b &&
                       as_text(file.subspan(a, b - a)) == contents->spelling;
    if (!sound) return std::nullopt;
    found.value.contents = contents->bytes;
    if (const Name* name = dictionary->get("SubFilter").as_name()) found.value.sub_filter = name->text;
    found.value.is_document_time_stamp = is_document_time_stamp(*dictionary, found.value.sub_filter);
    return found;
}

}  // namespace

std::vector<BareSignature> find_bare_signatures(ByteView file, std::uint64_t from) {
    std::vector<BareSignature> found;
    WorkBudget budget{2 * file.size() + (std::size_t{1} << 20), 1'000'000, 20};
    const std::string_view text = as_text(file);
    std::size_t attempts = 0;
    for (std::size_t at = text.find("/ByteRange", from); at != std::string_view::npos && attempts < kMaxAttempts;
         at = text.find("/ByteRange", at + 1), ++attempts) {
        std::optional<BareSignature> signature = read_around(file, at, budget);
        if (signature) found.push_back(std::move(*signature));
        if (found.size() == kMaxSignatures) break;
    }
    return found;
}

}  // namespace signet::pdf
