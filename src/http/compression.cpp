#include "http/compression.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <stdexcept>
#include <zlib.h>

namespace signet::http {
namespace {

constexpr std::size_t kWorthwhile = 1024;
constexpr int kGzipWindow = 15 + 16;

/// Whether a coding's weight is zero: `gzip;q=0`.
bool is_refused(std::string_view parameters) {
    const std::size_t q = parameters.find("q=");
    if (q == std::string_view::npos) return false;
    const auto weight = parse_decimal(parameters.substr(q + 2));
    return weight && *weight <= 0;
}

}  // namespace

bool accepts_gzip(const Headers& request) {
    for (const std::string_view field : request.all("accept-encoding")) {
        for (const std::string_view element : split(field, ',')) {
            const std::size_t semicolon = element.find(';');
            const std::string_view coding = trim(element.substr(0, semicolon));
            if (!equal_ignoring_case(coding, "gzip") && coding != "*") continue;
            return semicolon == std::string_view::npos || !is_refused(element.substr(semicolon));
        }
    }
    return false;
}

std::string gzip(std::string_view text) {
    z_stream stream = {};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        throw std::runtime_error("zlib cannot start");
    }
    std::string result(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(result.data());
    stream.avail_out = static_cast<uInt>(result.size());
    const int outcome = deflate(&stream, Z_FINISH);
    result.resize(stream.total_out);
    deflateEnd(&stream);
    if (outcome != Z_STREAM_END) throw std::runtime_error("zlib cannot compress");
    return result;
}

void compress(const RequestHead& request, Response& response) {
    if (!response.compressible || response.status != 200 || response.body.size() < kWorthwhile) return;
    if (!response.files.empty() || response.shared_body || response.headers.contains("content-encoding")) return;
    response.headers.add("Vary", "Accept-Encoding");
    if (!accepts_gzip(request.headers)) return;
    response.body = gzip(response.body);
    response.headers.set("Content-Encoding", "gzip");
}

}  // namespace signet::http
