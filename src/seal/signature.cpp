#include "seal/signature.hpp"

#include "seal/image.hpp"
#include "seal/lettering.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace signet::seal {
namespace {

constexpr double kLargestCanvas = 20'000;
constexpr std::size_t kLongestTypedName = 30;

// Millimetres on paper.
constexpr double kBroadestInk = 1.0;
constexpr double kFinestInk = 0.32;
constexpr double kLeastStep = 0.12;
constexpr double kFirstTolerance = 0.025;
/// A signature that fills little of its canvas is not blown up beyond this many times what the whole canvas would be.
constexpr double kMostEnlarged = 3;
/// Where the pen turns by more than this the line is cut in two round ends: cos 70°.
constexpr double kCornerCosine = 0.34;
/// The most points an outline is made of; beyond, smaller turns are given up.
constexpr std::size_t kMostKnots = 3000;
constexpr std::size_t kSimplifiedAtOnce = 256;

/// A place of the pen on paper, in millimetres, y upwards, and how broad its line is there.
struct InkPoint {
    Point at;
    double breadth = 0;
};
using InkLine = std::vector<InkPoint>;

struct Box {
    Point low{1e9, 1e9};
    Point high{-1e9, -1e9};
    void include(Point p) {
        low = {std::min(low.x, p.x), std::min(low.y, p.y)};
        high = {std::max(high.x, p.x), std::max(high.y, p.y)};
    }
    double width() const { return high.x - low.x; }
    double height() const { return high.y - low.y; }
};

bool is_near(double value, double canvas) {
    return value >= -canvas && value <= 2 * canvas;
}

Status check_point(const PenPoint& point, const Handwriting& handwriting) {
    // A comparison with a number that is none is false, so these refuse NaN as well.
    if (!is_near(point.x, handwriting.canvas_width) || !is_near(point.y, handwriting.canvas_height)) {
        return invalid_parameter("strokes: a point far off the canvas");
    }
    if (point.pressure && !(*point.pressure >= 0 && *point.pressure <= 1)) {
        return invalid_parameter("strokes: pressure is 0 to 1");
    }
    if (point.time && !std::isfinite(*point.time)) return invalid_parameter("strokes: a time that is no number");
    return {};
}

Status check(const Handwriting& handwriting) {
    for (const double side : {handwriting.canvas_width, handwriting.canvas_height}) {
        if (!(side >= 1 && side <= kLargestCanvas)) return invalid_parameter("canvas: 1 to 20000 wide and high");
    }
    if (handwriting.strokes.size() > kMaxStrokes) {
        return fail(ErrorCode::ParameterTooLong, fmt::format("strokes: at most {}", kMaxStrokes));
    }
    std::size_t points = 0;
    for (const Stroke& stroke : handwriting.strokes) {
        points += stroke.size();
        if (points > kMaxPenPoints) {
            return fail(ErrorCode::ParameterTooLong, fmt::format("strokes: at most {} points", kMaxPenPoints));
        }
        for (const PenPoint& point : stroke) {
            if (const auto checked = check_point(point, handwriting); !checked) return checked.error();
        }
    }
    if (points == 0) return fail(ErrorCode::ParametersMissing, "strokes: nothing is written");
    return {};
}

/// From the canvas to paper: the ink's own box fills 40 × 16 mm, less what the breadth of the line needs.
class Paper {
  public:
    explicit Paper(const Handwriting& handwriting) {
        Box box;
        for (const Stroke& stroke : handwriting.strokes) {
            for (const PenPoint& point : stroke)
                box.include({point.x, -point.y});
        }
        const double widest = kSignatureWidthMm - kBroadestInk;
        const double highest = kSignatureHeightMm - kBroadestInk;
        scale_ = kMostEnlarged * kSignatureWidthMm / handwriting.canvas_width;
        if (box.width() > 0) scale_ = std::min(scale_, widest / box.width());
        if (box.height() > 0) scale_ = std::min(scale_, highest / box.height());
        origin_ = box.low;
        width_mm = box.width() * scale_ + kBroadestInk;
        height_mm = box.height() * scale_ + kBroadestInk;
    }

    Point place(const PenPoint& point) const {
        return (Point{point.x, -point.y} - origin_) * scale_ + Point{kBroadestInk / 2, kBroadestInk / 2};
    }

    double width_mm = 0;
    double height_mm = 0;

  private:
    double scale_ = 1;
    Point origin_;
};

/// Whether the pen really knows how hard it is pressed: mice and fingers report one constant.
bool knows_pressure(const Handwriting& handwriting) {
    double least = 2;
    double most = -1;
    for (const Stroke& stroke : handwriting.strokes) {
        for (const PenPoint& point : stroke) {
            if (!point.pressure) return false;
            least = std::min(least, *point.pressure);
            most = std::max(most, *point.pressure);
        }
    }
    return most - least > 0.05;
}

/// How fast the pen came to point `i`, in any unit. Without times the browser's even sampling stands for them.
double speed_at(const Stroke& stroke, std::size_t i) {
    if (i == 0) return stroke.size() > 1 ? speed_at(stroke, 1) : 0;
    const PenPoint& from = stroke[i - 1];
    const PenPoint& to = stroke[i];
    const double way = std::hypot(to.x - from.x, to.y - from.y);
    const bool timed = from.time && to.time && *to.time > *from.time;
    return way / (timed ? *to.time - *from.time : 16.0);
}

double usual_speed(const Handwriting& handwriting) {
    std::vector<double> speeds;
    for (const Stroke& stroke : handwriting.strokes) {
        for (std::size_t i = 1; i < stroke.size(); ++i)
            speeds.push_back(speed_at(stroke, i));
    }
    if (speeds.empty()) return 1;
    const auto middle = speeds.begin() + static_cast<std::ptrdiff_t>(speeds.size() / 2);
    std::nth_element(speeds.begin(), middle, speeds.end());
    return std::max(*middle, 1e-6);
}

/// Puts one stroke on paper: leaves out points that lie on each other, and lets the breadth change slowly.
InkLine ink(const Stroke& stroke, const Paper& paper, bool by_pressure, double usual) {
    InkLine line;
    double breadth = 0;
    for (std::size_t i = 0; i < stroke.size(); ++i) {
        const double force = by_pressure ? *stroke[i].pressure : 1 / (1 + 0.75 * speed_at(stroke, i) / usual);
        const double wanted = kFinestInk + (kBroadestInk - kFinestInk) * force;
        breadth = i == 0 ? wanted : breadth + (wanted - breadth) * 0.3;
        const Point at = paper.place(stroke[i]);
        const bool last = i + 1 == stroke.size();
        if (!line.empty() && !last && length(at - line.back().at) < kLeastStep) continue;
        line.push_back({at, breadth});
    }
    if (line.size() > 1 && length(line.back().at - line[line.size() - 2].at) < kLeastStep / 4) line.pop_back();
    return line;
}

/// Takes the tremble of a finger on glass away; ends and corners stay.
InkLine calmed(const InkLine& line) {
    InkLine out = line;
    for (std::size_t i = 1; i + 1 < line.size(); ++i) {
        const Point before = unit(line[i].at - line[i - 1].at);
        const Point after = unit(line[i + 1].at - line[i].at);
        if (dot(before, after) < kCornerCosine) continue;
        out[i].at = line[i - 1].at * 0.25 + line[i].at * 0.5 + line[i + 1].at * 0.25;
    }
    return out;
}

double distance_to_chord(Point p, Point from, Point to) {
    const Point chord = to - from;
    const double size = dot(chord, chord);
    if (size <= 0) return length(p - from);
    const double along = std::clamp(dot(p - from, chord) / size, 0.0, 1.0);
    return length(p - (from + chord * along));
}

/// Douglas and Peucker's simplification of line[first…last]; appends what stays, without `first`.
void simplify(const InkLine& line, std::size_t first, std::size_t last, double tolerance, InkLine& out) {
    double farthest = 0;
    std::size_t split = first;
    for (std::size_t i = first + 1; i < last; ++i) {
        const double distance = distance_to_chord(line[i].at, line[first].at, line[last].at);
        if (distance > farthest) {
            farthest = distance;
            split = i;
        }
    }
    if (farthest > tolerance) {
        simplify(line, first, split, tolerance, out);
        simplify(line, split, last, tolerance, out);
    } else {
        out.push_back(line[last]);
    }
}

InkLine simplified(const InkLine& line, double tolerance) {
    InkLine out{line.front()};
    // In portions, so that neither depth nor time grows with the square of a hostile stroke.
    for (std::size_t first = 0; first + 1 < line.size(); first += kSimplifiedAtOnce) {
        simplify(line, first, std::min(first + kSimplifiedAtOnce, line.size() - 1), tolerance, out);
    }
    return out;
}

/// Cuts a line where it turns sharply.
std::vector<InkLine> without_corners(const InkLine& line) {
    std::vector<InkLine> pieces{{line.front()}};
    for (std::size_t i = 1; i < line.size(); ++i) {
        pieces.back().push_back(line[i]);
        if (i + 1 == line.size()) break;
        const Point before = unit(line[i].at - line[i - 1].at);
        const Point after = unit(line[i + 1].at - line[i].at);
        if (dot(before, after) < kCornerCosine) pieces.push_back({line[i]});
    }
    return pieces;
}

/// The direction of the smooth curve through each point of a piece, the nearer neighbour counting more.
std::vector<Point> directions(const InkLine& piece) {
    std::vector<Point> out;
    for (std::size_t i = 0; i < piece.size(); ++i) {
        const bool first = i == 0;
        const bool last = i + 1 == piece.size();
        const Point before = first ? Point{} : piece[i].at - piece[i - 1].at;
        const Point after = last ? Point{} : piece[i + 1].at - piece[i].at;
        if (first || last) {
            out.push_back(unit(first ? after : before));
        } else {
            out.push_back(unit(unit(before) * length(after) + unit(after) * length(before)));
        }
    }
    return out;
}

/// Writes ink as filled outlines, in points.
class InkWriter {
  public:
    InkWriter() { content_.fill_colour(kInk); }

    void write(const InkLine& piece) {
        if (piece.size() == 1) {
            content_.ellipse({on_paper(piece[0].at), half(piece[0]), half(piece[0])});
        } else {
            write_line(piece);
        }
        content_.fill();
    }

    std::string take() { return content_.take(); }

  private:
    static Point on_paper(Point p) { return p * kPointsPerMillimetre; }
    static double half(const InkPoint& p) { return p.breadth / 2 * kPointsPerMillimetre; }

    void write_line(const InkLine& piece) {
        const std::vector<Point> along = directions(piece);
        const std::size_t last = piece.size() - 1;
        const auto side = [&](std::size_t i, double sign) {
            return on_paper(piece[i].at) + left_of(along[i]) * (sign * half(piece[i]));
        };
        content_.move_to(side(0, 1));
        for (std::size_t i = 0; i < last; ++i)
            curve(side(i, 1), along[i], side(i + 1, 1), along[i + 1]);
        round_end(piece[last], along[last]);
        for (std::size_t i = last; i > 0; --i)
            curve(side(i, -1), along[i] * -1, side(i - 1, -1), along[i - 1] * -1);
        round_end(piece[0], along[0] * -1);
        content_.close();
    }

    void curve(Point from, Point leaving, Point to, Point arriving) {
        const double reach = length(to - from) / 3;
        content_.curve_to(from + leaving * reach, to - arriving * reach, to);
    }

    /// From the left side of a line's end around to its right side.
    void round_end(const InkPoint& end, Point along) {
        constexpr double kQuarterCircle = 0.5522847498;
        const Point centre = on_paper(end.at);
        const Point ahead = along * half(end);
        const Point left = left_of(along) * half(end);
        content_.curve_to(centre + left + ahead * kQuarterCircle, centre + ahead + left * kQuarterCircle,
                          centre + ahead);
        content_.curve_to(centre + ahead - left * kQuarterCircle, centre - left + ahead * kQuarterCircle,
                          centre - left);
    }

    ContentWriter content_;
};

std::vector<InkLine> few_enough(const std::vector<InkLine>& lines) {
    for (double tolerance = kFirstTolerance;; tolerance *= 2) {
        std::vector<InkLine> out;
        std::size_t knots = 0;
        for (const InkLine& line : lines) {
            out.push_back(simplified(line, tolerance));
            knots += out.back().size();
        }
        if (knots <= kMostKnots) return out;
    }
}

}  // namespace

Result<Drawing> draw_handwriting(const Handwriting& handwriting) {
    if (const auto checked = check(handwriting); !checked) return checked.error();
    const Paper paper(handwriting);
    const bool by_pressure = knows_pressure(handwriting);
    const double usual = usual_speed(handwriting);
    std::vector<InkLine> lines;
    for (const Stroke& stroke : handwriting.strokes) {
        if (!stroke.empty()) lines.push_back(calmed(ink(stroke, paper, by_pressure, usual)));
    }
    InkWriter writer;
    for (const InkLine& line : few_enough(lines)) {
        for (const InkLine& piece : without_corners(line))
            writer.write(piece);
    }
    Drawing drawing;
    drawing.width = paper.width_mm * kPointsPerMillimetre;
    drawing.height = paper.height_mm * kPointsPerMillimetre;
    drawing.content = writer.take();
    return drawing;
}

Result<Drawing> draw_typed_signature(const FontLibrary& fonts, std::string_view name) {
    const auto line = set_line(fonts.store(), FaceRole::Kai, name, {"name", kLongestTypedName, true});
    if (!line) return line.error();
    constexpr double kSize = 100;
    const Body body = body_of(*line);
    Drawing drawing;
    drawing.width = line->advance / body.height() * kSize;
    drawing.height = kSize;
    ContentWriter content;
    content.fill_colour(kInk);
    write_row(content, *line, {0, 0, drawing.width, drawing.height});
    drawing.content = content.take();
    return fit_into(std::move(drawing), kSignatureWidthMm, kSignatureHeightMm);
}

}  // namespace signet::seal
