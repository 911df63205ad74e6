#include "convert/document_limits.hpp"

#include <algorithm>
#include <exception>

#include <qpdf/Pipeline.hh>
#include <qpdf/QPDFObjectHandle.hh>

namespace signet::convert {
namespace {

/// Ends the unpacking of a stream; qpdf swallows it, so the counter remembers.
struct TooMuch : std::exception {};

class ByteCounter final : public Pipeline {
  public:
    explicit ByteCounter(std::uint64_t limit) : Pipeline("counter", nullptr), limit_(limit) {}

    void write(unsigned char const*, std::size_t length) override {
        count_ += length;
        if (count_ > limit_) throw TooMuch();
    }
    void finish() override {}

    std::uint64_t count() const { return count_; }
    bool overflown() const { return count_ > limit_; }

  private:
    std::uint64_t limit_;
    std::uint64_t count_ = 0;
};

Error too_large() {
    return fail(ErrorCode::DocumentTooLarge, "the document unpacks to more than is allowed");
}

int depth_of(QPDFObjectHandle object, int depth) {
    if (depth > kDeepestNesting) return depth;
    int deepest = depth;
    const auto look_into = [&](const QPDFObjectHandle& value) {
        if (deepest <= kDeepestNesting && !QPDFObjectHandle(value).isIndirect()) {
            deepest = std::max(deepest, depth_of(value, depth + 1));
        }
    };
    if (object.isArray()) {
        for (const QPDFObjectHandle& item : object.getArrayAsVector())
            look_into(item);
    } else if (object.isDictionary()) {
        for (const auto& [key, value] : object.getDictAsMap())
            look_into(value);
    }
    return deepest;
}

/// An image's size is known beforehand; an empty page of a scan packs far better than any text, so only the total
/// counts.
bool is_image(QPDFObjectHandle& stream) {
    QPDFObjectHandle subtype = stream.getDict().getKey("/Subtype");
    return subtype.isName() && subtype.getName() == "/Image";
}

std::uint64_t packed_length(QPDFObjectHandle& stream) {
    QPDFObjectHandle length = stream.getDict().getKey("/Length");
    if (!length.isInteger()) return 0;
    return static_cast<std::uint64_t>(std::max(0LL, length.getIntValue()));
}

/// Unpacks the stream to count its bytes, no further than it may go.
Status check_stream(QPDFObjectHandle stream, std::uint64_t& unpacked) {
    const std::uint64_t left = kMostUnpackedBytes - unpacked;
    const std::uint64_t by_ratio = std::max(kSmallStream, packed_length(stream) * kMostUnpackedRatio);
    ByteCounter counter(is_image(stream) ? left : std::min(left, by_ratio));
    stream.pipeStreamData(&counter, 0, qpdf_dl_generalized, true);
    if (counter.overflown()) return too_large();
    unpacked += counter.count();
    return {};
}

}  // namespace

Status check_limits(QPDF& pdf) {
    if (pdf.getObjectCount() > kMostObjects) {
        return fail(ErrorCode::DocumentTooLarge, "the document has more than a million objects");
    }
    std::uint64_t unpacked = 0;
    for (QPDFObjectHandle object : pdf.getAllObjects()) {
        QPDFObjectHandle container = object.isStream() ? object.getDict() : object;
        if (depth_of(container, 0) > kDeepestNesting) {
            return fail(ErrorCode::DocumentTooDeep, "an object of the document nests too deep");
        }
        if (!object.isStream()) continue;
        if (auto checked = check_stream(object, unpacked); !checked) return checked;
    }
    return {};
}

}  // namespace signet::convert
