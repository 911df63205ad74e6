#include "seal/fonts.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "seal/content_writer.hpp"
#include "seal/font_store.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fontconfig/fontconfig.h>

#include <hb-ot.h>

namespace signet::seal {
namespace {

using Config = std::unique_ptr<FcConfig, CallOnDelete<FcConfigDestroy>>;
using Pattern = std::unique_ptr<FcPattern, CallOnDelete<FcPatternDestroy>>;
using ObjectSet = std::unique_ptr<FcObjectSet, CallOnDelete<FcObjectSetDestroy>>;
using FontSet = std::unique_ptr<FcFontSet, CallOnDelete<FcFontSetDestroy>>;

constexpr std::size_t kMaxOperatorFaces = 64;

struct Wanted {
    FaceRole role;
    const char* family;
    int weight;
    std::string_view package;
};

// The SC faces by name: the Noto CJK collections hold five regional shapes of the same characters, and fontconfig's
// own guess depends on the locale.
constexpr std::array kWanted{
    Wanted{FaceRole::Song, "Noto Serif CJK SC", FC_WEIGHT_BOLD, "fonts-noto-cjk"},
    Wanted{FaceRole::SongText, "Noto Serif CJK SC", FC_WEIGHT_REGULAR, "fonts-noto-cjk"},
    Wanted{FaceRole::Kai, "AR PL UKai CN", FC_WEIGHT_REGULAR, "fonts-arphic-ukai"},
    Wanted{FaceRole::Fallback, "Noto Sans CJK SC", FC_WEIGHT_REGULAR, "fonts-noto-cjk"},
};

std::string text_of(FcPattern* pattern, const char* object) {
    FcChar8* value = nullptr;
    if (FcPatternGetString(pattern, object, 0, &value) != FcResultMatch) return {};
    return reinterpret_cast<const char*>(value);
}

int number_of(FcPattern* pattern, const char* object) {
    int value = 0;
    FcPatternGetInteger(pattern, object, 0, &value);
    return value;
}

FontSet list_fonts(FcConfig* config, FcPattern* pattern) {
    const ObjectSet objects(
        FcObjectSetBuild(FC_FAMILY, FC_STYLE, FC_FILE, FC_INDEX, FC_WEIGHT, FC_SLANT, static_cast<char*>(nullptr)));
    return FontSet(FcFontList(config, pattern, objects.get()));
}

std::optional<OpenFace> open_face(FaceRole role, FcPattern* found) {
    const std::string file = text_of(found, FC_FILE);
    const HbBlob blob(hb_blob_create_from_file_or_fail(file.c_str()));
    if (!blob) return std::nullopt;
    // The upper half of the index numbers the instances of a variable font, which HarfBuzz does not count.
    const auto index = static_cast<unsigned>(number_of(found, FC_INDEX)) & 0xFFFFU;
    OpenFace open;
    open.info = {role, text_of(found, FC_FAMILY), text_of(found, FC_STYLE), file};
    open.face.reset(hb_face_create(blob.get(), index));
    if (hb_face_get_glyph_count(open.face.get()) == 0) return std::nullopt;
    open.units_per_em = hb_face_get_upem(open.face.get());
    open.font.reset(hb_font_create(open.face.get()));
    hb_font_make_immutable(open.font.get());
    hb_face_make_immutable(open.face.get());
    return open;
}

Result<OpenFace> open_wanted(FcConfig* config, const Wanted& wanted) {
    const Pattern pattern(FcPatternCreate());
    FcPatternAddString(pattern.get(), FC_FAMILY, reinterpret_cast<const FcChar8*>(wanted.family));
    const FontSet found = list_fonts(config, pattern.get());
    FcPattern* best = nullptr;
    for (int i = 0; found && i < found->nfont; ++i) {
        FcPattern* candidate = found->fonts[i];
        const auto distance = [&](FcPattern* p) { return std::abs(number_of(p, FC_WEIGHT) - wanted.weight); };
        if (best == nullptr || distance(candidate) < distance(best)) best = candidate;
    }
    if (best != nullptr) {
        if (auto open = open_face(wanted.role, best)) return std::move(*open);
    }
    return fail(ErrorCode::Unavailable,
                fmt::format("font family '{}' is missing: install the package {}", wanted.family, wanted.package));
}

Status add_operator_faces(const std::filesystem::path& directory, std::vector<OpenFace>& faces) {
    std::error_code ignored;
    if (!std::filesystem::is_directory(directory, ignored)) {
        return fail(ErrorCode::Unavailable,
                    fmt::format("font directory '{}' is not there", for_log(directory.string())));
    }
    const Config config(FcConfigCreate());
    FcConfigAppFontAddDir(config.get(), reinterpret_cast<const FcChar8*>(directory.c_str()));
    const Pattern pattern(FcPatternCreate());
    const ObjectSet objects(FcObjectSetBuild(FC_FAMILY, FC_STYLE, FC_FILE, FC_INDEX, static_cast<char*>(nullptr)));
    const FontSet found(FcFontList(config.get(), pattern.get(), objects.get()));
    std::vector<OpenFace> added;
    for (int i = 0; found && i < found->nfont && added.size() < kMaxOperatorFaces; ++i) {
        if (auto open = open_face(FaceRole::Fallback, found->fonts[i])) added.push_back(std::move(*open));
    }
    // fontconfig lists in no order; a seal must look the same after every start.
    std::ranges::sort(added, {}, [](const OpenFace& face) { return face.info.file.string() + face.info.style; });
    std::ranges::move(added, std::back_inserter(faces));
    return {};
}

Status make_date_fonts(FontLibrary::Store& store) {
    for (std::size_t i = 0; i < store.date_fonts.size(); ++i) {
        auto font = make_date_font(store.face(FaceRole::SongText), date_alphabet(static_cast<DatePattern>(i)));
        if (!font) return font.error();
        store.date_fonts[i] = std::move(*font);
    }
    return {};
}

/// Collects an outline as path operators.
struct PathCollector {
    Matrix matrix;
    int decimals = 0;
    std::string operators;
    Point current;

    void add(std::initializer_list<Point> points, char letter) {
        for (const Point p : points) {
            append_number(operators, matrix.a * p.x + matrix.c * p.y + matrix.e, decimals);
            operators += ' ';
            append_number(operators, matrix.b * p.x + matrix.d * p.y + matrix.f, decimals);
            operators += ' ';
            current = p;
        }
        operators += letter;
        operators += '\n';
    }
};

Point point(float x, float y) {
    return {static_cast<double>(x), static_cast<double>(y)};
}
PathCollector& collector(void* data) {
    return *static_cast<PathCollector*>(data);
}

void on_move(hb_draw_funcs_t*, void* data, hb_draw_state_t*, float x, float y, void*) {
    collector(data).add({point(x, y)}, 'm');
}

void on_line(hb_draw_funcs_t*, void* data, hb_draw_state_t*, float x, float y, void*) {
    collector(data).add({point(x, y)}, 'l');
}

void on_quadratic(hb_draw_funcs_t*, void* data, hb_draw_state_t*, float cx, float cy, float x, float y, void*) {
    // PDF has cubic curves only; raising the degree changes nothing.
    PathCollector& path = collector(data);
    const Point control = point(cx, cy);
    const Point end = point(x, y);
    path.add({path.current + (control - path.current) * (2.0 / 3), end + (control - end) * (2.0 / 3), end}, 'c');
}

void on_cubic(hb_draw_funcs_t*, void* data, hb_draw_state_t*, float ax, float ay, float bx, float by, float x, float y,
              void*) {
    collector(data).add({point(ax, ay), point(bx, by), point(x, y)}, 'c');
}

void on_close(hb_draw_funcs_t*, void* data, hb_draw_state_t*, void*) {
    collector(data).operators += "h\n";
}

using DrawFunctions = std::unique_ptr<hb_draw_funcs_t, CallOnDelete<hb_draw_funcs_destroy>>;

DrawFunctions path_functions() {
    DrawFunctions functions(hb_draw_funcs_create());
    hb_draw_funcs_set_move_to_func(functions.get(), on_move, nullptr, nullptr);
    hb_draw_funcs_set_line_to_func(functions.get(), on_line, nullptr, nullptr);
    hb_draw_funcs_set_quadratic_to_func(functions.get(), on_quadratic, nullptr, nullptr);
    hb_draw_funcs_set_cubic_to_func(functions.get(), on_cubic, nullptr, nullptr);
    hb_draw_funcs_set_close_path_func(functions.get(), on_close, nullptr, nullptr);
    return functions;
}

std::optional<Glyph> find_in(const OpenFace& face, char32_t character) {
    hb_codepoint_t index = 0;
    if (!hb_font_get_nominal_glyph(face.font.get(), character, &index) || index == 0) return std::nullopt;
    const double em = face.units_per_em;
    Glyph glyph{&face, index, hb_font_get_glyph_h_advance(face.font.get(), index) / em, {}};
    hb_glyph_extents_t extents{};
    if (hb_font_get_glyph_extents(face.font.get(), index, &extents)) {
        glyph.ink = {extents.x_bearing / em, (extents.y_bearing + extents.height) / em, extents.width / em,
                     -extents.height / em};
    }
    return glyph;
}

/// Letters, digits, punctuation, symbols and the blank: nothing that is invisible, that turns the direction of the text
/// or that sits on top of its neighbour.
bool is_printable(char32_t character) {
    if (character == U' ') return true;
    switch (hb_unicode_general_category(hb_unicode_funcs_get_default(), character)) {
        case HB_UNICODE_GENERAL_CATEGORY_CONTROL:
        case HB_UNICODE_GENERAL_CATEGORY_FORMAT:
        case HB_UNICODE_GENERAL_CATEGORY_UNASSIGNED:
        case HB_UNICODE_GENERAL_CATEGORY_PRIVATE_USE:
        case HB_UNICODE_GENERAL_CATEGORY_SURROGATE:
        case HB_UNICODE_GENERAL_CATEGORY_SPACING_MARK:
        case HB_UNICODE_GENERAL_CATEGORY_ENCLOSING_MARK:
        case HB_UNICODE_GENERAL_CATEGORY_NON_SPACING_MARK:
        case HB_UNICODE_GENERAL_CATEGORY_LINE_SEPARATOR:
        case HB_UNICODE_GENERAL_CATEGORY_PARAGRAPH_SEPARATOR:
        case HB_UNICODE_GENERAL_CATEGORY_SPACE_SEPARATOR:
            return false;
        default:
            return true;
    }
}

}  // namespace

std::string Glyph::path() const {
    PathCollector path;
    hb_font_get_glyph_shape(face->font.get(), index, path_functions().get(), &path);
    return std::move(path.operators);
}

std::string Glyph::path_at(const Matrix& matrix) const {
    PathCollector path{.matrix = matrix, .decimals = 2, .operators = {}, .current = {}};
    hb_font_get_glyph_shape(face->font.get(), index, path_functions().get(), &path);
    return std::move(path.operators);
}

const OpenFace& FontLibrary::Store::face(FaceRole role) const {
    return *std::ranges::find(faces, role, [](const OpenFace& face) { return face.info.role; });
}

std::optional<Glyph> FontLibrary::Store::find(FaceRole role, char32_t character) const {
    if (auto glyph = find_in(face(role), character)) return glyph;
    for (const OpenFace& other : faces) {
        if (auto glyph = find_in(other, character)) return glyph;
    }
    return std::nullopt;
}

Result<FontLibrary> FontLibrary::open(const FontOptions& options) {
    // A configuration of our own: the process-wide one may change under us.
    const Config config(FcInitLoadConfigAndFonts());
    if (!config) return fail(ErrorCode::Unavailable, "fontconfig cannot be started");
    auto store = std::make_shared<Store>();
    for (const Wanted& wanted : kWanted) {
        auto face = open_wanted(config.get(), wanted);
        if (!face) return face.error();
        store->faces.push_back(std::move(*face));
    }
    if (!options.extra_directory.empty()) {
        if (const auto added = add_operator_faces(options.extra_directory, store->faces); !added) return added.error();
    }
    if (const auto made = make_date_fonts(*store); !made) return made.error();
    return FontLibrary(std::move(store));
}

std::vector<FontLibrary::Face> FontLibrary::faces() const {
    std::vector<Face> out;
    for (const OpenFace& face : store_->faces)
        out.push_back(face.info);
    return out;
}

bool FontLibrary::covers(std::string_view text) const {
    if (!is_utf8(text)) return false;
    return std::ranges::all_of(to_utf32(text), [this](char32_t character) {
        return is_printable(character) && store_->find(FaceRole::Song, character).has_value();
    });
}

Result<std::u32string> checked_characters(const FontLibrary::Store& store, std::string_view text,
                                          const TextRule& rule) {
    if (!is_utf8(text)) return invalid_parameter(fmt::format("{}: not UTF-8", rule.field));
    std::u32string characters = to_utf32(trim(text));
    // The ideographic space is what a Chinese keyboard types; on a seal it is a blank like any other.
    std::ranges::replace(characters, U'\u3000', U' ');
    if (characters.empty() && rule.required) {
        return fail(ErrorCode::ParametersMissing, fmt::format("{}: must not be empty", rule.field));
    }
    if (characters.size() > rule.longest) {
        return fail(ErrorCode::ParameterTooLong,
                    fmt::format("{}: {} characters, at most {}", rule.field, characters.size(), rule.longest));
    }
    for (const char32_t character : characters) {
        if (!is_printable(character) || !store.find(FaceRole::Song, character)) {
            return invalid_parameter(fmt::format("{}: the character U+{:04X} cannot be drawn", rule.field,
                                                 static_cast<std::uint32_t>(character)));
        }
    }
    return characters;
}

Line set_characters(const FontLibrary::Store& store, FaceRole role, std::u32string_view characters) {
    Line line;
    bool inked = false;
    for (const char32_t character : characters) {
        const auto glyph = store.find(role, character);
        if (!glyph) continue;
        line.glyphs.push_back(*glyph);
        line.advance += glyph->advance;
        if (glyph->ink.height <= 0) continue;
        line.bottom = inked ? std::min(line.bottom, glyph->ink.y) : glyph->ink.y;
        line.top = inked ? std::max(line.top, glyph->ink.y + glyph->ink.height) : glyph->ink.y + glyph->ink.height;
        inked = true;
    }
    return line;
}

Result<Line> set_line(const FontLibrary::Store& store, FaceRole role, std::string_view text, const TextRule& rule) {
    const auto characters = checked_characters(store, text, rule);
    if (!characters) return characters.error();
    return set_characters(store, role, *characters);
}

}  // namespace signet::seal
