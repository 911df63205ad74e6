#pragma once

#include "base/result.hpp"
#include "convert/wire.hpp"

#include <qpdf/QPDF.hh>

namespace signet::convert {

/// Refuses a document that unpacks to too much, has too many objects (DocumentTooLarge) or nests too deep
/// (DocumentTooDeep).
Status check_limits(QPDF& pdf);

}  // namespace signet::convert
