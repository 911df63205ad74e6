#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace signet::bench {

/// Requests to one server on this machine, sent over persistent connections from one thread.
struct Load {
    std::uint16_t port = 0;
    /// How many requests are under way at the same time.
    std::size_t connections = 1;
    /// Every answer must be a 200 that contains this text.
    std::string_view expected;
    bool keep_bodies = false;
};

struct Answers {
    double seconds = 0;
    /// From the first byte sent to the last one received, in the order of the requests.
    std::vector<double> milliseconds;
    /// In the order of the requests; empty unless asked for.
    std::vector<std::string> bodies;

    double per_second() const { return static_cast<double>(milliseconds.size()) / seconds; }
    /// 0.5 is the median.
    double quantile(double share) const;
};

/// Sends each request once, as it is, and waits for all answers. Throws std::runtime_error with the answer that was not
/// as expected.
Answers send_all(const Load& load, const std::vector<std::string>& requests);

}  // namespace signet::bench
