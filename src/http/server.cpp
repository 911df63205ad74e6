#include "http/server.hpp"

#include "base/bytes.hpp"
#include "http/connection.hpp"

#include <algorithm>
#include <csignal>
#include <exception>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>
#include <tuple>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace signet::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr asio::as_tuple_t<asio::use_awaitable_t<Executor>> kAsTuple{};
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr int kBacklog = 4096;

unsigned cores() {
    return std::max(1U, std::thread::hardware_concurrency());
}

Error cannot_listen(const asio::ip::tcp::endpoint& endpoint, const error_code& error) {
    return fail(ErrorCode::Unavailable, fmt::format("cannot listen on {} port {}: {}", endpoint.address().to_string(),
                                                    endpoint.port(), error.message()));
}

/// Whether somebody listens there already. Listening with SO_REUSEPORT would not notice another server of the same
/// user, and the kernel would share the connections out between the two.
error_code probe(const asio::ip::tcp::endpoint& endpoint) {
    asio::io_context context;
    asio::ip::tcp::acceptor acceptor(context);
    error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(1, error);
    return error;
}

error_code listen(Acceptor& acceptor, const asio::ip::tcp::endpoint& endpoint) {
    using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
    error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor.set_option(ReusePort(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(kBacklog, error);
    return error;
}

/// A client that goes away while a file is sent to it must not end the process.
void block_broken_pipe_signal() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

Shared::Shared(Options given, Router routes, Metrics& figures)
    : options(std::move(given)),
      router(std::move(routes)),
      metrics(figures),
      log(options.log ? options.log : spdlog::default_logger()),
      connections(metrics.gauge("signet_http_connections", "Open connections.")),
      refused_connections(metrics.counter("signet_http_refused_connections_total", "Connections beyond the limit.")),
      received_bytes(metrics.counter("signet_http_received_bytes_total", "Bytes received.")),
      sent_bytes(metrics.counter("signet_http_sent_bytes_total", "Bytes of answers sent.")),
      pool_queue(metrics.gauge("signet_http_pool_queue", "Requests that wait for a thread for blocking work.")) {}

Response Shared::error(int status, std::string_view reason) const {
    try {
        if (options.error_body) {
            Response response = options.error_body(status, reason);
            response.status = status;
            return response;
        }
    } catch (const std::exception& problem) {
        log->error("the error body cannot be rendered: {}", for_log(problem.what()));
    }
    return make_response(status, "text/plain; charset=utf-8",
                         fmt::format("{} {}: {}\n", status, reason_phrase(status), reason));
}

void Shared::connection_closed() {
    connections.add(-1);
    const std::lock_guard lock(mutex);
    if (--open == 0) all_closed.notify_all();
}

IoThread::IoThread(Shared& shared)
    : shared_(shared),
      wheel_(TimerWheel::Clock::now()),
      id_prefix_(random_token(8)),
      work_(context_.get_executor()),
      acceptor_(context_.get_executor()),
      timer_(context_.get_executor()) {}

void IoThread::run() {
    block_broken_pipe_signal();
    asio::co_spawn(context_.get_executor(), accept(), asio::detached);
    while (true) {
        try {
            context_.run();
            return;
        } catch (const std::exception& problem) {
            shared_.log->error("a connection failed: {}", for_log(problem.what()));
        }
    }
}

void IoThread::stop_accepting() {
    asio::post(context_.get_executor(), [this] {
        error_code ignored;
        acceptor_.close(ignored);
        for (Connection* connection : connections_)
            connection->drain();
    });
}

void IoThread::abort_connections() {
    asio::post(context_.get_executor(), [this] {
        for (Connection* connection : connections_)
            connection->abort();
    });
}

void IoThread::end() {
    asio::post(context_.get_executor(), [this] {
        work_.reset();
        timer_.cancel();
        context_.stop();
    });
}

std::string IoThread::next_request_id() {
    return fmt::format("{}-{:x}", id_prefix_, ++requests_);
}

void IoThread::count(const Route* route, int status, double seconds) {
    Figures& figures = figures_[route];
    const std::string path = route == nullptr ? "" : route->path;
    if (figures.seconds == nullptr) {
        figures.seconds =
            &shared_.metrics.histogram("signet_http_request_seconds", "Time from the head to the last byte.",
                                       Metrics::request_seconds(), {{"route", path}});
    }
    figures.seconds->observe(seconds);
    for (const auto& [known, counter] : figures.by_status) {
        if (known == status) return counter->add();
    }
    const std::string method = route == nullptr ? "" : route->method;
    Counter& counter =
        shared_.metrics.counter("signet_http_requests_total", "Requests answered.",
                                {{"method", method}, {"route", path}, {"status", std::to_string(status)}});
    figures.by_status.emplace_back(status, &counter);
    counter.add();
}

Task<void> IoThread::accept() {
    while (acceptor_.is_open()) {
        Socket socket(context_.get_executor());
        const auto [error] = co_await acceptor_.async_accept(socket, kAsTuple);
        if (!acceptor_.is_open()) co_return;
        if (!error) {
            admit(std::move(socket));
            continue;
        }
        if (error == asio::error::connection_aborted) continue;
        // Out of descriptors, most likely: let some connections end first.
        shared_.log->warn("cannot accept a connection: {}", error.message());
        Timer pause(context_.get_executor());
        pause.expires_after(kAcceptPause);
        std::ignore = co_await pause.async_wait(kAsTuple);
    }
}

void IoThread::admit(Socket socket) {
    if (shared_.open >= shared_.options.max_connections) {
        refuse(std::move(socket));
        return;
    }
    ++shared_.open;
    shared_.connections.add(1);
    asio::co_spawn(context_.get_executor(), serve(std::make_shared<Connection>(*this, std::move(socket))),
                   asio::detached);
    if (!std::exchange(turning_, true)) asio::co_spawn(context_.get_executor(), turn_wheel(), asio::detached);
}

void IoThread::refuse(Socket socket) {
    shared_.refused_connections.add();
    Response response = shared_.error(503, "too many connections");
    response.headers.set("Retry-After", "5");
    std::string output;
    writer_.append_head(response, {false, false, next_request_id()}, output);
    output += response.body;
    // A fresh socket has room for this; who does not take it gets nothing.
    (void)::send(socket.native_handle(), output.data(), output.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    error_code ignored;
    socket.shutdown(Socket::shutdown_send, ignored);
}

Task<void> IoThread::serve(std::shared_ptr<Connection> connection) {
    const auto place = connections_.insert(connections_.end(), connection.get());
    try {
        co_await connection->run();
    } catch (const std::exception& problem) {
        shared_.log->error("a connection failed: {}", for_log(problem.what()));
    } catch (...) {
        shared_.log->error("a connection failed");
    }
    connections_.erase(place);
    connection.reset();
    shared_.connection_closed();
}

/// Ticks as long as there is a connection to watch.
Task<void> IoThread::turn_wheel() {
    while (true) {
        timer_.expires_after(TimerWheel::kTick);
        const auto [error] = co_await timer_.async_wait(kAsTuple);
        wheel_.turn(TimerWheel::Clock::now());
        if (error || connections_.empty()) break;
    }
    turning_ = false;
}

class Server::Implementation {
  public:
    Implementation(Options options, Router router, Metrics& metrics)
        : shared_(std::move(options), std::move(router), metrics) {}
    ~Implementation() { stop(std::chrono::milliseconds(0)); }

    Status start();
    void stop(std::chrono::milliseconds drain);
    std::uint16_t port() const { return port_; }
    std::size_t open_connections() const { return shared_.open; }

  private:
    Status listen_everywhere(asio::ip::tcp::endpoint endpoint);

    Shared shared_;
    std::vector<std::unique_ptr<IoThread>> io_;
    std::vector<std::thread> threads_;
    std::uint16_t port_ = 0;
};

Status Server::Implementation::start() {
    const Options& options = shared_.options;
    if (!io_.empty()) return fail(ErrorCode::Unavailable, "the server was started before");
    error_code error;
    const auto address = asio::ip::make_address(options.address, error);
    if (error) return invalid_parameter(fmt::format("not an address: {}", for_log(options.address)));
    auto proxies = TrustedProxies::parse(options.trusted_proxies);
    if (!proxies) return invalid_parameter("a trusted proxy is neither an address nor a network");
    shared_.proxies = std::move(*proxies);
    if (!std::filesystem::is_directory(options.spool_directory)) {
        return invalid_parameter(fmt::format("no directory: {}", options.spool_directory.string()));
    }
    remove_abandoned_files(options.spool_directory);

    if (const Status listening = listen_everywhere({address, options.port}); !listening) {
        io_.clear();
        return listening.error();
    }
    const unsigned pool_threads = options.pool_threads == 0 ? 4 * cores() : options.pool_threads;
    shared_.pool = std::make_unique<WorkerPool>(pool_threads, options.pool_queue);
    for (const auto& io : io_)
        threads_.emplace_back([&thread = *io] { thread.run(); });
    return {};
}

Status Server::Implementation::listen_everywhere(asio::ip::tcp::endpoint endpoint) {
    if (endpoint.port() != 0) {
        if (const error_code error = probe(endpoint)) return cannot_listen(endpoint, error);
    }
    const unsigned threads = shared_.options.threads == 0 ? cores() : shared_.options.threads;
    for (unsigned i = 0; i < threads; ++i) {
        Acceptor& acceptor = io_.emplace_back(std::make_unique<IoThread>(shared_))->acceptor();
        if (const error_code error = listen(acceptor, endpoint)) return cannot_listen(endpoint, error);
        endpoint.port(acceptor.local_endpoint().port());  // the others join the first
    }
    port_ = endpoint.port();
    return {};
}

void Server::Implementation::stop(std::chrono::milliseconds drain) {
    if (threads_.empty()) return;
    shared_.stopping = true;
    for (const auto& io : io_)
        io->stop_accepting();
    {
        std::unique_lock lock(shared_.mutex);
        const auto none_open = [this] { return shared_.open == 0; };
        if (!shared_.all_closed.wait_for(lock, drain, none_open)) {
            shared_.aborting = true;
            lock.unlock();
            for (const auto& io : io_)
                io->abort_connections();
            lock.lock();
            shared_.all_closed.wait(lock, none_open);
        }
    }
    for (const auto& io : io_)
        io->end();
    for (std::thread& thread : threads_)
        thread.join();
    threads_.clear();
    shared_.pool->stop();
}

Server::Server(Options options, Router router, Metrics& metrics)
    : implementation_(std::make_unique<Implementation>(std::move(options), std::move(router), metrics)) {}
Server::~Server() = default;
Status Server::start() {
    return implementation_->start();
}
std::uint16_t Server::port() const {
    return implementation_->port();
}
std::size_t Server::open_connections() const {
    return implementation_->open_connections();
}
void Server::stop(std::chrono::milliseconds drain) {
    implementation_->stop(drain);
}

}  // namespace signet::http
