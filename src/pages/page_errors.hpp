#pragma once

#include "base/error.hpp"
#include "http/message.hpp"

#include <boost/json/object.hpp>

namespace signet::pages {

/// `{"code", "message", "messageEn"}` and for counted tries `triesLeft`. Details go to the log, not to the browser,
/// unless they are made for people.
boost::json::object error_object(const Error& error);

/// `{"error": …}` with a status of the 4xx and 5xx that says what kind of error it is.
http::Response page_failure(const Error& error);

}  // namespace signet::pages
