#include "seal/lettering.hpp"

#include <algorithm>
#include <vector>

namespace signet::seal {
namespace {

constexpr double kLeastGap = 0.08;  // in letter widths
constexpr double kRowNarrowest = 0.5;
constexpr int kArcSteps = 720;
constexpr double kShrink = 0.97;

/// The way along a curve inside an ellipse, clockwise from its top or counter-clockwise from its bottom, measured once
/// so that letters can be placed at equal distances on an oval too.
class ArcWay {
  public:
    ArcWay(const Ellipse& edge, double depth, bool at_bottom) : edge_(edge), depth_(depth), at_bottom_(at_bottom) {
        lengths_.reserve(kArcSteps + 1);
        lengths_.push_back(0);
        for (int i = 1; i <= kArcSteps; ++i) {
            const Point step = edge_.inside(angle(i), depth_) - edge_.inside(angle(i - 1), depth_);
            lengths_.push_back(lengths_.back() + length(step));
        }
    }

    double whole() const { return lengths_.back(); }

    /// The parameter angle of the point `way` along from the middle of the text; negative before it.
    double angle_at(double way) const {
        const double forward = way < 0 ? way + whole() : way;
        const auto after = std::ranges::upper_bound(lengths_, forward);
        const auto index = std::clamp<std::ptrdiff_t>(after - lengths_.begin(), 1, kArcSteps);
        const double from = lengths_[static_cast<std::size_t>(index - 1)];
        const double to = lengths_[static_cast<std::size_t>(index)];
        return angle(static_cast<double>(index - 1) + (forward - from) / (to - from));
    }

  private:
    double angle(double step) const {
        const double turn = step * 2 * std::numbers::pi / kArcSteps;
        return at_bottom_ ? -std::numbers::pi / 2 + turn : std::numbers::pi / 2 - turn;
    }

    Ellipse edge_;
    double depth_;
    bool at_bottom_;
    std::vector<double> lengths_;
};

/// A letter's width before squeezing, as a part of the line's height.
double natural_width(const Glyph& glyph, const Body& body) {
    return glyph.advance / body.height();
}

void write_glyph(ContentWriter& content, const Glyph& glyph, Point origin, Point right, Point up) {
    const double unit_size = 1 / glyph.face->units_per_em;
    const Matrix matrix{
        right.x * unit_size, right.y * unit_size, up.x * unit_size, up.y * unit_size, origin.x, origin.y};
    if (content.cuts_letters()) {
        content.append(glyph.path_at(matrix));
        return;
    }
    const std::string path = glyph.path();
    if (!path.empty()) content.fill_transformed(matrix, path);
}

}  // namespace

Body body_of(const Line& line) {
    const bool chinese = std::ranges::any_of(line.glyphs, [](const Glyph& glyph) { return glyph.advance >= 0.95; });
    if (chinese) return {std::min(-0.12, line.bottom), std::max(0.88, line.top)};
    return {std::min(0.0, line.bottom), std::max(0.5, line.top)};
}

ArcFit fit_arc(const Line& line, const ArcBand& band) {
    const Body body = body_of(line);
    const double widths = line.advance / body.height();
    const auto gaps = static_cast<double>(line.glyphs.size() - 1);
    const double mean = widths / static_cast<double>(line.glyphs.size());
    for (double height = band.tallest;; height *= kShrink) {
        const double whole = ArcWay(band.edge, band.depth + height, band.at_bottom).whole();
        const double room = whole * band.span;
        const double tightest = height * (widths + gaps * kLeastGap * mean);
        const double squeeze = std::min(band.widest, room / tightest);
        if (squeeze < band.narrowest) continue;
        const double letters = height * squeeze * widths;
        const double spare = gaps > 0 ? (room - letters) / gaps : 0;
        const double gap = std::min(spare, band.widest_gap * height * squeeze * mean);
        return {height, squeeze, gap, (letters + gap * gaps) / whole};
    }
}

double write_arc(ContentWriter& content, const Line& line, const ArcBand& band, const ArcFit& fit) {
    const Body body = body_of(line);
    const double scale = fit.height / body.height();
    const ArcWay way(band.edge, band.depth + fit.height, band.at_bottom);
    double position = -way.whole() * fit.span / 2;
    double lowest = band.edge.semi_y;
    for (const Glyph& glyph : line.glyphs) {
        const double width = natural_width(glyph, body) * fit.height * fit.squeeze;
        const double angle = way.angle_at(position + width / 2);
        const Point outward = band.edge.outward(angle);
        const Point up = band.at_bottom ? outward * -1 : outward;
        const Point right = left_of(up) * -1;
        const Point foot = band.edge.inside(angle, band.at_bottom ? band.depth : band.depth + fit.height);
        const Point corner = foot - right * (width / 2);
        write_glyph(content, glyph, corner - up * (body.bottom * scale), right * (scale * fit.squeeze), up * scale);
        for (const Point end : {corner, corner + right * width}) {
            lowest = std::min({lowest, end.y - band.edge.centre.y, end.y + up.y * fit.height - band.edge.centre.y});
        }
        position += width + fit.gap;
    }
    return lowest;
}

RowFit fit_row(const Line& line, const Rectangle& box, double widest) {
    const double widths = line.advance / body_of(line).height();
    const double height = std::min(box.height, box.width / (widths * kRowNarrowest));
    return {height, std::min(widest, box.width / (widths * height))};
}

void write_row(ContentWriter& content, const Line& line, const Rectangle& box, double widest) {
    const Body body = body_of(line);
    const RowFit fit = fit_row(line, box, widest);
    const double scale = fit.height / body.height();
    Point origin{box.x + (box.width - line.advance * scale * fit.squeeze) / 2,
                 box.y + (box.height - fit.height) / 2 - body.bottom * scale};
    for (const Glyph& glyph : line.glyphs) {
        write_glyph(content, glyph, origin, {scale * fit.squeeze, 0}, {0, scale});
        origin.x += glyph.advance * scale * fit.squeeze;
    }
}

void write_cell(ContentWriter& content, const Glyph& glyph, const Rectangle& box) {
    if (glyph.ink.width <= 0 || glyph.ink.height <= 0) return;
    // Characters that are flat or thin by nature (一, 丨) stay so: only what is nearly a square is stretched.
    const double ink_width = std::max(glyph.ink.width, 0.8);
    const double ink_height = std::max(glyph.ink.height, 0.8);
    const double scale_x = box.width / ink_width;
    const double scale_y = box.height / ink_height;
    const Point middle{glyph.ink.x + glyph.ink.width / 2, glyph.ink.y + glyph.ink.height / 2};
    const Point origin{box.x + box.width / 2 - middle.x * scale_x, box.y + box.height / 2 - middle.y * scale_y};
    write_glyph(content, glyph, origin, {scale_x, 0}, {0, scale_y});
}

}  // namespace signet::seal
