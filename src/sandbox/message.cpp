#include "sandbox/message.hpp"

namespace signet::sandbox {
namespace {

constexpr std::size_t kNumberSize = 8;

}  // namespace

MessageWriter& MessageWriter::number(std::uint64_t value) {
    for (std::size_t i = 0; i < kNumberSize; ++i)
        message_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    return *this;
}

MessageWriter& MessageWriter::bytes(ByteView value) {
    number(value.size());
    append(message_, value);
    return *this;
}

std::uint64_t MessageReader::number() {
    if (failed_ || rest_.size() < kNumberSize) {
        failed_ = true;
        return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < kNumberSize; ++i)
        value |= std::uint64_t{rest_[i]} << (8 * i);
    rest_ = rest_.subspan(kNumberSize);
    return value;
}

ByteView MessageReader::bytes() {
    const std::uint64_t size = number();
    if (failed_ || size > rest_.size()) {
        failed_ = true;
        return {};
    }
    const ByteView value = rest_.first(static_cast<std::size_t>(size));
    rest_ = rest_.subspan(static_cast<std::size_t>(size));
    return value;
}

std::size_t MessageReader::count(std::size_t least_size) {
    const std::uint64_t value = number();
    if (failed_ || value > rest_.size() / least_size) {
        failed_ = true;
        return 0;
    }
    return static_cast<std::size_t>(value);
}

}  // namespace signet::sandbox
