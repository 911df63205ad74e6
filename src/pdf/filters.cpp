#include "pdf/filters.hpp"

#include "pdf/lexer.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <stdexcept>
#include <zlib.h>

namespace signet::pdf {

namespace {

constexpr std::size_t kMaxFilters = 8;

Error damaged(const char* what) {
    return fail(ErrorCode::DamagedDocument, what);
}
Error too_large() {
    return fail(ErrorCode::DocumentTooLarge, "a stream grows too large when it is decoded");
}

Result<Bytes> decode_ascii_hex(ByteView encoded) {
    std::string digits;
    digits.reserve(encoded.size());
    for (const std::uint8_t c : encoded) {
        if (c == '>') break;
        if (!is_pdf_space(c)) digits += static_cast<char>(c);
    }
    if (digits.size() % 2 == 1) digits += '0';
    std::optional<Bytes> bytes = from_hex(digits);
    if (!bytes) return damaged("an ASCIIHex stream holds a foreign character");
    return std::move(*bytes);
}

Result<Bytes> decode_ascii_85(ByteView encoded, std::size_t max_bytes) {
    Bytes out;
    std::uint64_t group = 0;
    int count = 0;
    const auto flush = [&](int bytes) {
        for (int i = 0; i < bytes; ++i)
            out.push_back(static_cast<std::uint8_t>(group >> (24 - 8 * i)));
    };
    for (const std::uint8_t c : encoded) {
        if (is_pdf_space(c)) continue;
        if (c == '~') break;
        if (out.size() > max_bytes) return too_large();
        if (c == 'z' && count == 0) {
            out.insert(out.end(), 4, 0);
            continue;
        }
        if (c < '!' || c > 'u') return damaged("an ASCII85 stream holds a foreign character");
        group = group * 85 + (c - '!');
        if (++count < 5) continue;
        if (group > 0xffffffffU) return damaged("an ASCII85 group is too large");
        flush(4);
        group = 0;
        count = 0;
    }
    if (count == 1) return damaged("an ASCII85 stream ends within a group");
    if (count > 1) {
        for (int i = count; i < 5; ++i)
            group = group * 85 + 84;
        if (group > 0xffffffffU) return damaged("an ASCII85 group is too large");
        flush(count - 1);
    }
    return out;
}

Result<Bytes> decode_run_length(ByteView encoded, std::size_t max_bytes) {
    Bytes out;
    for (std::size_t at = 0; at < encoded.size();) {
        const std::uint8_t length = encoded[at++];
        if (length == 128) break;
        if (out.size() > max_bytes) return too_large();
        if (length < 128) {
            const std::size_t count = std::size_t{length} + 1;
            if (encoded.size() - at < count) return damaged("a RunLength stream is cut short");
            append(out, encoded.subspan(at, count));
            at += count;
        } else {
            if (at >= encoded.size()) return damaged("a RunLength stream is cut short");
            out.insert(out.end(), std::size_t{257} - length, encoded[at++]);
        }
    }
    return out;
}

/// §7.4.4.2: codes of 9 to 12 bits, most significant bit first; 256 clears the table, 257 ends the data.
class LzwDecoder {
  public:
    LzwDecoder(ByteView encoded, bool early_change, std::size_t max_bytes)
        : encoded_(encoded), early_(early_change ? 1 : 0), max_bytes_(max_bytes) {}

    Result<Bytes> decode() {
        for (int previous = -1;;) {
            const int code = next_code();
            if (code < 0 || code == 257) return std::move(out_);
            if (code == 256) {
                size_ = 258;
                width_ = 9;
                previous = -1;
                continue;
            }
            if (code > size_ || (code == size_ && previous < 0)) return damaged("an LZW code is not known yet");
            if (out_.size() + 4096 > max_bytes_) return too_large();
            if (previous >= 0 && size_ < 4096) {
                prefix_[size_] = static_cast<std::uint16_t>(previous);
                suffix_[size_] = code == size_ ? first_byte(previous) : first_byte(code);
                ++size_;
            } else if (code >= size_) {
                return damaged("an LZW table overflows");
            }
            emit(code);
            previous = code;
            if (size_ + early_ >= (1 << width_) && width_ < 12) ++width_;
        }
    }

  private:
    int next_code() {
        while (bits_ < width_) {
            if (at_ >= encoded_.size()) return -1;
            buffer_ = (buffer_ << 8 | encoded_[at_++]) & 0xffffffU;
            bits_ += 8;
        }
        bits_ -= width_;
        return static_cast<int>(buffer_ >> bits_ & ((1U << width_) - 1));
    }
    std::uint8_t first_byte(int code) const {
        while (code >= 258)
            code = prefix_[code];
        return static_cast<std::uint8_t>(code);
    }
    void emit(int code) {
        const std::size_t start = out_.size();
        for (; code >= 258; code = prefix_[code])
            out_.push_back(suffix_[code]);
        out_.push_back(static_cast<std::uint8_t>(code));
        std::reverse(out_.begin() + static_cast<std::ptrdiff_t>(start), out_.end());
    }

    ByteView encoded_;
    int early_;
    std::size_t max_bytes_;
    std::size_t at_ = 0;
    std::uint32_t buffer_ = 0;
    int bits_ = 0;
    int width_ = 9;
    int size_ = 258;
    std::array<std::uint16_t, 4096> prefix_{};
    std::array<std::uint8_t, 4096> suffix_{};
    Bytes out_;
};

struct PredictorParameters {
    std::int64_t predictor = 1;
    std::int64_t colors = 1;
    std::int64_t bits = 8;
    std::int64_t columns = 1;
};

std::uint8_t paeth(int left, int up, int up_left) {
    const int estimate = left + up - up_left;
    const int to_left = std::abs(estimate - left);
    const int to_up = std::abs(estimate - up);
    const int to_corner = std::abs(estimate - up_left);
    if (to_left <= to_up && to_left <= to_corner) return static_cast<std::uint8_t>(left);
    return static_cast<std::uint8_t>(to_up <= to_corner ? up : up_left);
}

/// §7.4.4.4, predictors 10 to 15: every row says its own filter (PNG, RFC 2083 §6).
Result<Bytes> undo_png(ByteView data, std::size_t row_bytes, std::size_t pixel_bytes) {
    const std::size_t rows = (data.size() + row_bytes) / (row_bytes + 1);
    Bytes out(rows * row_bytes, 0);
    const Bytes zeros(row_bytes, 0);
    std::size_t written = 0;
    for (std::size_t row = 0; row < rows; ++row) {
        const ByteView coded = data.subspan(row * (row_bytes + 1));
        const std::size_t length = std::min(row_bytes, coded.size() - 1);
        const std::uint8_t* up = row == 0 ? zeros.data() : out.data() + (row - 1) * row_bytes;
        std::uint8_t* line = out.data() + row * row_bytes;
        if (coded[0] > 4) return damaged("a PNG predictor is not known");
        for (std::size_t i = 0; i < length; ++i) {
            const int left = i >= pixel_bytes ? line[i - pixel_bytes] : 0;
            const int corner = i >= pixel_bytes ? up[i - pixel_bytes] : 0;
            int guess = 0;
            if (coded[0] == 1) guess = left;
            if (coded[0] == 2) guess = up[i];
            if (coded[0] == 3) guess = (left + up[i]) / 2;
            if (coded[0] == 4) guess = paeth(left, up[i], corner);
            line[i] = static_cast<std::uint8_t>(coded[i + 1] + guess);
        }
        written += length;
    }
    out.resize(written);
    return out;
}

Result<Bytes> undo_tiff(Bytes data, std::size_t row_bytes, const PredictorParameters& parameters) {
    if (parameters.bits != 8) return damaged("a TIFF predictor with other than 8 bits is not supported");
    const auto colors = static_cast<std::size_t>(parameters.colors);
    for (std::size_t row = 0; row < data.size(); row += row_bytes) {
        const std::size_t end = std::min(row + row_bytes, data.size());
        for (std::size_t i = row + colors; i < end; ++i)
            data[i] = static_cast<std::uint8_t>(data[i] + data[i - colors]);
    }
    return data;
}

Result<Bytes> undo_predictor(Bytes data, const PredictorParameters& parameters) {
    if (parameters.predictor == 1) return data;
    const bool sane = parameters.colors >= 1 && parameters.colors <= 32 && parameters.columns >= 1 &&
                      parameters.columns <= 1'000'000 &&
                      (parameters.bits == 1 || parameters.bits == 2 || parameters.bits == 4 || parameters.bits == 8 ||
                       parameters.bits == 16);
    if (!sane) return damaged("the parameters of a predictor make no sense");
    const std::int64_t pixel_bits = parameters.colors * parameters.bits;
    const auto row_bytes = static_cast<std::size_t>((pixel_bits * parameters.columns + 7) / 8);
    if (parameters.predictor == 2) return undo_tiff(std::move(data), row_bytes, parameters);
    if (parameters.predictor < 10 || parameters.predictor > 15) return damaged("a predictor is not known");
    return undo_png(data, row_bytes, static_cast<std::size_t>((pixel_bits + 7) / 8));
}

using Resolve = std::function<Result<Object>(const Object&)>;

Result<std::int64_t> parameter(const Dictionary* parameters, std::string_view key, std::int64_t otherwise,
                               const Resolve& resolve) {
    if (parameters == nullptr || !parameters->has(key)) return otherwise;
    Result<Object> value = resolve(parameters->get(key));
    if (!value) return value.error();
    const std::int64_t* integer = value->as_integer();
    if (integer == nullptr) return damaged("a filter parameter is no integer");
    return *integer;
}

Result<Bytes> with_predictor(Result<Bytes> data, const Dictionary* parameters, const Resolve& resolve) {
    if (!data) return data;
    PredictorParameters values;
    const std::array<std::pair<std::string_view, std::int64_t*>, 4> wanted{{{"Predictor", &values.predictor},
                                                                            {"Colors", &values.colors},
                                                                            {"BitsPerComponent", &values.bits},
                                                                            {"Columns", &values.columns}}};
    for (const auto& [key, target] : wanted) {
        Result<std::int64_t> value = parameter(parameters, key, *target, resolve);
        if (!value) return value.error();
        *target = *value;
    }
    return undo_predictor(std::move(*data), values);
}

Result<Bytes> apply(const Name& filter, ByteView data, const Dictionary* parameters, std::size_t max_bytes,
                    const Resolve& resolve) {
    const std::string& name = filter.text;
    if (name == "FlateDecode" || name == "Fl") return with_predictor(inflate(data, max_bytes), parameters, resolve);
    if (name == "LZWDecode" || name == "LZW") {
        Result<std::int64_t> early = parameter(parameters, "EarlyChange", 1, resolve);
        if (!early) return early.error();
        return with_predictor(LzwDecoder(data, *early != 0, max_bytes).decode(), parameters, resolve);
    }
    if (name == "ASCIIHexDecode" || name == "AHx") return decode_ascii_hex(data);
    if (name == "ASCII85Decode" || name == "A85") return decode_ascii_85(data, max_bytes);
    if (name == "RunLengthDecode" || name == "RL") return decode_run_length(data, max_bytes);
    return fail(ErrorCode::DamagedDocument, "a stream that must be read has a filter of another kind");
}

/// One value or an array of them, as /Filter and /DecodeParms may be.
Result<std::vector<Object>> as_list(const Object& value, const Resolve& resolve) {
    Result<Object> resolved = resolve(value);
    if (!resolved) return resolved.error();
    if (resolved->is_null()) return std::vector<Object>{};
    const Array* array = resolved->as_array();
    if (array == nullptr) return std::vector<Object>{*resolved};
    if (array->size() > kMaxFilters) return damaged("a stream has too many filters");
    std::vector<Object> list;
    for (const Object& item : *array) {
        Result<Object> entry = resolve(item);
        if (!entry) return entry.error();
        list.push_back(std::move(*entry));
    }
    return list;
}

}  // namespace

Result<Bytes> inflate(ByteView encoded, std::size_t max_bytes) {
    z_stream stream{};
    if (inflateInit(&stream) != Z_OK) throw std::runtime_error("zlib cannot start");
    Bytes out;
    // zlib's type is not const, but it does not write to its input.
    stream.next_in = const_cast<Bytef*>(encoded.data());
    stream.avail_in = static_cast<uInt>(encoded.size());
    int status = Z_OK;
    while (status == Z_OK) {
        const std::size_t used = out.size();
        if (used > max_bytes) break;
        out.resize(used + std::clamp<std::size_t>(used, 4096, std::size_t{4} << 20));
        stream.next_out = out.data() + used;
        stream.avail_out = static_cast<uInt>(out.size() - used);
        status = ::inflate(&stream, Z_NO_FLUSH);
        out.resize(out.size() - stream.avail_out);
    }
    inflateEnd(&stream);
    if (out.size() > max_bytes) return too_large();
    if (status != Z_STREAM_END) return damaged("a Flate stream is broken");
    return out;
}

std::string deflate(std::string_view data, int level) {
    uLongf size = compressBound(static_cast<uLong>(data.size()));
    std::string out(size, '\0');
    const int status = compress2(reinterpret_cast<Bytef*>(out.data()), &size,
                                 reinterpret_cast<const Bytef*>(data.data()), static_cast<uLong>(data.size()), level);
    if (status != Z_OK) throw std::runtime_error("zlib cannot compress");
    out.resize(size);
    return out;
}

Result<Bytes> decode_stream(const Stream& stream, std::size_t max_bytes, const Resolve& resolve) {
    const Dictionary& dictionary = *stream.dictionary;
    if (dictionary.has("F")) return damaged("a stream that must be read lies in another file");
    const bool abbreviated = !dictionary.has("DecodeParms") && dictionary.has("DP");
    Result<std::vector<Object>> filters = as_list(dictionary.get("Filter"), resolve);
    if (!filters) return filters.error();
    Result<std::vector<Object>> parameters = as_list(dictionary.get(abbreviated ? "DP" : "DecodeParms"), resolve);
    if (!parameters) return parameters.error();

    Bytes data(stream.encoded.begin(), stream.encoded.end());
    if (data.size() > max_bytes) return too_large();
    for (std::size_t i = 0; i < filters->size(); ++i) {
        const Name* name = (*filters)[i].as_name();
        if (name == nullptr) return damaged("a stream filter is no name");
        const Dictionary* own = i < parameters->size() ? (*parameters)[i].as_dictionary() : nullptr;
        Result<Bytes> decoded = apply(*name, data, own, max_bytes, resolve);
        if (!decoded) return decoded.error();
        data = std::move(*decoded);
    }
    return data;
}

}  // namespace signet::pdf
