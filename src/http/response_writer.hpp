#pragma once

#include "http/message.hpp"

#include <ctime>
#include <string>
#include <string_view>

namespace signet::http {

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
std::string http_date(std::time_t time);

/// Makes a file answer fit a `Range` request field: one range of a 200 to GET becomes a 206, one that cannot be
/// satisfied a bodiless 416, everything else stays whole (RFC 9110 §14.2). `If-Range` is heeded.
void apply_range(const RequestHead& request, Response& response);

/// Writes status lines and header fields of one thread's answers.
class ResponseWriter {
  public:
    struct Connection {
        bool keep_alive = true;
        bool http_1_0 = false;
        std::string_view request_id;
    };

    /// Appends everything up to the body. Control characters in names and values become blanks: what handlers copy from
    /// outside cannot begin a field of its own.
    void append_head(const Response& response, const Connection& connection, std::string& to);

  private:
    std::string_view date();

    std::time_t date_of_ = 0;
    std::string date_;
};

/// Whether an answer of this status has a body at all (RFC 9112 §6.3).
bool may_have_body(int status);

}  // namespace signet::http
