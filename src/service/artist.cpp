#include "service/artist.hpp"

#include "base/text.hpp"
#include "seal/company_seal.hpp"
#include "seal/date.hpp"
#include "seal/name_seal.hpp"
#include "seal/picture.hpp"
#include "seal/signature.hpp"

#include <cmath>
#include <utility>

namespace signet::service {
namespace {

/// A seal's design is one line: the kind, then its texts, separated by tabs.
constexpr char kSeparator = '\t';
constexpr std::string_view kCompanyKind = "company";
constexpr std::string_view kNameKind = "name";
constexpr std::size_t kMostKept = 2000;

std::string without_separator(std::string_view text) {
    std::string clean(text);
    std::erase(clean, kSeparator);
    return clean;
}

seal::DatePattern seal_pattern(model::DatePattern pattern) {
    switch (pattern) {
        case model::DatePattern::Hyphen:
            return seal::DatePattern::Hyphen;
        case model::DatePattern::Chinese:
            return seal::DatePattern::Chinese;
        case model::DatePattern::AllChinese:
            return seal::DatePattern::AllChinese;
        case model::DatePattern::English:
            return seal::DatePattern::English;
    }
    return seal::DatePattern::Hyphen;
}

model::Seal seal_for_name(const std::string& company_name) {
    model::Seal made;
    made.specification = std::string(seal::kDefaultCompanySpecification);
    made.design = company_seal_design("UNIVERSAL_SEAL", company_name, "");
    return made;
}

}  // namespace

std::string company_seal_design(std::string_view style, std::string_view company_name, std::string_view foot) {
    std::string design(kCompanyKind);
    for (const std::string_view text : {style, company_name, foot})
        design += kSeparator + without_separator(text);
    return design;
}

std::string name_seal_design(std::string_view name) {
    return std::string(kNameKind) + kSeparator + without_separator(name);
}

Result<model::ImageSize> Artist::seal_size(const model::Seal& seal) {
    const auto specification = seal::find_specification(seal.specification);
    if (!specification) return specification.error();
    return model::ImageSize{specification->width_points(), specification->height_points()};
}

Result<Drawing> Artist::draw(const model::Seal& seal) const {
    const auto specification = seal::find_specification(seal.specification);
    if (!specification) return specification.error();
    const auto parts = split(seal.design, kSeparator);
    if (parts.size() == 4 && parts[0] == kCompanyKind) {
        seal::CompanySealDesign design;
        design.style = seal::parse_company_seal_style(parts[1]).value_or(seal::CompanySealStyle::Universal);
        design.specification = *specification;
        design.company_name = std::string(parts[2]);
        design.foot = std::string(parts[3]);
        return seal::draw_company_seal(platform_.fonts, design);
    }
    if (parts.size() == 2 && parts[0] == kNameKind) {
        seal::NameSealDesign design;
        design.name = std::string(parts[1]);
        design.specification = *specification;
        return seal::draw_name_seal(platform_.fonts, design);
    }
    return fail(ErrorCode::Internal, "seal " + to_string(seal.id) + " has a design nobody can draw");
}

Result<CompiledDrawingPointer> Artist::kept(const std::string& key, const std::function<Result<Drawing>()>& draw_it) {
    {
        const std::lock_guard lock(mutex_);
        if (const auto found = kept_.find(key); found != kept_.end()) return found->second;
    }
    const auto drawing = draw_it();
    if (!drawing) return drawing.error();
    auto compiled = pdf::CompiledDrawing::compile(*drawing);
    if (!compiled) return compiled.error();
    auto pointer = std::make_shared<const pdf::CompiledDrawing>(std::move(*compiled));
    const std::lock_guard lock(mutex_);
    if (kept_.size() >= kMostKept) kept_.clear();
    kept_.emplace(key, pointer);
    return pointer;
}

Result<CompiledDrawingPointer> Artist::seal(const model::Seal& seal) {
    const std::string key =
        "seal/" + to_string(seal.id) + "/" + std::to_string(seal.modify_time.milliseconds) + "/" + seal.design;
    return kept(key, [&] { return draw(seal); });
}

Result<Bytes> Artist::seal_png(const model::Seal& seal, unsigned pixels) {
    const auto drawing = draw(seal);
    if (!drawing) return drawing.error();
    return seal::render_png(*drawing, pixels);
}

Result<CompiledDrawingPointer> Artist::named_company_seal(const std::string& company_name) {
    return kept("named/" + company_name, [&] { return draw(seal_for_name(company_name)); });
}

Result<Bytes> Artist::named_company_seal_png(const std::string& company_name, unsigned pixels) {
    return seal_png(seal_for_name(company_name), pixels);
}

model::ImageSize Artist::named_company_seal_size() {
    const auto specification = *seal::find_specification(seal::kDefaultCompanySpecification);
    return {specification.width_points(), specification.height_points()};
}

Result<CompiledDrawingPointer> Artist::signature(const PersonalSignature& signature) {
    const auto drawing = [&]() -> Result<Drawing> {
        if (signature.strokes.empty()) return seal::draw_typed_signature(platform_.fonts, signature.typed);
        seal::Handwriting handwriting;
        handwriting.canvas_width = signature.canvas_width;
        handwriting.canvas_height = signature.canvas_height;
        for (const InkStroke& stroke : signature.strokes) {
            seal::Stroke& line = handwriting.strokes.emplace_back();
            for (const InkStroke::Point& point : stroke.points)
                line.push_back({point.x, point.y, {}, point.time});
        }
        return seal::draw_handwriting(handwriting);
    }();
    if (!drawing) return drawing.error();
    auto compiled = pdf::CompiledDrawing::compile(*drawing);
    if (!compiled) return compiled.error();
    return std::make_shared<const pdf::CompiledDrawing>(std::move(*compiled));
}

model::ImageSize Artist::signature_box() {
    return {seal::kSignatureWidthMm * kPointsPerMillimetre, seal::kSignatureHeightMm * kPointsPerMillimetre};
}

Result<CompiledDrawingPointer> Artist::date(UtcTime time, model::DatePattern pattern, double width) {
    CivilTime day = platform_.zone.to_civil(time);
    day.hour = day.minute = day.second = 0;
    const double width_mm = std::round(width / kPointsPerMillimetre * 10) / 10;
    const std::string key = "date/" + std::to_string(day.year * 10'000 + day.month * 100 + day.day) + "/" +
                            std::to_string(static_cast<int>(pattern)) + "/" + std::to_string(width_mm);
    return kept(key, [&] { return seal::draw_date(platform_.fonts, day, seal_pattern(pattern), width_mm); });
}

Result<model::ImageSize> Artist::date_size(UtcTime time, model::DatePattern pattern) {
    const auto drawing = date(time, pattern, seal::kDateWidthMm * kPointsPerMillimetre);
    if (!drawing) return drawing.error();
    return model::ImageSize{(*drawing)->width(), (*drawing)->height()};
}

}  // namespace signet::service
