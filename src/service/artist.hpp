#pragma once

#include "base/drawing.hpp"
#include "base/result.hpp"
#include "model/contract.hpp"
#include "model/placing.hpp"
#include "pdf/compiled_drawing.hpp"
#include "service/platform.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace signet::service {

using CompiledDrawingPointer = std::shared_ptr<const pdf::CompiledDrawing>;

/// How a person signs on a page.
struct InkStroke {
    struct Point {
        double x = 0;
        double y = 0;
        std::optional<double> time;
    };
    std::vector<Point> points;
};
struct PersonalSignature {
    /// Drawn with a pen or finger: strokes on a canvas, y downwards. Empty when typed.
    std::vector<InkStroke> strokes;
    double canvas_width = 0;
    double canvas_height = 0;
    /// The name in a Kai face, when there are no strokes.
    std::string typed;
};

/// Turns seals, signatures and dates into drawings that a PDF takes; what is used again is compiled once and kept.
/// Thread-safe.
class Artist {
  public:
    explicit Artist(const Platform& platform) : platform_(platform) {}

    /// The seal at its true size.
    Result<CompiledDrawingPointer> seal(const model::Seal& seal);
    /// Its true size without drawing it, in points. InvalidParameter for an unknown specification.
    static Result<model::ImageSize> seal_size(const model::Seal& seal);
    /// A PNG of the seal, `pixels` wide.
    Result<Bytes> seal_png(const model::Seal& seal, unsigned pixels);

    /// A seal drawn from the name alone, for a company that has none on record here.
    Result<CompiledDrawingPointer> named_company_seal(const std::string& company_name);
    Result<Bytes> named_company_seal_png(const std::string& company_name, unsigned pixels);
    static model::ImageSize named_company_seal_size();

    Result<CompiledDrawingPointer> signature(const PersonalSignature& signature);
    /// The box a personal signature is placed in when nothing else is said.
    static model::ImageSize signature_box();

    /// The date in the server's zone, as wide as asked for (points).
    Result<CompiledDrawingPointer> date(UtcTime time, model::DatePattern pattern, double width);
    /// Its default size.
    Result<model::ImageSize> date_size(UtcTime time, model::DatePattern pattern);

  private:
    Result<Drawing> draw(const model::Seal& seal) const;
    Result<CompiledDrawingPointer> kept(const std::string& key, const std::function<Result<Drawing>()>& draw);

    const Platform& platform_;
    std::mutex mutex_;
    std::unordered_map<std::string, CompiledDrawingPointer> kept_;
};

/// The `design` of a seal that shows a company's name on the arc with a star: what an installation makes.
std::string company_seal_design(std::string_view style, std::string_view company_name, std::string_view foot);
/// The `design` of a legal representative's seal.
std::string name_seal_design(std::string_view name);

}  // namespace signet::service
