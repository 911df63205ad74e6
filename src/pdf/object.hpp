#pragma once

#include "base/bytes.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace signet::pdf {

/// An indirect reference (ISO 32000-1 §7.3.10), `number generation R`. Number 0 means "none".
struct Reference {
    std::uint32_t number = 0;
    std::uint32_t generation = 0;

    explicit operator bool() const { return number != 0; }
    friend auto operator<=>(const Reference&, const Reference&) = default;
};
std::string to_string(Reference reference);

class Object;
class Dictionary;

struct Null {
    friend bool operator==(Null, Null) { return true; }
};
/// A real number with the spelling the file gave it, so that it goes back as it came.
struct Real {
    double value = 0;
    std::string spelling;
};
/// A string (§7.3.4): its bytes after unescaping, and its spelling in the file with `( )` or `< >`.
struct String {
    std::string bytes;
    std::string spelling;
};
/// A name (§7.3.5): the characters after `#xx` is undone, without the slash, and its spelling with the slash.
struct Name {
    std::string text;
    std::string spelling;
};
using Array = std::vector<Object>;
/// A stream (§7.3.8): its dictionary and where its still encoded bytes lie.
struct Stream {
    std::shared_ptr<const Dictionary> dictionary;
    /// The encoded bytes; valid as long as the file the document was opened from.
    ByteView encoded;
};

/// Any object of a PDF as a value. Copies are cheap: arrays and dictionaries are shared and never change.
/// Immutable, hence safe to read from several threads.
class Object {
  public:
    Object() = default;
    Object(bool value) : value_(value) {}
    Object(std::int64_t value) : value_(value) {}
    Object(int value) : value_(static_cast<std::int64_t>(value)) {}
    Object(Real value) : value_(std::move(value)) {}
    Object(String value) : value_(std::move(value)) {}
    Object(Name value) : value_(std::move(value)) {}
    Object(Reference value) : value_(value) {}
    Object(Stream value) : value_(std::move(value)) {}
    Object(Array value);
    Object(Dictionary value);

    bool is_null() const { return std::holds_alternative<Null>(value_); }
    bool is_number() const { return as_integer() != nullptr || as_real() != nullptr; }
    /// Whether this is the name `text`.
    bool is_name(std::string_view text) const;

    // Each answers nullptr when the object is of another kind.
    const bool* as_bool() const { return std::get_if<bool>(&value_); }
    const std::int64_t* as_integer() const { return std::get_if<std::int64_t>(&value_); }
    const Real* as_real() const { return std::get_if<Real>(&value_); }
    const String* as_string() const { return std::get_if<String>(&value_); }
    const Name* as_name() const { return std::get_if<Name>(&value_); }
    const Reference* as_reference() const { return std::get_if<Reference>(&value_); }
    const Array* as_array() const;
    /// Also the dictionary of a stream.
    const Dictionary* as_dictionary() const;
    /// The same, to be kept; null when it is neither.
    std::shared_ptr<const Dictionary> share_dictionary() const;
    const Stream* as_stream() const { return std::get_if<Stream>(&value_); }

    /// The number an integer or a real stands for, 0 for anything else.
    double number() const;

  private:
    std::variant<Null, bool, std::int64_t, Real, String, Name, Reference, Stream, std::shared_ptr<const Array>,
                 std::shared_ptr<const Dictionary>>
        value_;
};

/// A dictionary (§7.3.7) that keeps the order of its keys. Keys are compared after `#xx` is undone.
class Dictionary {
  public:
    struct Entry {
        Name key;
        Object value;
    };

    /// Null when there is no such key.
    const Object& get(std::string_view key) const;
    bool has(std::string_view key) const { return !get(key).is_null(); }
    /// Replaces the value, or appends the key.
    void set(std::string_view key, Object value);
    void set(Name key, Object value);
    /// As set, for a reader: remembers that a key came twice.
    void add_from_file(Name key, Object value);
    void erase(std::string_view key);

    const std::vector<Entry>& entries() const { return entries_; }
    bool empty() const { return entries_.empty(); }
    /// Whether the file gave a key more than once (the last one counts); signed documents must not have it.
    bool had_duplicate_keys() const { return had_duplicate_keys_; }

  private:
    std::vector<Entry> entries_;
    bool had_duplicate_keys_ = false;
};

/// Writes an object as PDF syntax; strings, names and reals as the file spelled them. A stream is written as its
/// dictionary alone.
void serialise(const Object& object, std::string& to);
std::string serialise(const Object& object);
void serialise(const Dictionary& dictionary, std::string& to);
std::string serialise(const Dictionary& dictionary);
/// Equal in meaning: spelling, key order and the place of stream bytes aside. Streams are equal when dictionary and
/// encoded bytes are.
bool equal(const Object& a, const Object& b);

/// Appends every reference within the object, without following any.
void collect_references(const Object& root, std::vector<Reference>& to);

/// UTF-8 as a PDF text string (§7.9.2.2) with its delimiters: PDFDocEncoding where ASCII suffices, UTF-16BE otherwise.
std::string text_string(std::string_view utf8);
/// A text string's bytes as UTF-8; never fails, unknown bytes become U+FFFD.
std::string from_text_string(std::string_view bytes);
/// A name with its slash, `#xx` where needed.
std::string spelled_name(std::string_view text);
/// A number as PDF writes it: at most four decimals, no exponent, no trailing zeros, never a locale's comma.
std::string spelled_number(double value);

}  // namespace signet::pdf
