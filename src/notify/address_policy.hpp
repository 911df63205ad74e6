#pragma once

#include "base/result.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct sockaddr;

namespace signet::notify {

/// An IPv4 or IPv6 address. An IPv4 address inside an IPv6 one (mapped, RFC 4291 §2.5.5.2) is read as that IPv4
/// address.
class IpAddress {
  public:
    /// Reads the usual notations, `192.0.2.1` and `2001:db8::1`; nothing for names and for octal, hexadecimal or short
    /// forms.
    static std::optional<IpAddress> parse(std::string_view text);
    static std::optional<IpAddress> from(const sockaddr& address);

    std::string to_string() const;
    bool is_v4() const { return v4_; }
    /// Whether the first `bits` bits agree. Never across families.
    bool matches(const IpAddress& network, int bits) const;
    /// Whether anybody on the internet may be meant: not loopback, private, link-local, shared, multicast, reserved,
    /// for documentation, nor an IPv6 form that carries such an IPv4 address (NAT64, 6to4, Teredo, compatible).
    bool is_public() const;

    friend bool operator==(const IpAddress&, const IpAddress&) = default;

  private:
    std::array<std::uint8_t, 16> bytes_{};  // of IPv4 the first four
    bool v4_ = true;
};

/// Whom the server may call at the wish of a stranger. Public addresses always; others only when the operator allowed
/// them.
class AddressPolicy {
  public:
    /// `allowed`: networks in CIDR notation or single addresses, e.g. `10.1.0.0/16`, `127.0.0.1`, `fd00::/8`.
    /// InvalidParameter for anything else.
    static Result<AddressPolicy> make(const std::vector<std::string>& allowed);
    AddressPolicy() = default;

    bool permits(const IpAddress& address) const;

  private:
    struct Network {
        IpAddress address;
        int bits = 0;
    };
    std::vector<Network> allowed_;
};

/// The addresses of a name. Blocks as long as the system's resolver does.
using Resolver = std::function<Result<std::vector<IpAddress>>(const std::string& host)>;
Result<std::vector<IpAddress>> resolve_by_system(const std::string& host);

}  // namespace signet::notify
