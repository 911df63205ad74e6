#include "pages/page_requests.hpp"

#include "base/text.hpp"
#include "http/router.hpp"
#include "pages/page_errors.hpp"

#include <cmath>
#include <utility>

#include <boost/json.hpp>

namespace signet::pages {

namespace json = boost::json;

http::Response json_response(const json::value& value) {
    http::Response response = http::make_response(200, "application/json;charset=UTF-8", json::serialize(value));
    response.headers.set("Cache-Control", "no-store");
    return response;
}

std::string client_of(const http::Request& request) {
    const auto cookie = http::cookie(request.headers, kClientCookie);
    return cookie && cookie->size() == kClientLength ? std::string(*cookie) : std::string();
}

std::string page_key(const http::Request& request) {
    const auto header = request.headers.get("x-signet-page");
    if (header) return std::string(trim(*header));
    return std::string(request.query.get("page").value_or(""));
}

std::string capture(const http::Request& request, std::string_view name) {
    const auto found = request.captures.find(name);
    return found == request.captures.end() ? std::string() : found->second;
}

Result<json::object> body_of(const http::Request& request) {
    if (trim(request.body).empty()) return json::object();
    json::error_code error;
    json::value value = json::parse(request.body, error);
    if (error || !value.is_object()) return invalid_parameter("body: not a JSON object");
    return std::move(value.get_object());
}

std::string text(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::optional<double> number(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    const double result = value->to_number<double>();
    return std::isfinite(result) ? std::optional(result) : std::nullopt;
}

http::Response refusal(const Error& error) {
    http::Response response = page_failure(error);
    if (error.code == ErrorCode::LinkNotFound) response.status = 401;
    return response;
}

}  // namespace signet::pages
