#pragma once

// Inside the server only: Asio shows here.

#include "http/message.hpp"
#include "http/remote_address.hpp"
#include "http/request_parser.hpp"
#include "http/response_writer.hpp"
#include "http/router.hpp"
#include "http/server.hpp"
#include "http/timer_wheel.hpp"
#include "http/worker_pool.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace signet::http {

// The concrete executor spares a virtual call and an allocation for every operation.
using Executor = boost::asio::io_context::executor_type;
template <typename T>
using Task = boost::asio::awaitable<T, Executor>;
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;
using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Executor>;
using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

/// What all threads of a server share.
struct Shared {
    Shared(Options given, Router routes, Metrics& figures);

    /// The body of an error of the server's own.
    Response error(int status, std::string_view reason) const;
    void connection_closed();

    const Options options;
    const Router router;
    Metrics& metrics;
    const std::shared_ptr<spdlog::logger> log;
    TrustedProxies proxies;
    std::unique_ptr<WorkerPool> pool;

    Gauge& connections;
    Counter& refused_connections;
    Counter& received_bytes;
    Counter& sent_bytes;
    Gauge& pool_queue;

    std::atomic<std::size_t> open{0};
    std::atomic<bool> stopping{false};  // no further request on any connection
    std::atomic<bool> aborting{false};  // no further work at all
    std::mutex mutex;
    std::condition_variable all_closed;
};

class Connection;

/// One thread that serves connections: an event loop with everything that needs no lock because it is its alone.
class IoThread {
  public:
    explicit IoThread(Shared& shared);

    Shared& shared() { return shared_; }
    boost::asio::io_context& context() { return context_; }
    Acceptor& acceptor() { return acceptor_; }
    TimerWheel& wheel() { return wheel_; }
    ResponseWriter& writer() { return writer_; }

    /// Serves until end(); for a thread of its own.
    void run();
    /// These three may be called from any thread.
    void stop_accepting();
    void abort_connections();
    void end();

    std::string next_request_id();
    void count(const Route* route, int status, double seconds);

    /// Where what is received lands first. Its content lasts until the next suspension.
    std::array<char, 64 * 1024> receive_buffer;
    /// A string whose capacity outlasts the answers written into it.
    std::string spare_output;

  private:
    struct Figures {
        Histogram* seconds = nullptr;
        std::vector<std::pair<int, Counter*>> by_status;
    };

    Task<void> accept();
    Task<void> serve(std::shared_ptr<Connection> connection);
    Task<void> turn_wheel();
    void admit(Socket socket);
    void refuse(Socket socket);

    Shared& shared_;
    TimerWheel wheel_;
    ResponseWriter writer_;
    std::list<Connection*> connections_;
    std::unordered_map<const Route*, Figures> figures_;
    const std::string id_prefix_;
    std::uint64_t requests_ = 0;
    bool turning_ = false;
    boost::asio::io_context context_{1};  // after what its coroutines use, so that it goes first
    boost::asio::executor_work_guard<Executor> work_;
    Acceptor acceptor_;
    Timer timer_;
};

/// One connection and its requests, one after another. Lives on its thread.
class Connection {
  public:
    Connection(IoThread& thread, Socket socket);

    Task<void> run();
    /// The server stops: end at once when nothing is under way, else after the running request.
    void drain();
    /// End now.
    void abort();

  private:
    using Clock = TimerWheel::Clock;
    enum class Reading { Head, End, Refused };

    struct Exchange {
        Request request;
        const Route* route = nullptr;
        bool is_fallback = false;
        Response response;
        Clock::time_point started;
        std::uint64_t sent = 0;
        bool broken = false;  // the client went away
    };

    Task<bool> exchange();
    Task<Reading> read_head(RequestHead& head, std::optional<Refusal>& refusal);
    Task<void> answer(Exchange& exchange);
    Task<std::optional<Refusal>> read_body(Exchange& exchange);
    Task<std::optional<Refusal>> receive_body(const std::function<bool(std::string_view)>& consume);
    Task<void> discard_body(std::uint64_t limit);
    Task<void> handle(Exchange& exchange);
    Task<bool> run_in_pool(std::function<void()> work);
    Task<void> send(Exchange& exchange);
    Task<bool> send_bytes(std::string_view head, std::string_view body, bool more_follows, std::uint64_t& sent);
    Task<bool> send_file(const FileSlice& slice, std::uint64_t& sent);
    Task<void> linger();

    Task<bool> wait(Socket::wait_type what, Clock::time_point deadline);
    Task<std::size_t> receive(Clock::time_point deadline, bool try_first);
    Task<void> yield();

    void find_route(Exchange& exchange);
    std::optional<Response> ask_gate(Exchange& exchange);
    void call_handler(Exchange& exchange);
    void decide_persistence();
    void finish_response(Exchange& exchange);
    void report(const Exchange& exchange);
    Clock::time_point progress_deadline(Clock::time_point since, std::uint64_t bytes) const;

    IoThread& thread_;
    Shared& shared_;
    const Options& options_;
    Socket socket_;
    boost::asio::ip::address peer_;
    TimerWheel::Deadline deadline_;
    RequestParser parser_;
    std::string input_;  // received but not yet understood
    unsigned receptions_ = 0;
    bool idle_ = true;
    bool timed_out_ = false;
    bool closing_ = false;
    bool keep_alive_ = true;
};

}  // namespace signet::http
