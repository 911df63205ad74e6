#include "http/remote_address.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace signet::http {
namespace {

namespace ip = boost::asio::ip;

ip::address unmapped(const ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, address.to_v6());
    return address;
}

}  // namespace

std::optional<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& texts) {
    TrustedProxies proxies;
    for (const std::string& text : texts) {
        const bool v6 = text.find(':') != std::string::npos;
        const std::string network = text.find('/') != std::string::npos ? text : text + (v6 ? "/128" : "/32");
        boost::system::error_code error;
        if (v6) {
            proxies.v6_.push_back(ip::make_network_v6(network, error));
        } else {
            proxies.v4_.push_back(ip::make_network_v4(network, error));
        }
        if (error) return std::nullopt;
    }
    return proxies;
}

bool TrustedProxies::contains(const ip::address& address) const {
    const ip::address plain = unmapped(address);
    if (plain.is_v4()) {
        return std::any_of(v4_.begin(), v4_.end(), [&](const ip::network_v4& network) {
            return ip::network_v4(plain.to_v4(), network.prefix_length()).canonical() == network.canonical();
        });
    }
    return std::any_of(v6_.begin(), v6_.end(), [&](const ip::network_v6& network) {
        return ip::network_v6(plain.to_v6(), network.prefix_length()).canonical() == network.canonical();
    });
}

std::string TrustedProxies::client_of(const ip::address& peer, const Headers& headers) const {
    if (!contains(peer)) return to_text(peer);
    ip::address client = peer;
    auto fields = headers.all("x-forwarded-for");
    for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
        auto elements = split(*field, ',');
        for (auto element = elements.rbegin(); element != elements.rend(); ++element) {
            boost::system::error_code error;
            const ip::address named = ip::make_address(std::string(trim(*element)), error);
            if (error) return to_text(client);
            client = named;
            if (!contains(client)) return to_text(client);
        }
    }
    return to_text(client);
}

std::string to_text(const ip::address& address) {
    return unmapped(address).to_string();
}

}  // namespace signet::http
