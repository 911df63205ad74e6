#include "convert/converter.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "convert/file_type.hpp"
#include "convert/wire.hpp"
#include "sandbox/file.hpp"
#include "sandbox/message.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <set>

namespace signet::convert {
namespace {

using sandbox::MessageReader;
using sandbox::MessageWriter;

constexpr std::chrono::seconds kTimeLimit{30};
constexpr std::chrono::seconds kOfficeTimeLimit{60};
/// After so long without a document LibreOffice's memory is given back.
constexpr std::chrono::minutes kOfficeIdleLife{10};
constexpr unsigned kOfficeJobsPerLife = 50;
constexpr std::uint64_t kOfficeResidentBytes = 600ULL << 20;
constexpr std::size_t kLongestSuffix = 16;
constexpr std::size_t kMostRemoved = 64;
constexpr std::size_t kLongestMark = 64;
/// What a convert worker may say that LibreOffice has to print: the suffix becomes part of a file's name.
constexpr std::array<std::string_view, 5> kOfficeSuffixes{"doc", "docx", "xls", "xlsx", "html"};

/// A worker that was taken over may say anything.
bool is_plausible(const FieldPlace& place) {
    const auto within = [](double value, double most) { return value >= 0 && value <= most; };
    return place.page > 0 && within(place.x, 1) && within(place.y, 1) && within(place.width, 1) &&
           within(place.height, 1) && place.width > 0 && place.height > 0 && within(place.font_size, 100) &&
           place.font_size > 0;
}

Error implausible() {
    return fail(ErrorCode::DamagedDocument, "the file could not be processed");
}

std::vector<std::string> read_removed(MessageReader& reader) {
    std::vector<std::string> removed(std::min(reader.count(sizeof(std::uint64_t)), kMostRemoved));
    for (std::string& kind : removed)
        kind = for_log(reader.text());
    return removed;
}

/// A copy: the worker still holds the file it wrote, and must not change what is taken over.
Result<Bytes> take_over(int input, std::uint64_t input_length, int output, std::uint64_t output_length) {
    if (output_length > kMostResultBytes) return implausible();
    return output_length == 0 ? sandbox::read_file(input, input_length) : sandbox::read_file(output, output_length);
}

/// What the reply of a convert worker says about the PDF that it wrote.
Result<ConvertedPdf> read_converted(MessageReader& reader, int input, std::uint64_t input_length, int output) {
    const std::uint64_t output_length = reader.number();
    const std::uint64_t page_count = reader.number();
    const bool had_signatures = reader.number() != 0;
    std::vector<std::string> removed = read_removed(reader);
    if (!reader.complete() || page_count == 0 || page_count > kMostPages) return implausible();
    auto pdf = take_over(input, input_length, output, output_length);
    if (!pdf) return pdf.error();
    return ConvertedPdf{std::move(*pdf), static_cast<int>(page_count), output_length != 0, had_signatures,
                        std::move(removed)};
}

Error in_file(std::size_t index, const Error& error) {
    return fail(error.code, "file " + std::to_string(index + 1) + ": " + error.detail);
}

}  // namespace

sandbox::WorkerLimits Converter::office_limits() {
    sandbox::WorkerLimits limits;
    limits.written_bytes = kMostOfficePdf;
    limits.job_processor_time = kOfficeTimeLimit;
    limits.jobs_per_life = kOfficeJobsPerLife;
    limits.resident_bytes = kOfficeResidentBytes;
    return limits;
}

sandbox::PoolOptions Converter::office_pool(unsigned count, bool is_warm) {
    sandbox::PoolOptions options;
    options.count = count;
    options.warm = is_warm ? 1 : 0;
    options.idle_life = kOfficeIdleLife;
    options.queue_time = kOfficeTimeLimit;
    return options;
}

Result<ConvertedPdf> Converter::to_pdf(int fd, std::uint64_t length, std::string_view declared_suffix) const {
    if (declared_suffix.size() > kLongestSuffix || !is_utf8(declared_suffix)) {
        return fail(ErrorCode::UnsupportedFileType, "files of this type are not taken");
    }
    if (length == 0) return fail(ErrorCode::InvalidFile, "the file is empty");
    const auto output = sandbox::empty_memory_file();
    if (!output) return output.error();
    MessageWriter request;
    request.number(static_cast<std::uint64_t>(Task::Convert)).number(length).text(declared_suffix);
    const std::array files{fd, output->get()};
    const auto reply = workers_.call(request.take(), files, kTimeLimit);
    if (!reply) return reply.error();

    MessageReader reader(*reply);
    switch (static_cast<Outcome>(reader.number())) {
        case Outcome::Converted:
            return read_converted(reader, fd, length, output->get());
        case Outcome::Office: {
            const std::string suffix = reader.text();
            const std::string mark = reader.text();
            return reader.complete() ? print(fd, length, suffix, mark) : implausible();
        }
    }
    return implausible();
}

Result<ConvertedPdf> Converter::to_pdf(ByteView content, std::string_view declared_suffix) const {
    const auto file = sandbox::memory_file(content);
    if (!file) return file.error();
    return to_pdf(file->get(), content.size(), declared_suffix);
}

Result<ConvertedPdf> Converter::print(int fd, std::uint64_t length, const std::string& suffix,
                                      const std::string& mark) const {
    const auto type = std::ranges::find(kOfficeSuffixes, suffix);
    if (type == kOfficeSuffixes.end() || mark.size() > kLongestMark) return implausible();
    if (office_ == nullptr) {
        return fail(ErrorCode::UnsupportedFileType,
                    "files of type " + suffix + " are not taken: there is no LibreOffice");
    }
    const auto output = sandbox::empty_memory_file();
    if (!output) return output.error();
    const std::array files{fd, output->get()};
    const Bytes request = MessageWriter().number(length).text(suffix).text(mark).take();
    const auto reply = office_->call(request, files, kOfficeTimeLimit);
    if (!reply) return reply.error();

    MessageReader reader(*reply);
    const std::uint64_t printed_length = reader.number();
    if (!reader.complete() || printed_length == 0 || printed_length > kMostOfficePdf) return implausible();
    const auto printed = sandbox::read_file(output->get(), printed_length);
    if (!printed) return implausible();
    auto converted = to_pdf(*printed, "pdf");
    if (!converted) return converted.error();
    if (converted->page_count > kMostOfficePages) {
        return fail(ErrorCode::DocumentTooLarge, "the document has too many pages");
    }
    converted->was_rewritten = true;
    return converted;
}

Result<ConvertedPdf> Converter::to_one_pdf(std::span<const SourceFile> files) const {
    if (files.empty()) return invalid_parameter("there is no file");
    if (files.size() > kMostMerged) return invalid_parameter("more than 100 files cannot be merged");
    std::vector<ConvertedPdf> parts;
    std::uint64_t total = 0;
    for (const SourceFile& file : files) {
        auto part = to_pdf(file.fd, file.length, file.suffix);
        if (!part) return in_file(parts.size(), part.error());
        if (part->had_signatures && files.size() > 1) {
            return in_file(parts.size(), fail(ErrorCode::SigningForbidden,
                                              "it is signed, and merging would break its signatures; add it as a "
                                              "document of its own"));
        }
        total += part->pdf.size();
        if (total > kMostResultBytes) return fail(ErrorCode::DocumentTooLarge, "the files together are too large");
        parts.push_back(std::move(*part));
    }
    if (parts.size() == 1) return std::move(parts.front());
    return merge(parts);
}

Result<FilledTemplate> Converter::fill(ByteView content, std::string_view suffix,
                                       const std::vector<FillField>& fields) const {
    if (suffix.size() > kLongestSuffix || fields.size() > kMostFields) return invalid_parameter("too many fields");
    MessageWriter values;
    values.number(fields.size());
    for (const FillField& field : fields) {
        values.text(field.name).text(field.text).number(field.is_table ? 1 : 0).number(field.rows.size());
        for (const auto& row : field.rows) {
            values.number(row.size());
            for (const FillField::Cell& cell : row)
                values.text(cell.column).text(cell.text);
        }
        values.bytes(field.picture);
    }
    const Bytes tail = values.take();
    Bytes all(content.begin(), content.end());
    append(all, tail);
    const auto input = sandbox::memory_file(all);
    const auto output = sandbox::empty_memory_file();
    if (!input) return input.error();
    if (!output) return output.error();
    MessageWriter request;
    request.number(static_cast<std::uint64_t>(Task::Fill)).number(content.size()).text(suffix).number(tail.size());
    const std::array files{input->get(), output->get()};
    const auto reply = workers_.call(request.take(), files, kTimeLimit);
    if (!reply) return reply.error();
    MessageReader reader(*reply);
    const std::uint64_t length = reader.number();
    std::vector<std::string> blanks(std::min(reader.count(sizeof(std::uint64_t)), kMostFields));
    for (std::string& blank : blanks)
        blank = reader.text();
    std::vector<FieldPlace> places(std::min(reader.count(7 * sizeof(std::uint64_t)), kMostFields));
    for (FieldPlace& place : places) {
        place.name = reader.text();
        place.page = static_cast<int>(std::min<std::uint64_t>(reader.number(), kMostPages));
        for (double* value : {&place.x, &place.y, &place.width, &place.height, &place.font_size})
            *value = reader.decimal();
    }
    if (!reader.complete() || length == 0 || length > kMostPackageBytes) return implausible();
    if (!std::ranges::all_of(places, is_plausible)) return implausible();
    auto file = sandbox::read_file(output->get(), length);
    if (!file) return implausible();
    return FilledTemplate{std::move(*file), std::move(blanks), std::move(places)};
}

Result<Image> Converter::read_picture(ByteView content) const {
    if (content.empty()) return fail(ErrorCode::InvalidFile, "the picture is empty");
    const auto input = sandbox::memory_file(content);
    if (!input) return input.error();
    const auto output = sandbox::empty_memory_file();
    if (!output) return output.error();
    MessageWriter request;
    request.number(static_cast<std::uint64_t>(Task::Picture)).number(content.size());
    const std::array files{input->get(), output->get()};
    const auto reply = workers_.call(request.take(), files, kTimeLimit);
    if (!reply) return reply.error();

    MessageReader reader(*reply);
    const std::uint64_t width = reader.number();
    const std::uint64_t height = reader.number();
    const std::uint64_t components = reader.number();
    const std::uint64_t coding = reader.number();
    const bool is_inverted = reader.number() != 0;
    const std::uint64_t orientation = reader.number();
    const std::uint64_t sample_bytes = reader.number();
    const std::uint64_t alpha_bytes = reader.number();
    if (!reader.complete() || width == 0 || height == 0 || width > kMostPicturePixels || height > kMostPicturePixels ||
        width * height > kMostPicturePixels) {
        return implausible();
    }
    const std::uint64_t pixels = width * height;
    const bool is_jpeg = coding == static_cast<std::uint64_t>(Coding::Jpeg);
    const bool is_plain = coding == static_cast<std::uint64_t>(Coding::Samples);
    const bool has_components = components == 1 || components == 3 || components == 4;
    const bool fits =
        is_jpeg ? sample_bytes > 0 && sample_bytes <= content.size() : sample_bytes == pixels * components;
    const bool has_alpha_for_all = alpha_bytes == 0 || alpha_bytes == pixels;
    if (!(is_jpeg || is_plain) || !has_components || !fits || !has_alpha_for_all || orientation < 1 || orientation > 8)
        return implausible();
    auto bytes = sandbox::read_file(output->get(), sample_bytes + alpha_bytes);
    if (!bytes) return implausible();
    Image image;
    image.width = static_cast<std::uint32_t>(width);
    image.height = static_cast<std::uint32_t>(height);
    image.components = static_cast<int>(components);
    image.coding = is_jpeg ? Coding::Jpeg : Coding::Samples;
    image.is_inverted = is_inverted;
    image.orientation = static_cast<Orientation>(orientation);
    const auto split = bytes->begin() + static_cast<std::ptrdiff_t>(sample_bytes);
    image.alpha.assign(split, bytes->end());
    bytes->erase(split, bytes->end());
    image.samples = std::move(*bytes);
    return image;
}

Result<ConvertedPdf> Converter::merge(const std::vector<ConvertedPdf>& parts) const {
    MessageWriter request;
    request.number(static_cast<std::uint64_t>(Task::Merge)).number(parts.size());
    Bytes all;
    std::set<std::string> removed;
    for (const ConvertedPdf& part : parts) {
        request.number(part.pdf.size());
        append(all, part.pdf);
        removed.insert(part.removed.begin(), part.removed.end());
    }
    const auto input = sandbox::memory_file(all);
    const auto output = sandbox::empty_memory_file();
    if (!input) return input.error();
    if (!output) return output.error();
    const std::array files{input->get(), output->get()};
    const auto reply = workers_.call(request.take(), files, kTimeLimit);
    if (!reply) return reply.error();
    MessageReader reader(*reply);
    if (static_cast<Outcome>(reader.number()) != Outcome::Converted) return implausible();
    auto merged = read_converted(reader, input->get(), all.size(), output->get());
    if (!merged) return merged.error();
    removed.insert(merged->removed.begin(), merged->removed.end());
    merged->removed.assign(removed.begin(), removed.end());
    return merged;
}

}  // namespace signet::convert
