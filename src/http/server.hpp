#pragma once

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "http/multipart.hpp"
#include "http/router.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace signet::http {

struct Options {
    /// An address of this machine; `0.0.0.0` or `::` for all of them.
    std::string address = "127.0.0.1";
    /// 0: any free one; ask Server::port().
    std::uint16_t port = 0;

    /// Threads that serve connections; 0: one for each core.
    unsigned threads = 0;
    /// Threads for handlers that block; 0: four for each core.
    unsigned pool_threads = 0;
    /// Requests that may wait for such a thread; one more is answered with 503 and Retry-After.
    std::size_t pool_queue = 1024;

    /// Where uploads are put while they arrive. Must exist.
    std::filesystem::path spool_directory = std::filesystem::temp_directory_path();
    MultipartLimits multipart;

    std::size_t target_limit = 16 * 1024;
    std::size_t header_limit = 64 * 1024;
    /// One connection more is answered with 503 and closed.
    std::size_t max_connections = 20'000;

    /// From the first byte of a request to the end of its head.
    std::chrono::milliseconds header_timeout{15'000};
    /// Between two requests of a connection. Some clients reuse one after a minute.
    std::chrono::milliseconds idle_timeout{75'000};
    /// Without any progress while a body comes in or an answer goes out.
    std::chrono::milliseconds progress_timeout{30'000};
    /// Bytes a second that a body must come with, and an answer must be taken with, on the whole; after
    /// `progress_timeout` of grace.
    std::uint64_t lowest_rate = 1024;

    /// Proxies whose `X-Forwarded-For` is believed: addresses (`127.0.0.1`) and networks (`10.0.0.0/8`).
    std::vector<std::string> trusted_proxies;

    /// The bodies of the server's own errors; without it plain text.
    ErrorBody error_body;
    /// One line for each request; null: none.
    std::shared_ptr<spdlog::logger> access_log;
    /// What goes wrong inside; null: spdlog's default.
    std::shared_ptr<spdlog::logger> log;
};

/// An HTTP/1.1 server (RFC 9110, RFC 9112) with persistent and pipelined requests. Each of its threads accepts and
/// serves connections of its own. TLS is the business of a proxy in front.
class Server {
  public:
    /// `metrics` must outlive the server.
    Server(Options options, Router router, Metrics& metrics);
    /// Stops at once.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Listens and returns. Fails with Unavailable when the address is taken or is not of this machine, with
    /// InvalidParameter when an option makes no sense. May be called once.
    Status start();
    /// Where it listens; 0 before start().
    std::uint16_t port() const;
    std::size_t open_connections() const;

    /// Accepts no more, closes idle connections, and lets running requests finish for `drain` before it cuts them.
    /// Returns when every thread has ended, and so not before the handlers that run in the pool have. May be called
    /// from any thread but the server's own; a second call does nothing.
    void stop(std::chrono::milliseconds drain = std::chrono::seconds(10));

  private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace signet::http
