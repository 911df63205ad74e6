#pragma once

#include "http/fields.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

namespace signet::http {

/// The proxies whose word about the client's address counts.
class TrustedProxies {
  public:
    /// Takes addresses and networks in CIDR notation; nothing when one is neither.
    static std::optional<TrustedProxies> parse(const std::vector<std::string>& texts);

    bool contains(const boost::asio::ip::address& address) const;
    /// The client's address: the peer's own, or, when the peer is trusted, the last one in `X-Forwarded-For` that is
    /// not (what stands before it anybody may have written).
    std::string client_of(const boost::asio::ip::address& peer, const Headers& headers) const;

  private:
    std::vector<boost::asio::ip::network_v4> v4_;
    std::vector<boost::asio::ip::network_v6> v6_;
};

/// The address as text; IPv4 mapped into IPv6 as IPv4.
std::string to_text(const boost::asio::ip::address& address);

}  // namespace signet::http
