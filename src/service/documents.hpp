#pragma once

#include "base/bytes.hpp"
#include "base/file_descriptor.hpp"
#include "base/result.hpp"
#include "model/contract.hpp"
#include "pdf/document.hpp"
#include "service/platform.hpp"

#include <memory>

namespace signet::service {

/// What counts of a stored document, mapped into memory and read as a PDF. Keep it as long as anything of the PDF is
/// in use.
class OpenDocument {
  public:
    ByteView bytes() const;
    const pdf::Document& pdf() const { return *pdf_; }

    struct Content;

  private:
    friend Result<OpenDocument> open_document(const Platform& platform, const model::Document& document,
                                              ByteView increment);
    OpenDocument(std::shared_ptr<const Content> content, std::shared_ptr<const pdf::Document> pdf)
        : content_(std::move(content)), pdf_(std::move(pdf)) {}

    std::shared_ptr<const Content> content_;
    std::shared_ptr<const pdf::Document> pdf_;
};

/// Opens a stored document with `increment`, which is not stored yet, behind it. Everybody who reads the PDF of a
/// stored document comes here, so that damage has one answer: StorageFailed, naming the document. It could be read when
/// it came, so what cannot be read now was damaged in our keeping and is no fault of a caller.
Result<OpenDocument> open_document(const Platform& platform, const model::Document& document, ByteView increment = {});

/// The same answer for what others found out about a stored document: an error of reading becomes StorageFailed, any
/// other stays.
Error of_stored(const model::Document& document, const Error& error);

}  // namespace signet::service
