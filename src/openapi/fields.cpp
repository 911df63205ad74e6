#include "openapi/fields.hpp"

#include "base/text.hpp"
#include "openapi/wire_values.hpp"

#include <utility>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <climits>

namespace signet::openapi {

namespace json = boost::json;

Result<json::object> parse_object(std::string_view text, const json::storage_ptr& memory) {
    text = trim(text);
    if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
    if (text.empty()) return json::object(memory);
    json::error_code error;
    json::parse_options options;
    options.max_depth = 64;
    json::value value = json::parse(text, error, memory, options);
    if (error) return invalid_parameter("body: not JSON (" + error.message() + ")");
    if (!has_only_finite_numbers(value)) return invalid_parameter("body: holds a number that is too large");
    if (value.is_null()) return json::object(memory);
    if (!value.is_object()) return invalid_parameter("body: not a JSON object");
    return std::move(value.get_object());
}

Fields::Fields(const json::object& object, std::string path, std::shared_ptr<Shared> shared)
    : object_(&object), path_(std::move(path)), shared_(shared ? std::move(shared) : std::make_shared<Shared>()) {}

std::string Fields::path_of(std::string_view name) const {
    return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

void Fields::refuse(std::string_view name, std::string_view why, ErrorCode code) const {
    if (!shared_->error) shared_->error = fail(code, path_of(name) + ": " + std::string(why));
}

const json::value* Fields::find(std::string_view name) const {
    const json::value* value = object_->if_contains(name);
    if (value == nullptr) {
        for (const auto& member : *object_) {
            if (trim(member.key()) == name) value = &member.value();
        }
    }
    if (value == nullptr || value->is_null()) return nullptr;
    if (value->is_string() && trim(value->get_string()).empty()) return nullptr;
    return value;
}

const json::value* Fields::structured(std::string_view name) const {
    const json::value* value = find(name);
    if (value == nullptr || !value->is_string()) return value;
    json::error_code error;
    json::parse_options options;
    options.max_depth = 32;
    auto parsed = std::make_unique<json::value>(json::parse(value->get_string(), error, {}, options));
    if (error || !has_only_finite_numbers(*parsed)) return value;
    if (parsed->is_null()) return nullptr;
    shared_->parsed.push_back(std::move(parsed));
    return shared_->parsed.back().get();
}

std::string Fields::text(std::string_view name, std::size_t longest) const {
    const json::value* value = find(name);
    if (value == nullptr) return {};
    std::string result;
    if (value->is_string()) {
        result = std::string(value->get_string());
    } else if (value->is_bool()) {
        result = value->get_bool() ? "true" : "false";
    } else {
        result = number_text(*value);
        if (result.empty()) {
            refuse(name, "must be text");
            return {};
        }
    }
    if (!is_utf8(result)) {
        refuse(name, "is not UTF-8");
        return {};
    }
    if (result.size() > longest && character_count(result) > longest) {
        refuse(name, "is longer than " + std::to_string(longest) + " characters", ErrorCode::ParameterTooLong);
        return {};
    }
    return result;
}

std::string Fields::required_text(std::string_view name, std::size_t longest) const {
    if (find(name) == nullptr) refuse(name, "is required");
    return text(name, longest);
}

std::optional<std::int64_t> Fields::integer(std::string_view name) const {
    const json::value* value = find(name);
    if (value == nullptr) return std::nullopt;
    const auto number = integer_of(*value);
    if (!number) refuse(name, "must be a whole number");
    return number;
}

std::optional<int> Fields::whole(std::string_view name) const {
    return integer(name, INT_MIN, INT_MAX);
}

std::optional<int> Fields::integer(std::string_view name, int lowest, int highest) const {
    const auto number = integer(name);
    if (!number) return std::nullopt;
    if (*number < lowest || *number > highest) {
        refuse(name, "must be " + std::to_string(lowest) + " to " + std::to_string(highest));
        return std::nullopt;
    }
    return static_cast<int>(*number);
}

std::optional<double> Fields::decimal(std::string_view name) const {
    const json::value* value = find(name);
    if (value == nullptr) return std::nullopt;
    const auto number = decimal_of(*value);
    if (!number) refuse(name, "must be a number");
    return number;
}

std::optional<bool> Fields::boolean(std::string_view name) const {
    const json::value* value = find(name);
    if (value == nullptr) return std::nullopt;
    const auto flag = boolean_of(*value);
    if (!flag) refuse(name, "must be true or false");
    return flag;
}

std::int64_t Fields::id_value(std::string_view name) const {
    const json::value* value = find(name);
    if (value == nullptr) return 0;
    const auto id = id_of(*value);
    if (!id) refuse(name, "is not an id");
    return id.value_or(0);
}

std::vector<std::int64_t> Fields::id_values(std::string_view name, std::size_t most) const {
    const json::value* value = structured(name);
    std::vector<std::int64_t> result;
    if (value == nullptr) return result;
    const auto take = [&](const json::value& item) {
        const auto id = id_of(item);
        if (!id) {
            refuse(name, "holds something that is not an id");
        } else if (result.size() < most) {
            result.push_back(*id);
        } else {
            refuse(name, "has more than " + std::to_string(most) + " members");
        }
    };
    if (value->is_array()) {
        for (const json::value& item : value->get_array())
            take(item);
    } else if (value->is_string()) {
        for (const std::string_view item : split(value->get_string(), ','))
            take(json::value(json::string(trim(item))));
    } else {
        take(*value);
    }
    return result;
}

std::vector<std::string> Fields::texts(std::string_view name, std::size_t most, std::size_t longest) const {
    const json::value* value = structured(name);
    std::vector<std::string> result;
    if (value == nullptr) return result;
    const auto take = [&](std::string_view item) {
        item = trim(item);
        if (item.empty()) return;
        if (!is_utf8(item)) return refuse(name, "is not UTF-8");
        if (result.size() >= most) return refuse(name, "has more than " + std::to_string(most) + " members");
        if (character_count(item) > longest) {
            return refuse(name, "has a member longer than " + std::to_string(longest) + " characters",
                          ErrorCode::ParameterTooLong);
        }
        result.emplace_back(item);
    };
    if (value->is_array()) {
        for (const json::value& item : value->get_array()) {
            if (item.is_string()) {
                take(item.get_string());
            } else if (const std::string number = number_text(item); !number.empty()) {
                take(number);
            } else {
                refuse(name, "must be a list of texts");
            }
        }
    } else if (value->is_string()) {
        for (const std::string_view item : split(value->get_string(), ','))
            take(item);
    } else if (const std::string number = number_text(*value); !number.empty()) {
        take(number);
    } else {
        refuse(name, "must be a list of texts");
    }
    return result;
}

std::vector<Fields> Fields::list(std::string_view name, std::size_t most) const {
    const json::value* value = structured(name);
    std::vector<Fields> result;
    if (value == nullptr) return result;
    if (value->is_object()) {
        result.push_back(Fields(value->get_object(), path_of(name) + "[0]", shared_));
        return result;
    }
    if (!value->is_array()) {
        refuse(name, "must be a list");
        return result;
    }
    if (value->get_array().size() > most) {
        refuse(name, "has more than " + std::to_string(most) + " members");
        return result;
    }
    std::size_t index = 0;
    for (const json::value& item : value->get_array()) {
        const std::string path = path_of(name) + "[" + std::to_string(index++) + "]";
        if (item.is_null()) continue;
        if (!item.is_object()) {
            refuse(name, "has a member that is not an object");
            return {};
        }
        result.push_back(Fields(item.get_object(), path, shared_));
    }
    return result;
}

std::optional<Fields> Fields::object(std::string_view name) const {
    const json::value* value = structured(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_object()) {
        refuse(name, "must be an object");
        return std::nullopt;
    }
    return Fields(value->get_object(), path_of(name), shared_);
}

}  // namespace signet::openapi
