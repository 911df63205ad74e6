#pragma once

#include "base/result.hpp"

#include <span>
#include <string>
#include <string_view>

namespace signet::seal {

enum class Shape { Circular, Oval, Square, Rectangle, Free };

/// The true size of a seal, as the `spec` of the API names it. A seal keeps this size on paper whatever the caller asks
/// for at signing.
struct Specification {
    /// The API's word, e.g. `CIRCULAR_42`; `DIY_SPEC` for a size of the caller's own.
    std::string_view key;
    Shape shape = Shape::Circular;
    double width_mm = 0;
    double height_mm = 0;

    double width_points() const;
    double height_points() const;
    /// As the console shows it: `圆形（直径42mm）`, `椭圆形（45mm×30mm）`.
    std::string label() const;

    friend bool operator==(const Specification&, const Specification&) = default;
};

inline constexpr std::string_view kDiySpecification = "DIY_SPEC";
/// What a company seal has when nothing else is said.
inline constexpr std::string_view kDefaultCompanySpecification = "CIRCULAR_42";
/// What a legal person's seal has when nothing else is said.
inline constexpr std::string_view kDefaultLegalPersonSpecification = "SQUARE_20_20";

/// Every named size, largest circle first, without `DIY_SPEC`.
std::span<const Specification> all_specifications();

/// The named size. InvalidParameter for an unknown name, and for `DIY_SPEC`, which has no size of its own.
Result<Specification> find_specification(std::string_view key);

/// A size of the caller's own (`DIY_SPEC`): 5 to 120 mm each way. InvalidParameter beyond.
Result<Specification> diy_specification(double width_mm, double height_mm);

}  // namespace signet::seal
