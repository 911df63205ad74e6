#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <string>
#include <vector>

namespace signet::convert {

/// What an upload becomes.
struct NormalizedPdf {
    /// Empty when the upload itself is the result.
    Bytes pdf;
    int page_count = 0;
    bool had_signatures = false;
    std::vector<std::string> removed;
};

/// Reads an uploaded PDF with qpdf and writes it anew: repaired, without encryption and active content, as one
/// revision, with a classic cross-reference table or object streams as it had. The same input always gives the same
/// bytes. A signed one is only checked. Inside a worker only. Throws std::bad_alloc when memory is used up.
Result<NormalizedPdf> normalize_pdf(ByteView upload);

}  // namespace signet::convert
