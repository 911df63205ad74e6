#include "notify/address_policy.hpp"

#include "base/bytes.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cstring>
#include <fmt/format.h>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace signet::notify {
namespace {

struct Range {
    std::string_view network;
    int bits;
};

/// IANA's special-purpose registries (RFC 6890 and its successors): what is not reachable for everybody.
constexpr std::array kNotPublicV4{
    Range{"0.0.0.0", 8},       // this network
    Range{"10.0.0.0", 8},      // private
    Range{"100.64.0.0", 10},   // shared, behind a carrier's translation
    Range{"127.0.0.0", 8},     // loopback
    Range{"169.254.0.0", 16},  // link-local, the metadata services of clouds among it
    Range{"172.16.0.0", 12},   // private
    Range{"192.0.0.0", 24},    // protocol assignments
    Range{"192.0.2.0", 24},    // documentation
    Range{"192.88.99.0", 24},  // 6to4 relays
    Range{"192.168.0.0", 16},  // private
    Range{"198.18.0.0", 15},   // benchmarks
    Range{"198.51.100.0", 24}, Range{"203.0.113.0", 24}, Range{"224.0.0.0", 4},  // multicast
    Range{"240.0.0.0", 4},                                                       // reserved, broadcast
};

/// Of IPv6 only 2000::/3 has been given out, less these.
constexpr std::array kNotPublicV6{
    Range{"2001::", 23},      // protocol assignments, Teredo and ORCHID among them
    Range{"2001:db8::", 32},  // documentation
    Range{"2002::", 16},      // 6to4, which carries an IPv4 address
    Range{"3fff::", 20},      // documentation
};
constexpr Range kGlobalUnicast{"2000::", 3};

bool is_in(const IpAddress& address, const Range& range) {
    return address.matches(*IpAddress::parse(range.network), range.bits);
}

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::optional<int> parse_bits(std::string_view text, int most) {
    const auto bits = parse_integer(text);
    if (!bits || *bits < 0 || *bits > most) return std::nullopt;
    return static_cast<int>(*bits);
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
    const std::string zero_ended(text);
    sockaddr_in v4{};
    if (::inet_pton(AF_INET, zero_ended.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        return from(reinterpret_cast<const sockaddr&>(v4));
    }
    sockaddr_in6 v6{};
    if (::inet_pton(AF_INET6, zero_ended.c_str(), &v6.sin6_addr) == 1) {
        v6.sin6_family = AF_INET6;
        return from(reinterpret_cast<const sockaddr&>(v6));
    }
    return std::nullopt;
}

std::optional<IpAddress> IpAddress::from(const sockaddr& address) {
    IpAddress result;
    if (address.sa_family == AF_INET) {
        std::memcpy(result.bytes_.data(), &reinterpret_cast<const sockaddr_in&>(address).sin_addr, 4);
        return result;
    }
    if (address.sa_family != AF_INET6) return std::nullopt;
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, bytes.size());
    result.v4_ = std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin());
    if (result.v4_) {
        std::copy(bytes.begin() + kMappedPrefix.size(), bytes.end(), result.bytes_.begin());
    } else {
        result.bytes_ = bytes;
    }
    return result;
}

std::string IpAddress::to_string() const {
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(v4_ ? AF_INET : AF_INET6, bytes_.data(), text.data(), text.size());
    return text.data();
}

bool IpAddress::matches(const IpAddress& network, int bits) const {
    if (v4_ != network.v4_) return false;
    for (std::size_t i = 0; i < bytes_.size() && bits > 0; ++i, bits -= 8) {
        const auto mask = static_cast<std::uint8_t>(bits >= 8 ? 0xff : 0xff << (8 - bits));
        if ((bytes_[i] & mask) != (network.bytes_[i] & mask)) return false;
    }
    return true;
}

bool IpAddress::is_public() const {
    const auto is_mine = [this](const Range& range) { return is_in(*this, range); };
    if (v4_) return std::ranges::none_of(kNotPublicV4, is_mine);
    return is_mine(kGlobalUnicast) && std::ranges::none_of(kNotPublicV6, is_mine);
}

Result<AddressPolicy> AddressPolicy::make(const std::vector<std::string>& allowed) {
    AddressPolicy policy;
    for (const auto& text : allowed) {
        const auto slash = text.find('/');
        const auto address = IpAddress::parse(std::string_view(text).substr(0, slash));
        if (!address) return invalid_parameter("not a network: " + text);
        const int most = address->is_v4() ? 32 : 128;
        const auto bits =
            slash == std::string::npos ? most : parse_bits(std::string_view(text).substr(slash + 1), most);
        if (!bits) return invalid_parameter("not a network: " + text);
        policy.allowed_.push_back({*address, *bits});
    }
    return policy;
}

bool AddressPolicy::permits(const IpAddress& address) const {
    if (address.is_public()) return true;
    return std::ranges::any_of(allowed_,
                               [&](const Network& network) { return address.matches(network.address, network.bits); });
}

Result<std::vector<IpAddress>> resolve_by_system(const std::string& host) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* answer = nullptr;
    const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &answer);
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(answer, &::freeaddrinfo);
    if (code != 0) return fail(ErrorCode::Unavailable, fmt::format("no address of {}: {}", host, ::gai_strerror(code)));
    std::vector<IpAddress> addresses;
    for (const addrinfo* entry = answer; entry != nullptr; entry = entry->ai_next) {
        const auto address = IpAddress::from(*entry->ai_addr);
        if (address && std::ranges::find(addresses, *address) == addresses.end()) addresses.push_back(*address);
    }
    return addresses;
}

}  // namespace signet::notify
