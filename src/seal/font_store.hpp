#pragma once

#include "base/drawing.hpp"
#include "seal/date.hpp"
#include "seal/fonts.hpp"
#include "seal/geometry.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <hb.h>

namespace signet::seal {

template <auto Destroy>
struct CallOnDelete {
    template <typename T>
    void operator()(T* object) const {
        Destroy(object);
    }
};
using HbFace = std::unique_ptr<hb_face_t, CallOnDelete<hb_face_destroy>>;
using HbFont = std::unique_ptr<hb_font_t, CallOnDelete<hb_font_destroy>>;
using HbBlob = std::unique_ptr<hb_blob_t, CallOnDelete<hb_blob_destroy>>;
using HbSet = std::unique_ptr<hb_set_t, CallOnDelete<hb_set_destroy>>;

/// A face that is open for drawing. Immutable, so any number of threads may read it.
struct OpenFace {
    FontLibrary::Face info;
    HbFace face;
    HbFont font;
    double units_per_em = 1000;
};

/// One character of a face, measured in ems: the baseline's left end is the origin.
struct Glyph {
    const OpenFace* face = nullptr;
    hb_codepoint_t index = 0;
    double advance = 0;
    /// What the ink covers; nothing in it for a blank.
    Rectangle ink;

    /// The outline as path operators in the face's own units, the same for every place the glyph stands at.
    std::string path() const;
    /// The outline as path operators where the matrix puts it, to be part of a larger path.
    std::string path_at(const Matrix& matrix) const;
};

/// The characters of one line, and what they cover together.
struct Line {
    std::vector<Glyph> glyphs;
    double advance = 0;
    /// Lowest and highest ink, in ems from the baseline.
    double bottom = 0;
    double top = 0;

    bool empty() const { return glyphs.empty(); }
    double height() const { return top - bottom; }
};

/// A date's face cut down to the characters of one pattern, as PDF font objects (ISO 32000-1 §9.7).
struct DateFont {
    struct Character {
        std::uint16_t code = 0;
        double advance = 0;  // in ems
    };
    /// By character; few enough to search one by one.
    std::vector<std::pair<char32_t, Character>> characters;
    std::vector<Drawing::Part> parts;
    /// Lowest and highest ink of any character, in ems from the baseline.
    double bottom = 0;
    double top = 0;

    const Character* find(char32_t character) const;
};

struct FontLibrary::Store {
    std::vector<OpenFace> faces;
    std::array<DateFont, 4> date_fonts;  // by DatePattern

    const OpenFace& face(FaceRole role) const;
    /// From the role's face, or the first face that has the character.
    std::optional<Glyph> find(FaceRole role, char32_t character) const;
};

/// Every character that a date of the pattern may need.
std::u32string date_alphabet(DatePattern pattern);

/// Cuts `alphabet` out of a face and makes the font objects. Unavailable when the face cannot be embedded.
Result<DateFont> make_date_font(const OpenFace& face, std::u32string_view alphabet);

/// What a text on a seal must be.
struct TextRule {
    /// The API's name of the field, for errors.
    std::string_view field;
    std::size_t longest = 0;
    bool required = false;
};

/// Sets a text from outside in one line: checks its encoding, length and characters, strips the blanks at its ends.
Result<Line> set_line(const FontLibrary::Store& store, FaceRole role, std::string_view text, const TextRule& rule);
/// Sets characters that are known to be good.
Line set_characters(const FontLibrary::Store& store, FaceRole role, std::u32string_view characters);
/// The characters of a checked text.
Result<std::u32string> checked_characters(const FontLibrary::Store& store, std::string_view text, const TextRule& rule);

}  // namespace signet::seal
