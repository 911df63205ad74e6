#pragma once

#include "base/result.hpp"
#include "notify/address_policy.hpp"
#include "notify/gateway.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace signet::notify {

/// When a receiver's answer counts as delivered (spec/platform.md §10.5).
enum class SuccessRule {
    Status,    // an HTTP status below 400, whatever the body says, except `fail`
    Code,      // also no JSON object whose `code` is another number than 0
    Response,  // `responseCode` of zeros in any spelling (§10.6), else as Code
    Success,   // status 200 and the body `success`
};

/// A call to a customer's server: a POST with the fields as a form, or with `body` as it is.
struct CallbackRequest {
    std::string url;
    NamedValues fields;  // application/x-www-form-urlencoded, in this order
    std::string body;    // instead of the fields, when `content_type` is not empty
    std::string content_type;
    NamedValues headers;
    SuccessRule rule = SuccessRule::Status;
};

struct CallbackAnswer {
    bool delivered = false;
    int status = 0;
    std::string body;  // its first 4 KiB
    /// What the receiver asked for with Retry-After, at most a day.
    std::optional<std::chrono::seconds> retry_after;
};

struct CallbackSettings {
    AddressPolicy addresses;
    std::chrono::milliseconds connect_timeout{15'000};
    std::chrono::milliseconds total_timeout{30'000};
    /// How much of an answer is read before the call is broken off.
    std::size_t answer_limit = 64 * 1024;
    /// Certificates to trust besides nothing else; empty: the system's.
    std::string ca_file;
    Resolver resolver = resolve_by_system;
};

/// Calls back. Follows no redirect, uses no proxy, speaks http and https alone, and connects only to addresses that the
/// policy permits: the name is resolved once, the permitted addresses are pinned, and the address of the very socket is
/// checked again before it is opened. Thread-safe; a call blocks until it is answered or timed out.
class CallbackSender {
  public:
    explicit CallbackSender(CallbackSettings settings) : settings_(std::move(settings)) {}

    /// An answer, delivered or not; or InvalidParameter for a URL that may never be called (scheme, user information, a
    /// forbidden address), Unavailable when no answer came.
    Result<CallbackAnswer> send(const CallbackRequest& request) const;

  private:
    CallbackSettings settings_;
};

/// Whether such an answer counts as delivered.
bool counts_as_delivered(SuccessRule rule, int status, std::string_view body);

/// Scheme, host and port of a URL in one spelling, `https://erp.example.com:443`: one receiver. InvalidParameter for
/// anything but http and https, and for user information.
Result<std::string> origin_of(std::string_view url);

}  // namespace signet::notify
