#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "sandbox/worker_pool.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace signet::convert {

/// A PDF that is ready to be signed.
struct ConvertedPdf {
    Bytes pdf;
    int page_count = 0;
    /// False when `pdf` is the upload byte for byte.
    bool was_rewritten = false;
    /// The upload carries signatures (ISO 32000-1 §12.8) and therefore was not touched.
    bool had_signatures = false;
    /// Active content that was taken out, in words: "JavaScript", "Launch action", … Each kind stands once.
    std::vector<std::string> removed;
};

/// Turns what people upload into PDF: a PDF is checked, repaired and freed of active content, a picture becomes a page.
/// All of it happens in a worker process. Thread-safe; calls block. The pool must outlive the converter and run convert
/// workers.
class Converter {
  public:
    explicit Converter(sandbox::WorkerPool& workers) : workers_(workers) {}

    /// Converts the first `length` bytes of the file. `declared_suffix` is what the caller says they are, without a
    /// dot, in any case: pdf, jpg, jpeg, png, gif or tiff; the content must agree.
    ///
    /// Errors: UnsupportedFileType (a type we do not take), InvalidFile (empty, damaged beyond repair, or not what the
    /// suffix says), PasswordProtected, SigningForbidden (the owner's permissions forbid it), DynamicXfa,
    /// DocumentTooLarge (pages, objects, unpacked size, pixels), DocumentTooDeep, DamagedDocument, TimeLimit,
    /// Unavailable.
    Result<ConvertedPdf> to_pdf(int fd, std::uint64_t length, std::string_view declared_suffix) const;
    /// The same for bytes in memory.
    Result<ConvertedPdf> to_pdf(ByteView content, std::string_view declared_suffix) const;

  private:
    sandbox::WorkerPool& workers_;
};

}  // namespace signet::convert
