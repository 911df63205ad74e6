#include "pdf/object.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace signet::pdf {

namespace {

const Object kNull;

bool is_regular_name_byte(unsigned char c) {
    return c > 0x20 && c < 0x7f && std::string_view("()<>[]{}/%#").find(static_cast<char>(c)) == std::string_view::npos;
}

constexpr std::string_view kHexDigits = "0123456789ABCDEF";

bool equal_dictionaries(const Dictionary& a, const Dictionary& b) {
    const auto counts = [](const Object& value) { return !value.is_null(); };
    const auto size = [&](const Dictionary& dictionary) {
        return std::count_if(dictionary.entries().begin(), dictionary.entries().end(),
                             [&](const Dictionary::Entry& entry) { return counts(entry.value); });
    };
    if (size(a) != size(b)) return false;
    return std::all_of(a.entries().begin(), a.entries().end(), [&](const Dictionary::Entry& entry) {
        return !counts(entry.value) || equal(entry.value, b.get(entry.key.text));
    });
}

}  // namespace

std::string to_string(Reference reference) {
    return std::to_string(reference.number) + ' ' + std::to_string(reference.generation) + " R";
}

Object::Object(Array value) : value_(std::make_shared<const Array>(std::move(value))) {}
Object::Object(Dictionary value) : value_(std::make_shared<const Dictionary>(std::move(value))) {}

bool Object::is_name(std::string_view text) const {
    const Name* name = as_name();
    return name != nullptr && name->text == text;
}

const Array* Object::as_array() const {
    const auto* shared = std::get_if<std::shared_ptr<const Array>>(&value_);
    return shared != nullptr ? shared->get() : nullptr;
}

const Dictionary* Object::as_dictionary() const {
    if (const Stream* stream = as_stream()) return stream->dictionary.get();
    const auto* shared = std::get_if<std::shared_ptr<const Dictionary>>(&value_);
    return shared != nullptr ? shared->get() : nullptr;
}

std::shared_ptr<const Dictionary> Object::share_dictionary() const {
    if (const Stream* stream = as_stream()) return stream->dictionary;
    const auto* shared = std::get_if<std::shared_ptr<const Dictionary>>(&value_);
    return shared != nullptr ? *shared : nullptr;
}

double Object::number() const {
    if (const std::int64_t* integer = as_integer()) return static_cast<double>(*integer);
    if (const Real* real = as_real()) return real->value;
    return 0;
}

const Object& Dictionary::get(std::string_view key) const {
    for (const Entry& entry : entries_) {
        if (entry.key.text == key) return entry.value;
    }
    return kNull;
}

void Dictionary::set(std::string_view key, Object value) {
    set(Name{std::string(key), spelled_name(key)}, std::move(value));
}

void Dictionary::set(Name key, Object value) {
    for (Entry& entry : entries_) {
        if (entry.key.text == key.text) {
            entry.value = std::move(value);
            return;
        }
    }
    entries_.push_back({std::move(key), std::move(value)});
}

void Dictionary::add_from_file(Name key, Object value) {
    const auto same = [&](const Entry& entry) { return entry.key.text == key.text; };
    if (std::any_of(entries_.begin(), entries_.end(), same)) had_duplicate_keys_ = true;
    set(std::move(key), std::move(value));
}

void Dictionary::erase(std::string_view key) {
    std::erase_if(entries_, [&](const Entry& entry) { return entry.key.text == key; });
}

void serialise(const Dictionary& dictionary, std::string& to) {
    to += "<<";
    for (const Dictionary::Entry& entry : dictionary.entries()) {
        to += entry.key.spelling;
        to += ' ';
        serialise(entry.value, to);
    }
    to += ">>";
}

void serialise(const Object& object, std::string& to) {
    if (const bool* value = object.as_bool()) {
        to += *value ? "true" : "false";
    } else if (const std::int64_t* integer = object.as_integer()) {
        to += std::to_string(*integer);
    } else if (const Real* real = object.as_real()) {
        to += real->spelling;
    } else if (const String* string = object.as_string()) {
        to += string->spelling;
    } else if (const Name* name = object.as_name()) {
        to += name->spelling;
    } else if (const Reference* reference = object.as_reference()) {
        to += to_string(*reference);
    } else if (const Dictionary* dictionary = object.as_dictionary()) {
        serialise(*dictionary, to);
    } else if (const Array* array = object.as_array()) {
        to += '[';
        for (std::size_t i = 0; i < array->size(); ++i) {
            if (i > 0) to += ' ';
            serialise((*array)[i], to);
        }
        to += ']';
    } else {
        to += "null";
    }
}

std::string serialise(const Object& object) {
    std::string text;
    serialise(object, text);
    return text;
}

std::string serialise(const Dictionary& dictionary) {
    std::string text;
    serialise(dictionary, text);
    return text;
}

bool equal(const Object& a, const Object& b) {
    if (a.is_number() && b.is_number()) return a.number() == b.number();
    if (a.as_bool() && b.as_bool()) return *a.as_bool() == *b.as_bool();
    if (a.as_string() && b.as_string()) return a.as_string()->bytes == b.as_string()->bytes;
    if (a.as_name() && b.as_name()) return a.as_name()->text == b.as_name()->text;
    if (a.as_reference() && b.as_reference()) return *a.as_reference() == *b.as_reference();
    if (a.as_array() && b.as_array()) {
        return a.as_array()->size() == b.as_array()->size() &&
               std::equal(a.as_array()->begin(), a.as_array()->end(), b.as_array()->begin(),
                          [](const Object& x, const Object& y) { return equal(x, y); });
    }
    if ((a.as_stream() == nullptr) != (b.as_stream() == nullptr)) return false;
    if (a.as_stream() && as_text(a.as_stream()->encoded) != as_text(b.as_stream()->encoded)) return false;
    if (a.as_dictionary() && b.as_dictionary()) return equal_dictionaries(*a.as_dictionary(), *b.as_dictionary());
    return a.is_null() && b.is_null();
}

void collect_references(const Object& root, std::vector<Reference>& to) {
    std::vector<Object> stack{root};
    while (!stack.empty()) {
        const Object object = std::move(stack.back());
        stack.pop_back();
        if (const Reference* reference = object.as_reference()) {
            to.push_back(*reference);
        } else if (const Dictionary* dictionary = object.as_dictionary()) {
            for (const Dictionary::Entry& entry : dictionary->entries())
                stack.push_back(entry.value);
        } else if (const Array* array = object.as_array()) {
            stack.insert(stack.end(), array->begin(), array->end());
        }
    }
}

std::string text_string(std::string_view utf8) {
    const bool plain = std::all_of(utf8.begin(), utf8.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
    std::string out;
    if (plain) {
        out.reserve(utf8.size() + 2);
        out += '(';
        for (const char c : utf8) {
            if (c == '(' || c == ')' || c == '\\') out += '\\';
            out += c;
        }
        out += ')';
        return out;
    }
    out = "<FEFF";
    const auto unit = [&](std::uint32_t value) {
        for (int shift = 12; shift >= 0; shift -= 4)
            out += kHexDigits[(value >> shift) & 15U];
    };
    for (const char32_t c : to_utf32(utf8)) {
        if (c >= 0x10000) {
            unit(0xD800 + ((static_cast<std::uint32_t>(c) - 0x10000) >> 10));
            unit(0xDC00 + ((static_cast<std::uint32_t>(c) - 0x10000) & 0x3ffU));
        } else {
            unit(static_cast<std::uint32_t>(c));
        }
    }
    return out + '>';
}

std::string from_text_string(std::string_view bytes) {
    if (bytes.starts_with("\xEF\xBB\xBF")) return to_utf8(to_utf32(bytes.substr(3)));
    std::u32string out;
    if (!bytes.starts_with("\xFE\xFF")) {
        for (const char c : bytes) {
            const auto byte = static_cast<unsigned char>(c);
            const bool latin =
                byte < 0x80 || byte > 0xA0;  // the same in PDFDocEncoding; accents and quotes between are rare
            out += latin ? static_cast<char32_t>(byte) : char32_t{0xFFFD};
        }
        return to_utf8(out);
    }
    const auto unit = [&](std::size_t at) {
        return static_cast<char32_t>(static_cast<unsigned char>(bytes[at]) << 8 |
                                     static_cast<unsigned char>(bytes[at + 1]));
    };
    for (std::size_t at = 2; at + 1 < bytes.size(); at += 2) {
        const char32_t first = unit(at);
        const bool high = first >= 0xD800 && first < 0xDC00;
        const bool paired = high && at + 3 < bytes.size() && unit(at + 2) >= 0xDC00 && unit(at + 2) < 0xE000;
        if (paired) {
            out += 0x10000 + ((first - 0xD800) << 10) + (unit(at + 2) - 0xDC00);
            at += 2;
        } else {
            out += first >= 0xD800 && first < 0xE000 ? char32_t{0xFFFD} : first;
        }
    }
    return to_utf8(out);
}

std::string spelled_name(std::string_view text) {
    std::string out = "/";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (is_regular_name_byte(byte)) {
            out += c;
        } else {
            out += '#';
            out += kHexDigits[byte >> 4];
            out += kHexDigits[byte & 15U];
        }
    }
    return out;
}

std::string spelled_number(double value) {
    if (!std::isfinite(value)) return "0";
    const double rounded = std::round(std::clamp(value, -1e9, 1e9) * 1e4) / 1e4;
    std::array<char, 32> buffer{};
    const auto result =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), rounded, std::chars_format::fixed, 4);
    std::string_view text(buffer.data(), static_cast<std::size_t>(result.ptr - buffer.data()));
    while (text.ends_with('0'))
        text.remove_suffix(1);
    if (text.ends_with('.')) text.remove_suffix(1);
    return text == "-0" ? "0" : std::string(text);
}

}  // namespace signet::pdf
