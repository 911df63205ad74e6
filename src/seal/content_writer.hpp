#pragma once

#include "seal/geometry.hpp"

#include <span>
#include <string>
#include <string_view>

namespace signet::seal {

/// Writes the operators of a PDF content stream (ISO 32000-1 §8), with numbers as short as two decimals of a point
/// allow.
class ContentWriter {
  public:
    /// `#RRGGBB`, as the colour of every fill that follows.
    void fill_colour(std::string_view rgb);
    void move_to(Point p);
    void line_to(Point p);
    void curve_to(Point control1, Point control2, Point end);
    void close();
    /// Fills the path by the nonzero winding number rule.
    void fill();
    /// Fills what is inside an odd number of the path's loops: rings, and letters cut out of a field.
    void fill_even_odd();

    void ellipse(const Ellipse& ellipse);
    void rectangle(const Rectangle& rectangle);
    void polygon(std::span<const Point> corners);

    /// Fills `path`, operators in units of their own, as `matrix` says.
    void fill_transformed(const Matrix& matrix, std::string_view path);
    /// Whether letters are filled one by one, or only added to the path, to be cut out of a field by `fill_even_odd`.
    void cut_letters(bool cut) { cuts_letters_ = cut; }
    bool cuts_letters() const { return cuts_letters_; }
    void append(std::string_view operators) { content_ += operators; }

    std::string take() { return std::move(content_); }

  private:
    void number(double value);
    void point(Point p);

    std::string content_;
    bool cuts_letters_ = false;
};

/// A number for a PDF file, at most `decimals` behind the point, none that are zero, independent of the locale.
void append_number(std::string& to, double value, int decimals);
std::string matrix_operands(const Matrix& matrix);

}  // namespace signet::seal
