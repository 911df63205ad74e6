#pragma once

#include "base/drawing.hpp"
#include "base/result.hpp"
#include "seal/fonts.hpp"
#include "seal/specification.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace signet::seal {

/// The red of every seal this floor draws: cinnabar, sRGB #D7261E. On white it has a contrast of 5 : 1, and it stays
/// clearly red when printed or copied.
inline constexpr std::string_view kSealRed = "#D7261E";

/// The `style` of the API's `sealImageInfo`.
enum class CompanySealStyle {
    Universal,        // UNIVERSAL_SEAL: the official seal, with a star
    Special,          // SPECIAL_SEAL: for one purpose, its `foot`; no star
    SpecialWithStar,  // SPECIAL_SEAL_WITHSTAR
    YouthLeague,      // YOUTH_LEAGUE_SEAL: with a star
    Foreign,          // FOREIGN_SEAL: foreign-invested, Chinese text; no star, an inner line
    ForeignMix,       // FOREIGN_MIX_SEAL: the same with an English line; no foot
};

std::optional<CompanySealStyle> parse_company_seal_style(std::string_view wire);
std::string_view to_wire(CompanySealStyle style);

/// What an automatically made company seal shows. All texts are UTF-8; blanks at their ends do not count.
struct CompanySealDesign {
    CompanySealStyle style = CompanySealStyle::Universal;
    /// A circle or an oval.
    Specification specification = *find_specification(kDefaultCompanySpecification);
    /// The text on the arc, clockwise from the left: 2 to 40 characters.
    std::string company_name;
    /// The horizontal line below the middle, at most 16 characters. Special seals need one; ForeignMix has none.
    std::string foot;
    /// The English text of ForeignMix, which needs it: at most 100 characters, on an arc of its own.
    std::string english_name;
    /// The horizontal line of a branch, above the foot: at most 20 characters.
    std::string branch_name;
    /// 13 to 15 digits on the arc at the bottom; empty for none. ForeignMix, which has its English there, takes none.
    std::string enterprise_code;
    /// Thickness of the outer ring: 0.3 to 3 mm. Without it 1.2 mm (1.0 mm for ovals).
    std::optional<double> edge_width_mm;
    /// Diameter of the circle around the star's points: 4 mm to half of the smaller side. Without it a third of the
    /// smaller side (14 mm on a 42 mm seal). Only styles with a star look at it.
    std::optional<double> star_size_mm;
};

/// Draws the seal at its true size as filled outlines in one colour: no fonts, no images, transparent between the
/// strokes. A fresh drawing of the same design is the same byte for byte.
///
/// ParametersMissing when a text the style needs is empty; ParameterTooLong when a text is too long; InvalidParameter
/// for a shape, size, digit or character that cannot be drawn. The detail begins with the API's name of the field.
Result<Drawing> draw_company_seal(const FontLibrary& fonts, const CompanySealDesign& design);

}  // namespace signet::seal
