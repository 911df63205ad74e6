#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>

namespace signet::openapi {

/// How a domain error looks on the wire: the old integer code, the newer eight-digit code, and the English constant.
struct WireCode {
    int code;
    std::string_view response_code;
    std::string_view message;
};

/// The one table (spec/platform §2, spec/contracts §7.1). Every ErrorCode has a row; several may share one.
WireCode wire_code(ErrorCode code);

/// `CONSTANT,detail`: at most 200 characters, without quotes and line breaks, because one client reads it by scanning.
std::string wire_message(const Error& error);

/// Codes of the gateway, which stand before any endpoint: the HTTP status is the code. 441 and 442 are the vendor's
/// own, the others are our choice in the same shape.
enum class GatewayCode {
    HeaderRequired = 441,
    InvalidToken = 442,
    InvalidSignature = 443,
    InvalidTimestamp = 444,
    InvalidNonce = 445,
    InvalidAddress = 446,
    NotFound = 404,
    MethodNotAllowed = 405,
};

std::string_view gateway_message(GatewayCode code);

}  // namespace signet::openapi
