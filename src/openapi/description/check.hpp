#pragma once

#include "base/result.hpp"
#include "openapi/description/field.hpp"

#include <vector>

#include <boost/json/object.hpp>

namespace signet::http {
struct Part;
}

namespace signet::openapi::description {

/// Holds a request against its table: what is required is there, each member means its kind (as tolerantly as Fields
/// reads), texts, numbers and lists keep their limits, words are known; unknown members are nobody's business. Lists
/// and objects that came as JSON text become what the text holds, so that nobody parses them again.
///
/// Errors: InvalidParameter, ParameterTooLong; the detail names the member with its path
/// (`signatories[0].actions[1].type`). Costs one pass over the members; memory is taken only for the error and for JSON
/// text.
Status check(std::span<const Field> fields, boost::json::object& members, const std::vector<http::Part>& parts);

}  // namespace signet::openapi::description
