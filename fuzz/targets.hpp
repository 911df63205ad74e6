#pragma once

#include "base/bytes.hpp"

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

/// What is fuzzed: readers of outside bytes, each with what must hold for whatever they were given.
namespace signet::fuzz {

/// One target. `run` takes any bytes; it throws when a promise of the readers does not hold.
struct Target {
    /// Also the name of its folders of seeds and findings.
    std::string_view name;
    void (*run)(ByteView input);
    /// Longer inputs find nothing that shorter ones do not.
    std::size_t longest = 16 * 1024;
};

std::span<const Target> pdf_targets();
std::span<const Target> crypto_targets();
std::span<const Target> convert_targets();
std::span<const Target> http_targets();
std::span<const Target> wire_targets();

/// Nothing when there is no such target.
inline const Target* find_target(std::string_view name) {
    for (const auto targets : {pdf_targets(), crypto_targets(), convert_targets(), http_targets(), wire_targets()}) {
        for (const Target& target : targets) {
            if (target.name == name) return &target;
        }
    }
    return nullptr;
}

inline void require(bool holds, const char* promise) {
    if (!holds) throw std::logic_error(std::string("broken promise: ") + promise);
}

/// Takes numbers and stretches off the front of an input.
class Slices {
  public:
    explicit Slices(ByteView input) : rest_(input) {}

    std::uint8_t byte() {
        if (rest_.empty()) return 0;
        const std::uint8_t value = rest_.front();
        rest_ = rest_.subspan(1);
        return value;
    }
    /// Up to the next line feed, which is taken too.
    ByteView line() {
        const std::size_t length = std::min(as_text(rest_).find('\n'), rest_.size());
        const ByteView taken = rest_.first(length);
        rest_ = rest_.subspan(std::min(length + 1, rest_.size()));
        return taken;
    }
    ByteView rest() const { return rest_; }
    bool empty() const { return rest_.empty(); }

  private:
    ByteView rest_;
};

}  // namespace signet::fuzz
