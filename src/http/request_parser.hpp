#pragma once

#include "http/message.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace signet::http {

/// Why a request cannot be read: the status to answer with and one English line.
struct Refusal {
    int status = 400;
    std::string reason;
};

/// Reads one HTTP/1.1 request message after another from the bytes of a connection (RFC 9112). The grammar of fields
/// and chunks is Beast's; the request line is read here, because clients put raw UTF-8 and blanks into it, and so is
/// the framing, because whatever two readers could frame differently must be refused. Not thread-safe.
class RequestParser {
  public:
    struct Limits {
        std::size_t target = 16 * 1024;
        std::size_t header = 64 * 1024;
    };

    RequestParser();
    ~RequestParser();
    RequestParser(const RequestParser&) = delete;
    RequestParser& operator=(const RequestParser&) = delete;

    /// Tries to read a request line and header fields from the front of `bytes`, which it may change. Gives the number
    /// of bytes that they take, or nothing when more are needed; then give all of them again, with more behind. `head`
    /// gets method, target, path, query and headers.
    std::optional<std::size_t> read_head(std::string& bytes, const Limits& limits, RequestHead& head,
                                         std::optional<Refusal>& refusal);

    /// After the head: whether the connection may carry another request.
    bool keep_alive() const { return keep_alive_; }
    bool is_http_1_0() const { return http_1_0_; }
    /// Whether the client waits for `100 Continue` before it sends its body.
    bool expects_continue() const { return expects_continue_; }
    /// The announced length of the body; nothing for a chunked one.
    std::optional<std::uint64_t> content_length() const { return content_length_; }
    bool body_done() const;

    /// Takes body bytes off `bytes`, hands their content to `consume`, and gives how many were taken; zero means that
    /// more are needed. `consume` returns false to stop.
    std::size_t read_body(std::string_view bytes, const std::function<bool(std::string_view)>& consume,
                          std::optional<Refusal>& refusal);

  private:
    class Message;

    void apply_framing(const RequestHead& head, std::optional<Refusal>& refusal);

    std::unique_ptr<Message> message_;
    std::size_t searched_ = 0;  // no end of the head before this byte
    bool keep_alive_ = true;
    bool http_1_0_ = false;
    bool expects_continue_ = false;
    bool chunked_ = false;
    std::optional<std::uint64_t> content_length_;
};

/// The path of a request target (RFC 9112 §3.2) as it stands there, still encoded, several slashes at its start made
/// one.
std::string_view raw_path_of(std::string_view target);
/// Puts the decoded path and the query of a target into the head.
void apply_target(std::string_view target, RequestHead& head);

}  // namespace signet::http
