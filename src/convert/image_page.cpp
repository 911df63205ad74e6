#include "convert/image_page.hpp"

#include "convert/pdf_output.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <new>
#include <zlib.h>

#include <qpdf/Buffer.hh>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFObjectHandle.hh>
#include <qpdf/QUtil.hh>

namespace signet::convert {
namespace {

constexpr double kPointsPerInch = 72;
constexpr double kShortestSide = 72;
constexpr double kLongestPageSide = 1190.6;  // A3
constexpr double kA4Short = 595.28;
constexpr double kA4Long = 841.89;
constexpr double kLeastDotsPerInch = 50;

struct Area {
    double width = 0;
    double height = 0;
};

/// The page and the picture upon it.
struct Layout {
    Area page;
    Area picture;
};

bool is_plausible(const Area& area) {
    return std::min(area.width, area.height) >= kShortestSide && std::max(area.width, area.height) <= kLongestPageSide;
}

/// The orientations that lay the picture on its side.
bool is_turned(Orientation orientation) {
    return orientation >= 5;
}

Area as_seen(const Image& image, double x_scale, double y_scale) {
    const Area stored{image.width * x_scale, image.height * y_scale};
    return is_turned(image.orientation) ? Area{stored.height, stored.width} : stored;
}

Layout layout_of(const Image& image) {
    if (image.resolution && std::min(image.resolution->x, image.resolution->y) >= kLeastDotsPerInch) {
        const Area own = as_seen(image, kPointsPerInch / image.resolution->x, kPointsPerInch / image.resolution->y);
        if (is_plausible(own)) return {own, own};
    }
    const Area pixels = as_seen(image, 1, 1);
    const bool is_wide = pixels.width > pixels.height;
    const Area page = is_wide ? Area{kA4Long, kA4Short} : Area{kA4Short, kA4Long};
    const double scale = std::min(page.width / pixels.width, page.height / pixels.height);
    return {page, {pixels.width * scale, pixels.height * scale}};
}

std::string number(double value) {
    const double rounded = std::round(value * 1e4) / 1e4;
    return QUtil::double_to_string(rounded + 0.0, 4);  // + 0.0: no "-0"
}

/// Maps the unit square of the image (ISO 32000-1 §8.9.3) so that the picture stands as TIFF's Orientation says.
std::string matrix(Orientation orientation, const Area& picture, double left, double bottom) {
    struct Turn {
        int a, b, c, d, e, f;
    };
    constexpr Turn kTurns[] = {{1, 0, 0, 1, 0, 0},   {-1, 0, 0, 1, 1, 0}, {-1, 0, 0, -1, 1, 1}, {1, 0, 0, -1, 0, 1},
                               {0, -1, -1, 0, 1, 1}, {0, -1, 1, 0, 0, 1}, {0, 1, 1, 0, 0, 0},   {0, 1, -1, 0, 1, 0}};
    const Turn& turn = kTurns[orientation - 1];
    std::string text;
    for (const double value :
         {turn.a * picture.width, turn.b * picture.height, turn.c * picture.width, turn.d * picture.height,
          left + turn.e * picture.width, bottom + turn.f * picture.height}) {
        text += number(value) + " ";
    }
    return text + "cm";
}

QPDFObjectHandle stream_of(QPDF& pdf, Bytes data) {
    auto kept = std::make_shared<Bytes>(std::move(data));
    // The buffer is a view; its deleter keeps the bytes alive.
    std::shared_ptr<Buffer> buffer(new Buffer(kept->data(), kept->size()), [kept](Buffer* view) { delete view; });
    return QPDFObjectHandle::newStream(&pdf, buffer);
}

/// ISO 32000-1 Table 11.
QPDFObjectHandle fax_parameters(const Image& image) {
    QPDFObjectHandle parameters = QPDFObjectHandle::newDictionary();
    parameters.replaceKey("/K", QPDFObjectHandle::newInteger(-1));
    parameters.replaceKey("/Columns", QPDFObjectHandle::newInteger(image.width));
    parameters.replaceKey("/Rows", QPDFObjectHandle::newInteger(image.height));
    parameters.replaceKey("/BlackIs1", QPDFObjectHandle::newBool(image.is_inverted));
    return parameters;
}

/// Packed at once: of a picture of many pages only one page's samples are in memory.
Bytes deflated(Bytes samples) {
    uLongf size = ::compressBound(samples.size());
    Bytes packed(size);
    if (::compress2(packed.data(), &size, samples.data(), samples.size(), Z_DEFAULT_COMPRESSION) != Z_OK) {
        throw std::bad_alloc();
    }
    packed.resize(size);
    packed.shrink_to_fit();
    return packed;
}

QPDFObjectHandle image_object(QPDF& pdf, Bytes data, Coding coding, const Image& image,
                              const std::string& colour_space) {
    QPDFObjectHandle stream = stream_of(pdf, coding == Coding::Samples ? deflated(std::move(data)) : std::move(data));
    QPDFObjectHandle dictionary = stream.getDict();
    dictionary.replaceKey("/Type", QPDFObjectHandle::newName("/XObject"));
    dictionary.replaceKey("/Subtype", QPDFObjectHandle::newName("/Image"));
    dictionary.replaceKey("/Width", QPDFObjectHandle::newInteger(image.width));
    dictionary.replaceKey("/Height", QPDFObjectHandle::newInteger(image.height));
    dictionary.replaceKey("/BitsPerComponent", QPDFObjectHandle::newInteger(coding == Coding::Fax ? 1 : 8));
    dictionary.replaceKey("/ColorSpace", QPDFObjectHandle::newName(colour_space));
    if (coding == Coding::Samples) dictionary.replaceKey("/Filter", QPDFObjectHandle::newName("/FlateDecode"));
    if (coding == Coding::Jpeg) dictionary.replaceKey("/Filter", QPDFObjectHandle::newName("/DCTDecode"));
    if (coding == Coding::Fax) {
        dictionary.replaceKey("/Filter", QPDFObjectHandle::newName("/CCITTFaxDecode"));
        dictionary.replaceKey("/DecodeParms", fax_parameters(image));
    }
    return stream;
}

QPDFObjectHandle picture_object(QPDF& pdf, Image& image) {
    const char* colour_space = image.components == 1   ? "/DeviceGray"
                               : image.components == 3 ? "/DeviceRGB"
                                                       : "/DeviceCMYK";
    QPDFObjectHandle stream = image_object(pdf, std::move(image.samples), image.coding, image, colour_space);
    QPDFObjectHandle dictionary = stream.getDict();
    if (image.is_inverted && image.coding != Coding::Fax) {
        dictionary.replaceKey("/Decode", QPDFObjectHandle::parse("[1 0 1 0 1 0 1 0]"));
    }
    if (!image.alpha.empty()) {
        dictionary.replaceKey("/SMask",
                              image_object(pdf, std::move(image.alpha), Coding::Samples, image, "/DeviceGray"));
    }
    return stream;
}

}  // namespace

struct ImagePages::State {
    QPDF pdf;
    int count = 0;
};

ImagePages::ImagePages() : state_(std::make_unique<State>()) {
    state_->pdf.emptyPDF();
}

ImagePages::~ImagePages() = default;

int ImagePages::count() const {
    return state_->count;
}

void ImagePages::add(Image image) {
    const Layout layout = layout_of(image);
    const std::string content =
        "q " +
        matrix(image.orientation, layout.picture, (layout.page.width - layout.picture.width) / 2,
               (layout.page.height - layout.picture.height) / 2) +
        " /Im0 Do Q\n";
    QPDF& pdf = state_->pdf;
    QPDFObjectHandle page = QPDFObjectHandle::newDictionary();
    page.replaceKey("/Type", QPDFObjectHandle::newName("/Page"));
    page.replaceKey("/MediaBox", QPDFObjectHandle::parse("[0 0 " + number(layout.page.width) + " " +
                                                         number(layout.page.height) + "]"));
    QPDFObjectHandle resources = QPDFObjectHandle::parse("<</XObject<<>>>>");
    resources.getKey("/XObject").replaceKey("/Im0", picture_object(pdf, image));
    page.replaceKey("/Resources", resources);
    page.replaceKey("/Contents", stream_of(pdf, to_bytes(content)));
    pdf.addPage(pdf.makeIndirectObject(page), false);
    ++state_->count;
}

Bytes ImagePages::take() {
    return written(state_->pdf, StreamData::Compressed);
}

}  // namespace signet::convert
