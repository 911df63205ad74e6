#include "convert/image_page.hpp"

#include "convert/pdf_output.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

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

QPDFObjectHandle image_object(QPDF& pdf, Bytes samples, const Image& image, const std::string& colour_space) {
    QPDFObjectHandle stream = stream_of(pdf, std::move(samples));
    QPDFObjectHandle dictionary = stream.getDict();
    dictionary.replaceKey("/Type", QPDFObjectHandle::newName("/XObject"));
    dictionary.replaceKey("/Subtype", QPDFObjectHandle::newName("/Image"));
    dictionary.replaceKey("/Width", QPDFObjectHandle::newInteger(image.width));
    dictionary.replaceKey("/Height", QPDFObjectHandle::newInteger(image.height));
    dictionary.replaceKey("/BitsPerComponent", QPDFObjectHandle::newInteger(8));
    dictionary.replaceKey("/ColorSpace", QPDFObjectHandle::newName(colour_space));
    return stream;
}

QPDFObjectHandle picture_object(QPDF& pdf, Image& image) {
    const char* colour_space = image.components == 1   ? "/DeviceGray"
                               : image.components == 3 ? "/DeviceRGB"
                                                       : "/DeviceCMYK";
    QPDFObjectHandle stream = image_object(pdf, std::move(image.samples), image, colour_space);
    QPDFObjectHandle dictionary = stream.getDict();
    if (image.is_jpeg) dictionary.replaceKey("/Filter", QPDFObjectHandle::newName("/DCTDecode"));
    if (image.is_inverted) dictionary.replaceKey("/Decode", QPDFObjectHandle::parse("[1 0 1 0 1 0 1 0]"));
    if (!image.alpha.empty()) {
        dictionary.replaceKey("/SMask", image_object(pdf, std::move(image.alpha), image, "/DeviceGray"));
    }
    return stream;
}

}  // namespace

Bytes page_of(Image image) {
    const Layout layout = layout_of(image);
    const std::string content =
        "q " +
        matrix(image.orientation, layout.picture, (layout.page.width - layout.picture.width) / 2,
               (layout.page.height - layout.picture.height) / 2) +
        " /Im0 Do Q\n";
    QPDF pdf;
    pdf.emptyPDF();
    QPDFObjectHandle page = QPDFObjectHandle::newDictionary();
    page.replaceKey("/Type", QPDFObjectHandle::newName("/Page"));
    page.replaceKey("/MediaBox", QPDFObjectHandle::parse("[0 0 " + number(layout.page.width) + " " +
                                                         number(layout.page.height) + "]"));
    QPDFObjectHandle resources = QPDFObjectHandle::parse("<</XObject<<>>>>");
    resources.getKey("/XObject").replaceKey("/Im0", picture_object(pdf, image));
    page.replaceKey("/Resources", resources);
    page.replaceKey("/Contents", stream_of(pdf, to_bytes(content)));
    pdf.addPage(pdf.makeIndirectObject(page), false);
    return written(pdf, StreamData::Compressed);
}

}  // namespace signet::convert
