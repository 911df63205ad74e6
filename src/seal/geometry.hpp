#pragma once

#include <cmath>
#include <numbers>

namespace signet::seal {

struct Point {
    double x = 0;
    double y = 0;

    friend Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
    friend Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
    friend Point operator*(Point a, double factor) { return {a.x * factor, a.y * factor}; }
};

inline double length(Point p) {
    return std::hypot(p.x, p.y);
}
inline double dot(Point a, Point b) {
    return a.x * b.x + a.y * b.y;
}
inline double cross(Point a, Point b) {
    return a.x * b.y - a.y * b.x;
}
/// A quarter turn to the left.
inline Point left_of(Point p) {
    return {-p.y, p.x};
}
inline Point unit(Point p) {
    const double size = length(p);
    return size > 0 ? p * (1 / size) : Point{1, 0};
}

struct Rectangle {
    double x = 0;
    double y = 0;
    double width = 0;
    double height = 0;
};

/// The six numbers of a PDF matrix: x' = a·x + c·y + e, y' = b·x + d·y + f.
struct Matrix {
    double a = 1;
    double b = 0;
    double c = 0;
    double d = 1;
    double e = 0;
    double f = 0;
};

/// An ellipse around a centre. Points on it are told by the angle of its parameter, counter-clockwise from the right.
struct Ellipse {
    Point centre;
    double semi_x = 0;
    double semi_y = 0;

    Ellipse inset(double by) const { return {centre, semi_x - by, semi_y - by}; }
    /// The unit vector that points straight out of the ellipse.
    Point outward(double angle) const { return unit({semi_y * std::cos(angle), semi_x * std::sin(angle)}); }
    /// The point `depth` inside the ellipse, straight below the point at `angle`.
    Point inside(double angle, double depth) const {
        const Point edge{centre.x + semi_x * std::cos(angle), centre.y + semi_y * std::sin(angle)};
        return edge - outward(angle) * depth;
    }
    /// Half the width at a height `y` above or below the centre; zero beyond the ellipse.
    double half_width_at(double y) const {
        const double ratio = y / semi_y;
        return std::abs(ratio) >= 1 ? 0 : semi_x * std::sqrt(1 - ratio * ratio);
    }
};

}  // namespace signet::seal
