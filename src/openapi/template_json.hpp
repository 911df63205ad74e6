#pragma once

#include "model/contract.hpp"
#include "openapi/fields.hpp"

#include <vector>

#include <boost/json/object.hpp>

namespace signet::openapi {

/// The list `templateParams` of a request (spec §2.10).
std::vector<model::ParamValue> read_param_values(const Fields& fields);

/// The answer of /v2/contract/required/detail (spec §4.34; its shape is ours).
boost::json::object write_required(const model::Contract& contract);

}  // namespace signet::openapi
