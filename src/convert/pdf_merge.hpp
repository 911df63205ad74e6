#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "convert/pdf_normalizer.hpp"

#include <span>

namespace signet::convert {

/// The pages of all documents in their order, as one document. Each must have been normalised. What stands in form
/// fields becomes part of the page, because fields of different documents may bear the same name; bookmarks and
/// attachments stay behind. `removed` says so.
///
/// Errors: DocumentTooLarge, InvalidFile. Whether one carries signatures, which no merged document can keep, the caller
/// knows from normalising them. Inside a worker only.
Result<NormalizedPdf> merge_pdfs(std::span<const ByteView> documents);

}  // namespace signet::convert
