#pragma once

#include "base/id.hpp"
#include "base/result.hpp"
#include "model/vocabulary.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

namespace signet::openapi {

/// Reads the members of one object as the many clients write them (spec/contracts §1.6.1, spec/clients §5.4): numbers
/// and booleans as such or as text, ids exact to 64 bits, `""` and `null` as absent, blanks around member names
/// ignored, lists and objects also as JSON text, unknown members ignored.
///
/// The first thing that is wrong is kept and names its field (`signatories[0].actions[1].type`); the reading functions
/// then answer "absent", so that a decoder reads everything in a row and asks `error()` once. Not thread-safe.
class Fields {
  public:
    /// Limits are the business of the endpoint's table (description/): what a handler reads has passed it.
    static constexpr std::size_t kAny = SIZE_MAX;

    /// `object` must outlive the Fields.
    explicit Fields(const boost::json::object& object) : Fields(object, {}, nullptr) {}

    /// Empty when absent. ParameterTooLong beyond `longest` characters.
    std::string text(std::string_view name, std::size_t longest = kAny) const;
    std::string required_text(std::string_view name, std::size_t longest = kAny) const;

    std::optional<std::int64_t> integer(std::string_view name) const;
    /// The same where an `int` must do.
    std::optional<int> whole(std::string_view name) const;
    /// Absent, or within the limits; an error otherwise.
    std::optional<int> integer(std::string_view name, int lowest, int highest) const;
    std::optional<double> decimal(std::string_view name) const;
    std::optional<bool> boolean(std::string_view name) const;
    bool boolean(std::string_view name, bool otherwise) const { return boolean(name).value_or(otherwise); }

    /// None (zero) when absent.
    template <typename IdType>
    IdType id(std::string_view name) const {
        return IdType{id_value(name)};
    }
    /// An array of ids, or one text with commas between them.
    template <typename IdType>
    std::vector<IdType> ids(std::string_view name, std::size_t most = kAny) const {
        std::vector<IdType> result;
        for (const std::int64_t value : id_values(name, most))
            result.push_back(IdType{value});
        return result;
    }
    /// An array of texts, or one text with commas between them.
    std::vector<std::string> texts(std::string_view name, std::size_t most = kAny, std::size_t longest = kAny) const;

    template <typename Enum>
    std::optional<Enum> choice(std::string_view name) const {
        const std::string word = text(name, 100);
        if (word.empty()) return std::nullopt;
        const auto value = model::from_wire<Enum>(word);
        if (!value) refuse(name, "\"" + word.substr(0, 40) + "\" is not one of its values");
        return value;
    }
    template <typename Enum>
    Enum required_choice(std::string_view name) const {
        const auto value = choice<Enum>(name);
        if (!value) refuse(name, "is required");
        return value.value_or(Enum{});
    }

    /// The objects of an array (or of JSON text holding one); empty when absent.
    std::vector<Fields> list(std::string_view name, std::size_t most = kAny) const;
    /// The object behind a member (or in its JSON text); nothing when absent.
    std::optional<Fields> object(std::string_view name) const;

    /// Memory that lasts as long as the request: what answers it can be built there, and all of it goes at once.
    const boost::json::storage_ptr& memory() const { return object_->storage(); }

    bool has(std::string_view name) const { return find(name) != nullptr; }
    /// Keeps an error about a member, unless one is kept already.
    void refuse(std::string_view name, std::string_view why, ErrorCode code = ErrorCode::InvalidParameter) const;
    /// What was wrong first; nothing when all was well.
    const std::optional<Error>& error() const;
    /// The member's name with the path that leads to it.
    std::string path_of(std::string_view name) const;

  private:
    struct Shared;
    Fields(const boost::json::object& object, std::string path, std::shared_ptr<Shared> shared);
    /// The member's value; null when there is none, or it is `null` or `""`.
    const boost::json::value* find(std::string_view name) const;
    /// The value itself, or what its text holds as JSON.
    const boost::json::value* structured(std::string_view name) const;
    std::int64_t id_value(std::string_view name) const;
    std::vector<std::int64_t> id_values(std::string_view name, std::size_t most) const;

    const boost::json::object* object_;
    std::string path_;
    std::shared_ptr<Shared> shared_;
};

struct Fields::Shared {
    std::optional<Error> error;
    /// What was parsed from JSON text inside members; kept as long as anybody reads.
    std::vector<std::unique_ptr<boost::json::value>> parsed;
};

inline const std::optional<Error>& Fields::error() const {
    return shared_->error;
}

/// Parses a JSON object of the wire: at most 64 levels deep. An empty text is an empty object. Errors:
/// InvalidParameter.
Result<boost::json::object> parse_object(std::string_view text, const boost::json::storage_ptr& memory = {});

}  // namespace signet::openapi
