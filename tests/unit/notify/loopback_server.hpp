#pragma once

#include "base/file_descriptor.hpp"

#include <arpa/inet.h>
#include <atomic>
#include <functional>
#include <mutex>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace signet::notify {

/// A line or request based server on 127.0.0.1, one connection after the other.
class LoopbackServer {
  public:
    using Serve = std::function<void(int fd)>;

    explicit LoopbackServer(Serve serve) : serve_(std::move(serve)) {
        listener_ = FileDescriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
        ::listen(listener_.get(), 64);
        socklen_t length = sizeof address;
        ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &length);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { accept_all(); });
    }
    ~LoopbackServer() {
        stopping_ = true;
        ::shutdown(listener_.get(), SHUT_RDWR);
        thread_.join();
    }
    LoopbackServer(const LoopbackServer&) = delete;
    LoopbackServer& operator=(const LoopbackServer&) = delete;

    int port() const { return port_; }
    std::string url(const std::string& path = "/") const { return "http://127.0.0.1:" + std::to_string(port_) + path; }
    int connections() const { return connections_; }

  private:
    void accept_all() {
        while (!stopping_) {
            const FileDescriptor client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            if (!client) continue;
            ++connections_;
            serve_(client.get());
        }
    }

    Serve serve_;
    FileDescriptor listener_;
    int port_ = 0;
    std::atomic<bool> stopping_{false};
    std::atomic<int> connections_{0};
    std::thread thread_;
};

inline void send_text(int fd, const std::string& text) {
    (void)!::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
}

/// One HTTP request as it came, header and body.
inline std::string read_request(int fd) {
    std::string request;
    std::array<char, 4096> piece{};
    std::size_t wanted = std::string::npos;
    while (request.size() < wanted) {
        const ssize_t count = ::recv(fd, piece.data(), piece.size(), 0);
        if (count <= 0) break;
        request.append(piece.data(), static_cast<std::size_t>(count));
        const auto end = request.find("\r\n\r\n");
        if (end == std::string::npos || wanted != std::string::npos) continue;
        const auto length = request.find("Content-Length: ");
        wanted = end + 4 + (length < end ? std::stoul(request.substr(length + 16)) : 0);
    }
    return request;
}

/// Answers every request with the same text and remembers what was asked.
class HttpReceiver {
  public:
    explicit HttpReceiver(std::string answer)
        : answer_(std::move(answer)), server_([this](int fd) {
              auto request = read_request(fd);
              {
                  const std::lock_guard lock(mutex_);
                  requests_.push_back(std::move(request));
              }
              send_text(fd, answer_);
          }) {}

    static std::string ok(const std::string& body) {
        return "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
               body;
    }
    std::string url(const std::string& path = "/") const { return server_.url(path); }
    int port() const { return server_.port(); }
    int connections() const { return server_.connections(); }
    std::vector<std::string> requests() const {
        const std::lock_guard lock(mutex_);
        return requests_;
    }

  private:
    const std::string answer_;
    mutable std::mutex mutex_;
    std::vector<std::string> requests_;
    LoopbackServer server_;
};

}  // namespace signet::notify
