#include "http/request_parser.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>

// g++ 12 takes an empty boost::optional for uninitialised when sanitizers are on.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <boost/beast/http/basic_parser.hpp>
#pragma GCC diagnostic pop

namespace signet::http {
namespace {

namespace beast = boost::beast;

constexpr std::size_t kLongestMethod = 32;
constexpr std::size_t kMostFields = 200;

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

/// The request line without its line break, cut at the first and the last blank.
struct RequestLine {
    std::size_t target_begin = 0;
    std::size_t target_end = 0;
    std::string_view version;
};

std::optional<RequestLine> cut_request_line(std::string_view line) {
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string_view::npos || first == 0 || first > kLongestMethod || last <= first + 1)
        return std::nullopt;
    return RequestLine{first + 1, last, line.substr(last + 1)};
}

/// Counts the line breaks before a request line, which RFC 9112 §2.2 asks to ignore.
std::size_t leading_line_breaks(std::string_view bytes) {
    const std::size_t start = bytes.find_first_not_of("\r\n");
    return start == std::string_view::npos ? bytes.size() : start;
}

/// How long what ends at `end` is at least. While its end mark of `mark` bytes is not there yet, all but the last of
/// them may have come; so that a limit means the same however the bytes arrive.
std::size_t least_length(std::size_t end, std::string_view bytes, std::size_t mark) {
    return end != std::string_view::npos ? end : bytes.size() - std::min(bytes.size(), mark - 1);
}

/// Without the scheme and authority of an absolute form.
std::string_view origin_form(std::string_view target) {
    const std::size_t scheme = target.find("://");
    if (scheme == std::string_view::npos || scheme > target.find_first_of("/?")) return target;
    const std::size_t path = target.find_first_of("/?", scheme + 3);
    return path == std::string_view::npos ? "/" : target.substr(path);
}

}  // namespace

/// One message as Beast reads it.
class RequestParser::Message final : public beast::http::basic_parser<true> {
  public:
    Message() {
        eager(false);
        header_limit(UINT32_MAX);  // bounded before Beast sees the bytes
        body_limit(boost::none);   // bounded by whoever consumes them
    }

    RequestHead* head = nullptr;  // while the fields are read
    const std::function<bool(std::string_view)>* consume = nullptr;
    bool stopped = false;

  private:
    using error_code = beast::error_code;
    using string_view = beast::string_view;

    void on_request_impl(beast::http::verb, string_view method, string_view, int, error_code&) override {
        head->method.assign(method.data(), method.size());
    }
    void on_response_impl(int, string_view, int, error_code&) override {}
    void on_field_impl(beast::http::field, string_view name, string_view value, error_code& error) override {
        if (head == nullptr) return;  // a trailer: nobody asks for it
        if (head->headers.size() >= kMostFields) {
            error = beast::http::error::header_limit;
            return;
        }
        head->headers.add({name.data(), name.size()}, std::string(value.data(), value.size()));
    }
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
    std::size_t on_body_impl(string_view bytes, error_code& error) override { return pass_on(bytes, error); }
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, error_code& error) override {
        return pass_on(bytes, error);
    }
    void on_finish_impl(error_code&) override {}

    std::size_t pass_on(string_view bytes, error_code& error) {
        if (!(*consume)({bytes.data(), bytes.size()})) {
            stopped = true;
            error = beast::http::error::body_limit;
        }
        return bytes.size();
    }
};

RequestParser::RequestParser() = default;
RequestParser::~RequestParser() = default;

std::optional<std::size_t> RequestParser::read_head(std::string& bytes, const Limits& limits, RequestHead& head,
                                                    std::optional<Refusal>& refusal) {
    if (searched_ == 0) bytes.erase(0, leading_line_breaks(bytes));
    const std::size_t line_end = bytes.find("\r\n");
    if (least_length(line_end, bytes, 2) > limits.target + kLongestMethod + 10) {
        refusal = Refusal{414, "the request target is too long"};
        return std::nullopt;
    }
    const std::size_t end = bytes.find("\r\n\r\n", searched_);
    if (least_length(end, bytes, 4) > limits.header) {
        refusal = Refusal{431, "the header fields are too long"};
        return std::nullopt;
    }
    if (end == std::string::npos) {
        searched_ = bytes.size() < 3 ? 0 : bytes.size() - 3;
        return std::nullopt;
    }
    searched_ = 0;

    const auto line = cut_request_line(std::string_view(bytes).substr(0, line_end));
    if (!line) {
        refusal = Refusal{400, "malformed request line"};
        return std::nullopt;
    }
    if (!line->version.starts_with("HTTP/")) {
        refusal = Refusal{400, "malformed request line"};
        return std::nullopt;
    }
    if (line->version != "HTTP/1.1" && line->version != "HTTP/1.0") {
        refusal = Refusal{505, "only HTTP/1.1 and HTTP/1.0 are spoken here"};
        return std::nullopt;
    }
    http_1_0_ = line->version == "HTTP/1.0";
    head.target = bytes.substr(line->target_begin, line->target_end - line->target_begin);
    if (std::any_of(head.target.begin(), head.target.end(), [](char c) { return is_control(c) && c != '\t'; })) {
        refusal = Refusal{400, "control characters in the request target"};
        return std::nullopt;
    }
    apply_target(head.target, head);
    if (head.path.find('\0') != std::string::npos) {
        refusal = Refusal{400, "a zero byte in the path"};
        return std::nullopt;
    }
    // Beast refuses what is kept above already, so it gets a stand-in of the same length.
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(line->target_begin),
              bytes.begin() + static_cast<std::ptrdiff_t>(line->target_end), '/');

    message_ = std::make_unique<Message>();
    message_->head = &head;
    beast::error_code error;
    const std::size_t taken = message_->put(boost::asio::buffer(bytes.data(), end + 4), error);
    message_->head = nullptr;
    if (error == beast::http::error::header_limit) {
        refusal = Refusal{431, "too many header fields"};
    } else if (error || !message_->is_header_done()) {
        refusal = Refusal{400, fmt::format("malformed request: {}", error.message())};
    } else {
        apply_framing(head, refusal);
    }
    return refusal ? std::nullopt : std::optional(taken);
}

void RequestParser::apply_framing(const RequestHead& head, std::optional<Refusal>& refusal) {
    const auto lengths = head.headers.all("content-length");
    const auto codings = head.headers.all("transfer-encoding");
    const std::size_t hosts = head.headers.all("host").size();
    const auto refuse = [&](std::string reason) { refusal = Refusal{400, std::move(reason)}; };

    if (hosts > 1 || (hosts == 0 && !http_1_0_)) return refuse("one Host header field is needed");
    if (lengths.size() > 1 || (!lengths.empty() && lengths.front().find(',') != std::string_view::npos)) {
        return refuse("more than one Content-Length");
    }
    if (!lengths.empty() && !codings.empty()) return refuse("both Content-Length and Transfer-Encoding");
    if (!codings.empty() && http_1_0_) return refuse("Transfer-Encoding in HTTP/1.0");
    if (codings.size() > 1 || (!codings.empty() && !equal_ignoring_case(trim(codings.front()), "chunked"))) {
        return refuse("a transfer coding other than chunked");
    }

    chunked_ = !codings.empty();
    content_length_.reset();
    if (!chunked_) content_length_ = message_->content_length().value_or(0);
    const bool close = lists_token(head.headers, "connection", "close");
    keep_alive_ = !close && (!http_1_0_ || lists_token(head.headers, "connection", "keep-alive"));
    expects_continue_ = !http_1_0_ && lists_token(head.headers, "expect", "100-continue");
}

bool RequestParser::body_done() const {
    return !message_ || message_->is_done();
}

std::size_t RequestParser::read_body(std::string_view bytes, const std::function<bool(std::string_view)>& consume,
                                     std::optional<Refusal>& refusal) {
    // A chunked message always has five bytes more to come; the reader of chunks relies on seeing them.
    if (bytes.empty() || (chunked_ && bytes.size() < 5)) return 0;
    message_->consume = &consume;
    beast::error_code error;
    const std::size_t taken = message_->put(boost::asio::buffer(bytes.data(), bytes.size()), error);
    message_->consume = nullptr;
    if (error && error != beast::http::error::need_more && !message_->stopped) {
        refusal = Refusal{400, fmt::format("malformed body: {}", error.message())};
    }
    return taken;
}

std::string_view raw_path_of(std::string_view target) {
    target = origin_form(target);
    std::string_view path = target.substr(0, target.find('?'));
    while (path.starts_with("//"))
        path.remove_prefix(1);
    return path;
}

void apply_target(std::string_view target, RequestHead& head) {
    head.path = percent_decode(raw_path_of(target));
    const std::size_t question = target.find('?');
    head.query = question == std::string_view::npos ? Parameters() : parse_parameters(target.substr(question + 1));
}

}  // namespace signet::http
