#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace signet::pdf {

/// Writes values one after the other as `length:text,` behind a tag that names kind and version: a compact form for a
/// database column that can be read back strictly.
class PackedTextWriter {
  public:
    explicit PackedTextWriter(std::string_view tag) { add(tag); }

    void add(std::string_view text);
    void add(std::uint64_t number) { add(std::to_string(number)); }
    void add(std::uint32_t number) { add(std::to_string(number)); }
    void add(int number) { add(std::to_string(number)); }
    /// Exactly: the number reads back bit for bit.
    void add_real(double number);
    std::string take() { return std::move(out_); }

  private:
    std::string out_;
};

/// Reads what PackedTextWriter wrote. After the first thing that does not fit every answer is empty and `finished` is
/// false.
class PackedTextReader {
  public:
    PackedTextReader(std::string_view tag, std::string_view text);

    std::string text(std::size_t max_length);
    /// A number without sign or leading zero, at most `max`.
    std::uint64_t number(std::uint64_t max);
    double real();
    /// Whether everything was read and everything fitted.
    bool finished() const { return sound_ && rest_.empty(); }
    bool sound() const { return sound_; }

  private:
    std::string_view next(std::size_t max_length);

    std::string_view rest_;
    bool sound_ = true;
};

}  // namespace signet::pdf
