#include "base/id.hpp"

#include <algorithm>
#include <charconv>

namespace signet {
namespace {

/// 1999-12-25T00:00:00Z, the epoch of the vendor's ids.
constexpr std::int64_t kEpoch = 946'080'000'000;
constexpr int kSequenceBits = 12;
constexpr int kNodeBits = 10;
constexpr std::int64_t kSequences = std::int64_t{1} << kSequenceBits;

}  // namespace

std::optional<std::int64_t> parse_id(std::string_view text) {
    if (text.empty() || text.size() > 19) return std::nullopt;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value <= 0) return std::nullopt;
    return value;
}

std::int64_t IdGenerator::id_of(std::int64_t tick) const {
    const std::int64_t milliseconds = tick >> kSequenceBits;
    const std::int64_t sequence = tick & (kSequences - 1);
    return (milliseconds << (kSequenceBits + kNodeBits)) | (node_ << kSequenceBits) | sequence;
}

void IdGenerator::start_above(std::int64_t id) {
    const std::int64_t tick = (id >> (kSequenceBits + kNodeBits) << kSequenceBits) | (id & (kSequences - 1));
    std::int64_t last = last_.load(std::memory_order_relaxed);
    while (last < tick && !last_.compare_exchange_weak(last, tick, std::memory_order_relaxed)) {
    }
}

std::int64_t IdGenerator::greatest() const {
    return id_of(last_.load(std::memory_order_relaxed));
}

std::int64_t IdGenerator::next_value() {
    const std::int64_t now = (clock_.now().milliseconds - kEpoch) << kSequenceBits;
    std::int64_t last = last_.load(std::memory_order_relaxed);
    std::int64_t mine = 0;
    do {
        // When the clock stands still or goes back, the sequence runs on into the next milliseconds.
        mine = std::max(now, last + 1);
    } while (!last_.compare_exchange_weak(last, mine, std::memory_order_relaxed));
    return id_of(mine);
}

UtcTime IdGenerator::minted_at(std::int64_t id) {
    return UtcTime{(id >> (kSequenceBits + kNodeBits)) + kEpoch};
}

}  // namespace signet
