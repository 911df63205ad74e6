#include "openapi/description/check.hpp"

#include "base/text.hpp"
#include "http/message.hpp"
#include "openapi/wire_values.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <optional>
#include <string>

#include <boost/json.hpp>

namespace signet::openapi::description {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostFields = 64;
constexpr int kDeepestText = 32;

std::string range_of(const Field& field) {
    return fmt::format("{}{} {} {}", field.exclusive ? "between " : "", field.lowest, field.exclusive ? "and" : "to",
                       field.highest);
}

bool is_structured(Kind kind) {
    return kind == Kind::Object || kind == Kind::Objects || kind == Kind::Texts || kind == Kind::Words ||
           kind == Kind::Identifiers;
}

bool is_part(const Field& field) {
    return field.kind == Kind::File || field.kind == Kind::Files;
}

/// One walk over one request. Each function says whether all is well; what is not is kept, and its path grows on the
/// way back.
class Walk {
  public:
    explicit Walk(const std::vector<http::Part>& parts) : parts_(parts) {}

    bool members(std::span<const Field> fields, json::object& object) {
        std::uint64_t seen = 0;
        for (auto member = object.begin(); member != object.end(); ++member) {
            const std::string_view key = trim(member->key());
            const auto field =
                std::find_if(fields.begin(), fields.end(), [&](const Field& one) { return one.name == key; });
            if (field == fields.end() || is_part(*field)) continue;  // a text of that name is not the file
            json::value& value = member->value();
            unpack(*field, value);
            if (is_absent(value)) continue;
            seen |= 1ULL << (field - fields.begin());
            if (!one(*field, value)) return false;
        }
        for (std::size_t i = 0; i < fields.size(); ++i) {
            if (fields[i].required && (seen >> i & 1) == 0 && !has_part(fields[i]))
                return refuse(fields[i], "is required");
        }
        return true;
    }

    Error error() const { return fail(code_, path_ + ": " + why_); }

  private:
    bool refuse(const Field& field, std::string why, ErrorCode code = ErrorCode::InvalidParameter) {
        path_ = std::string(field.name);
        why_ = std::move(why);
        code_ = code;
        return false;
    }

    bool under(std::string_view name, std::optional<std::size_t> index) {
        path_.insert(0, index ? fmt::format("{}[{}].", name, *index) : fmt::format("{}.", name));
        return false;
    }

    bool has_part(const Field& field) const {
        return is_part(field) && std::any_of(parts_.begin(), parts_.end(), [&](const http::Part& part) {
                   return part.file_name && part.name == field.name;
               });
    }

    /// What a text holds as JSON takes its place.
    static void unpack(const Field& field, json::value& value) {
        if (!is_structured(field.kind) || !value.is_string()) return;
        const std::string_view text = trim(value.get_string());
        const bool may_be_json = text.starts_with('[') || text.starts_with('{') || text == "null";
        if (!may_be_json) return;
        json::error_code error;
        json::parse_options options;
        options.max_depth = kDeepestText;
        json::value parsed = json::parse(text, error, value.storage(), options);
        if (!error && has_only_finite_numbers(parsed)) value = std::move(parsed);
    }

    bool one(const Field& field, json::value& value) {
        switch (field.kind) {
            case Kind::Text:
            case Kind::Time:
            case Kind::Day:
                return text(field, value);
            case Kind::Word:
                return word(field, value);
            case Kind::Identifier:
                return id_of(value) ? true : refuse(field, "is not an id");
            case Kind::Integer:
                return whole(field, value);
            case Kind::Decimal:
                return decimal(field, value);
            case Kind::Boolean:
                return boolean_of(value) ? true : refuse(field, "must be true or false");
            case Kind::Texts:
            case Kind::Words:
            case Kind::Identifiers:
                return items(field, value);
            case Kind::Object:
                if (!value.is_object()) return refuse(field, "must be an object");
                return members(field.object->fields, value.get_object()) || under(field.name, std::nullopt);
            case Kind::Objects:
                return objects(field, value);
            case Kind::File:
            case Kind::Files:
                return true;
        }
        return true;
    }

    bool is_short_enough(const Field& field, std::string_view text) {
        return field.longest == 0 || text.size() <= field.longest || character_count(text) <= field.longest;
    }

    bool text(const Field& field, const json::value& value) {
        if (value.is_bool() || value.is_int64() || value.is_uint64()) return true;
        if (!value.is_string()) return refuse(field, "must be text");
        const std::string_view text = value.get_string();
        if (!is_utf8(text)) return refuse(field, "is not UTF-8");
        if (!is_short_enough(field, text)) {
            return refuse(field, fmt::format("is longer than {} characters", field.longest),
                          ErrorCode::ParameterTooLong);
        }
        return true;
    }

    static bool is_choice(const Field& field, std::string_view word) {
        return std::any_of(field.choices.begin(), field.choices.end(), [&](std::string_view choice) {
            return field.any_case ? equal_ignoring_case(choice, word) : choice == word;
        });
    }

    bool word(const Field& field, const json::value& value) {
        if (value.is_string() && is_choice(field, value.get_string())) return true;
        if (!text(field, value)) return false;
        if (!value.is_string()) return refuse(field, "is not one of its values");
        constexpr std::size_t kShown = 40;
        const std::string_view word = value.get_string();
        return refuse(field, word.size() <= kShown ? fmt::format("\"{}\" is not one of its values", word)
                                                   : "is not one of its values");
    }

    bool whole(const Field& field, const json::value& value) {
        const auto number = integer_of(value);
        if (!number) return refuse(field, "must be a whole number");
        return within(field, static_cast<double>(*number));
    }

    bool decimal(const Field& field, const json::value& value) {
        const auto number = decimal_of(value);
        if (!number) return refuse(field, "must be a number");
        return within(field, *number);
    }

    bool within(const Field& field, double number) {
        if (!field.has_range()) return true;
        const bool fits = field.exclusive ? number > field.lowest && number < field.highest
                                          : number >= field.lowest && number <= field.highest;
        return fits ? true : refuse(field, "must be " + range_of(field));
    }

    bool item(const Field& field, const json::value& value) {
        if (field.kind == Kind::Identifiers)
            return id_of(value) ? true : refuse(field, "holds something that is not an id");
        if (value.is_string()) return text_item(field, value.get_string());
        const bool is_number = value.is_int64() || value.is_uint64();
        if (!is_number) return refuse(field, "must be a list of texts");
        return field.kind == Kind::Words ? refuse(field, "is not one of its values") : true;
    }

    bool text_item(const Field& field, std::string_view text) {
        text = trim(text);
        if (text.empty()) return true;
        if (!is_utf8(text)) return refuse(field, "is not UTF-8");
        if (!is_short_enough(field, text)) {
            return refuse(field, fmt::format("has a member longer than {} characters", field.longest),
                          ErrorCode::ParameterTooLong);
        }
        if (field.kind == Kind::Words && !is_choice(field, text))
            return refuse(field, fmt::format("'{}' is not one of its values", text));
        return true;
    }

    bool count(const Field& field, std::size_t members) {
        if (field.most == 0 || members <= field.most) return true;
        return refuse(field, fmt::format("has more than {} members", field.most));
    }

    bool items(const Field& field, const json::value& value) {
        if (value.is_array()) {
            for (const json::value& member : value.get_array()) {
                if (!item(field, member)) return false;
            }
            return count(field, value.get_array().size());
        }
        if (!value.is_string()) return item(field, value);
        std::size_t members = 0;
        std::string_view rest = value.get_string();
        for (bool more = true; more;) {
            const std::size_t comma = rest.find(',');
            const std::string_view part = trim(rest.substr(0, comma));
            more = comma != std::string_view::npos;
            if (more) rest.remove_prefix(comma + 1);
            if (field.kind != Kind::Identifiers && part.empty()) continue;
            ++members;
            const bool good = field.kind == Kind::Identifiers
                                  ? id_of(json::value(json::string_view(part.data(), part.size()))).has_value() ||
                                        refuse(field, "holds something that is not an id")
                                  : text_item(field, part);
            if (!good) return false;
        }
        return count(field, members);
    }

    bool objects(const Field& field, json::value& value) {
        if (value.is_object()) return members(field.object->fields, value.get_object()) || under(field.name, 0);
        if (!value.is_array()) return refuse(field, "must be a list");
        json::array& array = value.get_array();
        if (!count(field, array.size())) return false;
        for (std::size_t i = 0; i < array.size(); ++i) {
            if (array[i].is_null()) continue;
            if (!array[i].is_object()) return refuse(field, "has a member that is not an object");
            if (!members(field.object->fields, array[i].get_object())) return under(field.name, i);
        }
        return true;
    }

    const std::vector<http::Part>& parts_;
    std::string path_;
    std::string why_;
    ErrorCode code_ = ErrorCode::InvalidParameter;
};

}  // namespace

Status check(std::span<const Field> fields, json::object& members, const std::vector<http::Part>& parts) {
    Walk walk(parts);
    if (fields.size() > kMostFields) return fail(ErrorCode::Internal, "a table of more than 64 fields");
    if (!walk.members(fields, members)) return walk.error();
    return {};
}

}  // namespace signet::openapi::description
