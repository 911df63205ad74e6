#pragma once

#include "base/bytes.hpp"

#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace signet::sandbox {

/// Writes the fields of a request or reply one after the other: little endian, texts and bytes after their length.
class MessageWriter {
  public:
    MessageWriter& number(std::uint64_t value);
    MessageWriter& decimal(double value) { return number(std::bit_cast<std::uint64_t>(value)); }
    MessageWriter& bytes(ByteView value);
    MessageWriter& text(std::string_view value) { return bytes(as_bytes(value)); }

    Bytes take() { return std::move(message_); }

  private:
    Bytes message_;
};

/// Reads them back in the same order. The other side may be hostile: each read fails when the message has ended early
/// or a length exceeds what is left, and everything after it fails too.
class MessageReader {
  public:
    explicit MessageReader(ByteView message) : rest_(message) {}

    std::uint64_t number();
    double decimal() { return std::bit_cast<double>(number()); }
    /// A view into the message.
    ByteView bytes();
    std::string text() { return std::string(as_text(bytes())); }

    /// A count of things of which each takes at least `least_size` bytes of the message; fails when they cannot fit.
    std::size_t count(std::size_t least_size);

    bool failed() const { return failed_; }
    /// Whether everything was read and nothing is left over.
    bool complete() const { return !failed_ && rest_.empty(); }

  private:
    bool failed_ = false;
    ByteView rest_;
};

}  // namespace signet::sandbox
