#pragma once

#include "base/error.hpp"
#include "http/message.hpp"

namespace signet::pages {

/// `{"error":{"code":…,"message":…,"messageEn":…}}` with a status of the 4xx and 5xx that says what kind of error it
/// is. Details go to the log, not to the browser, unless they are made for people.
http::Response page_failure(const Error& error);

}  // namespace signet::pages
