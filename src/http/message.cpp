#include "http/message.hpp"

#include <fmt/format.h>
#include <numeric>

namespace signet::http {

Part* Request::file(std::string_view name) {
    for (Part& part : parts) {
        if (part.file_name && part.name == name) return &part;
    }
    return nullptr;
}

std::uint64_t Response::body_size() const {
    if (!files.empty()) {
        return std::accumulate(files.begin(), files.end(), std::uint64_t{0},
                               [](std::uint64_t sum, const FileSlice& slice) { return sum + slice.length; });
    }
    return shared_body ? shared_body->size() : body.size();
}

Response make_response(int status, std::string content_type, std::string body) {
    Response response;
    response.status = status;
    response.headers.add("Content-Type", std::move(content_type));
    response.body = std::move(body);
    return response;
}

std::string_view reason_phrase(int status) {
    switch (status) {
        case 100:
            return "Continue";
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 206:
            return "Partial Content";
        case 301:
            return "Moved Permanently";
        case 302:
            return "Found";
        case 303:
            return "See Other";
        case 304:
            return "Not Modified";
        case 307:
            return "Temporary Redirect";
        case 308:
            return "Permanent Redirect";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 406:
            return "Not Acceptable";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 410:
            return "Gone";
        case 411:
            return "Length Required";
        case 412:
            return "Precondition Failed";
        case 413:
            return "Content Too Large";
        case 414:
            return "URI Too Long";
        case 415:
            return "Unsupported Media Type";
        case 416:
            return "Range Not Satisfiable";
        case 422:
            return "Unprocessable Content";
        case 428:
            return "Precondition Required";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "Unknown";
    }
}

std::string content_disposition(std::string_view disposition, std::string_view file_name) {
    std::string plain;
    for (const char c : file_name) {
        const bool printable = c >= 0x20 && c < 0x7F;
        plain.push_back(printable && c != '"' && c != '\\' && c != '%' ? c : '_');
    }
    return fmt::format("{}; filename=\"{}\"; filename*=UTF-8''{}", disposition, plain, percent_encode(file_name));
}

}  // namespace signet::http
