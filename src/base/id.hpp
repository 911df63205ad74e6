#pragma once

#include "base/clock.hpp"

#include <atomic>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace signet {

/// A 64-bit id of one kind of thing; two kinds cannot be mixed up. Zero means "none". On the wire an id leaves as a
/// JSON string of decimal digits and enters as string or number.
template <typename Tag>
struct Id {
    std::int64_t value = 0;

    explicit operator bool() const { return value != 0; }
    friend auto operator<=>(const Id&, const Id&) = default;
};

template <typename Tag>
std::string to_string(Id<Tag> id) {
    return std::to_string(id.value);
}

/// Reads 1 to 19 decimal digits that fit a positive 64-bit integer; nothing otherwise, and nothing for zero.
std::optional<std::int64_t> parse_id(std::string_view text);

/// Mints ids in the vendor's own format: ((unix_ms − 946 080 000 000) << 22) | (node << 12) | sequence. They grow with
/// time, and two nodes never mint the same. Thread-safe.
class IdGenerator {
  public:
    /// `node` is 0…1023 and must differ between servers that share a store. `clock` must outlive the generator.
    IdGenerator(const Clock& clock, unsigned node) : clock_(clock), node_(node & 1023U) {}

    template <typename IdType>
    IdType next() {
        return IdType{next_value()};
    }

    /// Mints nothing up to this id from here on, whatever the clock says. For the start of a run: a clock that stands
    /// still or went back meanwhile must not lead to an id that was given before.
    void start_above(std::int64_t id);
    /// The greatest id that was minted, or that `start_above` named; with the node of this generator.
    std::int64_t greatest() const;

    /// When the id was minted.
    static UtcTime minted_at(std::int64_t id);

  private:
    std::int64_t next_value();
    std::int64_t id_of(std::int64_t tick) const;

    const Clock& clock_;
    const std::int64_t node_;
    std::atomic<std::int64_t> last_{0};  // (milliseconds << 12) | sequence
};

}  // namespace signet

template <typename Tag>
struct std::hash<signet::Id<Tag>> {
    std::size_t operator()(signet::Id<Tag> id) const noexcept { return std::hash<std::int64_t>{}(id.value); }
};
