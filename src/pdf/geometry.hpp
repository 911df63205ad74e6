#pragma once

namespace signet::pdf {

/// A rectangle with left ≤ right and bottom ≤ top.
struct Rectangle {
    double left = 0;
    double bottom = 0;
    double right = 0;
    double top = 0;

    double width() const { return right - left; }
    double height() const { return top - bottom; }
    friend bool operator==(const Rectangle&, const Rectangle&) = default;
};

struct Point {
    double x = 0;
    double y = 0;
};

/// A transformation matrix [a b c d e f] as PDF writes it (ISO 32000-1 §8.3.3): x' = a·x + c·y + e, y' = b·x + d·y + f.
struct Matrix {
    double a = 1, b = 0, c = 0, d = 1, e = 0, f = 0;

    Point apply(Point point) const { return {a * point.x + c * point.y + e, b * point.x + d * point.y + f}; }
    /// First this, then `next`.
    Matrix then(const Matrix& next) const;
    static Matrix translation(double x, double y) { return {1, 0, 0, 1, x, y}; }
    static Matrix scaling(double factor) { return {factor, 0, 0, factor, 0, 0}; }
    /// Clockwise for the reader, about the origin.
    static Matrix clockwise(double degrees);
};

/// Where a page shows its content. "User space" is the page's own coordinate system (§8.3.2.3); the "displayed page" is
/// what the reader sees: the crop box after /Rotate, origin at its bottom left corner, x to the right, y upwards, in
/// points of 1/72 inch (a /UserUnit is undone).
struct PageGeometry {
    /// The crop box clipped to the media box, in user space.
    Rectangle crop{0, 0, 612, 792};
    /// How far the page is turned clockwise for display: 0, 90, 180 or 270.
    int rotation = 0;
    /// Points per unit of user space (/UserUnit).
    double user_unit = 1;

    double displayed_width() const;
    double displayed_height() const;
    /// The point of the displayed page at these fractions of its width and height (0,0 bottom left; 1,1 top right).
    Point from_fractions(double x, double y) const { return {x * displayed_width(), y * displayed_height()}; }
    /// The user-space rectangle of a rectangle of the displayed page.
    Rectangle to_user_space(const Rectangle& displayed) const;
    /// The inverse of to_user_space.
    Rectangle to_displayed(const Rectangle& user) const;
    /// From the displayed page to user space.
    Matrix from_displayed() const;
};

/// An image on the displayed page, in points. `x`, `y` are the bottom left corner of the image before it is turned
/// `clockwise_degrees` about its own centre.
struct ImagePlacement {
    double x = 0;
    double y = 0;
    double width = 0;
    double height = 0;
    double clockwise_degrees = 0;
};

/// The box on the displayed page that the turned image fills.
Rectangle bounding_box(const ImagePlacement& image);
/// `box` moved as little as needed to lie on the displayed page; a box larger than the page is put at its left bottom
/// corner and cut.
Rectangle shifted_inside(const Rectangle& box, const PageGeometry& page);
/// The annotation rectangle in user space for an image: bounding box, shifted inside the page.
Rectangle annotation_rectangle(const ImagePlacement& image, const PageGeometry& page);

/// The /Matrix an appearance needs so that it stands upright for the reader of a page with this rotation; its /BBox is
/// then [0 0 width height] as the reader sees it (§12.5.5, algorithm 8.1).
Matrix appearance_matrix(int page_rotation);

/// How to draw the strip [strip_left, strip_left + strip_width] of a drawing of the given height, turned clockwise, as
/// large as fits the box [0, box_width] × [0, box_height] and centred in it. A place planned for the same image and
/// angle gives a scale of exactly 1.
Matrix fitted(double strip_left, double strip_width, double drawing_height, double clockwise_degrees, double box_width,
              double box_height);

}  // namespace signet::pdf
