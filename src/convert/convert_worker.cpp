#include "convert/convert_worker.hpp"

#include "convert/file_type.hpp"
#include "convert/image.hpp"
#include "convert/image_page.hpp"
#include "convert/pdf_normalizer.hpp"
#include "sandbox/file.hpp"
#include "sandbox/message.hpp"
#include "sandbox/worker.hpp"

#include <cerrno>
#include <unistd.h>

#include <qpdf/QPDFCryptoProvider.hh>

namespace signet::convert {
namespace {

using sandbox::MessageReader;
using sandbox::MessageWriter;

Result<Image> read_image(FileType type, ByteView content) {
    switch (type) {
        case FileType::Jpeg:
            return read_jpeg(content);
        case FileType::Png:
            return read_png(content);
        case FileType::Gif:
            return read_gif(content);
        case FileType::Pdf:
            break;
    }
    return fail(ErrorCode::Internal, "not a picture");
}

Result<NormalizedPdf> convert(FileType type, ByteView content) {
    if (type == FileType::Pdf) return normalize_pdf(content);
    auto image = read_image(type, content);
    if (!image) return image.error();
    return NormalizedPdf{page_of(std::move(*image)), 1, false, {}};
}

Status write_to(int fd, ByteView content) {
    while (!content.empty()) {
        const ssize_t written = ::write(fd, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return fail(ErrorCode::DocumentTooLarge, "the PDF would be too large");
        content = content.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

Result<Bytes> handle(ByteView request, std::span<const int> files) {
    MessageReader reader(request);
    const std::uint64_t length = reader.number();
    const std::string suffix = reader.text();
    if (!reader.complete() || files.size() != 2) return fail(ErrorCode::Internal, "a malformed request");
    const auto file = sandbox::MappedFile::map(files[0], length);
    if (!file) return file.error();
    const auto type = file_type(file->bytes(), suffix);
    if (!type) return type.error();
    const auto converted = convert(*type, file->bytes());
    if (!converted) return converted.error();
    if (auto written = write_to(files[1], converted->pdf); !written) return written.error();

    MessageWriter reply;
    reply.number(converted->pdf.size())
        .number(static_cast<std::uint64_t>(converted->page_count))
        .number(converted->had_signatures ? 1 : 0)
        .number(converted->removed.size());
    for (const std::string& kind : converted->removed)
        reply.text(kind);
    return reply.take();
}

}  // namespace

int convert_worker_main() {
    return sandbox::run_worker([]() -> sandbox::JobHandler {
        // Its cryptographic library wants to open files when it is first used.
        static_cast<void>(QPDFCryptoProvider::getImpl());
        return handle;
    });
}

}  // namespace signet::convert
