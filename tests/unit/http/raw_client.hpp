#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace signet::http {

/// An answer as it came over the wire.
struct RawResponse {
    int status = 0;
    std::string head;  // up to and with the empty line
    std::string body;

    bool has(std::string_view line) const {
        return head.find("\r\n" + std::string(line) + "\r\n") != std::string::npos;
    }
};

/// A client that sends exactly what it is told, byte by byte.
class RawClient {
  public:
    explicit RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
        const int now = 1;
        ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &now, sizeof now);
        const timeval patience = {20, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }
    ~RawClient() { ::close(socket_); }
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    bool connected() const { return connected_; }

    RawClient& send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count <= 0) break;
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
        return *this;
    }
    void end_sending() { ::shutdown(socket_, SHUT_WR); }

    /// The next answer; status 0 when the connection ends first. `to_head`: the answer has no body whatever its length
    /// says.
    RawResponse receive(bool to_head = false) {
        RawResponse response;
        std::size_t end = 0;
        while ((end = input_.find("\r\n\r\n")) == std::string::npos) {
            if (!more()) return {};
        }
        response.head = input_.substr(0, end + 4);
        response.status = std::stoi(response.head.substr(9, 3));
        input_.erase(0, end + 4);
        const std::size_t field = response.head.find("Content-Length: ");
        if (to_head || field == std::string::npos) return response;
        const std::size_t length = std::stoul(response.head.substr(field + 16));
        while (input_.size() < length && more()) {
        }
        response.body = input_.substr(0, length);
        input_.erase(0, length);
        return response;
    }
    RawResponse ask(std::string_view bytes) { return send(bytes).receive(); }

    /// Whether the server has closed its side and sent nothing before.
    bool ended() { return input_.empty() && !more(); }

  private:
    bool more() {
        char buffer[65536];
        const ssize_t count = ::recv(socket_, buffer, sizeof buffer, 0);
        if (count <= 0) return false;
        input_.append(buffer, static_cast<std::size_t>(count));
        return true;
    }

    int socket_;
    bool connected_ = false;
    std::string input_;
};

}  // namespace signet::http
