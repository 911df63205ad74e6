#pragma once

#include "seal/content_writer.hpp"
#include "seal/font_store.hpp"

namespace signet::seal {

/// The part of a line's height that its letters are measured by: the whole body of a Chinese character, or the ink of a
/// line of Latin letters and digits.
struct Body {
    double bottom = 0;
    double top = 1;
    double height() const { return top - bottom; }
};
Body body_of(const Line& line);

/// A band along the inside of an ellipse for one line of text.
struct ArcBand {
    Ellipse edge;
    /// From the ellipse to the letters' outer end.
    double depth = 0;
    double tallest = 0;
    /// The most of the way round that the text may take, 0…1.
    double span = 0.75;
    /// At the bottom of the ellipse, read from left to right with the letters' heads inwards; otherwise at the top,
    /// clockwise, heads outwards.
    bool at_bottom = false;
    /// Letters no wider than this part of their natural width, and no narrower if the height allows.
    double widest = 0.8;
    double narrowest = 0.5;
    /// The largest gap between letters, in letter widths.
    double widest_gap = 0.9;
};

/// How the letters of an arc were fitted: needed to place what stands beside them.
struct ArcFit {
    double height = 0;   // of a letter
    double squeeze = 1;  // its width to its natural width
    double gap = 0;      // between two letters
    double span = 0;     // the part of the way round that is taken, 0…1
};

/// Finds the largest letters that fit the band. A line that is too long for its tallest letters gets narrower ones,
/// then smaller ones.
ArcFit fit_arc(const Line& line, const ArcBand& band);
/// Returns how low the letters reach, from the ellipse's centre upwards.
double write_arc(ContentWriter& content, const Line& line, const ArcBand& band, const ArcFit& fit);

/// How a row is fitted into a box: see write_row.
struct RowFit {
    double height = 0;
    double squeeze = 1;
};
RowFit fit_row(const Line& line, const Rectangle& box, double widest = 1.0);

/// Writes a line into the middle of a box, as high as it allows; a line too long gets narrower letters (down to half
/// their width), then smaller ones.
void write_row(ContentWriter& content, const Line& line, const Rectangle& box, double widest = 1.0);

/// Stretches one character's ink over a box: the cell of a name seal.
void write_cell(ContentWriter& content, const Glyph& glyph, const Rectangle& box);

}  // namespace signet::seal
