#pragma once

#include "base/clock.hpp"
#include "http/message.hpp"
#include "service/directory.hpp"
#include "service/replay_guard.hpp"

#include <memory>
#include <optional>

namespace signet::openapi {

/// Finds out who calls from the signature headers (spec/platform §1, spec/clients §5.2), before any byte of the body is
/// read. Both dialects of header names; MD5 over token, secret, timestamp text and nonce (or without nonce), or
/// HMAC-SHA256, our documented extension, told apart by 64 hexadecimal digits. Thread-safe.
class Authentication {
  public:
    Authentication(const service::Directory& directory, service::ReplayGuard& replays, const Clock& clock)
        : directory_(directory), replays_(replays), clock_(clock) {}

    /// Nothing when the request may go on: then `head.caller` holds a `std::shared_ptr<const service::Caller>`. Else
    /// the answer of the gateway.
    std::optional<http::Response> check(http::RequestHead& head) const;

  private:
    const service::Directory& directory_;
    service::ReplayGuard& replays_;
    const Clock& clock_;
};

/// The caller that `check` left in the request.
const service::Caller& caller_of(const http::RequestHead& head);

}  // namespace signet::openapi
