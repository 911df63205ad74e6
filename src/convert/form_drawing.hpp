#pragma once

#include <qpdf/QPDF.hh>

namespace signet::convert {

/// Draws the fields of a form that asks its viewer to (`/NeedAppearances`, ISO 32000-1 §12.7.2) and takes the wish
/// away: what is signed must be what is shown, and no viewer may draw it anew. A value beyond the font's letters keeps
/// the picture it has. Inside a worker only.
void draw_form(QPDF& pdf);

}  // namespace signet::convert
