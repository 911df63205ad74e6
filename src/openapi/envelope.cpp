#include "openapi/envelope.hpp"

#include "base/log.hpp"

#include <boost/json/serialize.hpp>

namespace signet::openapi {
namespace {

constexpr std::string_view kContentType = "application/json;charset=UTF-8";

http::Response respond(int status, std::string body) {
    return http::make_response(status, std::string(kContentType), std::move(body));
}

std::string body(int code, std::string_view message, std::string_view response_code) {
    return "{\"code\":" + std::to_string(code) +
           ",\"message\":" + boost::json::serialize(boost::json::string(message)) + ",\"responseCode\":\"" +
           std::string(response_code) + "\"}";
}

/// What went wrong inside is for the log, not for strangers; but whoever may simply try again is told so.
std::string message_of(const Error& error, const WireCode& wire) {
    if (error.code == ErrorCode::TimeStampUnavailable) {
        return std::string(wire.message) + ",no trusted time-stamp could be had: nothing was signed, try again later";
    }
    return wire.code == 1001 ? std::string(wire.message) : wire_message(error);
}

http::Response business_failure(int status, const Error& error) {
    const WireCode wire = wire_code(error.code);
    if (wire.code == 1001) spdlog::error("answering with an internal error: {}", for_log(describe(error)));
    return respond(status, body(wire.code, message_of(error, wire), wire.response_code));
}

}  // namespace

http::Response success() {
    return respond(200, R"({"code":0,"message":"SUCCESS","responseCode":"00000000"})");
}

http::Response success(const boost::json::object& result) {
    if (result.empty()) return success();
    std::string text = R"({"code":0,"message":"SUCCESS","result":)";
    text += boost::json::serialize(result);
    text += R"(,"responseCode":"00000000"})";
    return respond(200, std::move(text));
}

http::Response failure(const Error& error) {
    return business_failure(200, error);
}
http::Response download_failure(const Error& error, int status) {
    return business_failure(status, error);
}

http::Response gateway_failure(GatewayCode code, std::string_view detail) {
    const int number = static_cast<int>(code);
    std::string message(gateway_message(code));
    if (!detail.empty()) message.append(",").append(detail);
    return respond(number, body(number, message, "11990" + std::to_string(number)));
}

http::Response server_failure(int status, std::string_view reason) {
    if (status == 413) return respond(413, body(1010, "UPLOAD FILE OVERSIZE", "11990010"));
    return respond(status, body(status, reason, "11990" + std::to_string(status)));
}

}  // namespace signet::openapi
