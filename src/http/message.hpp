#pragma once

#include "http/fields.hpp"
#include "http/files.hpp"

#include <any>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet::http {

/// What is known of a request before any byte of its body is read.
struct RequestHead {
    std::string method;
    /// As it came, raw bytes and all.
    std::string target;
    /// Percent-decoded, several slashes at the start made one.
    std::string path;
    Parameters query;
    Headers headers;
    /// The address of the client without the port; the one a trusted proxy names (Options::trusted_proxies).
    std::string remote_address;
    /// Names this request in the log; it leaves as `X-Request-Id`.
    std::string id;
    /// What the `{name}` segments of the route stand for, percent-decoded.
    std::map<std::string, std::string, std::less<>> captures;
    /// For a fallback route: the methods that the path knows; none when nobody knows the path.
    std::vector<std::string> allowed_methods;
    /// What the gate learnt about the caller, for the handler. The server does not look at it.
    std::any caller;
};

/// One part of `multipart/form-data` (RFC 7578).
struct Part {
    std::string name;
    /// Present for files, even when empty. The last component of what the client sent, without control characters; for
    /// display only, never a path.
    std::optional<std::string> file_name;
    /// As sent, or empty.
    std::string content_type;
    /// The content of a part that is no file.
    std::string text;
    /// The content of a file. It is removed with the part unless somebody takes it.
    TemporaryFile file;
    std::uint64_t size = 0;
};

struct Request : RequestHead {
    /// The body, unless it is multipart.
    std::string body;
    /// The parameters of an urlencoded body or the text parts of a multipart one: handlers need not care which.
    Parameters form;
    /// The parts of a multipart body in order, texts and files.
    std::vector<Part> parts;

    /// The first part of that name that is a file, or null.
    Part* file(std::string_view name);
};

/// An answer. Its body is `files` when there are any, else `shared_body` when there is one, else `body`. The server
/// adds Content-Length, Date, Connection and X-Request-Id.
struct Response {
    int status = 200;
    Headers headers = {};
    std::string body = {};
    /// Sent by the kernel from file to socket, with `Range` (one range) and HEAD answered.
    std::vector<FileSlice> files = {};
    /// A body that many answers share without a copy.
    std::shared_ptr<const std::string> shared_body = {};
    /// `body` may leave gzipped to whom accepts that. Never set it for downloads or errors: some clients save what they
    /// get without unpacking.
    bool compressible = false;

    std::uint64_t body_size() const;
};

/// An answer with a body held in memory.
Response make_response(int status, std::string content_type, std::string body);

/// Renders the body of errors that the server itself reports: 4xx, 5xx. `reason` is one English line. The status of the
/// result counts for nothing; its headers are kept. Called from many threads at once.
using ErrorBody = std::function<Response(int status, std::string_view reason)>;

/// "Not Found" for 404; "Unknown" for what RFC 9110 does not name.
std::string_view reason_phrase(int status);

/// `attachment; filename="…"; filename*=UTF-8''…` (RFC 6266), for any name. `disposition` is `attachment` or `inline`.
std::string content_disposition(std::string_view disposition, std::string_view file_name);

}  // namespace signet::http
