#pragma once

#include "base/result.hpp"
#include "http/message.hpp"
#include "openapi/wire_codes.hpp"

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

namespace signet::openapi {

/// The envelope of every answer, in the order `code, message, result, responseCode`, without blanks, `result` left out
/// when empty (spec/clients §5.3): one client reads it by scanning text.
http::Response success();
http::Response success(const boost::json::object& result);
/// A business error: HTTP 200 with the codes of the one table.
http::Response failure(const Error& error);
/// The same for downloads: HTTP 400 unless the operator wants another status, so that no client saves an error as a
/// document.
http::Response download_failure(const Error& error, int status = 400);
/// An error before any endpoint: the HTTP status is the code.
http::Response gateway_failure(GatewayCode code, std::string_view detail = {});

/// The envelope for errors that the HTTP server itself reports.
http::Response server_failure(int status, std::string_view reason);

}  // namespace signet::openapi
