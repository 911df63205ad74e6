#include "sandbox/channel.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>

namespace signet::sandbox {
namespace {

using std::chrono::milliseconds;

/// Large enough for kMostFiles descriptors.
union ControlBuffer {
    std::array<char, CMSG_SPACE(sizeof(int) * kMostFiles)> bytes;
    cmsghdr alignment;
};

bool would_block(int error) {
    return error == EAGAIN || error == EWOULDBLOCK;
}

/// Waits until the socket is ready or the deadline has come.
Transfer await(int socket, short events, Deadline deadline) {
    for (;;) {
        int timeout = -1;
        if (deadline != kNoDeadline) {
            const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
            if (left <= milliseconds::zero()) return Transfer::TimedOut;
            timeout = static_cast<int>(std::min<milliseconds::rep>(left.count(), 60'000));
        }
        pollfd waiting{socket, events, 0};
        const int ready = ::poll(&waiting, 1, timeout);
        if (ready > 0) return Transfer::Done;
        if (ready < 0 && errno != EINTR) return Transfer::HungUp;
    }
}

void attach_files(msghdr& message, ControlBuffer& control, std::span<const int> files) {
    message.msg_control = control.bytes.data();
    message.msg_controllen = CMSG_SPACE(files.size_bytes());
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(files.size_bytes());
    std::memcpy(CMSG_DATA(header), files.data(), files.size_bytes());
}

void take_files(msghdr& message, std::vector<FileDescriptor>& files) {
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
            files.emplace_back(fd);
        }
    }
}

}  // namespace

Transfer send_bytes(int socket, ByteView bytes, Deadline deadline) {
    return send_with_files(socket, bytes, {}, deadline);
}

Transfer send_with_files(int socket, ByteView bytes, std::span<const int> files, Deadline deadline) {
    while (!bytes.empty()) {
        iovec part{const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        ControlBuffer control{};
        if (!files.empty()) attach_files(message, control, files);
        const ssize_t sent = ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && would_block(errno)) {
            if (const Transfer waited = await(socket, POLLOUT, deadline); waited != Transfer::Done) return waited;
            continue;
        }
        if (sent <= 0) return Transfer::HungUp;
        files = {};
        bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
    return Transfer::Done;
}

Transfer receive_bytes(int socket, std::span<std::uint8_t> into, Deadline deadline) {
    while (!into.empty()) {
        const ssize_t got = ::recv(socket, into.data(), into.size(), MSG_DONTWAIT);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && would_block(errno)) {
            if (const Transfer waited = await(socket, POLLIN, deadline); waited != Transfer::Done) return waited;
            continue;
        }
        if (got <= 0) return Transfer::HungUp;
        into = into.subspan(static_cast<std::size_t>(got));
    }
    return Transfer::Done;
}

Transfer receive_with_files(int socket, std::span<std::uint8_t> into, std::vector<FileDescriptor>& files) {
    while (!into.empty()) {
        iovec part{into.data(), into.size()};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        ControlBuffer control{};
        message.msg_control = control.bytes.data();
        message.msg_controllen = control.bytes.size();
        const ssize_t got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return Transfer::HungUp;
        take_files(message, files);
        into = into.subspan(static_cast<std::size_t>(got));
    }
    return Transfer::Done;
}

}  // namespace signet::sandbox
