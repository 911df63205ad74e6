#include "http/response_writer.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <iterator>
#include <optional>
#include <utility>

namespace signet::http {
namespace {

/// Fields the server alone writes.
bool is_reserved(std::string_view name) {
    constexpr std::array<std::string_view, 5> kReserved = {"content-length", "connection", "date", "transfer-encoding",
                                                           "x-request-id"};
    return std::any_of(kReserved.begin(), kReserved.end(),
                       [&](std::string_view reserved) { return equal_ignoring_case(reserved, name); });
}

void append_harmless(std::string& to, std::string_view text) {
    for (const char c : text) {
        const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
        to.push_back(control ? ' ' : c);
    }
}

std::optional<std::uint64_t> parse_position(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

struct ByteRange {
    std::uint64_t first = 0;
    std::uint64_t length = 0;  // zero: cannot be satisfied
};

/// One range of a `Range` field; nothing when the field is to be ignored.
std::optional<ByteRange> parse_range(std::string_view field, std::uint64_t size) {
    const std::size_t dash = field.find('-');
    if (!field.starts_with("bytes=") || dash == std::string_view::npos) return std::nullopt;
    const std::string_view first_text = trim(field.substr(6, dash - 6));
    const std::string_view last_text = trim(field.substr(dash + 1));
    const auto first = parse_position(first_text);
    const auto last = parse_position(last_text);
    if ((!first && !first_text.empty()) || (!last && !last_text.empty()) || (!first && !last)) return std::nullopt;
    if (!first) return ByteRange{size - std::min(*last, size), std::min(*last, size)};
    if (last && *last < *first) return std::nullopt;
    if (*first >= size) return ByteRange{};
    return ByteRange{*first, std::min(last.value_or(size - 1), size - 1) - *first + 1};
}

/// Keeps `length` bytes from `first` on.
void cut(std::vector<FileSlice>& files, std::uint64_t first, std::uint64_t length) {
    std::vector<FileSlice> kept;
    for (FileSlice& slice : files) {
        const std::uint64_t skipped = std::min(first, slice.length);
        first -= skipped;
        const std::uint64_t taken = std::min(length, slice.length - skipped);
        length -= taken;
        if (taken > 0) kept.push_back({std::move(slice.file), slice.offset + skipped, taken});
    }
    files = std::move(kept);
}

bool if_range_fits(const RequestHead& request, const Response& response) {
    const auto condition = request.headers.get("if-range");
    if (!condition) return true;
    return condition == response.headers.get("etag") || condition == response.headers.get("last-modified");
}

}  // namespace

std::string http_date(std::time_t time) {
    constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm utc = {};
    gmtime_r(&time, &utc);
    return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays[static_cast<std::size_t>(utc.tm_wday)],
                       utc.tm_mday, kMonths[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour,
                       utc.tm_min, utc.tm_sec);
}

void apply_range(const RequestHead& request, Response& response) {
    if (response.files.empty() || response.status != 200) return;
    response.headers.set("Accept-Ranges", "bytes");
    const auto field = request.headers.get("range");
    if (!field || request.method != "GET" || !if_range_fits(request, response)) return;
    const std::uint64_t size = response.body_size();
    const auto range = parse_range(*field, size);
    if (!range) return;
    if (range->length == 0) {
        response.status = 416;
        response.files.clear();
        response.headers.set("Content-Range", fmt::format("bytes */{}", size));
        return;
    }
    cut(response.files, range->first, range->length);
    response.status = 206;
    response.headers.set("Content-Range",
                         fmt::format("bytes {}-{}/{}", range->first, range->first + range->length - 1, size));
}

bool may_have_body(int status) {
    return status >= 200 && status != 204 && status != 304;
}

std::string_view ResponseWriter::date() {
    const std::time_t now = std::time(nullptr);
    if (now != date_of_) {
        date_of_ = now;
        date_ = http_date(now);
    }
    return date_;
}

void ResponseWriter::append_head(const Response& response, const Connection& connection, std::string& to) {
    auto out = std::back_inserter(to);
    fmt::format_to(out, "HTTP/1.1 {} ", response.status);
    to.append(reason_phrase(response.status)).append("\r\nDate: ").append(date());
    for (const auto& [name, value] : response.headers) {
        if (is_reserved(name)) continue;
        to.append("\r\n");
        append_harmless(to, name);
        to.append(": ");
        append_harmless(to, value);
    }
    if (may_have_body(response.status)) fmt::format_to(out, "\r\nContent-Length: {}", response.body_size());
    to.append("\r\nX-Request-Id: ").append(connection.request_id);
    if (!connection.keep_alive) {
        to.append("\r\nConnection: close");
    } else if (connection.http_1_0) {
        to.append("\r\nConnection: keep-alive");
    }
    to.append("\r\n\r\n");
}

}  // namespace signet::http
