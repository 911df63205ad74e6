#pragma once

#include "base/drawing.hpp"
#include "base/result.hpp"
#include "seal/fonts.hpp"
#include "seal/specification.hpp"

#include <string>

namespace signet::seal {

/// How the letters of a name seal are cut.
enum class Lettering {
    Red,    // 朱文: red letters in a red frame
    White,  // 白文: white (transparent) letters in a red field
};

/// The seal of a legal representative or of any person: the name, read in columns from the right, as seals are cut.
struct NameSealDesign {
    /// 1 to 20 characters. Two to three are completed to four with 之印 or 印.
    std::string name;
    Lettering lettering = Lettering::Red;
    /// A square; a rectangle holds the name in one line.
    Specification specification = *find_specification(kDefaultLegalPersonSpecification);
    /// Whether short names are completed with 印.
    bool complete_with_yin = true;
};

/// The practising seal of a person (个人执业章): profession, name and number, line by line in a frame.
struct PractisingSealDesign {
    /// E.g. `中国注册会计师`: at most 20 characters, may be empty.
    std::string profession;
    /// 1 to 20 characters.
    std::string name;
    /// The number of the registration: at most 30 characters, may be empty.
    std::string registration_number;
    /// A rectangle.
    Specification specification = *find_specification("RECTANGLE_50_30");
};

/// Both draw at true size as filled outlines in seal red, transparent elsewhere. Errors as `draw_company_seal`.
Result<Drawing> draw_name_seal(const FontLibrary& fonts, const NameSealDesign& design);
Result<Drawing> draw_practising_seal(const FontLibrary& fonts, const PractisingSealDesign& design);

}  // namespace signet::seal
