#include "render/render_worker.hpp"

#include "render/document_comparison.hpp"
#include "render/jpeg.hpp"
#include "render/mupdf_document.hpp"
#include "render/text_search.hpp"
#include "render/wire.hpp"
#include "sandbox/file.hpp"
#include "sandbox/message.hpp"
#include "sandbox/worker.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

namespace signet::render {
namespace {

using sandbox::MessageReader;
using sandbox::MessageWriter;

/// Tells one state of a file from another, with its length.
using Key = std::array<std::uint64_t, 5>;

/// The document of the last job, kept open for its next page.
struct OpenDocument {
    Key key{};
    sandbox::MappedFile file;
    std::unique_ptr<MupdfDocument> document;  // reads `file`, so it goes first
};

class RenderWorker {
  public:
    Result<Bytes> handle(ByteView request, std::span<const int> files) {
        MessageReader reader(request);
        const auto kind = static_cast<RequestKind>(reader.number());
        Key key{};
        for (std::uint64_t& part : key)
            part = reader.number();
        if (reader.failed() || files.size() != 1) return fail(ErrorCode::Internal, "a malformed request");
        if (auto opened = open(key, files.front()); !opened) return opened.error();
        auto reply = kind == RequestKind::Compare ? compare(reader, files.front()) : answer(kind, reader);
        // After a failure MuPDF's state is not worth trusting.
        if (!reply) open_.reset();
        return reply;
    }

  private:
    Status open(const Key& key, int fd) {
        if (open_ && open_->key == key) return {};
        open_.reset();
        auto file = sandbox::MappedFile::map(fd, key.back());
        if (!file) return file.error();
        auto document = MupdfDocument::open(file->bytes());
        if (!document) return document.error();
        open_.emplace(OpenDocument{key, std::move(*file), std::move(*document)});
        return {};
    }

    Result<Bytes> answer(RequestKind kind, MessageReader& reader) {
        switch (kind) {
            case RequestKind::PageSizes:
                return page_sizes();
            case RequestKind::Jpeg:
            case RequestKind::Png:
                return picture(kind, reader);
            case RequestKind::FindText:
                return find_text(reader);
            case RequestKind::Field:
                return field(reader);
            case RequestKind::Compare:
                break;  // needs the file
        }
        return fail(ErrorCode::Internal, "an unknown request");
    }

    Result<Bytes> page_sizes() {
        MessageWriter reply;
        const int count = open_->document->page_count();
        reply.number(static_cast<std::uint64_t>(count));
        for (int page = 0; page < count; ++page) {
            const auto size = open_->document->page_size(page);
            if (!size) return size.error();
            reply.decimal(size->width).decimal(size->height).number(static_cast<std::uint64_t>(size->rotate));
        }
        return reply.take();
    }

    Result<Bytes> picture(RequestKind kind, MessageReader& reader) {
        const auto page = static_cast<int>(reader.number());
        const auto pixel_width = static_cast<int>(reader.number());
        const auto quality = static_cast<int>(reader.number());
        const auto drawn = open_->document->draw(page, pixel_width);
        if (!drawn) return drawn.error();
        return kind == RequestKind::Jpeg ? encode_jpeg(*drawn, quality) : encode_png(*drawn);
    }

    Result<Bytes> field(MessageReader& reader) {
        const std::string name = reader.text();
        const auto pixel_width = static_cast<int>(reader.number());
        const auto drawn = open_->document->draw_field(name, pixel_width);
        if (!drawn) return drawn.error();
        return encode_png(*drawn);
    }

    Result<Bytes> compare(MessageReader& reader, int fd) {
        const std::uint64_t before_length = reader.number();
        const int most_pages = std::clamp(static_cast<int>(reader.number() & 0xFFFF), 1, kMostPages);
        const auto pixel_width = static_cast<int>(reader.number());
        std::vector<PagePlace> open(reader.count(5 * sizeof(std::uint64_t)));
        for (PagePlace& place : open) {
            place.page = static_cast<int>(reader.number() & 0xFFFF);
            for (double* edge : {&place.left, &place.bottom, &place.right, &place.top})
                *edge = reader.decimal();
        }
        if (!reader.complete()) return fail(ErrorCode::Internal, "a malformed request");
        const auto file = sandbox::MappedFile::map(fd, before_length);
        if (!file) return file.error();
        const auto before = MupdfDocument::open(file->bytes());
        if (!before) return before.error();
        return DocumentComparison(**before, *open_->document, open).run(most_pages, pixel_width);
    }

    Result<Bytes> find_text(MessageReader& reader) {
        std::vector<std::string> keywords(reader.count(sizeof(std::uint64_t)));
        for (std::string& keyword : keywords)
            keyword = reader.text();
        TextSearch search(keywords);
        for (int page = 0; page < open_->document->page_count(); ++page) {
            const auto text = open_->document->text(page);
            if (!text) return text.error();
            search.add_page(page, *text);
            if (search.kept() > kMostHits) return fail(ErrorCode::DocumentTooLarge, "a keyword occurs too often");
        }
        MessageWriter reply;
        for (const auto& hits : search.hits())
            write(reply, hits);
        return reply.take();
    }

    static void write(MessageWriter& reply, const std::vector<TextHit>& hits) {
        reply.number(hits.size());
        for (const TextHit& hit : hits) {
            reply.number(static_cast<std::uint64_t>(hit.page));
            for (const double value : {hit.x, hit.y, hit.width, hit.height})
                reply.decimal(value);
        }
    }

    std::optional<OpenDocument> open_;
};

}  // namespace

int render_worker_main() {
    RenderWorker worker;
    return sandbox::run_worker([&worker]() -> sandbox::JobHandler {
        return [&worker](ByteView request, std::span<const int> files) { return worker.handle(request, files); };
    });
}

}  // namespace signet::render
