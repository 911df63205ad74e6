#include "pages/rate_limit.hpp"

#include <algorithm>

#include <boost/asio/ip/address.hpp>

namespace signet::pages {
namespace {

constexpr std::size_t kMostAddresses = 10'000;

/// The address itself, or the network of an IPv6 address.
std::string client_of(std::string_view address) {
    boost::system::error_code error;
    const auto parsed = boost::asio::ip::make_address(std::string(address), error);
    if (error || !parsed.is_v6()) return std::string(address);
    const auto bytes = parsed.to_v6().to_bytes();
    return {bytes.begin(), bytes.begin() + 8};
}

}  // namespace

bool RateLimit::take(std::string_view address, Moment now) {
    const std::lock_guard lock(mutex_);
    if (taken_.size() >= kMostAddresses) forget(now);
    std::deque<Moment>& own = taken_[client_of(address)];
    while (!own.empty() && own.front() + span_ <= now)
        own.pop_front();
    if (own.size() >= times_) return false;
    own.push_back(now);
    return true;
}

void RateLimit::forget(Moment now) {
    std::erase_if(taken_, [&](const auto& one) { return one.second.empty() || one.second.back() + span_ <= now; });
    if (taken_.size() < kMostAddresses) return;
    const auto oldest = std::min_element(
        taken_.begin(), taken_.end(), [](const auto& a, const auto& b) { return a.second.back() < b.second.back(); });
    taken_.erase(oldest);
}

}  // namespace signet::pages
