#pragma once

#include "base/error.hpp"
#include "model/vocabulary.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

/// The endpoints of the open platform as data. One table says what a request may hold; `check` holds every request
/// against it before a handler runs, and `document` writes /openapi.json from it. Everything here is constant and lives
/// as long as the program.
namespace signet::openapi::description {

enum class Kind : std::uint8_t {
    Text,
    Identifier,   ///< a positive number of 63 bits
    Identifiers,  ///< an array, or one text with commas between them
    Texts,        ///< likewise
    Words,        ///< likewise, each of them one of `choices`
    Word,         ///< one of `choices`
    Integer,
    Decimal,
    Boolean,
    Time,     ///< `yyyy-MM-dd HH:mm:ss`
    Day,      ///< `yyyy-MM-dd`
    Object,   ///< also as JSON text
    Objects,  ///< an array, also as JSON text; one object alone counts as an array of one
    File,     ///< a part of a multipart body
    Files,    ///< several parts of that name
};

struct Object;

/// One member of a request or of an answer.
struct Field {
    std::string_view name;
    Kind kind = Kind::Text;
    std::string_view description;
    bool required = false;
    /// Characters of a text, or of each text of a list; 0: any number.
    std::uint32_t longest = 0;
    /// Members of a list; 0: any number.
    std::uint32_t most = 0;
    /// Limits of a number, when `lowest < highest`; both belong to it unless `exclusive`.
    double lowest = 0;
    double highest = 0;
    bool exclusive = false;
    /// How a word may be spelt.
    std::span<const std::string_view> choices = {};
    bool any_case = false;
    /// The members of an object, or of each object of a list.
    const Object* object = nullptr;

    constexpr Field must() const {
        Field field = *this;
        field.required = true;
        return field;
    }
    constexpr Field in_any_case() const {
        Field field = *this;
        field.any_case = true;
        return field;
    }
    constexpr bool has_range() const { return lowest < highest; }
};

/// Members that go together, under the name the document gives them.
struct Object {
    std::string_view name;
    std::span<const Field> fields;
};

enum class Encoding : std::uint8_t { Query, Json, Multipart };

struct Endpoint {
    /// As documented. What is GET answers POST too, for clients that post.
    std::string_view method;
    std::string_view path;
    /// Another path that leads here.
    std::string_view alias = {};
    std::string_view summary;
    std::string_view description = {};
    Encoding encoding = Encoding::Json;
    std::span<const Field> fields = {};
    /// None: the envelope comes without `result`.
    const Object* result = nullptr;
    /// Beside those that every endpoint may answer.
    std::span<const ErrorCode> codes = {};
    /// The media types of a file that comes instead of an envelope; none for the others.
    std::span<const std::string_view> media_types = {};
};

// What the tables are written with.

constexpr Field text(std::string_view name, std::uint32_t longest, std::string_view description) {
    return {.name = name, .kind = Kind::Text, .description = description, .longest = longest};
}
constexpr Field id(std::string_view name, std::string_view description) {
    return {.name = name, .kind = Kind::Identifier, .description = description};
}
constexpr Field ids(std::string_view name, std::uint32_t most, std::string_view description) {
    return {.name = name, .kind = Kind::Identifiers, .description = description, .most = most};
}
constexpr Field texts(std::string_view name, std::uint32_t most, std::uint32_t longest, std::string_view description) {
    return {.name = name, .kind = Kind::Texts, .description = description, .longest = longest, .most = most};
}
constexpr Field whole(std::string_view name, double lowest, double highest, std::string_view description) {
    return {.name = name, .kind = Kind::Integer, .description = description, .lowest = lowest, .highest = highest};
}
constexpr Field number(std::string_view name, double lowest, double highest, std::string_view description) {
    return {.name = name, .kind = Kind::Decimal, .description = description, .lowest = lowest, .highest = highest};
}
/// Without its limits.
constexpr Field number_between(std::string_view name, double lowest, double highest, std::string_view description) {
    Field field = number(name, lowest, highest, description);
    field.exclusive = true;
    return field;
}
constexpr Field flag(std::string_view name, std::string_view description) {
    return {.name = name, .kind = Kind::Boolean, .description = description};
}
constexpr Field time(std::string_view name, std::string_view description) {
    return {.name = name, .kind = Kind::Time, .description = description, .longest = 40};
}
constexpr Field day(std::string_view name, std::string_view description) {
    return {.name = name, .kind = Kind::Day, .description = description, .longest = 40};
}
constexpr Field word(std::string_view name, std::span<const std::string_view> choices, std::string_view description) {
    return {.name = name, .kind = Kind::Word, .description = description, .longest = 100, .choices = choices};
}
constexpr Field words(std::string_view name, std::span<const std::string_view> choices, std::uint32_t most,
                      std::string_view description) {
    return {
        .name = name, .kind = Kind::Words, .description = description, .longest = 40, .most = most, .choices = choices};
}
constexpr Field object(std::string_view name, const Object& members, std::string_view description) {
    return {.name = name, .kind = Kind::Object, .description = description, .object = &members};
}
constexpr Field list(std::string_view name, const Object& members, std::uint32_t most, std::string_view description) {
    return {.name = name, .kind = Kind::Objects, .description = description, .most = most, .object = &members};
}
constexpr Field file(std::string_view name, std::string_view description) {
    return {.name = name, .kind = Kind::File, .description = description};
}
constexpr Field files(std::string_view name, std::string_view description) {
    return {.name = name, .kind = Kind::Files, .description = description};
}

template <typename Enum>
constexpr auto spelt() {
    std::array<std::string_view, model::spellings<Enum>.size()> words{};
    for (std::size_t i = 0; i < words.size(); ++i)
        words[i] = model::spellings<Enum>[i].second;
    return words;
}
/// How the wire spells the enumerators.
template <typename Enum>
inline constexpr auto kSpelt = spelt<Enum>();

template <typename Enum>
constexpr Field word(std::string_view name, std::string_view description) {
    return word(name, std::span<const std::string_view>(kSpelt<Enum>), description);
}

template <typename Enum>
constexpr Field words(std::string_view name, std::uint32_t most, std::string_view description) {
    return words(name, std::span<const std::string_view>(kSpelt<Enum>), most, description);
}

template <typename... Fields>
constexpr std::array<Field, sizeof...(Fields)> table(const Fields&... fields) {
    return {fields...};
}

/// Several tables behind one another.
template <typename T, std::size_t... Sizes>
constexpr std::array<T, (Sizes + ...)> join(const std::array<T, Sizes>&... parts) {
    std::array<T, (Sizes + ...)> all{};
    std::size_t at = 0;
    const auto take = [&](const auto& part) {
        for (const T& item : part)
            all[at++] = item;
    };
    (take(parts), ...);
    return all;
}

}  // namespace signet::openapi::description
