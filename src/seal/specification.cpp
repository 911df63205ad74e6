#include "seal/specification.hpp"

#include "base/drawing.hpp"
#include "base/log.hpp"

#include <array>
#include <fmt/format.h>

namespace signet::seal {
namespace {

constexpr double kSmallestDiyMm = 5;
constexpr double kLargestDiyMm = 120;

constexpr std::array kSpecifications{
    Specification{"CIRCULAR_60", Shape::Circular, 60, 60},
    Specification{"CIRCULAR_58", Shape::Circular, 58, 58},
    Specification{"CIRCULAR_50", Shape::Circular, 50, 50},
    Specification{"CIRCULAR_46", Shape::Circular, 46, 46},
    Specification{"CIRCULAR_45", Shape::Circular, 45, 45},
    Specification{"CIRCULAR_44", Shape::Circular, 44, 44},
    Specification{"CIRCULAR_42", Shape::Circular, 42, 42},
    Specification{"CIRCULAR_40", Shape::Circular, 40, 40},
    Specification{"CIRCULAR_38", Shape::Circular, 38, 38},
    Specification{"OVAL_45_30", Shape::Oval, 45, 30},
    Specification{"OVAL_40_30", Shape::Oval, 40, 30},
    Specification{"SQUARE_25_25", Shape::Square, 25, 25},
    Specification{"SQUARE_22_22", Shape::Square, 22, 22},
    Specification{"SQUARE_20_20", Shape::Square, 20, 20},
    Specification{"SQUARE_18_18", Shape::Square, 18, 18},
    Specification{"RECTANGLE_50_30", Shape::Rectangle, 50, 30},
    Specification{"RECTANGLE_40_16", Shape::Rectangle, 40, 16},
};

std::string_view shape_name(Shape shape) {
    switch (shape) {
        case Shape::Circular:
            return "圆形";
        case Shape::Oval:
            return "椭圆形";
        case Shape::Square:
            return "正方形";
        case Shape::Rectangle:
            return "长方形";
        case Shape::Free:
            break;
    }
    return "自定义";
}

}  // namespace

double Specification::width_points() const {
    return width_mm * kPointsPerMillimetre;
}
double Specification::height_points() const {
    return height_mm * kPointsPerMillimetre;
}

std::string Specification::label() const {
    if (shape == Shape::Circular) return fmt::format("{}（直径{}mm）", shape_name(shape), width_mm);
    return fmt::format("{}（{}mm×{}mm）", shape_name(shape), width_mm, height_mm);
}

std::span<const Specification> all_specifications() {
    return kSpecifications;
}

Result<Specification> find_specification(std::string_view key) {
    for (const Specification& specification : kSpecifications) {
        if (specification.key == key) return specification;
    }
    return invalid_parameter(fmt::format("spec: unknown seal specification '{}'", for_log(key, 40)));
}

Result<Specification> diy_specification(double width_mm, double height_mm) {
    const auto fits = [](double size) { return size >= kSmallestDiyMm && size <= kLargestDiyMm; };
    if (!fits(width_mm)) return invalid_parameter("width: a seal is 5 to 120 mm wide");
    if (!fits(height_mm)) return invalid_parameter("height: a seal is 5 to 120 mm high");
    return Specification{kDiySpecification, Shape::Free, width_mm, height_mm};
}

}  // namespace signet::seal
