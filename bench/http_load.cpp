#include "http_load.hpp"

#include "base/file_descriptor.hpp"
#include "measure.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <stdexcept>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace signet::bench {
namespace {

using Clock = std::chrono::steady_clock;

FileDescriptor connect_to(std::uint16_t port) {
    FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        throw std::runtime_error("no server listens on the port");
    }
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return socket;
}

void send_whole(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) throw std::runtime_error("the server closed a connection");
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

/// Where the body begins and the answer ends; nothing while the head is incomplete.
struct Extent {
    std::size_t body = 0;
    std::size_t end = 0;
};
std::optional<Extent> extent_of(std::string_view received) {
    const std::size_t head_end = received.find("\r\n\r\n");
    if (head_end == std::string_view::npos) return std::nullopt;
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    const std::size_t at = received.substr(0, head_end + 2).find(kLength);
    if (at == std::string_view::npos) throw std::runtime_error("an answer without Content-Length");
    std::size_t length = 0;
    std::from_chars(received.data() + at + kLength.size(), received.data() + head_end, length);
    return Extent{head_end + 4, head_end + 4 + length};
}

/// One connection and the request that is under way on it.
struct Lane {
    FileDescriptor socket;
    std::size_t request = 0;
    Clock::time_point begin;
    std::string received;
};

class Run {
  public:
    Run(const Load& load, const std::vector<std::string>& requests)
        : load_(load), requests_(requests), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
        answers_.milliseconds.resize(requests.size());
        if (load.keep_bodies) answers_.bodies.resize(requests.size());
        lanes_.resize(std::min(load.connections, requests.size()));
        for (std::size_t i = 0; i < lanes_.size(); ++i) {
            lanes_[i].socket = connect_to(load.port);
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.u64 = i;
            ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, lanes_[i].socket.get(), &event);
        }
    }

    Answers finish() {
        const auto begin = Clock::now();
        for (Lane& lane : lanes_)
            begin_next(lane);
        std::array<epoll_event, 128> events{};
        while (done_ < requests_.size()) {
            const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 60'000);
            if (count == 0) throw std::runtime_error("no answer for a minute");
            for (int i = 0; i < count; ++i)
                read_some(lanes_[events[static_cast<std::size_t>(i)].data.u64]);
        }
        answers_.seconds = seconds_since(begin);
        return std::move(answers_);
    }

  private:
    void begin_next(Lane& lane) {
        if (next_ == requests_.size()) return;
        lane.request = next_++;
        lane.begin = Clock::now();
        send_whole(lane.socket.get(), requests_[lane.request]);
    }

    void read_some(Lane& lane) {
        std::array<char, 65536> buffer;
        const ssize_t count = ::recv(lane.socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (count <= 0) throw std::runtime_error("the server closed a connection");
        lane.received.append(buffer.data(), static_cast<std::size_t>(count));
        const auto extent = extent_of(lane.received);
        if (!extent || lane.received.size() < extent->end) return;
        take(lane, *extent);
        lane.received.clear();
        begin_next(lane);
    }

    void take(const Lane& lane, const Extent& extent) {
        const std::chrono::duration<double, std::milli> taken = Clock::now() - lane.begin;
        const std::string_view answer(lane.received.data(), extent.end);
        if (!answer.starts_with("HTTP/1.1 200") || answer.find(load_.expected) == std::string_view::npos) {
            throw std::runtime_error("not the expected answer: " + std::string(answer.substr(0, 1000)));
        }
        answers_.milliseconds[lane.request] = taken.count();
        if (load_.keep_bodies) answers_.bodies[lane.request] = std::string(answer.substr(extent.body));
        ++done_;
    }

    const Load& load_;
    const std::vector<std::string>& requests_;
    FileDescriptor epoll_;
    std::vector<Lane> lanes_;
    Answers answers_;
    std::size_t next_ = 0;
    std::size_t done_ = 0;
};

}  // namespace

double Answers::quantile(double share) const {
    if (milliseconds.empty()) return 0;
    std::vector<double> sorted = milliseconds;
    std::sort(sorted.begin(), sorted.end());
    const double last = static_cast<double>(sorted.size() - 1);
    return sorted[static_cast<std::size_t>(share * last + 0.5)];
}

Answers send_all(const Load& load, const std::vector<std::string>& requests) {
    return Run(load, requests).finish();
}

}  // namespace signet::bench
