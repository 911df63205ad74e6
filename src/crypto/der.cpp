#include "crypto/der.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <stdexcept>

namespace signet::crypto::der {
namespace {

constexpr std::size_t kMaxOidBytes = 64;
constexpr unsigned kMaxDepth = 32;
constexpr Tag kConstructed = 0x20;

/// Wide enough for the arcs below 2.25, which are UUIDs (ITU-T X.667 §6).
__extension__ using Arc = unsigned __int128;

void append_base128(Bytes& to, Arc value) {
    std::array<std::uint8_t, 19> digits;
    std::size_t count = 0;
    do {
        digits[count++] = static_cast<std::uint8_t>(value & 0x7f);
        value >>= 7;
    } while (value != 0);
    while (count > 1)
        to.push_back(static_cast<std::uint8_t>(digits[--count] | 0x80));
    to.push_back(digits[0]);
}

std::size_t total_size(std::initializer_list<ByteView> parts) {
    std::size_t size = 0;
    for (const ByteView part : parts)
        size += part.size();
    return size;
}

/// The decimal digits at the start of `text`, taken off it; nothing when there are none or too many.
std::optional<Arc> take_arc(std::string_view& text) {
    constexpr std::size_t kMaxDigits = 39;
    const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
    if (count == 0 || count > kMaxDigits) return std::nullopt;
    Arc arc = 0;
    for (const char digit : text.substr(0, count))
        arc = arc * 10 + static_cast<unsigned>(digit - '0');
    text.remove_prefix(count);
    return arc;
}

std::string decimal(Arc arc) {
    std::string digits;
    do {
        digits.insert(digits.begin(), static_cast<char>('0' + static_cast<unsigned>(arc % 10)));
        arc /= 10;
    } while (arc != 0);
    return digits;
}

/// Identifier and length octets as read.
struct Header {
    Tag tag = 0;
    std::size_t size = 0;
    std::size_t length = 0;
    bool indefinite = false;
};

std::optional<Header> read_header(ByteView bytes) {
    if (bytes.size() < 2) return std::nullopt;
    Header header{bytes[0], 2, bytes[1], false};
    if ((header.tag & 0x1f) == 0x1f) return std::nullopt;  // tag numbers above 30: none of ours
    if (bytes[1] == 0x80) {
        header.length = 0;
        header.indefinite = true;
        return header;
    }
    if (bytes[1] > 0x80) {
        const std::size_t octets = bytes[1] & 0x7fU;
        if (octets > 4 || bytes.size() < 2 + octets) return std::nullopt;
        header.length = 0;
        for (std::size_t i = 0; i < octets; ++i)
            header.length = (header.length << 8) | bytes[2 + i];
        header.size += octets;
    }
    if (header.length > bytes.size() - header.size) return std::nullopt;
    return header;
}

std::optional<int> two_digits(std::string_view text, std::size_t at) {
    if (at + 2 > text.size()) return std::nullopt;
    const char tens = text[at];
    const char ones = text[at + 1];
    if (tens < '0' || tens > '9' || ones < '0' || ones > '9') return std::nullopt;
    return (tens - '0') * 10 + (ones - '0');
}

/// Reads `.123` or `.5`; anything else makes nothing.
std::optional<int> fraction_milliseconds(std::string_view text) {
    if (text.empty()) return 0;
    if (text[0] != '.' || text.size() < 2 || text.size() > 10) return std::nullopt;
    int value = 0;
    int scale = 100;
    for (const char c : text.substr(1)) {
        if (c < '0' || c > '9') return std::nullopt;
        value += (c - '0') * scale;
        scale /= 10;
    }
    return value;
}

/// Copies one element and everything in it; empty when it is malformed or too deep.
class Definer {
  public:
    std::optional<Definite> element(ByteView bytes, unsigned depth) {
        const auto header = read_header(bytes);
        if (!header || depth > kMaxDepth) return std::nullopt;
        if (!header->indefinite) return definite_element(bytes, *header, depth);
        if ((header->tag & kConstructed) == 0) return std::nullopt;
        return indefinite_element(bytes, *header, depth);
    }

  private:
    /// The inside of a definite element can hold indefinite ones; it is rebuilt only then.
    std::optional<Definite> definite_element(ByteView bytes, const Header& header, unsigned depth) {
        const std::size_t size = header.size + header.length;
        const ByteView whole = bytes.first(size);
        if ((header.tag & kConstructed) == 0) return Definite{Bytes(whole.begin(), whole.end()), size};
        Bytes content;
        content.reserve(header.length);
        bool changed = false;
        for (ByteView rest = whole.subspan(header.size); !rest.empty();) {
            const auto inner = element(rest, depth + 1);
            if (!inner) return std::nullopt;
            changed = changed || !std::ranges::equal(inner->encoding, rest.first(inner->consumed));
            append(content, inner->encoding);
            rest = rest.subspan(inner->consumed);
        }
        if (!changed) return Definite{Bytes(whole.begin(), whole.end()), size};
        return Definite{der::element(header.tag, content), size};
    }

    std::optional<Definite> indefinite_element(ByteView bytes, const Header& header, unsigned depth) {
        Bytes content;
        std::size_t at = header.size;
        while (true) {
            const ByteView rest = bytes.subspan(at);
            if (rest.size() < 2) return std::nullopt;
            if (rest[0] == 0 && rest[1] == 0) break;
            const auto inner = element(rest, depth + 1);
            if (!inner) return std::nullopt;
            append(content, inner->encoding);
            at += inner->consumed;
        }
        return Definite{der::element(header.tag, content), at + 2};
    }
};

}  // namespace

std::size_t header_size(std::size_t length) {
    if (length < 0x80) return 2;
    std::size_t octets = 0;
    for (std::size_t left = length; left != 0; left >>= 8)
        ++octets;
    return 2 + octets;
}

void append_header(Bytes& to, Tag tag, std::size_t length) {
    to.push_back(tag);
    if (length < 0x80) {
        to.push_back(static_cast<std::uint8_t>(length));
        return;
    }
    const std::size_t octets = header_size(length) - 2;
    to.push_back(static_cast<std::uint8_t>(0x80 | octets));
    for (std::size_t i = octets; i-- > 0;)
        to.push_back(static_cast<std::uint8_t>(length >> (8 * i)));
}

Bytes element(Tag tag, ByteView content) {
    return element(tag, {content});
}

Bytes element(Tag tag, std::initializer_list<ByteView> parts) {
    const std::size_t length = total_size(parts);
    Bytes bytes;
    bytes.reserve(header_size(length) + length);
    append_header(bytes, tag, length);
    for (const ByteView part : parts)
        append(bytes, part);
    return bytes;
}

Bytes sequence(std::initializer_list<ByteView> parts) {
    return element(kSequence, parts);
}

Bytes set_of(std::vector<Bytes> elements, Tag tag) {
    std::ranges::sort(elements, {}, [](const Bytes& one) { return as_text(one); });
    Bytes content;
    for (const Bytes& one : elements)
        append(content, one);
    return element(tag, content);
}

Bytes integer(std::uint64_t value) {
    std::array<std::uint8_t, 8> big_endian;
    for (std::size_t i = 0; i < 8; ++i)
        big_endian[i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
    return integer(ByteView(big_endian));
}

Bytes integer(ByteView big_endian) {
    while (big_endian.size() > 1 && big_endian[0] == 0)
        big_endian = big_endian.subspan(1);
    Bytes content;
    if (big_endian.empty() || (big_endian[0] & 0x80) != 0) content.push_back(0);
    append(content, big_endian);
    return element(kInteger, content);
}

Bytes boolean(bool value) {
    return {kBoolean, 1, static_cast<std::uint8_t>(value ? 0xff : 0)};
}
Bytes null() {
    return {kNull, 0};
}
Bytes octet_string(ByteView bytes) {
    return element(kOctetString, bytes);
}

Bytes bit_string(ByteView bytes) {
    const std::uint8_t unused_bits = 0;
    return element(kBitString, {ByteView(&unused_bits, 1), bytes});
}

Bytes named_bits(std::initializer_list<unsigned> bits) {
    Bytes content{0};
    for (const unsigned bit : bits) {
        const std::size_t at = 1 + bit / 8;
        if (content.size() <= at) content.resize(at + 1);
        content[at] = static_cast<std::uint8_t>(content[at] | (0x80U >> (bit % 8)));
    }
    if (content.size() > 1) {
        unsigned unused = 0;
        while (((content.back() >> unused) & 1U) == 0)
            ++unused;
        content[0] = static_cast<std::uint8_t>(unused);
    }
    return element(kBitString, content);
}

Bytes object_identifier(std::string_view dotted) {
    std::vector<Arc> arcs;
    while (true) {
        const auto arc = take_arc(dotted);
        if (!arc) throw std::logic_error("not an object identifier");
        arcs.push_back(*arc);
        if (dotted.empty()) break;
        if (dotted.front() != '.') throw std::logic_error("not an object identifier");
        dotted.remove_prefix(1);
    }
    if (arcs.size() < 2 || arcs[0] > 2) throw std::logic_error("not an object identifier");
    Bytes content;
    append_base128(content, arcs[0] * 40 + arcs[1]);
    for (std::size_t i = 2; i < arcs.size(); ++i)
        append_base128(content, arcs[i]);
    return element(kObjectIdentifier, content);
}

Bytes utf8_string(std::string_view text) {
    return element(kUtf8String, as_bytes(text));
}

Bytes time(UtcTime time) {
    const CivilTime t = TimeZone::fixed(0).to_civil(time);
    const std::string rest = fmt::format("{:02}{:02}{:02}{:02}{:02}Z", t.month, t.day, t.hour, t.minute, t.second);
    if (t.year >= 1950 && t.year < 2050) {
        return element(kUtcTime, as_bytes(fmt::format("{:02}{}", t.year % 100, rest)));
    }
    return element(kGeneralizedTime, as_bytes(fmt::format("{:04}{}", t.year, rest)));
}

Bytes generalized_time(UtcTime time) {
    const CivilTime t = TimeZone::fixed(0).to_civil(time);
    return element(kGeneralizedTime, as_bytes(fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}Z", t.year, t.month, t.day,
                                                          t.hour, t.minute, t.second)));
}

Bytes generalized_time_with_fraction(UtcTime time) {
    const std::int64_t milliseconds = ((time.milliseconds % 1000) + 1000) % 1000;
    if (milliseconds == 0) return generalized_time(time);
    const CivilTime t = TimeZone::fixed(0).to_civil(time);
    std::string text = fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}.{:03}", t.year, t.month, t.day, t.hour, t.minute,
                                   t.second, milliseconds);
    while (text.back() == '0')
        text.pop_back();
    return element(kGeneralizedTime, as_bytes(text + 'Z'));
}

void Reader::set_failed() {
    ok_ = false;
    rest_ = {};
}

std::optional<Element> Reader::peek() const {
    const auto header = read_header(rest_);
    if (!header || header->indefinite) return std::nullopt;
    return Element{header->tag, rest_.subspan(header->size, header->length),
                   rest_.first(header->size + header->length)};
}

Element Reader::take_any() {
    const auto element = peek();
    if (!element) {
        set_failed();
        return {};
    }
    rest_ = rest_.subspan(element->encoding.size());
    return *element;
}

Element Reader::take(Tag tag) {
    if (rest_.empty() || rest_[0] != tag) {
        set_failed();
        return {};
    }
    return take_any();
}

std::optional<Element> Reader::take_if(Tag tag) {
    if (rest_.empty() || rest_[0] != tag) return std::nullopt;
    return take_any();
}

std::string oid_text(ByteView content) {
    if (content.empty() || content.size() > kMaxOidBytes || (content.back() & 0x80) != 0) return {};
    std::string text;
    Arc arc = 0;
    for (const std::uint8_t byte : content) {
        const bool is_padded = arc == 0 && byte == 0x80;
        if (is_padded || arc >> 121 != 0) return {};
        arc = (arc << 7) | (byte & 0x7fU);
        if ((byte & 0x80) != 0) continue;
        if (text.empty()) {
            const Arc first = std::min<Arc>(arc / 40, 2);
            text = decimal(first) + '.' + decimal(arc - first * 40);
        } else {
            text += '.' + decimal(arc);
        }
        arc = 0;
    }
    return text;
}

std::optional<UtcTime> read_time(const Element& element) {
    std::string_view text = as_text(element.content);
    if (text.empty() || text.back() != 'Z') return std::nullopt;
    text.remove_suffix(1);

    CivilTime civil;
    if (element.tag == kGeneralizedTime) {
        const auto century = two_digits(text, 0);
        if (!century) return std::nullopt;
        civil.year = *century * 100;
        text.remove_prefix(2);
    } else if (element.tag == kUtcTime) {
        const auto year = two_digits(text, 0);
        if (!year) return std::nullopt;
        civil.year = *year < 50 ? 2000 : 1900;
    } else {
        return std::nullopt;
    }
    const auto year = two_digits(text, 0);
    const auto month = two_digits(text, 2);
    const auto day = two_digits(text, 4);
    const auto hour = two_digits(text, 6);
    const auto minute = two_digits(text, 8);
    const auto second = two_digits(text, 10);
    if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
    const auto milliseconds = fraction_milliseconds(text.substr(12));
    if (!milliseconds || *month < 1 || *month > 12 || *day < 1 || *day > 31 || *hour > 23 || *minute > 59 ||
        *second > 60) {
        return std::nullopt;
    }
    civil.year += *year;
    civil.month = *month;
    civil.day = *day;
    civil.hour = *hour;
    civil.minute = *minute;
    civil.second = std::min(*second, 59);  // a leap second is the end of the second before it
    const UtcTime time = TimeZone::fixed(0).to_utc(civil);
    if (TimeZone::fixed(0).to_civil(time) != civil) return std::nullopt;  // 30 February
    return time + std::chrono::milliseconds(*milliseconds);
}

std::optional<std::uint64_t> read_small_integer(const Element& element) {
    const ByteView content = element.content;
    if (element.tag != kInteger || content.empty() || content.size() > 8 || (content[0] & 0x80) != 0) {
        return std::nullopt;
    }
    std::uint64_t value = 0;
    for (const std::uint8_t byte : content)
        value = (value << 8) | byte;
    return value;
}

bool is_integer(ByteView content) {
    if (content.empty()) return false;
    if (content.size() == 1) return true;
    const bool sign = (content[1] & 0x80) != 0;
    return !(content[0] == 0x00 && !sign) && !(content[0] == 0xff && sign);
}

ByteView significant(ByteView integer) {
    while (integer.size() > 1 && integer[0] == 0)
        integer = integer.subspan(1);
    return integer;
}

std::optional<Definite> with_definite_lengths(ByteView bytes) {
    return Definer().element(bytes, 0);
}

}  // namespace signet::crypto::der
