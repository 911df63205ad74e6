#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// ASN.1 in the Distinguished Encoding Rules (ITU-T X.690): just what certificates and CMS need.
namespace signet::crypto::der {

/// Identifier octets (X.690 §8.1.2).
using Tag = std::uint8_t;
inline constexpr Tag kBoolean = 0x01;
inline constexpr Tag kInteger = 0x02;
inline constexpr Tag kBitString = 0x03;
inline constexpr Tag kOctetString = 0x04;
/// BER alone: an OCTET STRING in pieces (X.690 §8.7.3.2).
inline constexpr Tag kConstructedOctetString = 0x24;
inline constexpr Tag kNull = 0x05;
inline constexpr Tag kObjectIdentifier = 0x06;
inline constexpr Tag kEnumerated = 0x0a;
inline constexpr Tag kUtf8String = 0x0c;
inline constexpr Tag kPrintableString = 0x13;
inline constexpr Tag kIa5String = 0x16;
inline constexpr Tag kUtcTime = 0x17;
inline constexpr Tag kGeneralizedTime = 0x18;
inline constexpr Tag kSequence = 0x30;
inline constexpr Tag kSet = 0x31;
/// `[number]` around other elements.
constexpr Tag context(unsigned number) {
    return static_cast<Tag>(0xa0U | number);
}
/// `[number] IMPLICIT` of a primitive type.
constexpr Tag context_primitive(unsigned number) {
    return static_cast<Tag>(0x80U | number);
}

// ---- Writing: each function returns one complete element.

Bytes element(Tag tag, ByteView content);
Bytes element(Tag tag, std::initializer_list<ByteView> parts);
Bytes sequence(std::initializer_list<ByteView> parts);
/// SET OF: the elements in ascending order of their encodings (X.690 §11.6).
Bytes set_of(std::vector<Bytes> elements, Tag tag = kSet);
Bytes integer(std::uint64_t value);
/// A non-negative INTEGER from its big-endian bytes.
Bytes integer(ByteView big_endian);
Bytes boolean(bool value);
Bytes null();
Bytes octet_string(ByteView bytes);
/// A BIT STRING of whole bytes.
Bytes bit_string(ByteView bytes);
/// A BIT STRING of named bits (X.690 §11.2.2): bit 0 is the first one; trailing zero bits are left out.
Bytes named_bits(std::initializer_list<unsigned> bits);
/// `dotted`, e.g. `2.5.4.3`, with arcs below 2^128; throws std::logic_error when it is not an OID.
Bytes object_identifier(std::string_view dotted);
Bytes utf8_string(std::string_view text);
/// Time as RFC 5280 §4.1.2.5 wants it: UTCTime through 2049, GeneralizedTime from 2050; whole seconds.
Bytes time(UtcTime time);
/// GeneralizedTime in whole seconds, as CRL entries and OCSP want it, or with the milliseconds, without zeros at the
/// end (X.690 §11.7), as RFC 3161 allows.
Bytes generalized_time(UtcTime time);
Bytes generalized_time_with_fraction(UtcTime time);

/// Appends identifier and length octets; the caller appends `length` bytes of content after them.
void append_header(Bytes& to, Tag tag, std::size_t length);
/// How many bytes append_header writes for this length.
std::size_t header_size(std::size_t length);

// ---- Reading.

/// One element inside somebody else's bytes.
struct Element {
    Tag tag = 0;
    ByteView content;
    /// Identifier, length and content octets.
    ByteView encoding;
};

/// Walks over the elements that stand side by side in `bytes`. Identifiers of one octet and definite lengths only; no
/// recursion, so no depth to exhaust. After the first failure nothing more is read: check `ok` (or `finished`) at the
/// end of a stretch of reading, and before using what was read.
class Reader {
  public:
    explicit Reader(ByteView bytes) : rest_(bytes) {}
    /// Reads what is inside an element.
    explicit Reader(const Element& element) : rest_(element.content) {}

    /// The next element, which must have this tag. Empty after a failure.
    Element take(Tag tag);
    /// The next element if it has this tag; nothing, and nothing consumed, when it has another or there is none.
    std::optional<Element> take_if(Tag tag);
    /// The next element, whatever it is.
    Element take_any();

    bool at_end() const { return rest_.empty(); }
    /// Nothing failed so far.
    bool ok() const { return ok_; }
    /// Nothing failed, and nothing is left.
    bool finished() const { return ok_ && rest_.empty(); }
    void set_failed();

  private:
    std::optional<Element> peek() const;

    ByteView rest_;
    bool ok_ = true;
};

/// The dotted text of an OBJECT IDENTIFIER's content octets; empty when malformed, longer than 64 bytes, or with an arc
/// that does not fit in 128 bits.
std::string oid_text(ByteView content);
/// Reads UTCTime or GeneralizedTime with seconds and `Z`; fractions of a second are read down to milliseconds. Nothing
/// for a day that no calendar has.
std::optional<UtcTime> read_time(const Element& element);
/// The INTEGER's content octets as a small non-negative number.
std::optional<std::uint64_t> read_small_integer(const Element& element);
/// Whether these are the content octets of an INTEGER in DER: at least one, none too many (X.690 §8.3.2).
bool is_integer(ByteView content);
/// A non-negative INTEGER's octets without leading zeros, so that two encodings of a number compare equal.
ByteView significant(ByteView integer);

/// The first element of `bytes` with every indefinite length (X.690 §8.1.3.6), which some producers write, replaced by
/// a definite one. Elements without indefinite lengths inside are copied unchanged, so what is signed in them stays as
/// it is. At most 32 levels deep; the result is never longer than the input plus 4 bytes an element.
struct Definite {
    Bytes encoding;
    /// How many bytes of the input the element took.
    std::size_t consumed = 0;
};
std::optional<Definite> with_definite_lengths(ByteView bytes);

}  // namespace signet::crypto::der
