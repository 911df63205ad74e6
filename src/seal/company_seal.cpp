#include "seal/company_seal.hpp"

#include "base/text.hpp"
#include "seal/lettering.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace signet::seal {
namespace {

struct StyleName {
    CompanySealStyle style;
    std::string_view wire;
};

constexpr std::array kStyleNames{
    StyleName{CompanySealStyle::Universal, "UNIVERSAL_SEAL"},
    StyleName{CompanySealStyle::Special, "SPECIAL_SEAL"},
    StyleName{CompanySealStyle::SpecialWithStar, "SPECIAL_SEAL_WITHSTAR"},
    StyleName{CompanySealStyle::YouthLeague, "YOUTH_LEAGUE_SEAL"},
    StyleName{CompanySealStyle::Foreign, "FOREIGN_SEAL"},
    StyleName{CompanySealStyle::ForeignMix, "FOREIGN_MIX_SEAL"},
};

constexpr std::size_t kShortestName = 2;
constexpr std::size_t kLongestName = 40;
constexpr std::size_t kLongestFoot = 16;
constexpr std::size_t kLongestEnglish = 100;
constexpr std::size_t kLongestBranch = 20;
constexpr std::size_t kShortestCode = 13;
constexpr std::size_t kLongestCode = 15;
constexpr double kThinnestEdgeMm = 0.3;
constexpr double kThickestEdgeMm = 3;
constexpr double kSmallestStarMm = 4;
/// English longer than this goes all the way round, with the Chinese on an arc inside it.
constexpr std::size_t kLongestEnglishBelow = 36;

// Everything below is a part of half the seal's height, so that each size looks alike.
constexpr double kRingGap = 0.045;
constexpr double kTallestName = 0.285;
constexpr double kCodeHeight = 0.095;
constexpr double kInnerLineGap = 0.035;
constexpr double kInnerLine = 0.016;
constexpr double kFootHeight = 0.205;
constexpr double kMainRowHeight = 0.24;
constexpr double kBranchHeight = 0.15;
/// Rows have slightly narrow letters, as the arcs have.
constexpr double kRowWidest = 0.9;

bool has_star(CompanySealStyle style) {
    return style == CompanySealStyle::Universal || style == CompanySealStyle::SpecialWithStar ||
           style == CompanySealStyle::YouthLeague;
}

bool has_inner_line(CompanySealStyle style) {
    return style == CompanySealStyle::Foreign || style == CompanySealStyle::ForeignMix;
}

/// A design whose every text is checked and set.
struct Composition {
    Line name;
    Line foot;
    Line english;
    Line branch;
    Line code;
    double edge = 0;           // points
    double star_diameter = 0;  // points; none when zero
};

Status check_shape(const CompanySealDesign& design) {
    const Specification& specification = design.specification;
    if (specification.shape == Shape::Circular || specification.shape == Shape::Oval) return {};
    return invalid_parameter(fmt::format("spec: a company seal is round or oval, not {}", specification.key));
}

Status check_code(std::string_view code) {
    if (code.empty()) return {};
    const bool digits = std::ranges::all_of(code, [](char c) { return c >= '0' && c <= '9'; });
    if (digits && code.size() >= kShortestCode && code.size() <= kLongestCode) return {};
    return invalid_parameter("enterpriseCode: 13 to 15 digits");
}

Result<double> edge_of(const CompanySealDesign& design) {
    const double usual = design.specification.shape == Shape::Oval ? 1.0 : 1.2;
    const double edge = design.edge_width_mm.value_or(usual);
    if (edge >= kThinnestEdgeMm && edge <= kThickestEdgeMm) return edge * kPointsPerMillimetre;
    return invalid_parameter("edgeWidth: 0.3 to 3 mm");
}

Result<double> star_of(const CompanySealDesign& design) {
    if (!has_star(design.style)) return 0.0;
    const double side = std::min(design.specification.width_mm, design.specification.height_mm);
    const double size = design.star_size_mm.value_or(side / 3);
    if (size >= kSmallestStarMm && size <= side / 2) return size * kPointsPerMillimetre;
    return invalid_parameter(fmt::format("starSize: 4 to {} mm", side / 2));
}

Status check_allowed(const CompanySealDesign& design) {
    if (design.style != CompanySealStyle::ForeignMix) return {};
    if (!trim(design.foot).empty()) return invalid_parameter("foot: FOREIGN_MIX_SEAL has none");
    if (!trim(design.enterprise_code).empty()) return invalid_parameter("enterpriseCode: FOREIGN_MIX_SEAL has none");
    return {};
}

Result<Composition> compose(const FontLibrary::Store& store, const CompanySealDesign& design) {
    for (const Status& status :
         {check_shape(design), check_allowed(design), check_code(trim(design.enterprise_code))}) {
        if (!status) return status.error();
    }
    const auto edge = edge_of(design);
    if (!edge) return edge.error();
    const auto star = star_of(design);
    if (!star) return star.error();

    Composition out;
    out.edge = *edge;
    out.star_diameter = *star;
    const bool special = design.style == CompanySealStyle::Special || design.style == CompanySealStyle::SpecialWithStar;
    const bool mixed = design.style == CompanySealStyle::ForeignMix;
    struct Text {
        Line& line;
        std::string_view text;
        TextRule rule;
    };
    const std::array texts{
        Text{out.name, design.company_name, {"companyName", kLongestName, true}},
        Text{out.foot, design.foot, {"foot", kLongestFoot, special}},
        Text{out.english, mixed ? std::string_view(design.english_name) : "", {"enContent", kLongestEnglish, mixed}},
        Text{out.branch, design.branch_name, {"branchName", kLongestBranch, false}},
        Text{out.code, design.enterprise_code, {"enterpriseCode", kLongestCode, false}},
    };
    for (const Text& text : texts) {
        auto line = set_line(store, FaceRole::Song, text.text, text.rule);
        if (!line) return line.error();
        text.line = std::move(*line);
    }
    if (out.name.glyphs.size() < kShortestName) return invalid_parameter("companyName: at least 2 characters");
    return out;
}

Line part_of(const Line& line, std::size_t first, std::size_t count) {
    Line part = line;
    part.glyphs.assign(line.glyphs.begin() + static_cast<std::ptrdiff_t>(first),
                       line.glyphs.begin() + static_cast<std::ptrdiff_t>(std::min(first + count, line.glyphs.size())));
    part.advance = 0;
    for (const Glyph& glyph : part.glyphs)
        part.advance += glyph.advance;
    return part;
}

/// Draws one composition; every length in points, the origin of the drawing at its bottom left.
class SealPainter {
  public:
    SealPainter(const CompanySealDesign& design, const Composition& parts)
        : style_(design.style),
          parts_(parts),
          outline_{{design.specification.width_points() / 2, design.specification.height_points() / 2},
                   design.specification.width_points() / 2,
                   design.specification.height_points() / 2},
          inside_(outline_.inset(parts.edge)),
          half_(outline_.semi_y) {}

    std::string paint() {
        content_.fill_colour(kSealRed);
        paint_ring(outline_, parts_.edge);
        if (has_inner_line(style_)) {
            const Ellipse line = inside_.inset(kInnerLineGap * half_);
            paint_ring(line, kInnerLine * half_);
            inside_ = line.inset(kInnerLine * half_);
        }
        paint_arcs();
        if (parts_.star_diameter > 0) paint_star();
        paint_rows();
        return content_.take();
    }

  private:
    void paint_ring(const Ellipse& outer, double thickness) {
        content_.ellipse(outer);
        content_.ellipse(outer.inset(thickness));
        content_.fill_even_odd();
    }

    double gap() const { return kRingGap * half_; }

    void paint_arcs() {
        if (parts_.english.empty()) {
            paint_code();
            paint_name(gap(), name_span());
        } else if (parts_.english.glyphs.size() <= kLongestEnglishBelow) {
            paint_english_below();
        } else {
            paint_english_around();
        }
    }

    /// The part of the way round a name may take. What stands at the bottom needs room; a long name gets more of it.
    double name_span() const {
        double comfortable = 0.78;
        if (!parts_.foot.empty() || !parts_.branch.empty()) comfortable = 0.7;
        if (!parts_.code.empty()) comfortable -= 0.06;
        const double widest = parts_.code.empty() ? 0.81 : 0.72;
        const double crowded = std::clamp((static_cast<double>(parts_.name.glyphs.size()) - 12) / 12, 0.0, 1.0);
        return comfortable + (widest - comfortable) * crowded;
    }

    /// A short name is spread out, as an engraver would.
    static double widest_gap(std::size_t letters) {
        if (letters <= 4) return 2.2;
        return letters <= 6 ? 1.4 : 0.9;
    }

    void paint_name(double depth, double span) {
        const ArcBand band{.edge = inside_,
                           .depth = depth,
                           .tallest = kTallestName * half_,
                           .span = span,
                           .widest_gap = widest_gap(parts_.name.glyphs.size())};
        const ArcFit fit = fit_arc(parts_.name, band);
        name_bottom_ = write_arc(content_, parts_.name, band, fit);
        middle_ = inside_.inset(depth + fit.height + 1.5 * gap());
    }

    void paint_code() {
        if (parts_.code.empty()) return;
        const ArcBand band{.edge = inside_,
                           .depth = gap() * 0.7,
                           .tallest = kCodeHeight * half_,
                           .span = 0.22,
                           .at_bottom = true,
                           .widest = 0.95,
                           .widest_gap = 0.7};
        write_arc(content_, parts_.code, band, fit_arc(parts_.code, band));
    }

    /// Chinese on the upper arc, English on the lower one.
    void paint_english_below() {
        const auto letters = static_cast<double>(parts_.english.glyphs.size());
        const double below = std::clamp(letters * 0.012, 0.25, 0.44);
        const ArcBand band{.edge = inside_,
                           .depth = gap(),
                           .tallest = 0.14 * half_,
                           .span = below,
                           .at_bottom = true,
                           .widest = 1.0,
                           .narrowest = 0.6,
                           .widest_gap = 0.35};
        const ArcFit fit = fit_arc(parts_.english, band);
        write_arc(content_, parts_.english, band, fit);
        paint_name(gap(), std::min(0.9 - fit.span, 0.62));
    }

    /// English all around, Chinese on an arc inside it.
    void paint_english_around() {
        const ArcBand band{.edge = inside_,
                           .depth = gap(),
                           .tallest = 0.14 * half_,
                           .span = 0.92,
                           .widest = 1.0,
                           .narrowest = 0.6,
                           .widest_gap = 0.35};
        const ArcFit fit = fit_arc(parts_.english, band);
        write_arc(content_, parts_.english, band, fit);
        if (outline_.semi_x > outline_.semi_y) {
            paint_name_in_rows(gap() + fit.height + gap());
        } else {
            paint_name(gap() + fit.height + gap(), 0.75);
        }
    }

    /// The name across the middle of an oval whose arc is taken: one to three rows.
    void paint_name_in_rows(double depth) {
        constexpr std::size_t kMostInRow = 14;
        const std::vector<Glyph>& letters = parts_.name.glyphs;
        const std::size_t rows = (letters.size() + kMostInRow - 1) / kMostInRow;
        const std::size_t in_row = (letters.size() + rows - 1) / rows;
        const double branch = parts_.branch.empty() ? 0 : kBranchHeight * half_ + gap();
        const double height =
            std::min(kMainRowHeight * half_, (1.1 * half_ - branch) / static_cast<double>(rows) - gap());
        double bottom = (static_cast<double>(rows) * (height + gap()) + branch) / 2;
        middle_ = inside_.inset(depth);
        for (std::size_t first = 0; first < letters.size(); first += in_row) {
            bottom -= height + gap();
            write_row(content_, part_of(parts_.name, first, in_row), row_box(bottom, height), 0.9);
        }
        name_bottom_ = bottom;
    }

    void paint_star() {
        constexpr double kInnerPoints = 0.381966;  // the pentagram's own ratio
        const double radius = parts_.star_diameter / 2;
        std::array<Point, 10> corners;
        for (std::size_t i = 0; i < corners.size(); ++i) {
            const double angle = std::numbers::pi / 2 + static_cast<double>(i) * std::numbers::pi / 5;
            const double reach = i % 2 == 0 ? radius : radius * kInnerPoints;
            corners[i] = outline_.centre + Point{std::cos(angle), std::sin(angle)} * reach;
        }
        content_.polygon(corners);
        content_.fill();
    }

    /// What a row between two heights above the centre may fill: inside the name where that still stands beside it, and
    /// nearly to the ring or the code below its ends.
    Rectangle row_box(double bottom, double height) const {
        const double farthest = std::max(std::abs(bottom), std::abs(bottom + height));
        const bool below_name = bottom + height <= name_bottom_ - gap() / 2;
        const Ellipse& room = below_name ? open_bottom() : middle_;
        const double width = 2 * std::max(room.half_width_at(farthest), 0.1 * outline_.semi_x);
        return {outline_.centre.x - width / 2, outline_.centre.y + bottom, width, height};
    }

    Ellipse open_bottom() const {
        const double code = parts_.code.empty() ? 0 : kCodeHeight * half_ + gap();
        return inside_.inset(code + 2.5 * gap());
    }

    /// How far below the centre a row may reach.
    double lowest_row() const { return -(open_bottom().semi_y - gap()); }

    /// Finds the height below `top` at which a row of at most `tallest` gets the largest letters.
    Rectangle best_row_below(double top, const Line& line, double tallest) const {
        constexpr int kTries = 40;
        constexpr double kWorthLower = 1.1;  // a lower row must be so much larger
        const double floor = lowest_row();
        const double height = std::min(tallest, top - floor);
        Rectangle best = row_box(top - height, height);
        double best_size = 0;
        for (int i = 0; i <= kTries; ++i) {
            const double bottom = top - height - (top - height - floor) * i / kTries;
            const Rectangle box = row_box(bottom, height);
            const RowFit fit = fit_row(line, box, kRowWidest);
            const double size = fit.height * fit.squeeze;
            if (size <= best_size * kWorthLower) continue;
            best = box;
            best_size = size;
        }
        return best;
    }

    void paint_rows() {
        if (!parts_.english.empty()) {
            paint_branch_of_mixed();
        } else if (parts_.star_diameter > 0) {
            paint_rows_under_star();
        } else {
            paint_rows_in_the_middle();
        }
    }

    void paint_branch_of_mixed() {
        if (parts_.branch.empty()) return;
        const double height = kBranchHeight * half_;
        const bool in_rows = middle_.semi_x > middle_.semi_y && parts_.english.glyphs.size() > kLongestEnglishBelow;
        const double bottom = in_rows ? name_bottom_ - gap() - height : -height / 2;
        const Rectangle box = row_box(bottom, height);
        const double width = 2 * middle_.half_width_at(std::max(std::abs(bottom), std::abs(bottom + height)));
        write_row(content_, parts_.branch, {outline_.centre.x - width / 2, box.y, width, height}, kRowWidest);
    }

    void paint_rows_under_star() {
        double top = -parts_.star_diameter / 2 * std::cos(std::numbers::pi / 5) - gap() * 1.2;
        if (!parts_.branch.empty()) {
            const double room = top - lowest_row();
            const double tallest =
                parts_.foot.empty() ? kFootHeight * half_ : std::min(kBranchHeight * half_, room * 0.37);
            const Rectangle box =
                parts_.foot.empty() ? best_row_below(top, parts_.branch, tallest) : row_box(top - tallest, tallest);
            write_row(content_, parts_.branch, box, kRowWidest);
            top -= tallest + gap();
        }
        if (!parts_.foot.empty()) {
            write_row(content_, parts_.foot, best_row_below(top, parts_.foot, kFootHeight * half_), kRowWidest);
        }
    }

    void paint_rows_in_the_middle() {
        const double main = kMainRowHeight * half_;
        const double branch = kBranchHeight * 1.2 * half_;
        if (parts_.foot.empty()) {
            if (!parts_.branch.empty()) write_row(content_, parts_.branch, row_box(-main / 2, main), kRowWidest);
            return;
        }
        const double foot_bottom = parts_.branch.empty() ? -main * 0.75 : -main - gap() / 2;
        write_row(content_, parts_.foot, row_box(foot_bottom, main), kRowWidest);
        if (!parts_.branch.empty()) {
            write_row(content_, parts_.branch, row_box(foot_bottom + main + gap() * 1.5, branch), kRowWidest);
        }
    }

    const CompanySealStyle style_;
    const Composition& parts_;
    const Ellipse outline_;
    Ellipse inside_;  // what the ring leaves
    Ellipse middle_;  // what the name leaves
    const double half_;
    double name_bottom_ = 0;  // how low the name reaches, from the centre upwards
    ContentWriter content_;
};

}  // namespace

std::optional<CompanySealStyle> parse_company_seal_style(std::string_view wire) {
    const auto found = std::ranges::find(kStyleNames, wire, &StyleName::wire);
    if (found == kStyleNames.end()) return std::nullopt;
    return found->style;
}

std::string_view to_wire(CompanySealStyle style) {
    return kStyleNames.at(static_cast<std::size_t>(style)).wire;
}

Result<Drawing> draw_company_seal(const FontLibrary& fonts, const CompanySealDesign& design) {
    const auto composition = compose(fonts.store(), design);
    if (!composition) return composition.error();
    Drawing drawing;
    drawing.width = design.specification.width_points();
    drawing.height = design.specification.height_points();
    drawing.content = SealPainter(design, *composition).paint();
    return drawing;
}

}  // namespace signet::seal
