#include "openapi/wire_values.hpp"

#include "base/id.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cmath>

#include <boost/json.hpp>

namespace signet::openapi {
namespace {

namespace json = boost::json;

/// One SDK formats ids as `%f`; the fraction of zeros says nothing.
std::string_view without_zero_fraction(std::string_view text) {
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos) return text;
    return text.find_first_not_of('0', dot + 1) == std::string_view::npos ? text.substr(0, dot) : text;
}

/// The positive number that digits spell; nothing for anything else, or what 63 bits do not hold.
std::optional<std::int64_t> positive(std::string_view text) {
    return parse_id(without_zero_fraction(trim(text)));
}

}  // namespace

std::string number_text(const json::value& value) {
    if (value.is_int64()) return std::to_string(value.get_int64());
    if (value.is_uint64()) return std::to_string(value.get_uint64());
    return {};
}

std::optional<std::int64_t> id_of(const json::value& value) {
    if (value.is_int64()) return value.get_int64() > 0 ? std::optional(value.get_int64()) : std::nullopt;
    if (value.is_string()) return positive(value.get_string());
    return std::nullopt;
}

std::optional<std::int64_t> integer_of(const json::value& value) {
    if (value.is_int64()) return value.get_int64();
    if (value.is_double() && std::trunc(value.get_double()) == value.get_double() &&
        std::abs(value.get_double()) < 1e15) {
        return static_cast<std::int64_t>(value.get_double());
    }
    if (value.is_string()) return parse_integer(without_zero_fraction(trim(value.get_string())));
    return std::nullopt;
}

std::optional<double> decimal_of(const json::value& value) {
    if (value.is_int64()) return static_cast<double>(value.get_int64());
    if (value.is_double() && std::isfinite(value.get_double())) return value.get_double();
    if (value.is_string()) return parse_decimal(value.get_string());
    return std::nullopt;
}

std::optional<bool> boolean_of(const json::value& value) {
    if (value.is_bool()) return value.get_bool();
    if (value.is_int64()) {
        if (value.get_int64() == 1) return true;
        if (value.get_int64() == 0) return false;
        return std::nullopt;
    }
    if (!value.is_string()) return std::nullopt;
    const std::string_view word = trim(value.get_string());
    if (word == "1" || equal_ignoring_case(word, "true")) return true;
    if (word == "0" || equal_ignoring_case(word, "false")) return false;
    return std::nullopt;
}

bool has_only_finite_numbers(const json::value& value) {
    if (value.is_double()) return std::isfinite(value.get_double());
    if (value.is_array()) {
        const json::array& items = value.get_array();
        return std::all_of(items.begin(), items.end(), has_only_finite_numbers);
    }
    if (!value.is_object()) return true;
    const json::object& members = value.get_object();
    return std::all_of(members.begin(), members.end(),
                       [](const auto& member) { return has_only_finite_numbers(member.value()); });
}

bool is_absent(const json::value& value) {
    return value.is_null() || (value.is_string() && trim(value.get_string()).empty());
}

}  // namespace signet::openapi
