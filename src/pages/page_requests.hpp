#pragma once

#include "base/error.hpp"
#include "base/result.hpp"
#include "http/message.hpp"

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

/// What every page route reads and answers.
namespace signet::pages {

inline constexpr std::string_view kClientCookie = "signet_client";
inline constexpr std::size_t kClientLength = 32;

http::Response json_response(const boost::json::value& value);

/// The client's own random name; empty when it has none yet.
std::string client_of(const http::Request& request);
/// The opened link a call is about, by the header `X-Signet-Page` or the query.
std::string page_key(const http::Request& request);
/// A part of the path.
std::string capture(const http::Request& request, std::string_view name);

/// The JSON object in the body; an empty body is an empty object. InvalidParameter.
Result<boost::json::object> body_of(const http::Request& request);
/// A text of it; empty when it is none.
std::string text(const boost::json::object& object, std::string_view name);
/// A finite number of it.
std::optional<double> number(const boost::json::object& object, std::string_view name);

/// What a page is told when its call fails: a client that opened no such link, or so long ago that it is forgotten,
/// gets 401, upon which the page opens its link again.
http::Response refusal(const Error& error);

}  // namespace signet::pages
