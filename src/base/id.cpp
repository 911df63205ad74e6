#include "base/id.hpp"

#include <algorithm>
#include <charconv>

namespace signet {
namespace {

/// 1999-12-25T00:00:00Z, the epoch of the vendor's ids.
constexpr std::int64_t kEpoch = 946'080'000'000;
constexpr int kSequenceBits = 12;
constexpr int kNodeBits = 10;

}  // namespace

std::optional<std::int64_t> parse_id(std::string_view text) {
    if (text.empty() || text.size() > 19) return std::nullopt;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value <= 0) return std::nullopt;
    return value;
}

std::int64_t IdGenerator::next_value() {
    const std::int64_t now = (clock_.now().milliseconds - kEpoch) << kSequenceBits;
    std::int64_t last = last_.load(std::memory_order_relaxed);
    std::int64_t mine = 0;
    do {
        // When the clock stands still or goes back, the sequence runs on into the next milliseconds.
        mine = std::max(now, last + 1);
    } while (!last_.compare_exchange_weak(last, mine, std::memory_order_relaxed));
    const std::int64_t milliseconds = mine >> kSequenceBits;
    const std::int64_t sequence = mine & ((1 << kSequenceBits) - 1);
    return (milliseconds << (kSequenceBits + kNodeBits)) | (node_ << kSequenceBits) | sequence;
}

UtcTime IdGenerator::minted_at(std::int64_t id) {
    return UtcTime{(id >> (kSequenceBits + kNodeBits)) + kEpoch};
}

}  // namespace signet
