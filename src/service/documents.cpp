#include "service/documents.hpp"

#include "sandbox/file.hpp"
#include "store/document_files.hpp"

#include <optional>
#include <utility>

namespace signet::service {

struct OpenDocument::Content {
    std::optional<sandbox::MappedFile> mapped;
    Bytes copy;

    ByteView bytes() const { return mapped ? mapped->bytes() : ByteView(copy); }
};

ByteView OpenDocument::bytes() const {
    return content_->bytes();
}

Error of_stored(const model::Document& document, const Error& error) {
    switch (error.code) {
        case ErrorCode::DamagedDocument:
        case ErrorCode::NotAPdf:
        case ErrorCode::InvalidFile:
        case ErrorCode::PasswordProtected:
        case ErrorCode::DocumentTooDeep:
            return fail(ErrorCode::StorageFailed, "document " + to_string(document.id) + " cannot be read any more");
        default:
            return error;
    }
}

Result<OpenDocument> open_document(const Platform& platform, const model::Document& document, ByteView increment) {
    auto content = std::make_shared<OpenDocument::Content>();
    if (increment.empty()) {
        const auto file = platform.documents.open_file(document.stored());
        if (!file) return file.error();
        auto mapped = sandbox::MappedFile::map(file->get(), document.length);
        if (!mapped) return of_stored(document, mapped.error());
        content->mapped = std::move(*mapped);
    } else {
        auto bytes = platform.documents.read(document.stored(), 0, document.length);
        if (!bytes) return bytes.error();
        content->copy = std::move(*bytes);
        append(content->copy, increment);
    }
    auto parsed = pdf::Document::open(content->bytes());
    if (!parsed) return of_stored(document, parsed.error());
    return OpenDocument(std::move(content), std::make_shared<const pdf::Document>(std::move(*parsed)));
}

}  // namespace signet::service
