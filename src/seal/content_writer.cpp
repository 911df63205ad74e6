#include "seal/content_writer.hpp"

#include <array>
#include <charconv>
#include <stdexcept>

namespace signet::seal {
namespace {

// How far the control points of a quarter of a circle lie from its ends, in radii.
constexpr double kQuarterCircle = 0.5522847498;

double channel(std::string_view digits) {
    unsigned value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    return value / 255.0;
}

}  // namespace

void append_number(std::string& to, double value, int decimals) {
    if (!std::isfinite(value) || std::abs(value) > 1e9) throw std::invalid_argument("not a number for a PDF file");
    std::array<char, 40> buffer{};
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, decimals);
    std::string_view text(buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data()));
    if (text.find('.') != std::string_view::npos) {
        while (text.back() == '0')
            text.remove_suffix(1);
        if (text.back() == '.') text.remove_suffix(1);
    }
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    if (text == "0") {
        to += '0';
        return;
    }
    if (text.starts_with("0.")) text.remove_prefix(1);
    if (negative) to += '-';
    to += text;
}

std::string matrix_operands(const Matrix& matrix) {
    std::string out;
    for (const double value : {matrix.a, matrix.b, matrix.c, matrix.d}) {
        append_number(out, value, 6);
        out += ' ';
    }
    append_number(out, matrix.e, 3);
    out += ' ';
    append_number(out, matrix.f, 3);
    return out;
}

void ContentWriter::number(double value) {
    append_number(content_, value, 2);
    content_ += ' ';
}

void ContentWriter::point(Point p) {
    number(p.x);
    number(p.y);
}

void ContentWriter::fill_colour(std::string_view rgb) {
    for (const std::size_t at : {1U, 3U, 5U}) {
        append_number(content_, channel(rgb.substr(at, 2)), 4);
        content_ += ' ';
    }
    content_ += "rg\n";
}

void ContentWriter::move_to(Point p) {
    point(p);
    content_ += "m\n";
}

void ContentWriter::line_to(Point p) {
    point(p);
    content_ += "l\n";
}

void ContentWriter::curve_to(Point control1, Point control2, Point end) {
    point(control1);
    point(control2);
    point(end);
    content_ += "c\n";
}

void ContentWriter::close() {
    content_ += "h\n";
}
void ContentWriter::fill() {
    content_ += "f\n";
}
void ContentWriter::fill_even_odd() {
    content_ += "f*\n";
}

void ContentWriter::ellipse(const Ellipse& ellipse) {
    const auto at = [&](double x, double y) {
        return Point{ellipse.centre.x + ellipse.semi_x * x, ellipse.centre.y + ellipse.semi_y * y};
    };
    constexpr double k = kQuarterCircle;
    move_to(at(1, 0));
    curve_to(at(1, k), at(k, 1), at(0, 1));
    curve_to(at(-k, 1), at(-1, k), at(-1, 0));
    curve_to(at(-1, -k), at(-k, -1), at(0, -1));
    curve_to(at(k, -1), at(1, -k), at(1, 0));
    close();
}

void ContentWriter::rectangle(const Rectangle& rectangle) {
    point({rectangle.x, rectangle.y});
    point({rectangle.width, rectangle.height});
    content_ += "re\n";
}

void ContentWriter::polygon(std::span<const Point> corners) {
    move_to(corners.front());
    for (const Point corner : corners.subspan(1))
        line_to(corner);
    close();
}

void ContentWriter::fill_transformed(const Matrix& matrix, std::string_view path) {
    content_ += "q ";
    content_ += matrix_operands(matrix);
    content_ += " cm\n";
    content_ += path;
    content_ += "f Q\n";
}

}  // namespace signet::seal
