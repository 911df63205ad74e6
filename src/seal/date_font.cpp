#include "seal/compression.hpp"
#include "seal/content_writer.hpp"
#include "seal/font_store.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <zlib.h>

#include <hb-ot.h>
#include <hb-subset.h>

namespace signet::seal {
namespace {

using SubsetInput = std::unique_ptr<hb_subset_input_t, CallOnDelete<hb_subset_input_destroy>>;

// Bits of /Flags, ISO 32000-1 table 123.
constexpr int kSerif = 1 << 1;
constexpr int kSymbolic = 1 << 2;

/// Cuts the glyphs out. Their numbers stay: a CID-keyed CFF names its glyphs by CID, and in these faces the CID is the
/// number of the glyph, before and after.
HbFace subset(const OpenFace& face, std::u32string_view alphabet) {
    const SubsetInput input(hb_subset_input_create_or_fail());
    if (!input) return nullptr;
    for (const char32_t character : alphabet)
        hb_set_add(hb_subset_input_unicode_set(input.get()), character);
    // Features would only bring alternative shapes that no date uses.
    hb_set_clear(hb_subset_input_set(input.get(), HB_SUBSET_SETS_LAYOUT_FEATURE_TAG));
    hb_subset_input_set_flags(input.get(), HB_SUBSET_FLAGS_NO_HINTING);
    return HbFace(hb_subset_or_fail(face.face.get(), input.get()));
}

std::string table_of(hb_face_t* face, hb_tag_t tag) {
    const HbBlob blob(hb_face_reference_table(face, tag));
    unsigned size = 0;
    const char* data = hb_blob_get_data(blob.get(), &size);
    return {data, size};
}

std::string name_of(hb_face_t* face) {
    std::array<char, 64> buffer{};
    auto size = static_cast<unsigned>(buffer.size());
    hb_ot_name_get_utf8(face, HB_OT_NAME_ID_POSTSCRIPT_NAME, HB_LANGUAGE_INVALID, &size, buffer.data());
    std::string name;
    for (const char c : std::string_view(buffer.data())) {
        if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-') name += c;
    }
    return name.empty() ? "Date" : name;
}

/// The six letters before a subset's name, ISO 32000-1 §9.6.4: the same for the same characters.
std::string subset_tag(std::u32string_view alphabet) {
    std::uint32_t hash = 2166136261U;
    for (const char32_t character : alphabet)
        hash = (hash ^ static_cast<std::uint32_t>(character)) * 16777619U;
    std::string tag;
    for (int i = 0; i < 6; ++i, hash /= 26)
        tag += static_cast<char>('A' + hash % 26);
    return tag;
}

int thousandths(double ems) {
    return static_cast<int>(std::lround(ems * 1000));
}

/// A ToUnicode CMap, ISO 32000-1 §9.10.3.
std::string to_unicode(const DateFont& font) {
    std::string map =
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n";
    map += fmt::format("{} beginbfchar\n", font.characters.size());
    for (const auto& [unicode, character] : font.characters) {
        map += fmt::format("<{:04X}> <{:04X}>\n", character.code, static_cast<std::uint32_t>(unicode));
    }
    return map + "endbfchar\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n";
}

std::string widths(const DateFont& font) {
    auto sorted = font.characters;
    std::ranges::sort(sorted, {}, [](const auto& entry) { return entry.second.code; });
    std::string out = "[";
    for (const auto& [unicode, character] : sorted) {
        out += fmt::format("{}[{}]", character.code, thousandths(character.advance));
    }
    return out + "]";
}

std::string descriptor(const OpenFace& face, const std::string& name, std::string_view file_key) {
    hb_position_t ascender = 880;
    hb_position_t descender = -120;
    hb_position_t cap_height = 730;
    hb_ot_metrics_get_position(face.font.get(), HB_OT_METRICS_TAG_HORIZONTAL_ASCENDER, &ascender);
    hb_ot_metrics_get_position(face.font.get(), HB_OT_METRICS_TAG_HORIZONTAL_DESCENDER, &descender);
    hb_ot_metrics_get_position(face.font.get(), HB_OT_METRICS_TAG_CAP_HEIGHT, &cap_height);
    const auto scaled = [&](double units) { return thousandths(units / face.units_per_em); };
    return fmt::format(
        "<</Type/FontDescriptor/FontName/{}/Flags {}/FontBBox[{} {} 1000 {}]/ItalicAngle 0/Ascent {}/Descent {}"
        "/CapHeight {}/StemV 80/{} @3@>>",
        name, kSerif | kSymbolic, -200, scaled(descender), scaled(ascender), scaled(ascender), scaled(descender),
        scaled(cap_height), file_key);
}

/// Type 0 font, CIDFont, descriptor, font file, ToUnicode: parts 0 to 4.
std::vector<Drawing::Part> font_objects(const OpenFace& face, const std::string& name, const std::string& cff,
                                        const DateFont& font) {
    const auto dictionary = [](std::string text) { return Drawing::Part{std::move(text), {}, false}; };
    return {
        dictionary(fmt::format("<</Type/Font/Subtype/Type0/BaseFont/{}-Identity-H/Encoding/Identity-H"
                               "/DescendantFonts[@1@]/ToUnicode @4@>>",
                               name)),
        dictionary(fmt::format("<</Type/Font/Subtype/CIDFontType0/BaseFont/{}/CIDSystemInfo<</Registry(Adobe)"
                               "/Ordering(Identity)/Supplement 0>>/FontDescriptor @2@/DW 1000/W{}>>",
                               name, widths(font))),
        dictionary(descriptor(face, name, "FontFile3")),
        {"<</Subtype/CIDFontType0C/Filter/FlateDecode>>", deflated(cff), true},
        {"<</Filter/FlateDecode>>", deflated(to_unicode(font)), true},
    };
}

}  // namespace

const DateFont::Character* DateFont::find(char32_t character) const {
    const auto found = std::ranges::find(characters, character, [](const auto& entry) { return entry.first; });
    return found == characters.end() ? nullptr : &found->second;
}

Result<DateFont> make_date_font(const OpenFace& face, std::u32string_view alphabet) {
    std::u32string sorted(alphabet);
    std::ranges::sort(sorted);
    sorted.erase(std::ranges::unique(sorted).begin(), sorted.end());

    const auto unusable = [&](std::string_view why) {
        return fail(ErrorCode::Unavailable, fmt::format("font '{}' {}", face.info.family, why));
    };
    const HbFace cut = subset(face, sorted);
    if (!cut) return unusable("cannot be cut down for embedding");
    const std::string cff = table_of(cut.get(), HB_TAG('C', 'F', 'F', ' '));
    if (cff.empty()) return unusable("has no CFF outlines to embed");

    DateFont font;
    for (const char32_t character : sorted) {
        hb_codepoint_t index = 0;
        if (!hb_font_get_nominal_glyph(face.font.get(), character, &index)) return unusable("lacks a date's character");
        const double advance = hb_font_get_glyph_h_advance(face.font.get(), index) / face.units_per_em;
        font.characters.push_back({character, {static_cast<std::uint16_t>(index), advance}});
        hb_glyph_extents_t extents{};
        hb_font_get_glyph_extents(face.font.get(), index, &extents);
        font.top = std::max(font.top, extents.y_bearing / face.units_per_em);
        font.bottom = std::min(font.bottom, (extents.y_bearing + extents.height) / face.units_per_em);
    }
    font.parts = font_objects(face, subset_tag(sorted) + "+" + name_of(face.face.get()), cff, font);
    return font;
}

}  // namespace signet::seal
