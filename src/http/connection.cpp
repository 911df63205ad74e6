#include "http/connection.hpp"

#include "base/text.hpp"
#include "http/compression.hpp"
#include "http/multipart.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <fmt/format.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace signet::http {
namespace {

namespace asio = boost::asio;

constexpr asio::as_tuple_t<asio::use_awaitable_t<Executor>> kAsTuple{};
constexpr asio::use_awaitable_t<Executor> kAwait{};

constexpr std::size_t kSmallBody = 16 * 1024;          // copied behind the head rather than written beside it
constexpr std::uint64_t kDiscarded = 256 * 1024;       // of a body nobody wants, to keep the connection
constexpr std::uint64_t kLingered = 64 * 1024 * 1024;  // of a body nobody wants, to get the answer through
constexpr std::chrono::seconds kLingerTime{10};
constexpr std::size_t kFileStep = 1024 * 1024;
constexpr unsigned kReceptionsInARow = 16;
constexpr int kClientClosed = 499;  // in the log only

bool is_multipart(const ValueWithParameters& type) {
    return type.value.starts_with("multipart/");
}

int status_of(const Error& error) {
    switch (error.code) {
        case ErrorCode::InvalidParameter:
            return 400;
        case ErrorCode::UploadTooLarge:
            return 413;
        default:
            return 500;
    }
}

Refusal too_large() {
    return {413, "the body is too large"};
}

}  // namespace

Connection::Connection(IoThread& thread, Socket socket)
    : thread_(thread),
      shared_(thread.shared()),
      options_(shared_.options),
      socket_(std::move(socket)),
      deadline_(thread.wheel(), [this] {
          timed_out_ = true;
          boost::system::error_code ignored;
          socket_.cancel(ignored);
      }) {
    boost::system::error_code error;
    peer_ = socket_.remote_endpoint(error).address();
    socket_.set_option(asio::ip::tcp::no_delay(true), error);
}

void Connection::drain() {
    if (!idle_) return;
    closing_ = true;
    boost::system::error_code ignored;
    socket_.cancel(ignored);
}

void Connection::abort() {
    closing_ = true;
    boost::system::error_code ignored;
    socket_.cancel(ignored);
    socket_.shutdown(Socket::shutdown_both, ignored);
}

Task<void> Connection::run() {
    // Not `while (co_await …)`: g++ 12 miscompiles a suspension in a loop's condition.
    bool more = true;
    while (more)
        more = co_await exchange();
}

/// One request and its answer. False when the connection has done its duty.
Task<bool> Connection::exchange() {
    Exchange current;
    std::optional<Refusal> refusal;
    const Reading reading = co_await read_head(current.request, refusal);
    if (reading == Reading::End) co_return false;
    current.started = Clock::now();
    current.request.id = thread_.next_request_id();
    if (reading == Reading::Refused) {
        keep_alive_ = false;
        current.request.remote_address = to_text(peer_);
        current.response = shared_.error(refusal->status, refusal->reason);
    } else {
        decide_persistence();
        co_await answer(current);
    }
    if (!current.broken) co_await send(current);
    report(current);
    if (current.broken || closing_) co_return false;
    if (!keep_alive_) {
        const bool all_read = reading == Reading::Head && parser_.body_done() && input_.empty();
        if (!all_read) co_await linger();
        co_return false;
    }
    if (!parser_.body_done()) co_await discard_body(kDiscarded);
    co_return parser_.body_done();
}

/// Reads up to the end of a head. Time runs from its first byte.
Task<Connection::Reading> Connection::read_head(RequestHead& head, std::optional<Refusal>& refusal) {
    const RequestParser::Limits limits{options_.target_limit, options_.header_limit};
    std::optional<Clock::time_point> first_byte;
    while (true) {
        if (!input_.empty()) {
            if (!first_byte) first_byte = Clock::now();
            if (const auto taken = parser_.read_head(input_, limits, head, refusal)) {
                input_.erase(0, *taken);
                co_return Reading::Head;
            }
            if (refusal) co_return Reading::Refused;
        }
        idle_ = input_.empty();
        if (idle_ && shared_.stopping) co_return Reading::End;
        if (idle_ && input_.capacity() > 0) std::string().swap(input_);
        const auto deadline = idle_ ? Clock::now() + options_.idle_timeout : *first_byte + options_.header_timeout;
        const std::size_t received = co_await receive(deadline, false);
        if (received == 0 && timed_out_ && !idle_ && !closing_) {
            refusal = Refusal{408, "the request did not arrive in time"};
            co_return Reading::Refused;
        }
        if (received == 0) co_return Reading::End;
        idle_ = false;
        input_.append(thread_.receive_buffer.data(), received);
    }
}

void Connection::decide_persistence() {
    keep_alive_ = parser_.keep_alive() && !shared_.stopping;
}

/// From the head to a response that is ready to be sent.
Task<void> Connection::answer(Exchange& exchange) {
    find_route(exchange);
    std::optional<Response> refused = ask_gate(exchange);
    if (!refused && !exchange.is_fallback) {
        const auto length = parser_.content_length();
        std::optional<Refusal> refusal;
        if (length && *length > exchange.route->body_limit) {
            refusal = too_large();
        } else {
            refusal = co_await read_body(exchange);
        }
        if (refusal && refusal->status == kClientClosed) {
            exchange.broken = true;
            exchange.response.status = kClientClosed;
            co_return;
        }
        if (refusal) refused = shared_.error(refusal->status, refusal->reason);
    }
    if (refused) {
        exchange.response = std::move(*refused);
    } else {
        co_await handle(exchange);
    }
    finish_response(exchange);
    if (parser_.body_done()) co_return;
    // Part of the body is still on its way, or the client waits for a `100 Continue` that it will not get.
    const auto length = parser_.content_length();
    if (parser_.expects_continue() || !length || *length > kDiscarded) keep_alive_ = false;
}

void Connection::find_route(Exchange& exchange) {
    Request& request = exchange.request;
    request.remote_address = shared_.proxies.client_of(peer_, request.headers);
    Router::Match match = shared_.router.find(request.method, raw_path_of(request.target));
    exchange.route = match.route;
    exchange.is_fallback = match.is_fallback;
    request.captures = std::move(match.captures);
    request.allowed_methods = std::move(match.allowed_methods);
}

/// The response of a gate that refuses, or of nobody being there.
std::optional<Response> Connection::ask_gate(Exchange& exchange) {
    if (exchange.route == nullptr) {
        const auto& allowed = exchange.request.allowed_methods;
        if (allowed.empty()) return shared_.error(404, "there is nothing at this path");
        Response response = shared_.error(405, "this path does not know this method");
        response.headers.set("Allow", fmt::format("{}", fmt::join(allowed, ", ")));
        return response;
    }
    if (!exchange.route->gate) return std::nullopt;
    try {
        return exchange.route->gate(exchange.request);
    } catch (const std::exception& problem) {
        shared_.log->error("request {}: the gate failed: {}", exchange.request.id, for_log(problem.what()));
    } catch (...) {
        shared_.log->error("request {}: the gate failed", exchange.request.id);
    }
    return shared_.error(500, "internal error");
}

/// Reads the body into the request, as its Content-Type says.
Task<std::optional<Refusal>> Connection::read_body(Exchange& exchange) {
    Request& request = exchange.request;
    if (parser_.body_done()) co_return std::nullopt;
    const ValueWithParameters type = parse_value_with_parameters(request.headers.get("content-type").value_or(""));
    const std::uint64_t limit = exchange.route->body_limit;
    std::optional<MultipartParser> multipart;
    if (is_multipart(type)) {
        const auto boundary = type.get("boundary");
        if (!boundary || !MultipartParser::is_boundary(*boundary)) {
            co_return Refusal{400, "a multipart body needs a boundary"};
        }
        multipart.emplace(*boundary, options_.multipart, options_.spool_directory);
    }
    Status outcome;
    std::uint64_t length = 0;
    const std::function<bool(std::string_view)> consume = [&](std::string_view bytes) {
        length += bytes.size();
        if (length > limit) return false;
        if (multipart) {
            outcome = multipart->feed(bytes);
        } else {
            request.body.append(bytes);
        }
        return outcome.has_value();
    };

    std::optional<Refusal> refusal;
    if (parser_.expects_continue() && input_.empty()) {
        std::uint64_t ignored = 0;
        const bool told = co_await send_bytes("HTTP/1.1 100 Continue\r\n\r\n", {}, false, ignored);
        if (!told) refusal = Refusal{kClientClosed, ""};
    }
    if (!refusal) refusal = co_await receive_body(consume);
    if (length > limit) co_return too_large();
    if (refusal) co_return refusal;
    if (outcome && multipart) outcome = multipart->finish();
    if (!outcome) {
        const Error error = outcome.error();
        if (status_of(error) == 400 || status_of(error) == 413) co_return Refusal{status_of(error), error.detail};
        shared_.log->error("request {}: {}", request.id, for_log(describe(error)));
        co_return Refusal{500, "the upload cannot be stored"};
    }
    if (multipart) {
        request.parts = multipart->take_parts();
        for (const Part& part : request.parts) {
            if (!part.file_name) request.form.add(part.name, part.text);
        }
    } else if (type.value == "application/x-www-form-urlencoded") {
        request.form = parse_parameters(request.body);
    }
    co_return std::nullopt;
}

/// Hands the body to `consume` until it ends or `consume` has had enough.
Task<std::optional<Refusal>> Connection::receive_body(const std::function<bool(std::string_view)>& consume) {
    const auto started = Clock::now();
    std::uint64_t received = 0;
    bool enough = false;
    const std::function<bool(std::string_view)> forward = [&](std::string_view bytes) {
        enough = !consume(bytes);
        return !enough;
    };
    std::optional<Refusal> refusal;
    while (true) {
        std::size_t taken = 0;
        while (!parser_.body_done() && !enough && !refusal) {
            const std::size_t step = parser_.read_body(std::string_view(input_).substr(taken), forward, refusal);
            if (step == 0) break;
            taken += step;
        }
        input_.erase(0, taken);
        if (parser_.body_done() || enough || refusal) break;
        if (input_.size() > options_.header_limit) co_return Refusal{400, "malformed body: a chunk header is too long"};

        const std::size_t count = co_await receive(progress_deadline(started, received), true);
        if (count == 0 && timed_out_ && !closing_) co_return Refusal{408, "the body did not arrive in time"};
        if (count == 0) co_return Refusal{kClientClosed, ""};
        received += count;
        input_.append(thread_.receive_buffer.data(), count);
    }
    if (refusal || enough) keep_alive_ = false;
    if (input_.empty()) std::string().swap(input_);
    co_return refusal;
}

/// Reads the rest of a body that nobody wants.
Task<void> Connection::discard_body(std::uint64_t limit) {
    std::uint64_t discarded = 0;
    const std::function<bool(std::string_view)> count = [&](std::string_view bytes) {
        discarded += bytes.size();
        return discarded <= limit;
    };
    const auto refusal = co_await receive_body(count);
    if (refusal) keep_alive_ = false;
}

Task<void> Connection::handle(Exchange& exchange) {
    deadline_.disarm();
    if (exchange.route->execution == Execution::Inline) {
        call_handler(exchange);
        co_return;
    }
    Shared& shared = shared_;
    shared.pool_queue.add(1);
    const bool ran = co_await run_in_pool([this, &exchange, &shared] {
        shared.pool_queue.add(-1);
        if (!shared.aborting) call_handler(exchange);
    });
    if (ran) co_return;
    shared.pool_queue.add(-1);
    exchange.response = shared_.error(503, "too many requests are waiting");
    exchange.response.headers.set("Retry-After", "1");
}

/// Lets a thread of the pool do the work and comes back to this one. False when the pool is full.
Task<bool> Connection::run_in_pool(std::function<void()> work) {
    const Executor executor = socket_.get_executor();
    auto initiate = [&](auto handler) {
        auto shared_handler = std::make_shared<decltype(handler)>(std::move(handler));
        const auto resume = [executor, shared_handler](bool ran) {
            asio::post(executor, [shared_handler, ran] { std::move (*shared_handler)(ran); });
        };
        const bool accepted = shared_.pool->submit([work = std::move(work), resume] {
            work();
            resume(true);
        });
        if (!accepted) resume(false);
    };
    const bool ran = co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void(bool)>(initiate, kAwait);
    co_return ran;
}

void Connection::call_handler(Exchange& exchange) {
    try {
        exchange.response = exchange.route->handler(exchange.request);
        compress(exchange.request, exchange.response);
        return;
    } catch (const std::exception& problem) {
        shared_.log->error("request {}: the handler failed: {}", exchange.request.id, for_log(problem.what()));
    } catch (...) {
        shared_.log->error("request {}: the handler failed", exchange.request.id);
    }
    exchange.response = shared_.error(500, "internal error");
}

void Connection::finish_response(Exchange& exchange) {
    Response& response = exchange.response;
    if (response.status < 200 || response.status > 599) {
        shared_.log->error("request {}: the handler gave the status {}", exchange.request.id, response.status);
        response = shared_.error(500, "internal error");
    }
    apply_range(exchange.request, response);
    if (response.status == 416 && response.body_size() == 0) {
        Response error = shared_.error(416, "the range cannot be satisfied");
        error.headers.set("Content-Range", std::string(response.headers.get("content-range").value_or("bytes */0")));
        response = std::move(error);
    }
    if (lists_token(response.headers, "connection", "close") || shared_.stopping) keep_alive_ = false;
}

Task<void> Connection::send(Exchange& exchange) {
    const Response& response = exchange.response;
    std::string output = std::move(thread_.spare_output);
    output.clear();
    thread_.writer().append_head(response, {keep_alive_, parser_.is_http_1_0(), exchange.request.id}, output);
    const bool bodiless = exchange.request.method == "HEAD" || !may_have_body(response.status);
    const bool from_files = !bodiless && !response.files.empty();
    std::string_view body;
    if (!bodiless && !from_files) body = response.shared_body ? *response.shared_body : response.body;
    if (body.size() <= kSmallBody) {
        output.append(body);
        body = {};
    }
    bool complete = co_await send_bytes(output, body, from_files, exchange.sent);
    if (from_files) {
        for (const FileSlice& slice : response.files) {
            if (complete) complete = co_await send_file(slice, exchange.sent);
        }
    }
    shared_.sent_bytes.add(exchange.sent);
    thread_.spare_output = std::move(output);
    exchange.broken = exchange.broken || !complete;
}

/// Sends both, without a copy. False when the client does not take them.
Task<bool> Connection::send_bytes(std::string_view head, std::string_view body, bool more_follows,
                                  std::uint64_t& sent) {
    const auto started = Clock::now();
    std::uint64_t done = 0;
    while (!head.empty() || !body.empty()) {
        std::array<iovec, 2> vectors = {iovec{const_cast<char*>(head.data()), head.size()},
                                        iovec{const_cast<char*>(body.data()), body.size()}};
        msghdr message = {};
        message.msg_iov = vectors.data();
        message.msg_iovlen = vectors.size();
        const int flags = MSG_DONTWAIT | MSG_NOSIGNAL | (more_follows ? MSG_MORE : 0);
        const ssize_t count = ::sendmsg(socket_.native_handle(), &message, flags);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
            if (errno != EAGAIN && errno != EWOULDBLOCK) co_return false;
            const bool writable = co_await wait(Socket::wait_write, progress_deadline(started, done));
            if (!writable) co_return false;
            continue;
        }
        const auto taken = static_cast<std::size_t>(count);
        done += taken;
        sent += taken;
        const std::size_t of_head = std::min(taken, head.size());
        head.remove_prefix(of_head);
        body.remove_prefix(taken - of_head);
    }
    co_return true;
}

Task<bool> Connection::send_file(const FileSlice& slice, std::uint64_t& sent) {
    const auto started = Clock::now();
    auto offset = static_cast<off_t>(slice.offset);
    std::uint64_t left = slice.length;
    while (left > 0) {
        const ssize_t count = ::sendfile(socket_.native_handle(), slice.file->descriptor(), &offset,
                                         static_cast<std::size_t>(std::min<std::uint64_t>(left, kFileStep)));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK) co_return false;
        if (count == 0) {
            shared_.log->error("a file became shorter while it was sent");
            co_return false;
        }
        if (count < 0) {
            const bool writable = co_await wait(Socket::wait_write, progress_deadline(started, slice.length - left));
            if (!writable) co_return false;
            continue;
        }
        left -= static_cast<std::uint64_t>(count);
        sent += static_cast<std::uint64_t>(count);
        if (left > 0) co_await yield();
    }
    co_return true;
}

/// Closing a socket on which bytes arrive makes the kernel reset the connection, and the client may lose the answer. So
/// say that nothing more comes and wait for the client to stop.
Task<void> Connection::linger() {
    boost::system::error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
    const auto deadline = Clock::now() + std::min<std::chrono::milliseconds>(kLingerTime, options_.progress_timeout);
    std::uint64_t discarded = 0;
    idle_ = true;
    while (discarded < kLingered && Clock::now() < deadline && !shared_.stopping) {
        const std::size_t count = co_await receive(deadline, true);
        if (count == 0) co_return;
        discarded += count;
    }
}

Connection::Clock::time_point Connection::progress_deadline(Clock::time_point since, std::uint64_t bytes) const {
    const auto allowance = std::chrono::seconds(bytes / std::max<std::uint64_t>(1, options_.lowest_rate));
    return std::min(Clock::now() + options_.progress_timeout, since + options_.progress_timeout + allowance);
}

/// False when the deadline passes first or the connection is to end.
Task<bool> Connection::wait(Socket::wait_type what, Clock::time_point deadline) {
    if (closing_) co_return false;
    timed_out_ = false;
    deadline_.set(deadline);
    const auto [error] = co_await socket_.async_wait(what, kAsTuple);
    co_return !error && !timed_out_ && !closing_;
}

/// Receives into the thread's buffer; zero when nothing more comes or the deadline passes. `try_first` when bytes are
/// probably there already.
Task<std::size_t> Connection::receive(Clock::time_point deadline, bool try_first) {
    bool ready = try_first;
    timed_out_ = false;
    // A fast sender must not keep the thread from the others.
    if (try_first && ++receptions_ % kReceptionsInARow == 0) co_await yield();
    while (true) {
        if (!ready) {
            ready = co_await wait(Socket::wait_read, deadline);
            if (!ready) co_return 0;
        }
        auto& buffer = thread_.receive_buffer;
        const ssize_t count = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (count > 0) shared_.received_bytes.add(static_cast<std::uint64_t>(count));
        if (count >= 0) co_return static_cast<std::size_t>(count);
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) co_return 0;
        ready = errno == EINTR;
    }
}

Task<void> Connection::yield() {
    co_await asio::post(socket_.get_executor(), kAwait);
}

void Connection::report(const Exchange& exchange) {
    const int status = exchange.broken ? kClientClosed : exchange.response.status;
    const double seconds = std::chrono::duration<double>(Clock::now() - exchange.started).count();
    thread_.count(exchange.route, status, seconds);
    if (!options_.access_log || !options_.access_log->should_log(spdlog::level::info)) return;
    const Request& request = exchange.request;
    const bool hidden = exchange.route != nullptr && exchange.route->confidential_path;
    options_.access_log->info("{} {} {} {} {} {} {:.3f}", request.id, request.remote_address,
                              request.method.empty() ? "-" : for_log(request.method),
                              request.path.empty() ? "-" : for_log(hidden ? exchange.route->path : request.path),
                              status, exchange.sent, seconds * 1000);
}

}  // namespace signet::http
