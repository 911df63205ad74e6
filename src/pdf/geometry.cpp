#include "pdf/geometry.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <numbers>

namespace signet::pdf {

namespace {

/// The rectangle around two opposite corners.
Rectangle around(Point a, Point b) {
    return {std::min(a.x, b.x), std::min(a.y, b.y), std::max(a.x, b.x), std::max(a.y, b.y)};
}

bool is_sideways(int rotation) {
    return rotation == 90 || rotation == 270;
}

/// The size of a box of width × height turned by an angle.
Point turned_size(double width, double height, double clockwise_degrees) {
    const Matrix turn = Matrix::clockwise(clockwise_degrees);
    return {width * std::abs(turn.a) + height * std::abs(turn.c), width * std::abs(turn.b) + height * std::abs(turn.d)};
}

/// From user space to the displayed page.
Matrix display_matrix(const PageGeometry& page) {
    const Rectangle& crop = page.crop;
    const Matrix turned = Matrix::translation(-crop.left, -crop.bottom).then(Matrix::clockwise(page.rotation));
    Matrix moved = turned;
    if (page.rotation == 90) moved = turned.then(Matrix::translation(0, crop.width()));
    if (page.rotation == 180) moved = turned.then(Matrix::translation(crop.width(), crop.height()));
    if (page.rotation == 270) moved = turned.then(Matrix::translation(crop.height(), 0));
    return moved.then(Matrix::scaling(page.user_unit));
}

/// The inverse of a matrix that turns by quarter turns, scales evenly and moves.
Matrix inverted(const Matrix& m) {
    const double determinant = m.a * m.d - m.b * m.c;
    return {m.d / determinant,
            -m.b / determinant,
            -m.c / determinant,
            m.a / determinant,
            (m.c * m.f - m.d * m.e) / determinant,
            (m.b * m.e - m.a * m.f) / determinant};
}

Rectangle mapped(const Rectangle& rectangle, const Matrix& matrix) {
    return around(matrix.apply({rectangle.left, rectangle.bottom}), matrix.apply({rectangle.right, rectangle.top}));
}

}  // namespace

Matrix Matrix::then(const Matrix& next) const {
    return {a * next.a + b * next.c, a * next.b + b * next.d,          c * next.a + d * next.c,
            c * next.b + d * next.d, e * next.a + f * next.c + next.e, e * next.b + f * next.d + next.f};
}

Matrix Matrix::clockwise(double degrees) {
    const double quarter = degrees / 90;
    if (quarter == std::round(quarter)) {  // exact, so that quarter turns leave no 6e-17 behind
        const auto turns = static_cast<int>(std::fmod(std::fmod(quarter, 4) + 4, 4));
        const double cosine = turns == 0 ? 1 : turns == 2 ? -1 : 0;
        const double sine = turns == 1 ? 1 : turns == 3 ? -1 : 0;
        return {cosine, -sine, sine, cosine, 0, 0};
    }
    const double angle = degrees * std::numbers::pi / 180;
    return {std::cos(angle), -std::sin(angle), std::sin(angle), std::cos(angle), 0, 0};
}

double PageGeometry::displayed_width() const {
    return (is_sideways(rotation) ? crop.height() : crop.width()) * user_unit;
}

double PageGeometry::displayed_height() const {
    return (is_sideways(rotation) ? crop.width() : crop.height()) * user_unit;
}

Rectangle PageGeometry::to_user_space(const Rectangle& displayed) const {
    return mapped(displayed, inverted(display_matrix(*this)));
}

Rectangle PageGeometry::to_displayed(const Rectangle& user) const {
    return mapped(user, display_matrix(*this));
}

Matrix PageGeometry::from_displayed() const {
    return inverted(display_matrix(*this));
}

Rectangle bounding_box(const ImagePlacement& image) {
    const Point size = turned_size(image.width, image.height, image.clockwise_degrees);
    const double x = image.x + image.width / 2;
    const double y = image.y + image.height / 2;
    return {x - size.x / 2, y - size.y / 2, x + size.x / 2, y + size.y / 2};
}

Rectangle shifted_inside(const Rectangle& box, const PageGeometry& page) {
    const double width = std::min(box.width(), page.displayed_width());
    const double height = std::min(box.height(), page.displayed_height());
    const double left = std::clamp(box.left, 0.0, page.displayed_width() - width);
    const double bottom = std::clamp(box.bottom, 0.0, page.displayed_height() - height);
    return {left, bottom, left + width, bottom + height};
}

Rectangle annotation_rectangle(const ImagePlacement& image, const PageGeometry& page) {
    return page.to_user_space(shifted_inside(bounding_box(image), page));
}

Matrix appearance_matrix(int page_rotation) {
    return Matrix::clockwise(-page_rotation);
}

Matrix fitted(double strip_left, double strip_width, double drawing_height, double clockwise_degrees, double box_width,
              double box_height) {
    const Point size = turned_size(strip_width, drawing_height, clockwise_degrees);
    double scale = std::min(box_width / size.x, box_height / size.y);
    if (std::abs(scale - 1) < 1e-4) scale = 1;  // rounding of a stored rectangle is no reason to scale
    return Matrix::translation(-strip_left - strip_width / 2, -drawing_height / 2)
        .then(Matrix::clockwise(clockwise_degrees))
        .then(Matrix::scaling(scale))
        .then(Matrix::translation(box_width / 2, box_height / 2));
}

}  // namespace signet::pdf
