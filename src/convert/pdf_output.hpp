#pragma once

#include "base/bytes.hpp"

#include <qpdf/QPDF.hh>

namespace signet::convert {

enum class StreamData { AsItIs, Compressed };

/// The document as one revision, not encrypted, not linearised; the same document gives the same bytes.
Bytes written(QPDF& pdf, StreamData streams);

}  // namespace signet::convert
