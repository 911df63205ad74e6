#include "convert/convert_worker.hpp"

#include "convert/file_type.hpp"
#include "convert/html_text.hpp"
#include "convert/image.hpp"
#include "convert/image_page.hpp"
#include "convert/pdf_merge.hpp"
#include "convert/pdf_normalizer.hpp"
#include "convert/pdf_template.hpp"
#include "convert/template_filler.hpp"
#include "convert/wire.hpp"
#include "sandbox/file.hpp"
#include "sandbox/message.hpp"
#include "sandbox/worker.hpp"

#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <unistd.h>

#include <qpdf/QPDFCryptoProvider.hh>

namespace signet::convert {
namespace {

using sandbox::MappedFile;
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
        default:
            return fail(ErrorCode::Internal, "not a picture");
    }
}

Status read_images(FileType type, ByteView content, ImagePages& pages) {
    const auto add = [&pages](Image image) {
        pages.add(std::move(image));
        return Status();
    };
    if (type == FileType::Tiff) return read_tiff(content, add);
    auto image = read_image(type, content);
    return image ? add(std::move(*image)) : image.error();
}

Result<NormalizedPdf> convert(FileType type, ByteView content) {
    if (type == FileType::Pdf) return normalize_pdf(content);
    ImagePages pages;
    if (auto read = read_images(type, content, pages); !read) return read.error();
    return NormalizedPdf{pages.take(), pages.count(), false, {}};
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

Result<Bytes> reply_with(const Result<NormalizedPdf>& made, int output) {
    if (!made) return made.error();
    if (auto written = write_to(output, made->pdf); !written) return written.error();
    MessageWriter reply;
    reply.number(static_cast<std::uint64_t>(Outcome::Converted))
        .number(made->pdf.size())
        .number(static_cast<std::uint64_t>(made->page_count))
        .number(made->had_signatures ? 1 : 0)
        .number(made->removed.size());
    for (const std::string& kind : made->removed)
        reply.text(kind);
    return reply.take();
}

Error malformed() {
    return fail(ErrorCode::Internal, "a malformed request");
}

Result<Bytes> handle_convert(MessageReader& reader, int input, int output) {
    const std::uint64_t length = reader.number();
    const std::string suffix = reader.text();
    if (!reader.complete()) return malformed();
    const auto file = MappedFile::map(input, length);
    if (!file) return file.error();
    const auto type = file_type(file->bytes(), suffix);
    if (!type) return type.error();
    if (!is_office(*type)) return reply_with(convert(*type, file->bytes()), output);
    MessageWriter reply;
    reply.number(static_cast<std::uint64_t>(Outcome::Office)).text(suffix_of(*type));
    reply.text(*type == FileType::Html ? encoding_mark(file->bytes()) : std::string());
    return reply.take();
}

Result<Bytes> handle_merge(MessageReader& reader, int input, int output) {
    std::vector<std::uint64_t> lengths(reader.count(sizeof(std::uint64_t)));
    if (lengths.size() > kMostMerged) return malformed();
    std::uint64_t total = 0;
    for (std::uint64_t& length : lengths) {
        length = reader.number();
        if (length > kMostResultBytes) return malformed();
        total += length;
    }
    if (!reader.complete()) return malformed();
    const auto file = MappedFile::map(input, total);
    if (!file) return file.error();
    std::vector<ByteView> documents;
    ByteView rest = file->bytes();
    for (const std::uint64_t length : lengths) {
        documents.push_back(rest.first(length));
        rest = rest.subspan(length);
    }
    return reply_with(merge_pdfs(documents), output);
}

std::vector<FillField> read_fields(MessageReader& reader) {
    std::vector<FillField> fields(std::min(reader.count(sizeof(std::uint64_t)), kMostFields));
    for (FillField& field : fields) {
        field.name = reader.text();
        field.text = reader.text();
        field.is_table = reader.number() != 0;
        field.rows.resize(reader.count(sizeof(std::uint64_t)));
        for (auto& row : field.rows) {
            row.resize(reader.count(2 * sizeof(std::uint64_t)));
            for (FillField::Cell& cell : row) {
                cell.column = reader.text();
                cell.text = reader.text();
            }
        }
        const ByteView picture = reader.bytes();
        field.picture.assign(picture.begin(), picture.end());
    }
    return fields;
}

Result<Bytes> handle_fill(MessageReader& reader, int input, int output) {
    const std::uint64_t length = reader.number();
    const std::string suffix = reader.text();
    const std::uint64_t tail = reader.number();
    if (!reader.complete() || length > kMostResultBytes || tail > kMostResultBytes) return malformed();
    const auto file = MappedFile::map(input, length + tail);
    if (!file) return file.error();
    const ByteView content = file->bytes().first(length);
    MessageReader values(file->bytes().subspan(length));
    const std::vector<FillField> fields = read_fields(values);
    if (!values.complete()) return malformed();
    const auto type = file_type(content, suffix);
    if (!type) return type.error();
    if (*type != FileType::Docx && *type != FileType::Html && *type != FileType::Pdf) {
        return fail(ErrorCode::UnsupportedFileType, "files of this type have no blanks to fill");
    }
    const auto filled = *type == FileType::Pdf    ? lift_form(content)
                        : *type == FileType::Docx ? fill_word(content, fields)
                                                  : fill_html(content, fields);
    if (!filled) return filled.error();
    if (auto written = write_to(output, filled->file); !written) return written.error();
    MessageWriter reply;
    const std::size_t count = std::min(filled->blanks.size(), kMostFields);
    reply.number(filled->file.size()).number(count);
    for (std::size_t i = 0; i < count; ++i)
        reply.text(filled->blanks[i]);
    reply.number(filled->places.size());
    for (const FieldPlace& place : filled->places) {
        reply.text(place.name).number(static_cast<std::uint64_t>(place.page));
        for (const double value : {place.x, place.y, place.width, place.height, place.font_size})
            reply.decimal(value);
    }
    return reply.take();
}

Result<Bytes> handle_picture(MessageReader& reader, int input, int output) {
    const std::uint64_t length = reader.number();
    if (!reader.complete()) return malformed();
    const auto file = MappedFile::map(input, length);
    if (!file) return file.error();
    const auto type = file_type(file->bytes(), {});
    const bool is_taken = type && (*type == FileType::Jpeg || *type == FileType::Png || *type == FileType::Gif);
    if (!is_taken) return fail(ErrorCode::UnsupportedFileType, "the content is no JPEG, PNG or GIF");
    const auto image = read_image(*type, file->bytes());
    if (!image) return image.error();
    if (auto small = check_size(image->width, image->height, kMostPicturePixels); !small) return small.error();
    if (auto written = write_to(output, image->samples); !written) return written.error();
    if (auto written = write_to(output, image->alpha); !written) return written.error();
    MessageWriter reply;
    reply.number(image->width)
        .number(image->height)
        .number(static_cast<std::uint64_t>(image->components))
        .number(static_cast<std::uint64_t>(image->coding))
        .number(image->is_inverted ? 1 : 0)
        .number(static_cast<std::uint64_t>(image->orientation))
        .number(image->samples.size())
        .number(image->alpha.size());
    return reply.take();
}

Result<Bytes> handle(ByteView request, std::span<const int> files) {
    if (files.size() != 2) return malformed();
    MessageReader reader(request);
    switch (static_cast<Task>(reader.number())) {
        case Task::Convert:
            return handle_convert(reader, files[0], files[1]);
        case Task::Merge:
            return handle_merge(reader, files[0], files[1]);
        case Task::Fill:
            return handle_fill(reader, files[0], files[1]);
        case Task::Picture:
            return handle_picture(reader, files[0], files[1]);
    }
    return malformed();
}

}  // namespace

int convert_worker_main() {
    return sandbox::run_worker([]() -> sandbox::JobHandler {
        // Libraries want to open files when they are first used: the cryptography of qpdf, and for the times in an
        // archive the rules of a time zone, unless it has none.
        static_cast<void>(QPDFCryptoProvider::getImpl());
        ::setenv("TZ", "UTC0", 1);
        ::tzset();
        return handle;
    });
}

}  // namespace signet::convert
