#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

/// What the many clients mean by a JSON value (spec/contracts §1.6.1, spec/clients §5.4). Both who checks a request and
/// who reads it ask here, so that neither is stricter than the other. Nothing when the value means no such thing.
namespace signet::openapi {

/// A positive id, exact to 64 bits, as a number or as text; a fraction of zeros behind it says nothing.
std::optional<std::int64_t> id_of(const boost::json::value& value);
/// A whole number, also as text or as `3.0`.
std::optional<std::int64_t> integer_of(const boost::json::value& value);
/// A finite number, also as text.
std::optional<double> decimal_of(const boost::json::value& value);
/// `true`, `"True"`, `1`, `"1"` and their opposites.
std::optional<bool> boolean_of(const boost::json::value& value);
/// The digits of a whole number; empty for everything else.
std::string number_text(const boost::json::value& value);
/// Whether every number in it is one that can be kept: `1e400` is read as infinity.
bool has_only_finite_numbers(const boost::json::value& value);
/// `null` and blank text count as not given.
bool is_absent(const boost::json::value& value);

}  // namespace signet::openapi
