#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "convert/image.hpp"
#include "convert/template_filler.hpp"
#include "sandbox/worker_pool.hpp"

#include <cstdint>
#include <span>
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
    /// Active content that was taken out, in words: "JavaScript", "Launch action", …; and what merging cannot keep:
    /// "form fields" (their values stay, as part of the page), "bookmarks", "attachments". Each kind stands once.
    std::vector<std::string> removed;
};

/// An upload: the first `length` bytes of a file, and what the caller says they are.
struct SourceFile {
    int fd = -1;
    std::uint64_t length = 0;
    /// Without a dot, in any case; empty: whatever the content is.
    std::string suffix;
};

/// Turns what people upload into PDF: a PDF is checked, repaired and freed of active content, each page of a picture
/// becomes a page, LibreOffice prints Office files and HTML. All of it happens in worker processes. Thread-safe; calls
/// block. The pools must outlive the converter and run convert workers and office workers.
class Converter {
  public:
    /// Without `office`, Office files and HTML are types that are not taken.
    explicit Converter(sandbox::WorkerPool& workers, sandbox::WorkerPool* office = nullptr)
        : workers_(workers), office_(office) {}

    /// What an office worker may use: `limits` and `options` for its pool.
    static sandbox::WorkerLimits office_limits();
    static sandbox::PoolOptions office_pool(unsigned count, bool is_warm);

    /// Converts the first `length` bytes of the file. `declared_suffix` is what the caller says they are, without a
    /// dot, in any case: pdf, jpg, jpeg, png, gif, tiff, tif, doc, docx, xls, xlsx, html or htm; the content must
    /// agree. Empty: whatever the content is.
    ///
    /// Errors: UnsupportedFileType (a type we do not take, or another than declared), InvalidFile (empty, damaged
    /// beyond repair, or nothing we know), PasswordProtected, SigningForbidden (the owner's permissions forbid it),
    /// DynamicXfa, DocumentTooLarge (pages, objects, unpacked size, pixels), DocumentTooDeep, DamagedDocument,
    /// TimeLimit, Unavailable.
    Result<ConvertedPdf> to_pdf(int fd, std::uint64_t length, std::string_view declared_suffix) const;
    /// The same for bytes in memory.
    Result<ConvertedPdf> to_pdf(ByteView content, std::string_view declared_suffix) const;

    /// All files, in their order, as one PDF; a single one as `to_pdf` gives it. At most 100.
    ///
    /// Errors: those of `to_pdf`, the detail beginning with "file 2: "; SigningForbidden when one of several carries
    /// signatures, which no merged document can keep.
    Result<ConvertedPdf> to_one_pdf(std::span<const SourceFile> files) const;

    /// Fills a template of type docx, html or htm; what comes out is of the same type. At most 1000 fields. Of a PDF
    /// its form is taken off and told of, the fields are not looked at.
    ///
    /// Errors: UnsupportedFileType for another type, or content of another type than declared; InvalidFile and
    /// DocumentTooLarge as `to_pdf`, and for pictures; TimeLimit, DamagedDocument, Unavailable.
    Result<FilledTemplate> fill(ByteView content, std::string_view suffix, const std::vector<FillField>& fields) const;

    /// A JPEG, PNG or GIF (its first picture) as its pixels, a JPEG as its compressed data; at most four million
    /// pixels. The sizes agree with each other; nothing else of the picture is to be believed.
    ///
    /// Errors: UnsupportedFileType, InvalidFile, DocumentTooLarge, TimeLimit, Unavailable.
    Result<Image> read_picture(ByteView content) const;

  private:
    Result<ConvertedPdf> print(int fd, std::uint64_t length, const std::string& suffix, const std::string& mark) const;
    Result<ConvertedPdf> merge(const std::vector<ConvertedPdf>& parts) const;

    sandbox::WorkerPool& workers_;
    sandbox::WorkerPool* office_;
};

}  // namespace signet::convert
